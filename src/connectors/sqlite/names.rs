//! Other names in place of the tables that a statement reads.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::catalog::quoted;
use super::ddl::token::Cursor;
use super::tables_read::{Dotted, Read, dotted, tables_read};

/// A statement with other names for its tables.
pub struct Replaced<'s> {
    /// What is to be run.
    pub text: String,
    asked: &'s str,
    /// Where it differs: what was asked for, and what stands there instead.
    places: Vec<(Range<usize>, Range<usize>)>,
}

impl Replaced<'_> {
    /// The character of the statement that was asked for which this one of what was run means,
    /// both counted from 1. Within a name that was replaced it is that name's first.
    #[must_use]
    pub fn character_asked(&self, run: u32) -> Option<u32> {
        let skipped = usize::try_from(run.checked_sub(1)?).ok()?;
        let at = self.text.char_indices().nth(skipped)?.0;
        let before = self.places.iter().rev().find(|(_, now)| now.start <= at);
        let asked = match before {
            Some((was, now)) if at < now.end => was.start,
            Some((was, now)) => was.end + (at - now.end),
            None => at,
        };
        let letters = self.asked.get(..asked)?.chars().count();
        u32::try_from(letters + 1).ok()
    }
}

/// Puts the name that `table` gives in place of each table that is read by `sql`; it is told the parts
/// of the name: `orders`, `shop.orders` or `shop.public.orders`. Where it gives none, the name stays.
/// Columns may be called by the parts that their table was read by: `shop.orders.id`. Names of common
/// table expressions stay, and so does everything else, letter by letter.
///
/// # Errors
/// The first that `table` answers.
pub fn replace_tables<E>(
    sql: &str,
    mut table: impl FnMut(&[String]) -> Result<Option<String>, E>,
) -> Result<Replaced<'_>, E> {
    let mut read = Vec::new();
    for one in tables_read(sql) {
        if let Some(name) = table(&one.parts)? {
            read.push((one, name));
        }
    }
    let shown = Shown::of(sql, &read);
    let tables = read.iter().map(|(one, name)| {
        let mut name = quoted(name);
        if !one.has_alias {
            name.push_str(" AS ");
            name.push_str(&quoted(&shown.name(&one.parts)));
        }
        (one.place.clone(), name)
    });
    let columns = shown.qualified.iter();
    let columns = columns.map(|(place, parts)| (place.clone(), quoted(&shown.name(parts))));
    let mut changes: Vec<_> = tables.chain(columns).collect();
    changes.sort_by_key(|(place, _)| place.start);
    let mut replaced = Replaced {
        text: String::with_capacity(sql.len() + 64),
        asked: sql,
        places: Vec::with_capacity(changes.len()),
    };
    let mut copied = 0;
    for (place, name) in changes {
        replaced.text.push_str(&sql[copied..place.start]);
        let start = replaced.text.len();
        replaced.text.push_str(&name);
        copied = place.end;
        replaced.places.push((place, start..replaced.text.len()));
    }
    replaced.text.push_str(&sql[copied..]);
    Ok(replaced)
}

/// What columns call the tables by that have no name of the statement's own.
struct Shown {
    /// Where columns are called by all the parts of a table, and these.
    qualified: Vec<(Range<usize>, Vec<String>)>,
    /// Those parts, in small letters.
    called: HashSet<Vec<String>>,
    /// The last parts, in small letters, that columns stand behind alone.
    short: HashSet<String>,
    /// Those that may mean something else as well.
    ambiguous: HashSet<String>,
}

impl Shown {
    fn of(sql: &str, read: &[(Read, String)]) -> Self {
        let unnamed = read.iter().filter(|(one, _)| !one.has_alias);
        let unnamed: HashSet<_> = unnamed.map(|(one, _)| small(&one.parts)).collect();
        let places: HashMap<_, _> = (read.iter())
            .map(|(one, _)| (one.place.start, one.place.end))
            .collect();
        let mut shown = Self {
            qualified: Vec::new(),
            called: HashSet::new(),
            short: HashSet::new(),
            ambiguous: HashSet::new(),
        };
        let mut lasts = HashSet::new();
        for last in unnamed.iter().filter_map(|parts| parts.last()) {
            if !lasts.insert(last) {
                shown.ambiguous.insert(last.clone());
            }
        }
        let mut cursor = Cursor::new(sql);
        while let Some(token) = cursor.next() {
            if let Some(end) = places.get(&token.start) {
                while cursor.peek().is_some_and(|next| next.start < *end) {
                    cursor.next();
                }
            } else if let Some(name) = dotted(&token, &mut cursor, 4) {
                // In `a.b.*` no part is the column's.
                let all = cursor.peek().is_some_and(|next| next.is_sign("."));
                shown.take(token.start, &name, all, &unnamed);
            }
        }
        shown
    }

    fn take(&mut self, start: usize, name: &Dotted, all: bool, unnamed: &HashSet<Vec<String>>) {
        let parts = name.parts.len() - usize::from(!all);
        let table = &name.parts[..parts];
        match (table, name.ends.get(parts.wrapping_sub(1))) {
            ([], _) => {
                self.ambiguous.extend(small(&name.parts));
            }
            ([_], _) => {
                self.short.extend(small(table));
            }
            (_, Some(end)) if unnamed.contains(&small(table)) => {
                self.called.insert(small(table));
                self.qualified.push((start..*end, table.to_vec()));
            }
            _ => {}
        }
    }

    /// The last part; all of them where columns call the table so and the last might mean another one.
    fn name(&self, parts: &[String]) -> String {
        let last = parts.last().cloned().unwrap_or_default();
        let short = last.to_ascii_lowercase();
        let is_only = self.short.contains(&short) && !self.ambiguous.contains(&short);
        if is_only || !self.called.contains(&small(parts)) {
            return last;
        }
        parts.join(".")
    }
}

fn small(parts: &[String]) -> Vec<String> {
    parts.iter().map(|part| part.to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn replaced(sql: &str) -> String {
        let table = |parts: &[String]| -> Result<_, ()> {
            let last = parts.last().unwrap();
            Ok((last != "unknown").then(|| format!("copy_{}", parts.join("."))))
        };
        replace_tables(sql, table).unwrap().text
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
            (
                "SELECT * FROM (WITH r AS (SELECT 1 a) SELECT a FROM r), (VALUES (1), (2)), c",
                r#"SELECT * FROM (WITH r AS (SELECT 1 a) SELECT a FROM r), (VALUES (1), (2)), "copy_c" AS "c""#,
            ),
            (
                "SELECT * FROM a JOIN b ON a.x = b.y, c JOIN d USING (x), e",
                r#"SELECT * FROM "copy_a" AS "a" JOIN "copy_b" AS "b" ON a.x = b.y, "copy_c" AS "c" JOIN "copy_d" AS "d" USING (x), "copy_e" AS "e""#,
            ),
        ] {
            assert_eq!(replaced(sql), expected);
        }
    }

    #[test]
    fn columns_are_called_by_the_names_that_their_table_was_read_by() {
        for (sql, expected) in [
            (
                r#"select "qry"."t".id, "Qry".T.* from "qry"."t" where qry . t . id > 1 order by "qry"."t"."id""#,
                r#"select "qry.t".id, "Qry.T".* from "copy_qry.t" AS "qry.t" where "qry.t" . id > 1 order by "qry.t"."id""#,
            ),
            (
                "select s.public.t.id from s.public.t",
                r#"select "s.public.t".id from "copy_s.public.t" AS "s.public.t""#,
            ),
            // Two tables of one name, and one in a select within.
            (
                "select a.t.x, b.t.x from a.t join b.t on a.t.id = b.t.id",
                r#"select "a.t".x, "b.t".x from "copy_a.t" AS "a.t" join "copy_b.t" AS "b.t" on "a.t".id = "b.t".id"#,
            ),
            (
                "select 1 from a.t where exists (select 1 from b.t where t.id = a.t.id)",
                r#"select 1 from "copy_a.t" AS "a.t" where exists (select 1 from "copy_b.t" AS "t" where t.id = "a.t".id)"#,
            ),
            (
                "select 1 from a.t where exists (select 1 from b.u t where t.id = a.t.id)",
                r#"select 1 from "copy_a.t" AS "a.t" where exists (select 1 from "copy_b.u" t where t.id = "a.t".id)"#,
            ),
            // Both forms of one table.
            (
                "select a.t.x, t.y from a.t",
                r#"select "t".x, t.y from "copy_a.t" AS "t""#,
            ),
            // With a name of the statement's own SQLite wants that one.
            (
                "select a.t.x from a.t q",
                r#"select a.t.x from "copy_a.t" q"#,
            ),
            (
                "select b.t.x, 'a.t.x', t.x from a.t",
                r#"select b.t.x, 'a.t.x', t.x from "copy_a.t" AS "t""#,
            ),
        ] {
            assert_eq!(replaced(sql), expected);
        }
    }

    #[test]
    fn a_character_of_what_was_run_is_one_of_what_was_asked() {
        let table = |parts: &[String]| Ok::<_, ()>(Some(format!("copy_{}", parts.join("."))));
        let asked = "SELECT 'ü', s.t.id, x FROM s.t, b WHERE nothing";
        let replaced = replace_tables(asked, table).unwrap();
        let character = |text: &str, part: &str| {
            let at = text.find(part).unwrap();
            u32::try_from(text[..at].chars().count() + 1).unwrap()
        };
        for (run, was) in [
            ("SELECT", "SELECT"),
            ("\"s.t\".id", "s.t.id"),
            ("id,", "id,"),
            ("x FROM", "x FROM"),
            ("\"copy_s.t\"", "s.t, b"),
            ("AS \"b\"", "b WHERE"),
            ("nothing", "nothing"),
        ] {
            let found = replaced.character_asked(character(&replaced.text, run));
            assert_eq!(found, Some(character(asked, was)), "{run}");
        }
        assert_eq!(replaced.character_asked(0), None);
        assert_eq!(replaced.character_asked(1_000), None);
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_gone_through_to_its_end(sql in "[ -~\n]*") {
            let _ = replaced(&sql);
        }

        #[test]
        fn what_names_no_table_stays_as_it_is(sql in "[ -~]*") {
            let same: Result<_, ()> = replace_tables(&sql, |_| Ok(None));
            proptest::prop_assert_eq!(same.unwrap().text, sql);
        }
    }
}
