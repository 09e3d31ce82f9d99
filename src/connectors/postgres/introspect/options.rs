//! Options, as the catalog keeps them: texts of the form `name=value`.

use std::collections::BTreeMap;

use serde_json::Value;

/// Options by name.
pub type Options = BTreeMap<String, Value>;

/// Options of foreign tables that are known to hold no secret (the manual's pages on
/// `postgres_fdw` and `file_fdw`, and what the wrappers of other engines call the same). Others
/// may: a command, a URL with a password, a token.
const HARMLESS: &[&str] = &[
    "analyze_sampling",
    "async_capable",
    "batch_size",
    "collection",
    "database",
    "dbname",
    "delimiter",
    "encoding",
    "escape",
    "fetch_size",
    "filename",
    "force_not_null",
    "force_null",
    "format",
    "header",
    "max_rows",
    "null",
    "quote",
    "readonly",
    "schema",
    "schema_name",
    "table",
    "table_name",
    "truncatable",
    "updatable",
    "use_remote_estimate",
];

/// Storage parameters, each name behind `prefix`.
pub fn stored(options: &[String], prefix: &str) -> Options {
    let named = options.iter().map(|option| {
        let (name, value) = split(option);
        (format!("{prefix}{name}"), Value::String(value.to_owned()))
    });
    named.collect()
}

/// Options of a foreign table; the values of those that may hold a secret are left out.
pub fn foreign(options: &[String]) -> Options {
    let named = options.iter().map(|option| {
        let (name, value) = split(option);
        let shown = HARMLESS.contains(&name).then(|| value.to_owned());
        (name.to_owned(), shown.map_or(Value::Null, Value::String))
    });
    named.collect()
}

fn split(option: &str) -> (&str, &str) {
    option.split_once('=').unwrap_or((option, ""))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn options_are_split_at_their_first_sign() {
        let read = stored(&["fillfactor=70".to_owned(), "a=b=c".to_owned()], "toast.");
        assert_eq!(
            json!(read),
            json!({ "toast.fillfactor": "70", "toast.a": "b=c" })
        );
    }

    #[test]
    fn what_may_be_a_secret_is_named_and_not_shown() {
        let options = [
            "table_name=t",
            "password=hunter2",
            "program=curl -u me:hunter2 x",
        ];
        let read = foreign(&options.map(str::to_owned));
        assert_eq!(
            json!(read),
            json!({ "table_name": "t", "password": null, "program": null })
        );
    }
}
