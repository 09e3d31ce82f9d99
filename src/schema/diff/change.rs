//! A change, as data and in words.

use serde::Serialize;
use serde_json::Value;

/// One thing that is otherwise than it was.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Change {
    /// What happened.
    pub kind: ChangeKind,
    /// The schema (namespace) that it happened in, where the engine has them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// The table that it happened to, by its name of now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub table: Option<String>,
    /// The id by which the workspace addresses that table.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub table_id: Option<String>,
    /// What of the table (or beside the tables): a column, an index, the path of a field, a type.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object: Option<String>,
    /// Which part of it is otherwise, by its name in the schema document; a dot leads inside of
    /// it. Absent where the whole was added, removed or moved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fact: Option<String>,
    /// What it was; null where it was not there.
    pub before: Value,
    /// What it is; null where it is gone.
    pub after: Value,
    /// The same in a sentence.
    pub text: String,
}

/// The kinds of changes. The list is closed; what has no kind of its own is the `…_changed` of
/// the thing that it is a part of, and `fact` says which part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "each says itself what happened")]
pub enum ChangeKind {
    TableAdded,
    TableRemoved,
    TableRenamed,
    TableKindChanged,
    TableChanged,
    ViewDefinitionChanged,
    ValidatorChanged,
    RowSecurityChanged,
    PartitioningChanged,
    CommentChanged,
    ColumnAdded,
    ColumnRemoved,
    ColumnMoved,
    ColumnTypeChanged,
    ColumnNullableChanged,
    ColumnDefaultChanged,
    ColumnChanged,
    PrimaryKeyChanged,
    KeyAdded,
    KeyRemoved,
    KeyChanged,
    ForeignKeyAdded,
    ForeignKeyRemoved,
    ForeignKeyChanged,
    CheckAdded,
    CheckRemoved,
    CheckChanged,
    ExclusionAdded,
    ExclusionRemoved,
    ExclusionChanged,
    IndexAdded,
    IndexRemoved,
    IndexChanged,
    TriggerAdded,
    TriggerRemoved,
    TriggerChanged,
    PolicyAdded,
    PolicyRemoved,
    PolicyChanged,
    PartitionAdded,
    PartitionRemoved,
    PartitionChanged,
    FieldAdded,
    FieldRemoved,
    FieldChanged,
    FieldTypeAdded,
    FieldTypeRemoved,
    FieldTypeChanged,
    SchemaAdded,
    SchemaRemoved,
    SchemaChanged,
    EnumAdded,
    EnumRemoved,
    EnumChanged,
    EnumValueAdded,
    EnumValueRemoved,
    DomainAdded,
    DomainRemoved,
    DomainChanged,
    CompositeAdded,
    CompositeRemoved,
    CompositeChanged,
    SequenceAdded,
    SequenceRemoved,
    SequenceChanged,
    ExtensionAdded,
    ExtensionRemoved,
    ExtensionChanged,
    UnreadableAdded,
    UnreadableRemoved,
    UnreadableChanged,
}
