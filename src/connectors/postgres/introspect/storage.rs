//! How tables are kept, from `pg_class` and what stands around it.

use serde_json::Value;

use crate::connectors::postgres::reader::{Reader, Row};
use crate::connectors::{ConnectorError, Selection};
use crate::schema::ViewCheck;

use super::by_table::{ByTable, by_table};
use super::options::{Options, foreign, stored};

/// How a table is kept.
#[derive(Default)]
pub struct Storage {
    pub engine: Option<String>,
    pub options: Options,
    /// `check_option`, which of a view stands among its options.
    pub check_option: Option<ViewCheck>,
    pub size: Option<u64>,
    pub row_security: bool,
    pub row_security_forced: bool,
}

/// How the selected tables are kept.
pub async fn read(
    reader: &Reader<'_>,
    selection: &Selection,
) -> Result<ByTable<Storage>, ConnectorError> {
    let sql = include_str!("../sql/storage.sql");
    by_table(reader, selection, sql, "tables", storage).await
}

fn storage(row: &Row<'_>) -> Result<Storage, ConnectorError> {
    let mut options = stored(&row.texts(4)?, "");
    options.extend(stored(&row.texts(5)?, "toast."));
    options.extend(foreign(&row.texts(6)?));
    let check_option = match options.remove("check_option") {
        Some(Value::String(word)) if word == "local" => Some(ViewCheck::Local),
        Some(_) => Some(ViewCheck::Cascaded),
        None => None,
    };
    let words = [
        ("persistence", row.flag(2)?.then(|| "unlogged".to_owned())),
        ("tablespace", row.owned(3)?),
    ];
    for (name, word) in words {
        if let Some(word) = word {
            options.insert(name.to_owned(), Value::String(word));
        }
    }
    Ok(Storage {
        engine: row.owned(1)?,
        options,
        check_option,
        size: row.optional(7)?.and_then(|size| size.parse().ok()),
        row_security: row.flag(8)?,
        row_security_forced: row.flag(9)?,
    })
}
