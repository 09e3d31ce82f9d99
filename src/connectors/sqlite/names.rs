//! Where a statement names tables that it reads, and other names in their place.

use super::ddl::token::{Cursor, Token};

/// What begins a list of tables, after which a name is a table's.
const TABLES_BEGIN: &[&str] = &["FROM", "JOIN"];
/// What ends it.
const TABLES_END: &[&str] = &[
    "WHERE",
    "GROUP",
    "ORDER",
    "HAVING",
    "LIMIT",
    "WINDOW",
    "UNION",
    "EXCEPT",
    "INTERSECT",
    "ON",
    "USING",
    "SELECT",
    "VALUES",
    "RETURNING",
    "SET",
];
/// What may follow a table and is no other name for it.
const NO_ALIAS: &[&str] = &[
    "JOIN",
    "LEFT",
    "RIGHT",
    "FULL",
    "INNER",
    "OUTER",
    "CROSS",
    "NATURAL",
    "INDEXED",
    "NOT",
    "WHERE",
    "GROUP",
    "ORDER",
    "HAVING",
    "LIMIT",
    "WINDOW",
    "UNION",
    "EXCEPT",
    "INTERSECT",
    "ON",
    "USING",
    "RETURNING",
    "SET",
];

/// Puts the name that `table` gives in place of each table that is read by `sql`; it is told the parts
/// of the name: `orders`, `shop.orders` or `shop.public.orders`. Where it gives none, the name stays.
/// Names of common table expressions stay, and so does everything else, letter by letter.
///
/// # Errors
/// The first that `table` answers.
pub fn replace_tables<E>(
    sql: &str,
    mut table: impl FnMut(&[String]) -> Result<Option<String>, E>,
) -> Result<String, E> {
    let own = common_tables(sql);
    let mut written = String::with_capacity(sql.len() + 64);
    let mut copied = 0;
    let mut cursor = Cursor::new(sql);
    // For each parenthesis that is open: whether a table's name may come next.
    let mut awaited = vec![false];
    let mut in_list = vec![false];
    let mut last_was_distinct = false;
    while let Some(token) = cursor.next() {
        // `IS DISTINCT FROM` compares.
        let compares = std::mem::replace(&mut last_was_distinct, token.is("DISTINCT"));
        let expects = awaited.last_mut().is_some_and(std::mem::take);
        let lists = in_list.last().is_some_and(|list| *list);
        if token.is_sign("(") {
            // A parenthesis in the place of a table holds a select or tables.
            awaited.push(expects);
            in_list.push(expects);
        } else if token.is_sign(")") {
            awaited.pop();
            in_list.pop();
            if awaited.is_empty() {
                awaited.push(false);
                in_list.push(false);
            }
        } else if token.is_sign(",") && lists {
            set(&mut awaited, true);
        } else if token.is_any(TABLES_BEGIN) && !compares {
            set(&mut awaited, true);
            set(&mut in_list, true);
        } else if token.is_any(TABLES_END) {
            set(&mut in_list, false);
        } else if expects && let Some(first) = token.name() {
            let (parts, end) = dotted(first, &token, &mut cursor);
            let function = cursor.peek().is_some_and(|next| next.is_sign("("));
            let known =
                parts.len() == 1 && own.iter().any(|name| name.eq_ignore_ascii_case(&parts[0]));
            if function || known {
                continue;
            }
            if let Some(name) = table(&parts)? {
                written.push_str(&sql[copied..token.start]);
                written.push_str(&super::catalog::quoted(&name));
                if !has_alias(&cursor)
                    && let Some(last) = parts.last()
                {
                    written.push_str(" AS ");
                    written.push_str(&super::catalog::quoted(last));
                }
                copied = end;
            }
        }
    }
    written.push_str(&sql[copied..]);
    Ok(written)
}

fn set(stack: &mut [bool], value: bool) {
    if let Some(last) = stack.last_mut() {
        *last = value;
    }
}

/// The parts of a name, and where it ends.
fn dotted(first: String, token: &Token<'_>, cursor: &mut Cursor<'_>) -> (Vec<String>, usize) {
    let mut parts = vec![first];
    let mut end = token.end();
    while parts.len() < 3 && cursor.peek().is_some_and(|next| next.is_sign(".")) {
        let mut ahead = cursor.clone();
        ahead.next();
        let Some((part, at)) = ahead
            .next()
            .and_then(|token| Some((token.name()?, token.end())))
        else {
            break;
        };
        parts.push(part);
        end = at;
        *cursor = ahead;
    }
    (parts, end)
}

fn has_alias(cursor: &Cursor<'_>) -> bool {
    let next = cursor.peek();
    next.is_some_and(|next| next.name().is_some() && !next.is_any(NO_ALIAS))
}

/// The names that a statement gives to selects of its own (`WITH name AS (…)`).
fn common_tables(sql: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut cursor = Cursor::new(sql);
    while let Some(token) = cursor.next() {
        let Some(name) = token.name() else { continue };
        let mut ahead = cursor.clone();
        if ahead.peek().is_some_and(|next| next.is_sign("(")) {
            ahead.group();
        }
        if !ahead.eat("AS") {
            continue;
        }
        ahead.eat("NOT");
        ahead.eat("MATERIALIZED");
        if ahead.peek().is_some_and(|next| next.is_sign("(")) {
            names.push(name);
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    fn replaced(sql: &str) -> String {
        let table = |parts: &[String]| -> Result<_, ()> {
            let last = parts.last().unwrap();
            Ok((last != "unknown").then(|| format!("copy_{}", parts.join("."))))
        };
        replace_tables(sql, table).unwrap()
    }

    #[test]
    fn tables_are_named_anew_and_keep_the_name_that_columns_call_them_by() {
        for (sql, expected) in [
            ("SELECT * FROM a", r#"SELECT * FROM "copy_a" AS "a""#),
            (
                "select a.x from a x, s.b where a.y in (1)",
                r#"select a.x from "copy_a" x, "copy_s.b" AS "b" where a.y in (1)"#,
            ),
            (
                r#"select * from "cus db"."or""ders" o join [mongo].`users` as u on o.id = u.id -- from c"#,
                r#"select * from "copy_cus db.or""ders" o join "copy_mongo.users" as u on o.id = u.id -- from c"#,
            ),
            (
                "SELECT 1 FROM s.public.t LEFT JOIN b USING (id)",
                r#"SELECT 1 FROM "copy_s.public.t" AS "t" LEFT JOIN "copy_b" AS "b" USING (id)"#,
            ),
            (
                "SELECT (SELECT max(x) FROM b), 'from c' FROM (SELECT * FROM a) q",
                r#"SELECT (SELECT max(x) FROM "copy_b" AS "b"), 'from c' FROM (SELECT * FROM "copy_a" AS "a") q"#,
            ),
            (
                "SELECT * FROM (a, b)",
                r#"SELECT * FROM ("copy_a" AS "a", "copy_b" AS "b")"#,
            ),
            (
                "WITH q(x) AS (SELECT 1 FROM a), r AS NOT MATERIALIZED (SELECT 2) SELECT * FROM q, r, b",
                r#"WITH q(x) AS (SELECT 1 FROM "copy_a" AS "a"), r AS NOT MATERIALIZED (SELECT 2) SELECT * FROM q, r, "copy_b" AS "b""#,
            ),
            (
                "SELECT * FROM json_each('[1]'), unknown",
                "SELECT * FROM json_each('[1]'), unknown",
            ),
            (
                "SELECT a FROM t WHERE x IS DISTINCT FROM y ORDER BY a, b",
                r#"SELECT a FROM "copy_t" AS "t" WHERE x IS DISTINCT FROM y ORDER BY a, b"#,
            ),
            (
                "SELECT * FROM a UNION ALL SELECT x, y FROM b",
                r#"SELECT * FROM "copy_a" AS "a" UNION ALL SELECT x, y FROM "copy_b" AS "b""#,
            ),
        ] {
            assert_eq!(replaced(sql), expected);
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_gone_through_to_its_end(sql in "[ -~\n]*") {
            let _ = replaced(&sql);
        }

        #[test]
        fn what_names_no_table_stays_as_it_is(sql in "[ -~]*") {
            let same: Result<_, ()> = replace_tables(&sql, |_| Ok(None));
            proptest::prop_assert_eq!(same.unwrap(), sql);
        }
    }
}
