//! Conditions and searches as filters of `find` (manual: Query Predicates).

use bson::{Document, doc};

use super::field::Field;
use super::value::{Reading, readings};
use crate::connectors::ConnectorError;
use crate::connectors::read::{Condition, TableRead, Test};
use crate::schema::DataType;

/// What rows must be like.
pub fn of(read: &TableRead) -> Result<Document, ConnectorError> {
    let mut all = Vec::new();
    for condition in &read.conditions {
        all.push(of_condition(read, condition)?);
    }
    if let Some(text) = &read.search {
        all.push(search(read, text));
    }
    Ok(every(all))
}

fn of_condition(read: &TableRead, condition: &Condition) -> Result<Document, ConnectorError> {
    let name = condition.column.as_str();
    let column = read.columns.iter().find(|column| column.name == name);
    let logical_type = column.map_or(&DataType::Unknown, |column| &column.logical_type);
    let field = Field::named(name);
    let read = |text: &String| readings(name, logical_type, text);
    let compared = |text, exact, later| {
        // What is a little more than a value is compared with those beyond that value.
        let one = |r: Reading| field.compared(if r.more { later } else { exact }, &r.value);
        Ok::<_, ConnectorError>(any(read(text)?.into_iter().map(one).collect()))
    };
    let equal = |text| {
        let exact = read(text)?.into_iter().filter(|r| !r.more);
        Ok::<_, ConnectorError>(
            exact
                .map(|r| field.compared("$eq", &r.value))
                .collect::<Vec<_>>(),
        )
    };
    Ok(match &condition.test {
        Test::Equal(text) => any(equal(text)?),
        Test::NotEqual(text) => {
            let mut none = doc! { "$nor": equal(text)? };
            if none.get_array("$nor").is_ok_and(Vec::is_empty) {
                none = doc! {};
            }
            every(vec![none, field.is_there()])
        }
        Test::OneOf(texts) => {
            let mut all = Vec::new();
            for text in texts {
                all.extend(equal(text)?);
            }
            any(all)
        }
        Test::Less(text) => compared(text, "$lt", "$lte")?,
        Test::AtMost(text) => compared(text, "$lte", "$lte")?,
        Test::More(text) => compared(text, "$gt", "$gt")?,
        Test::AtLeast(text) => compared(text, "$gte", "$gt")?,
        Test::Contains(text) => fits(field, logical_type, &escaped(text)),
        Test::StartsWith(text) => fits(field, logical_type, &format!("^{}", escaped(text))),
        Test::Null => field.is_null(),
        Test::NotNull => field.is_there(),
    })
}

/// Texts are looked at as they are; what is none, as the server writes it.
fn fits(field: Field<'_>, logical_type: &DataType, pattern: &str) -> Document {
    match logical_type {
        DataType::String | DataType::Enum | DataType::Array(_) => field.matches(pattern),
        DataType::Mixed | DataType::Unknown => {
            any(vec![field.matches(pattern), field.written_matches(pattern)])
        }
        _ => field.written_matches(pattern),
    }
}

fn search(read: &TableRead, text: &str) -> Document {
    let holds_text = |of: &DataType| {
        use DataType::{Enum, Mixed, String, Unknown};
        matches!(of, String | Enum | Mixed | Unknown)
    };
    let searched = read
        .columns
        .iter()
        .filter(|column| match &column.logical_type {
            DataType::Array(of) => holds_text(of),
            of => holds_text(of),
        });
    let pattern = escaped(text);
    any(searched
        .map(|column| Field::named(&column.name).matches(&pattern))
        .collect())
}

/// A text as a pattern that fits it alone: a backslash before whatever is no letter or digit takes its
/// meaning from it (PCRE: Backslash).
fn escaped(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii() && !c.is_ascii_alphanumeric() {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern
}

/// One of them; none fits, where there are none.
fn any(mut filters: Vec<Document>) -> Document {
    match filters.len() {
        0 => doc! { "$nor": [{}] },
        1 => filters.swap_remove(0),
        _ => doc! { "$or": filters },
    }
}

fn every(mut filters: Vec<Document>) -> Document {
    filters.retain(|filter| !filter.is_empty());
    match filters.len() {
        0 => doc! {},
        1 => filters.swap_remove(0),
        _ => doc! { "$and": filters },
    }
}

#[cfg(test)]
mod tests {
    use bson::{Bson, DateTime};

    use super::*;
    use crate::connectors::mongodb::read::tests::read_with;

    fn filter(logical_type: &str, test: Test) -> Document {
        of_named("c", logical_type, test)
    }

    fn of_named(name: &str, logical_type: &str, test: Test) -> Document {
        let mut read = read_with(&[(name, logical_type)]);
        let column = name.to_owned();
        read.conditions.push(Condition { column, test });
        of(&read).unwrap()
    }

    #[test]
    fn comparisons_are_of_the_columns_type() {
        let five = || "5".to_owned();
        for (test, expected) in [
            (Test::Equal(five()), doc! { "c": { "$eq": 5_i64 } }),
            (Test::Less(five()), doc! { "c": { "$lt": 5_i64 } }),
            (Test::AtMost(five()), doc! { "c": { "$lte": 5_i64 } }),
            (Test::More(five()), doc! { "c": { "$gt": 5_i64 } }),
            (Test::AtLeast(five()), doc! { "c": { "$gte": 5_i64 } }),
            (Test::OneOf(vec![]), doc! { "$nor": [{}] }),
        ] {
            assert_eq!(filter("int32", test), expected);
        }
        let mixed = filter("mixed", Test::Equal(five()));
        assert_eq!(
            mixed,
            doc! { "$or": [{ "c": { "$eq": "5" } }, { "c": { "$eq": 5_i64 } }] }
        );
    }

    #[test]
    fn times_finer_than_the_servers_lie_between_its_own() {
        let time = || "1970-01-01T00:00:00.0005Z".to_owned();
        let before = Bson::DateTime(DateTime::from_millis(0));
        for (test, operator) in [
            (Test::AtLeast(time()), "$gt"),
            (Test::More(time()), "$gt"),
            (Test::Less(time()), "$lte"),
            (Test::AtMost(time()), "$lte"),
        ] {
            assert_eq!(
                filter("timestamptz", test),
                doc! { "c": { operator: &before } }
            );
        }
        assert_eq!(
            filter("timestamptz", Test::Equal(time())),
            doc! { "$nor": [{}] }
        );
    }

    #[test]
    fn patterns_have_no_meaning_but_their_text() {
        let filter = filter("string", Test::StartsWith("a.*\\(é_".to_owned()));
        let expected = doc! { "c": { "$regex": "^a\\.\\*\\\\\\(é\\_", "$options": "i" } };
        assert_eq!(filter, expected);
    }

    #[test]
    fn names_that_servers_take_for_something_else_are_got_by_expressions() {
        for name in ["a.b", "$a", ""] {
            for test in [
                Test::Equal("1".to_owned()),
                Test::AtLeast("1".to_owned()),
                Test::Contains("1".to_owned()),
                Test::Null,
            ] {
                let filter = of_named(name, "int32", test);
                assert_eq!(filter.keys().collect::<Vec<_>>(), ["$expr"], "{filter}");
            }
        }
    }
}
