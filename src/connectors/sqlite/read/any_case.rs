//! Texts found in any letter case, of any script: `SQLite`'s `LIKE` knows the letters of ASCII alone.
//! <https://sqlite.org/lang_expr.html#like>

use rusqlite::Connection;
use rusqlite::functions::{Context, FunctionFlags};

/// Whether the first argument has the second in it, which is in small letters.
pub(super) const CONTAINS: &str = "contains_in_any_case";
/// Whether it begins with it.
pub(super) const STARTS_WITH: &str = "starts_with_in_any_case";

/// Makes the functions known to a connection.
pub(in crate::connectors::sqlite) fn tell(connection: &Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8
        | FunctionFlags::SQLITE_DETERMINISTIC
        | FunctionFlags::SQLITE_INNOCUOUS;
    connection.create_scalar_function(CONTAINS, 2, flags, |context| {
        Ok(holds(context, |text, wanted| text.contains(wanted)))
    })?;
    connection.create_scalar_function(STARTS_WITH, 2, flags, |context| {
        Ok(holds(context, |text, wanted| text.starts_with(wanted)))
    })
}

/// What is no text, or none that is UTF-8, has nothing in it.
fn holds(context: &Context<'_>, found: fn(&str, &str) -> bool) -> bool {
    let texts = (context.get_raw(0).as_str(), context.get_raw(1).as_str());
    matches!(texts, (Ok(text), Ok(wanted)) if found(&text.to_lowercase(), wanted))
}
