//! How a table is copied: decided before anything of it is read.

use super::cursor::{Cursor, Kept, Unseen, can_be_cursor, has_an_end, is_number};
use super::drift;
use super::options::{Mode, SyncOptions};
use crate::connectors::read::{Condition, Test};
use crate::connectors::{Capability, Selection, TableRead};
use crate::local::Copy;
use crate::schema::{Column, DataType, Table, TableKind, TableRef};

/// How a table is copied.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The table.
    pub table: Table,
    /// What is read of it.
    pub read: TableRead,
    /// What is read behind that to see which rows are gone: the keys of all.
    pub keys: Option<TableRead>,
    /// The columns, by their names at the source, that tell its rows apart.
    pub key: Vec<String>,
    /// What the source's engine can do.
    pub capability: Capability,
    /// Whether only what changed is wanted.
    pub incremental: bool,
    /// Whether the key is one column of whole numbers.
    pub integer_key: bool,
    /// What becomes of the rows.
    pub way: Way,
    /// Why it is this way, where another one was asked for.
    pub reason: Option<String>,
    /// The column whose largest value is kept.
    pub cursor: Option<Column>,
    /// The last copy.
    pub copy: Option<Copy>,
    /// Whether rows are read as they are at each moment, since the source did not keep one state of
    /// them for as long as that takes.
    pub torn: bool,
    /// What is different from the last copy, in sentences.
    pub changes: Vec<String>,
}

/// What becomes of the rows that are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    /// They are the copy.
    Full,
    /// They take the place of those of the same key.
    Upsert,
    /// They take the place of those from a value of the cursor's column on.
    Append,
}

impl Way {
    /// As it stands in answers.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Full => "full_refresh",
            Self::Upsert => "upsert",
            Self::Append => "append",
        }
    }
}

/// Why a table is not copied; `named` says that a caller asks for this one, `goes` that there is a copy which
/// goes where nothing is left of the table.
#[must_use]
pub fn left_out(table: &Table, named: bool, goes: bool) -> Option<&'static str> {
    if has_none(table) {
        return (!goes).then_some("It has no columns.");
    }
    match table.kind {
        _ if named => None,
        TableKind::View => Some("A view is copied where `tables` names it."),
        TableKind::Partition => Some("Its rows are in the copy of the table that it is a part of."),
        TableKind::VirtualTable => Some("A virtual table is copied where `tables` names it."),
        _ => None,
    }
}

/// Whether there are neither columns nor rows, as of a file that is empty. A collection without documents has
/// an `_id` all the same.
fn has_none(table: &Table) -> bool {
    table.columns.is_empty() && table.kind != TableKind::Collection
}

impl Plan {
    /// Decides how a table is copied.
    ///
    /// # Errors
    /// Why it cannot be copied as it was asked for.
    pub fn new(
        table: Table,
        copy: Option<Copy>,
        options: &SyncOptions,
        selection: &Selection,
        capability: Capability,
    ) -> Result<Self, (Box<Self>, String)> {
        let key = key(&table);
        let integer_key = key.len() == 1
            && table.sample.is_none()
            && column(&table, &key[0]).is_some_and(|column| {
                is_number(&column.logical_type)
                    && !column.nullable
                    && (capability.strict_types
                        || column.native_type.eq_ignore_ascii_case("integer"))
            });
        let mut plan = Self {
            read: read(&table, copy.as_ref(), selection),
            changes: drift::changes(&table, copy.as_ref()),
            keys: None,
            table,
            key,
            capability,
            incremental: options.is_incremental(),
            integer_key,
            way: Way::Full,
            reason: None,
            cursor: None,
            copy,
            torn: false,
        };
        match plan.choose(options) {
            Ok(()) => {
                let wanted = options.detect_deletes == Some(true) && plan.way == Way::Upsert;
                plan.keys = wanted.then(|| plan.read_of_keys());
                Ok(plan)
            }
            Err(why) => Err((Box::new(plan), why)),
        }
    }

    /// Decides to read all of it.
    pub fn read_whole(&mut self, why: &str) {
        self.way = Way::Full;
        self.reason = Some(why.to_owned());
        self.read.conditions.clear();
        self.keys = None;
    }

    fn read_of_keys(&self) -> TableRead {
        let columns = self.key.iter().map(|name| {
            // Of an empty collection nothing is known, and yet it has an `_id`.
            let unknown = || Column {
                name: name.clone(),
                logical_type: DataType::Mixed,
                ..Column::default()
            };
            column(&self.table, name).cloned().unwrap_or_else(unknown)
        });
        TableRead {
            columns: columns.collect(),
            open_columns: false,
            conditions: Vec::new(),
            ..self.read.clone()
        }
    }

    fn choose(&mut self, options: &SyncOptions) -> Result<(), String> {
        let appends = options.mode == Some(Mode::Append);
        if has_none(&self.table) && !appends {
            return Ok(());
        }
        let mut unfit = None;
        let cursor = match (told(&self.table, options), declared(&self.table)) {
            (Some(name), _) => Some(fit(&self.table, name, "`cursor_columns` names")?),
            // Whoever copies is not to blame for what the source's settings say.
            (None, Some(name)) => fit(&self.table, name, "its endpoint names as `cursor_field`")
                .map_err(|why| unfit = Some(why))
                .ok(),
            // Where all rows are sent anyway, a key would hide those that changed.
            (None, None) if !self.capability.seeks => None,
            (None, None) => found(&self.table, &self.key),
        };
        let untold = unfit.unwrap_or_else(|| self.no_cursor());
        if appends && cursor.is_none() {
            return Err(untold);
        }
        if appends {
            // Several states of one row stand side by side.
            self.key.clear();
            self.integer_key = false;
        }
        self.cursor = cursor.cloned();
        if !self.incremental {
            return Ok(());
        }
        let Some(cursor) = cursor else {
            let fits = |copy: &Copy| !self.key.is_empty() && same_key(copy, &self.key);
            let fits = self.changes.is_empty() && self.copy.as_ref().is_some_and(fits);
            let mut reason = untold;
            if options.mode == Some(Mode::Upsert) && fits {
                reason.push_str(" All rows are read.");
                self.way = Way::Upsert;
            }
            self.reason = Some(reason);
            return Ok(());
        };
        let Some(copy) = &self.copy else {
            self.reason = Some("It was not copied before.".to_owned());
            return Ok(());
        };
        let Some(kept) = self.kept().cursor else {
            self.reason = Some("The last copy left no cursor.".to_owned());
            return Ok(());
        };
        let way = if appends || self.key.is_empty() {
            Way::Append
        } else {
            Way::Upsert
        };
        self.reason = if kept.column != cursor.name {
            Some(format!("The last copy went by `{}`.", kept.column))
        } else if kept.appends != (way == Way::Append) {
            Some("The last copy was made in another mode.".to_owned())
        } else if way == Way::Upsert && !same_key(copy, &self.key) {
            Some("The key is another one than that of the last copy.".to_owned())
        } else {
            self.changes.first().cloned()
        };
        if self.reason.is_none() {
            self.way = way;
            if !self.capability.seeks && !is_asked(&self.table, &cursor.name) {
                self.reason = Some(format!(
                    "The source sends all rows, of which those from the last `{}` on are taken.",
                    cursor.name
                ));
            }
            self.read.conditions.push(Condition {
                column: cursor.name.clone(),
                test: Test::AtLeast(kept.from),
            });
        }
        Ok(())
    }

    /// The copy, where nothing is left of what it was made of.
    #[must_use]
    pub fn is_emptied(&self) -> Option<&Copy> {
        self.copy.as_ref().filter(|_| has_none(&self.table))
    }

    /// What the last copy left for this one.
    #[must_use]
    pub fn kept(&self) -> Kept {
        self.copy.as_ref().map(Kept::with).unwrap_or_default()
    }

    /// The copy, where it is one of this version of the table and that is all that is wanted.
    #[must_use]
    pub fn still_is(&self, version: Option<&String>) -> Option<&Copy> {
        let same = version.is_some() && version == self.kept().version.as_ref();
        let copy = self.copy.as_ref();
        copy.filter(|_| same && self.incremental && self.changes.is_empty())
    }

    /// From where the next copy goes on, after one that saw this as the cursor's largest value.
    #[must_use]
    pub fn next_cursor(&self, largest: Option<String>, unseen: &Unseen<'_>) -> Option<Cursor> {
        let column = self.cursor.as_ref()?;
        let kept = self.kept().cursor.filter(|_| self.way != Way::Full);
        // Nothing new, an empty table, or a value that nothing comes behind.
        let Some(largest) = largest.filter(|value| has_an_end(value)) else {
            return kept;
        };
        Some(Cursor::after(
            kept.as_ref(),
            &column.name,
            &column.logical_type,
            largest,
            unseen,
            self.appends(),
        ))
    }

    /// Whether its rows are added for each change.
    #[must_use]
    pub fn appends(&self) -> bool {
        self.key.is_empty()
    }

    /// Why there is no cursor, and how there would be one.
    fn no_cursor(&self) -> String {
        let what = if matches!(self.table.kind, TableKind::Collection) {
            "its `_id` is neither a number nor an ObjectId"
        } else if self.capability.seeks {
            "it has neither an indexed column like `updated_at` without NULLs nor a key of one whole number"
        } else if self.capability.network {
            "its endpoint names no `cursor_field`"
        } else {
            "a file that is not as it was is read whole"
        };
        format!(
            "Nothing tells what changed in this table: {what}; `cursor_columns` may name a column."
        )
    }

    /// What the way cannot see, in sentences.
    #[must_use]
    pub fn blind_spots(&self) -> Vec<String> {
        let mut spots = Vec::new();
        if self.torn {
            spots.push(
                "The source did not keep one state of the table for as long as reading took: each row is as it was when it was read."
                    .to_owned(),
            );
        }
        if self.way == Way::Full {
            return spots;
        }
        if self.keys.is_none() {
            spots.push("Rows that were deleted at the source stay in the copy.".to_owned());
        }
        let Some(cursor) = &self.cursor else {
            return spots;
        };
        let name = &cursor.name;
        spots.push(if self.table.primary_key.contains(name) {
            format!("Changes of rows that were copied already: `{name}` tells new rows alone.")
        } else {
            format!("Changes that leave `{name}` as it was, or set it back.")
        });
        spots.push(format!(
            "New rows whose `{name}` is less than what was copied before."
        ));
        if cursor.nullable {
            spots.push(format!("Rows without a `{name}`, from the second copy on."));
        }
        spots
    }
}

/// The columns that tell rows apart: the primary key, else the first unique one without NULLs.
fn key(table: &Table) -> Vec<String> {
    if matches!(table.kind, TableKind::Collection) {
        return vec!["_id".to_owned()];
    }
    let wanted = |names: &[String]| names.iter().all(|name| column(table, name).is_some());
    if !table.primary_key.is_empty() && wanted(&table.primary_key) {
        return table.primary_key.clone();
    }
    Vec::new()
}

fn column<'a>(table: &'a Table, name: &str) -> Option<&'a Column> {
    table.columns.iter().find(|column| column.name == name)
}

/// The column that a caller names for a table.
fn told<'a>(table: &Table, options: &'a SyncOptions) -> Option<&'a str> {
    let all = options.cursor_columns.as_ref()?;
    let full = table
        .schema
        .as_ref()
        .map(|schema| format!("{schema}.{}", table.name));
    [full.as_deref(), Some(&table.name), table.id.as_deref()]
        .into_iter()
        .flatten()
        .find_map(|name| all.get(name).map(String::as_str))
}

/// The column that the settings of its source name for a table.
fn declared(table: &Table) -> Option<&str> {
    table.options.get("cursor_field")?.as_str()
}

/// Whether the source is asked for rows from a value of this column on.
fn is_asked(table: &Table, column: &str) -> bool {
    declared(table) == Some(column) && table.options.contains_key("cursor_param")
}

fn fit<'a>(table: &'a Table, name: &str, by: &str) -> Result<&'a Column, String> {
    let Some(column) = column(table, name) else {
        return Err(format!("The table has no column `{name}`, which {by}."));
    };
    if can_be_cursor(&column.logical_type) {
        return Ok(column);
    }
    let kind = &column.logical_type;
    Err(format!(
        "`{name}` is of the type {kind}, which a copy cannot go on from: that takes a whole number, a date, a time or an ObjectId."
    ))
}

/// What columns are called that are set at each change of their row, in small letters without `_`.
const CHANGED: &[&str] = &[
    "updatedat",
    "modifiedat",
    "changedat",
    "lastmodified",
    "lastupdated",
    "updatedon",
    "modifiedon",
    "dateupdated",
    "datemodified",
    "updatetime",
    "updated",
    "modified",
    "mtime",
    "lastmodifiedat",
    "lastupdatedat",
    "lastupdate",
    "modifieddate",
    "updateddate",
    "writedate",
];

/// The column that tells what changed: one that is set at each change, always there and indexed, else a
/// key of numbers that grow, or `_id`.
fn found<'a>(table: &'a Table, key: &[String]) -> Option<&'a Column> {
    let leads_an_index = |name: &str| {
        table.indexes.iter().any(|index| {
            let first = index.columns.first();
            index.predicate.is_none()
                && first.is_some_and(|first| first.name.as_deref() == Some(name))
        })
    };
    let changed = CHANGED.iter().find_map(|known| {
        table.columns.iter().find(|column| {
            let name = column.name.to_lowercase().replace('_', "");
            name == *known
                && !column.nullable
                && matches!(
                    column.logical_type,
                    DataType::Timestamp | DataType::Timestamptz
                )
                && leads_an_index(&column.name)
        })
    });
    changed.or_else(|| match key {
        [only] => column(table, only).filter(|column| {
            is_number(&column.logical_type) || column.logical_type == DataType::ObjectId
        }),
        _ => None,
    })
}

fn read(table: &Table, copy: Option<&Copy>, selection: &Selection) -> TableRead {
    let mut columns = table.columns.clone();
    if let (Some(_), Some(copy)) = (&table.sample, copy) {
        // The fields of documents stand in the order in which samples saw them: that of the copy is kept.
        let place = |column: &Column| {
            let same = |known: &crate::local::CopyColumn| known.source_name == column.name;
            copy.columns.iter().position(same).unwrap_or(usize::MAX)
        };
        columns.sort_by_key(place);
    }
    TableRead {
        table: TableRef {
            schema: table.schema.clone(),
            name: table.name.clone(),
        },
        kind: table.kind,
        query: selection
            .query
            .clone()
            .filter(|_| table.kind == TableKind::Query),
        open_columns: selection.has_all_columns(),
        columns,
        conditions: Vec::new(),
        search: None,
        order: Vec::new(),
        offset: 0,
        limit: None,
    }
}

fn same_key(copy: &Copy, key: &[String]) -> bool {
    let source_name = |name: &String| {
        let same = copy.columns.iter().find(|column| column.name == *name);
        same.map(|column| column.source_name.clone())
    };
    copy.key
        .iter()
        .map(source_name)
        .eq(key.iter().map(|name| Some(name.clone())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Index, IndexColumn, Sample};

    fn table(columns: &[(&str, DataType)]) -> Table {
        let columns = columns.iter().map(|(name, logical_type)| Column {
            name: (*name).to_owned(),
            native_type: logical_type.to_string(),
            logical_type: logical_type.clone(),
            ..Column::default()
        });
        Table {
            name: "t".to_owned(),
            columns: columns.collect(),
            ..Table::default()
        }
    }

    fn index(name: &str) -> Index {
        Index {
            columns: vec![IndexColumn {
                name: Some(name.to_owned()),
                ..IndexColumn::default()
            }],
            ..Index::default()
        }
    }

    #[test]
    fn a_table_without_columns_is_left_out_and_a_collection_without_documents_is_not() {
        let mut none = table(&[]);
        // An API that sent no records, too.
        for sample in [None, Some(Sample::default())] {
            none.sample = sample;
            assert!(left_out(&none, true, false).is_some());
            // What was copied of it before is to go.
            assert!(left_out(&none, true, true).is_none());
        }
        none.kind = TableKind::Collection;
        assert!(left_out(&none, true, false).is_none());
        let mut view = table(&[("a", DataType::Int32)]);
        view.kind = TableKind::View;
        assert!(left_out(&view, false, true).is_some());
        assert!(left_out(&view, true, false).is_none());
    }

    #[test]
    fn what_tells_changes_is_an_indexed_time_that_is_always_there_else_a_key_of_one_number() {
        let mut some = table(&[
            ("id", DataType::Int64),
            ("Updated_At", DataType::Timestamptz),
            ("modified", DataType::Timestamp),
        ]);
        let named = |table: &Table, key: &[&str]| {
            let key: Vec<_> = key.iter().map(ToString::to_string).collect();
            found(table, &key).map(|column| column.name.clone())
        };
        assert_eq!(named(&some, &["id"]).as_deref(), Some("id"));
        assert_eq!(named(&some, &["id", "modified"]), None);
        some.indexes = vec![index("modified"), index("Updated_At")];
        assert_eq!(named(&some, &["id"]).as_deref(), Some("Updated_At"));
        some.columns[1].nullable = true;
        assert_eq!(named(&some, &["id"]).as_deref(), Some("modified"));
        some.indexes[0].predicate = Some("id > 0".to_owned());
        assert_eq!(named(&some, &[]), None);
    }
}
