//! The first rows of a table.

use crate::connectors::read::{Condition, Order, Test};
use crate::connectors::{Selection, TableRead, sqlite};
use crate::local::Copy;
use crate::model::{SourceId, TableId};
use crate::schema::{Column, Table, TableKind, TableRef};
use crate::services::sources::{Fresh, Lost, Place, Render, scrubbed};
use crate::store::sources::{self, SourceRecord};
use crate::store::{StoreError, tables};

use super::{Queries, QueryError, Rows, collect};

/// Where rows are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// At the source, as they are now.
    #[default]
    Source,
    /// In the copy, as they were at the last sync.
    Local,
}

/// Which rows are wanted.
#[derive(Debug, Clone)]
pub struct PreviewRequest {
    /// A source, or a table of one.
    pub source_id: String,
    /// The table, where the id is that of a source.
    pub table: Option<String>,
    /// Where.
    pub from: Side,
    /// The most rows.
    pub limit: u64,
    /// How many rows to pass over.
    pub offset: u64,
    /// In which order.
    pub order: Vec<Order>,
    /// A text that they contain.
    pub search: Option<String>,
    /// What they must be like.
    pub conditions: Vec<Condition>,
}

impl Queries {
    /// The rows of a table that are wanted.
    pub async fn preview(
        &self,
        place: &Place,
        request: PreviewRequest,
        render: Render,
    ) -> Result<Rows, QueryError> {
        let (record, table) = self.addressed(place, &request).await?;
        if request.from == Side::Local {
            let (copies, copy) = self.copy_of(place, &table).await?;
            let read = request.of_copy(&copy)?;
            let mut session = sqlite::open_own(copies.path(), sqlite::Origins::new()).await?;
            return Ok(collect::read(session.as_mut(), &read, request.limit).await?);
        }
        let _turn = self.turn(&record.source.id).await?;
        let wanted = std::iter::once(table).collect();
        let fresh = self
            .sources
            .fresh(place, &record, Some(&wanted), render)
            .await?;
        let Fresh {
            target,
            mut session,
            mut tables,
            lost,
        } = fresh;
        let found = tables.iter().position(|table| table.id.is_some());
        let table = found.map(|at| tables.swap_remove(at));
        let table = table.ok_or_else(|| match lost.into_iter().next() {
            Some(Lost { table, why }) => QueryError::Unknown {
                field: "table".to_owned(),
                message: format!("`{}` cannot be read. {why}", table.name),
                hint: "Read the schema of the source, which says what is there now.".to_owned(),
            },
            None => QueryError::NotFound("table"),
        })?;
        let read = request.of_table(&table, &target.settings.selection)?;
        let rows = collect::read(session.as_mut(), &read, request.limit).await;
        session.close().await;
        Ok(rows.map_err(|error| scrubbed(error, &target.credentials))?)
    }

    /// The source and the table that a request means.
    async fn addressed(
        &self,
        place: &Place,
        request: &PreviewRequest,
    ) -> Result<(SourceRecord, TableId), QueryError> {
        let of = place.clone();
        let id = request.source_id.clone();
        let (record, mut tables) = self
            .store
            .read(move |conn| -> Result<_, StoreError> {
                let (owner, workspace) = (&of.owner, &of.workspace);
                let mut record = match SourceId::parse(&id) {
                    Ok(id) => sources::get(conn, owner, workspace, &id)?,
                    Err(_) => None,
                };
                if let (None, Ok(id)) = (&record, TableId::parse(&id)) {
                    record = sources::get_by_table(conn, owner, workspace, &id)?;
                }
                let listed = match &record {
                    Some(record) => tables::list(conn, owner, workspace, &record.source.id)?,
                    None => Vec::new(),
                };
                Ok((record, listed))
            })
            .await?;
        let record = record.ok_or(QueryError::NotFound("source or table"))?;
        let name = match &request.table {
            Some(name) => name,
            None if record.source.id.as_str() != request.source_id => &request.source_id,
            None if tables.len() == 1 => return Ok((record, tables.remove(0).id)),
            None => {
                return Err(QueryError::Unknown {
                    field: "table".to_owned(),
                    message: "This source has several tables.".to_owned(),
                    hint: "Name one of them in `table`, or give its id as `source_id`.".to_owned(),
                });
            }
        };
        let full = |schema: &Option<String>, table: &str| {
            let schema = schema.as_ref().map(|schema| format!("{schema}."));
            format!("{}{table}", schema.unwrap_or_default())
        };
        let mut fitting = tables.iter().filter(|table| {
            table.name == *name
                || table.id.as_str() == name
                || full(&table.schema, &table.name) == *name
        });
        match (fitting.next(), fitting.next()) {
            (Some(one), None) => {
                let id = one.id.clone();
                Ok((record, id))
            }
            (Some(_), Some(_)) => Err(QueryError::Unknown {
                field: "table".to_owned(),
                message: "Several schemas have a table of this name.".to_owned(),
                hint: "Write it as `schema.table`, or give its id.".to_owned(),
            }),
            _ => Err(QueryError::Unknown {
                field: "table".to_owned(),
                message: format!("The source has no table `{name}`."),
                hint: "Write the name as /data/list with tables=true has it.".to_owned(),
            }),
        }
    }
}

impl PreviewRequest {
    fn of_table(&self, table: &Table, selection: &Selection) -> Result<TableRead, QueryError> {
        let read = TableRead {
            table: TableRef {
                schema: table.schema.clone(),
                name: table.name.clone(),
            },
            kind: table.kind,
            query: selection
                .query
                .clone()
                .filter(|_| table.kind == TableKind::Query),
            columns: table.columns.clone(),
            open_columns: selection.has_all_columns(),
            conditions: self.conditions.clone(),
            search: self.search.clone(),
            order: self.order.clone(),
            offset: self.offset,
            limit: None,
        };
        self.checked(
            read,
            if is_kept_by_an_index(table, &self.order) {
                &[]
            } else {
                &table.primary_key
            },
        )
    }

    fn of_copy(&self, copy: &Copy) -> Result<TableRead, QueryError> {
        let columns = (1..).zip(&copy.columns).map(|(position, column)| Column {
            name: column.name.clone(),
            position,
            native_type: column.native_type.clone(),
            logical_type: column.logical_type.clone(),
            nullable: true,
            ..Column::default()
        });
        let read = TableRead {
            table: TableRef {
                schema: None,
                name: copy.physical.clone(),
            },
            kind: TableKind::Table,
            query: None,
            columns: columns.collect(),
            open_columns: false,
            conditions: self.conditions.clone(),
            search: self.search.clone(),
            order: self.order.clone(),
            offset: self.offset,
            limit: None,
        };
        self.checked(read, &copy.key)
    }

    /// Names of columns go into statements only where the table has them. Rows that are alike in what they
    /// are ordered by are ordered by the key, so that no row stands on two pages and none on no page.
    fn checked(&self, mut read: TableRead, key: &[String]) -> Result<TableRead, QueryError> {
        let orders = self.order.iter().map(|order| ("order_by", &order.column));
        let filters = self
            .conditions
            .iter()
            .map(|of| ("column_filters", &of.column));
        for (field, name) in orders.chain(filters) {
            if !read.columns.iter().any(|column| column.name == *name) {
                return Err(QueryError::Unknown {
                    field: field.to_owned(),
                    message: format!("The table has no column `{name}`."),
                    hint: "Write the name as the table's schema has it.".to_owned(),
                });
            }
        }
        for condition in &self.conditions {
            if matches!(&condition.test, Test::OneOf(values) if values.len() > 1_000) {
                return Err(QueryError::Unknown {
                    field: "column_filters".to_owned(),
                    message: "A filter lists more than 1,000 values.".to_owned(),
                    hint: "List fewer, or write a query.".to_owned(),
                });
            }
        }
        if !read.order.is_empty() {
            for name in key {
                let is_known = read.columns.iter().any(|column| column.name == *name);
                if is_known && !read.order.iter().any(|order| order.column == *name) {
                    read.order.push(Order {
                        column: name.clone(),
                        descending: false,
                    });
                }
            }
        }
        Ok(read)
    }
}

/// Whether an index has the documents of a collection in this order, those that are alike in one of their
/// own, so that `MongoDB` need not sort them all for a key behind it.
fn is_kept_by_an_index(table: &Table, order: &[Order]) -> bool {
    let leads = |name: &str| {
        table.indexes.iter().any(|index| {
            let first = index.columns.first();
            first.is_some_and(|first| first.name.as_deref() == Some(name))
        })
    };
    table.kind == TableKind::Collection && matches!(order, [only] if leads(&only.column))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Index, IndexColumn};

    #[test]
    fn rows_that_are_alike_are_ordered_by_the_key_too() {
        let column = |name: &str| Column {
            name: name.to_owned(),
            ..Column::default()
        };
        let by = |column: &str| Order {
            column: column.to_owned(),
            descending: true,
        };
        let mut table = Table {
            columns: ["a", "b", "size"].map(column).to_vec(),
            primary_key: vec!["a".to_owned(), "b".to_owned()],
            ..Table::default()
        };
        let ordered = |table: &Table, order: Vec<Order>| {
            let request = PreviewRequest {
                source_id: String::new(),
                table: None,
                from: Side::Source,
                limit: 1,
                offset: 0,
                order,
                search: None,
                conditions: Vec::new(),
            };
            let read = request.of_table(table, &Selection::default()).unwrap();
            let names = read.order.into_iter().map(|order| order.column);
            names.collect::<Vec<_>>()
        };
        assert_eq!(ordered(&table, vec![by("size")]), ["size", "a", "b"]);
        assert_eq!(
            ordered(&table, vec![by("b"), by("size")]),
            ["b", "size", "a"]
        );
        assert_eq!(ordered(&table, Vec::new()), [""; 0]);
        table.kind = TableKind::Collection;
        assert_eq!(ordered(&table, vec![by("size")]), ["size", "a", "b"]);
        table.indexes.push(Index {
            columns: vec![IndexColumn {
                name: Some("size".to_owned()),
                ..IndexColumn::default()
            }],
            ..Index::default()
        });
        assert_eq!(ordered(&table, vec![by("size")]), ["size"]);
    }
}
