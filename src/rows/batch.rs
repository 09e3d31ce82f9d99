//! Some rows, side by side in memory: no allocation per row or value.

/// One value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cell<'a> {
    /// Nothing.
    Null,
    /// A signed integer of 64 bits.
    Integer(i64),
    /// An IEEE 754 double.
    Real(f64),
    /// Text.
    Text(&'a str),
    /// Bytes.
    Blob(&'a [u8]),
}

/// A value, whose text or bytes begin where those of the last one ended.
#[derive(Debug, Clone, Copy)]
enum Slot {
    Null,
    Integer(i64),
    Real(f64),
    Text { start: u32, end: u32 },
    Blob { start: u32, end: u32 },
}

/// Some rows of equal width. Values are pushed from left to right, row after row. To be filled to
/// [`RowBatch::BYTES`] or so and then handed on; it is made for reuse.
#[derive(Debug, Default)]
pub struct RowBatch {
    width: usize,
    most_rows: usize,
    slots: Vec<Slot>,
    text: String,
    blob: Vec<u8>,
}

impl RowBatch {
    /// The size at which a batch is handed on, in bytes. A single row may be larger.
    pub const BYTES: usize = 1 << 20;

    /// The most rows of a batch.
    pub const ROWS: usize = 50_000;

    /// An empty batch of so many columns.
    #[must_use]
    pub fn new(width: usize) -> Self {
        let mut batch = Self::default();
        batch.reset(width, Self::ROWS);
        batch
    }

    /// Empties it, for so many columns, to be handed on at `most_rows` rows at the latest.
    pub fn reset(&mut self, width: usize, most_rows: usize) {
        self.width = width;
        self.most_rows = most_rows;
        self.slots.clear();
        self.text.clear();
        self.blob.clear();
        // What one giant row took is not kept for the rest of the way.
        self.text.shrink_to(2 * Self::BYTES);
        self.blob.shrink_to(2 * Self::BYTES);
    }

    /// How many columns.
    #[must_use]
    pub fn width(&self) -> usize {
        self.width
    }

    /// How many whole rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.slots.len().checked_div(self.width).unwrap_or(0)
    }

    /// Whether nothing was pushed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// What it takes, in bytes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.slots.len() * size_of::<Slot>() + self.text.len() + self.blob.len()
    }

    /// Whether it is time to hand it on.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.bytes() >= Self::BYTES || self.slots.len() >= self.most_rows * self.width.max(1)
    }

    /// Pushes nothing.
    pub fn null(&mut self) {
        self.slots.push(Slot::Null);
    }

    /// Pushes an integer.
    pub fn integer(&mut self, value: i64) {
        self.slots.push(Slot::Integer(value));
    }

    /// Pushes a real.
    pub fn real(&mut self, value: f64) {
        self.slots.push(Slot::Real(value));
    }

    /// Pushes text.
    pub fn text(&mut self, value: &str) {
        self.text_with(|text| text.push_str(value));
    }

    /// Pushes the text that `write` appends.
    pub fn text_with(&mut self, write: impl FnOnce(&mut String)) {
        let start = offset(self.text.len());
        write(&mut self.text);
        let end = offset(self.text.len());
        self.slots.push(Slot::Text { start, end });
    }

    /// Pushes bytes.
    pub fn blob(&mut self, value: &[u8]) {
        let start = offset(self.blob.len());
        self.blob.extend_from_slice(value);
        let end = offset(self.blob.len());
        self.slots.push(Slot::Blob { start, end });
    }

    /// Pushes a text in what should be UTF-8, and as bytes where it is not.
    pub fn text_or_blob(&mut self, value: &[u8]) {
        match std::str::from_utf8(value) {
            Ok(text) => self.text(text),
            Err(_) => self.blob(value),
        }
    }

    /// Pushes any value.
    pub fn cell(&mut self, value: Cell<'_>) {
        match value {
            Cell::Null => self.null(),
            Cell::Integer(value) => self.integer(value),
            Cell::Real(value) => self.real(value),
            Cell::Text(value) => self.text(value),
            Cell::Blob(value) => self.blob(value),
        }
    }

    /// Takes back what was pushed of a row that is not whole, as of one that is left out.
    pub fn drop_unfinished_row(&mut self) {
        let whole = self.len() * self.width;
        self.slots.truncate(whole);
    }

    /// The rows.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        let rows = self.slots.chunks_exact(self.width.max(1));
        rows.map(|slots| Row { batch: self, slots })
    }

    fn at(&self, slot: Slot) -> Cell<'_> {
        match slot {
            Slot::Null => Cell::Null,
            Slot::Integer(value) => Cell::Integer(value),
            Slot::Real(value) => Cell::Real(value),
            Slot::Text { start, end } => Cell::Text(&self.text[start as usize..end as usize]),
            Slot::Blob { start, end } => Cell::Blob(&self.blob[start as usize..end as usize]),
        }
    }
}

/// A row of a batch.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    batch: &'a RowBatch,
    slots: &'a [Slot],
}

impl<'a> Row<'a> {
    /// Its values, from left to right.
    pub fn cells(self) -> impl Iterator<Item = Cell<'a>> {
        self.slots.iter().map(move |slot| self.batch.at(*slot))
    }

    /// The value of a column.
    #[must_use]
    pub fn get(self, column: usize) -> Option<Cell<'a>> {
        self.slots.get(column).map(|slot| self.batch.at(*slot))
    }
}

/// A place in a batch. Batches are handed on at a megabyte, and no server's row is let grow to four gigabytes.
fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_out_as_they_were_pushed() {
        let cells = [
            Cell::Null,
            Cell::Integer(i64::MIN),
            Cell::Real(-0.0),
            Cell::Text(""),
            Cell::Text("grün"),
            Cell::Blob(b"\0\xff"),
        ];
        let mut batch = RowBatch::new(3);
        for cell in cells {
            batch.cell(cell);
        }
        batch.integer(7);
        assert_eq!(batch.len(), 2);
        let read: Vec<_> = batch.rows().flat_map(Row::cells).collect();
        assert_eq!(read, cells);
        batch.drop_unfinished_row();
        batch.text_or_blob(b"\xff");
        batch.null();
        batch.null();
        let last = batch.rows().last().unwrap();
        assert_eq!(last.get(0), Some(Cell::Blob(b"\xff")));
        assert_eq!(last.get(3), None);
    }

    #[test]
    fn a_batch_is_reused_with_another_width() {
        let mut batch = RowBatch::new(1);
        batch.text("long");
        batch.reset(2, 1);
        assert!(batch.is_empty() && batch.width() == 2);
        batch.text("a");
        assert!(!batch.is_full());
        batch.blob(b"b");
        assert!(batch.is_full());
        let row = batch.rows().next().unwrap();
        assert_eq!(row.get(0), Some(Cell::Text("a")));
        assert_eq!(row.get(1), Some(Cell::Blob(b"b")));
    }
}
