//! A part of a schema: some of its tables, or those around one.

use std::collections::HashSet;

use super::relations::{TableIndex, relations};
use super::{Schema, Table};

/// How far from a table one may look.
pub const DEEPEST: u32 = 10;

/// What is wanted of a schema. All of it must hold; nothing given wants everything.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Narrowing {
    /// Tables by name, `schema.name` or id; several in one text are parted by commas.
    pub tables: Vec<String>,
    /// Schemas (namespaces) by name; several in one text are parted by commas.
    pub schemas: Vec<String>,
    /// A table by name, `schema.name` or id, and those that refer to it or that it refers to.
    pub around: Option<Around>,
}

/// A table with its neighbours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Around {
    /// The table by name, `schema.name` or id.
    pub table: String,
    /// Over how many references, declared or supposed, in either direction.
    pub depth: u32,
}

/// A schema does not have what was wanted of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the schema has no {kind} '{name}'")]
pub struct Missing {
    /// The parameter that names it.
    pub parameter: &'static str,
    /// What it would be.
    pub kind: &'static str,
    /// What it was called.
    pub name: String,
}

impl Narrowing {
    /// Whether everything is wanted.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        *self == Self::default()
    }

    /// Leaves out of a schema what is not wanted: tables, and the enums, domains and sequences
    /// that only those use.
    pub fn apply(&self, schema: &mut Schema) -> Result<(), Missing> {
        if self.is_everything() {
            return Ok(());
        }
        let mut wanted = vec![true; schema.tables.len()];
        if !self.schemas.is_empty() {
            let of_schema = |name: &str| {
                let tables = schema.tables.iter();
                places(tables.map(|table| table.schema.as_deref() == Some(name)))
            };
            let namespace = |name: &str| schema.schemas.iter().any(|of| of.name == name);
            let named = named(&self.schemas, &of_schema, &namespace);
            keep(
                &mut wanted,
                &named.map_err(|name| missing("schema", "schema", name))?,
            );
        }
        if !self.tables.is_empty() {
            let of_table = |name: &str| tables_named(&schema.tables, name);
            let named = named(&self.tables, &of_table, &|_| false);
            keep(
                &mut wanted,
                &named.map_err(|name| missing("tables", "table", name))?,
            );
        }
        if let Some(Around { table, depth }) = &self.around {
            let from = tables_named(&schema.tables, table);
            if from.is_empty() {
                return Err(missing("around", "table", table.clone()));
            }
            keep(&mut wanted, &neighbours(schema, from, *depth));
        }
        let mut wanted = wanted.into_iter();
        schema.tables.retain(|_| wanted.next().unwrap_or(false));
        leave_out_unused(schema);
        Ok(())
    }
}

fn missing(parameter: &'static str, kind: &'static str, name: String) -> Missing {
    Missing {
        parameter,
        kind,
        name,
    }
}

fn keep(wanted: &mut [bool], named: &HashSet<usize>) {
    for (at, wanted) in wanted.iter_mut().enumerate() {
        *wanted &= named.contains(&at);
    }
}

/// What all of the texts name; or the name that nothing has. A text is one name if there is such a
/// thing, else several: names may have commas.
fn named(
    texts: &[String],
    find: &dyn Fn(&str) -> HashSet<usize>,
    is_known: &dyn Fn(&str) -> bool,
) -> Result<HashSet<usize>, String> {
    let mut all = HashSet::new();
    for text in texts {
        let whole = find(text);
        if !whole.is_empty() || is_known(text) {
            all.extend(whole);
            continue;
        }
        for part in text.split(',').map(str::trim) {
            let some = find(part);
            if some.is_empty() && !is_known(part) {
                return Err(part.to_owned());
            }
            all.extend(some);
        }
    }
    Ok(all)
}

fn tables_named(tables: &[Table], wanted: &str) -> HashSet<usize> {
    let is = |table: &Table| {
        let schema = table.schema.as_deref();
        let whole = schema.and_then(|schema| wanted.strip_prefix(schema)?.strip_prefix('.'));
        table.id.as_deref() == Some(wanted)
            || table.name == wanted
            || whole.is_some_and(|name| name == table.name)
    };
    places(tables.iter().map(is))
}

fn places(found: impl Iterator<Item = bool>) -> HashSet<usize> {
    let places = found.enumerate().filter(|(_, is)| *is);
    places.map(|(at, _)| at).collect()
}

fn neighbours(schema: &Schema, from: HashSet<usize>, depth: u32) -> HashSet<usize> {
    let index = TableIndex::new(schema);
    let mut beside = vec![Vec::new(); schema.tables.len()];
    for relation in relations(schema, &index) {
        if let Some(to) = relation.to {
            beside[relation.from].push(to);
            beside[to].push(relation.from);
        }
    }
    let mut edge: Vec<usize> = from.iter().copied().collect();
    let mut seen = from;
    for _ in 0..depth.min(DEEPEST) {
        let next = edge.iter().flat_map(|at| &beside[*at]).copied();
        edge = next.filter(|at| seen.insert(*at)).collect();
    }
    seen
}

fn leave_out_unused(schema: &mut Schema) {
    let used: HashSet<_> = schema
        .tables
        .iter()
        .flat_map(|table| &table.columns)
        .filter_map(|column| column.type_ref.as_ref())
        .map(|of| (of.schema.clone(), of.name.clone()))
        .collect();
    let is_used =
        |schema: &Option<String>, name: &String| used.contains(&(schema.clone(), name.clone()));
    schema.enums.retain(|of| is_used(&of.schema, &of.name));
    schema.domains.retain(|of| is_used(&of.schema, &of.name));
    let tables: HashSet<_> = schema
        .tables
        .iter()
        .map(|table| (table.schema.as_deref(), table.name.as_str()))
        .collect();
    schema.sequences.retain(|of| {
        let owner = of.owned_by_table.as_ref();
        owner.is_some_and(|of| tables.contains(&(of.schema.as_deref(), of.name.as_str())))
    });
    schema.schemas.retain(|of| {
        tables
            .iter()
            .any(|(schema, _)| *schema == Some(of.name.as_str()))
    });
}

#[cfg(test)]
mod tests {
    use super::super::formats::fixtures::{shop, table};
    use super::*;

    fn narrowed(narrowing: &Narrowing) -> Result<Schema, Missing> {
        let mut schema = shop();
        schema.tables.push(Table {
            schema: Some("log".to_owned()),
            ..table("a,b", Vec::new(), &[])
        });
        narrowing.apply(&mut schema)?;
        Ok(schema)
    }

    fn names(narrowing: &Narrowing) -> Result<Vec<String>, String> {
        let found = narrowed(narrowing).map_err(|missing| missing.to_string())?;
        Ok(found.tables.into_iter().map(|table| table.name).collect())
    }

    fn tables(wanted: &[&str]) -> Narrowing {
        Narrowing {
            tables: wanted.iter().map(|name| (*name).to_owned()).collect(),
            ..Narrowing::default()
        }
    }

    #[test]
    fn tables_are_wanted_by_name_schema_and_name_or_id() {
        for (wanted, expected) in [
            (tables(&["orders"]), vec!["orders"]),
            (tables(&["public.orders"]), vec!["orders"]),
            (tables(&["tbl_1"]), vec!["customers"]),
            (
                tables(&["orders, tbl_1", "order items"]),
                vec!["customers", "order items", "orders"],
            ),
            (tables(&["a,b"]), vec!["a,b"]),
            (tables(&["log.a,b", "names"]), vec!["names", "a,b"]),
        ] {
            assert_eq!(names(&wanted).unwrap(), expected, "{wanted:?}");
        }
        assert_eq!(
            names(&tables(&["orders,Orders"])),
            Err("the schema has no table 'Orders'".to_owned())
        );
    }

    #[test]
    fn schemas_are_wanted_by_name() {
        let of = |name: &str| Narrowing {
            schemas: vec![name.to_owned()],
            ..Narrowing::default()
        };
        assert_eq!(names(&of("log")).unwrap(), ["a,b"]);
        assert_eq!(names(&of("log,public")).unwrap().len(), 6);
        assert!(names(&of("audit")).is_err());
        let both = Narrowing {
            schemas: vec!["log".to_owned()],
            ..tables(&["orders", "a,b"])
        };
        assert_eq!(names(&both).unwrap(), ["a,b"]);
    }

    #[test]
    fn neighbours_are_reached_over_references_of_either_direction() {
        let around = |table: &str, depth| Narrowing {
            around: Some(Around {
                table: table.to_owned(),
                depth,
            }),
            ..Narrowing::default()
        };
        for (name, depth, expected) in [
            ("orders", 0, vec!["orders"]),
            ("orders", 1, vec!["customers", "order items", "orders"]),
            ("profiles", 1, vec!["customers", "profiles"]),
            ("profiles", 2, vec!["customers", "orders", "profiles"]),
            ("names", 9, vec!["names"]),
        ] {
            assert_eq!(
                names(&around(name, depth)).unwrap(),
                expected,
                "{name} {depth}"
            );
        }
        assert!(names(&around("nothing", 1)).is_err());
    }

    #[test]
    fn what_only_other_tables_use_is_left_out() {
        let schema = narrowed(&tables(&["orders"])).unwrap();
        assert_eq!(schema.enums.len(), 1);
        assert!(schema.domains.is_empty() && schema.sequences.is_empty());
        let schema = narrowed(&tables(&["customers"])).unwrap();
        assert!(schema.enums.is_empty());
        assert_eq!(schema.sequences.len(), 1);
        assert_eq!(narrowed(&Narrowing::default()).unwrap().domains.len(), 1);
    }
}
