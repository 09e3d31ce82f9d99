//! One answer of an API, and where its records stand in it.

use std::ops::Range;

use serde_json::value::RawValue;

use super::json::{self, Elements, Members};
use crate::connectors::{ConnectorError, ErrorKind};

/// An answer: its text, and the records within.
#[derive(Debug)]
pub struct Page {
    text: String,
    records: Vec<Range<usize>>,
    /// What stands at the path of the next page's cursor or address; none where it is empty.
    pub next: Option<String>,
}

/// Names under which APIs put their records, where nobody says.
const USUAL: &[&str] = &[
    "data", "items", "results", "records", "value", "values", "rows", "entries", "content",
];

impl Page {
    /// Finds the records of an answer.
    ///
    /// # Errors
    /// [`ErrorKind::ProtocolMismatch`] where it is no JSON, or there are none at the path.
    pub fn read(
        text: String,
        record_path: Option<&str>,
        next_path: Option<&str>,
    ) -> Result<Self, ConnectorError> {
        if json::depth(&text) > json::DEPTH {
            return Err(ConnectorError::new(
                ErrorKind::LimitExceeded,
                format!("The API's answer nests deeper than {} levels.", json::DEPTH),
                "Ask it for less, by another path or by parameters.",
            ));
        }
        let root: &RawValue =
            serde_json::from_str(text.trim_ascii()).map_err(|_| no_json(&text))?;
        let found = match record_path {
            Some(path) => told(root, path)?,
            None => found(root)?,
        };
        let begin = text.as_ptr() as usize;
        let range = |raw: &RawValue| {
            let start = raw.get().as_ptr() as usize - begin;
            start..start + raw.get().len()
        };
        let records = found.into_iter().map(range).collect();
        let next = next_path
            .and_then(|path| at(root, path).ok())
            .and_then(|raw| match json::sort(raw) {
                "string" => Some(json::string(raw).into_owned()),
                "number" => Some(raw.get().to_owned()),
                _ => None,
            });
        Ok(Self {
            records,
            next: next.filter(|next| !next.is_empty()),
            text,
        })
    }

    /// How many records.
    #[must_use]
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// The records, as they are written.
    pub fn records(&self) -> impl Iterator<Item = &str> {
        self.records.iter().map(|range| &self.text[range.clone()])
    }

    /// All records in one text, to tell pages apart by.
    #[must_use]
    pub fn all(&self) -> &str {
        match (self.records.first(), self.records.last()) {
            (Some(first), Some(last)) => &self.text[first.start..last.end],
            _ => "",
        }
    }
}

/// The fields of a record; one that is no object is the field `value`.
pub fn fields(record: &str) -> Result<Members<'_>, ConnectorError> {
    let raw: &RawValue = serde_json::from_str(record).map_err(|_| no_json(record))?;
    if json::sort(raw) == "object" {
        return members(raw);
    }
    Ok(Members(vec![("value".into(), raw)]))
}

fn members(raw: &RawValue) -> Result<Members<'_>, ConnectorError> {
    serde_json::from_str(raw.get()).map_err(|_| {
        ConnectorError::new(
            ErrorKind::LimitExceeded,
            format!(
                "An object of the API's answer has more than {} fields, or names that are no text.",
                json::FIELDS
            ),
            "Where its names are data, choose a `record_path` above or below it.",
        )
    })
}

fn elements(raw: &RawValue) -> Result<Vec<&RawValue>, ConnectorError> {
    let Elements(elements) = serde_json::from_str(raw.get()).map_err(|_| {
        ConnectorError::new(
            ErrorKind::LimitExceeded,
            format!(
                "One page of the API holds more than {} records.",
                json::RECORDS
            ),
            "Ask for smaller pages by `pagination`.",
        )
    })?;
    Ok(elements)
}

/// What stands at a path, or the part of the path at which it ends and what stands there.
fn at<'a>(root: &'a RawValue, path: &str) -> Result<&'a RawValue, (String, &'a RawValue)> {
    let (mut here, mut been) = (root, String::new());
    for part in path.split('.').filter(|part| !part.is_empty()) {
        let next = match json::sort(here) {
            "object" => members(here).ok().and_then(|Members(members)| {
                let mut found = members.into_iter().rev();
                found.find(|(name, _)| name == part).map(|(_, value)| value)
            }),
            "array" => part
                .parse::<usize>()
                .ok()
                .and_then(|number| elements(here).ok()?.get(number).copied()),
            _ => None,
        };
        here = next.ok_or((been.clone(), here))?;
        been = if been.is_empty() {
            part.to_owned()
        } else {
            format!("{been}.{part}")
        };
    }
    Ok(here)
}

fn told<'a>(root: &'a RawValue, path: &str) -> Result<Vec<&'a RawValue>, ConnectorError> {
    let (place, raw) = match at(root, path) {
        Ok(raw) => match json::sort(raw) {
            "array" => return elements(raw),
            "object" => return Ok(vec![raw]),
            // As some servers write an empty list.
            "null" => return Ok(Vec::new()),
            _ => (path.to_owned(), raw),
        },
        Err(stopped) => stopped,
    };
    let place = if place.is_empty() {
        "the top".to_owned()
    } else {
        format!("'{place}'")
    };
    Err(ConnectorError::new(
        ErrorKind::ProtocolMismatch,
        format!("The API's answer has no records at '{}'.", short(path)),
        format!(
            "At {} stands {}. Set `record_path` to where the list is.",
            short(&place),
            described(raw)
        ),
    ))
}

/// Without a path: the list itself, the list in a usual place, the only list of objects there is,
/// else the one object.
fn found(root: &RawValue) -> Result<Vec<&RawValue>, ConnectorError> {
    match json::sort(root) {
        "array" => return elements(root),
        "object" => {}
        "null" => return Ok(Vec::new()),
        _ => {
            return Err(ConnectorError::new(
                ErrorKind::ProtocolMismatch,
                format!(
                    "The API's answer has no records: it is {}.",
                    described(root)
                ),
                "Check the path of the endpoint.",
            ));
        }
    }
    let Members(members) = members(root)?;
    let lists: Vec<_> = members
        .iter()
        .filter(|(_, value)| json::sort(value) == "array")
        .collect();
    let usual = USUAL
        .iter()
        .find_map(|name| lists.iter().find(|(found, _)| found == name));
    let list = usual.or(match lists.as_slice() {
        [only] => Some(only).filter(|(_, raw)| {
            elements(raw).is_ok_and(|all| {
                all.first()
                    .is_none_or(|first| json::sort(first) == "object")
            })
        }),
        _ => None,
    });
    match list {
        Some((_, list)) => elements(list),
        None => Ok(vec![root]),
    }
}

/// What a value is, in a few words.
fn described(raw: &RawValue) -> String {
    match json::sort(raw) {
        "object" => {
            let names = members(raw).map(|Members(members)| {
                let names = members
                    .iter()
                    .take(10)
                    .map(|(name, _)| format!("'{}'", short(name)));
                names.collect::<Vec<_>>().join(", ")
            });
            match names.as_deref() {
                Ok("") | Err(_) => "an object".to_owned(),
                Ok(names) => format!("an object with {names}"),
            }
        }
        "array" => "an array".to_owned(),
        "null" => "null".to_owned(),
        sort => format!("a {sort}"),
    }
}

fn short(text: &str) -> String {
    let text = &text[..text.floor_char_boundary(64)];
    text.chars().filter(|letter| !letter.is_control()).collect()
}

fn no_json(text: &str) -> ConnectorError {
    let start = text.trim_start();
    let what = if start.is_empty() {
        "is empty"
    } else if start.starts_with('<') {
        "looks like a web page"
    } else {
        "is no JSON"
    };
    ConnectorError::new(
        ErrorKind::ProtocolMismatch,
        format!("The API's answer {what}."),
        "Check `base_url` and the path of the endpoint: the address must answer JSON.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn records(text: &str, path: Option<&str>) -> Result<Vec<String>, String> {
        let page = Page::read(text.to_owned(), path, None);
        page.map(|page| page.records().map(str::to_owned).collect())
            .map_err(|error| error.hint)
    }

    #[test]
    fn records_are_found_where_they_are_told_to_be_or_usually_are() {
        for (text, path, expected) in [
            ("[1, {\"a\":2}]", None, &["1", "{\"a\":2}"][..]),
            ("{\"total\":1,\"data\":[{}]}", None, &["{}"]),
            ("{\"orders\":[{}],\"n\":1}", None, &["{}"]),
            (
                "{\"id\":1,\"tags\":[\"x\"]}",
                None,
                &["{\"id\":1,\"tags\":[\"x\"]}"],
            ),
            ("{\"a\":{\"b\":[3]}}", Some("a.b"), &["3"]),
            ("{\"a\":{\"b\":{}}}", Some("a.b"), &["{}"]),
            ("{\"a\":null}", Some("a"), &[]),
            ("\u{20}[]\n", Some(""), &[]),
        ] {
            assert_eq!(records(text, path).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn a_wrong_path_is_told_with_what_stands_there() {
        let hint = records("{\"data\":{\"rows\":[]}}", Some("data.items")).unwrap_err();
        assert!(
            hint.starts_with("At 'data' stands an object with 'rows'."),
            "{hint}"
        );
        let hint = records("{\"data\":7}", Some("data")).unwrap_err();
        assert!(hint.starts_with("At 'data' stands a number."), "{hint}");
        let hint = records("[]", Some("x")).unwrap_err();
        assert!(hint.starts_with("At the top stands an array."), "{hint}");
    }

    #[test]
    fn the_cursor_of_the_next_page_is_read_where_there_is_one() {
        for (text, expected) in [
            ("{\"data\":[],\"meta\":{\"next\":\"a\\u00e9\"}}", Some("aé")),
            ("{\"data\":[],\"meta\":{\"next\":17}}", Some("17")),
            ("{\"data\":[],\"meta\":{\"next\":null}}", None),
            ("{\"data\":[],\"meta\":{\"next\":\"\"}}", None),
            ("{\"data\":[]}", None),
        ] {
            let page = Page::read(text.to_owned(), None, Some("meta.next")).unwrap();
            assert_eq!(page.next.as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn what_nests_without_end_is_refused() {
        let text = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        let error = Page::read(text, None, None).unwrap_err();
        assert_eq!(error.kind, ErrorKind::LimitExceeded);
    }
}
