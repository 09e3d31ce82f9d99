//! Which types stand in the schema: those that columns have, with what those are made of, and,
//! unless single tables were chosen, all others of the schemas that are no extension's.

use std::collections::{HashMap, HashSet};

use crate::connectors::Selection;
use crate::connectors::postgres::types::Types;
use crate::schema::{Check, Composite, Domain, EnumType};

use super::by_table::ByTable;
use super::user_types::{CompositeRow, DomainRow, Numbered};

/// What is listed of a database's types.
pub struct Listed<'a> {
    types: &'a Types,
    selection: &'a Selection,
    used: HashSet<u32>,
}

impl<'a> Listed<'a> {
    /// `columns` are the types of all columns that were selected.
    pub fn new(
        types: &'a Types,
        selection: &'a Selection,
        columns: HashSet<u32>,
        composites: &[CompositeRow],
    ) -> Self {
        let composites: HashMap<_, _> = composites.iter().map(|row| (row.oid, row)).collect();
        let mut used = HashSet::new();
        let mut open: Vec<_> = columns.into_iter().collect();
        while let Some(oid) = open.pop() {
            if used.insert(oid) {
                open.extend(types.made_of(oid));
                let fields = composites.get(&oid).map(|row| &row.types[..]);
                open.extend(fields.unwrap_or_default().iter().map(|(oid, _)| *oid));
            }
        }
        Self {
            types,
            selection,
            used,
        }
    }

    fn has(&self, oid: u32, schema: Option<&str>) -> bool {
        let in_schema = match &self.selection.schema {
            Some(wanted) => schema == Some(wanted),
            None => schema != Some("information_schema"),
        };
        self.used.contains(&oid)
            || in_schema && self.selection.tables.is_empty() && !self.types.is_of_extension(oid)
    }

    /// The enums that are listed.
    pub fn enums(&self, all: Vec<Numbered<EnumType>>) -> Vec<EnumType> {
        let listed = all
            .into_iter()
            .filter(|(oid, of)| self.has(*oid, of.schema.as_deref()));
        listed.map(|(_, of)| of).collect()
    }

    /// The domains that are listed.
    pub fn domains(
        &self,
        all: Vec<DomainRow>,
        mut checks: ByTable<Check>,
        collations: &HashMap<u32, String>,
    ) -> Vec<Domain> {
        let listed = all
            .into_iter()
            .filter(|row| self.has(row.oid, row.domain.schema.as_deref()));
        listed
            .map(|row| Domain {
                logical_type: self
                    .types
                    .logical(row.base, row.modifier, &row.domain.native_type),
                nullable: !self.types.forbids_null(row.oid),
                collation: Some(row.collation)
                    .filter(|oid| *oid != self.types.collation(row.base))
                    .and_then(|oid| collations.get(&oid).cloned()),
                checks: checks.remove(&row.oid).unwrap_or_default(),
                ..row.domain
            })
            .collect()
    }

    /// The composite types that are listed.
    pub fn composites(&self, all: Vec<CompositeRow>) -> Vec<Composite> {
        let listed = all
            .into_iter()
            .filter(|row| self.has(row.oid, row.composite.schema.as_deref()));
        listed
            .map(|mut row| {
                for (field, (oid, modifier)) in row.composite.fields.iter_mut().zip(row.types) {
                    field.logical_type = self.types.logical(oid, modifier, &field.native_type);
                }
                row.composite
            })
            .collect()
    }
}
