//! The program, killed at any moment of a copy.

use serde_json::{Value, json};

use super::versions::{Versions, ended, runs};
use crate::behavior::engine::Engine;
use crate::support::app::TestApp;
use crate::support::cutter::Fault;

pub async fn a_copy_whose_program_is_killed_anywhere_is_the_old_one_or_the_new_one_whole(
    engine: &dyn Engine,
) {
    let mut versions = Versions::new(engine, 0).await;
    let full = json!({"mode": "full_refresh"});
    let incremental = json!({"incremental": true});
    versions.renew(2).await;
    let whole = moments(&mut versions, &full, u64::MAX).await.1;
    versions.goes_through(&full).await;
    versions.change().await;
    let some = moments(&mut versions, &incremental, u64::MAX).await.1;
    versions.goes_through(&incremental).await;
    let (mut interrupted, count) = (0, runs(8));
    for round in 0..count {
        let (options, all) = if round % 2 == 0 {
            versions.renew(2 + i64::try_from(round).unwrap()).await;
            (&full, whole)
        } else {
            versions.change().await;
            (&incremental, some)
        };
        let at = versions.chance.bytes(all);
        let id = moments(&mut versions, options, at).await.0;
        versions.stage.app = TestApp::start_with(versions.stage.app.kill(), &[]);
        versions.stage.client = versions.stage.app.admin();
        if let Some(wire) = &versions.cutter {
            wire.heal();
        }
        let path = format!("/data/default/jobs/{id}");
        let job = versions.stage.client.get(&path).await.ok();
        assert!(
            ["interrupted", "succeeded"].contains(&job["state"].as_str().unwrap()),
            "{job}"
        );
        versions.is_whole(&job).await;
        if job["state"] == "interrupted" {
            interrupted += 1;
            let resume = format!("{path}/resume");
            let resumed = versions
                .stage
                .client
                .post(&resume, json!({"wait": true}))
                .await
                .ok();
            assert_eq!(resumed["state"], "succeeded", "{resumed}");
            versions.is_whole(&resumed).await;
        }
        versions.goes_through(options).await;
    }
    assert!(
        interrupted * 3 > count,
        "{interrupted} of {count} were interrupted"
    );
}

/// Begins a copy, and waits for a moment of it, or for its end. Moments are bytes of the server; of
/// a file, looks at the job. Answers the job and how many there were.
async fn moments(versions: &mut Versions<'_>, options: &Value, at: u64) -> (String, u64) {
    let client = versions.stage.client.clone();
    if let Some(wire) = &versions.cutter {
        let before = wire.passed();
        if at < u64::MAX {
            wire.arm(at, Fault::Tell);
        }
        let id = versions.start(options).await;
        tokio::select! {
            _ = ended(&client, &id) => {}
            () = wire.struck() => {}
        }
        return (id, wire.passed() - before);
    }
    let id = versions.start(options).await;
    let path = format!("/data/default/jobs/{id}");
    let mut looks = 0;
    while looks < at && client.get(&path).await.ok()["state"] == "running" {
        looks += 1;
    }
    (id, looks)
}
