//! The schemas that we read against what `SQLAlchemy`'s inspector sees of the same databases, and
//! against what was put into them.

mod peer;
mod random;

use peer::Peer;

/// Makes a database by these statements, and demands that no fact of it is seen otherwise by
/// `SQLAlchemy`; what is explained stands in `compare.py`.
async fn is_seen_alike(peer: Peer, scripts: &[&str]) {
    let database = peer.make(scripts).await;
    let schema = database.introspect().await;
    assert!(schema.unreadable.is_empty(), "{:?}", schema.unreadable);
    database.compare(&schema);
    database.remove().await;
}

#[tokio::test]
async fn a_database_of_postgresql_is_seen_as_sqlalchemy_sees_it() {
    if let Some(peer) = Peer::chosen("postgres") {
        is_seen_alike(peer, &[include_str!("fixtures/postgres.sql")]).await;
    }
}

#[tokio::test]
async fn a_database_of_mysql_is_seen_as_sqlalchemy_sees_it() {
    if let Some(peer) = Peer::chosen("mysql") {
        let scripts = [
            include_str!("fixtures/mysql.sql"),
            include_str!("fixtures/mysql_only.sql"),
        ];
        is_seen_alike(peer, &scripts).await;
    }
}

#[tokio::test]
async fn a_database_of_mariadb_is_seen_as_sqlalchemy_sees_it() {
    if let Some(peer) = Peer::chosen("mariadb") {
        let scripts = [
            include_str!("fixtures/mysql.sql"),
            include_str!("fixtures/mariadb_only.sql"),
        ];
        is_seen_alike(peer, &scripts).await;
    }
}
