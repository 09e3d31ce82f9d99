//! Without a server of ours: the command line reaches the source itself.

use std::process::Output;

use serde_json::{Value, json};

use super::{names, of, stage};
use crate::behavior::engine::{Engine, url};
use crate::support::app::{CANARY, command};

pub async fn the_command_line_reads_the_same_and_keeps_nothing(engine: &dyn Engine) {
    let stage = stage(engine).await;
    let files = stage.app.data_dir().join("files");
    let before = std::fs::read_dir(&files).unwrap().count();
    let url = url(of(engine).url_schemes[0], &stage.database);
    let run = |arguments: &[&str]| -> Output {
        let mut command = command();
        command.args(arguments).arg(&url).current_dir(&files);
        let output = command.output().unwrap();
        let said = [&output.stdout[..], &output.stderr[..]].concat();
        assert!(!String::from_utf8_lossy(&said).contains(CANARY));
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&said)
        );
        output
    };
    let report = String::from_utf8(run(&["test"]).stdout).unwrap();
    assert!(report.contains("✓ read_catalog"), "{report}");
    let report: Value = serde_json::from_slice(&run(&["test", "--json"]).stdout).unwrap();
    assert_eq!(report["ok"], true, "{report}");
    assert_eq!(report["access"]["tables"], 3, "{report}");

    let read = run(&["schema", "--format", "json"]).stdout;
    let mut read: Value = serde_json::from_slice(&read).unwrap();
    let inferred = stage.client.post(
        "/data/workspace_id/infer-schema",
        json!({"database": stage.database}),
    );
    let mut inferred = inferred.await.ok();
    for schema in [&mut read, &mut inferred] {
        schema["captured_at"].take();
    }
    assert_eq!(read, inferred);
    let one = run(&["schema", "--format", "json", "--tables", "customers"]).stdout;
    let one: Value = serde_json::from_slice(&one).unwrap();
    assert_eq!(names(&one["tables"]), ["customers"]);
    assert_eq!(std::fs::read_dir(&files).unwrap().count(), before);
}
