//! What a real server cannot show: wrong ports, old servers, and servers that mean harm.

use std::time::{Duration, Instant};

use headwater::connectors::detect::{self, Answer};
use headwater::connectors::{ConnectorError, ErrorKind, Stage, Target};
use serde_json::json;

use super::fake::{Fake, Step, greeting, ok, packet, refusal, row};
use super::{failure, target};

const PASSWORD: &str = "the-canary-flies";

fn at(port: u16) -> Target {
    target(json!({
        "databaseType": "mysql", "host": "127.0.0.1", "port": port,
        "username": "ann", "password": PASSWORD,
    }))
}

/// The failure that a script leads to, and all that the server heard.
async fn play(steps: Vec<Step>) -> (ConnectorError, Vec<u8>) {
    let fake = Fake::start(steps).await;
    let error = failure(&at(fake.port)).await;
    let heard = fake.heard().await;
    assert!(
        !contains(&heard, PASSWORD.as_bytes()),
        "the password went out in the clear"
    );
    (error, heard)
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

fn logged_in() -> Vec<Step> {
    vec![
        Step::Say(greeting("8.4.0", "mysql_native_password")),
        Step::Hear,
        Step::Say(ok(2)),
        Step::Hear,
    ]
}

#[tokio::test]
async fn a_refusal_in_place_of_the_greeting_is_told_by_its_number() {
    for (code, kind) in [
        (1040, ErrorKind::TooManyConnections),
        (1129, ErrorKind::HostBlocked),
        (1130, ErrorKind::AuthenticationFailed),
    ] {
        let (error, _) = play(vec![Step::Say(refusal(0, code, "as the server has it"))]).await;
        assert_eq!((error.kind, error.stage), (kind, Some(Stage::Authenticate)));
        assert_eq!(
            error.server_message.as_deref(),
            Some("as the server has it")
        );
    }
}

#[tokio::test]
async fn a_server_that_takes_no_plain_connection_says_tls_required() {
    let steps = vec![
        Step::Say(greeting("8.4.0", "caching_sha2_password")),
        Step::Hear,
        Step::Say(refusal(
            2,
            3159,
            "#08004Connections using insecure transport are prohibited",
        )),
    ];
    let (error, _) = play(steps).await;
    assert_eq!(error.kind, ErrorKind::TlsRequired);
}

#[tokio::test]
async fn a_server_that_is_too_old_is_refused_with_the_floor_named() {
    let mut steps = logged_in();
    steps.push(Step::Say(row(&["5.6.51-log", "Homebrew", "shop"])));
    let (error, _) = play(steps).await;
    assert_eq!(
        (error.kind, error.stage),
        (ErrorKind::UnsupportedServer, Some(Stage::OpenDatabase))
    );
    assert!(
        error.message.contains("5.6.51") && error.hint.contains("5.7"),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_server_that_greets_as_too_old_and_then_falls_silent_or_breaks_off_is_told_as_old() {
    let hello = || Step::Say(greeting("5.5.62-log", "mysql_native_password"));
    let silent = vec![hello(), Step::Hear];
    let broken = vec![hello(), Step::Hear, Step::HangUp];
    for steps in [silent, broken] {
        let (error, _) = play(steps).await;
        assert_eq!(
            (error.kind, error.stage),
            (ErrorKind::UnsupportedServer, Some(Stage::Authenticate))
        );
        assert!(
            error.message.contains("5.5.62") && error.hint.contains("5.7"),
            "{error:?}"
        );
    }
    // What it says itself counts more.
    let steps = vec![hello(), Step::Hear, Step::Say(refusal(2, 1045, "no"))];
    let (error, _) = play(steps).await;
    assert_eq!(error.kind, ErrorKind::AuthenticationFailed);
}

#[tokio::test]
async fn a_server_that_hangs_up_without_a_word_is_told_as_such() {
    let (error, _) = play(vec![Step::HangUp]).await;
    assert_eq!(
        (error.kind, error.stage),
        (ErrorKind::ConnectionLost, Some(Stage::Authenticate))
    );
    assert!(error.message.contains("without a word"), "{error:?}");
    assert!(error.hint.contains("proxy"), "{error:?}");
}

#[tokio::test]
async fn other_services_on_the_port_are_told_by_name() {
    for (words, who) in [
        (&b"SSH-2.0-OpenSSH_9.2p1\r\n"[..], "An SSH server"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "An HTTP server"),
        (b"220 mail.example ESMTP\r\n", "A mail or FTP server"),
    ] {
        let (error, heard) = play(vec![Step::Say(words.to_vec())]).await;
        assert_eq!(
            (error.kind, error.stage),
            (ErrorKind::ProtocolMismatch, Some(Stage::Authenticate))
        );
        assert!(error.message.starts_with(who), "{error:?}");
        assert!(heard.is_empty());
    }
}

#[tokio::test]
async fn garbage_for_a_greeting_is_no_server_of_ours() {
    let long = packet(0, &[10; 12_000]);
    let x_protocol = b"\x05\0\0\0\x0b\x08\x05\x1a\0".to_vec();
    for words in [
        b"\0\0\0\0".to_vec(),
        b"\x01\0\0\0\x09".to_vec(),
        packet(0, b"\x0a8.0.1\0\x01"),
        long,
        x_protocol,
        vec![0xFF; 64],
    ] {
        let (error, _) = play(vec![Step::Say(words)]).await;
        assert_eq!(error.kind, ErrorKind::ProtocolMismatch, "{error:?}");
    }
}

#[tokio::test]
async fn a_server_that_says_nothing_is_given_up_in_time() {
    let started = Instant::now();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let error = failure(&at(listener.local_addr().unwrap().port())).await;
    assert_eq!(
        (error.kind, error.stage),
        (ErrorKind::Timeout, Some(Stage::Authenticate))
    );
    assert!(started.elapsed() < Duration::from_secs(10));
}

#[tokio::test]
async fn a_switch_to_the_clear_password_gets_nothing() {
    let steps = vec![
        Step::Say(greeting("8.4.0", "caching_sha2_password")),
        Step::Hear,
        Step::Say(packet(2, b"\xfemysql_clear_password\0")),
        Step::Hear,
    ];
    let (error, _) = play(steps).await;
    assert_eq!(error.kind, ErrorKind::AuthenticationUnsupported);
    assert!(error.message.contains("mysql_clear_password"), "{error:?}");
    assert!(error.hint.contains("verify-full"), "{error:?}");
}

#[tokio::test]
async fn methods_that_are_not_built_in_are_named() {
    for method in [
        "dialog",
        "auth_gssapi_client",
        "parsec",
        "mysql_old_password",
    ] {
        let mut switch = vec![0xFE];
        switch.extend_from_slice(method.as_bytes());
        switch.push(0);
        let steps = vec![
            Step::Say(greeting("8.4.0", "")),
            Step::Hear,
            Step::Say(packet(2, &switch)),
        ];
        let (error, _) = play(steps).await;
        assert_eq!(error.kind, ErrorKind::AuthenticationUnsupported);
        assert!(error.message.contains(method), "{error:?}");
    }
}

#[tokio::test]
async fn a_login_key_that_is_none_is_refused() {
    for key in [
        &b"\x01garbage"[..],
        b"\x01",
        b"",
        b"\x01-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
    ] {
        let steps = vec![
            Step::Say(greeting("8.4.0", "caching_sha2_password")),
            Step::Hear,
            Step::Say(packet(2, b"\x01\x04")),
            Step::Hear,
            Step::Say(packet(4, key)),
        ];
        let (error, _) = play(steps).await;
        assert_eq!(error.kind, ErrorKind::ServerError, "{error:?}");
    }
}

#[tokio::test]
async fn a_challenge_of_no_length_gets_no_answer() {
    for method in ["caching_sha2_password", "sha256_password", "client_ed25519"] {
        let switch = [b"\xFE", method.as_bytes(), b"\0"].concat();
        let steps = vec![
            Step::Say(greeting("8.4.0", "mysql_native_password")),
            Step::Hear,
            Step::Say(packet(2, &switch)),
        ];
        let (error, _) = play(steps).await;
        assert_eq!(error.kind, ErrorKind::ServerError, "{error:?}");
    }
}

#[tokio::test]
async fn each_method_that_a_server_switches_to_is_answered() {
    let ed25519 = [0; 32];
    let scramble = b"abcdefghijklmnopqrst\0";
    for (method, challenge, length) in [
        ("mysql_native_password", &scramble[..], 20),
        ("caching_sha2_password", scramble, 32),
        ("client_ed25519", &ed25519, 64),
    ] {
        let switch = [b"\xFE", method.as_bytes(), b"\0", challenge].concat();
        let steps = vec![
            Step::Say(greeting("8.4.0", "")),
            Step::Hear,
            Step::Say(packet(2, &switch)),
            Step::Hear,
            Step::Say(refusal(4, 1045, "#28000no")),
        ];
        let (error, heard) = play(steps).await;
        assert_eq!(error.kind, ErrorKind::AuthenticationFailed, "{method}");
        let response = heard.len() - length;
        assert!(
            heard[..response].ends_with(b"mysql_native_password\0"),
            "{method}"
        );
    }
}

/// The driver would take such an answer for the next one, and reserve what it announces.
#[tokio::test]
async fn an_answer_that_nobody_asked_for_ends_the_session() {
    let columns = [&[0xFE][..], &(1_u64 << 40).to_le_bytes()].concat();
    let early = [ok(2), packet(1, &columns)].concat();
    let steps = vec![
        Step::Say(greeting("8.4.0", "mysql_native_password")),
        Step::Hear,
        Step::Say(early),
        Step::Hear,
    ];
    let (error, _) = play(steps).await;
    assert!(
        matches!(
            error.kind,
            ErrorKind::ServerError | ErrorKind::LimitExceeded
        ),
        "{error:?}"
    );
    // An answer that says another one follows.
    let more = packet(7, &[0xFE, 0, 0, 10, 0]);
    let mut row = row(&["8.4.0", "", "shop"]);
    row.truncate(row.len() - more.len());
    let mut steps = logged_in();
    steps.push(Step::Say([row, more, packet(8, &columns)].concat()));
    let (error, _) = play(steps).await;
    assert_eq!(error.kind, ErrorKind::ServerError, "{error:?}");
}

#[tokio::test]
async fn a_login_that_never_ends_does() {
    let mut steps = vec![
        Step::Say(greeting("8.4.0", "caching_sha2_password")),
        Step::Hear,
    ];
    steps.extend((0..100).map(|sequence| Step::Say(packet(sequence, b"\x01\x03"))));
    let (error, _) = play(steps).await;
    assert_eq!(error.kind, ErrorKind::ServerError);
}

#[tokio::test]
async fn a_server_that_asks_for_a_file_gets_nothing() {
    for asked in [packet(1, b"\xfb/etc/passwd"), packet(1, b"\xfb")] {
        let mut steps = logged_in();
        steps.push(Step::Say(asked));
        let (error, heard) = play(steps).await;
        assert_eq!(error.kind, ErrorKind::ServerError);
        assert!(error.message.contains("file"), "{error:?}");
        assert!(
            heard.ends_with(b"DATABASE()\n"),
            "nothing was said after the request: {heard:?}"
        );
    }
}

#[tokio::test]
async fn the_files_and_statements_that_a_server_could_misuse_are_not_offered() {
    let (_, heard) = play(vec![
        Step::Say(greeting("8.4.0", "mysql_native_password")),
        Step::Hear,
        Step::Say(refusal(2, 1045, "#28000no")),
    ])
    .await;
    let flags = u32::from_le_bytes(heard[..4].try_into().unwrap());
    let (local_files, multi_statements, compress) = (0x80, 0x1_0000, 0x20);
    assert_eq!(flags & (local_files | multi_statements | compress), 0);
}

#[tokio::test]
async fn figures_that_are_only_announced_cost_nothing() {
    let columns = [&[0xFE][..], &(1_u64 << 40).to_le_bytes()].concat();
    let endless = packet(1, &[0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]);
    for (answer, kind) in [
        (packet(1, &columns), ErrorKind::LimitExceeded),
        (endless, ErrorKind::LimitExceeded),
        (packet(1, &[]), ErrorKind::LimitExceeded),
    ] {
        let mut steps = logged_in();
        steps.push(Step::Say(answer));
        let (error, _) = play(steps).await;
        assert_eq!(error.kind, kind, "{error:?}");
    }
    // Before the login, a packet of 16 MB is announced.
    let steps = vec![
        Step::Say(greeting("8.4.0", "mysql_native_password")),
        Step::Hear,
        Step::Say(vec![0xFF, 0xFF, 0xFF, 2]),
    ];
    let (error, _) = play(steps).await;
    assert_eq!(error.kind, ErrorKind::LimitExceeded);
}

#[tokio::test]
async fn rows_that_are_not_rows_are_an_error() {
    let mut broken = row(&["8.4.0", "", "shop"]);
    let last = broken.len() - 20;
    broken.truncate(last);
    broken.extend_from_slice(&packet(5, b"\xfd\xff"));
    for answer in [
        broken,
        packet(1, b"\x01"),
        [row(&["1", "2", "3"]), row(&["1"])].concat(),
    ] {
        let mut steps = logged_in();
        steps.push(Step::Say(answer));
        let (error, _) = play(steps).await;
        assert!(
            matches!(
                error.kind,
                ErrorKind::ServerError | ErrorKind::Timeout | ErrorKind::UnsupportedServer
            ),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn tls_that_was_taken_out_of_the_greeting_is_missed_before_anything_is_said() {
    let fake = Fake::start(vec![Step::Say(greeting("8.4.0", "caching_sha2_password"))]).await;
    let mut target = at(fake.port);
    target.settings.tls.mode = Some(headwater::connectors::TlsMode::Require);
    let error = failure(&target).await;
    assert_eq!(error.kind, ErrorKind::TlsNotOffered);
    assert!(fake.heard().await.is_empty());
}

#[test]
fn a_greeting_tells_the_engine() {
    for (version, engine) in [
        ("9.7.4", "mysql"),
        ("5.5.5-10.11.6-MariaDB", "mariadb"),
        ("11.8.2-MariaDB-log", "mariadb"),
    ] {
        match detect::recognise(&greeting(version, "mysql_native_password")) {
            Answer::Engine(driver) => assert_eq!(driver.name, engine),
            other => panic!("{other:?}"),
        }
        let and_more = [greeting(version, ""), refusal(1, 1043, "Bad handshake")].concat();
        assert!(matches!(detect::recognise(&and_more), Answer::Engine(_)));
    }
}
