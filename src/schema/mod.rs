//! Floor 0: one schema document for every engine, in the field's standard terms, so that a caller
//! needs no per-engine code.
//!
//! What is absent, empty or false of the finer facts is left out of the document, so that the
//! document of thousands of plain tables stays small.

#![allow(
    clippy::struct_excessive_bools,
    reason = "independent facts that catalogs keep as such"
)]

mod column;
mod constraint;
mod data_type;
pub mod diff;
mod earlier;
mod field;
pub mod formats;
mod half_read;
mod index;
pub mod infer;
pub mod narrow;
mod object;
mod paths;
pub mod relations;
pub mod search;
pub mod spread;
mod structure;
mod table;

use serde::{Deserialize, Serialize};

pub use column::{Column, Generated, Identity, IdentityGeneration};
pub use constraint::{Check, Exclusion, ForeignKey, ForeignKeyAction, Key, Match};
pub use data_type::DataType;
pub use earlier::keep_earlier;
pub use field::{Field, FieldType, Items, Origin, Validator};
pub use half_read::keep_texts;
pub use index::{Index, IndexColumn, NullsOrder, Order};
pub use object::{
    Composite, CompositeField, Domain, EnumType, Extension, Namespace, Sequence, TypeRef,
};
pub use table::{
    InferredRelationship, Partition, PartitionOf, Partitioning, Policy, RowSecurity, Sample, Table,
    TableKind, TableRef, Trigger, ViewCheck,
};

/// What was read of a source. Tables stand in the order of schema and name; columns by position;
/// all else by schema and name.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default)]
pub struct Schema {
    /// The database (or file) that was read, as the server names it.
    pub database: Option<String>,
    /// The schemas (namespaces) that were read, where the engine has them.
    pub schemas: Vec<Namespace>,
    /// Every table-like object that was selected.
    pub tables: Vec<Table>,
    /// The enums; columns refer to them.
    pub enums: Vec<EnumType>,
    /// The domains; columns refer to them.
    pub domains: Vec<Domain>,
    /// The composite types that are no table's; columns refer to them.
    pub composites: Vec<Composite>,
    /// The sequences.
    pub sequences: Vec<Sequence>,
    /// The extensions.
    pub extensions: Vec<Extension>,
    /// What exists but could not be read, so that nothing is dropped silently.
    pub unreadable: Vec<Unreadable>,
}

/// Something that is there and could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Unreadable {
    /// Its name, with its schema where it has one.
    pub name: String,
    /// Why, in a sentence.
    pub why: String,
}

/// For facts that are left out of a document where they do not hold.
#[allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands over a reference"
)]
fn is_false(fact: &bool) -> bool {
    !fact
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_plain_table_does_not_have_is_left_out() {
        let table = Table {
            name: "t".to_owned(),
            columns: vec![Column {
                name: "a".to_owned(),
                ..Column::default()
            }],
            ..Table::default()
        };
        let written = serde_json::to_value(&table).unwrap();
        let keys: Vec<_> = written.as_object().unwrap().keys().collect();
        assert_eq!(
            keys,
            [
                "schema",
                "name",
                "kind",
                "comment",
                "columns",
                "primary_key",
                "foreign_keys",
                "indexes",
                "row_count_estimate"
            ]
        );
        let column = written["columns"][0].as_object().unwrap();
        let keys: Vec<_> = column.keys().collect();
        assert_eq!(
            keys,
            [
                "name",
                "position",
                "type",
                "logical_type",
                "nullable",
                "default",
                "primary_key",
                "comment"
            ]
        );
        assert_eq!(serde_json::from_value::<Table>(written).unwrap(), table);
    }
}
