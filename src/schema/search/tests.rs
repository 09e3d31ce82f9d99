use super::*;
use crate::schema::{Column, EnumType, Field, Items, Namespace, Schema, Table};

fn column(name: &str, comment: Option<&str>) -> Column {
    Column {
        name: name.to_owned(),
        comment: comment.map(str::to_owned),
        ..Column::default()
    }
}

fn table(name: &str, columns: &[&str]) -> Table {
    Table {
        schema: Some("public".to_owned()),
        name: name.to_owned(),
        columns: columns.iter().map(|name| column(name, None)).collect(),
        ..Table::default()
    }
}

fn schema(tables: Vec<Table>) -> Schema {
    Schema {
        tables,
        ..Schema::default()
    }
}

fn search(schema: &Schema, text: &str, kinds: &[Kind]) -> Vec<Hit> {
    let query = Query::parse(text).unwrap();
    let mut scan = Scan::new(&query, kinds, 50);
    for part in parts(schema) {
        scan.part(0, &part).unwrap();
    }
    scan.finish().0
}

/// `table` or `table.column` of each hit, the best first.
fn found(schema: &Schema, text: &str) -> Vec<String> {
    let name = |hit: Hit| match (hit.table, hit.kind) {
        (Some(table), Kind::Column | Kind::Field) => format!("{table}.{}", hit.name),
        _ => hit.name,
    };
    search(schema, text, &[]).into_iter().map(name).collect()
}

#[test]
fn better_matches_come_first_and_tables_before_their_columns() {
    let schema = schema(vec![
        table("preorders", &["order"]),
        table("order_items", &["id"]),
        table("customer_order", &["ordered_at"]),
        table("ordre", &[]),
        table("order", &[]),
        Table {
            comment: Some("What was bought, order by order".to_owned()),
            ..table("sales", &[])
        },
        table("nothing", &["border"]),
    ]);
    assert_eq!(
        found(&schema, "order"),
        [
            "order",
            "preorders.order",
            "order_items",
            "customer_order.ordered_at",
            "customer_order",
            "preorders",
            "nothing.border",
            "sales",
            "ordre",
        ]
    );
}

#[test]
fn names_are_found_however_they_are_written_and_typed() {
    let all = [
        "customer_id",
        "CustomerId",
        "CUSTOMERID",
        "customer id",
        "Kundengröße",
        "CustomerAddress",
    ];
    let schema = schema(vec![table("t", &all)]);
    for (text, expected) in [
        ("customerid", &all[..4]),
        ("customer_id", &all[..4]),
        ("CustomerID", &all[..4]),
        ("id customer", &[all[0], all[1], all[3]]),
        ("custmerid", &all[..4]),
        ("kundengroesse", &all[4..5]),
        ("kundengrosse", &all[4..5]),
        ("KUNDENGRÖSSE", &all[4..5]),
        ("groß", &all[4..5]),
        ("kundengrose", &all[4..5]),
        ("adress", &all[5..]),
        ("custaddr", &[]),
        ("cust_addr", &all[5..]),
        ("cu", &[all[0], all[1], all[2], all[3], all[5]]),
        ("us", &[]),
    ] {
        // Behind them what is like it may stand, but nothing before them.
        let most = expected.len().max(1);
        let mut found: Vec<_> = found(&schema, text)
            .iter()
            .take(most)
            .map(|name| name.trim_start_matches("t.").to_owned())
            .collect();
        found.sort_by_key(|name| all.iter().position(|known| known == name));
        assert_eq!(found, expected, "{text}");
    }
}

#[test]
fn several_words_are_found_in_a_name_and_what_surrounds_it() {
    let schema = schema(vec![
        table("customer_address", &["id", "street"]),
        table("customers", &["id", "address", "name"]),
        table("suppliers", &["address"]),
    ]);
    assert_eq!(
        found(&schema, "cust addr"),
        ["customer_address", "customers.address"]
    );
    assert_eq!(found(&schema, "customers.name"), ["customers.name"]);
    assert_eq!(found(&schema, "public suppl"), ["suppliers"]);
    assert_eq!(found(&schema, "custmer adress")[0], "customer_address");
    assert_eq!(found(&schema, "cust nowhere"), Vec::<String>::new());
}

#[test]
fn values_types_schemas_comments_and_fields_are_found_and_say_what_was_found() {
    let field = |path: &str, fields: Vec<Field>| Field {
        name: path.rsplit('.').next().unwrap().to_owned(),
        path: path.to_owned(),
        fields,
        ..Field::default()
    };
    let mut orders = table("orders", &["state"]);
    orders.columns[0].values = vec!["paid".to_owned(), "shipped".to_owned()];
    orders.columns[0].comment = Some("Where the parcel is".to_owned());
    let mut documents = table("documents", &["place"]);
    let mut place = field("place", vec![field("place.city", Vec::new())]);
    place.items = Some(Box::new(Items {
        fields: vec![field("place.district", Vec::new())],
        ..Items::default()
    }));
    documents.fields = vec![place];
    let schema = Schema {
        schemas: vec![Namespace {
            name: "warehouse".to_owned(),
            ..Namespace::default()
        }],
        enums: vec![EnumType {
            schema: Some("public".to_owned()),
            name: "mood".to_owned(),
            values: vec!["happy".to_owned(), "sad".to_owned()],
            ..EnumType::default()
        }],
        tables: vec![orders, documents],
        ..Schema::default()
    };
    for (text, kind, name, matched, expected) in [
        ("shipped", Kind::Column, "state", Matched::Value, "shipped"),
        (
            "parcel",
            Kind::Column,
            "state",
            Matched::Comment,
            "Where the parcel is",
        ),
        (
            "orders parcel",
            Kind::Column,
            "state",
            Matched::Comment,
            "Where the parcel is",
        ),
        ("mood", Kind::Type, "mood", Matched::Name, "mood"),
        ("happy", Kind::Type, "mood", Matched::Value, "happy"),
        (
            "ware",
            Kind::Schema,
            "warehouse",
            Matched::Name,
            "warehouse",
        ),
        (
            "city",
            Kind::Field,
            "place.city",
            Matched::Name,
            "place.city",
        ),
        (
            "place district",
            Kind::Field,
            "place.district",
            Matched::Name,
            "place.district",
        ),
    ] {
        let hits = search(&schema, text, &[]);
        let hit = &hits[0];
        assert_eq!((hit.kind, hit.name.as_str()), (kind, name), "{text}");
        assert_eq!(
            (hit.matched, hit.text.as_str()),
            (matched, expected),
            "{text}"
        );
        assert!(search(&schema, text, &[kind]).contains(hit));
        assert!(hits.iter().all(|hit| hit.score > 0.0 && hit.score <= 1.0));
    }
    assert_eq!(search(&schema, "place", &[Kind::Table]), []);
}

#[test]
fn a_schema_of_many_parts_is_found_like_one_of_one() {
    let columns: Vec<_> = (0..2_000)
        .map(|n| format!("some_long_column_name_{n}"))
        .collect();
    let columns: Vec<_> = columns.iter().map(String::as_str).collect();
    let tables = (0..40)
        .map(|n| table(&format!("table_{n}"), &columns))
        .collect();
    let schema = schema(tables);
    let parts = parts(&schema);
    assert!(parts.len() > 2, "{}", parts.len());
    assert!(parts.iter().all(|part| part.len() < 2 << 20));
    let query = Query::parse("table 7").unwrap();
    let mut scan = Scan::new(&query, &[Kind::Table], 200);
    for part in &parts {
        scan.part(0, part).unwrap();
    }
    let (hits, total) = scan.finish();
    let names: Vec<_> = hits.iter().map(|hit| hit.name.as_str()).collect();
    assert_eq!(names, ["table_7"]);
    assert_eq!(
        total, 1,
        "a table that goes on in the next part counts once"
    );

    let query = Query::parse("1999").unwrap();
    let mut scan = Scan::new(&query, &[], 3);
    for part in &parts {
        scan.part(0, part).unwrap();
    }
    let (hits, total) = scan.finish();
    assert_eq!(total, 40);
    let tables: Vec<_> = hits
        .iter()
        .map(|hit| hit.table.as_deref().unwrap())
        .collect();
    assert_eq!(
        tables,
        ["table_0", "table_1", "table_2"],
        "the first of those that are as good"
    );
}

#[test]
fn words_that_all_differ_begin_a_part_before_their_places_run_out() {
    let names: Vec<_> = (0..70_000).map(|n| format!("c{n}")).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let schema = schema(vec![table("t", &names)]);
    assert_eq!(parts(&schema).len(), 3);
    assert_eq!(found(&schema, "c69999"), ["t.c69999"]);
    assert_eq!(
        found(&schema, "t c5").first().map(String::as_str),
        Some("t.c5")
    );
}

proptest::proptest! {
    #[test]
    fn any_three_letters_of_a_name_are_found_across_its_words_too(
        words in proptest::collection::vec("[a-c]{1,4}", 1..6), from in 0..20_usize, length in 3..9_usize
    ) {
        let all = words.concat();
        let from = from % all.len();
        let part = &all[from..all.len().min(from + length)];
        let schema = schema(vec![table(&words.join("_"), &[])]);
        let starts = words.iter().scan(0, |at, word| {
            *at += word.len();
            Some(*at - word.len())
        });
        // One and two letters are found where a word begins.
        let expected = part.len() >= 3 || starts.clone().any(|at| all[at..].starts_with(part));
        assert_eq!(found(&schema, part).len(), usize::from(expected), "{words:?} {part}");
    }

    #[test]
    fn any_name_is_found_by_itself_and_by_its_beginning(name in "[^\\x00]{1,30}") {
        let Ok(query) = Query::parse(&name) else { return Ok(()) };
        let schema = schema(vec![table(&name, &[&name])]);
        let hits = search(&schema, &name, &[]);
        assert_eq!(hits.len(), 2, "{query:?}");
        assert_eq!(hits[0].table.as_deref(), Some(name.as_str()));
        assert!((hits[0].score - 1.0).abs() < 1e-9);
    }

    #[test]
    fn any_bytes_are_a_part_or_damaged(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
        let query = Query::parse("a b").unwrap();
        let _ = Scan::new(&query, &[], 5).part(0, &bytes);
    }

    #[test]
    fn a_part_that_was_cut_or_changed_is_read_without_harm(at in 0..400_usize, byte in proptest::num::u8::ANY) {
        let mut part = parts(&schema(vec![table("customers", &["id", "größe"])])).remove(0);
        let at = at % part.len();
        part[at] = byte;
        let query = Query::parse("grosse customer").unwrap();
        let _ = Scan::new(&query, &[], 5).part(0, &part);
        let _ = Scan::new(&query, &[], 5).part(0, &part[..at]);
    }
}
