//! Which rows are wanted, and in which order: asked of each row, since a file cannot be asked.

use std::cmp::Ordering;

use crate::connectors::read::{Condition, Order, Test};
use crate::rows::{Cell, Meaning, Row, RowBatch};
use crate::schema::{Column, DataType};

/// What rows must be like.
pub struct Filter {
    conditions: Vec<(usize, DataType, Test)>,
    /// In small letters, and in how many of the first columns it is looked for.
    search: Option<(String, usize)>,
}

impl Filter {
    /// Conditions on these columns, and a text that one of the first `searched` must hold.
    pub fn new(
        columns: &[Column],
        conditions: &[Condition],
        search: Option<&str>,
        searched: usize,
    ) -> Self {
        let conditions = conditions.iter().filter_map(|condition| {
            let at = columns.iter().position(|c| c.name == condition.column)?;
            let data_type = columns[at].logical_type.clone();
            Some((at, data_type, condition.test.clone()))
        });
        Self {
            conditions: conditions.collect(),
            search: search.map(|text| (text.to_lowercase(), searched)),
        }
    }

    /// Whether a row is wanted.
    pub fn takes(&self, row: Row<'_>) -> bool {
        let holds = |(at, data_type, test): &(usize, DataType, Test)| {
            row.get(*at)
                .is_some_and(|cell| holds(cell, data_type, test))
        };
        let found = |(text, most): &(String, usize)| {
            let mut cells = row.cells().take(*most);
            cells.any(|cell| shown(cell).is_some_and(|cell| cell.to_lowercase().contains(text)))
        };
        self.conditions.iter().all(holds) && self.search.as_ref().is_none_or(found)
    }
}

fn holds(cell: Cell<'_>, data_type: &DataType, test: &Test) -> bool {
    let compared = |value: &str| compare(cell, value, data_type);
    let contains = |text: &str, at: fn(&str, &str) -> bool| {
        shown(cell).is_some_and(|cell| at(&cell.to_lowercase(), &text.to_lowercase()))
    };
    match test {
        Test::Equal(value) => compared(value) == Some(Ordering::Equal),
        Test::NotEqual(value) => cell != Cell::Null && compared(value) != Some(Ordering::Equal),
        Test::Less(value) => compared(value) == Some(Ordering::Less),
        Test::AtMost(value) => compared(value).is_some_and(Ordering::is_le),
        Test::More(value) => compared(value) == Some(Ordering::Greater),
        Test::AtLeast(value) => compared(value).is_some_and(Ordering::is_ge),
        Test::OneOf(values) => values
            .iter()
            .any(|value| compared(value) == Some(Ordering::Equal)),
        Test::Contains(part) => contains(part, |cell, text| cell.contains(text)),
        Test::StartsWith(part) => contains(part, |cell, text| cell.starts_with(text)),
        Test::Null => cell == Cell::Null,
        Test::NotNull => cell != Cell::Null,
    }
}

/// A value as text.
fn shown(cell: Cell<'_>) -> Option<String> {
    match cell {
        Cell::Null | Cell::Blob(_) => None,
        Cell::Integer(value) => Some(value.to_string()),
        Cell::Real(value) => Some(value.to_string()),
        Cell::Text(text) => Some(text.to_owned()),
    }
}

/// A value beside a caller's; nothing where they cannot be compared.
fn compare(cell: Cell<'_>, value: &str, data_type: &DataType) -> Option<Ordering> {
    match cell {
        Cell::Null | Cell::Blob(_) => None,
        Cell::Integer(own) if *data_type == DataType::Boolean => {
            let value = match value.to_ascii_lowercase().as_str() {
                "true" | "1" => 1,
                "false" | "0" => 0,
                _ => return None,
            };
            Some(own.cmp(&value))
        }
        Cell::Integer(own) => match value.parse::<i64>() {
            Ok(value) => Some(own.cmp(&value)),
            #[allow(clippy::cast_precision_loss, reason = "beside a fraction or a giant")]
            Err(_) => (own as f64).partial_cmp(&value.parse::<f64>().ok()?),
        },
        Cell::Real(own) => own.partial_cmp(&value.parse().ok()?),
        Cell::Text(own) => Some(texts(own, value, data_type)),
    }
}

fn texts(one: &str, other: &str, data_type: &DataType) -> Ordering {
    match Meaning::of(data_type) {
        Some(meaning) => meaning.compare(one, other),
        None => one.cmp(other),
    }
}

/// Rows kept in an order: the first so many of all that came.
pub struct Sorted {
    by: Vec<(usize, bool, DataType)>,
    most: usize,
    rows: Vec<Vec<Owned>>,
}

/// A value that is kept.
#[derive(Debug, Clone, PartialEq)]
enum Owned {
    Null,
    Integer(i64),
    Real(f64),
    Text(Box<str>),
    Blob(Box<[u8]>),
}

impl Owned {
    fn cell(&self) -> Cell<'_> {
        match self {
            Self::Null => Cell::Null,
            Self::Integer(value) => Cell::Integer(*value),
            Self::Real(value) => Cell::Real(*value),
            Self::Text(value) => Cell::Text(value),
            Self::Blob(value) => Cell::Blob(value),
        }
    }
}

impl Sorted {
    /// The first `most` rows by these columns.
    pub fn new(columns: &[Column], order: &[Order], most: usize) -> Self {
        let by = order.iter().filter_map(|order| {
            let at = columns.iter().position(|c| c.name == order.column)?;
            Some((at, order.descending, columns[at].logical_type.clone()))
        });
        Self {
            by: by.collect(),
            most,
            rows: Vec::new(),
        }
    }

    /// Takes a row; answers how many are kept.
    pub fn add(&mut self, row: Row<'_>) -> usize {
        let row = row.cells().map(|cell| match cell {
            Cell::Null => Owned::Null,
            Cell::Integer(value) => Owned::Integer(value),
            Cell::Real(value) => Owned::Real(value),
            Cell::Text(text) => Owned::Text(text.into()),
            Cell::Blob(bytes) => Owned::Blob(bytes.into()),
        });
        self.rows.push(row.collect());
        // Now and then, so that sorting costs little and the rest is let go.
        if self.rows.len() >= self.most.saturating_mul(2).saturating_add(1000) {
            self.sort();
            self.rows.truncate(self.most);
        }
        self.rows.len()
    }

    fn sort(&mut self) {
        let by = &self.by;
        self.rows.sort_by(|one, other| {
            let orders = by.iter().map(|(at, descending, data_type)| {
                let order = ordered(one[*at].cell(), other[*at].cell(), data_type);
                if *descending { order.reverse() } else { order }
            });
            orders.fold(Ordering::Equal, Ordering::then)
        });
    }

    /// Pushes the rows in order, those from `offset` on, cut to `width`.
    pub fn into_rows(
        mut self,
        offset: usize,
        width: usize,
        mut push: impl FnMut(&RowBatch) -> bool,
    ) {
        self.sort();
        let mut out = RowBatch::default();
        let wanted = self.rows.iter().take(self.most).skip(offset);
        for row in wanted {
            out.reset(width, 1);
            for value in &row[..width] {
                out.cell(value.cell());
            }
            if !push(&out) {
                return;
            }
        }
    }
}

/// The order of two values of a column: what is missing, numbers, texts, bytes.
pub fn ordered(one: Cell<'_>, other: Cell<'_>, data_type: &DataType) -> Ordering {
    let rank = |cell: Cell<'_>| match cell {
        Cell::Null => 0,
        Cell::Integer(_) | Cell::Real(_) => 1,
        Cell::Text(_) => 2,
        Cell::Blob(_) => 3,
    };
    #[allow(clippy::cast_precision_loss, reason = "beside a fraction")]
    match (one, other) {
        (Cell::Integer(a), Cell::Integer(b)) => a.cmp(&b),
        (Cell::Integer(a), Cell::Real(b)) => (a as f64).total_cmp(&b),
        (Cell::Real(a), Cell::Integer(b)) => a.total_cmp(&(b as f64)),
        (Cell::Real(a), Cell::Real(b)) => a.total_cmp(&b),
        (Cell::Text(a), Cell::Text(b)) => texts(a, b, data_type),
        (Cell::Blob(a), Cell::Blob(b)) => a.cmp(b),
        _ => rank(one).cmp(&rank(other)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_compared_as_those_of_their_column() {
        for (cell, value, data_type, expected) in [
            (Cell::Integer(10), "9", "int64", Some(Ordering::Greater)),
            (Cell::Integer(10), "10.5", "int64", Some(Ordering::Less)),
            (Cell::Integer(1), "true", "boolean", Some(Ordering::Equal)),
            (Cell::Real(0.5), "x", "float64", None),
            (Cell::Text("b"), "a", "string", Some(Ordering::Greater)),
            (Cell::Text("10"), "9", "string", Some(Ordering::Less)),
            (Cell::Text("10"), "9", "decimal", Some(Ordering::Greater)),
            (
                Cell::Text("2020-01-01T00:00:00Z"),
                "2020-01-01",
                "timestamptz",
                Some(Ordering::Equal),
            ),
            (Cell::Null, "a", "string", None),
        ] {
            assert_eq!(compare(cell, value, &data_type.parse().unwrap()), expected);
        }
    }
}
