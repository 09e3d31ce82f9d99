//! The statements that create what is no table.

use super::token::{Cursor, Kind, Token};

/// What the text of an index tells. <https://sqlite.org/lang_createindex.html>
#[derive(Debug, Default, PartialEq, Eq)]
pub(in super::super) struct IndexText<'a> {
    /// Its keys in order, each with its COLLATE and without its ASC or DESC.
    pub terms: Vec<&'a str>,
    /// The condition of a partial index.
    pub predicate: Option<&'a str>,
}

/// Words behind which ASC or DESC can only be the name of a column.
const WANTING: &[&str] = &[
    "AND", "OR", "NOT", "LIKE", "GLOB", "REGEXP", "MATCH", "IS", "IN", "BETWEEN", "ESCAPE",
    "COLLATE", "FROM", "CASE", "WHEN", "THEN", "ELSE",
];

/// Reads a CREATE INDEX statement.
pub(in super::super) fn create_index(sql: &str) -> Option<IndexText<'_>> {
    let mut cursor = Cursor::new(sql);
    cursor.demand("CREATE")?;
    cursor.eat("UNIQUE");
    cursor.demand("INDEX")?;
    cursor.created_name()?;
    cursor.demand("ON")?;
    cursor.name()?;
    let terms = terms(cursor.group()?)?;
    let predicate = match cursor.next() {
        None => None,
        Some(token) if token.is("WHERE") => Some(cursor.rest()),
        Some(_) => return None,
    };
    Some(IndexText { terms, predicate })
}

fn terms(list: &str) -> Option<Vec<&str>> {
    let mut terms = Vec::new();
    let mut cursor = Cursor::new(list);
    let mut depth = 0_usize;
    let mut term: Vec<Token<'_>> = Vec::new();
    loop {
        let token = cursor.next();
        match token {
            Some(token) if depth > 0 || !token.is_sign(",") => {
                if token.is_sign("(") {
                    depth += 1;
                } else if token.is_sign(")") {
                    depth = depth.checked_sub(1)?;
                }
                // The first and the last two tell all that is wanted.
                if term.len() == 3 {
                    term.remove(1);
                }
                term.push(token);
            }
            end => {
                terms.push(list.get(term.first()?.start..without_order(&term)?.end())?);
                term.clear();
                if end.is_none() {
                    return Some(terms);
                }
            }
        }
    }
}

/// The last token of a key but for the word that tells its order.
fn without_order<'a>(term: &[Token<'a>]) -> Option<Token<'a>> {
    let (last, before) = term.split_last()?;
    let of_order = before.last().filter(|before| {
        last.is_any(&["ASC", "DESC"])
            && match before.kind {
                Kind::Word => !before.is_any(WANTING),
                Kind::Sign => before.is_sign(")"),
                Kind::Quoted | Kind::Text | Kind::Literal => true,
            }
    });
    Some(*of_order.unwrap_or(last))
}

/// The select of a CREATE VIEW statement: all that follows AS.
pub(in super::super) fn create_view(sql: &str) -> Option<&str> {
    let mut cursor = Cursor::new(sql);
    cursor.demand("CREATE")?;
    cursor.demand("VIEW")?;
    cursor.created_name()?;
    if cursor.peek()?.is_sign("(") {
        cursor.group()?;
    }
    cursor.demand("AS")?;
    Some(cursor.rest()).filter(|select| !select.is_empty())
}

/// When a trigger runs, and on what, in the schema's own words. Where neither BEFORE, AFTER nor
/// INSTEAD OF is said, BEFORE is meant. <https://sqlite.org/lang_createtrigger.html>
pub(in super::super) fn create_trigger(sql: &str) -> Option<(&'static str, &'static str)> {
    let mut cursor = Cursor::new(sql);
    cursor.demand("CREATE")?;
    cursor.demand("TRIGGER")?;
    cursor.created_name()?;
    let timing = if cursor.eat("AFTER") {
        "after"
    } else if cursor.eat("INSTEAD") {
        cursor.demand("OF")?;
        "instead_of"
    } else {
        cursor.eat("BEFORE");
        "before"
    };
    let event = cursor.next()?;
    let events = ["insert", "update", "delete"];
    let event = events.into_iter().find(|name| event.is(name))?;
    Some((timing, event))
}

/// The module of a CREATE VIRTUAL TABLE statement, and its arguments.
/// <https://sqlite.org/lang_createvtab.html>
pub(in super::super) fn create_virtual_table(sql: &str) -> Option<(String, Option<&str>)> {
    let mut cursor = Cursor::new(sql);
    for keyword in ["CREATE", "VIRTUAL", "TABLE"] {
        cursor.demand(keyword)?;
    }
    cursor.created_name()?;
    cursor.demand("USING")?;
    let module = cursor.name()?;
    Some((module, cursor.group().filter(|inside| !inside.is_empty())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_keys_of_an_index_are_told_as_they_stand_without_their_order() {
        for (list, expected) in [
            ("a", vec!["a"]),
            ("a DESC, \"b,\" ASC", vec!["a", "\"b,\""]),
            ("lower(a, b) desc", vec!["lower(a, b)"]),
            ("a COLLATE nocase ASC", vec!["a COLLATE nocase"]),
            ("x + asc, asc DESC, desc", vec!["x + asc", "asc", "desc"]),
            ("a AND desc, 'ab' desc", vec!["a AND desc", "'ab'"]),
            ("(a) /* c */ DESC", vec!["(a)"]),
        ] {
            assert_eq!(terms(list), Some(expected), "{list}");
        }
        for list in ["", "a,", ",a", "a)", "a,,b"] {
            assert_eq!(terms(list), None, "{list}");
        }
    }

    #[test]
    fn an_index_tells_its_condition() {
        let sql = "CREATE UNIQUE INDEX i ON t(a, b || 'x' DESC)\n WHERE a > 1 -- more\n AND b";
        let told = create_index(sql).unwrap();
        assert_eq!(told.terms, ["a", "b || 'x'"]);
        assert_eq!(told.predicate, Some("a > 1 -- more\n AND b"));
        assert_eq!(create_index("CREATE INDEX i ON t(a) USING b"), None);
        assert_eq!(create_index("CREATE INDEX i ON t(a"), None);
    }

    #[test]
    fn a_view_is_told_by_its_select_alone() {
        for (sql, expected) in [
            ("CREATE VIEW v AS SELECT 1", Some("SELECT 1")),
            (
                "CREATE VIEW \"AS\"(a, b) AS -- why\nSELECT 1, 2 ",
                Some("SELECT 1, 2"),
            ),
            ("CREATE VIEW if AS VALUES (1)", Some("VALUES (1)")),
            ("CREATE VIEW v AS", None),
            ("CREATE VIEW v SELECT 1", None),
        ] {
            assert_eq!(create_view(sql), expected, "{sql}");
        }
    }

    #[test]
    fn a_trigger_tells_when_it_runs() {
        for (sql, expected) in [
            (
                "CREATE TRIGGER t BEFORE INSERT ON a BEGIN",
                Some(("before", "insert")),
            ),
            (
                "CREATE TRIGGER t AFTER UPDATE OF b ON a BEGIN",
                Some(("after", "update")),
            ),
            (
                "CREATE TRIGGER after DELETE ON a BEGIN",
                Some(("before", "delete")),
            ),
            (
                "CREATE TRIGGER t INSTEAD OF DELETE ON v BEGIN",
                Some(("instead_of", "delete")),
            ),
            ("CREATE TRIGGER t INSTEAD DELETE ON v BEGIN", None),
        ] {
            assert_eq!(create_trigger(sql), expected, "{sql}");
        }
    }

    #[test]
    fn a_virtual_table_tells_its_module() {
        let told =
            create_virtual_table("CREATE VIRTUAL TABLE n USING fts5( title, tokenize='a)b' )");
        assert_eq!(
            told,
            Some(("fts5".to_owned(), Some("title, tokenize='a)b'")))
        );
        let told = create_virtual_table("CREATE VIRTUAL TABLE n USING \"my module\"");
        assert_eq!(told, Some(("my module".to_owned(), None)));
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_told_or_not(text in "(?s).*") {
            for head in ["", "CREATE INDEX i ON t(", "CREATE VIEW v ", "CREATE TRIGGER t ", "CREATE VIRTUAL TABLE t "] {
                let sql = format!("{head}{text}");
                let _ = (create_index(&sql), create_view(&sql), create_trigger(&sql), create_virtual_table(&sql));
            }
        }
    }
}
