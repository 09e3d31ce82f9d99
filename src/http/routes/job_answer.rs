//! What calls answer that begin a job, or wait for the end of one.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use serde_json::{Value, json};

use crate::http::answer::Answer;
use crate::http::error::ApiError;
use crate::model::JobId;
use crate::model::job::{Job, JobState};

/// Answers that a job goes on by itself.
pub fn begun(
    id: &JobId,
    message: &'static str,
    warnings: Vec<String>,
) -> Result<HttpResponse, ApiError> {
    let data = json!({"job_id": id, "state": JobState::Running});
    let answer = Answer::new(data, message)?.warn(warnings);
    Ok(HttpResponse::from(answer.with_status(StatusCode::ACCEPTED)))
}

/// The job's id and state, and over `empty` what came of it.
pub fn ended(job: &Job, empty: Value) -> Value {
    let mut data = json!({"job_id": job.id, "state": job.state});
    for told in [empty, job.result.clone()] {
        if let (Value::Object(data), Value::Object(told)) = (&mut data, told) {
            data.extend(told);
        }
    }
    data
}
