//! What makes the rows of a copy those of another table than the one that is there now.

use super::cursor::Kept;
use crate::local::{Copy, same_form};
use crate::schema::Table;

/// What is different from the last copy so that its rows cannot stay. Documents may have any fields.
#[must_use]
pub fn changes(table: &Table, copy: Option<&Copy>) -> Vec<String> {
    let Some(copy) = copy else {
        return Vec::new();
    };
    if let (Some(before), Some(now)) = (Kept::with(copy).engine_id, &table.engine_id)
        && before != *now
    {
        // Made anew, or given the name of the one that was: not a row needs to be the same.
        return vec!["It is another table than the one of this name that was copied.".to_owned()];
    }
    if table.sample.is_some() {
        return Vec::new();
    }
    let known = |name: &str| {
        copy.columns
            .iter()
            .find(|column| column.source_name == name)
    };
    let mut changes = Vec::new();
    for column in &table.columns {
        let (name, now) = (&column.name, &column.native_type);
        match known(name) {
            None => changes.push(format!("The column `{name}` was added.")),
            Some(before) if !same_form(&before.logical_type, &column.logical_type) => {
                let before = &before.native_type;
                changes.push(format!("The column `{name}` was {before} and is {now}."));
            }
            Some(_) => {}
        }
    }
    for before in &copy.columns {
        if !table
            .columns
            .iter()
            .any(|column| column.name == before.source_name)
        {
            changes.push(format!("The column `{}` was dropped.", before.source_name));
        }
    }
    let order = table.columns.iter().map(|column| &column.name);
    if changes.is_empty() && !order.eq(copy.columns.iter().map(|column| &column.source_name)) {
        changes.push("The columns stand in another order.".to_owned());
    }
    changes
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::{SourceId, TableId};
    use crate::schema::Sample;

    fn copied(engine_id: Option<&str>) -> Copy {
        let kept = Kept {
            engine_id: engine_id.map(str::to_owned),
            ..Kept::default()
        };
        Copy {
            table: TableId::generate(),
            source: SourceId::generate(),
            physical: "copy_1".to_owned(),
            columns: Vec::new(),
            key: Vec::new(),
            rows: 0,
            synced_at: 0,
            cursor: Some(json!(kept)),
        }
    }

    #[test]
    fn a_table_that_took_the_name_of_the_one_that_was_copied_is_another_one() {
        for sample in [None, Some(Sample::default())] {
            let now = |engine_id: Option<&str>| Table {
                engine_id: engine_id.map(str::to_owned),
                sample: sample.clone(),
                ..Table::default()
            };
            assert_eq!(changes(&now(Some("2")), Some(&copied(Some("1")))).len(), 1);
            for (before, after) in [(Some("1"), Some("1")), (None, Some("1")), (Some("1"), None)] {
                let told = changes(&now(after), Some(&copied(before)));
                assert_eq!(told, [""; 0], "{before:?} {after:?}");
            }
            assert_eq!(changes(&now(Some("1")), None), [""; 0]);
        }
    }
}
