//! What stays behind when a session goes.

use std::collections::BTreeSet;
use std::time::Duration;

use headwater::connectors::Selection;
use mysql_async::Conn;
use mysql_async::prelude::Queryable;
use serde_json::json;
use tokio::runtime::Handle;

use super::{connect, servers, unique};

/// The folders in which this process meets a driver.
fn folders() -> BTreeSet<String> {
    let ours = format!("headwater-{}-", std::process::id());
    let entries = std::fs::read_dir(std::env::temp_dir()).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned());
    names.filter(|name| name.starts_with(&ours)).collect()
}

async fn connections(admin: &mut Conn, user: &str) -> u64 {
    let sql = format!("SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE USER = '{user}'");
    admin.query_first(sql).await.unwrap().unwrap()
}

#[tokio::test]
async fn neither_connection_nor_task_nor_folder_is_left_however_a_session_ends() {
    for server in servers() {
        let user = unique();
        let make = format!("CREATE USER {user} IDENTIFIED BY 'a-password'");
        let mut admin = server.run(&[make]).await;
        let tasks = || Handle::current().metrics().num_alive_tasks();
        let before = tasks();
        for tls in ["disable", "require"] {
            let target = server.user(&user, "a-password", &json!({"options": {"tls": tls}}));
            connect(&target).await.close().await;
            drop(connect(&target).await);
            // In the middle of an answer, of which nobody will hear.
            let mut session = connect(&target).await;
            let selection = Selection::default();
            tokio::select! {
                biased;
                _ = session.introspect(&selection) => panic!("the server answers in no time"),
                () = std::future::ready(()) => {}
            }
            drop(session);
            let wrong = server.user(&user, "another", &json!({"options": {"tls": tls}}));
            super::failure(&wrong).await;
        }
        let seen = folders();
        let gone = async {
            while tasks() > before
                || connections(&mut admin, &user).await > 0
                || !folders().is_disjoint(&seen)
            {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let left = tokio::time::timeout(Duration::from_secs(30), gone).await;
        let (tasks, folders) = (tasks(), folders());
        assert!(
            left.is_ok(),
            "{before} tasks before, {tasks} now; {folders:?}"
        );
        admin.disconnect().await.unwrap();
    }
}
