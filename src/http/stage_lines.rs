//! The stages of a connection as they pass, one JSON object a line, and at last the whole answer: what
//! `fetch()` reads as it comes, and a POST can have, which an `EventSource` cannot make.

use std::collections::VecDeque;
use std::pin::Pin;

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE as CONTENT_TYPE_HEADER};
use actix_web::web::Bytes;
use futures_util::{Stream, stream};
use tokio::sync::mpsc::UnboundedReceiver;

use super::answer::{Answer, ApiResult};
use super::error::ApiError;
use crate::connectors::trace::StageRecord;

/// The content type (<https://github.com/ndjson/ndjson-spec>).
pub const CONTENT_TYPE: &str = "application/x-ndjson";

type Work = Pin<Box<dyn Future<Output = ApiResult>>>;

/// Answers the stages that `work` goes through, and what comes of it. What is refused before the
/// first stage is an answer of its own, with its own status. Who hangs up drops the work.
pub async fn respond(
    stages: UnboundedReceiver<StageRecord>,
    work: Work,
) -> Result<HttpResponse, ApiError> {
    let mut lines = Lines {
        stages,
        work: Some(work),
        ready: VecDeque::new(),
    };
    lines.wait().await;
    if let Some(Line::End(end)) = lines.ready.pop_front_if(|line| line.is_refusal()) {
        return end.map(HttpResponse::from);
    }
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE_HEADER, CONTENT_TYPE))
        .insert_header((CACHE_CONTROL, "no-store"))
        // A proxy that gathers answers would hold the stages back.
        .insert_header(("X-Accel-Buffering", "no"))
        .streaming(written(lines)))
}

/// What is still to be told.
struct Lines {
    stages: UnboundedReceiver<StageRecord>,
    /// Until it has ended.
    work: Option<Work>,
    ready: VecDeque<Line>,
}

enum Line {
    Stage(StageRecord),
    End(Result<Answer, ApiError>),
}

impl Lines {
    /// Waits until there is something to tell, or nothing any more.
    async fn wait(&mut self) {
        let Some(work) = &mut self.work else { return };
        tokio::select! {
            biased;
            Some(stage) = self.stages.recv() => self.ready.push_back(Line::Stage(stage)),
            end = work => {
                self.work = None;
                // Those that passed in its last moment.
                while let Ok(stage) = self.stages.try_recv() {
                    self.ready.push_back(Line::Stage(stage));
                }
                self.ready.push_back(Line::End(end));
            }
        }
    }
}

impl Line {
    fn is_refusal(&self) -> bool {
        matches!(self, Self::End(Err(_)))
    }

    fn write(self) -> serde_json::Result<Bytes> {
        let mut line = match self {
            Self::Stage(stage) => serde_json::to_vec(&stage)?,
            Self::End(Ok(answer)) => serde_json::to_vec(&answer.envelope())?,
            Self::End(Err(error)) => serde_json::to_vec(&error.envelope(None))?,
        };
        line.push(b'\n');
        Ok(line.into())
    }
}

fn written(lines: Lines) -> impl Stream<Item = serde_json::Result<Bytes>> {
    stream::unfold(lines, async |mut lines| {
        if lines.ready.is_empty() {
            lines.wait().await;
        }
        let line = lines.ready.pop_front()?;
        Some((line.write(), lines))
    })
}
