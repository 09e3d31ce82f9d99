//! The caller's own select: described without being run, and counted.

use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use rusqlite::{Connection, ErrorCode, Statement};

use super::error::{failed, told};
use super::types;
use crate::connectors::{ConnectorError, ErrorKind};
use crate::schema::{Column, DataType};

/// The columns of the query's result. Their keys and nullability are not told by `SQLite`.
pub(super) fn describe(connection: &Connection, sql: &str) -> Result<Vec<Column>, ConnectorError> {
    prepared(connection, sql, 0, |statement| {
        let columns = (1..).zip(statement.columns()).map(|(position, column)| {
            let declared = column.decl_type();
            Column {
                name: column.name().to_owned(),
                position,
                native_type: declared.unwrap_or_default().to_owned(),
                logical_type: declared.map_or(DataType::Unknown, types::family),
                nullable: true,
                ..Column::default()
            }
        });
        Ok(columns.collect())
    })
}

/// Counts the query's rows by reading them all.
pub(super) fn count(connection: &Connection, sql: &str) -> Result<u64, ConnectorError> {
    prepared(connection, sql, 0, |statement| {
        let mut rows = statement.raw_query();
        let mut count = 0;
        while rows.next().map_err(failed)?.is_some() {
            count += 1;
        }
        Ok(count)
    })
}

/// Prepares one statement that reads rows and does nothing else, and hands it to `work`, which has
/// values for so many parameters.
pub(super) fn prepared<T>(
    connection: &Connection,
    sql: &str,
    params: usize,
    work: impl FnOnce(&mut Statement<'_>) -> Result<T, ConnectorError>,
) -> Result<T, ConnectorError> {
    if sql.contains('\0') {
        // SQLite would stop there, and what is shown would not be what is run.
        return Err(invalid("The query holds a NUL."));
    }
    connection.authorizer(Some(authorize)).map_err(failed)?;
    let done = connection
        .prepare(sql)
        .map_err(refused)
        .and_then(|mut statement| {
            if statement.column_count() == 0 || !statement.readonly() || statement.is_explain() != 0
            {
                return Err(invalid("The query is no SELECT."));
            }
            if statement.parameter_count() != params {
                let wanted = statement.parameter_count();
                return Err(invalid(&format!(
                    "The query has {wanted} parameters, and {params} values were given."
                )));
            }
            work(&mut statement)
        });
    // Not for our own statements: the driver panics where a name that it is asked about is no UTF-8.
    let nobody = None::<fn(AuthContext<'_>) -> Authorization>;
    connection.authorizer(nobody).map_err(failed)?;
    done
}

/// The PRAGMAs that only tell, as table-valued functions or to the built-in modules (FTS, R-tree)
/// while one of their tables is read.
const TELLING: &[&str] = &[
    "data_version",
    "encoding",
    "foreign_key_list",
    "index_info",
    "index_list",
    "index_xinfo",
    "page_size",
    "table_info",
    "table_xinfo",
];

/// Refuses what takes effect as early as it is prepared, or counts as read-only for `SQLite` while
/// it changes this connection or the whole process, such as PRAGMA `hard_heap_limit`. Statements
/// that write are told by `readonly`, and fail on a file that was opened for reading.
fn authorize(context: AuthContext<'_>) -> Authorization {
    let allowed = match context.action {
        AuthAction::Pragma { pragma_name, .. } => TELLING
            .iter()
            .any(|telling| telling.eq_ignore_ascii_case(pragma_name)),
        AuthAction::Attach { .. } | AuthAction::Detach { .. } | AuthAction::Unknown { .. } => false,
        AuthAction::Function { function_name } => {
            !function_name.eq_ignore_ascii_case("load_extension")
        }
        _ => true,
    };
    if allowed {
        Authorization::Allow
    } else {
        Authorization::Deny
    }
}

fn refused(error: rusqlite::Error) -> ConnectorError {
    let Some((code, extended, words)) = told(&error) else {
        return invalid("The query holds more than one statement.");
    };
    let message = match code {
        ErrorCode::AuthorizationForStatementDenied => "The query does more than read tables.",
        ErrorCode::Unknown | ErrorCode::TooBig => "SQLite does not understand the query.",
        _ => return failed(error),
    };
    invalid(message)
        .said_by_server(extended.to_string(), words)
        .at_character(position(&error))
}

/// Where in the statement the failure is: `SQLite` tells it in bytes, and -1 where it knows no place.
fn position(error: &rusqlite::Error) -> Option<u32> {
    let rusqlite::Error::SqlInputError { sql, offset, .. } = error else {
        return None;
    };
    let before = sql.get(..usize::try_from(*offset).ok()?)?;
    u32::try_from(before.chars().count() + 1).ok()
}

fn invalid(message: &str) -> ConnectorError {
    ConnectorError::new(
        ErrorKind::InvalidQuery,
        message,
        "Write one plain SELECT over the tables and views of the file.",
    )
}
