//! Reading a schema as a job, of an API whose answers come when the test says so.

use std::sync::Arc;
use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinHandle;

use crate::support::app::TestApp;
use crate::support::client::{Answer, Client, send};
use crate::support::fake;

const ENDPOINTS: usize = 5;

/// An API that answers as many requests as it was told to.
struct Slow {
    port: u16,
    permits: Arc<Semaphore>,
    /// How many requests came, and how many of them were given up.
    counts: watch::Receiver<(usize, usize)>,
}

impl Slow {
    async fn start() -> Self {
        let permits = Arc::new(Semaphore::new(0));
        let (sender, counts) = watch::channel((0, 0));
        let allowed = Arc::clone(&permits);
        let port = fake::server(move |mut stream, _| {
            let (allowed, sender) = (Arc::clone(&allowed), sender.clone());
            async move {
                let mut head = Vec::new();
                let mut bytes = [0; 4096];
                loop {
                    while !head.ends_with(b"\r\n\r\n") {
                        match stream.read(&mut bytes).await {
                            Ok(read @ 1..) => head.extend_from_slice(&bytes[..read]),
                            _ => return,
                        }
                    }
                    head.clear();
                    sender.send_modify(|counts| counts.0 += 1);
                    tokio::select! {
                        permit = allowed.acquire() => permit.unwrap().forget(),
                        _ = stream.read(&mut bytes) => {
                            sender.send_modify(|counts| counts.1 += 1);
                            return;
                        }
                    }
                    let answer = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\
                                  Content-Length: 10\r\n\r\n[{\"id\":1}]";
                    if stream.write_all(answer.as_bytes()).await.is_err() {
                        return;
                    }
                }
            }
        })
        .await;
        Self {
            port,
            permits,
            counts,
        }
    }

    fn came(&self) -> usize {
        self.counts.borrow().0
    }

    async fn has_been_asked(&mut self, more_than: usize) {
        let came = self.counts.wait_for(|counts| counts.0 > more_than);
        let waited = tokio::time::timeout(Duration::from_mins(1), came).await;
        waited.expect("nobody asks").unwrap();
    }

    fn answers_all(&self) {
        self.permits.add_permits(1_000);
    }

    /// Lets it be read as a whole, and answers how many requests that took.
    async fn reading(&self, client: &Client, source: &str) -> usize {
        let before = self.came();
        self.answers_all();
        let body = json!({"source_id": source});
        client.post("/data/schema/refresh", body).await.ok();
        self.holds_back();
        self.came() - before
    }

    /// A caller who waits for a reading that is held back, and its job.
    async fn waited_for(&mut self, client: &Client, source: &str) -> (JoinHandle<Answer>, String) {
        let before = self.came();
        let request = client.request(Method::POST, "/data/schema/refresh");
        let waiting = tokio::spawn(send(request.json(&json!({"source_id": source}))));
        self.has_been_asked(before).await;
        let jobs = client.get("/data/jobs?kind=schema&state=running").await;
        let jobs = jobs.ok();
        assert_eq!(jobs[0]["request"]["source_id"], json!(source));
        (waiting, jobs[0]["id"].as_str().unwrap().to_owned())
    }

    fn holds_back(&self) {
        self.permits.forget_permits(usize::MAX >> 4);
    }

    /// Connects it, and answers its id. Nothing is read of it yet.
    async fn connect(&self, client: &Client) -> String {
        self.answers_all();
        let endpoints: Vec<_> = (1..=ENDPOINTS)
            .map(|n| json!({"path": format!("/t{n}")}))
            .collect();
        let config = json!({"base_url": format!("http://127.0.0.1:{}", self.port),
            "endpoints": endpoints});
        let source = json!({"type": "api", "name": "slow", "connection_config": config});
        let body = json!({"sources": [source]});
        let connected = client.post("/data/connect", body).await.ok();
        self.holds_back();
        let id = &connected["connected_sources"][0]["id"];
        id.as_str().unwrap().to_owned()
    }
}

/// Begins to read a source, and answers the job.
async fn begin(client: &Client, source: &str) -> String {
    let body = json!({"source_id": source, "wait": false});
    let answer = client.post("/data/schema/refresh", body).await;
    assert_eq!(answer.status, 202, "{}", answer.body);
    assert_eq!(answer.body["data"]["state"], "running");
    answer.body["data"]["job_id"].as_str().unwrap().to_owned()
}

async fn job(client: &Client, id: &str) -> Value {
    client.get(&format!("/data/default/jobs/{id}")).await.ok()
}

async fn until(client: &Client, id: &str, is_so: impl Fn(&Value) -> bool) -> Value {
    let since = Instant::now();
    loop {
        let job = job(client, id).await;
        if is_so(&job) {
            return job;
        }
        assert!(since.elapsed() < Duration::from_mins(1), "{job}");
        tokio::task::yield_now().await;
    }
}

async fn ended(client: &Client, id: &str) -> Value {
    until(client, id, |job| job["state"] != "running").await
}

async fn schema(client: &Client, source: &str, more: &str) -> Value {
    let path = format!("/data/schema?source_id={source}{more}");
    client.get(&path).await.ok()
}

/// The events of a job until its last one: their kinds and the job in each.
async fn events(client: Client, id: String) -> Vec<(String, Value)> {
    let path = format!("/data/default/jobs/{id}/events");
    let response = client.request(Method::GET, &path).send().await.unwrap();
    let text = response.text().await.unwrap();
    let line = |event: &str, name: &str| {
        let found = event.lines().find_map(|line| line.strip_prefix(name));
        found.map(str::to_owned)
    };
    let events = text.split("\n\n").filter_map(|event| {
        let data = serde_json::from_str(&line(event, "data: ")?).unwrap();
        Some((line(event, "event: ")?, data))
    });
    events.collect()
}

#[actix_web::test]
async fn a_reading_tells_how_far_it_is_and_goes_on_whoever_looks() {
    let app = TestApp::start();
    let client = app.admin();
    let mut slow = Slow::start().await;
    let source = slow.connect(&client).await;
    let whole = slow.reading(&client, &source).await;
    let before = slow.came();
    let id = begin(&client, &source).await;
    let followed = tokio::spawn(events(client.clone(), id.clone()));
    // Those of the connecting; then one endpoint at a time, and whoever looks sees each of them.
    slow.permits.add_permits(whole - ENDPOINTS);
    for done in 0..ENDPOINTS {
        slow.has_been_asked(before + whole - ENDPOINTS + done).await;
        until(&client, &id, |job| {
            let progress = &job["progress"];
            progress["total"] == ENDPOINTS && progress["done"] == done
        })
        .await;
        slow.permits.add_permits(1);
    }
    let last = ended(&client, &id).await;
    assert_eq!(
        (&last["kind"], &last["state"]),
        (&json!("schema"), &json!("succeeded"))
    );
    let result = &last["result"];
    assert_eq!(
        (
            &result["source_id"],
            &result["version"],
            &result["table_count"]
        ),
        (&json!(source), &json!(1), &json!(ENDPOINTS))
    );

    let told = followed.await.unwrap();
    let (kind, end) = told.last().unwrap();
    assert_eq!((kind.as_str(), end), ("end", &last));
    let all = json!({"phase": "keep", "done": ENDPOINTS, "total": ENDPOINTS, "unit": "endpoints"});
    let mut progress = last["progress"].clone();
    let seconds = progress.as_object_mut().unwrap().remove("seconds");
    assert!(seconds.unwrap().as_f64().unwrap() > 0.0);
    assert_eq!(progress, all);
    let figures: Vec<_> = (told.iter())
        .filter_map(|(_, job)| {
            Some((
                job["progress"]["done"].as_u64()?,
                job["progress"]["total"].as_u64(),
            ))
        })
        .collect();
    assert!(figures.is_sorted(), "{figures:?}");
    assert!(
        figures.iter().any(|(done, _)| (1..4).contains(done)),
        "{figures:?}"
    );

    // What it read is answered without asking again.
    let came = slow.came();
    let kept = schema(&client, &source, "").await;
    assert_eq!(kept["captured_at"], result["captured_at"]);
    assert_eq!(slow.came(), came);
    for (filter, count) in [
        ("kind=schema", 2),
        ("kind=sync", 0),
        ("state=running", 0),
        ("kind=schema&state=succeeded", 2),
    ] {
        let listed = client.get(&format!("/data/jobs?{filter}")).await.ok();
        assert_eq!(listed.as_array().unwrap().len(), count, "{filter}");
    }
    let wrong = client.get("/data/jobs?kind=dance").await;
    assert_eq!(
        wrong.failed(400, "invalid_field")["error"]["details"]["path"],
        "kind"
    );
}

#[actix_web::test]
async fn all_who_ask_at_once_share_one_reading() {
    let app = TestApp::start();
    let client = app.admin();
    let mut slow = Slow::start().await;
    let source = slow.connect(&client).await;
    let whole = slow.reading(&client, &source).await;
    let before = slow.came();
    let looking = client.clone();
    let (of, refresh) = (source.clone(), "&refresh=true");
    let looking = tokio::spawn(async move { schema(&looking, &of, refresh).await });
    slow.has_been_asked(before).await;
    let id = begin(&client, &source).await;
    assert_eq!(begin(&client, &source).await, id);
    slow.answers_all();
    let looked = looking.await.unwrap();
    let read = ended(&client, &id).await;
    assert_eq!(read["state"], "succeeded");
    assert_eq!(read["result"]["captured_at"], looked["captured_at"]);
    assert_eq!(slow.came() - before, whole);
    // The next one is one of its own.
    let body = json!({"source_id": source});
    let again = client.post("/data/schema/refresh", body).await.ok();
    assert_eq!(
        (again["job_id"] == id, &again["version"]),
        (false, &json!(1))
    );
    assert_eq!(slow.came() - before, 2 * whole);
}

#[actix_web::test]
async fn a_reading_that_is_cancelled_ends_at_the_source() {
    let app = TestApp::start();
    let client = app.admin();
    let mut slow = Slow::start().await;
    let source = slow.connect(&client).await;
    let (waiting, id) = slow.waited_for(&client, &source).await;
    let at = format!("/data/default/jobs/{id}");
    let cancel = format!("{at}/cancel");
    let cancelled = client.post(&cancel, json!({})).await.ok();
    assert_eq!(cancelled["state"], "cancelled");
    let told = waiting.await.unwrap().failed(409, "schema_stopped");
    assert_eq!(told["data"]["job_id"], json!(id));
    let gone = slow.counts.wait_for(|counts| counts.1 > 0);
    let gone = tokio::time::timeout(Duration::from_mins(1), gone).await;
    gone.expect("the request goes on").unwrap();
    slow.answers_all();
    let resume = format!("{at}/resume");
    let resumed = client.post(&resume, json!({})).await.ok();
    assert_eq!(resumed["state"], "succeeded");
    let again = format!(
        "/data/default/jobs/{}/resume",
        resumed["job_id"].as_str().unwrap()
    );
    client.post(&again, json!({})).await.failed(409, "conflict");
}

#[actix_web::test]
async fn a_caller_who_hangs_up_does_not_stop_the_reading() {
    let app = TestApp::start();
    let client = app.admin();
    let mut slow = Slow::start().await;
    let source = slow.connect(&client).await;
    let (waiting, id) = slow.waited_for(&client, &source).await;
    waiting.abort();
    assert!(waiting.await.unwrap_err().is_cancelled());
    slow.answers_all();
    assert_eq!(ended(&client, &id).await["state"], "succeeded");
}

#[actix_web::test]
async fn a_reading_whose_program_is_killed_leaves_the_schema_of_before() {
    let app = TestApp::start();
    let client = app.admin();
    let mut slow = Slow::start().await;
    let source = slow.connect(&client).await;
    slow.answers_all();
    let before = schema(&client, &source, "").await;
    slow.holds_back();
    let came = slow.came();
    let id = begin(&client, &source).await;
    slow.has_been_asked(came).await;

    let app = TestApp::start_with(app.kill(), &[]);
    let client = app.admin();
    let interrupted = job(&client, &id).await;
    assert_eq!(
        (&interrupted["kind"], &interrupted["state"]),
        (&json!("schema"), &json!("interrupted"))
    );
    assert_eq!(schema(&client, &source, "").await, before);
    slow.answers_all();
    let resume = format!("/data/default/jobs/{id}/resume");
    let resumed = client.post(&resume, json!({"wait": false})).await;
    assert_eq!(resumed.status, 202, "{}", resumed.body);
    let next = ended(&client, resumed.body["data"]["job_id"].as_str().unwrap()).await;
    assert_eq!(
        (&next["state"], &next["resumes"]),
        (&json!("succeeded"), &json!(id))
    );
}

#[actix_web::test]
async fn a_reading_that_fails_says_why_and_keeps_what_was_there() {
    let app = TestApp::start();
    let client = app.admin();
    let files = app.data_dir().join("files");
    std::fs::create_dir_all(&files).unwrap();
    let file = files.join("a.csv");
    std::fs::write(&file, "id,name\n1,Ada\n").unwrap();
    let named = json!({"type": "file", "name": "a", "connection_config": {"path": "a.csv"}});
    let body = json!({"sources": [named]});
    let connected = client.post("/data/connect", body).await.ok();
    let source = connected["connected_sources"][0]["id"].as_str().unwrap();
    let before = schema(&client, source, "").await;
    std::fs::remove_file(&file).unwrap();
    let failed = client
        .post("/data/schema/refresh", json!({"source_id": source}))
        .await;
    let data = failed.body["data"].clone();
    let error = failed.failed(422, "schema_failed");
    assert_eq!(error["error"]["details"]["reason"], data["error"]["code"]);
    let job = job(&client, data["job_id"].as_str().unwrap()).await;
    assert_eq!(
        (&job["state"], &job["result"]["error"]),
        (&json!("failed"), &data["error"])
    );
    assert_eq!(schema(&client, source, "").await, before);
    let missing = client
        .post("/data/schema/refresh", json!({"source_id": "source_0"}))
        .await;
    missing.failed(404, "not_found");
}

#[actix_web::test]
async fn a_reading_is_nobody_elses() {
    let app = TestApp::start();
    let (client, other) = (app.admin(), app.user("eve", "acme", "admin"));
    let slow = Slow::start().await;
    let source = slow.connect(&client).await;
    let id = begin(&client, &source).await;
    let at = format!("/data/default/jobs/{id}");
    other.get(&at).await.failed(404, "not_found");
    other
        .get(&format!("{at}/events"))
        .await
        .failed(404, "not_found");
    other
        .post(&format!("{at}/cancel"), json!({}))
        .await
        .failed(404, "not_found");
    other
        .post("/data/schema/refresh", json!({"source_id": source}))
        .await
        .failed(404, "not_found");
    assert_eq!(other.get("/data/jobs?kind=schema").await.ok(), json!([]));
    slow.answers_all();
    assert_eq!(ended(&client, &id).await["state"], "succeeded");
}
