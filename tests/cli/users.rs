use super::{Cli, PASSWORD};

#[test]
fn a_user_is_added_listed_disabled_and_enabled() {
    let cli = Cli::new();
    let added = cli.add_user("anna", "my-org", "editor");
    assert_eq!(added.stderr, "Added anna to my-org as editor.\n");
    assert_eq!(added.ok(), "");
    cli.add_user("ben", "other", "viewer").ok();

    let lines = |args: &[&str]| -> Vec<Vec<String>> {
        let printed = cli.run(args).ok();
        let words = |line: &str| line.split_whitespace().map(str::to_owned).collect();
        printed.lines().map(words).collect()
    };
    let all = lines(&["user", "list"]);
    assert_eq!(all[0], ["NAME", "ORGANIZATION", "ROLE", "STATE", "ADDED"]);
    assert_eq!(all[1][..4], ["anna", "my-org", "editor", "enabled"]);
    assert_eq!(all.len(), 3);
    assert_eq!(lines(&["user", "list", "--organization", "other"]).len(), 2);

    for (command, state) in [("disable", "disabled"), ("enable", "enabled")] {
        cli.run(&["user", command, "anna", "--organization", "my-org"])
            .ok();
        assert_eq!(lines(&["user", "list"])[1][3], state);
    }
}

#[test]
fn what_cannot_be_added_is_told_in_a_sentence() {
    let cli = Cli::new();
    cli.add_user("anna", "my-org", "editor").ok();
    cli.add_user("Anna", "MY-ORG", "viewer")
        .refused(1, "has a user of this name");
    cli.add_user("a b", "my-org", "viewer")
        .refused(1, "username: a name is");
    cli.add_user("x", "../etc", "viewer")
        .refused(1, "organization: a name is");
    cli.add_user("x", "my-org", "owner").refused(2, "admin");
    let args = [
        "user",
        "add",
        "x",
        "--organization",
        "o",
        "--role",
        "admin",
        "--password-stdin",
    ];
    cli.run_with_input(&args, "short\n")
        .refused(1, "at least 12 characters");
    cli.run_with_input(&args, "password1234\n")
        .refused(1, "tried first");
    cli.run_with_input(&args, "").refused(1, "no password");
    cli.run_with_input(&args, "two lines of\na password\n")
        .refused(1, "one line");
    cli.run(&args[..7]).refused(2, "--password-stdin");
}

#[test]
fn a_password_is_set_anew_for_a_user_that_is_there() {
    let cli = Cli::new();
    cli.add_user("anna", "my-org", "editor").ok();
    let set = |name| {
        let args = [
            "user",
            "set-password",
            name,
            "--organization",
            "my-org",
            "--password-stdin",
        ];
        cli.run_with_input(&args, "another good one")
    };
    set("anna").ok();
    set("ben").refused(1, "there is no such user");
}

#[test]
fn passwords_stand_nowhere_in_the_data_folder() {
    let cli = Cli::new();
    cli.add_user("anna", "my-org", "editor").ok();
    for entry in std::fs::read_dir(cli.folder.path()).unwrap() {
        let content = std::fs::read(entry.unwrap().path()).unwrap();
        assert!(
            !content
                .windows(PASSWORD.len())
                .any(|window| window == PASSWORD.as_bytes())
        );
    }
}
