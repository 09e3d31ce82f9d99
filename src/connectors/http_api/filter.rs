//! Which records are wanted: told here, since an API answers what it likes.

use std::cmp::Ordering;

use serde_json::value::RawValue;

use super::json::Members;
use super::value::Form;
use crate::connectors::TableRead;
use crate::connectors::read::{Order, Test};
use crate::schema::DataType;

/// The value of a record's field.
#[must_use]
pub fn field<'a>(Members(members): &Members<'a>, name: &str) -> Option<&'a RawValue> {
    let mut found = members.iter().rev();
    found.find(|(known, _)| known == name).map(|(_, raw)| *raw)
}

/// The type of a column, as far as it is among those that are wanted.
fn kind<'a>(read: &'a TableRead, column: &str) -> &'a DataType {
    let found = read.columns.iter().find(|known| known.name == column);
    found.map_or(&DataType::Mixed, |column| &column.logical_type)
}

/// Whether a record is wanted.
#[must_use]
pub fn wanted(read: &TableRead, record: &Members<'_>) -> bool {
    let met = read.conditions.iter().all(|condition| {
        let kind = kind(read, &condition.column);
        let value = field(record, &condition.column);
        meets(
            &value.map_or(Form::Null, |raw| Form::of(raw, kind)),
            &condition.test,
            kind,
        )
    });
    met && read.search.as_ref().is_none_or(|text| {
        let text = text.to_lowercase();
        let mut columns = read.columns.iter();
        columns.any(|column| {
            field(record, &column.name).is_some_and(|raw| {
                Form::of(raw, &column.logical_type)
                    .text()
                    .to_lowercase()
                    .contains(&text)
            })
        })
    })
}

fn meets(value: &Form<'_>, test: &Test, kind: &DataType) -> bool {
    if *value == Form::Null {
        return *test == Test::Null;
    }
    let order = |told: &str| value.compare(&Form::told(told, kind), kind);
    let lower = || value.text().to_lowercase();
    match test {
        Test::Equal(told) => order(told).is_eq(),
        Test::NotEqual(told) => order(told).is_ne(),
        Test::Less(told) => order(told).is_lt(),
        Test::AtMost(told) => order(told).is_le(),
        Test::More(told) => order(told).is_gt(),
        Test::AtLeast(told) => order(told).is_ge(),
        Test::OneOf(all) => all.iter().any(|told| order(told).is_eq()),
        Test::Contains(part) => lower().contains(&part.to_lowercase()),
        Test::StartsWith(part) => lower().starts_with(&part.to_lowercase()),
        Test::Null => false,
        Test::NotNull => true,
    }
}

/// What a record is sorted by.
#[must_use]
pub fn keys(read: &TableRead, record: &Members<'_>) -> Vec<Form<'static>> {
    let key = |order: &Order| {
        let value = field(record, &order.column);
        value.map_or(Form::Null, |raw| {
            Form::of(raw, kind(read, &order.column)).owned()
        })
    };
    read.order.iter().map(key).collect()
}

/// Which of two records comes first.
#[must_use]
pub fn compare(read: &TableRead, left: &[Form<'_>], right: &[Form<'_>]) -> Ordering {
    let pairs = read.order.iter().zip(left.iter().zip(right));
    let orders = pairs.map(|(order, (left, right))| {
        let found = left.compare(right, kind(read, &order.column));
        if order.descending {
            found.reverse()
        } else {
            found
        }
    });
    orders.fold(Ordering::Equal, Ordering::then)
}
