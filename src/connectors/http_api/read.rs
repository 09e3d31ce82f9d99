//! Reading records into rows, page by page.

use std::collections::HashMap;

use url::Url;

use super::client::Client;
use super::columns::{self, found_later};
use super::json::Members;
use super::pager::Pager;
use super::settings::Endpoint;
use super::value::Form;
use super::{filter, moment, page};
use crate::connectors::read::Test;
use crate::connectors::{ConnectorError, ErrorKind, Outlet, TableRead};
use crate::rows::{RowBatch, RowColumn};

/// The most records that are sorted.
const SORTED: usize = 100_000;
/// The most bytes of records that are sorted.
const SORTED_BYTES: usize = 256 << 20;

/// Reads what is wanted of an endpoint.
pub async fn table(
    client: &mut Client,
    base: &Url,
    endpoint: &Endpoint,
    read: &TableRead,
    out: &mut Outlet,
) -> Result<(), ConnectorError> {
    let mut rows = Rows::new(read, out);
    if rows.columns.is_empty() && !read.open_columns {
        return Err(ConnectorError::new(
            ErrorKind::InvalidQuery,
            "No column of the table is wanted.",
            "Choose some of its columns.",
        ));
    }
    if !rows.tell().await {
        return Ok(());
    }
    let since = since(endpoint, read);
    let mut pager = Pager::new(endpoint, base, since.as_deref())?;
    let mut sorted = Vec::new();
    let mut bytes = 0;
    while !rows.is_done()
        && let Some(page) = pager.next(client, None).await?
    {
        for record in page.records() {
            let fields = page::fields(record)?;
            if !filter::wanted(read, &fields) {
                continue;
            }
            if !read.order.is_empty() {
                bytes += record.len();
                if sorted.len() == SORTED || bytes > SORTED_BYTES {
                    return Err(too_many_to_sort());
                }
                sorted.push((filter::keys(read, &fields), record.to_owned()));
            } else if rows.is_done() || !rows.push(&fields).await? {
                break;
            }
        }
    }
    sorted.sort_by(|(left, _), (right, _)| filter::compare(read, left, right));
    for (_, record) in &sorted {
        if rows.is_done() || !rows.push(&page::fields(record)?).await? {
            break;
        }
    }
    rows.end().await;
    Ok(())
}

/// From which value on the API itself is asked for records.
fn since(endpoint: &Endpoint, read: &TableRead) -> Option<String> {
    let field = endpoint.cursor_field.as_deref()?;
    read.conditions
        .iter()
        .find_map(|condition| match &condition.test {
            Test::AtLeast(value) if condition.column == field => Some(moment::asked(value)),
            _ => None,
        })
}

/// Where rows go, and which of them.
struct Rows<'a> {
    out: &'a mut Outlet,
    columns: Vec<RowColumn>,
    places: HashMap<String, usize>,
    open: bool,
    batch: RowBatch,
    passed_over: u64,
    left: Option<u64>,
    closed: bool,
}

impl<'a> Rows<'a> {
    fn new(read: &TableRead, out: &'a mut Outlet) -> Self {
        let columns = read.columns.iter().map(|column| RowColumn {
            name: column.name.clone(),
            native_type: column.native_type.clone(),
            logical_type: column.logical_type.clone(),
        });
        let columns: Vec<_> = columns.collect();
        let names = columns.iter().map(|column| column.name.clone());
        Self {
            places: names.zip(0..).collect(),
            batch: out.batch(columns.len()),
            columns,
            out,
            open: read.open_columns,
            passed_over: read.offset,
            left: read.limit,
            closed: false,
        }
    }

    /// Whether nothing more is wanted.
    fn is_done(&self) -> bool {
        self.closed || self.left == Some(0)
    }

    /// Tells the columns; answers whether anybody listens.
    async fn tell(&mut self) -> bool {
        self.closed = self.out.columns(self.columns.clone()).await.is_err();
        !self.closed
    }

    /// Hands on what there is; answers whether anybody takes it.
    async fn send(&mut self) -> bool {
        self.closed = self.closed || self.out.send(&mut self.batch).await.is_err();
        !self.closed
    }

    /// Adds a record, and columns for what is new in it.
    async fn push(&mut self, record: &Members<'_>) -> Result<bool, ConnectorError> {
        if self.passed_over > 0 {
            self.passed_over -= 1;
            return Ok(true);
        }
        let Members(members) = record;
        if self.open {
            self.widen(members).await?;
        }
        let mut values = vec![None; self.columns.len()];
        for (name, raw) in members {
            if let Some(place) = self.places.get(name.as_ref()) {
                values[*place] = Some(*raw);
            }
        }
        for (value, column) in values.into_iter().zip(&self.columns) {
            let form = value.map_or(Form::Null, |raw| Form::of(raw, &column.logical_type));
            form.push(&mut self.batch);
        }
        self.left = self.left.map(|left| left.saturating_sub(1));
        if self.batch.is_full() {
            return Ok(self.send().await);
        }
        Ok(!self.closed)
    }

    async fn widen(
        &mut self,
        members: &[(std::borrow::Cow<'_, str>, &serde_json::value::RawValue)],
    ) -> Result<(), ConnectorError> {
        let known = self.columns.len();
        for (name, raw) in members {
            if self.places.contains_key(name.as_ref()) {
                continue;
            }
            if self.columns.len() == columns::COLUMNS {
                return Err(columns::too_many());
            }
            self.places
                .insert(name.clone().into_owned(), self.columns.len());
            self.columns.push(found_later(name, raw));
        }
        if self.columns.len() > known {
            // Rows are as wide as the columns that were told before them.
            self.send().await;
            self.tell().await;
            self.batch = self.out.batch(self.columns.len());
        }
        Ok(())
    }

    async fn end(mut self) {
        self.send().await;
    }
}

fn too_many_to_sort() -> ConnectorError {
    ConnectorError::new(
        ErrorKind::InvalidQuery,
        format!(
            "More than {SORTED} records would have to be sorted here, since an API does not sort them."
        ),
        "Narrow them by conditions, or copy the table by a sync and ask the copy.",
    )
}
