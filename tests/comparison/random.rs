//! Random schemas: what was put into a real server is what is read, name by name.

use std::collections::HashSet;
use std::fmt::Write;

use headwater::schema::{ForeignKeyAction, Schema, Table};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use super::peer::Peer;

const TABLES: usize = 40;

/// A type as it is declared, and the logical type that it is read as.
type Declared = (&'static str, &'static str);

const POSTGRES: &[Declared] = &[
    ("smallint", "int16"),
    ("integer", "int32"),
    ("bigint", "int64"),
    ("numeric(12,3)", "decimal(12,3)"),
    ("real", "float32"),
    ("double precision", "float64"),
    ("boolean", "boolean"),
    ("text", "string"),
    ("varchar(40)", "string"),
    ("char(3)", "string"),
    ("bytea", "binary"),
    ("date", "date"),
    ("time", "time"),
    ("timestamp", "timestamp"),
    ("timestamptz(3)", "timestamptz"),
    ("interval", "interval"),
    ("uuid", "uuid"),
    ("jsonb", "json"),
    ("integer[]", "array<int32>"),
    ("varchar(5)[]", "array<string>"),
];

const MYSQL: &[Declared] = &[
    ("tinyint", "int8"),
    ("smallint", "int16"),
    ("smallint unsigned", "int32"),
    ("mediumint", "int32"),
    ("int", "int32"),
    ("int unsigned", "int64"),
    ("bigint", "int64"),
    ("bigint unsigned", "uint64"),
    ("decimal(12,3)", "decimal(12,3)"),
    ("float", "float32"),
    ("double", "float64"),
    ("varchar(40)", "string"),
    ("char(3)", "string"),
    ("text", "string"),
    ("varbinary(16)", "binary"),
    ("blob", "binary"),
    ("date", "date"),
    ("time", "time"),
    ("datetime(3)", "timestamp"),
    ("timestamp NULL", "timestamptz"),
    ("enum('a','b,c','d''e')", "enum"),
];

/// What is put into a table.
#[derive(Debug, Clone)]
struct Made {
    name: String,
    comment: Option<String>,
    columns: Vec<MadeColumn>,
    /// How many of the first columns are the primary key.
    key: usize,
    /// Two columns that are unique together, by number.
    unique: Option<(usize, usize)>,
    /// Columns of an index.
    index: Option<Vec<usize>>,
    /// Refers to the table made this many before it.
    refers: Option<(usize, ForeignKeyAction)>,
}

#[derive(Debug, Clone)]
struct MadeColumn {
    name: String,
    of: usize,
    nullable: bool,
    comment: Option<String>,
}

/// The characters of names.
#[derive(Debug, Clone, Copy)]
enum Names {
    /// All that `PostgreSQL` takes: what quoting, our SQL or a URL might trip over.
    Any,
    /// The same but commas: `SQLAlchemy` divides a foreign key's columns at a comma and a space,
    /// within names too.
    Undivided,
    /// All that `MySQL` takes: nothing beyond 16 bits (manual: Schema Object Names).
    Short,
    /// What `SQLAlchemy` understands in `SHOW CREATE TABLE`.
    Plain,
}

fn name(names: Names) -> impl Strategy<Value = String> {
    let alphabet: Vec<char> = match names {
        Names::Any => "aZ_0 .,;:'\"`\\/%$#@?!()[]{}<>|&*-+=~ÄßÑ中🎬\t\n\u{7f}",
        Names::Undivided => "aZ_0 .;:'\"`\\/%$#@?!()[]{}<>|&*-+=~ÄßÑ中🎬\t\n\u{7f}",
        Names::Short => "aZ_0 .,;:'\"`\\/%$#@?!()[]{}<>|&*-+=~ÄßÑ中\t",
        Names::Plain => "abcdefgXYZ_0123 .;:/%$#@?!ÄßÑ中",
    }
    .chars()
    .collect();
    prop::collection::vec(prop::sample::select(alphabet), 1..12).prop_map(|characters| {
        let name: String = characters.into_iter().collect();
        // MySQL takes no space at the end, and no name that is nothing else.
        format!("{}x", name.trim_start())
    })
}

fn comment() -> impl Strategy<Value = Option<String>> {
    prop::option::of("[a-z'\"\\\\ %ÄÖ\n]{0,30}[a-z]")
}

fn table(types: usize, names: Names) -> impl Strategy<Value = Made> {
    let column = (name(names), 0..types, any::<bool>(), comment()).prop_map(
        |(name, of, nullable, comment)| MadeColumn {
            name,
            of,
            nullable,
            comment,
        },
    );
    let actions = prop::sample::select(vec![
        ForeignKeyAction::NoAction,
        ForeignKeyAction::Cascade,
        ForeignKeyAction::SetNull,
    ]);
    (
        name(names),
        comment(),
        prop::collection::vec(column, 3..9),
        0..3_usize,
        any::<bool>(),
        any::<bool>(),
        prop::option::of((1..4_usize, actions)),
    )
        .prop_map(
            |(name, comment, columns, key, unique, index, refers)| Made {
                name,
                comment,
                key,
                unique: unique.then_some((columns.len() - 1, 0)),
                index: index.then(|| (1..columns.len().min(3)).rev().collect()),
                columns,
                refers,
            },
        )
}

/// Makes names differ, without regard to case, as some servers want.
fn distinct(tables: &mut [Made]) {
    let mut seen = HashSet::new();
    for (number, table) in tables.iter_mut().enumerate() {
        if !seen.insert(table.name.to_lowercase()) {
            let _ = write!(table.name, "{number}");
        }
        let mut columns = HashSet::new();
        for (number, column) in table.columns.iter_mut().enumerate() {
            if !columns.insert(column.name.to_lowercase()) {
                let _ = write!(column.name, "{number}");
            }
        }
    }
}

/// The dialect of a server.
struct Dialect {
    is_postgres: bool,
    types: &'static [Declared],
}

impl Dialect {
    fn of(peer: Peer) -> Self {
        let is_postgres = peer.is_postgres();
        Self {
            is_postgres,
            types: if is_postgres { POSTGRES } else { MYSQL },
        }
    }

    fn quoted(&self, name: &str) -> String {
        if self.is_postgres {
            format!("\"{}\"", name.replace('"', "\"\""))
        } else {
            format!("`{}`", name.replace('`', "``"))
        }
    }

    fn text(&self, text: &str) -> String {
        let text = text.replace('\'', "''");
        if self.is_postgres {
            format!("'{text}'")
        } else {
            format!("'{}'", text.replace('\\', "\\\\"))
        }
    }

    /// Whether a type may stand in a key of any server: no large objects, no arrays.
    fn is_key(&self, of: usize) -> bool {
        let (declared, _) = self.types[of];
        !["text", "blob", "jsonb"].contains(&declared) && !declared.ends_with("[]")
    }

    /// Leaves in keys only what may stand there.
    fn corrected(&self, mut table: Made) -> Made {
        let is_key = |of: usize| self.is_key(table.columns[of].of);
        let mut key = table.key;
        while !(0..key).all(is_key) {
            key -= 1;
        }
        table.unique = table.unique.filter(|(a, b)| is_key(*a) && is_key(*b));
        table.index = table
            .index
            .filter(|columns| columns.iter().all(|c| is_key(*c)));
        table.key = key;
        for column in &mut table.columns[..key] {
            column.nullable = false;
        }
        table
    }

    /// The statements that make a table, and its reference where the one referred to has a key.
    fn ddl(&self, table: &Made, referred: Option<&Made>) -> String {
        let mut parts = Vec::new();
        for column in &table.columns {
            let mut part = format!("{} {}", self.quoted(&column.name), self.declared(column));
            if let (false, Some(comment)) = (self.is_postgres, &column.comment) {
                let _ = write!(part, " COMMENT {}", self.text(comment));
            }
            parts.push(part);
        }
        let list = |numbers: &[usize]| {
            let names = numbers.iter().map(|n| self.quoted(&table.columns[*n].name));
            names.collect::<Vec<_>>().join(", ")
        };
        if table.key > 0 {
            let key: Vec<_> = (0..table.key).rev().collect();
            parts.push(format!("PRIMARY KEY ({})", list(&key)));
        }
        if let Some((a, b)) = table.unique {
            parts.push(format!(
                "CONSTRAINT {} UNIQUE ({})",
                self.quoted(&format!("u {}", table.name)),
                list(&[a, b])
            ));
        }
        if let (Some(target), Some((_, action))) = (referred, table.refers) {
            for (column, part) in self.reference_columns(target) {
                parts.push(format!("{} {part}", self.quoted(&column)));
            }
            let names: Vec<_> = self.reference_columns(target).collect();
            let own: Vec<_> = names.iter().map(|(name, _)| self.quoted(name)).collect();
            let key: Vec<_> = (0..target.key)
                .rev()
                .map(|n| self.quoted(&target.columns[n].name))
                .collect();
            parts.push(format!(
                "CONSTRAINT {} FOREIGN KEY ({}) REFERENCES {} ({}) ON DELETE {}",
                self.quoted(&format!("f {}", table.name)),
                own.join(", "),
                self.quoted(&target.name),
                key.join(", "),
                action.as_sql().unwrap()
            ));
        }
        let name = self.quoted(&table.name);
        let mut sql = format!("CREATE TABLE {name} ({})", parts.join(",\n  "));
        if !self.is_postgres {
            sql.push_str(" ENGINE=InnoDB DEFAULT CHARSET=utf8mb4");
            if let Some(comment) = &table.comment {
                let _ = write!(sql, " COMMENT={}", self.text(comment));
            }
        }
        sql.push_str(";\n");
        if let Some(columns) = &table.index {
            let index = self.quoted(&format!("i {}", table.name));
            let _ = writeln!(sql, "CREATE INDEX {index} ON {name} ({});", list(columns));
        }
        if self.is_postgres {
            if let Some(comment) = &table.comment {
                let _ = writeln!(sql, "COMMENT ON TABLE {name} IS {};", self.text(comment));
            }
            for column in &table.columns {
                if let Some(comment) = &column.comment {
                    let column = self.quoted(&column.name);
                    let comment = self.text(comment);
                    let _ = writeln!(sql, "COMMENT ON COLUMN {name}.{column} IS {comment};");
                }
            }
        }
        sql
    }

    fn declared(&self, column: &MadeColumn) -> String {
        let (declared, _) = self.types[column.of];
        match (column.nullable, declared) {
            (false, "timestamp NULL") => {
                "timestamp NOT NULL DEFAULT '2001-01-01 00:00:01'".to_owned()
            }
            (false, declared) => format!("{declared} NOT NULL"),
            (true, declared) => declared.to_owned(),
        }
    }

    /// Columns that refer to a table's key, in the order of the key, and their types.
    fn reference_columns<'a>(
        &'a self,
        target: &'a Made,
    ) -> impl Iterator<Item = (String, &'static str)> + 'a {
        (0..target.key).rev().map(|n| {
            let (declared, _) = self.types[target.columns[n].of];
            (format!("ref {n}"), declared)
        })
    }

    fn check(&self, made: &Made, referred: Option<&Made>, read: &Table) {
        assert_eq!(read.comment, made.comment);
        let columns = made.columns.iter().map(|c| {
            let (_, logical) = self.types[c.of];
            (
                c.name.clone(),
                logical.to_owned(),
                c.nullable,
                c.comment.clone(),
            )
        });
        let read_columns = read.columns.iter().map(|c| {
            (
                c.name.clone(),
                c.logical_type.to_string(),
                c.nullable,
                c.comment.clone(),
            )
        });
        let read_columns: Vec<_> = read_columns.take(made.columns.len()).collect();
        assert_eq!(read_columns, columns.collect::<Vec<_>>());
        let named = |n: usize| made.columns[n].name.clone();
        let key: Vec<_> = (0..made.key).rev().map(named).collect();
        assert_eq!(read.primary_key, key);
        let unique: Vec<_> = read.keys.iter().filter(|k| !k.primary).collect();
        match made.unique {
            Some((a, b)) => {
                assert_eq!(
                    unique[0].name.as_deref(),
                    Some(&*format!("u {}", made.name))
                );
                assert_eq!(unique[0].columns, [named(a), named(b)]);
            }
            None => assert!(unique.is_empty(), "{unique:?}"),
        }
        let name = format!("i {}", made.name);
        let index = read.indexes.iter().find(|index| index.name == name);
        let columns = index.map(|index| {
            let of = index.columns.iter().map(|c| c.name.clone().unwrap());
            of.collect::<Vec<_>>()
        });
        let expected = made.index.as_ref();
        assert_eq!(
            columns,
            expected.map(|columns| columns.iter().map(|n| named(*n)).collect())
        );
        match (referred, made.refers) {
            (Some(target), Some((_, action))) => {
                let [key] = &read.foreign_keys[..] else {
                    panic!("{:?}", read.foreign_keys);
                };
                let own: Vec<_> = self
                    .reference_columns(target)
                    .map(|(name, _)| name)
                    .collect();
                let theirs: Vec<_> = (0..target.key)
                    .rev()
                    .map(|n| target.columns[n].name.clone())
                    .collect();
                assert_eq!(key.columns, own);
                assert_eq!(key.referenced_columns, theirs);
                assert_eq!(key.referenced_table, target.name);
                assert_eq!(key.on_delete, action);
            }
            _ => assert!(read.foreign_keys.is_empty(), "{:?}", read.foreign_keys),
        }
    }
}

/// The table that one refers to, where that one has a key.
fn referred(tables: &[Made], number: usize) -> Option<&Made> {
    let (back, _) = tables[number].refers?;
    let target = tables.get(number.checked_sub(back)?)?;
    (target.key > 0).then_some(target)
}

/// Seeds that are told make a run again: `HEADWATER_TEST_SEED`.
fn seed() -> [u8; 32] {
    use std::hash::{BuildHasher, RandomState};

    let told = std::env::var("HEADWATER_TEST_SEED").ok();
    let number = told.map_or_else(
        || RandomState::new().hash_one(0),
        |told| told.parse().expect("a number"),
    );
    eprintln!("HEADWATER_TEST_SEED={number}");
    let mut seed = [0; 32];
    seed[..8].copy_from_slice(&number.to_le_bytes());
    seed
}

async fn comes_back_as_it_was_made(peer: Peer, names: Names) {
    let dialect = Dialect::of(peer);
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed());
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let tables = prop::collection::vec(table(dialect.types.len(), names), TABLES);
    let mut tables = tables.new_tree(&mut runner).unwrap().current();
    distinct(&mut tables);
    let tables: Vec<_> = tables.into_iter().map(|t| dialect.corrected(t)).collect();
    let statements: Vec<_> = (0..TABLES)
        .map(|n| dialect.ddl(&tables[n], referred(&tables, n)))
        .collect();
    let scripts: Vec<_> = statements.iter().map(String::as_str).collect();
    let database = peer.make(&scripts).await;
    let schema: Schema = database.introspect().await;
    assert_eq!(schema.tables.len(), TABLES);
    for (number, made) in tables.iter().enumerate() {
        let read = schema.tables.iter().find(|table| table.name == made.name);
        let read = read.unwrap_or_else(|| panic!("{:?} is missing", made.name));
        eprintln!("{}", statements[number]);
        dialect.check(made, referred(&tables, number), read);
    }
    if matches!(names, Names::Undivided | Names::Plain) {
        database.compare(&schema);
    }
    database.remove().await;
}

#[tokio::test]
async fn random_tables_of_postgresql_come_back_as_they_were_made() {
    if let Some(peer) = Peer::chosen("postgres") {
        comes_back_as_it_was_made(peer, Names::Any).await;
        comes_back_as_it_was_made(peer, Names::Undivided).await;
    }
}

#[tokio::test]
async fn random_tables_of_mysql_come_back_as_they_were_made() {
    if let Some(peer) = Peer::chosen("mysql") {
        comes_back_as_it_was_made(peer, Names::Short).await;
        comes_back_as_it_was_made(peer, Names::Plain).await;
    }
}

#[tokio::test]
async fn random_tables_of_mariadb_come_back_as_they_were_made() {
    if let Some(peer) = Peer::chosen("mariadb") {
        comes_back_as_it_was_made(peer, Names::Short).await;
        comes_back_as_it_was_made(peer, Names::Plain).await;
    }
}
