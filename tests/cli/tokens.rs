use super::Cli;

const ANNA: [&str; 4] = ["--user", "anna", "--organization", "my-org"];

fn with<'a>(command: &[&'a str], rest: &[&'a str]) -> Vec<&'a str> {
    [command, rest].concat()
}

#[test]
fn a_token_is_printed_alone_and_listed_without_itself() {
    let cli = Cli::new();
    cli.add_user("anna", "my-org", "editor").ok();
    let args = with(&["token", "create", "--ttl", "30d", "--name", "ci"], &ANNA);
    let created = cli.run(&args);
    assert_eq!(created.stderr, "");
    let token = created.ok();
    assert_eq!(token.matches('.').count(), 2);
    assert_eq!(token.trim_end().len() + 1, token.len(), "one line");

    let list = || cli.run(&with(&["token", "list"], &ANNA)).ok();
    let listed = list();
    assert!(!listed.contains(token.trim_end()));
    let line: Vec<_> = listed.lines().nth(1).unwrap().split_whitespace().collect();
    assert_eq!(line[1..4], ["ci", "api", "live"]);

    let id = line[0];
    cli.run(&["token", "revoke", id]).ok();
    assert!(list().contains("revoked"));
    cli.run(&["token", "revoke", "tok_unknown"])
        .refused(1, "there is no such token");
}

#[test]
fn a_token_that_cannot_be_created_prints_nothing() {
    let cli = Cli::new();
    cli.add_user("anna", "my-org", "editor").ok();
    let create = |rest: &[&str]| cli.run(&with(&["token", "create"], rest));
    create(&["--user", "ben", "--organization", "my-org"]).refused(1, "there is no such user");
    create(&with(&["--ttl", "soon"], &ANNA)).refused(2, "90d");
    create(&with(&["--ttl", "0m"], &ANNA)).refused(1, "from 1 minute");
    create(&["--user", "anna"]).refused(2, "--organization");
    assert!(create(&with(&["--ttl", "never"], &ANNA)).code == 0);
}
