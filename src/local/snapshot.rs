//! One state of all copies of a workspace, to be carried elsewhere.

use rusqlite::Connection;

use super::apply::cell;
use super::catalog::{self, Copy};
use super::columns::quoted;
use super::{Copies, LocalError};
use crate::rows::Cell;

/// All copies as they were at one moment.
#[derive(Debug)]
pub struct Snapshot {
    conn: Connection,
}

/// How the table of a copy is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Form {
    /// Whether columns hold values of their type alone.
    pub strict: bool,
    /// Whether rows are kept by their key, which is one integer.
    pub integer_key: bool,
}

impl Copies {
    /// The copies as they are now.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn snapshot(&self) -> Result<Snapshot, LocalError> {
        let conn = self.reader()?;
        // Rolled back when the connection is closed; there is nothing to commit.
        conn.execute_batch("BEGIN")?;
        Ok(Snapshot { conn })
    }
}

impl Snapshot {
    /// All copies, by table.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn list(&self) -> Result<Vec<Copy>, LocalError> {
        catalog::list(&self.conn)
    }

    /// How the table of a copy is made.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn form(&self, copy: &Copy) -> Result<Form, LocalError> {
        let sql = "SELECT type, pk FROM pragma_table_xinfo(?1) ORDER BY cid";
        let mut statement = self.conn.prepare_cached(sql)?;
        let mut rows = statement.query([&copy.physical])?;
        let mut form = Form {
            strict: false,
            integer_key: false,
        };
        while let Some(row) = rows.next()? {
            let (declared, key): (String, i64) = (row.get(0)?, row.get(1)?);
            match key {
                0 => form.strict |= !declared.is_empty(),
                _ => form.integer_key = true,
            }
        }
        Ok(form)
    }

    /// Hands over the values of each row of a copy.
    ///
    /// # Errors
    /// Where the file cannot be read, or whoever takes them fails.
    pub fn rows<E: From<LocalError>>(
        &self,
        copy: &Copy,
        mut take: impl FnMut(&[Cell<'_>]) -> Result<(), E>,
    ) -> Result<(), E> {
        let sql = format!("SELECT * FROM {}", quoted(&copy.physical));
        let mut statement = self.conn.prepare(&sql).map_err(LocalError::from)?;
        let width = statement.column_count();
        let mut rows = statement.query([]).map_err(LocalError::from)?;
        while let Some(row) = rows.next().map_err(LocalError::from)? {
            // Collecting results would let it grow value by value.
            let mut cells = Vec::with_capacity(width);
            for at in 0..width {
                cells.push(cell(row.get_ref(at).map_err(LocalError::from)?));
            }
            take(&cells)?;
        }
        Ok(())
    }
}
