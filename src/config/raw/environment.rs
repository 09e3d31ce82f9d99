//! Settings of the environment.

use std::ffi::OsString;
use std::path::PathBuf;

use super::{Kind, RawSettings, Value, find};
use crate::config::ConfigError;

const PREFIX: &str = "HEADWATER_";
/// The variable that names the file; no key of the file itself.
const CONFIG_VARIABLE: &str = "HEADWATER_CONFIG";
/// The variable of a password for commands that dial without a server; no setting.
const PASSWORD_VARIABLE: &str = "HEADWATER_PASSWORD";
/// Variables of our own tests.
const TEST_PREFIX: &str = "HEADWATER_TEST_";

/// The settings of the environment, and the file that it names. An empty variable counts as absent:
/// composed environments pass on what is not set.
pub(in crate::config) fn from_environment(
    variables: impl IntoIterator<Item = (OsString, OsString)>,
) -> Result<(RawSettings, Option<PathBuf>), ConfigError> {
    let mut raw = RawSettings::default();
    let mut config = None;
    for (name, value) in variables {
        let Some(name) = name.to_str() else { continue };
        let Some(key) = name.strip_prefix(PREFIX) else {
            continue;
        };
        if name.starts_with(TEST_PREFIX) || name == PASSWORD_VARIABLE {
            continue;
        }
        if name == CONFIG_VARIABLE {
            config = Some(value)
                .filter(|value| !value.is_empty())
                .map(PathBuf::from);
            continue;
        }
        let spell = |key: &str| format!("{PREFIX}{}", key.to_uppercase());
        let (key, kind) = find(name, &key.to_lowercase(), spell)?;
        if name != spell(key) {
            return Err(ConfigError::Unknown {
                name: name.to_owned(),
                nearest: Some(spell(key)),
            });
        }
        if value.is_empty() {
            continue;
        }
        let text = value.to_str().ok_or(ConfigError::Kind {
            name: name.to_owned(),
            expected: "written in UTF-8",
        })?;
        let value = match kind {
            Kind::Text | Kind::Number => Value::Text(text.into()),
            Kind::List => {
                let items = text
                    .split(',')
                    .map(str::trim)
                    .filter(|item| !item.is_empty());
                Value::List(items.map(str::to_owned).collect())
            }
            Kind::Flag => match text.to_ascii_lowercase().as_str() {
                "1" | "true" | "yes" | "on" => Value::Flag(true),
                "0" | "false" | "no" | "off" => Value::Flag(false),
                _ => {
                    return Err(ConfigError::Kind {
                        name: name.to_owned(),
                        expected: "true or false",
                    });
                }
            },
        };
        raw.set(key, name.to_owned(), value);
    }
    Ok((raw, config))
}
