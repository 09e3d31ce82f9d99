//! Conditions on rows, as SQL.
//!
//! `COPY` takes no parameters, so values stand in the statement as literals without a type: the
//! server then reads them as values of the column's own.

use super::super::text::literal;
use super::decode::Decode;
use super::form::{Cast, Form};
use crate::connectors::read::Test;

/// A column as a statement knows it.
#[derive(Debug, Clone)]
pub struct Known {
    /// How the statement calls it.
    pub expression: String,
    pub form: Form,
}

impl Known {
    /// Its values, as they are asked for.
    pub fn value(&self) -> String {
        self.form.cast.of(&self.expression)
    }

    /// The condition that a row passes where its value passes `test`.
    pub fn passes(&self, test: &Test) -> String {
        let expression = &self.expression;
        match test {
            Test::Equal(value) => self.compared("=", value),
            Test::NotEqual(value) => self.compared("<>", value),
            Test::Less(value) => self.compared("<", value),
            Test::AtMost(value) => self.compared("<=", value),
            Test::More(value) => self.compared(">", value),
            Test::AtLeast(value) => self.compared(">=", value),
            Test::OneOf(values) => match &values[..] {
                [] => "false".to_owned(),
                values => {
                    let values: Vec<_> = values.iter().map(|value| self.literal(value)).collect();
                    format!("{} IN ({})", self.side(), values.join(", "))
                }
            },
            Test::Contains(part) => self.is_like(&format!("%{}%", without_wildcards(part))),
            Test::StartsWith(part) => self.is_like(&format!("{}%", without_wildcards(part))),
            // `IS NULL` holds for a record of NULLs too.
            Test::Null => format!("{expression} IS NOT DISTINCT FROM NULL"),
            Test::NotNull => format!("{expression} IS DISTINCT FROM NULL"),
        }
    }

    /// The condition that its text contains `part`; `None` of what is no text.
    pub fn mentions(&self, part: &str) -> Option<String> {
        let test = Test::Contains(part.to_owned());
        (self.form.decode != Decode::Bytes).then(|| self.passes(&test))
    }

    fn compared(&self, operator: &str, value: &str) -> String {
        format!("{} {operator} {}", self.side(), self.literal(value))
    }

    /// What is compared.
    fn side(&self) -> String {
        if self.form.comparable {
            self.expression.clone()
        } else {
            self.text()
        }
    }

    fn literal(&self, value: &str) -> String {
        match self.form.decode {
            Decode::Date | Decode::Timestamp | Decode::Timestamptz => literal(&year(value)),
            _ => literal(value),
        }
    }

    /// The value written as text.
    fn text(&self) -> String {
        let expression = &self.expression;
        let moment = |zone: &str| {
            let format = format!("'YYYY-MM-DD\"T\"HH24:MI:SS.US{zone}'");
            format!(
                "coalesce(pg_catalog.to_char({expression}, {format}), {expression}::pg_catalog.text)"
            )
        };
        match (self.form.cast, self.form.decode) {
            (Cast::None, Decode::Timestamp) => moment(""),
            (Cast::None, Decode::Timestamptz) => moment("\"Z\""),
            (Cast::None, Decode::Bytes) => format!("{expression}::pg_catalog.text"),
            (cast, _) => format!("({})::pg_catalog.text", cast.of(expression)),
        }
    }

    fn is_like(&self, pattern: &str) -> String {
        let text = self.text();
        let pattern = literal(pattern);
        // A collation of the column's own might compare no patterns.
        format!("{text} COLLATE pg_catalog.\"default\" ILIKE {pattern}")
    }
}

fn without_wildcards(part: &str) -> String {
    let mut escaped = String::with_capacity(part.len());
    for c in part.chars() {
        if matches!(c, '%' | '_' | '\\') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

/// The server reads no signs before years: `+12024-…` is `12024-…` to it, and `-0043-…` is
/// `0044-… BC`.
fn year(value: &str) -> String {
    let digits_end = |text: &str| text.find(|c: char| !c.is_ascii_digit());
    if let Some(rest) = value.strip_prefix('+') {
        return rest.to_owned();
    }
    let (before, text) = match value.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, value),
    };
    let Some(end) = digits_end(text).filter(|end| text[*end..].starts_with('-')) else {
        return value.to_owned();
    };
    match text[..end].parse::<i64>() {
        Ok(year) if (before && year > 0) || (end == 4 && year == 0) => {
            format!("{:04}{} BC", year + 1, &text[end..])
        }
        _ => value.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn years_are_written_as_the_server_reads_them() {
        for (value, expected) in [
            ("2024-02-29", "2024-02-29"),
            ("+12024-02-29T00:00:00Z", "12024-02-29T00:00:00Z"),
            ("-0043-03-15T00:00:00Z", "0044-03-15T00:00:00Z BC"),
            ("0000-12-31", "0001-12-31 BC"),
            ("-infinity", "-infinity"),
            ("infinity", "infinity"),
            ("", ""),
            ("-", "-"),
            ("-99999999999999999999-01-01", "-99999999999999999999-01-01"),
        ] {
            assert_eq!(year(value), expected);
        }
    }

    #[test]
    fn a_part_of_a_text_stands_for_itself() {
        let form = Form {
            decode: Decode::Text,
            cast: Cast::None,
            comparable: true,
            schema: None,
        };
        let known = Known {
            expression: "t.\"a\"".to_owned(),
            form,
        };
        assert_eq!(
            known.passes(&Test::StartsWith("5%_\\'".to_owned())),
            "(t.\"a\")::pg_catalog.text COLLATE pg_catalog.\"default\" ILIKE  \
             E'5\\\\%\\\\_\\\\\\\\''%'"
        );
        assert_eq!(known.passes(&Test::OneOf(Vec::new())), "false");
    }

    proptest::proptest! {
        #[test]
        fn no_value_makes_the_year_panic(value in "[+-]?[0-9é-]{0,12}.{0,4}") {
            year(&value);
        }
    }
}
