//! Reading rows.

mod asking;
mod leaving;
mod narrowing;
mod snapshots;
mod values;

use std::time::Duration;

use headwater::connectors::read::{Condition, Order, Statement, Test};
use headwater::connectors::{ConnectorError, Outlet, QueryRead, Selection, Session, TableRead};
use headwater::schema::TableRef;
use serde_json::Value;

use crate::support::rows::{self, Answer, Owned};

fn text(text: &str) -> Owned {
    Owned::Text(text.to_owned())
}

fn int(number: i64) -> Owned {
    Owned::Integer(number)
}

/// Takes all that `read` puts into its outlet; each value has the form of its column.
async fn taken(
    read: impl AsyncFnOnce(&mut Outlet) -> Result<(), ConnectorError>,
) -> Result<Answer, ConnectorError> {
    let answer = rows::taken(read).await?;
    answer.keeps_its_word();
    Ok(answer)
}

async fn read(session: &mut dyn Session, read: &TableRead) -> Result<Answer, ConnectorError> {
    taken(async |out| session.read_table(read, out).await).await
}

/// All of a table, as the schema has it.
async fn all_of(session: &mut dyn Session, table: &str) -> TableRead {
    all_of_selected(session, table, &Selection::default()).await
}

async fn all_of_selected(
    session: &mut dyn Session,
    table: &str,
    selection: &Selection,
) -> TableRead {
    let schema = session.introspect(selection).await.unwrap();
    let found = schema.tables.into_iter().find(|t| t.name == table);
    let found = found.unwrap_or_else(|| panic!("there is no {table}"));
    TableRead {
        open_columns: false,
        table: TableRef {
            schema: found.schema,
            name: found.name,
        },
        kind: found.kind,
        query: selection.query.clone(),
        columns: found.columns,
        conditions: Vec::new(),
        search: None,
        order: Vec::new(),
        offset: 0,
        limit: None,
    }
}

fn by(column: &str, descending: bool) -> Order {
    Order {
        column: column.to_owned(),
        descending,
    }
}

fn must(column: &str, test: Test) -> Condition {
    Condition {
        column: column.to_owned(),
        test,
    }
}

fn question(text: &str, params: Vec<Value>) -> QueryRead {
    QueryRead {
        statement: Statement::Sql {
            text: text.to_owned(),
            params,
        },
        limit: 1000,
        timeout: Duration::from_secs(20),
    }
}

async fn ask(session: &mut dyn Session, query: &QueryRead) -> Result<Answer, ConnectorError> {
    taken(async |out| session.query(query, out).await).await
}
