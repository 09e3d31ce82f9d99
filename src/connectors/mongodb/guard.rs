//! What a server's message must stand before the driver sees it. The driver decodes answers by
//! recursion without a limit, and derives a password with as many rounds as the server asks for;
//! a hostile server could end the process with the one and hold a core for hours with the other.

use mongodb::bson::RawDocument;
use mongodb::bson::spec::BinarySubtype;

use super::{elements, wire};
use crate::connectors::{ConnectorError, ErrorKind};

/// The deepest that documents may nest. `MongoDB` keeps documents of 100 levels; answers wrap them.
const DEEPEST: usize = 250;

/// The most rounds of SCRAM. Servers ask for 10,000 (SHA-1) and 15,000 (SHA-256) unless told.
const ROUNDS: u32 = 1_000_000;

/// Checks one whole message, header and all.
pub fn check(message: &[u8]) -> Result<(), ConnectorError> {
    let document = wire::document(message).ok_or_else(unreadable)?;
    let depth = elements::depth(document.as_bytes(), DEEPEST).map_err(|_| unreadable())?;
    if depth > DEEPEST {
        return Err(ConnectorError::new(
            ErrorKind::LimitExceeded,
            format!("The server sent a document that nests deeper than {DEEPEST} levels."),
            "MongoDB itself keeps no document deeper than 100 levels. Check what answers there.",
        ));
    }
    match rounds(document) {
        Some(rounds) if rounds > ROUNDS => Err(ConnectorError::new(
            ErrorKind::LimitExceeded,
            format!(
                "The server asks for {rounds} rounds of SCRAM; {ROUNDS} are the most that are done."
            ),
            "Check what answers there, and the server's scramIterationCount.",
        )),
        _ => Ok(()),
    }
}

fn unreadable() -> ConnectorError {
    ConnectorError::new(
        ErrorKind::ServerError,
        "The server sent a message that cannot be read.",
        "Check that a MongoDB server answers there, and no proxy changes what it says.",
    )
}

/// The rounds that a server's first message of SCRAM asks for (RFC 5802 §7, attribute `i`).
fn rounds(reply: &RawDocument) -> Option<u32> {
    let holder = reply
        .get_document("speculativeAuthenticate")
        .unwrap_or(reply);
    let payload = holder.get_binary("payload").ok()?;
    if payload.subtype != BinarySubtype::Generic {
        return None;
    }
    let attributes = payload.bytes.split(|b| *b == b',');
    let asked = attributes
        .filter_map(|a| a.strip_prefix(b"i="))
        .next_back()?;
    // A number that does not fit is more than any limit.
    Some(std::str::from_utf8(asked).ok()?.parse().unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use mongodb::bson::{Binary, Bson, Document, doc};

    use super::*;

    fn message(document: &Document) -> Vec<u8> {
        let document = document.to_vec().unwrap();
        let length = i32::try_from(wire::HEADER + 5 + document.len()).unwrap();
        let mut message: Vec<u8> = [length, 1, 1, wire::OP_MSG, 0]
            .iter()
            .flat_map(|n| n.to_le_bytes())
            .collect();
        message.push(0);
        message.extend(document);
        message
    }

    fn payload(text: &str) -> Bson {
        Bson::Binary(Binary {
            subtype: BinarySubtype::Generic,
            bytes: text.into(),
        })
    }

    #[test]
    fn an_ordinary_login_passes_and_one_of_four_billion_rounds_does_not() {
        for (rounds, passes) in [
            ("15000", true),
            ("4294967295", false),
            ("99999999999999", false),
        ] {
            let first = payload(&format!("r=abc,s=QUJD,i={rounds}"));
            let plain = message(&doc! { "ok": 1, "payload": first.clone() });
            let early = message(&doc! { "ok": 1, "speculativeAuthenticate": { "payload": first } });
            assert_eq!(check(&plain).is_ok(), passes, "{rounds}");
            assert_eq!(check(&early).is_ok(), passes, "{rounds}");
        }
    }

    #[test]
    fn documents_deeper_than_any_server_keeps_are_refused() {
        let nest = |levels| (0..levels).fold(doc! {}, |inner, _| doc! { "a": inner });
        assert!(check(&message(&nest(150))).is_ok());
        let error = check(&message(&nest(300))).unwrap_err();
        assert_eq!(error.kind, ErrorKind::LimitExceeded);
    }

    #[test]
    fn garbage_is_refused() {
        assert!(check(b"").is_err());
        let mut cut = message(&doc! { "a": "text" });
        cut.truncate(cut.len() - 4);
        assert!(check(&cut).is_err());
    }
}
