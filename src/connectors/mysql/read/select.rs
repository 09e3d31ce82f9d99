//! The select that reads what is wanted of a table.

use std::fmt::Write as _;

use mysql_async::Value;

use super::value;
use crate::connectors::mysql::{query, quote};
use crate::connectors::read::{Condition, Test};
use crate::connectors::{ConnectorError, ErrorKind, Selection, TableRead};
use crate::schema::{Column, DataType, TableKind};

/// A statement, and the values of its parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct Select {
    pub sql: String,
    pub values: Vec<Value>,
}

/// The rows that are wanted.
pub fn rows(read: &TableRead) -> Result<Select, ConnectorError> {
    if read.columns.is_empty() {
        return Err(ConnectorError::new(
            ErrorKind::InvalidQuery,
            "No column of the table is wanted.",
            "Choose some of its columns.",
        ));
    }
    let columns: Vec<_> = read
        .columns
        .iter()
        .map(|c| quote::identifier(&c.name))
        .collect();
    let mut select = Select::of(&columns.join(", "), read)?;
    let order = read.order.iter().map(|order| {
        let direction = if order.descending { " DESC" } else { "" };
        format!("{}{direction}", quote::identifier(&order.column))
    });
    let order: Vec<_> = order.collect();
    if !order.is_empty() {
        let _ = write!(select.sql, " ORDER BY {}", order.join(", "));
    }
    if read.limit.is_some() || read.offset > 0 {
        // An offset stands behind a limit alone.
        let limit = read.limit.unwrap_or(u64::MAX);
        let _ = write!(select.sql, " LIMIT {limit} OFFSET {}", read.offset);
    }
    Ok(select)
}

/// The largest value of a column among the rows that are wanted.
pub fn largest(read: &TableRead, column: &str) -> Result<Select, ConnectorError> {
    Select::of(&format!("MAX({})", quote::identifier(column)), read)
}

fn source(read: &TableRead) -> Result<String, ConnectorError> {
    let table = quote::identifier(&read.table.name);
    Ok(match (&read.query, &read.table.schema) {
        (Some(sql), _) if read.kind == TableKind::Query => {
            let name = quote::identifier(Selection::QUERY_TABLE);
            format!("({}\n) AS {name}", query::check(sql)?)
        }
        (_, Some(schema)) => format!("{}.{table}", quote::identifier(schema)),
        (_, None) => table,
    })
}

impl Select {
    fn of(what: &str, read: &TableRead) -> Result<Self, ConnectorError> {
        let mut select = Self {
            sql: format!("SELECT {what} FROM {}", source(read)?),
            values: Vec::new(),
        };
        let mut conditions = Vec::new();
        for condition in &read.conditions {
            conditions.push(select.condition(read, condition)?);
        }
        if let Some(text) = &read.search {
            let mut any = Vec::new();
            for column in read.columns.iter().filter(|column| has_text(column)) {
                any.push(select.like(&written(column), text, "%"));
            }
            // Where no column has a text, none contains it.
            let any = if any.is_empty() {
                "FALSE".to_owned()
            } else {
                any.join(" OR ")
            };
            conditions.push(format!("({any})"));
        }
        if !conditions.is_empty() {
            let _ = write!(select.sql, " WHERE {}", conditions.join(" AND "));
        }
        Ok(select)
    }

    fn condition(
        &mut self,
        read: &TableRead,
        condition: &Condition,
    ) -> Result<String, ConnectorError> {
        let found = read.columns.iter().find(|c| c.name == condition.column);
        // One that is not wanted is not described either: the server knows its type.
        let unknown = Column {
            name: condition.column.clone(),
            ..Column::default()
        };
        let column = found.unwrap_or(&unknown);
        let name = quote::identifier(&column.name);
        let mut compared = |sign: &str, text: &str| {
            let value = self.value(column, text)?;
            Ok(format!("{name} {sign} {value}"))
        };
        match &condition.test {
            Test::Equal(value) => compared("=", value),
            Test::NotEqual(value) => compared("<>", value),
            Test::Less(value) => compared("<", value),
            Test::AtMost(value) => compared("<=", value),
            Test::More(value) => compared(">", value),
            Test::AtLeast(value) => compared(">=", value),
            Test::OneOf(values) if values.is_empty() => Ok("FALSE".to_owned()),
            Test::OneOf(values) => {
                let values = values.iter().map(|value| self.value(column, value));
                let values = values.collect::<Result<Vec<_>, _>>()?;
                Ok(format!("{name} IN ({})", values.join(", ")))
            }
            Test::Contains(text) => Ok(self.like(&written(column), text, "%")),
            Test::StartsWith(text) => Ok(self.like(&written(column), text, "")),
            Test::Null => Ok(format!("{name} IS NULL")),
            Test::NotNull => Ok(format!("{name} IS NOT NULL")),
        }
    }

    fn value(&mut self, column: &Column, text: &str) -> Result<String, ConnectorError> {
        let (expression, value) = value::of(column, text)?;
        self.values.push(value);
        Ok(expression)
    }

    /// Compares small letters, and accents too, whatever collation the column has.
    fn like(&mut self, written: &str, text: &str, before: &str) -> String {
        let mut pattern = before.to_owned();
        for letter in text.chars() {
            // Not a backslash, which the SQL mode may make a letter like others.
            if matches!(letter, '%' | '_' | '|') {
                pattern.push('|');
            }
            pattern.push(letter);
        }
        pattern.push('%');
        self.values.push(Value::Bytes(pattern.into_bytes()));
        format!(
            "LOWER({written}) COLLATE utf8mb4_bin LIKE \
             LOWER(CAST(? AS CHAR CHARACTER SET utf8mb4)) ESCAPE '|'"
        )
    }
}

/// Whether a column's values are shown as text.
fn has_text(column: &Column) -> bool {
    match &column.logical_type {
        DataType::Binary | DataType::Geometry => false,
        DataType::Array(of) => **of == DataType::String,
        _ => true,
    }
}

/// A column's value as the text that is answered of it.
fn written(column: &Column) -> String {
    let name = quote::identifier(&column.name);
    let text = |of: &str| format!("CAST({of} AS CHAR CHARACTER SET utf8mb4)");
    match column.logical_type {
        DataType::Boolean => text(&format!("{name} + 0")),
        DataType::Timestamp => format!("REPLACE({}, ' ', 'T')", text(&name)),
        DataType::Timestamptz => format!("CONCAT(REPLACE({}, ' ', 'T'), 'Z')", text(&name)),
        _ => text(&name),
    }
}
