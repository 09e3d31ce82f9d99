//! Keys, foreign keys, checks and exclusions.

use serde::{Deserialize, Serialize};

use super::is_false;

/// A primary or unique constraint.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Key {
    /// The name of the constraint, where it has one.
    pub name: Option<String>,
    /// Whether it is the primary key.
    #[serde(default, skip_serializing_if = "is_false")]
    pub primary: bool,
    /// Its columns, in order.
    pub columns: Vec<String>,
    /// Whether two NULLs count as equal (`NULLS NOT DISTINCT`).
    #[serde(default, skip_serializing_if = "is_false")]
    pub nulls_not_distinct: bool,
    /// Whether the last column is a range that must not overlap (`WITHOUT OVERLAPS`).
    #[serde(default, skip_serializing_if = "is_false")]
    pub without_overlaps: bool,
    /// Whether its check may wait until the end of a transaction.
    #[serde(default, skip_serializing_if = "is_false")]
    pub deferrable: bool,
    /// Whether it does so unless told otherwise.
    #[serde(default, skip_serializing_if = "is_false")]
    pub initially_deferred: bool,
    /// The comment on the constraint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

/// A declared reference to another table.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ForeignKey {
    /// The name of the constraint, where it has one.
    pub name: Option<String>,
    /// Its columns, in order.
    pub columns: Vec<String>,
    /// The schema of the table that is referred to, where the engine has schemas.
    pub referenced_schema: Option<String>,
    /// The table that is referred to.
    pub referenced_table: String,
    /// The columns that are referred to, in the order of `columns`.
    pub referenced_columns: Vec<String>,
    /// What happens when the row that is referred to changes its key.
    pub on_update: ForeignKeyAction,
    /// What happens when it is deleted.
    pub on_delete: ForeignKeyAction,
    /// The columns that `on_delete` sets, where it is not all of them (`PostgreSQL` 15).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub on_delete_columns: Vec<String>,
    /// How keys of several columns with NULLs match.
    #[serde(rename = "match", default, skip_serializing_if = "Match::is_simple")]
    pub match_type: Match,
    /// Whether its check may wait until the end of a transaction.
    #[serde(default, skip_serializing_if = "is_false")]
    pub deferrable: bool,
    /// Whether it does so unless told otherwise.
    #[serde(default, skip_serializing_if = "is_false")]
    pub initially_deferred: bool,
    /// Whether the last column is a period (`PERIOD`, `PostgreSQL` 18).
    #[serde(default, skip_serializing_if = "is_false")]
    pub period: bool,
    /// Whether rows that were there before it were never checked.
    #[serde(default, skip_serializing_if = "is_false")]
    pub not_validated: bool,
    /// Whether the server does not check it at all.
    #[serde(default, skip_serializing_if = "is_false")]
    pub not_enforced: bool,
    /// The comment on the constraint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

/// What a foreign key does when the row that it refers to changes or goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ForeignKeyAction {
    /// Refuses, at the latest at the end of the statement or transaction.
    #[default]
    NoAction,
    /// Refuses at once.
    Restrict,
    /// Does the same to the referring rows.
    Cascade,
    /// Sets the referring columns to NULL.
    SetNull,
    /// Sets the referring columns to their defaults.
    SetDefault,
    /// One of these, which the server keeps from the login.
    Unknown,
}

impl ForeignKeyAction {
    /// In SQL, as the standard writes it, where it is known.
    #[must_use]
    pub fn as_sql(self) -> Option<&'static str> {
        match self {
            Self::NoAction => Some("NO ACTION"),
            Self::Restrict => Some("RESTRICT"),
            Self::Cascade => Some("CASCADE"),
            Self::SetNull => Some("SET NULL"),
            Self::SetDefault => Some("SET DEFAULT"),
            Self::Unknown => None,
        }
    }

    /// From SQL, in any letter case; an empty text is the default.
    #[must_use]
    pub fn from_sql(sql: &str) -> Option<Self> {
        let all = [
            Self::NoAction,
            Self::Restrict,
            Self::Cascade,
            Self::SetNull,
            Self::SetDefault,
        ];
        if sql.is_empty() {
            return Some(Self::NoAction);
        }
        let written = |action: &Self| action.as_sql().is_some_and(|s| s.eq_ignore_ascii_case(sql));
        all.into_iter().find(written)
    }
}

/// How a foreign key of several columns takes NULLs (SQL standard).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Match {
    /// One NULL is enough to need no match.
    #[default]
    Simple,
    /// All are NULL, or none.
    Full,
    /// What is not NULL must match.
    Partial,
}

impl Match {
    #[allow(
        clippy::trivially_copy_pass_by_ref,
        reason = "serde hands over a reference"
    )]
    fn is_simple(&self) -> bool {
        *self == Self::Simple
    }
}

/// A condition that every row meets.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Check {
    /// The name of the constraint, where it has one.
    pub name: Option<String>,
    /// The condition, as the server prints it, without the word CHECK.
    pub expression: String,
    /// The column that it was declared with, where the server keeps that (`MariaDB`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// Whether rows that were there before it were never checked.
    #[serde(default, skip_serializing_if = "is_false")]
    pub not_validated: bool,
    /// Whether the server does not check it at all.
    #[serde(default, skip_serializing_if = "is_false")]
    pub not_enforced: bool,
    /// Whether tables that inherit from this one are free of it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub no_inherit: bool,
    /// The comment on the constraint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

/// A constraint that no two rows compare alike by the operators given (`PostgreSQL`: `EXCLUDE`).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Exclusion {
    /// The name of the constraint.
    pub name: String,
    /// The whole of it, as the server prints it.
    pub definition: String,
    /// Whether its check may wait until the end of a transaction.
    #[serde(default, skip_serializing_if = "is_false")]
    pub deferrable: bool,
    /// Whether it does so unless told otherwise.
    #[serde(default, skip_serializing_if = "is_false")]
    pub initially_deferred: bool,
    /// The comment on the constraint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_read_back_from_their_sql() {
        for (sql, action) in [
            ("CASCADE", ForeignKeyAction::Cascade),
            ("set null", ForeignKeyAction::SetNull),
            ("SET DEFAULT", ForeignKeyAction::SetDefault),
            ("RESTRICT", ForeignKeyAction::Restrict),
            ("NO ACTION", ForeignKeyAction::NoAction),
            ("", ForeignKeyAction::NoAction),
        ] {
            assert_eq!(ForeignKeyAction::from_sql(sql), Some(action), "{sql}");
        }
        for sql in ["EXPLODE", "UNKNOWN"] {
            assert_eq!(ForeignKeyAction::from_sql(sql), None, "{sql}");
        }
    }
}
