//! What refusals of rows mean.

use crate::connectors::{ConnectorError, ErrorKind};

/// The meaning of a refusal of a statement that reads a table, beyond what all statements share.
/// `asked` tells whether it holds anything of a caller's that could be at fault.
pub fn of_rows(error: ConnectorError, asked: bool) -> ConnectorError {
    let (ErrorKind::ServerError | ErrorKind::UnsupportedServer) = error.kind else {
        return error;
    };
    let code = error.server_code.as_deref().unwrap_or_default();
    let meant = match code {
        // Undefined: table, schema, column.
        "42P01" | "3F000" => gone(None),
        "42703" => gone(Some("that was asked for")),
        "55000" => ConnectorError::new(
            ErrorKind::ServerUnavailable,
            "There are no rows to read yet.",
            "A materialized view has rows once it was refreshed.",
        )
        .because("not_populated"),
        // Texts that are no values of a type, numbers beyond its range; operators, orders and
        // patterns that a type has not.
        "22P02" | "22P03" | "22007" | "22008" | "22003" | "22023" | "22021" | "22025" | "22030"
        | "22032" | "42883" | "42725" | "42804" | "42846" | "0A000"
            if asked =>
        {
            ConnectorError::new(
                ErrorKind::InvalidQuery,
                "A condition or the order does not fit the type of its column.",
                "Write the value as one of the column's type; server_message says what the server \
             objects to.",
            )
        }
        _ => return error,
    };
    ConnectorError {
        server_code: error.server_code,
        server_message: error.server_message,
        ..meant
    }
}

/// What was to be read is not there.
pub fn gone(column: Option<&str>) -> ConnectorError {
    let (what, reason) = match column {
        None => (
            "The table is not there any more.".to_owned(),
            "table_not_found",
        ),
        Some(name) => (
            format!("The column {name} is not there any more."),
            "column_not_found",
        ),
    };
    ConnectorError::new(
        ErrorKind::InvalidQuery,
        what,
        "Read the schema again to see what there is now.",
    )
    .because(reason)
}

/// A text that cannot be in a statement.
pub fn without_nul(sql: &str) -> Result<(), ConnectorError> {
    if sql.contains('\0') {
        return Err(ConnectorError::new(
            ErrorKind::InvalidQuery,
            "There is a NUL character in what is asked.",
            "No text, name or statement of PostgreSQL's holds one; leave it out.",
        ));
    }
    Ok(())
}

/// A row that is longer than any is taken.
pub fn long_row(error: ConnectorError) -> ConnectorError {
    ConnectorError {
        message: "A row is longer than 256 MiB.".to_owned(),
        hint: "Leave out its largest columns.".to_owned(),
        ..error
    }
}
