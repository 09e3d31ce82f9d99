use super::*;

#[test]
fn a_change_is_told_as_data_and_in_words() {
    let before = tables(&[table(
        json!({"id": "tbl_1", "columns": columns(&[("total", "integer")])}),
    )]);
    let after = tables(&[table(
        json!({"id": "tbl_1", "columns": columns(&[("total", "numeric(10,2)")])}),
    )]);
    assert_eq!(
        serde_json::to_value(diff(&before, &after)).unwrap(),
        json!([{
            "kind": "column_type_changed", "schema": "public", "table": "orders", "table_id": "tbl_1",
            "object": "total", "fact": "type", "before": "integer", "after": "numeric(10,2)",
            "text": "Column public.orders.total changed its type from integer to numeric(10,2)",
        }])
    );
}

#[test]
fn columns_come_go_and_move() {
    let of = |names: &[&str]| {
        let all: Vec<_> = names.iter().map(|name| (*name, "text")).collect();
        json!({"columns": columns(&all)})
    };
    assert_eq!(
        told(of(&["a", "b", "c"]), of(&["b", "c", "d"])),
        [
            "Column public.orders.a was removed (text)",
            "Column public.orders.d was added (text)",
        ],
        "that others move up is no news"
    );
    assert_eq!(
        told(of(&["a", "b", "c", "d"]), of(&["d", "a", "b", "c"])),
        ["Column public.orders.d moved from position 4 to 1"]
    );
}

#[test]
fn a_primary_key_is_told_once_with_what_its_constraint_is_called() {
    let key = |columns: Value, name: &str| json!({"primary_key": columns, "keys": [{"name": name, "primary": true, "columns": columns}]});
    assert_eq!(
        told(key(json!(["a"]), "k"), key(json!(["a", "b"]), "k")),
        ["Table public.orders changed its primary key from (a) to (a, b)"]
    );
    assert_eq!(
        told(json!({}), key(json!(["a"]), "k")),
        ["Table public.orders got the primary key (a)"]
    );
    assert_eq!(
        told(key(json!(["a"]), "k"), key(json!(["a"]), "l")),
        ["Primary key l of public.orders changed its name from k to l"]
    );
}

#[test]
fn what_was_only_given_another_name_is_told_so() {
    let index = |name: &str, column: &str| json!({"name": name, "unique": false, "method": "btree", "columns": [{"name": column}]});
    assert_eq!(
        told(
            json!({"indexes": [index("a", "x"), index("b", "y")]}),
            json!({"indexes": [index("b", "y"), index("c", "x")]})
        ),
        ["Index c of public.orders changed its name from a to c"]
    );
    assert_eq!(
        told(
            json!({"indexes": [index("a", "x"), index("b", "x")]}),
            json!({"indexes": [index("c", "x")]})
        ),
        [
            "Index a of public.orders was removed (btree on x)",
            "Index b of public.orders was removed (btree on x)",
            "Index c of public.orders was added (btree on x)",
        ],
        "either of the two could be the one"
    );
}

#[test]
fn keys_without_names_are_known_by_their_columns() {
    let key = |column: &str, action: &str| {
        json!({"name": null, "columns": [column], "referenced_schema": null, "referenced_table": "customers",
            "referenced_columns": ["id"], "on_update": "no_action", "on_delete": action})
    };
    assert_eq!(
        told(
            json!({"foreign_keys": [key("a", "no_action"), key("b", "no_action")]}),
            json!({"foreign_keys": [key("a", "cascade"), key("c", "restrict")]})
        ),
        [
            "Foreign key (b) of public.orders was removed (b refers to customers (id))",
            "Foreign key (a) of public.orders changed its on delete from no_action to cascade",
            "Foreign key (c) of public.orders was added (c refers to customers (id))",
        ]
    );
}

#[test]
fn enum_values_are_told_one_by_one() {
    let of = |values: &[&str]| {
        schema(json!({"enums": [{"schema": "s", "name": "mood", "values": values}]}))
    };
    let told = |before: &[&str], after: &[&str]| {
        let changes = diff(&of(before), &of(after));
        changes
            .into_iter()
            .map(|change| change.text)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        told(&["ok", "sad"], &["ok", "very sad", "happy"]),
        [
            "Enum s.mood lost the value sad",
            "Enum s.mood got the value \"very sad\"",
            "Enum s.mood got the value happy",
        ]
    );
    assert_eq!(
        told(&["a", "b"], &["b", "a"]),
        ["Enum s.mood has its values in another order"]
    );
}

#[test]
fn types_of_one_name_in_two_schemas_are_apart() {
    let of = |schema_of_second: &str| {
        schema(json!({"enums": [
            {"schema": "a", "name": "mood", "values": ["x"]},
            {"schema": schema_of_second, "name": "mood", "values": ["x"]},
        ]}))
    };
    let changes = diff(&of("b"), &of("c"));
    let kinds: Vec<_> = changes
        .iter()
        .map(|change| (change.kind, change.schema.as_deref()))
        .collect();
    assert_eq!(
        kinds,
        [
            (ChangeKind::EnumRemoved, Some("b")),
            (ChangeKind::EnumAdded, Some("c"))
        ]
    );
}

#[test]
fn fields_of_documents_are_told_by_their_paths() {
    let field = |name: &str, path: &str, types: &[&str], inside: Value| {
        let types: Vec<_> = types
            .iter()
            .map(|of| json!({"type": of, "logical_type": "unknown", "share": 0.5}))
            .collect();
        json!({"name": name, "path": path, "presence": 1.0, "always": true, "origin": "sample",
            "types": types, "logical_type": "unknown", "fields": inside})
    };
    let of = |fields: Value| json!({"kind": "collection", "schema": null, "fields": fields});
    let city = |types: &[&str]| field("city", "address.city", types, json!([]));
    let zip = || field("zip", "address.zip", &["int"], json!([]));
    assert_eq!(
        told(
            of(json!([field(
                "address",
                "address",
                &["object"],
                json!([city(&["string"])])
            )])),
            of(json!([field(
                "address",
                "address",
                &["object"],
                json!([city(&["string", "int"]), zip()])
            )]))
        ),
        [
            "Field address.city of orders can now be int",
            "Field address.zip of orders was added (int)",
        ]
    );
    let mut earlier = zip();
    earlier["origin"] = json!("earlier");
    earlier["presence"] = json!(0.0);
    let kinds: Vec<_> = diff(
        &tables(&[table(of(json!([zip()])))]),
        &tables(&[table(of(json!([earlier])))]),
    )
    .into_iter()
    .map(|change| change.kind)
    .collect();
    assert!(!kinds.contains(&ChangeKind::FieldRemoved), "{kinds:?}");
    assert_eq!(
        told(of(json!([zip()])), of(json!([]))),
        ["Field address.zip of orders was removed (int)"]
    );
    let tags = |types: &[&str]| {
        let mut tags = field("tags", "tags", &["array"], json!([]));
        let types: Vec<_> = types
            .iter()
            .map(|of| json!({"type": of, "logical_type": "unknown"}))
            .collect();
        tags["items"] = json!({"types": types, "logical_type": "unknown"});
        of(json!([tags]))
    };
    assert_eq!(
        told(tags(&["string"]), tags(&["int"])),
        [
            "Elements of field tags of orders can no longer be string",
            "Elements of field tags of orders can now be int",
        ]
    );
}

#[test]
fn a_renamed_table_is_told_as_such_with_what_else_became_of_it() {
    let one = |name: &str, id: Value, native: &str| {
        let columns = columns(&[("id", native), ("at", "date")]);
        table(json!({"name": name, "engine_id": id, "columns": columns}))
    };
    let told = |before: &[Value], after: &[Value]| {
        let changes = diff(&tables(before), &tables(after));
        changes
            .into_iter()
            .map(|change| change.text)
            .collect::<Vec<_>>()
    };
    // The engine knows it by its own id, whatever its columns are.
    assert_eq!(
        told(
            &[one("a", json!("7"), "integer")],
            &[one("b", json!("7"), "bigint")]
        ),
        [
            "Table public.a was renamed to public.b",
            "Column public.b.id changed its type from integer to bigint",
        ]
    );
    // It says that they are two.
    assert_eq!(
        told(
            &[one("a", json!("7"), "integer")],
            &[one("b", json!("8"), "integer")]
        )
        .len(),
        2
    );
    // No engine tells: the very same columns, and no other two that have them.
    assert_eq!(
        told(
            &[one("a", json!(null), "integer")],
            &[one("b", json!(null), "integer")]
        ),
        ["Table public.a was renamed to public.b"]
    );
    assert_eq!(
        told(
            &[one("a", json!(null), "integer")],
            &[one("b", json!(null), "bigint")]
        )
        .len(),
        2
    );
    let both = [
        one("b", json!(null), "integer"),
        one("c", json!(null), "integer"),
    ];
    assert_eq!(told(&[one("a", json!(null), "integer")], &both).len(), 3);
    // What keeps its name is the same table, and an id of the workspace says more than all that.
    let kept = [
        one("a", json!("8"), "integer"),
        one("b", json!("7"), "integer"),
    ];
    assert_eq!(
        told(&[one("a", json!("7"), "integer")], &kept),
        ["Table public.b was added (2 columns)"]
    );
    let by_id = |name: &str| {
        let mut one = one(
            name,
            json!(null),
            if name == "a" { "integer" } else { "bigint" },
        );
        one["id"] = json!("tbl_1");
        one
    };
    assert_eq!(told(&[by_id("a")], &[by_id("b")]).len(), 2);
    let apart = |name: &str, id: &str| {
        let mut one = one(name, json!(null), "integer");
        one["id"] = json!(id);
        one
    };
    assert_eq!(
        told(&[apart("a", "tbl_1")], &[apart("b", "tbl_2")]),
        [
            "Table public.a was removed (2 columns)",
            "Table public.b was added (2 columns)",
        ]
    );
}

#[test]
fn the_ids_of_another_database_say_nothing() {
    let of = |database: &str, name: &str, column: &str| {
        let columns = columns(&[(column, "text")]);
        let one = table(json!({"name": name, "engine_id": "16384", "columns": columns}));
        schema(json!({"database": database, "tables": [one]}))
    };
    let kinds = |before: &Schema, after: &Schema| {
        let changes = diff(before, after);
        changes
            .into_iter()
            .map(|change| change.kind)
            .collect::<Vec<_>>()
    };
    assert!(kinds(&of("x", "a", "c"), &of("x", "b", "d")).contains(&ChangeKind::TableRenamed));
    assert_eq!(
        kinds(&of("x", "a", "c"), &of("y", "b", "d")),
        [ChangeKind::TableRemoved, ChangeKind::TableAdded]
    );
}

#[test]
fn partitions_and_policies_are_told_one_by_one() {
    let of = |partitions: &[&str], policies: &[&str]| {
        let partitions: Vec<_> = partitions
            .iter()
            .map(|name| json!({"name": name, "bound": "FOR VALUES IN (1)"}))
            .collect();
        let policies: Vec<_> = policies
            .iter()
            .map(|name| json!({"name": name, "command": "all", "permissive": true}))
            .collect();
        json!({
            "kind": "partitioned_table",
            "partitioning": {"strategy": "list", "key": "a", "partitions": partitions},
            "row_security": {"enabled": true, "forced": false, "policies": policies},
        })
    };
    assert_eq!(
        told(of(&["p1"], &[]), of(&["p1", "p2"], &["own"])),
        [
            "Policy own of public.orders was added (all)",
            "Partition p2 of public.orders was added (FOR VALUES IN (1))",
        ]
    );
}
