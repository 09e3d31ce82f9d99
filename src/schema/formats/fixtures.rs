//! Schemas to write: a small shop, documents, and one of nothing but hostile names.

use serde_json::json;

use crate::schema::{
    Check, Column, DataType, Domain, EnumType, Field, FieldType, ForeignKey, ForeignKeyAction,
    Generated, Identity, IdentityGeneration, Index, IndexColumn, InferredRelationship, Items, Key,
    Match, Namespace, Origin, Policy, RowSecurity, Sample, Schema, Sequence, Table, TableKind,
    TableRef, Trigger, TypeRef, Unreadable, Validator,
};

pub(crate) fn column(name: &str, native: &str, logical: DataType) -> Column {
    Column {
        name: name.to_owned(),
        native_type: native.to_owned(),
        logical_type: logical,
        ..Column::default()
    }
}

fn owned(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// A table with its primary key; columns of the key are marked.
pub(crate) fn table(name: &str, columns: Vec<Column>, primary: &[&str]) -> Table {
    let mut columns = columns;
    for (column, position) in columns.iter_mut().zip(1..) {
        column.position = position;
        column.primary_key = primary.contains(&column.name.as_str());
    }
    let key = Key {
        primary: true,
        columns: owned(primary),
        ..Key::default()
    };
    Table {
        schema: Some("public".to_owned()),
        name: name.to_owned(),
        columns,
        primary_key: owned(primary),
        keys: if primary.is_empty() {
            Vec::new()
        } else {
            vec![key]
        },
        ..Table::default()
    }
}

pub(crate) fn foreign_key(columns: &[&str], to: &str, referenced: &[&str]) -> ForeignKey {
    ForeignKey {
        name: Some(format!("{}_fkey", columns.join("_"))),
        columns: owned(columns),
        referenced_schema: Some("public".to_owned()),
        referenced_table: to.to_owned(),
        referenced_columns: owned(referenced),
        on_update: ForeignKeyAction::NoAction,
        on_delete: ForeignKeyAction::NoAction,
        on_delete_columns: Vec::new(),
        match_type: Match::Simple,
        deferrable: false,
        initially_deferred: false,
        period: false,
        not_validated: false,
        not_enforced: false,
        comment: None,
    }
}

fn index(name: &str, columns: &[&str]) -> Index {
    let column = |name: &&str| IndexColumn {
        name: Some((*name).to_owned()),
        ..IndexColumn::default()
    };
    Index {
        name: name.to_owned(),
        method: "btree".to_owned(),
        columns: columns.iter().map(column).collect(),
        ..Index::default()
    }
}

/// A small shop with most of what there is.
pub(crate) fn shop() -> Schema {
    let some = |text: &str| Some(text.to_owned());
    let customers = Table {
        id: some("tbl_1"),
        comment: some("People who buy.\nNot those who look."),
        row_count_estimate: Some(1200),
        indexes: vec![
            Index {
                unique: true,
                columns: vec![IndexColumn {
                    expression: some("lower(email) || '|'"),
                    ..IndexColumn::default()
                }],
                predicate: some("(email <> ''::text)"),
                included: owned(&["full_name"]),
                ..index("customers_email_key", &[])
            },
            Index {
                unique: true,
                ..index("customers_vat_key", &["vat"])
            },
        ],
        checks: vec![Check {
            name: some("customers_email_check"),
            expression: "(email ~~ '%@%'::text)".to_owned(),
            ..Check::default()
        }],
        triggers: vec![Trigger {
            name: "touch".to_owned(),
            timing: "before".to_owned(),
            events: owned(&["insert", "update"]),
            for_each_row: true,
            definition: "EXECUTE FUNCTION touch()".to_owned(),
            ..Trigger::default()
        }],
        row_security: Some(RowSecurity {
            enabled: true,
            forced: false,
            policies: vec![Policy {
                name: "own".to_owned(),
                command: "select".to_owned(),
                permissive: true,
                roles: owned(&["app"]),
                using: some("(id = current_setting('app.id')::bigint)"),
                with_check: None,
            }],
        }),
        ..table(
            "customers",
            vec![
                Column {
                    identity: Some(Box::new(Identity {
                        generation: IdentityGeneration::Always,
                        start: "1".to_owned(),
                        increment: "1".to_owned(),
                        minimum: "1".to_owned(),
                        maximum: "9223372036854775807".to_owned(),
                        cycle: false,
                    })),
                    ..column("id", "bigint", DataType::Int64)
                },
                Column {
                    comment: some("Where to write | a <b>pipe</b>"),
                    ..column("email", "character varying(320)", DataType::String)
                },
                column("full_name", "text", DataType::String),
                Column {
                    nullable: true,
                    ..column("vat", "text", DataType::String)
                },
                Column {
                    default: some("now()"),
                    ..column(
                        "created_at",
                        "timestamp with time zone",
                        DataType::Timestamptz,
                    )
                },
                Column {
                    nullable: true,
                    generated: Some(Generated {
                        expression: "lower(full_name)".to_owned(),
                        stored: true,
                    }),
                    ..column("search", "text", DataType::String)
                },
            ],
            &["id"],
        )
    };
    let orders = Table {
        foreign_keys: vec![ForeignKey {
            on_delete: ForeignKeyAction::Cascade,
            deferrable: true,
            ..foreign_key(&["customer_id"], "customers", &["id"])
        }],
        inferred_relationships: vec![InferredRelationship {
            columns: owned(&["billing_customer_id"]),
            referenced_schema: some("public"),
            referenced_table: "customers".to_owned(),
            referenced_columns: owned(&["id"]),
            reason: "The name says so.".to_owned(),
        }],
        indexes: vec![index("orders_customer", &["customer_id", "status"])],
        ..table(
            "orders",
            vec![
                column("id", "bigint", DataType::Int64),
                column("customer_id", "bigint", DataType::Int64),
                Column {
                    nullable: true,
                    ..column("billing_customer_id", "bigint", DataType::Int64)
                },
                Column {
                    default: some("'new'::order_status"),
                    type_ref: Some(TypeRef {
                        schema: some("public"),
                        name: "order_status".to_owned(),
                    }),
                    ..column("status", "order_status", DataType::Enum)
                },
                Column {
                    values: owned(&["web", "shop", "it's"]),
                    nullable: true,
                    ..column("channel", "enum('web','shop','it''s')", DataType::Enum)
                },
                Column {
                    default: some("0"),
                    ..column("total", "numeric(12,2)", DataType::Decimal(Some((12, 2))))
                },
                Column {
                    nullable: true,
                    ..column(
                        "tags",
                        "text[]",
                        DataType::Array(Box::new(DataType::String)),
                    )
                },
            ],
            &["id"],
        )
    };
    let items = Table {
        foreign_keys: vec![
            foreign_key(&["order_id"], "orders", &["id"]),
            foreign_key(&["order_id"], "orders", &["id"]),
            foreign_key(&["product"], "products", &["sku"]),
        ],
        ..table(
            "order items",
            vec![
                column("order_id", "bigint", DataType::Int64),
                column("line", "integer", DataType::Int32),
                column("product", "text", DataType::String),
            ],
            &["order_id", "line"],
        )
    };
    let view = Table {
        kind: TableKind::View,
        definition: some(" SELECT id,\n    '```' AS fence\n   FROM customers;"),
        ..table("names", vec![column("id", "bigint", DataType::Int64)], &[])
    };
    let mut profile = table(
        "profiles",
        vec![column("customer_id", "bigint", DataType::Int64)],
        &["customer_id"],
    );
    profile.foreign_keys = vec![foreign_key(&["customer_id"], "customers", &["id"])];
    Schema {
        database: some("shop"),
        schemas: vec![Namespace {
            name: "public".to_owned(),
            comment: some("standard public schema"),
            ..Namespace::default()
        }],
        tables: vec![customers, view, items, orders, profile],
        enums: vec![EnumType {
            schema: some("public"),
            name: "order_status".to_owned(),
            values: owned(&["new", "paid", "sent"]),
            comment: some("How far it is"),
        }],
        domains: vec![Domain {
            schema: some("public"),
            name: "cents".to_owned(),
            native_type: "integer".to_owned(),
            logical_type: DataType::Int32,
            checks: vec![Check {
                expression: "(VALUE >= 0)".to_owned(),
                ..Check::default()
            }],
            ..Domain::default()
        }],
        sequences: vec![Sequence {
            schema: some("public"),
            name: "customers_id_seq".to_owned(),
            native_type: "bigint".to_owned(),
            start: "1".to_owned(),
            increment: "1".to_owned(),
            minimum: "1".to_owned(),
            maximum: "9223372036854775807".to_owned(),
            cache: "1".to_owned(),
            owned_by_table: Some(TableRef {
                schema: some("public"),
                name: "customers".to_owned(),
            }),
            owned_by_column: some("id"),
            ..Sequence::default()
        }],
        unreadable: vec![Unreadable {
            name: "private.salaries".to_owned(),
            why: "permission denied".to_owned(),
        }],
        ..Schema::default()
    }
}

pub(crate) fn field(path: &str, types: &[(&str, DataType, f64)], presence: f64) -> Field {
    let types = types.iter().map(|(name, logical, share)| FieldType {
        native_type: (*name).to_owned(),
        logical_type: logical.clone(),
        share: Some(*share),
    });
    let types: Vec<_> = types.collect();
    Field {
        name: path.rsplit('.').next().unwrap_or(path).to_owned(),
        path: path.to_owned(),
        presence,
        always: presence >= 1.0,
        logical_type: types
            .first()
            .map(|of| of.logical_type.clone())
            .unwrap_or_default(),
        types,
        ..Field::default()
    }
}

/// A collection of documents with fields inside of fields.
pub(crate) fn documents() -> Schema {
    let text = |path: &str, presence| field(path, &[("string", DataType::String, 1.0)], presence);
    let id = |path: &str| field(path, &[("objectId", DataType::ObjectId, 1.0)], 1.0);
    let line = vec![
        id("lines.product_id"),
        field(
            "lines.price",
            &[
                ("decimal", DataType::Decimal(None), 0.75),
                ("double", DataType::Float64, 0.25),
            ],
            1.0,
        ),
    ];
    let lines = Field {
        items: Some(Box::new(Items {
            types: vec![FieldType {
                native_type: "object".to_owned(),
                logical_type: DataType::Object,
                share: Some(1.0),
            }],
            logical_type: DataType::Object,
            fields: line,
            ..Items::default()
        })),
        ..field(
            "lines",
            &[("array", DataType::Array(Box::new(DataType::Object)), 1.0)],
            1.0,
        )
    };
    let address = Field {
        fields: vec![text("address.city", 1.0), text("address.zip", 0.5)],
        ..field(
            "address",
            &[
                ("object", DataType::Object, 0.9),
                ("null", DataType::Unknown, 0.1),
            ],
            0.8,
        )
    };
    let scores = Field {
        map: true,
        fields: vec![field("scores.*", &[("int", DataType::Int32, 1.0)], 1.0)],
        ..field("scores", &[("object", DataType::Object, 1.0)], 0.0004)
    };
    let state = Field {
        values: Some(vec![json!("open"), json!("paid")]),
        comment: Some("How far it is".to_owned()),
        required: true,
        origin: Origin::Both,
        ..text("state", 1.0)
    };
    let columns = ["_id", "state", "address", "lines", "scores", "placed"]
        .map(|name| column(name, "object", DataType::Object));
    let orders = Table {
        schema: None,
        kind: TableKind::Collection,
        fields: vec![
            id("_id"),
            state,
            address,
            lines,
            scores,
            field("placed", &[("date", DataType::Timestamptz, 1.0)], 1.0),
        ],
        inferred_relationships: vec![InferredRelationship {
            columns: owned(&["lines.product_id"]),
            referenced_schema: None,
            referenced_table: "products".to_owned(),
            referenced_columns: owned(&["_id"]),
            reason: "The name says so.".to_owned(),
        }],
        sample: Some(Sample {
            documents: 1000,
            method: "random".to_owned(),
            cut: vec!["Fields below a depth of 20 were left out.".to_owned()],
        }),
        validator: Some(Validator {
            expression: json!({"$jsonSchema": {"required": ["state"]}}),
            level: "strict".to_owned(),
            action: "error".to_owned(),
        }),
        ..table("orders", columns.to_vec(), &["_id"])
    };
    let products = Table {
        schema: None,
        kind: TableKind::Collection,
        fields: vec![id("_id")],
        ..table(
            "products",
            vec![column("_id", "objectId", DataType::ObjectId)],
            &["_id"],
        )
    };
    let empty = Table {
        schema: None,
        kind: TableKind::Collection,
        ..table("carts", Vec::new(), &[])
    };
    Schema {
        database: Some("shop".to_owned()),
        tables: vec![empty, orders, products],
        ..Schema::default()
    }
}

/// Names that have broken programs.
pub(crate) const HOSTILE: [&str; 40] = [
    "",
    " ",
    "a b",
    "a.b",
    "a\"b",
    "a'b",
    "a`b",
    "a|b",
    "a\\b",
    "a\\|b",
    "a\nb",
    "a\r\nb",
    "a\tb",
    "\u{0}",
    "\u{2028}",
    "<script>alert(1)</script>",
    "--",
    "/* x */",
    "// x",
    "%% x",
    "%%{init: {}}%%",
    "#quot;",
    "{",
    "}",
    "[x]",
    "direction TB",
    "a direction  LR b",
    "style x:#fff;",
    "erDiagram",
    "pk",
    "end",
    "one",
    "1",
    "数据表",
    "😀",
    "a~b~c",
    "```",
    "</td>",
    "__proto__",
    "constructor",
];

/// Tables of these names, each with columns of all of them, referring to one another.
pub(crate) fn hostile(names: &[&str]) -> Schema {
    let mut seen = std::collections::HashSet::new();
    let names: Vec<&str> = names
        .iter()
        .copied()
        .filter(|name| seen.insert(*name))
        .collect();
    let first = names.first().copied().unwrap_or_default();
    let tables = names.iter().enumerate().map(|(at, name)| {
        let columns = names.iter().map(|column| Column {
            nullable: true,
            comment: Some((*column).to_owned()),
            default: Some((*column).to_owned()),
            values: owned(&[column, name]),
            type_ref: Some(TypeRef {
                schema: Some(first.to_owned()),
                name: (*column).to_owned(),
            }),
            logical_type: if at % 2 == 0 {
                DataType::Enum
            } else {
                DataType::String
            },
            ..self::column(column, column, DataType::String)
        });
        let mut made = table(name, columns.collect(), &[first]);
        made.schema = names.get(at / 3).map(|schema| (*schema).to_owned());
        made.comment = Some((*name).to_owned());
        made.definition = Some((*name).to_owned());
        let other = names
            .get((at + 1) % names.len().max(1))
            .copied()
            .unwrap_or_default();
        made.foreign_keys = vec![ForeignKey {
            name: Some((*name).to_owned()),
            referenced_schema: names
                .get(((at + 1) % names.len().max(1)) / 3)
                .map(|s| (*s).to_owned()),
            on_delete: ForeignKeyAction::SetDefault,
            ..foreign_key(&[name], other, &[first])
        }];
        made.inferred_relationships = vec![InferredRelationship {
            columns: owned(&[first, name]),
            referenced_schema: None,
            referenced_table: other.to_owned(),
            referenced_columns: owned(&[name, first]),
            reason: (*name).to_owned(),
        }];
        made.indexes = vec![Index {
            predicate: Some((*name).to_owned()),
            comment: Some((*name).to_owned()),
            ..index(name, &names)
        }];
        made.checks = vec![Check {
            expression: (*name).to_owned(),
            ..Check::default()
        }];
        made
    });
    let enums = names.iter().map(|name| EnumType {
        schema: Some(first.to_owned()),
        name: (*name).to_owned(),
        values: owned(&names),
        comment: Some((*name).to_owned()),
    });
    Schema {
        database: Some(first.to_owned()),
        tables: tables.collect(),
        enums: enums.collect(),
        ..Schema::default()
    }
}
