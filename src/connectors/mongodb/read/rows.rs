//! Documents into rows: two looks at the bytes of each, and no copy in between.

use mongodb::raw_batch_cursor::RawBatch;

use super::super::elements::{Element, Elements, Malformed, kind};
use super::super::extended::{Form, Unwritable, Writer};
use super::super::types::Kinds;
use super::cell;
use super::layout::{self, Layout, Source};
use super::newest::Newest;
use crate::connectors::read::{Closed, Outlet, TableRead};
use crate::connectors::{ConnectorError, ErrorKind};
use crate::rows::RowBatch;

/// The most rows that are handed on at once.
const ROWS: usize = 50_000;

/// What the texts of one row may take each. A server's message is far smaller; written out, it grows.
const TEXT: usize = 256 << 20;

/// Why reading ends before the server's last row.
#[derive(Debug)]
pub enum End {
    /// Nobody takes the rows.
    Closed,
    /// It failed.
    Failed(ConnectorError),
}

impl From<Closed> for End {
    fn from(_: Closed) -> Self {
        Self::Closed
    }
}

impl From<Malformed> for End {
    fn from(_: Malformed) -> Self {
        Unwritable::Malformed.into()
    }
}

impl From<Unwritable> for End {
    fn from(unwritable: Unwritable) -> Self {
        Self::Failed(match unwritable {
            Unwritable::Malformed => ConnectorError::new(
                ErrorKind::ServerError,
                "The server sent a document that cannot be read.",
                "Check the collection by the server's validate command, and that no proxy changes \
                 what the server says.",
            ),
            Unwritable::TooLarge => ConnectorError::new(
                ErrorKind::LimitExceeded,
                format!("A document takes more than {} MB as JSON.", TEXT >> 20),
                "Choose fewer fields, or leave such documents out by a condition.",
            ),
        })
    }
}

/// Rows on their way out.
pub struct Rows<'o> {
    layout: Layout,
    out: &'o mut Outlet,
    batch: RowBatch,
    newest: Option<Newest>,
    told: bool,
    untouched: bool,
}

impl<'o> Rows<'o> {
    /// Of a table, whose columns are told at once.
    pub async fn of_table(read: &TableRead, out: &'o mut Outlet) -> Result<Self, Closed> {
        let mut rows = Self::of_query(Layout::of_table(read), out);
        rows.newest = Newest::of(read, &rows.layout);
        rows.tell().await?;
        Ok(rows)
    }

    /// Of a query, whose columns are those of its first documents.
    pub fn of_query(layout: Layout, out: &'o mut Outlet) -> Self {
        Self {
            layout,
            out,
            batch: RowBatch::default(),
            newest: None,
            told: false,
            untouched: true,
        }
    }

    /// Whether no document came.
    pub fn is_untouched(&self) -> bool {
        self.untouched
    }

    /// Takes the documents of one answer of the server.
    pub async fn take(&mut self, answer: &RawBatch) -> Result<(), End> {
        let documents = answer.doc_slices().map_err(|_| Malformed)?.as_bytes();
        if !self.told {
            for (name, kinds) in fields(documents)? {
                self.layout.add(name, &kinds);
            }
            self.tell().await?;
        }
        let mut found = Found::default();
        for document in Elements::of(documents)? {
            let document = document?;
            if document.kind != kind::DOCUMENT {
                return Err(Malformed.into());
            }
            if found.look(document.value, &self.layout)? {
                // What stands in the batch is as wide as the columns that were told before.
                self.out.send(&mut self.batch).await?;
                found.add_new(&mut self.layout);
                self.tell().await?;
                found.look(document.value, &self.layout)?;
            }
            if let Some(newest) = &mut self.newest
                && let Some(id) = found.field(newest.field)
            {
                newest.see(id);
            }
            self.push(&found)?;
            self.untouched = false;
            if self.batch.is_full() || self.batch.len() >= ROWS {
                self.out.send(&mut self.batch).await?;
                // The server's next answer comes meanwhile.
                tokio::task::yield_now().await;
            }
        }
        Ok(())
    }

    /// Hands on what is left.
    pub async fn finish(mut self) -> Result<(), End> {
        if !self.told {
            self.tell().await?;
        }
        self.out.send(&mut self.batch).await?;
        if let Some(value) = self.newest.and_then(|newest| newest.value()) {
            self.out.largest(value).await?;
        }
        Ok(())
    }

    async fn tell(&mut self) -> Result<(), Closed> {
        let columns = self.layout.columns();
        self.batch = self.out.batch(columns.len());
        self.told = true;
        self.out.columns(columns).await
    }

    fn push(&mut self, found: &Found<'_>) -> Result<(), Unwritable> {
        for source in self.layout.sources() {
            match source {
                Source::Field(number) => match found.field(*number) {
                    Some(element) => cell::push(&mut self.batch, element, TEXT)?,
                    None => self.batch.null(),
                },
                Source::Document => {
                    let elements = found.elements.iter().map(|element| Ok(*element));
                    cell::written(&mut self.batch, |out| {
                        Writer::new(out, Form::Canonical, TEXT).document(elements)
                    })?;
                }
            }
        }
        Ok(())
    }
}

/// What was found in a document.
#[derive(Default)]
struct Found<'d> {
    /// What is shown of it, in its own order.
    elements: Vec<Element<'d>>,
    /// Where in them each field stands, one more than that; 0 where it does not.
    places: Vec<usize>,
    /// Those that are to become columns.
    new: Vec<Element<'d>>,
}

impl<'d> Found<'d> {
    /// Looks at a document. Answers whether fields are to become columns.
    fn look(&mut self, document: &'d [u8], layout: &Layout) -> Result<bool, Malformed> {
        self.elements.clear();
        self.new.clear();
        self.places.clear();
        self.places.resize(layout.fields(), 0);
        let mut likely = 0;
        for element in Elements::of(document)? {
            let element = element?;
            match layout.number(element.name, likely) {
                Some(number) => {
                    self.elements.push(element);
                    // Of a name that stands twice the first counts, as it does in the server's searches.
                    if self.places[number] == 0 {
                        self.places[number] = self.elements.len();
                    }
                    likely = number + 1;
                }
                None if layout.is_open() => {
                    self.elements.push(element);
                    if layout.takes(&element) {
                        self.new.push(element);
                    }
                }
                None => {}
            }
        }
        Ok(!self.new.is_empty())
    }

    fn add_new(&mut self, layout: &mut Layout) {
        for element in self.new.drain(..) {
            layout.add(element.name, &layout::kinds(&element));
        }
    }

    fn field(&self, number: usize) -> Option<&Element<'d>> {
        let place = self.places.get(number)?.checked_sub(1)?;
        self.elements.get(place)
    }
}

/// The fields of some documents in the order in which they first appear, and what they hold.
fn fields(documents: &[u8]) -> Result<Vec<(&[u8], Kinds)>, Malformed> {
    let mut fields: Vec<(&[u8], Kinds)> = Vec::new();
    let mut numbers = std::collections::HashMap::new();
    for document in Elements::of(documents)? {
        for element in Elements::of(document?.value)? {
            let element = element?;
            let number = *numbers.entry(element.name).or_insert_with(|| {
                fields.push((element.name, Kinds::default()));
                fields.len() - 1
            });
            fields[number].1.add(layout::kind_of(&element));
        }
    }
    Ok(fields)
}
