//! The select that reads what is wanted of a table.

use std::fmt::Write as _;

use super::any_case;
use crate::connectors::read::{Condition, Test};
use crate::connectors::sqlite::catalog::quoted;
use crate::connectors::{ConnectorError, ErrorKind, TableRead};
use crate::rows::Meaning;
use crate::schema::{DataType, TableKind};

/// A statement, and the values of its parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct Select {
    pub sql: String,
    pub params: Vec<Bound>,
    texts: Texts,
}

/// A value of a parameter.
#[derive(Debug, Clone, PartialEq)]
pub enum Bound {
    Null,
    Integer(i64),
    Real(f64),
    Text(String),
}

/// Where in a value a text stands.
#[derive(Debug, Clone, Copy)]
enum Where {
    Anywhere,
    First,
}

/// A text that is looked for, by the parameter that it stands in.
enum Found {
    Like(String),
    Folded(Where, String),
}

impl Found {
    /// The condition that a column has it.
    fn within(&self, column: &str) -> String {
        match self {
            Self::Like(pattern) => format!("CAST({column} AS TEXT) LIKE {pattern} ESCAPE '\\'"),
            Self::Folded(Where::Anywhere, text) => {
                format!("{}(CAST({column} AS TEXT), {text})", any_case::CONTAINS)
            }
            Self::Folded(Where::First, text) => {
                format!("{}(CAST({column} AS TEXT), {text})", any_case::STARTS_WITH)
            }
        }
    }
}

/// How the texts of a file compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Texts {
    /// As the file has it, by whose indexes it is asked.
    AsDeclared,
    /// By what they mean: of a file of our own, where numbers and times are texts that lose nothing.
    ByMeaning,
}

/// The rows that are wanted.
pub fn rows(read: &TableRead, texts: Texts) -> Result<Select, ConnectorError> {
    if read.columns.is_empty() {
        return Err(ConnectorError::new(
            ErrorKind::InvalidQuery,
            "No column of the table is wanted.",
            "Choose some of its columns.",
        ));
    }
    let columns: Vec<_> = read.columns.iter().map(|c| quoted(&c.name)).collect();
    let mut select = Select {
        sql: format!("SELECT {} FROM {}", columns.join(", "), source(read)),
        params: Vec::new(),
        texts,
    };
    select.filter(read);
    let order = read.order.iter().map(|order| {
        let direction = if order.descending { " DESC" } else { "" };
        let meant = select.meant(kind_of(read, &order.column));
        format!("{}{meant}{direction}", quoted(&order.column))
    });
    let order: Vec<_> = order.collect();
    if !order.is_empty() {
        let _ = write!(select.sql, " ORDER BY {}", order.join(", "));
    }
    if read.limit.is_some() || read.offset > 0 {
        let limit = read
            .limit
            .map_or(-1, |limit| i64::try_from(limit).unwrap_or(i64::MAX));
        let _ = write!(select.sql, " LIMIT {limit} OFFSET {}", read.offset);
    }
    Ok(select)
}

/// The largest value of a column among the rows that are wanted.
pub fn largest(read: &TableRead, column: &str) -> Select {
    let mut select = Select {
        sql: format!("SELECT max({}) FROM {}", quoted(column), source(read)),
        params: Vec::new(),
        texts: Texts::AsDeclared,
    };
    select.filter(read);
    select
}

/// The type of a column's values.
fn kind_of<'r>(read: &'r TableRead, column: &str) -> Option<&'r DataType> {
    let column = read.columns.iter().find(|known| known.name == column);
    column.map(|column| &column.logical_type)
}

fn source(read: &TableRead) -> String {
    match &read.query {
        Some(query) if read.kind == TableKind::Query => {
            format!("({})", query.trim().trim_end_matches(';'))
        }
        _ => format!("main.{}", quoted(&read.table.name)),
    }
}

impl Select {
    fn filter(&mut self, read: &TableRead) {
        let mut conditions: Vec<_> = (read.conditions.iter())
            .map(|condition| self.condition(read, condition))
            .collect();
        if let Some(text) = &read.search {
            let found = self.found(text, Where::Anywhere);
            let any = read
                .columns
                .iter()
                .map(|column| found.within(&quoted(&column.name)));
            // In groups: SQLite takes a row of more than a thousand for nested too deep.
            let any: Vec<_> = any.collect();
            let groups = any
                .chunks(100)
                .map(|some| format!("({})", some.join(" OR ")));
            let groups: Vec<_> = groups.collect();
            conditions.push(format!("({})", groups.join(" OR ")));
        }
        if !conditions.is_empty() {
            let _ = write!(self.sql, " WHERE {}", conditions.join(" AND "));
        }
    }

    fn condition(&mut self, read: &TableRead, condition: &Condition) -> String {
        let column = quoted(&condition.column);
        let kind = kind_of(read, &condition.column);
        let meant = self.meant(kind);
        let mut compared = |sign: &str, value: &str| {
            let value = self.value(value, kind);
            format!("{column}{meant} {sign} {value}")
        };
        match &condition.test {
            Test::Equal(value) => compared("=", value),
            Test::NotEqual(value) => compared("<>", value),
            Test::Less(value) => compared("<", value),
            Test::AtMost(value) => compared("<=", value),
            Test::More(value) => compared(">", value),
            Test::AtLeast(value) => compared(">=", value),
            Test::OneOf(values) => {
                let values: Vec<_> = values.iter().map(|value| self.value(value, kind)).collect();
                format!("{column}{meant} IN ({})", values.join(", "))
            }
            Test::Contains(text) => self.found(text, Where::Anywhere).within(&column),
            Test::StartsWith(text) => self.found(text, Where::First).within(&column),
            Test::Null => format!("{column} IS NULL"),
            Test::NotNull => format!("{column} IS NOT NULL"),
        }
    }

    /// What says how a column compares, where that is not as the file has it.
    fn meant(&self, kind: Option<&DataType>) -> String {
        match self.meaning(kind) {
            Some(meaning) => format!(" COLLATE {}", meaning.name()),
            None => String::new(),
        }
    }

    fn meaning(&self, kind: Option<&DataType>) -> Option<Meaning> {
        Meaning::of(kind?).filter(|_| self.texts == Texts::ByMeaning)
    }

    /// A value as a parameter: a number where the column's values are usually numbers, since a
    /// column without a type compares texts and numbers as different.
    fn value(&mut self, value: &str, kind: Option<&DataType>) -> String {
        let of_text = matches!(
            kind,
            Some(DataType::String | DataType::Uuid | DataType::Date | DataType::Timestamp)
        );
        let numbers = !of_text && self.meaning(kind).is_none();
        let bound = match (kind, value) {
            (Some(DataType::Boolean), "true") => Bound::Integer(1),
            (Some(DataType::Boolean), "false") => Bound::Integer(0),
            // There is no such number in SQLite, which takes it for NULL.
            (_, "NaN") => Bound::Text(value.to_owned()),
            _ => match (value.parse(), value.parse()) {
                (Ok(number), _) if numbers => Bound::Integer(number),
                (_, Ok(number)) if numbers => Bound::Real(number),
                _ => Bound::Text(value.to_owned()),
            },
        };
        self.push(bound)
    }

    /// What finds a text in any letter case. `LIKE` knows no letters but those of ASCII.
    fn found(&mut self, text: &str, place: Where) -> Found {
        if !text.is_ascii() {
            let folded = self.push(Bound::Text(text.to_lowercase()));
            return Found::Folded(place, folded);
        }
        let mut pattern = match place {
            Where::Anywhere => "%".to_owned(),
            Where::First => String::new(),
        };
        for letter in text.chars() {
            if matches!(letter, '%' | '_' | '\\') {
                pattern.push('\\');
            }
            pattern.push(letter);
        }
        pattern.push('%');
        Found::Like(self.push(Bound::Text(pattern)))
    }

    fn push(&mut self, value: Bound) -> String {
        self.params.push(value);
        format!("?{}", self.params.len())
    }
}
