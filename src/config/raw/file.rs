//! Settings of `headwater.toml`.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::{Kind, RawSettings, Value, find};
use crate::config::ConfigError;

/// The file's name where none is given.
const FILE_NAME: &str = "headwater.toml";

/// The settings of the file: the one that is named, which must be there; else `headwater.toml` in
/// the data folder or in the current one, where there is one.
pub(in crate::config) fn from_file(
    named: Option<PathBuf>,
    data_dir: Option<&str>,
) -> Result<RawSettings, ConfigError> {
    if let Some(path) = named {
        return read_file(&path)?.ok_or_else(|| ConfigError::File {
            path,
            problem: "there is no such file; make it, or name another with --config".to_owned(),
        });
    }
    let data_dir = Path::new(data_dir.unwrap_or(crate::config::validate::DATA_DIR));
    for path in [data_dir.join(FILE_NAME), PathBuf::from(FILE_NAME)] {
        if let Some(raw) = read_file(&path)? {
            return Ok(raw);
        }
    }
    Ok(RawSettings::default())
}

fn read_file(path: &Path) -> Result<Option<RawSettings>, ConfigError> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        // A data folder that is no folder is for the store to tell.
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        Err(error) => {
            return Err(ConfigError::File {
                path: path.to_owned(),
                problem: error.to_string(),
            });
        }
    };
    // The parser's own text would show the line, and what stands in it.
    let table: toml::Table = toml::from_str(&text).map_err(|error| {
        let before = error.span().and_then(|span| text.get(..span.start));
        let line = before.map_or(1, |before| before.matches('\n').count() + 1);
        ConfigError::File {
            path: path.to_owned(),
            problem: format!("line {line}: {}", error.message()),
        }
    })?;
    let mut raw = RawSettings::default();
    for (written, value) in table {
        let name = format!("{written} in {}", path.display());
        let (key, kind) = find(&name, &written, str::to_owned)?;
        let value = match (kind, value) {
            (Kind::Text, toml::Value::String(text)) => Value::Text(text.into()),
            (Kind::Number, toml::Value::Integer(number)) => Value::Text(number.to_string().into()),
            (Kind::Flag, toml::Value::Boolean(flag)) => Value::Flag(flag),
            (Kind::List, toml::Value::Array(items)) => {
                let items = items.into_iter().map(|item| match item {
                    toml::Value::String(text) => Some(text),
                    _ => None,
                });
                let expected = "a list of texts";
                Value::List(
                    (items.collect::<Option<_>>()).ok_or_else(|| ConfigError::Kind {
                        name: name.clone(),
                        expected,
                    })?,
                )
            }
            (kind, _) => {
                let expected = match kind {
                    Kind::Text => "a text in quotes",
                    Kind::List => "a list of texts",
                    Kind::Number => "a number",
                    Kind::Flag => "true or false",
                };
                return Err(ConfigError::Kind { name, expected });
            }
        };
        raw.set(key, name, value);
    }
    Ok(Some(raw))
}
