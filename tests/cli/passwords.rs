//! The password of a source, where its URL has none.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::{Cli, Ended};
use crate::support::servers;

const USER: &str = "reader";
const PASSWORD: &str = "reader-pass";
const PROMPT: &str = "Password of reader (empty for none): ";

/// The URL of the real server, without a password.
fn url(port: u16) -> String {
    format!("postgres://{USER}@127.0.0.1:{port}/shop")
}

fn run(cli: &Cli, arguments: &[&str], password: &str) -> Ended {
    let mut command = cli.command(arguments);
    command.env("HEADWATER_PASSWORD", password);
    Ended::from(command.stdin(Stdio::null()).output().unwrap())
}

/// Runs a command at a terminal of its own, made by `script`. Where something is to be typed, it
/// is once the terminal shows no more what is. Answers all that the terminal showed.
fn at_a_terminal(cli: &Cli, arguments: &[&str], variable: &str, typed: Option<&str>) -> Ended {
    let inner = cli.command(arguments);
    let words = [inner.get_program()].into_iter().chain(inner.get_args());
    let words = words.map(|word| format!("'{}'", word.to_str().unwrap()));
    let line = format!("tty; exec {}", words.collect::<Vec<_>>().join(" "));
    let mut command = Command::new("script");
    command.args(["--quiet", "--return", "--command", &line, "/dev/null"]);
    command
        .current_dir(cli.folder.path())
        .env("SHELL", "/bin/sh");
    for (name, value) in inner.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command.env("HEADWATER_PASSWORD", variable);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("`script` (Debian: bsdutils) is there");
    let mut shown = BufReader::new(child.stdout.take().unwrap());
    let mut terminal = String::new();
    shown.read_line(&mut terminal).unwrap();
    let mut keyboard = child.stdin.take().unwrap();
    if let Some(typed) = typed {
        wait_until_hidden(terminal.trim());
        keyboard.write_all(typed.as_bytes()).unwrap();
    }
    let mut stdout = String::new();
    shown.read_to_string(&mut stdout).unwrap();
    drop(keyboard);
    Ended {
        code: child.wait().unwrap().code().unwrap(),
        stdout,
        stderr: String::new(),
    }
}

/// Waits until a terminal does not show what is typed.
fn wait_until_hidden(terminal: &str) {
    let begun = Instant::now();
    loop {
        let asked = Command::new("stty").args(["-F", terminal, "-a"]).output();
        let settings = String::from_utf8(asked.unwrap().stdout).unwrap();
        if settings.split_whitespace().any(|word| word == "-echo") {
            return;
        }
        assert!(
            begun.elapsed() < Duration::from_mins(1),
            "{terminal} shows what is typed: {settings}"
        );
    }
}

#[test]
fn a_password_comes_from_the_environment() {
    let Some(port) = servers::postgres_port() else {
        return;
    };
    let cli = Cli::new();
    let url = url(port);
    let tested = run(&cli, &["test", &url], PASSWORD).ok();
    assert!(tested.contains("✓ authenticate "), "{tested}");
    let read = run(&cli, &["schema", &url, "--format", "json"], PASSWORD).ok();
    assert!(read.contains("\"engine\": \"postgresql\""), "{read}");
    assert!(!format!("{tested}{read}").contains(PASSWORD));
    for (wrong, code) in [
        ("wrong-canary", "authentication_failed"),
        ("", "authentication_failed"),
    ] {
        let failed = run(&cli, &["schema", &url], wrong);
        assert!(!format!("{failed:?}").contains("canary"), "{failed:?}");
        failed.refused(1, code);
    }
    let own = format!("postgres://{USER}:{PASSWORD}@127.0.0.1:{port}/shop");
    run(&cli, &["test", &own], "wrong-canary").ok();
}

#[test]
fn a_password_is_asked_for_at_a_terminal_and_is_not_shown() {
    let Some(port) = servers::postgres_port() else {
        return;
    };
    let cli = Cli::new();
    let url = url(port);
    let typed = format!("{PASSWORD}\n");
    for (command, telling) in [("test", "PostgreSQL "), ("schema", "# ")] {
        let shown = at_a_terminal(&cli, &[command, &url], "", Some(&typed)).ok();
        assert!(shown.contains(PROMPT), "{shown}");
        assert!(shown.contains(telling), "{shown}");
        assert!(!shown.contains(PASSWORD), "{shown}");
    }
    let wrong = at_a_terminal(&cli, &["schema", &url], "", Some("wrong-canary\n"));
    assert!(!wrong.stdout.contains("canary"), "{wrong:?}");
    assert!(
        wrong.stdout.contains("(authentication_failed)"),
        "{wrong:?}"
    );
    assert_eq!(wrong.code, 1, "{wrong:?}");
    let none = at_a_terminal(&cli, &["schema", &url], "", Some("\n"));
    assert_eq!(none.code, 1, "{none:?}");
}

#[test]
fn nobody_is_asked_where_a_password_is_known_or_no_user_is_named() {
    let Some(port) = servers::postgres_port() else {
        return;
    };
    let cli = Cli::new();
    let shown = at_a_terminal(&cli, &["test", &url(port)], PASSWORD, None).ok();
    assert!(!shown.contains("Password of"), "{shown}");
    let own = format!("postgres://{USER}:{PASSWORD}@127.0.0.1:{port}/shop");
    let shown = at_a_terminal(&cli, &["test", &own], "", None).ok();
    assert!(!shown.contains("Password of"), "{shown}");
    let nobody = format!("postgres://127.0.0.1:{port}/shop");
    let shown = at_a_terminal(&cli, &["test", &nobody], "", None);
    assert!(!shown.stdout.contains("Password of"), "{shown:?}");
}
