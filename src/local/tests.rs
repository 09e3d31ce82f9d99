//! What a copy keeps, and what others see of it meanwhile.

use std::sync::Arc;

use serde_json::json;

use super::*;
use crate::rows::{Cell, RowBatch, RowColumn};
use crate::schema::DataType;

fn columns(of: &[(&str, DataType)]) -> Vec<RowColumn> {
    let column = |(name, logical_type): &(&str, DataType)| RowColumn {
        name: (*name).to_owned(),
        native_type: logical_type.to_string(),
        logical_type: logical_type.clone(),
    };
    of.iter().map(column).collect()
}

fn batch(rows: &[&[Cell<'_>]]) -> RowBatch {
    let mut batch = RowBatch::new(rows[0].len());
    for cell in rows.iter().copied().flatten() {
        batch.cell(*cell);
    }
    batch
}

struct Fixture {
    folder: tempfile::TempDir,
    local: Local,
    copies: Arc<Copies>,
    table: TableId,
    source: SourceId,
}

fn fixture() -> Fixture {
    let folder = tempfile::tempdir().unwrap();
    let local = Local::new(folder.path());
    let copies = local.copies("ws_1").unwrap();
    Fixture {
        folder,
        local,
        copies,
        table: TableId::generate(),
        source: SourceId::generate(),
    }
}

impl Fixture {
    fn copy(&self, columns: &[RowColumn], key: &[&str], rows: &RowBatch) -> Copy {
        let key: Vec<_> = key.iter().map(ToString::to_string).collect();
        let draft = StageDraft {
            columns,
            key: &key,
            strict: true,
            integer_key: columns[0].logical_type == DataType::Int64,
        };
        let mut stage = self.copies.stage(&draft).unwrap();
        stage.write(rows).unwrap();
        stage.index().unwrap();
        stage.replace(&self.table, &self.source, 1, None).unwrap()
    }

    fn all(&self, copy: &Copy) -> Vec<Vec<rusqlite::types::Value>> {
        let reader = self.copies.reader().unwrap();
        let sql = format!("SELECT * FROM {} ORDER BY 1", copy.physical);
        let mut statement = reader.prepare(&sql).unwrap();
        let width = statement.column_count();
        let rows = statement.query_map([], |row| (0..width).map(|i| row.get(i)).collect());
        rows.unwrap().map(Result::unwrap).collect()
    }

    fn tables(&self) -> Vec<String> {
        let reader = self.copies.reader().unwrap();
        let sql = "SELECT name FROM sqlite_schema WHERE name GLOB 'copy_*' AND type = 'table'";
        let mut statement = reader.prepare(sql).unwrap();
        let names = statement.query_map([], |row| row.get(0)).unwrap();
        names.map(Result::unwrap).collect()
    }
}

#[test]
fn every_value_stands_in_a_copy_as_it_is() {
    use rusqlite::types::Value;
    let of = fixture();
    let columns = columns(&[
        ("i", DataType::Int64),
        ("r", DataType::Float64),
        ("d", DataType::Decimal(None)),
        ("b", DataType::Binary),
        ("s", DataType::String),
        ("m", DataType::Mixed),
    ]);
    let rows = batch(&[
        &[
            Cell::Integer(i64::MIN),
            Cell::Real(-0.0),
            Cell::Text("1.10"),
            Cell::Blob(b""),
            Cell::Text("007"),
            Cell::Text("7"),
        ],
        &[
            Cell::Integer(i64::MAX),
            Cell::Real(f64::NAN),
            Cell::Text("18446744073709551615"),
            Cell::Blob(b"\0"),
            Cell::Text(""),
            Cell::Integer(7),
        ],
        &[
            Cell::Integer(0),
            Cell::Real(f64::NEG_INFINITY),
            Cell::Null,
            Cell::Null,
            Cell::Blob(b"\xff"),
            Cell::Real(5.0),
        ],
    ]);
    let copy = of.copy(&columns, &[], &rows);
    let all = of.all(&copy);
    let text = |text: &str| Value::Text(text.to_owned());
    assert_eq!(
        all[0],
        [
            Value::Integer(i64::MIN),
            Value::Real(-0.0),
            text("1.10"),
            Value::Blob(Vec::new()),
            text("007"),
            text("7"),
        ]
    );
    assert!(matches!(all[0][1], Value::Real(zero) if zero.is_sign_negative()));
    assert_eq!(
        all[1],
        [
            Value::Integer(0),
            Value::Real(f64::NEG_INFINITY),
            Value::Null,
            Value::Null,
            Value::Blob(vec![0xff]),
            Value::Real(5.0),
        ]
    );
    assert_eq!(all[2][1], text("NaN"));
    assert_eq!(all[2][2], text("18446744073709551615"));
    assert_eq!(all[2][5], Value::Integer(7));
}

#[test]
fn readers_see_the_old_copy_until_the_new_one_is_whole_and_then_no_other() {
    let of = fixture();
    let columns = columns(&[("id", DataType::Int64)]);
    let first = of.copy(&columns, &["id"], &batch(&[&[Cell::Integer(1)]]));
    let draft = StageDraft {
        columns: &columns,
        key: &["id".to_owned()],
        strict: true,
        integer_key: true,
    };
    let mut stage = of.copies.stage(&draft).unwrap();
    stage
        .write(&batch(&[&[Cell::Integer(2)], &[Cell::Integer(3)]]))
        .unwrap();
    let seen = of.copies.get(&of.table).unwrap().unwrap();
    assert_eq!((seen.rows, &seen.physical), (1, &first.physical));
    assert_eq!(of.all(&seen).len(), 1);
    let second = stage
        .replace(&of.table, &of.source, 2, Some(json!({"after": "3"})))
        .unwrap();
    assert_eq!(of.copies.list().unwrap(), std::slice::from_ref(&second));
    assert_eq!(of.all(&second).len(), 2);
    assert_eq!(of.tables(), [second.physical]);
}

#[test]
fn what_was_not_filled_to_its_end_goes() {
    let of = fixture();
    let columns = columns(&[("id", DataType::String)]);
    let draft = StageDraft {
        columns: &columns,
        key: &[],
        strict: true,
        integer_key: false,
    };
    let stage = of.copies.stage(&draft).unwrap();
    assert_eq!(of.tables().len(), 1);
    drop(stage);
    assert_eq!(of.tables().len(), 0);
    // As a run that was killed leaves it.
    std::mem::forget(of.copies.stage(&draft).unwrap());
    let copy = of.copy(&columns, &[], &batch(&[&[Cell::Text("a")]]));
    assert_eq!(of.tables().len(), 2);
    let again = Local::new(of.folder.path()).copies("ws_1").unwrap();
    assert_eq!(of.tables(), std::slice::from_ref(&copy.physical));
    assert_eq!(again.list().unwrap(), [copy]);
}

#[test]
fn rows_are_inserted_updated_or_left_as_they_are_by_their_key() {
    for integer in [true, false] {
        let of = fixture();
        let id = if integer {
            DataType::Int64
        } else {
            DataType::String
        };
        let columns = columns(&[("id", id), ("Name", DataType::String)]);
        let key = |n: i64, text: &'static str| {
            if integer {
                Cell::Integer(n)
            } else {
                Cell::Text(text)
            }
        };
        let rows = batch(&[
            &[key(1, "a"), Cell::Text("one")],
            &[key(2, "b"), Cell::Null],
            &[key(3, "c"), Cell::Text("three")],
        ]);
        let copy = of.copy(&columns, &["id"], &rows);
        let delta = || {
            batch(&[
                &[key(2, "b"), Cell::Text("two")],
                &[key(3, "c"), Cell::Text("three")],
                &[key(4, "d"), Cell::Null],
            ])
        };
        let batches = Delta::of_batches(columns.clone(), vec![delta()]);
        let cursor = Some(json!(4));
        let (after, applied) = of
            .copies
            .apply(&copy, &Change::Upsert, &batches, 2, cursor.clone())
            .unwrap();
        let expected = Applied {
            inserted: 1,
            updated: 1,
            unchanged: 1,
            deleted: 0,
        };
        assert_eq!(applied, expected);
        assert_eq!((after.rows, of.all(&after).len()), (4, 4));
        assert_eq!(of.copies.get(&of.table).unwrap().unwrap().cursor, cursor);

        // What was planned for the copy of before would count its rows from there.
        let late = of.copies.apply(&copy, &Change::Upsert, &batches, 3, None);
        assert!(matches!(late, Err(LocalError::Overtaken)), "{late:?}");
        assert_eq!(of.copies.get(&of.table).unwrap().as_ref(), Some(&after));

        let draft = StageDraft {
            columns: &columns,
            key: &[],
            strict: true,
            integer_key: false,
        };
        let mut stage = of.copies.stage(&draft).unwrap();
        stage.write(&delta()).unwrap();
        let delta = Delta::of_stage(stage);
        let (_, applied) = of
            .copies
            .apply(&after, &Change::Upsert, &delta, 3, None)
            .unwrap();
        assert_eq!(applied.unchanged, 3);
        drop(delta);
        assert_eq!(of.tables().len(), 1);
    }
}

#[test]
fn rows_without_a_key_are_replaced_from_a_value_on() {
    let of = fixture();
    let columns = columns(&[("n", DataType::Int32), ("s", DataType::String)]);
    let rows: Vec<_> = [2, 9, 10, 10, 11]
        .map(|n| [Cell::Integer(n), Cell::Text("old")])
        .into();
    let rows: Vec<_> = rows.iter().map(|row| &row[..]).collect();
    let copy = of.copy(&columns, &[], &batch(&rows));
    let change = Change::Replace {
        column: "n".to_owned(),
        from: "10".to_owned(),
    };
    let new = batch(&[
        &[Cell::Integer(10), Cell::Text("new")],
        &[Cell::Integer(12), Cell::Null],
    ]);
    let (after, applied) = of
        .copies
        .apply(
            &copy,
            &change,
            &Delta::of_batches(columns.clone(), vec![new]),
            2,
            None,
        )
        .unwrap();
    assert_eq!((applied.deleted, applied.inserted, after.rows), (3, 2, 4));
    let left: Vec<_> = of
        .all(&after)
        .into_iter()
        .map(|row| row[0].clone())
        .collect();
    assert_eq!(left, [2, 9, 10, 12].map(rusqlite::types::Value::Integer));
}

#[test]
fn a_key_that_does_not_tell_rows_apart_is_no_key() {
    let of = fixture();
    let columns = columns(&[("k", DataType::String)]);
    let draft = StageDraft {
        columns: &columns,
        key: &["k".to_owned()],
        strict: true,
        integer_key: false,
    };
    let mut stage = of.copies.stage(&draft).unwrap();
    stage
        .write(&batch(&[&[Cell::Text("a")], &[Cell::Text("a")]]))
        .unwrap();
    assert!(!stage.index().unwrap());
    let copy = stage.replace(&of.table, &of.source, 1, None).unwrap();
    assert_eq!((copy.rows, copy.key.len()), (2, 0));
}

#[test]
fn columns_that_come_later_are_taken() {
    let of = fixture();
    let all = columns(&[
        ("a", DataType::Int64),
        ("b", DataType::String),
        ("A", DataType::Mixed),
    ]);
    let draft = StageDraft {
        columns: &all[..1],
        key: &[],
        strict: true,
        integer_key: false,
    };
    let mut stage = of.copies.stage(&draft).unwrap();
    stage.write(&batch(&[&[Cell::Integer(1)]])).unwrap();
    stage.widen(&all).unwrap();
    stage.widen(&all).unwrap();
    stage
        .write(&batch(&[&[
            Cell::Integer(2),
            Cell::Text("x"),
            Cell::Real(0.5),
        ]]))
        .unwrap();
    let copy = stage.replace(&of.table, &of.source, 1, None).unwrap();
    let names: Vec<_> = copy.columns.iter().map(|c| c.name.as_str()).collect();
    assert_eq!(names, ["a", "b", "A_2"]);
    assert_eq!(of.all(&copy).len(), 2);
}

#[test]
fn copies_of_deleted_tables_and_sources_go() {
    let of = fixture();
    let columns = columns(&[("id", DataType::Int64)]);
    let rows = batch(&[&[Cell::Integer(1)]]);
    of.copy(&columns, &["id"], &rows);
    of.copies
        .remove(std::slice::from_ref(&of.table), &[])
        .unwrap();
    assert!(of.copies.list().unwrap().is_empty() && of.tables().is_empty());
    of.copy(&columns, &["id"], &rows);
    of.copies
        .remove(&[], std::slice::from_ref(&of.source))
        .unwrap();
    assert!(of.copies.list().unwrap().is_empty() && of.tables().is_empty());
    of.local.remove("ws_1").unwrap();
    assert!(of.local.existing("ws_1").unwrap().is_none());
}

#[test]
fn tables_that_arrive_become_copies_beside_those_that_are_there_with_the_same_form() {
    let fixture = fixture();
    let columns = columns(&[("id", DataType::Int64), ("t", DataType::String)]);
    let rows = batch(&[&[Cell::Integer(1), Cell::Text("mine")]]);
    let mine = fixture.copy(&columns, &["id"], &rows);
    let arrival = |table: &TableId, strict: bool, integer_key: bool| {
        let draft = StageDraft {
            columns: &columns,
            key: &["id".to_owned()],
            strict,
            integer_key,
        };
        let mut stage = fixture.copies.stage(&draft).unwrap();
        stage
            .write(&batch(&[&[Cell::Integer(1), Cell::Text("theirs")]]))
            .unwrap();
        stage.index().unwrap();
        Arrival {
            stage,
            table: table.clone(),
            source: fixture.source.clone(),
            synced_at: 5,
            cursor: Some(json!({"column": "id"})),
        }
    };
    let forms = [(true, true), (true, false), (false, false)];
    let tables = forms.map(|form| (TableId::generate(), form));
    let mut arrivals = vec![arrival(&fixture.table, true, true)];
    let new = tables
        .iter()
        .map(|(id, (strict, integer))| arrival(id, *strict, *integer));
    arrivals.extend(new);
    let came = fixture.copies.arrive(arrivals).unwrap();
    assert_eq!(came.len(), 3);
    assert_eq!(fixture.copies.get(&fixture.table).unwrap(), Some(mine));
    let snapshot = fixture.copies.snapshot().unwrap();
    for (table, (strict, integer_key)) in tables {
        let copy = fixture.copies.get(&table).unwrap().unwrap();
        let cursor = Some(json!({"column": "id"}));
        assert_eq!((copy.rows, copy.synced_at, &copy.cursor), (1, 5, &cursor));
        let form = Form {
            strict,
            integer_key,
        };
        assert_eq!(snapshot.form(&copy).unwrap(), form);
        let mut seen = 0;
        let read = snapshot.rows(&copy, |cells| {
            assert_eq!(cells, [Cell::Integer(1), Cell::Text("theirs")]);
            seen += 1;
            Ok::<_, LocalError>(())
        });
        read.unwrap();
        assert_eq!(seen, 1);
    }
}
