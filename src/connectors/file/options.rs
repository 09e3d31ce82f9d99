//! What a caller may say of how files are written.

use std::collections::BTreeMap;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::part::Format;
use crate::connectors::options::shown;
use crate::connectors::{ConfigError, OptionSpec, Settings};
use crate::schema::DataType;

/// The options, as the page shows them.
pub const OPTIONS: &[OptionSpec] = &[
    OptionSpec {
        name: "format",
        help: "csv, tsv, json, jsonl, parquet or excel; told by the file's ending where absent",
    },
    OptionSpec {
        name: "delimiter",
        help: "What stands between the values of a CSV file: one sign, or `tab`",
    },
    OptionSpec {
        name: "quote",
        help: "What stands around a value of a CSV file: one sign, or `none`",
    },
    OptionSpec {
        name: "escape",
        help: "What takes its meaning from the next sign of a CSV file; else quotes are doubled",
    },
    OptionSpec {
        name: "header",
        help: "Whether the first row holds the names: true or false",
    },
    OptionSpec {
        name: "encoding",
        help: "utf-8, utf-16, utf-16le, utf-16be, windows-1252 or latin1",
    },
    OptionSpec {
        name: "null_values",
        help: "Texts that mean NULL in a CSV file, with commas between them",
    },
    OptionSpec {
        name: "decimal_comma",
        help: "Whether `1,5` is a number: true or false",
    },
    OptionSpec {
        name: "types",
        help: "Logical types by column, such as {\"zip\": \"string\"}",
    },
    OptionSpec {
        name: "sheet",
        help: "The one sheet of a workbook that is wanted",
    },
    OptionSpec {
        name: "record_path",
        help: "Where in a JSON document the list of records stands, such as data.items",
    },
];

/// What stands around values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quote {
    Nothing,
    Sign(u8),
}

impl Default for Quote {
    fn default() -> Self {
        Self::Sign(b'"')
    }
}

impl Quote {
    /// The sign, where there is one.
    pub fn sign(self) -> Option<u8> {
        match self {
            Self::Nothing => None,
            Self::Sign(sign) => Some(sign),
        }
    }
}

/// The same, read.
#[derive(Debug, Clone, Default)]
pub struct Options {
    pub format: Option<Format>,
    pub delimiter: Option<u8>,
    pub quote: Quote,
    pub escape: Option<u8>,
    pub header: Option<bool>,
    pub encoding: Option<&'static Encoding>,
    pub null_values: Vec<String>,
    pub decimal_comma: bool,
    pub types: BTreeMap<String, DataType>,
    pub sheet: Option<String>,
    pub record_path: Vec<String>,
}

/// Whether an option is known by this name.
pub fn is_known(name: &str) -> bool {
    OPTIONS.iter().any(|option| option.name == name)
}

impl Options {
    /// Reads them out of settings.
    ///
    /// # Errors
    /// The option that cannot be understood.
    pub fn read(settings: &Settings) -> Result<Self, ConfigError> {
        let mut options = Self::default();
        for (name, value) in &settings.options {
            options.set(name, value)?;
        }
        Ok(options)
    }

    fn set(&mut self, name: &str, value: &str) -> Result<(), ConfigError> {
        let wrong = |hint: &str| {
            ConfigError::new(
                format!("options.{name}"),
                format!("'{}' is no {name}.", shown(value)),
                hint,
            )
        };
        match name {
            "format" => {
                let known = "Use csv, tsv, json, jsonl, parquet or excel.";
                self.format = Some(Format::named(value).ok_or_else(|| wrong(known))?);
            }
            "delimiter" => self.delimiter = Some(sign(value).ok_or_else(|| wrong(ONE_SIGN))?),
            "quote" if value == "none" || value.is_empty() => self.quote = Quote::Nothing,
            "quote" => self.quote = Quote::Sign(sign(value).ok_or_else(|| wrong(ONE_SIGN))?),
            "escape" => self.escape = Some(sign(value).ok_or_else(|| wrong(ONE_SIGN))?),
            "header" => self.header = Some(flag(value).ok_or_else(|| wrong(FLAG))?),
            "decimal_comma" => self.decimal_comma = flag(value).ok_or_else(|| wrong(FLAG))?,
            "encoding" => {
                let known = "Use utf-8, utf-16, utf-16le, utf-16be, windows-1252 or latin1.";
                self.encoding = Some(encoding(value).ok_or_else(|| wrong(known))?);
            }
            "null_values" => {
                self.null_values = value.split(',').map(|v| v.trim().to_owned()).collect();
            }
            "types" => {
                let hint = "Write an object of logical types by column, such as \
                            {\"zip\": \"string\"}.";
                self.types = serde_json::from_str(value).map_err(|_| wrong(hint))?;
            }
            "sheet" => self.sheet = Some(value.to_owned()),
            "record_path" => {
                self.record_path = value.split('.').map(str::to_owned).collect();
            }
            _ => {}
        }
        Ok(())
    }
}

const ONE_SIGN: &str = "Use one sign of ASCII, or `tab`.";
const FLAG: &str = "Use true or false.";

fn sign(text: &str) -> Option<u8> {
    match text.as_bytes() {
        b"tab" | b"\\t" => Some(b'\t'),
        [one] if one.is_ascii() && !matches!(one, b'\r' | b'\n' | 0) => Some(*one),
        _ => None,
    }
}

fn flag(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" | "1" => Some(true),
        "false" | "no" | "off" | "0" => Some(false),
        _ => None,
    }
}

fn encoding(text: &str) -> Option<&'static Encoding> {
    Some(match text.to_ascii_lowercase().as_str() {
        "utf-8" | "utf8" => UTF_8,
        "utf-16" | "utf16" | "utf-16le" => UTF_16LE,
        "utf-16be" => UTF_16BE,
        "windows-1252" | "cp1252" | "latin1" | "iso-8859-1" => WINDOWS_1252,
        _ => return None,
    })
}
