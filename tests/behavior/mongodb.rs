//! MongoDB for the suite.

use std::path::Path;

use async_trait::async_trait;
use mongodb::bson::{Document, doc};
use mongodb::options::{ClientOptions, Credential, ServerAddress};
use mongodb::{Client, Database};
use serde_json::{Value, json};

use super::engine::{Engine, Expected, Versioned};
use crate::support::app::CANARY;
use crate::support::servers;

pub struct MongoDb {
    port: u16,
}

impl MongoDb {
    pub fn chosen() -> Option<Self> {
        servers::chosen("mongodb").then(|| Self {
            port: servers::port("MONGODB_PORT"),
        })
    }

    pub fn admin(&self) -> Client {
        let address = ServerAddress::Tcp {
            host: "127.0.0.1".to_owned(),
            port: Some(self.port),
        };
        let login = Credential::builder()
            .username("headwater_admin".to_owned())
            .password(servers::admin_password())
            .source("admin".to_owned())
            .build();
        let options = ClientOptions::builder()
            .hosts(vec![address])
            .credential(login)
            .direct_connection(true)
            .build();
        Client::with_options(options).unwrap()
    }

    async fn run<T>(&self, name: &str, work: impl AsyncFnOnce(Database) -> T) -> T {
        let client = self.admin();
        let done = work(client.database(name)).await;
        client.shutdown().await;
        done
    }
}

#[async_trait]
impl Engine for MongoDb {
    fn name(&self) -> &'static str {
        "mongodb"
    }

    fn customers(&self) -> Vec<Expected> {
        vec![
            ("_id", "int32", false, true),
            ("name", "string", false, false),
            ("email", "string", true, false),
        ]
    }

    async fn make(&self, name: &str, _: &Path) -> Value {
        self.run(name, async |database| {
            let customers = database.collection::<Document>("customers");
            let people = [
                doc! {"_id": 1, "name": "Ann", "email": "ann@example.org"},
                doc! {"_id": 2, "name": "Bob"},
                doc! {"_id": 3, "name": "Cid", "email": null},
            ];
            customers.insert_many(people).await.unwrap();
            let orders = [doc! {"_id": 1, "customer": 1, "total": 5.5}, doc! {"_id": 2, "customer": 2, "total": 500.0}];
            database.collection::<Document>("orders").insert_many(orders).await.unwrap();
            let view = doc! {"create": "big_orders", "viewOn": "orders", "pipeline": [{"$match": {"total": {"$gt": 100}}}]};
            database.run_command(view).await.unwrap();
            let reader = doc! {"createUser": name, "pwd": CANARY, "roles": [{"role": "read", "db": name}]};
            database.run_command(reader).await.unwrap();
        })
        .await;
        json!({
            "databaseType": "mongodb", "host": "127.0.0.1", "port": self.port,
            "database": name, "username": name, "password": CANARY, "options": {"authSource": name},
        })
    }

    fn statements(&self) -> (Value, Vec<Value>) {
        let out = json!({"collection": "customers", "pipeline": [{"$out": "customers"}]});
        let script = json!({"find": {"find": "customers", "filter": {"$where": "true"}}});
        let sql = json!({"sql": "SELECT 1"});
        (
            json!({"find": {"find": "customers", "sort": {"_id": 1}}}),
            vec![out, script, sql],
        )
    }

    async fn add_table(&self, name: &str, _: &Path) {
        self.run(name, async |database| {
            database
                .collection::<Document>("added")
                .insert_one(doc! {"a": 1})
                .await
                .unwrap();
        })
        .await;
    }

    async fn add_keyed(&self, name: &str, _: &Path) {
        self.run(name, async |database| {
            let keyed = database.collection::<Document>("keyed");
            let documents = [
                doc! {"_id": {"a": 1, "b": "x"}},
                doc! {"_id": {"a": 1, "b": "y"}},
                doc! {"_id": "x"},
                doc! {"_id": 7_i64, "c": 1},
            ];
            keyed.insert_many(documents).await.unwrap();
        })
        .await;
    }

    async fn delete_rows(&self, name: &str, _: &Path) {
        self.run(name, async |database| {
            let customers = database.collection::<Document>("customers");
            customers.delete_one(doc! {"name": "Bob"}).await.unwrap();
            let keyed = database.collection::<Document>("keyed");
            let gone = doc! {"_id": {"a": 1, "b": "y"}};
            assert_eq!(keyed.delete_one(gone).await.unwrap().deleted_count, 1);
        })
        .await;
    }

    async fn put(&self, name: &str, _: &Path, rows: &[Versioned], whole: bool) {
        let documents = rows.iter().map(|row| {
            doc! {"_id": row.id, "v": row.v, "seq": row.seq, "pad": row.pad()}
        });
        let keys: Vec<_> = rows.iter().map(|row| row.id).collect();
        let gone = if whole {
            doc! {}
        } else {
            doc! {"_id": {"$in": keys}}
        };
        self.run(name, async |database| {
            let versions = database.collection::<Document>("versions");
            versions.delete_many(gone).await.unwrap();
            versions.insert_many(documents).await.unwrap();
        })
        .await;
    }

    async fn rename_customers(&self, name: &str, _: &Path, to: &str) {
        self.run("admin", async |admin| {
            let rename = doc! {"renameCollection": format!("{name}.customers"), "to": format!("{name}.{to}")};
            admin.run_command(rename).await.unwrap();
        })
        .await;
    }
}
