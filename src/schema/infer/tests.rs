//! What is supposed, and what is not.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::schema::formats::fixtures::{column, documents, field, foreign_key, table};
use crate::schema::{Index, IndexColumn, Key};

/// A schema of lines such as `orders: id int!, customer_id int > customers.id, code text?`: `!` is
/// the primary key, `?` is unique, `>` a declared reference; before the colon may stand a schema
/// and, after `view`, a view.
fn schema(lines: &str) -> Schema {
    let mut made = Schema::default();
    for line in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (head, columns) = line.split_once(':').unwrap();
        let (kind, head) = match head.strip_prefix("view ") {
            Some(name) => (TableKind::View, name),
            None => (TableKind::Table, head),
        };
        let (place, name) = head.split_once('.').unwrap_or(("public", head));
        let (mut all, mut primary, mut unique, mut declared) = (vec![], vec![], vec![], vec![]);
        for text in columns
            .split(',')
            .map(str::trim)
            .filter(|text| !text.is_empty())
        {
            let (text, reference) = match text.split_once(" > ") {
                Some((text, to)) => (text, Some(to)),
                None => (text, None),
            };
            let (name, native) = text.rsplit_once(' ').unwrap();
            let word = native.trim_end_matches(['!', '?']);
            let logical = match word {
                "int" => DataType::Int32,
                "big" => DataType::Int64,
                "num" => DataType::Decimal(Some((10, 2))),
                "text" => DataType::String,
                "uuid" => DataType::Uuid,
                "oid" => DataType::ObjectId,
                "bool" => DataType::Boolean,
                "ints" => DataType::Array(Box::new(DataType::Int32)),
                "oids" => DataType::Array(Box::new(DataType::ObjectId)),
                other => panic!("{other}"),
            };
            if native.ends_with('!') {
                primary.push(name);
            }
            if native.ends_with('?') {
                unique.push(name);
            }
            if let Some((to, key)) = reference.and_then(|to| to.split_once('.')) {
                declared.push(foreign_key(&[name], to, &[key]));
            }
            all.push(column(name, word, logical));
        }
        let mut of = table(name, all, &primary);
        of.schema = Some(place.to_owned());
        of.kind = kind;
        of.foreign_keys = declared;
        of.keys.extend(unique.iter().map(|name| Key {
            columns: vec![(*name).to_owned()],
            ..Key::default()
        }));
        made.tables.push(of);
    }
    made
}

/// All references as `table.columns > table.columns`.
fn found(schema: &Schema) -> Vec<String> {
    let mut schema = schema.clone();
    infer(&mut schema);
    let line = |table: &Table, of: &InferredRelationship| {
        let (from, to) = (of.columns.join("+"), of.referenced_columns.join("+"));
        format!("{}.{from} > {}.{to}", table.name, of.referenced_table)
    };
    let tables = schema.tables.iter();
    let all = tables.flat_map(|table| {
        let supposed = table.inferred_relationships.iter();
        supposed.map(|of| line(table, of)).collect::<Vec<_>>()
    });
    all.collect()
}

fn check(lines: &str, expected: &[&str]) {
    assert_eq!(found(&schema(lines)), expected, "{lines}");
}

#[test]
fn a_table_with_its_key_is_a_reference() {
    for name in [
        "customer_id",
        "customerId",
        "CustomerID",
        "customerid",
        "customers_id",
        "customer_fk",
    ] {
        let (from, to) = (
            format!("orders.{name} > customers.id"),
            format!("orders: n num, {name} big"),
        );
        check(&format!("customers: id int!\n{to}"), &[&from]);
    }
    check(
        "customer: customer_id int!\norders: customer_id int",
        &["orders.customer_id > customer.customer_id"],
    );
    check(
        "Customers: CustomerID text!\nOrders: CustomerID text",
        &["Orders.CustomerID > Customers.CustomerID"],
    );
    check(
        "people: id int!\ncars: person_id int",
        &["cars.person_id > people.id"],
    );
    check(
        "categories: id int!\nposts: category_id int",
        &["posts.category_id > categories.id"],
    );
    check(
        "order_items: id int!\nnotes: orderItemId int",
        &["notes.orderItemId > order_items.id"],
    );
    check(
        "tblCustomer: id int!\norders: customer_id int",
        &["orders.customer_id > tblCustomer.id"],
    );
    check(
        "products: id int!, sku text?\nlines: product_sku text",
        &["lines.product_sku > products.sku"],
    );
    check(
        "countries: code text!\ncities: country_code text",
        &["cities.country_code > countries.code"],
    );
    check(
        "users: id int!, uuid uuid?\nlogs: user_uuid uuid",
        &["logs.user_uuid > users.uuid"],
    );
    check(
        "tags: id int!\nposts: tag_ids ints",
        &["posts.tag_ids > tags.id"],
    );
}

#[test]
fn a_tables_name_alone_is_a_reference_where_the_type_says_so() {
    check(
        "customers: id int!\norders: customer int",
        &["orders.customer > customers.id"],
    );
    check(
        "users: _id oid!\nposts: author oid, user oid, users oids",
        &["posts.user > users._id", "posts.users > users._id"],
    );
    for alone in [
        "orders: id int!\nphotos: order int",
        "pages: id int!\nbooks: pages int, page int",
        "customers: id text!\norders: customer text",
        "statuses: id int!\norders: status text",
        "countries: code text!\norders: country text",
        "tags: id int!\nposts: tags ints",
    ] {
        check(alone, &[]);
    }
}

#[test]
fn what_stands_before_tells_the_role() {
    check(
        "addresses: id int!\norders: billing_address_id int",
        &["orders.billing_address_id > addresses.id"],
    );
    check(
        "staff: staff_id int!\nstore: manager_staff_id int",
        &["store.manager_staff_id > staff.staff_id"],
    );
    check(
        "category: id int!, parent_category_id int",
        &["category.parent_category_id > category.id"],
    );
    // The longest name is meant, whether or not it can be.
    check(
        "order_items: id uuid!\nitems: id int!\nnotes: old_order_item_id int",
        &[],
    );
    check(
        "order_items: a int!, b int!\nitems: id int!\nnotes: order_item_id int",
        &[],
    );
    for other in ["stripe", "external", "legacy"] {
        check(
            &format!("customers: id text!\norders: {other}_customer_id text"),
            &[],
        );
    }
}

#[test]
fn a_parent_is_another_row() {
    check(
        "nodes: id int!, parent_id int",
        &["nodes.parent_id > nodes.id"],
    );
    check(
        "employees: EmployeeId int!, ReportsTo int",
        &["employees.ReportsTo > employees.EmployeeId"],
    );
    check("nodes: _id oid!, parent oid", &["nodes.parent > nodes._id"]);
    check(
        "parents: id int!\nkids: id int!, parent_id int",
        &["kids.parent_id > parents.id"],
    );
    check("nodes: id int!, parent_id text", &[]);
    check("nodes: id int!, parent int", &[]);
}

#[test]
fn types_have_to_fit() {
    check("users: id uuid!\nposts: user_id text", &[]);
    check("users: _id oid!\nposts: userId text", &[]);
    check("users: id int!\nposts: user_id num", &[]);
    check("users: id num!\nposts: user_id num", &[]);
}

#[test]
fn of_several_that_could_be_meant_none_is() {
    check(
        "customer: id int!\ncustomers: id int!\norders: customer_id int",
        &[],
    );
    check(
        "a.users: id int!\nb.users: id int!\nc.posts: user_id int",
        &[],
    );
    check(
        "a.users: id int!\nb.users: id int!\nb.posts: user_id int",
        &["posts.user_id > users.id"],
    );
    check(
        "a.users: id int!\nc.posts: user_id int",
        &["posts.user_id > users.id"],
    );
}

#[test]
fn only_keys_are_referred_to_and_views_never() {
    check("customers: id int\norders: customer_id int", &[]);
    check("view customers: id int!\norders: customer_id int", &[]);
    check(
        "customers: id int!\nview recent: customer_id int",
        &["recent.customer_id > customers.id"],
    );
    // Tables that share their key are two halves of one.
    check("users: id int!\nprofiles: user_id int!", &[]);
}

#[test]
fn false_friends_are_left_alone() {
    let names = [
        "id",
        "uuid",
        "guid",
        "valid",
        "paid",
        "void",
        "status",
        "state",
        "type",
        "name",
        "code",
        "android_id",
        "device_id",
        "grid",
        "solid",
        "email",
        "customer_name",
        "user_count",
        "is_user",
        "users_total",
        "order",
        "position",
        "version",
        "number",
        "created_by",
        "ip_address",
        "ad",
    ];
    let columns = |kind: &str| names.map(|name| format!("{name} {kind}")).join(", ");
    for kind in ["int", "text", "uuid"] {
        let lines = format!(
            "users: id {kind}!, name {kind}?, email {kind}?\ncustomers: id {kind}!, name {kind}?\n\
             orders: id {kind}!\nval: code {kind}\npa: id {kind}!\nthings: {}",
            columns(kind)
        );
        let expected: &[&str] = if kind == "uuid" {
            &["things.is_user > users.id", "things.order > orders.id"]
        } else {
            &[]
        };
        check(&lines, expected);
    }
}

#[test]
fn what_is_declared_is_not_supposed() {
    check(
        "users: id int!\nmembers: id int!\nposts: user_id int > members.id",
        &[],
    );
}

#[test]
fn tables_may_begin_with_the_module_that_they_are_of() {
    let auth =
        "auth_user: id int!\nauth_group: id int!\nauth_user_groups: user_id int, group_id int\n";
    check(
        &format!("{auth}blog_post: id int!, user_id int"),
        &[
            "auth_user_groups.user_id > auth_user.id",
            "auth_user_groups.group_id > auth_group.id",
            "blog_post.user_id > auth_user.id",
        ],
    );
    // Two modules have such a table: the own one's is meant.
    check(
        "a_x: site_id int\na_site: id int!\na_y: n int\nb_x: site_id int\nb_site: id int!\nb_y: n int\nc: site_id int",
        &["a_x.site_id > a_site.id", "b_x.site_id > b_site.id"],
    );
    // What is a table's own name is no module.
    check(
        "orders: id int!\norder_items: id int!\norder_notes: id int!\norder_states: id int!\ncarts: item_id int",
        &[],
    );
    check(
        "wp_posts: ID big!, post_author big\nwp_comments: comment_ID big!, comment_post_ID big, user_id big\n\
         wp_users: ID big!\nwp_commentmeta: meta_id big!, comment_id big",
        &[
            "wp_comments.comment_post_ID > wp_posts.ID",
            "wp_comments.user_id > wp_users.ID",
            "wp_commentmeta.comment_id > wp_comments.comment_ID",
        ],
    );
}

#[test]
fn the_whole_name_of_a_table_is_meant_before_one_without_its_module() {
    // As in Request Tracker.
    check(
        "CustomFields: id int!\nObjectCustomFields: id int!, CustomField int\n\
         ObjectClasses: id int!\nObjectTopics: id int!\n\
         ObjectCustomFieldValues: id int!, CustomField int\nCustomFieldValues: id int!, CustomField int",
        &[
            "ObjectCustomFields.CustomField > CustomFields.id",
            "ObjectCustomFieldValues.CustomField > CustomFields.id",
            "CustomFieldValues.CustomField > CustomFields.id",
        ],
    );
    // As in Cacti.
    check(
        "graph_templates: id int!\ngraph_templates_graph: id int!, graph_template_id int\n\
         graph_templates_item: id int!, graph_template_id int\n\
         aggregate_graph_templates: id int!, graph_template_id int\n\
         aggregate_graphs: id int!\naggregate_items: id int!\nhost_graph: graph_template_id int",
        &[
            "graph_templates_graph.graph_template_id > graph_templates.id",
            "graph_templates_item.graph_template_id > graph_templates.id",
            "aggregate_graph_templates.graph_template_id > graph_templates.id",
            "host_graph.graph_template_id > graph_templates.id",
        ],
    );
}

#[test]
fn of_two_tables_that_seem_to_refer_to_each_other_row_by_row_one_does() {
    check(
        "users: id int!, profile_id int?\nprofiles: id int!, user_id int?",
        &["users.profile_id > profiles.id"],
    );
    check(
        "crm_user: id int!, user_code text?\ncrm_a: n int\ncrm_b: n int\n\
         erp_user: id int!, user_code text?\nerp_a: n int\nerp_b: n int",
        &["crm_user.user_code > erp_user.user_code"],
    );
    // Where one side has many rows, both may be meant.
    check(
        "staff: id int!, store_id int\nstores: id int!, staff_id int?",
        &["staff.store_id > stores.id", "stores.staff_id > staff.id"],
    );
}

#[test]
fn keys_of_several_columns_are_found_by_their_columns() {
    let items = "order_items: order_id int!, line int!, n int\n";
    check(
        &format!("orders: id int!\n{items}shipments: id int!, order_id int, line int"),
        &[
            "order_items.order_id > orders.id",
            "shipments.order_id > orders.id",
            "shipments.order_id+line > order_items.order_id+line",
        ],
    );
    check(&format!("{items}refunds: order_id int!, line int!"), &[]);
    check(&format!("{items}shipments: order_id int, line text"), &[]);
    // A table that only joins others is nobody's target, nor is what any table could have.
    check(
        "films: id int!\nactors: id int!\ncast: film_id int!, actor_id int!\nroles: film_id int, actor_id int",
        &[
            "cast.film_id > films.id",
            "cast.actor_id > actors.id",
            "roles.film_id > films.id",
            "roles.actor_id > actors.id",
        ],
    );
    check(
        "docs: id int!, version int!\nnotes: id int, version int",
        &[],
    );
}

#[test]
fn fields_inside_of_documents_refer_too() {
    let mut schema = documents();
    schema.tables[1].inferred_relationships.clear();
    let mut user = field(
        "meta.customerId",
        &[("objectId", DataType::ObjectId, 1.0)],
        1.0,
    );
    user.logical_type = DataType::ObjectId;
    schema.tables[1].fields.push(user);
    schema.tables.push(Table {
        schema: None,
        kind: TableKind::Collection,
        ..table(
            "customers",
            vec![column("_id", "objectId", DataType::ObjectId)],
            &["_id"],
        )
    });
    assert_eq!(
        found(&schema),
        [
            "orders.lines.product_id > products._id",
            "orders.meta.customerId > customers._id"
        ]
    );
}

#[test]
fn a_partial_index_makes_no_key() {
    let mut schema = schema("things: n int!\nlogs: thing_code text");
    schema.tables[0]
        .columns
        .push(column("code", "text", DataType::String));
    let index = Index {
        unique: true,
        columns: vec![IndexColumn {
            name: Some("code".to_owned()),
            ..IndexColumn::default()
        }],
        ..Index::default()
    };
    schema.tables[0].indexes = vec![index.clone()];
    assert_eq!(found(&schema), ["logs.thing_code > things.code"]);
    schema.tables[0].indexes[0].predicate = Some("n > 0".to_owned());
    assert_eq!(found(&schema), Vec::<String>::new());
}

#[test]
fn the_reason_is_a_sentence() {
    let mut schema = schema("customers: id int!\norders: billing_customer_id int");
    infer(&mut schema);
    assert_eq!(
        schema.tables[1].inferred_relationships[0].reason,
        "'billing_customer_id' ends with the name of 'customers' with that of its key 'id', and both are integers."
    );
}

/// Takes away what is declared: how much of it is found again, and what is found beside it.
fn recovered(lines: &str) -> (usize, usize, Vec<String>) {
    let mut schema = schema(lines);
    let mut declared = BTreeSet::new();
    for table in &mut schema.tables {
        for key in std::mem::take(&mut table.foreign_keys) {
            let (from, to) = (key.columns.join("+"), key.referenced_columns.join("+"));
            declared.insert(format!(
                "{}.{from} > {}.{to}",
                table.name, key.referenced_table
            ));
        }
    }
    let found: BTreeSet<_> = found(&schema).into_iter().collect();
    let again = found.intersection(&declared).count();
    let beside = found.difference(&declared).cloned().collect();
    (again, declared.len(), beside)
}

#[test]
fn declared_references_are_found_again_without_their_declaration() {
    // As in the sample database of a film rental.
    let sakila = "
        actor: actor_id int!, first_name text, last_name text
        address: address_id int!, address text, district text, city_id int > city.city_id, postal_code text, phone text
        category: category_id int!, name text
        city: city_id int!, city text, country_id int > country.country_id
        country: country_id int!, country text
        customer: customer_id int!, store_id int > store.store_id, first_name text, email text, address_id int > address.address_id, active bool
        film: film_id int!, title text, release_year int, language_id int > language.language_id, original_language_id int > language.language_id, rental_duration int, length int, rating text
        film_actor: actor_id int! > actor.actor_id, film_id int! > film.film_id
        film_category: film_id int! > film.film_id, category_id int! > category.category_id
        film_text: film_id int!, title text, description text
        inventory: inventory_id int!, film_id int > film.film_id, store_id int > store.store_id
        language: language_id int!, name text
        payment: payment_id int!, customer_id int > customer.customer_id, staff_id int > staff.staff_id, rental_id int > rental.rental_id, amount num
        rental: rental_id int!, inventory_id int > inventory.inventory_id, customer_id int > customer.customer_id, staff_id int > staff.staff_id
        staff: staff_id int!, first_name text, address_id int > address.address_id, store_id int > store.store_id, active bool, username text
        store: store_id int!, manager_staff_id int > staff.staff_id, address_id int > address.address_id";
    assert_eq!(recovered(sakila), (22, 22, vec![]));
    // The sample source of this program.
    let shop = "
        categories: id int!, parent_id int > categories.id, name text?
        products: id int!, category_id int > categories.id, sku text?, name text, price num, stock int, discontinued bool
        customers: id int!, email text, first_name text, last_name text, newsletter bool
        addresses: id int!, customer_id int > customers.id, street text, postcode text, city text, country text
        orders: id int!, customer_id int > customers.id, address_id int > addresses.id, status text, note text
        order_items: order_id int! > orders.id, line int!, product_id int > products.id, quantity int, unit_price num
        payments: id int!, order_id int > orders.id, method text, amount num
        reviews: id int!, product_id int > products.id, customer_id int > customers.id, rating int, body text";
    assert_eq!(recovered(shop), (10, 10, vec![]));
}

fn any_schema() -> impl Strategy<Value = Schema> {
    let word = prop::sample::select(vec![
        "user", "users", "order", "orders", "item", "items", "parent", "id", "customer", "people",
        "person", "status", "code", "line", "", "É", "ID", "uuid", "staff",
    ]);
    let name = prop::collection::vec(word, 1..4).prop_map(|words| words.join("_"));
    let kind = prop::sample::select(vec![
        DataType::Int32,
        DataType::String,
        DataType::Uuid,
        DataType::Boolean,
        DataType::Array(Box::new(DataType::Int64)),
    ]);
    let columns = prop::collection::vec((name.clone(), kind, 0..6_u8), 0..6);
    let tables = prop::collection::vec((name, columns), 1..8);
    tables.prop_map(|tables| {
        let mut made = Schema::default();
        let names: Vec<_> = tables.iter().map(|(name, _)| name.clone()).collect();
        for (at, (name, columns)) in tables.into_iter().enumerate() {
            let primary: Vec<_> = columns
                .iter()
                .filter(|of| of.2 == 0)
                .map(|of| of.0.as_str())
                .collect();
            let all = columns
                .iter()
                .map(|of| column(&of.0, "", of.1.clone()))
                .collect();
            let mut of = table(&name, all, &primary);
            let declared = columns.iter().filter(|of| of.2 == 1);
            of.foreign_keys = declared
                .map(|of| foreign_key(&[&of.0], &names[(at + 1) % names.len()], &["id"]))
                .collect();
            made.tables.push(of);
        }
        made
    })
}

proptest! {
    #[test]
    fn what_is_supposed_never_contradicts_what_is_declared(mut schema in any_schema()) {
        infer(&mut schema);
        for table in &schema.tables {
            let declared: Vec<_> = table.foreign_keys.iter().flat_map(|key| &key.columns).collect();
            let mut seen = BTreeSet::new();
            for of in &table.inferred_relationships {
                prop_assert!(of.columns.iter().all(|name| !declared.contains(&name)));
                prop_assert!(seen.insert(&of.columns) || of.columns.len() > 1);
                let mut targets = schema.tables.iter().filter(|to| to.name == of.referenced_table);
                prop_assert!(targets.any(|to| to.is_unique(&of.referenced_columns)));
            }
        }
    }

    #[test]
    fn any_name_is_split(name in any::<String>()) {
        let words = words::split(&name);
        prop_assert!(words.iter().all(|word| !word.is_empty()));
        for word in &words {
            prop_assert!(words::forms(word).contains(word));
        }
    }
}
