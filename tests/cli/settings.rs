use super::Cli;
use crate::support::app::TestApp;

#[test]
fn an_unknown_variable_stops_every_command_and_names_the_nearest() {
    let cli = Cli::new();
    let output = cli
        .command(&["user", "list"])
        .env("HEADWATER_LISTNE", "127.0.0.1:0")
        .output()
        .unwrap();
    super::Ended::from(output).refused(
        2,
        "HEADWATER_LISTNE is not a setting of Headwater (did you mean HEADWATER_LISTEN?)",
    );
}

#[test]
fn an_unknown_key_of_the_file_stops_and_is_named() {
    let cli = Cli::new();
    std::fs::write(cli.folder.path().join("headwater.toml"), "lisen = 'x'\n").unwrap();
    cli.run(&["user", "list"])
        .refused(2, "did you mean listen?");
}

#[test]
fn a_flag_of_serve_does_not_belong_to_another_command() {
    let cli = Cli::new();
    cli.run(&["--listen", "127.0.0.1:0", "user", "list"])
        .refused(2, "belong to `serve`");
}

#[test]
fn a_folder_that_cannot_be_used_is_told_with_what_to_do() {
    let cli = Cli::new();
    let file = cli.folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let path = file.join("data");
    let args = ["--data-dir", path.to_str().unwrap(), "user", "list"];
    cli.run(&args).refused(1, "--data-dir");
    let after = ["user", "list", "--data-dir", path.to_str().unwrap()];
    cli.run(&after).refused(1, "--data-dir");
}

#[test]
fn the_version_and_the_help_are_what_was_asked_for() {
    let cli = Cli::new();
    assert!(cli.run(&["--version"]).ok().starts_with("headwater "));
    let help = cli.run(&["--help"]).ok();
    for word in [
        "serve",
        "user",
        "token",
        "openapi",
        "HEADWATER_",
        "--data-dir",
    ] {
        assert!(help.contains(word), "{word}");
    }
    cli.run(&["usr"]).refused(2, "user");
}

#[test]
fn the_openapi_document_is_json_on_standard_output() {
    let cli = Cli::new();
    let document: serde_json::Value = serde_json::from_str(&cli.run(&["openapi"]).ok()).unwrap();
    assert!(document["openapi"].is_string());
}

#[actix_web::test]
async fn a_key_file_that_others_may_read_is_told_and_closed_where_it_is_ours() {
    use std::os::unix::fs::PermissionsExt;

    let mode = |path: &std::path::Path| path.metadata().unwrap().permissions().mode() & 0o777;
    let open = |path: &std::path::Path| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o644)).unwrap();
    };
    let folder = TestApp::start().stop();
    for name in ["secret.key", "token.key"] {
        open(&folder.path().join(name));
    }
    let app = TestApp::start_with(folder, &[]);
    for name in ["secret.key", "token.key"] {
        let path = app.data_dir().join(name);
        app.printed(&format!("others could read the file {}", path.display()));
        assert_eq!(mode(&path), 0o600);
    }
    // The operator's own file is left as it is.
    let folder = app.stop();
    let elsewhere = tempfile::tempdir().unwrap();
    let kept = elsewhere.path().join("kept.key");
    std::fs::rename(folder.path().join("secret.key"), &kept).unwrap();
    open(&kept);
    let kept_at = kept.to_str().unwrap();
    let app = TestApp::start_with(folder, &[("HEADWATER_SECRET_KEY_FILE", kept_at)]);
    let log = app.printed(&format!("run: chmod 600 {kept_at}"));
    assert!(!log.contains("others could read"), "{log}");
    assert_eq!(mode(&kept), 0o644);
}
