//! What earlier samples knew of a collection, through HTTP.

use ::mongodb::bson::{Document, doc};
use serde_json::{Value, json};

use super::{admin, as_admin, fresh};
use crate::support::app::TestApp;
use crate::support::client::Client;
use crate::support::servers;

/// Connects a database with a sample smaller than its collections, and `more` of the request.
async fn connected(client: &Client, port: u16, database: &str, more: &[(&str, Value)]) -> String {
    let mut fields = as_admin(port, database);
    fields["name"] = json!("shop");
    fields["databaseType"] = json!("mongodb");
    fields["options"]["sample_size"] = json!(20);
    for (name, value) in more {
        fields[*name] = value.clone();
    }
    let body = json!({"scope": "user", "database": fields});
    let connected = client.post("/data/default/connect", body).await.ok();
    connected["source_id"].as_str().unwrap().to_owned()
}

/// The only table of a source, read now.
async fn read(client: &Client, source: &str) -> Value {
    let path = format!("/data/default/schema?source_id={source}&refresh=true");
    let document = client.get(&path).await.ok();
    assert_eq!(document["tables"].as_array().unwrap().len(), 1);
    document["tables"][0].clone()
}

fn names(list: &Value) -> Vec<&str> {
    let list = list.as_array().map(Vec::as_slice).unwrap_or_default();
    list.iter().map(|of| of["name"].as_str().unwrap()).collect()
}

#[actix_web::test]
async fn fields_that_are_not_wanted_any_more_do_not_come_back() {
    let Some(server) = servers::mongodb() else {
        return;
    };
    let name = fresh("unwanted");
    let orders = admin(server.port).await.database(&name);
    let orders = orders.collection::<Document>("orders");
    let order = |n: i32| doc! {"_id": n, "total": n, "card": "x", "rare": true};
    orders.insert_many((0..60).map(order)).await.unwrap();
    let app = TestApp::start();
    let client = app.admin();
    let source = connected(&client, server.port, &name, &[]).await;
    let table = read(&client, &source).await;
    assert_eq!(names(&table["fields"]), ["_id", "total", "card", "rare"]);

    let gone = doc! {"$unset": {"rare": ""}};
    orders.update_many(doc! {}, gone).await.unwrap();
    let less = [("ignoreColumns", json!(["orders.card"]))];
    let again = connected(&client, server.port, &name, &less).await;
    assert_eq!(again, source);
    let table = read(&client, &source).await;
    assert_eq!(names(&table["fields"]), ["_id", "total", "rare"]);
    assert_eq!(names(&table["columns"]), ["_id", "total", "rare"]);
    assert_eq!(table["fields"][2]["origin"], "earlier");

    let some = [("selectedColumns", json!(["orders._id", "orders.card"]))];
    connected(&client, server.port, &name, &some).await;
    let table = read(&client, &source).await;
    assert_eq!(names(&table["columns"]), ["_id", "card"]);
}

#[actix_web::test]
async fn what_was_known_of_a_collection_goes_on_under_its_new_name() {
    let Some(server) = servers::mongodb() else {
        return;
    };
    let name = fresh("renamed");
    let client = admin(server.port).await;
    let orders = client.database(&name).collection::<Document>("orders");
    let order = |n: i32| doc! {"_id": n, "place": {"city": "x", "rare": n}, "total": n};
    orders.insert_many((0..60).map(order)).await.unwrap();
    let app = TestApp::start();
    let caller = app.admin();
    let source = connected(&caller, server.port, &name, &[]).await;
    let before = read(&caller, &source).await;
    assert_eq!(names(&before["fields"][1]["fields"]), ["city", "rare"]);

    let gone = doc! {"$unset": {"place.rare": ""}};
    orders.update_many(doc! {}, gone).await.unwrap();
    let rename =
        doc! {"renameCollection": format!("{name}.orders"), "to": format!("{name}.purchases")};
    client.database("admin").run_command(rename).await.unwrap();
    let table = read(&caller, &source).await;
    assert_eq!(
        (&table["name"], &table["id"]),
        (&json!("purchases"), &before["id"])
    );
    let inside = &table["fields"][1]["fields"];
    assert_eq!(names(inside), ["city", "rare"]);
    assert_eq!(inside[1]["origin"], "earlier");
}
