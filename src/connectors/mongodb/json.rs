//! BSON of the catalog as relaxed Extended JSON (specification: Extended JSON 2.0).

use bson::Bson;
use bson::raw::{RawBsonRef, RawDocument};
use serde_json::Value;

use super::elements;

/// The deepest that is written: writing takes the stack of a thread level by level, and JSON is
/// read back to 128 of them.
const DEPTH: usize = 64;

/// A value; nothing, where it cannot be decoded or nests too deep.
pub fn value(value: RawBsonRef<'_>) -> Option<Value> {
    let inside = match value {
        RawBsonRef::Document(document) => document.as_bytes(),
        RawBsonRef::Array(array) => array.as_bytes(),
        RawBsonRef::JavaScriptCodeWithScope(code) => code.scope.as_bytes(),
        _ => return Some(Bson::try_from(value).ok()?.into_relaxed_extjson()),
    };
    if elements::depth(inside, DEPTH).ok()? > DEPTH {
        return None;
    }
    Some(Bson::try_from(value).ok()?.into_relaxed_extjson())
}

/// A whole document; as [`value`].
pub fn document(document: &RawDocument) -> Option<Value> {
    value(RawBsonRef::Document(document))
}

#[cfg(test)]
mod tests {
    use bson::{RawDocumentBuf, doc};
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_written_relaxed_and_in_order() {
        let written = RawDocumentBuf::try_from(&doc! {
            "z": 5_i64, "a": bson::DateTime::from_millis(0), "re": bson::Regex { pattern: "^a".try_into().unwrap(), options: "i".try_into().unwrap() },
        });
        let written = document(&written.unwrap()).unwrap();
        let expected = json!({
            "z": 5, "a": { "$date": "1970-01-01T00:00:00Z" },
            "re": { "$regularExpression": { "pattern": "^a", "options": "i" } },
        });
        assert_eq!(written.to_string(), expected.to_string());
    }

    #[test]
    fn what_could_not_be_read_back_is_not_written() {
        let nest = |levels| (0..levels).fold(doc! {}, |inner, _| doc! { "a": inner });
        let written = |levels| document(&RawDocumentBuf::try_from(&nest(levels)).unwrap());
        assert!(written(60).is_some());
        assert!(written(70).is_none());
    }
}
