//! The whole schema: `catalog` reads rows, each kind of them in a file of its own; here they are
//! joined in memory.

mod aside;
mod by_table;
mod catalog;
mod columns;
mod constraints;
mod foreign_keys;
mod indexes;
mod inheritance;
mod listed;
mod locked;
mod operator_classes;
mod options;
mod policies;
mod sequences;
mod storage;
mod triggers;
mod user_types;

use std::collections::{HashMap, HashSet};

use super::query::{self, Described};
use super::tables::TableRow;
use crate::connectors::Selection;
use crate::schema::{
    Column, ForeignKey, Identity, Policy, Schema, Sequence, Table, Trigger, spread,
};

pub use aside::Aside;
use by_table::taken;
pub use catalog::{Beside, Catalog, Refusals, has_stumbled, is_aftermath, is_refusal};
use columns::ColumnRow;
use constraints::ConstraintRow;
use indexes::{IndexRow, Names};
use listed::Listed;
pub use locked::{Locked, is_locked_out};
use sequences::Identities;
use storage::Storage;

/// Joins the rows of the catalog. `described` is the caller's own select, one more table.
pub fn joined(
    mut catalog: Catalog,
    database: &str,
    selection: &Selection,
    described: Option<Described>,
) -> Schema {
    let mut rows = std::mem::take(&mut catalog.tables);
    let rows_of_keys = std::mem::take(&mut catalog.foreign_keys);
    let known = rows.iter().map(|row| (row.oid, row)).collect();
    let mut foreign_keys = foreign_keys::named(rows_of_keys, &known, &catalog.columns);
    rows.retain(|row| row.selected);
    let at: HashMap<_, _> = rows.iter().map(|row| row.oid).zip(0..).collect();
    let used = rows.iter().filter_map(|row| catalog.columns.get(&row.oid));
    let used = used.flatten().map(|column| column.type_oid).collect();
    let listed = Listed::new(&catalog.types, selection, used, &catalog.composites);
    let (enums, domains, composites) = (
        listed.enums(catalog.enums.split_off(0)),
        listed.domains(
            catalog.domains.split_off(0),
            std::mem::take(&mut catalog.domain_checks),
            &catalog.collations,
        ),
        listed.composites(catalog.composites.split_off(0)),
    );
    let (identities, sequences) =
        sequences::parted(catalog.sequences.split_off(0), &catalog.columns);
    let counting = Counting {
        identities,
        parents: inheritance::parents(&catalog.links),
    };
    let parts = rows.into_iter().map(|row| Parts {
        columns: taken(&mut catalog.columns, row.oid),
        indexes: taken(&mut catalog.indexes, row.oid),
        storage: taken(&mut catalog.storage, row.oid).pop(),
        constraints: taken(&mut catalog.constraints, row.oid),
        foreign_keys: taken(&mut foreign_keys, row.oid),
        triggers: taken(&mut catalog.triggers, row.oid),
        policies: taken(&mut catalog.policies, row.oid),
        definition: taken(&mut catalog.definitions, row.oid).pop(),
        row,
    });
    let parts = parts.collect();
    let mut tables = spread::over(parts, |_, parts| {
        table(parts, &catalog, &counting, selection)
    });
    inheritance::link(&mut tables, &at, catalog.links, catalog.partition_keys);
    tables.extend(described.map(|described| query::table(described, &catalog.types, selection)));
    let mut schemas = catalog.namespaces;
    if !selection.tables.is_empty() {
        let with_tables: HashSet<_> = tables.iter().filter_map(|t| t.schema.as_deref()).collect();
        schemas.retain(|schema| with_tables.contains(schema.name.as_str()));
    }
    Schema {
        database: Some(database.to_owned()),
        schemas,
        tables,
        enums,
        domains,
        composites,
        sequences: wanted(sequences, &at, selection),
        extensions: catalog.extensions,
        unreadable: [catalog.refused, catalog.locked.unreadable()].concat(),
    }
}

/// What the catalog has of one table.
struct Parts {
    row: TableRow,
    columns: Vec<ColumnRow>,
    indexes: Vec<IndexRow>,
    storage: Option<Storage>,
    constraints: Vec<ConstraintRow>,
    foreign_keys: Vec<ForeignKey>,
    triggers: Vec<Trigger>,
    policies: Vec<Policy>,
    definition: Option<String>,
}

fn table(parts: Parts, catalog: &Catalog, counting: &Counting, selection: &Selection) -> Table {
    let Parts {
        row,
        columns,
        mut indexes,
        storage,
        constraints,
        foreign_keys,
        triggers,
        policies,
        definition,
    } = parts;
    let (oid, storage) = (row.oid, storage.unwrap_or_default());
    let constraints = constraints::sorted(constraints, &columns, &mut indexes);
    let index_size = indexes.iter().map(|index| index.size).sum();
    let names = Names {
        operator_classes: &catalog.operator_classes,
        collations: &catalog.collations,
    };
    let indexes = indexes
        .into_iter()
        .map(|index| indexes::named(index, &columns, &names))
        .collect();
    let primary_key = constraints.keys.iter().find(|key| key.primary);
    let primary_key = primary_key.map_or_else(Vec::new, |key| key.columns.clone());
    // Columns are by far the most of all that is joined: their list must not grow bit by bit.
    let mut list = Vec::with_capacity(columns.len());
    let wanted = columns
        .into_iter()
        .filter(|column| selection.has_column(Some(&row.schema), &row.name, &column.column.name));
    list.extend((1..).zip(wanted).map(|(position, column)| Column {
        position,
        primary_key: primary_key.contains(&column.column.name),
        identity: counting.identity(oid, &column).map(Box::new),
        ..typed(column, catalog)
    }));
    Table {
        engine_id: Some(oid.to_string()),
        kind: row.kind,
        comment: row.comment,
        indexes,
        keys: constraints.keys,
        checks: constraints.checks,
        exclusions: constraints.exclusions,
        foreign_keys,
        triggers,
        row_security: policies::row_security(&storage, policies),
        definition,
        check_option: storage.check_option,
        engine: storage.engine,
        options: storage.options,
        row_count_estimate: row.estimate,
        size_bytes: storage.size,
        // That of indexes is as old as that of the table, and as unknown.
        index_size_bytes: storage.size.map(|_| index_size),
        columns: list,
        primary_key,
        schema: Some(row.schema),
        name: row.name,
        half_read: catalog.locked.has(oid),
        ..Table::default()
    }
}

/// A column with what its type tells of it.
fn typed(row: ColumnRow, catalog: &Catalog) -> Column {
    let (types, oid) = (&catalog.types, row.type_oid);
    Column {
        logical_type: types.logical(oid, row.modifier, &row.column.native_type),
        type_ref: types.referred(oid),
        nullable: row.column.nullable && !types.forbids_null(oid),
        collation: Some(row.collation)
            .filter(|collation| *collation != types.collation(oid))
            .and_then(|collation| catalog.collations.get(&collation).cloned()),
        ..row.column
    }
}

/// How identity columns count.
struct Counting {
    identities: Identities,
    /// The parents of partitions, whose sequences these count by since PostgreSQL 17.
    parents: HashMap<u32, u32>,
}

impl Counting {
    fn identity(&self, table: u32, column: &ColumnRow) -> Option<Identity> {
        /// As deep as partitions of partitions are followed.
        const DEPTH: usize = 32;
        if column.identity == ' ' {
            return None;
        }
        let above = std::iter::successors(Some(table), |table| self.parents.get(table).copied());
        let mut sequences = above.take(DEPTH).filter_map(|table| {
            let columns = self.identities.get(&table)?;
            columns.get(&column.column.name)
        });
        sequences::identity(column.identity, sequences.next()?)
    }
}

/// The sequences of the tables that were selected, and, unless single ones were, those of none.
fn wanted(
    sequences: Vec<(Option<u32>, Sequence)>,
    tables: &HashMap<u32, usize>,
    selection: &Selection,
) -> Vec<Sequence> {
    let narrowed = !selection.tables.is_empty();
    let is_wanted = |owner: Option<u32>| match owner {
        Some(table) => {
            tables.contains_key(&table) || !narrowed && selection.ignore_tables.is_empty()
        }
        None => !narrowed,
    };
    let wanted = sequences.into_iter().filter(|(owner, _)| is_wanted(*owner));
    wanted.map(|(_, sequence)| sequence).collect()
}
