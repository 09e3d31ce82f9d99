use std::time::{Duration, Instant};

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;

use super::*;
use crate::schema::{Column, Index, IndexColumn, Key};

fn some_column() -> impl Strategy<Value = Column> {
    (0..3_usize, any::<bool>(), 0..2_usize).prop_map(|(native, nullable, default)| Column {
        native_type: ["integer", "text", "date"][native].to_owned(),
        nullable,
        default: [None, Some("1".to_owned())][default].clone(),
        ..Column::default()
    })
}

/// Columns under few names, in any order.
fn some_columns() -> impl Strategy<Value = Vec<Column>> {
    let columns = btree_map(0..5_usize, some_column(), 0..5);
    columns
        .prop_map(|columns| columns.into_iter().collect::<Vec<_>>())
        .prop_shuffle()
        .prop_map(|columns| {
            let named = (1..).zip(columns).map(|(position, (name, column))| Column {
                name: ["a", "b", "c", "d", "e"][name].to_owned(),
                position,
                ..column
            });
            named.collect()
        })
}

fn some_table() -> impl Strategy<Value = Table> {
    let name = || (0..3_usize).prop_map(|name| ["x", "y", "z"][name].to_owned());
    let index = (name(), any::<bool>(), 0..2_usize).prop_map(|(name, unique, column)| Index {
        name,
        unique,
        columns: vec![IndexColumn {
            name: Some(["a", "b"][column].to_owned()),
            ..IndexColumn::default()
        }],
        ..Index::default()
    });
    let key = (proptest::option::of(name()), 0..2_usize, any::<bool>()).prop_map(
        |(name, column, primary)| Key {
            name,
            primary,
            columns: vec![["a", "b"][column].to_owned()],
            ..Key::default()
        },
    );
    let lists = (vec(index, 0..3), vec(key, 0..3), vec(0..2_usize, 0..2));
    let ids = (proptest::option::of(0..4_u8), any::<u8>());
    (some_columns(), lists, ids).prop_map(|(columns, (indexes, keys, primary), (id, estimate))| {
        Table {
            engine_id: id.map(|id| id.to_string()),
            row_count_estimate: Some(estimate.into()),
            primary_key: primary
                .into_iter()
                .map(|at| ["a", "b"][at].to_owned())
                .collect(),
            columns,
            indexes,
            keys,
            ..Table::default()
        }
    })
}

fn some_schema() -> impl Strategy<Value = Schema> {
    btree_map((0..2_usize, 0..4_usize), some_table(), 0..5).prop_map(|tables| {
        let tables = tables.into_iter().map(|((schema, name), table)| Table {
            schema: [None, Some("s".to_owned())][schema].clone(),
            name: ["p", "q", "r", "s"][name].to_owned(),
            ..table
        });
        Schema {
            tables: tables.collect(),
            ..Schema::default()
        }
    })
}

proptest! {
    #[test]
    fn a_schema_does_not_differ_from_itself(one in some_schema()) {
        prop_assert_eq!(diff(&one, &one), []);
    }

    #[test]
    fn what_differs_is_told_and_what_does_not_is_not(one in some_schema(), two in some_schema()) {
        let same = structure(&one) == structure(&two);
        prop_assert_eq!(diff(&one, &two).is_empty(), same);
    }

    #[test]
    fn one_table_that_differs_is_told_and_no_other(one in some_schema(), at in any::<prop::sample::Index>(), table in some_table()) {
        prop_assume!(!one.tables.is_empty());
        let mut two = one.clone();
        let at = at.index(one.tables.len());
        let old = &one.tables[at];
        two.tables[at] = Table { schema: old.schema.clone(), name: old.name.clone(), ..table };
        let same = structure(&one) == structure(&two);
        let told = diff(&one, &two);
        prop_assert_eq!(told.is_empty(), same);
        let elsewhere = |change: &&Change| change.table.as_ref() != Some(&old.name) || change.schema != old.schema;
        prop_assert_eq!(told.iter().find(elsewhere), None);
    }

    #[test]
    fn each_table_is_paired_once(one in some_schema(), two in some_schema()) {
        let pairs = pairs::pairs(&one, &two);
        prop_assert_eq!(pairs.iter().filter(|(old, _)| old.is_some()).count(), one.tables.len());
        prop_assert_eq!(pairs.iter().filter(|(_, new)| new.is_some()).count(), two.tables.len());
    }
}

#[test]
fn five_thousand_tables_are_compared_in_the_blink_of_an_eye() {
    let of = |native: &'static str, renamed: usize| {
        let tables = (0..5_000).map(|n| Table {
            name: format!("{}{n:04}", if n < renamed { "renamed" } else { "table" }),
            columns: (0..10)
                .map(|column| Column {
                    name: format!("column_{column}_{n}"),
                    position: column + 1,
                    native_type: if column == 3 { native } else { "text" }.to_owned(),
                    ..Column::default()
                })
                .collect(),
            ..Table::default()
        });
        Schema {
            tables: tables.collect(),
            ..Schema::default()
        }
    };
    let (before, after, renamed) = (of("integer", 0), of("bigint", 0), of("integer", 2_500));
    for (other, changes) in [(&before, 0), (&after, 5_000), (&renamed, 2_500)] {
        let began = Instant::now();
        assert_eq!(diff(&before, other).len(), changes);
        let took = began.elapsed();
        println!("{changes} changes: {took:?}");
        // Some tenths of a second when optimised; the bound leaves room for a debug build.
        assert!(took < Duration::from_secs(10), "{took:?}");
    }
}
