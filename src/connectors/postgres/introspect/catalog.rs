//! All that is read of the catalog: a fixed number of statements, whatever the database holds.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use tokio::try_join;

use crate::connectors::parts::{Parts, Unit};
use crate::connectors::postgres::reader::{Reader, Row};
use crate::connectors::postgres::tables::{self, TableRow};
use crate::connectors::postgres::types::Types;
use crate::connectors::{ConnectorError, Selection};
use crate::schema::{Check, EnumType, Extension, Namespace, Policy, Trigger, Unreadable};

use super::by_table::{ByTable, all, by_table};
use super::columns::{self, ColumnRow};
use super::constraints::{self, ConstraintRow};
use super::foreign_keys::{self, ForeignKeyRow};
use super::indexes::{self, IndexRow};
use super::inheritance::{self, Link, PartitionKey};
use super::locked::Locked;
use super::operator_classes::OperatorClasses;
use super::policies;
use super::sequences::{self, SequenceRow};
use super::storage::{self, Storage};
use super::triggers;
use super::user_types::{self, CompositeRow, DomainRow, Numbered};

/// How many parts it is read in.
const PARTS: usize = 23;

/// The rows of the catalog, as far as they are selected.
pub struct Catalog {
    pub namespaces: Vec<Namespace>,
    pub tables: Vec<TableRow>,
    pub storage: ByTable<Storage>,
    pub columns: ByTable<ColumnRow>,
    pub types: Types,
    pub collations: HashMap<u32, String>,
    pub constraints: ByTable<ConstraintRow>,
    pub foreign_keys: ByTable<ForeignKeyRow>,
    pub indexes: ByTable<IndexRow>,
    pub operator_classes: OperatorClasses,
    pub links: Vec<Link>,
    pub partition_keys: ByTable<PartitionKey>,
    pub sequences: Vec<SequenceRow>,
    pub enums: Vec<Numbered<EnumType>>,
    pub domains: Vec<DomainRow>,
    pub domain_checks: ByTable<Check>,
    pub composites: Vec<CompositeRow>,
    pub triggers: ByTable<Trigger>,
    pub policies: ByTable<Policy>,
    pub extensions: Vec<Extension>,
    /// The selects of views, by view.
    pub definitions: ByTable<String>,
    pub refused: Vec<Unreadable>,
    /// The tables that others have locked.
    pub locked: Locked,
}

/// About half of the work, which a second connection can do while the other half is under way.
pub struct Beside {
    columns: ByTable<ColumnRow>,
    indexes: ByTable<IndexRow>,
}

impl Beside {
    /// Reads it.
    pub async fn read(
        reader: &Reader<'_>,
        of: &Selection,
        or: &Refusals<'_>,
    ) -> Result<Self, ConnectorError> {
        let (mut columns, expressions, comments, indexes) = try_join!(
            or.parts.of("columns", columns::read(reader, of)),
            or.none("defaults", columns::expressions(reader, of)),
            or.none("comments", columns::comments(reader, of)),
            or.none("indexes", indexes::read(reader, of)),
        )?;
        columns::complete(&mut columns, expressions, comments);
        Ok(Self { columns, indexes })
    }
}

impl Catalog {
    /// Reads it. The statements are sent in this order, the dear ones that may be missing last.
    /// Tables, columns and types are what a schema is not without; of all else, what a reader that
    /// goes one by one is refused is named as such. What fails on another connection alone (the inner
    /// result) leaves this one to its end, so that nothing of it has to be stopped: a stop could
    /// come so late that it meets what is tried next.
    pub async fn read(
        reader: &Reader<'_>,
        beside: impl Future<Output = Result<Result<Beside, ConnectorError>, ConnectorError>>,
        of: &Selection,
        or: &Refusals<'_>,
    ) -> Result<Self, ConnectorError> {
        or.parts.expect(PARTS, Unit::CatalogParts);
        let (
            tables,
            beside,
            types,
            namespaces,
            storage,
            collations,
            constraints,
            foreign_keys,
            operator_classes,
            links,
            partition_keys,
            sequences,
            enums,
            domains,
            domain_checks,
            composites,
            triggers,
            policies,
            extensions,
            definitions,
        ) = try_join!(
            or.parts.of("tables", tables::read(reader, of)),
            beside,
            or.parts.of("types", Types::read(reader)),
            or.none("schemas", namespaces(reader, of)),
            or.none("storage", storage::read(reader, of)),
            or.none("collations", collations(reader, of)),
            or.none("constraints", constraints::read(reader, of)),
            or.none("foreign keys", foreign_keys::read(reader, of)),
            or.none("operator classes", OperatorClasses::read(reader)),
            or.none("partitions", inheritance::read(reader, of)),
            or.none("partition keys", inheritance::read_keys(reader, of)),
            or.none("sequences", sequences::read(reader, of)),
            or.none("enums", user_types::enums(reader, of)),
            or.none("domains", user_types::domains(reader, of)),
            or.none("domain checks", user_types::domain_checks(reader, of)),
            or.none("composite types", user_types::composites(reader, of)),
            or.none("triggers", triggers::read(reader, of)),
            or.none("policies", policies::read(reader, of)),
            or.none("extensions", extensions(reader, of)),
            or.none("definitions of views", definitions(reader, of)),
        )?;
        let beside = beside.inspect_err(|_| reader.is_idle())?;
        Ok(Self {
            namespaces,
            tables,
            storage,
            columns: beside.columns,
            types,
            collations,
            constraints,
            foreign_keys,
            indexes: beside.indexes,
            operator_classes,
            links,
            partition_keys,
            sequences,
            enums,
            domains,
            domain_checks,
            composites,
            triggers,
            policies,
            extensions,
            definitions,
            refused: or.taken(),
            locked: Locked::default(),
        })
    }
}

/// Whether the server will not do this, however often it is asked: a right is missing, or the
/// catalog is not PostgreSQL's (classes "Syntax Error or Access Rule Violation" and "Feature Not
/// Supported").
pub fn is_refusal(error: &ConnectorError) -> bool {
    let code = error.server_code.as_deref().unwrap_or_default();
    code.starts_with("42") || code.starts_with("0A")
}

/// Whether another statement of the same transaction has failed before this one. Where all are under
/// way at once, that can be known sooner than the failure itself.
pub fn is_aftermath(error: &ConnectorError) -> bool {
    error.server_code.as_deref() == Some("25P02")
}

/// Whether the server stumbled over something that was dropped while it was read: a code for what
/// should not happen is all that it has for "could not open relation" and "cache lookup failed".
pub fn has_stumbled(error: &ConnectorError) -> bool {
    error.server_code.as_deref() == Some("XX000")
}

/// What was refused, in the order of the statements.
pub struct Refusals<'a> {
    /// Whether the reader goes on where it is refused something.
    allowed: bool,
    named: Mutex<Vec<Unreadable>>,
    parts: &'a Parts,
}

impl<'a> Refusals<'a> {
    /// None so far, of this reader.
    pub fn of(reader: &Reader<'_>, parts: &'a Parts) -> Self {
        Self {
            allowed: reader.goes_on(),
            named: Mutex::default(),
            parts,
        }
    }

    fn taken(&self) -> Vec<Unreadable> {
        std::mem::take(&mut *self.named.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// What `read` gives, or nothing where that is refused.
    async fn none<T: Default>(
        &self,
        name: &'static str,
        read: impl Future<Output = Result<T, ConnectorError>>,
    ) -> Result<T, ConnectorError> {
        match self.parts.of(name, read).await {
            Err(error) if self.allowed && is_refusal(&error) => {
                let words = error.server_message.unwrap_or_default();
                let refusal = Unreadable {
                    name: name.to_owned(),
                    why: format!("{} It says: {words}", error.message),
                };
                let mut named = self.named.lock().unwrap_or_else(PoisonError::into_inner);
                named.push(refusal);
                Ok(T::default())
            }
            read => read,
        }
    }
}

async fn namespaces(
    reader: &Reader<'_>,
    selection: &Selection,
) -> Result<Vec<Namespace>, ConnectorError> {
    let make = |row: &Row<'_>| {
        Ok(Namespace {
            name: row.text(0)?.to_owned(),
            comment: row.owned(1)?,
            ..Namespace::default()
        })
    };
    let sql = include_str!("../sql/namespaces.sql");
    all(reader, selection, sql, "schemas", make).await
}

async fn collations(
    reader: &Reader<'_>,
    selection: &Selection,
) -> Result<HashMap<u32, String>, ConnectorError> {
    let make = |row: &Row<'_>| Ok((row.number(0)?, row.text(1)?.to_owned()));
    let sql = include_str!("../sql/collations.sql");
    let rows = all(reader, selection, sql, "collations", make).await?;
    Ok(rows.into_iter().collect())
}

async fn extensions(
    reader: &Reader<'_>,
    selection: &Selection,
) -> Result<Vec<Extension>, ConnectorError> {
    let make = |row: &Row<'_>| {
        Ok(Extension {
            name: row.text(0)?.to_owned(),
            version: row.text(1)?.to_owned(),
            schema: row.owned(2)?,
            comment: row.owned(3)?,
        })
    };
    let sql = include_str!("../sql/extensions.sql");
    all(reader, selection, sql, "extensions", make).await
}

async fn definitions(
    reader: &Reader<'_>,
    selection: &Selection,
) -> Result<ByTable<String>, ConnectorError> {
    let make = |row: &Row<'_>| Ok(row.text(1)?.to_owned());
    let sql = include_str!("../sql/views.sql");
    by_table(reader, selection, sql, "views", make).await
}
