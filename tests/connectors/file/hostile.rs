//! Files that are broken, or mean harm.

use headwater::connectors::ErrorKind;
use serde_json::json;

use super::Folder;

#[tokio::test]
async fn what_is_broken_is_told_and_read_no_further() {
    let folder = Folder::new();
    let deep = format!("[{}", "[".repeat(1 << 20));
    for (name, bytes, kind) in [
        (
            "more.csv",
            b"a,b\n1,2\n1,2,3\n".to_vec(),
            ErrorKind::ServerError,
        ),
        ("open.csv", b"a,b\n1,\"2\n".to_vec(), ErrorKind::ServerError),
        (
            "nul.csv",
            b"a,b\n\0,2\n".to_vec(),
            ErrorKind::ProtocolMismatch,
        ),
        (
            "is-zip.csv",
            b"PK\x03\x04rest".to_vec(),
            ErrorKind::ProtocolMismatch,
        ),
        (
            "is-text.parquet",
            b"a,b\n1,2\n1,2\n1,2\n".to_vec(),
            ErrorKind::ServerError,
        ),
        (
            "short.parquet",
            b"PAR1".to_vec(),
            ErrorKind::ProtocolMismatch,
        ),
        (
            "footer.parquet",
            b"PAR1\xff\xff\xff\x7fPAR1".to_vec(),
            ErrorKind::ServerError,
        ),
        ("is-text.xlsx", b"a,b\n".to_vec(), ErrorKind::ServerError),
        (
            "cut.json",
            b"[{\"a\": 1}, {\"a\":".to_vec(),
            ErrorKind::ServerError,
        ),
        (
            "wrong.json",
            b"[{\"a\" 1}]".to_vec(),
            ErrorKind::ServerError,
        ),
        ("deep.json", deep.into_bytes(), ErrorKind::LimitExceeded),
        (
            "cut.csv.gz",
            b"\x1f\x8b\x08\x00".to_vec(),
            ErrorKind::ServerError,
        ),
        ("unknown.abc", b"a".to_vec(), ErrorKind::ProtocolMismatch),
    ] {
        folder.write(name, bytes);
        let error = folder.failure(name, json!({})).await;
        assert_eq!(error.kind, kind, "{name}: {error:?}");
        assert!(error.message.contains(name), "{error:?}");
    }
}

#[tokio::test]
async fn a_line_without_end_is_given_up() {
    let folder = Folder::new();
    for (name, first) in [("a.csv", "a,b\n1,\""), ("a.json", "[\"")] {
        folder.write(name, first.to_owned() + &"x".repeat(20 << 20));
        let error = folder.failure(name, json!({})).await;
        assert_eq!(error.kind, ErrorKind::LimitExceeded, "{name}: {error:?}");
    }
}
