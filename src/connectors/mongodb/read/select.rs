//! The `find` command for what is asked of a table (manual: Database Commands › find).

use bson::{Document, Timestamp, doc};

use super::field::Field;
use super::filter;
use crate::connectors::read::TableRead;
use crate::connectors::{ConnectorError, ErrorKind};

/// The command.
pub fn command(read: &TableRead) -> Result<Document, ConnectorError> {
    let mut command = doc! { "find": &read.table.name, "filter": filter::of(read)? };
    let mut sort = doc! {};
    for order in &read.order {
        sort.insert(plain(&order.column)?, if order.descending { -1 } else { 1 });
    }
    if !sort.is_empty() {
        command.insert("sort", sort);
        command.insert("allowDiskUse", true);
    }
    if read.offset > 0 {
        command.insert("skip", count(read.offset));
    }
    if let Some(limit) = read.limit {
        // A server takes none for no limit; the one row that it sends instead is not looked at.
        command.insert("limit", count(limit.max(1)));
    }
    if let Some(projection) = projection(read) {
        command.insert("projection", projection);
    }
    Ok(command)
}

/// The state that a command reads (manual: Read Concern "snapshot").
pub fn at(command: &Document, time: Timestamp) -> Document {
    let mut command = command.clone();
    command.insert(
        "readConcern",
        doc! { "level": "snapshot", "atClusterTime": time },
    );
    command
}

/// The name of a field by which rows can be put in order.
pub fn plain(column: &str) -> Result<&str, ConnectorError> {
    Field::named(column).plain().ok_or_else(|| {
        ConnectorError::new(
            ErrorKind::InvalidQuery,
            format!("MongoDB puts nothing in order by a field that is named '{column}'."),
            "Names that are empty, hold a dot or begin with a dollar mean something else to it. \
             Order by another field.",
        )
    })
}

/// The chosen fields, where the server can leave out the others; those that are not wanted are left out
/// here in any case.
fn projection(read: &TableRead) -> Option<Document> {
    if read.open_columns || read.columns.is_empty() {
        return None;
    }
    let mut projection = doc! { "_id": 0 };
    for column in &read.columns {
        let name = Field::named(&column.name).plain()?;
        // Such a name stands for one that is no UTF-8.
        if name.contains(char::REPLACEMENT_CHARACTER) {
            return None;
        }
        projection.insert(name, 1);
    }
    Some(projection)
}

fn count(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connectors::mongodb::read::tests::read_of;
    use crate::connectors::read::Order;

    #[test]
    fn order_and_limits_are_the_servers_work() {
        let order = |column: &str, descending| Order {
            column: column.to_owned(),
            descending,
        };
        let read = TableRead {
            order: vec![order("b", true), order("a", false)],
            offset: 3,
            limit: Some(u64::MAX),
            ..read_of(&["a", "b"])
        };
        let expected = doc! {
            "find": "things", "filter": {}, "sort": { "b": -1, "a": 1 }, "allowDiskUse": true,
            "skip": 3_i64, "limit": i64::MAX,
        };
        assert_eq!(command(&read).unwrap(), expected);
        let read = TableRead {
            order: vec![order("a.b", true)],
            ..read_of(&["a.b"])
        };
        assert_eq!(command(&read).unwrap_err().kind, ErrorKind::InvalidQuery);
    }

    #[test]
    fn chosen_fields_alone_are_sent_where_their_names_allow_it() {
        let projected = |columns: &[&str]| {
            let open_columns = false;
            let read = TableRead {
                open_columns,
                ..read_of(columns)
            };
            command(&read)
                .unwrap()
                .get_document("projection")
                .ok()
                .cloned()
        };
        assert_eq!(projected(&["a"]), Some(doc! { "_id": 0, "a": 1 }));
        assert_eq!(projected(&["_id", "a"]), Some(doc! { "_id": 1, "a": 1 }));
        assert_eq!(projected(&["a", "b.c"]), None);
    }
}
