use std::path::Path;

use super::*;

fn load(variables: &[(&str, &str)]) -> Result<Settings, ConfigError> {
    load_with(&Flags::default(), variables)
}

fn load_with(flags: &Flags, variables: &[(&str, &str)]) -> Result<Settings, ConfigError> {
    let variables = variables
        .iter()
        .map(|(name, value)| ((*name).into(), (*value).into()));
    Settings::from_parts(flags, variables)
}

fn load_file(content: &str) -> Result<Settings, ConfigError> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("headwater.toml"), content).unwrap();
    load_with(
        &Flags {
            data_dir: Some(folder.path().to_owned()),
            ..Flags::default()
        },
        &[],
    )
}

#[test]
fn nothing_given_is_a_server_for_this_machine_alone() {
    let settings = load(&[]).unwrap();
    assert_eq!(settings.listen.to_string(), "127.0.0.1:8000");
    assert_eq!(settings.data_dir, Path::new("data"));
    assert_eq!(settings.files_dir, Path::new("data/files"));
    assert!(!settings.allow_unix_sockets && !settings.demo);
    assert_eq!(
        (
            settings.upload_limit >> 30,
            settings.workspace_uploads_limit >> 30
        ),
        (1, 10)
    );
    assert!(settings.allowed_hosts.is_empty() && settings.source_hosts.is_empty());
    assert_eq!(
        (settings.log_format, settings.log_filter.as_str()),
        (LogFormat::Text, "warn,headwater=info")
    );
    assert!(
        matches!(settings.secret_key, KeySource::DataFolder(path) if path == Path::new("data"))
    );
    assert!(settings.admin.is_none());
}

#[test]
fn flags_go_before_variables_and_those_before_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = "listen = '127.0.0.1:1'\nlog_format = 'json'\nfiles_dir = '/files'\ndemo = true\n";
    std::fs::write(folder.path().join("headwater.toml"), file).unwrap();
    let flags = Flags {
        data_dir: Some(folder.path().to_owned()),
        listen: Some("127.0.0.1:3".into()),
        ..Flags::default()
    };
    let variables = [
        ("HEADWATER_LISTEN", "127.0.0.1:2"),
        ("HEADWATER_LOG_FORMAT", "text"),
        ("HEADWATER_DEMO", "no"),
    ];
    let settings = load_with(&flags, &variables).unwrap();
    assert_eq!(settings.listen.port(), 3);
    assert_eq!(settings.log_format, LogFormat::Text);
    assert!(!settings.demo);
    assert_eq!(settings.files_dir, Path::new("/files"));
}

#[test]
fn an_unknown_variable_is_named_with_the_nearest_that_there_is() {
    for (given, nearest) in [
        ("HEADWATER_LISTNE", Some("HEADWATER_LISTEN")),
        ("HEADWATER_DATADIR", Some("HEADWATER_DATA_DIR")),
        ("HEADWATER_SECRET_KYE", Some("HEADWATER_SECRET_KEY")),
        ("HEADWATER_listen", Some("HEADWATER_LISTEN")),
        ("HEADWATER_COFFEE", None),
    ] {
        let error = load(&[(given, "x")]).unwrap_err();
        let expected = ConfigError::Unknown {
            name: given.into(),
            nearest: nearest.map(str::to_owned),
        };
        assert_eq!(error, expected);
        assert!(error.to_string().contains(given));
    }
}

#[test]
fn variables_of_tests_and_of_others_and_empty_ones_are_let_be() {
    let variables = [
        ("HEADWATER_TEST_POSTGRES", "x"),
        ("HEADWATERS", "x"),
        ("PATH", "x"),
        ("HEADWATER_LISTEN", ""),
        ("HEADWATER_CONFIG", ""),
    ];
    assert!(load(&variables).is_ok());
}

#[test]
fn an_unknown_key_of_the_file_is_named_with_the_nearest_that_there_is() {
    let error = load_file("alowed_hosts = []").unwrap_err();
    assert!(
        matches!(&error, ConfigError::Unknown { nearest: Some(key), .. } if key == "allowed_hosts")
    );
    assert!(error.to_string().contains("headwater.toml"), "{error}");
}

#[test]
fn a_file_that_is_badly_written_is_told_by_its_line_and_not_shown() {
    let error = load_file("demo = true\nadmin_password = \"hunter2 hunter2\n").unwrap_err();
    let shown = error.to_string();
    assert!(
        shown.contains("line 2") && !shown.contains("hunter2"),
        "{shown}"
    );
    let error = load_file("admin_password = ['hunter2']")
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("a text in quotes") && !error.contains("hunter2"),
        "{error}"
    );
}

#[test]
fn a_file_that_is_named_must_be_there() {
    let flags = Flags {
        config: Some("/nowhere/headwater.toml".into()),
        ..Flags::default()
    };
    assert!(matches!(
        load_with(&flags, &[]),
        Err(ConfigError::File { .. })
    ));
    let named = load(&[("HEADWATER_CONFIG", "/nowhere/headwater.toml")]);
    assert!(matches!(named, Err(ConfigError::File { .. })));
}

#[test]
fn lists_are_written_with_commas_or_as_arrays() {
    let settings = load(&[
        ("HEADWATER_ALLOWED_HOSTS", "Data.Example.com, localhost"),
        ("HEADWATER_SOURCE_HOSTS", "10.0.0.0/8,*.internal"),
    ])
    .unwrap();
    assert_eq!(settings.allowed_hosts, ["data.example.com", "localhost"]);
    assert_eq!(settings.source_hosts.len(), 2);
    assert_eq!(
        load_file("allowed_hosts = ['a', 'b']")
            .unwrap()
            .allowed_hosts,
        ["a", "b"]
    );
}

#[test]
fn a_value_that_makes_no_sense_is_refused_by_name() {
    for (name, value) in [
        ("HEADWATER_LISTEN", "8000"),
        ("HEADWATER_OPERATOR_ORGANIZATION", "a b"),
        ("HEADWATER_LISTEN", "localhost"),
        ("HEADWATER_DEMO", "maybe"),
        ("HEADWATER_LOG_FORMAT", "xml"),
        ("HEADWATER_LOG_LEVEL", "headwater=loud"),
        ("HEADWATER_ALLOWED_HOSTS", "https://x"),
        ("HEADWATER_SOURCE_HOSTS", "x:5432"),
        ("HEADWATER_ADMIN_USER", "anna"),
        ("HEADWATER_ADMIN_PASSWORD", "hunter2"),
    ] {
        let error = load(&[(name, value)]).unwrap_err().to_string();
        assert!(error.contains(name), "{error}");
        assert!(!error.contains("hunter2"), "{error}");
    }
    let both = [
        ("HEADWATER_SECRET_KEY", "hunter2"),
        ("HEADWATER_SECRET_KEY_FILE", "/x"),
    ];
    let error = load(&both).unwrap_err().to_string();
    assert!(
        error.contains("HEADWATER_SECRET_KEY_FILE") && !error.contains("hunter2"),
        "{error}"
    );
}

#[test]
fn the_first_admin_is_read_from_a_file_without_its_last_line_break() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("password");
    std::fs::write(&path, "violet kettle snow\n").unwrap();
    let settings = load(&[
        ("HEADWATER_ADMIN_USER", "anna"),
        ("HEADWATER_ADMIN_PASSWORD_FILE", path.to_str().unwrap()),
    ])
    .unwrap();
    let admin = settings.first_admin().unwrap().unwrap();
    assert_eq!(
        secrecy::ExposeSecret::expose_secret(&admin.password),
        "violet kettle snow"
    );
    assert_eq!(
        (admin.username.as_str(), admin.organization.as_str()),
        ("anna", "default")
    );
}

#[test]
fn settings_show_no_secret_for_debugging() {
    let settings = load(&[
        ("HEADWATER_SECRET_KEY", "hunter2"),
        ("HEADWATER_ADMIN_USER", "anna"),
        ("HEADWATER_ADMIN_PASSWORD", "hunter2"),
    ])
    .unwrap();
    assert!(!format!("{settings:?}").contains("hunter2"));
}

#[test]
fn backups_are_made_by_the_clock_where_it_is_said_how_often() {
    assert!(load(&[]).unwrap().backup_schedule.is_none());
    assert_eq!(load(&[]).unwrap().backup_dir, Path::new("data/backups"));
    assert!(
        load(&[("HEADWATER_BACKUP_EVERY", "off")])
            .unwrap()
            .backup_schedule
            .is_none()
    );
    for (text, seconds) in [("1s", 1), ("30m", 1800), ("24h", 86_400), ("2w", 1_209_600)] {
        let settings = load(&[("HEADWATER_BACKUP_EVERY", text)]).unwrap();
        let schedule = settings.backup_schedule.unwrap();
        assert_eq!((schedule.every.as_secs(), schedule.keep), (seconds, 7));
    }
    let settings = load_file("backup_every = '1d'\nbackup_keep = 3\nbackup_dir = '/b'").unwrap();
    assert_eq!(settings.backup_schedule.unwrap().keep, 3);
    assert_eq!(settings.backup_dir, Path::new("/b"));
    for text in [
        "",
        "d",
        "24",
        "0s",
        "-1h",
        "1.5h",
        "367d",
        "9ö",
        "99999999999999999999s",
    ] {
        let error = load_file(&format!("backup_every = '{text}'")).unwrap_err();
        assert!(error.to_string().contains("backup_every"), "{error}");
    }
    for text in ["0", "1001", "-1", "many"] {
        let error = load(&[("HEADWATER_BACKUP_KEEP", text)]).unwrap_err();
        assert!(
            error.to_string().contains("HEADWATER_BACKUP_KEEP"),
            "{error}"
        );
    }
}

#[test]
fn bounds_of_uploads_are_whole_megabytes() {
    let settings = load(&[("HEADWATER_MAX_WORKSPACE_UPLOADS_MB", "5")]).unwrap();
    assert_eq!(settings.workspace_uploads_limit, 5 << 20);
    for text in ["0", "-1", "1.5", "many", "1048577"] {
        let wrong = load(&[("HEADWATER_MAX_WORKSPACE_UPLOADS_MB", text)]).unwrap_err();
        assert!(
            wrong
                .to_string()
                .contains("HEADWATER_MAX_WORKSPACE_UPLOADS_MB"),
            "{wrong}"
        );
    }
}
