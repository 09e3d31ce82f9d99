//! Enums, domains and composite types, from `pg_type`.

use crate::connectors::postgres::reader::{Reader, Row};
use crate::connectors::{ConnectorError, Selection};
use crate::schema::{Check, Composite, CompositeField, Domain, EnumType};

use super::by_table::{ByTable, all, by_table};

/// A type with its object id.
pub type Numbered<T> = (u32, T);

/// A domain, as the catalog has it: without what its type tells.
pub struct DomainRow {
    pub oid: u32,
    pub base: u32,
    pub modifier: i32,
    pub collation: u32,
    pub domain: Domain,
}

/// A composite type with its fields' types and modifiers.
pub struct CompositeRow {
    pub oid: u32,
    pub types: Vec<(u32, i32)>,
    pub composite: Composite,
}

/// The enums with their values. Rows of one type stand together.
pub async fn enums(
    reader: &Reader<'_>,
    selection: &Selection,
) -> Result<Vec<Numbered<EnumType>>, ConnectorError> {
    let sql = include_str!("../sql/enums.sql");
    let make = |row: &Row<'_>| {
        let of = EnumType {
            schema: row.owned(1)?,
            name: row.text(2)?.to_owned(),
            values: row.owned(3)?.into_iter().collect(),
            comment: row.owned(4)?,
        };
        Ok((row.number(0)?, of))
    };
    let rows = all(reader, selection, sql, "values of enums", make).await?;
    let mut enums: Vec<Numbered<EnumType>> = Vec::new();
    for (oid, row) in rows {
        match enums.last_mut() {
            Some((same, of)) if *same == oid => of.values.extend(row.values),
            _ => enums.push((oid, row)),
        }
    }
    Ok(enums)
}

/// The domains.
pub async fn domains(
    reader: &Reader<'_>,
    selection: &Selection,
) -> Result<Vec<DomainRow>, ConnectorError> {
    let sql = include_str!("../sql/domains.sql");
    let make = |row: &Row<'_>| {
        Ok(DomainRow {
            oid: row.number(0)?,
            base: row.number(4)?,
            modifier: row.number(5)?,
            collation: row.number(7)?,
            domain: Domain {
                schema: row.owned(1)?,
                name: row.text(2)?.to_owned(),
                native_type: row.text(3)?.to_owned(),
                default: row.owned(6)?,
                comment: row.owned(8)?,
                ..Domain::default()
            },
        })
    };
    all(reader, selection, sql, "domains", make).await
}

/// The conditions of domains, by domain.
pub async fn domain_checks(
    reader: &Reader<'_>,
    selection: &Selection,
) -> Result<ByTable<Check>, ConnectorError> {
    let sql = include_str!("../sql/domain_checks.sql");
    let make = |row: &Row<'_>| {
        Ok(Check {
            name: row.owned(1)?,
            expression: row.text(2)?.to_owned(),
            not_validated: !row.flag(3)?,
            comment: row.owned(4)?,
            ..Check::default()
        })
    };
    by_table(reader, selection, sql, "conditions of domains", make).await
}

/// The composite types with their fields. Rows of one type stand together.
pub async fn composites(
    reader: &Reader<'_>,
    selection: &Selection,
) -> Result<Vec<CompositeRow>, ConnectorError> {
    let sql = include_str!("../sql/composites.sql");
    let make = |row: &Row<'_>| {
        let mut of = CompositeRow {
            oid: row.number(0)?,
            types: Vec::new(),
            composite: Composite {
                schema: row.owned(1)?,
                name: row.text(2)?.to_owned(),
                fields: Vec::new(),
                comment: row.owned(7)?,
            },
        };
        if let Some(name) = row.owned(3)? {
            of.types.push((row.number(5)?, row.number(6)?));
            of.composite.fields.push(CompositeField {
                name,
                native_type: row.text(4)?.to_owned(),
                ..CompositeField::default()
            });
        }
        Ok(of)
    };
    let rows = all(reader, selection, sql, "fields of types", make).await?;
    let mut composites: Vec<CompositeRow> = Vec::new();
    for row in rows {
        match composites.last_mut() {
            Some(of) if of.oid == row.oid => {
                of.types.extend(row.types);
                of.composite.fields.extend(row.composite.fields);
            }
            _ => composites.push(row),
        }
    }
    Ok(composites)
}
