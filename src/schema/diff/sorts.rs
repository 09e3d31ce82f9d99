//! The sorts of things that a schema has, and how each is called.

use super::change::ChangeKind as Kind;
use super::list::{Place, Sort};
use super::words;
use crate::schema::{
    Check, Column, Composite, Domain, EnumType, Exclusion, Extension, ForeignKey, Index, Key,
    Namespace, Partition, Policy, Sequence, Trigger, Unreadable,
};

pub const COLUMNS: Sort<Column> = Sort {
    list: "columns",
    added: Kind::ColumnAdded,
    removed: Kind::ColumnRemoved,
    changed: |fact| match fact {
        "type" | "logical_type" | "type_ref" | "values" => Kind::ColumnTypeChanged,
        "nullable" => Kind::ColumnNullableChanged,
        "default" => Kind::ColumnDefaultChanged,
        _ => Kind::ColumnChanged,
    },
    scope: |_| None,
    name: |column| column.name.clone(),
    what: |column, place| format!("Column {}.{}", table(place), words::name(&column.name)),
    gist: |column| {
        let null = if column.nullable { "" } else { " not null" };
        format!("{}{null}", column.native_type)
    },
    renames: false,
};

pub const KEYS: Sort<Key> = Sort {
    list: "keys",
    added: Kind::KeyAdded,
    removed: Kind::KeyRemoved,
    changed: |_| Kind::KeyChanged,
    scope: |_| None,
    name: |key| {
        key.name
            .clone()
            .unwrap_or_else(|| in_brackets(&key.columns))
    },
    what: |key, place| {
        let word = if key.primary {
            "Primary key"
        } else {
            "Unique key"
        };
        part(word, key.name.as_deref(), &in_brackets(&key.columns), place)
    },
    gist: |key| words::listed(&key.columns),
    renames: true,
};

pub const FOREIGN_KEYS: Sort<ForeignKey> = Sort {
    list: "foreign_keys",
    added: Kind::ForeignKeyAdded,
    removed: Kind::ForeignKeyRemoved,
    changed: |_| Kind::ForeignKeyChanged,
    scope: |_| None,
    name: |key| {
        key.name
            .clone()
            .unwrap_or_else(|| in_brackets(&key.columns))
    },
    what: |key, place| {
        let columns = in_brackets(&key.columns);
        part("Foreign key", key.name.as_deref(), &columns, place)
    },
    gist: |key| {
        let referenced = words::qualified(key.referenced_schema.as_deref(), &key.referenced_table);
        let columns = in_brackets(&key.referenced_columns);
        format!(
            "{} refers to {referenced} {columns}",
            words::listed(&key.columns)
        )
    },
    renames: true,
};

pub const CHECKS: Sort<Check> = Sort {
    list: "checks",
    added: Kind::CheckAdded,
    removed: Kind::CheckRemoved,
    changed: |_| Kind::CheckChanged,
    // MariaDB names the check of a column after it; one of the table may have that name too.
    scope: |check| check.column.as_deref(),
    name: |check| {
        check
            .name
            .clone()
            .unwrap_or_else(|| check.expression.clone())
    },
    what: |check, place| part("Check", check.name.as_deref(), "", place),
    gist: |check| words::shown(&check.expression),
    renames: true,
};

pub const EXCLUSIONS: Sort<Exclusion> = Sort {
    list: "exclusions",
    added: Kind::ExclusionAdded,
    removed: Kind::ExclusionRemoved,
    changed: |_| Kind::ExclusionChanged,
    scope: |_| None,
    name: |exclusion| exclusion.name.clone(),
    what: |exclusion, place| part("Exclusion", Some(&exclusion.name), "", place),
    gist: |exclusion| words::shown(&exclusion.definition),
    renames: true,
};

pub const INDEXES: Sort<Index> = Sort {
    list: "indexes",
    added: Kind::IndexAdded,
    removed: Kind::IndexRemoved,
    changed: |_| Kind::IndexChanged,
    scope: |_| None,
    name: |index| index.name.clone(),
    what: |index, place| part("Index", Some(&index.name), "", place),
    gist: |index| {
        let unique = if index.unique { "unique " } else { "" };
        let columns = index.columns.iter().map(|column| {
            let expression = column.expression.as_deref().unwrap_or("?");
            let name = column.name.as_deref().map(words::name);
            name.unwrap_or_else(|| words::shown(expression))
        });
        let columns: Vec<_> = columns.collect();
        format!("{unique}{} on {}", index.method, columns.join(", "))
    },
    renames: true,
};

pub const TRIGGERS: Sort<Trigger> = Sort {
    list: "triggers",
    added: Kind::TriggerAdded,
    removed: Kind::TriggerRemoved,
    changed: |_| Kind::TriggerChanged,
    scope: |_| None,
    name: |trigger| trigger.name.clone(),
    what: |trigger, place| part("Trigger", Some(&trigger.name), "", place),
    gist: |trigger| format!("{} {}", trigger.timing, trigger.events.join(" or ")),
    renames: false,
};

pub const POLICIES: Sort<Policy> = Sort {
    list: "row_security.policies",
    added: Kind::PolicyAdded,
    removed: Kind::PolicyRemoved,
    changed: |_| Kind::PolicyChanged,
    scope: |_| None,
    name: |policy| policy.name.clone(),
    what: |policy, place| part("Policy", Some(&policy.name), "", place),
    gist: |policy| policy.command.clone(),
    renames: false,
};

pub const PARTITIONS: Sort<Partition> = Sort {
    list: "partitioning.partitions",
    added: Kind::PartitionAdded,
    removed: Kind::PartitionRemoved,
    changed: |_| Kind::PartitionChanged,
    scope: |one| one.schema.as_deref(),
    name: |partition| partition.name.clone(),
    what: |partition, place| {
        let name = words::qualified(partition.schema.as_deref(), &partition.name);
        format!("Partition {name} of {}", table(place))
    },
    gist: |partition| {
        partition
            .bound
            .as_deref()
            .map(words::shown)
            .unwrap_or_default()
    },
    renames: false,
};

pub const SCHEMAS: Sort<Namespace> = Sort {
    list: "schemas",
    added: Kind::SchemaAdded,
    removed: Kind::SchemaRemoved,
    changed: |_| Kind::SchemaChanged,
    scope: |_| None,
    name: |schema| schema.name.clone(),
    what: |schema, _| format!("Schema {}", words::name(&schema.name)),
    gist: |_| String::new(),
    renames: false,
};

pub const ENUMS: Sort<EnumType> = Sort {
    list: "enums",
    added: Kind::EnumAdded,
    removed: Kind::EnumRemoved,
    changed: |_| Kind::EnumChanged,
    scope: |one| one.schema.as_deref(),
    name: |of| of.name.clone(),
    what: |of, _| beside("Enum", of.schema.as_deref(), &of.name),
    gist: |of| words::listed(&of.values),
    renames: false,
};

pub const DOMAINS: Sort<Domain> = Sort {
    list: "domains",
    added: Kind::DomainAdded,
    removed: Kind::DomainRemoved,
    changed: |_| Kind::DomainChanged,
    scope: |one| one.schema.as_deref(),
    name: |domain| domain.name.clone(),
    what: |domain, _| beside("Domain", domain.schema.as_deref(), &domain.name),
    gist: |domain| domain.native_type.clone(),
    renames: false,
};

pub const COMPOSITES: Sort<Composite> = Sort {
    list: "composites",
    added: Kind::CompositeAdded,
    removed: Kind::CompositeRemoved,
    changed: |_| Kind::CompositeChanged,
    scope: |one| one.schema.as_deref(),
    name: |composite| composite.name.clone(),
    what: |composite, _| {
        beside(
            "Composite type",
            composite.schema.as_deref(),
            &composite.name,
        )
    },
    gist: |composite| {
        let fields = composite.fields.iter();
        let fields: Vec<_> = fields.map(|field| field.name.as_str()).collect();
        words::listed(&fields)
    },
    renames: false,
};

pub const SEQUENCES: Sort<Sequence> = Sort {
    list: "sequences",
    added: Kind::SequenceAdded,
    removed: Kind::SequenceRemoved,
    changed: |_| Kind::SequenceChanged,
    scope: |one| one.schema.as_deref(),
    name: |sequence| sequence.name.clone(),
    what: |sequence, _| beside("Sequence", sequence.schema.as_deref(), &sequence.name),
    gist: |sequence| sequence.native_type.clone(),
    renames: false,
};

pub const EXTENSIONS: Sort<Extension> = Sort {
    list: "extensions",
    added: Kind::ExtensionAdded,
    removed: Kind::ExtensionRemoved,
    changed: |_| Kind::ExtensionChanged,
    scope: |one| one.schema.as_deref(),
    name: |extension| extension.name.clone(),
    what: |extension, _| format!("Extension {}", words::name(&extension.name)),
    gist: |extension| extension.version.clone(),
    renames: false,
};

pub const UNREADABLE: Sort<Unreadable> = Sort {
    list: "unreadable",
    added: Kind::UnreadableAdded,
    removed: Kind::UnreadableRemoved,
    changed: |_| Kind::UnreadableChanged,
    scope: |_| None,
    name: |unreadable| unreadable.name.clone(),
    what: |unreadable, _| format!("Unreadable object {}", unreadable.name),
    gist: |unreadable| words::shown(&unreadable.why),
    renames: false,
};

/// A table as it stands in a sentence.
pub fn table(place: &Place<'_>) -> String {
    words::qualified(place.schema, place.table.unwrap_or_default())
}

/// A part of a table: by its name, else by what tells it from others.
fn part(word: &str, name: Option<&str>, otherwise: &str, place: &Place<'_>) -> String {
    let name = name.map_or_else(|| otherwise.to_owned(), words::name);
    let space = if name.is_empty() { "" } else { " " };
    format!("{word}{space}{name} of {}", table(place))
}

fn beside(word: &str, schema: Option<&str>, name: &str) -> String {
    format!("{word} {}", words::qualified(schema, name))
}

fn in_brackets(names: &[String]) -> String {
    format!("({})", words::listed(names))
}
