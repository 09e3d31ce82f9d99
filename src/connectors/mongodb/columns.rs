//! The top-level fields as columns.

use crate::schema::{Column, Field, FieldType, TableKind};

/// The columns that fields are, by position.
///
/// * `nullable`: whether any of the `documents` that were seen lacks the field or has null in it.
///   Where none was seen: unless the validator demands the field and takes no null.
/// * `primary_key`: `_id` of a collection. Views and time series may have the same one twice.
pub fn of(fields: &[Field], kind: TableKind, documents: u64) -> Vec<Column> {
    let columns = (1..).zip(fields);
    columns
        .map(|(position, field)| column(position, field, kind, documents == 0))
        .collect()
}

fn column(position: u32, field: &Field, kind: TableKind, unseen: bool) -> Column {
    let primary_key = field.name == "_id" && kind == TableKind::Collection;
    Column {
        name: field.name.clone(),
        position,
        native_type: FieldType::text(&field.types),
        logical_type: field.logical_type.clone(),
        nullable: !primary_key && is_nullable(field, unseen),
        primary_key,
        comment: field.comment.clone(),
        ..Column::default()
    }
}

fn is_nullable(field: &Field, unseen: bool) -> bool {
    let mut nulls = field.types.iter().filter(|of| of.is_null());
    if unseen {
        return !field.required || nulls.next().is_some();
    }
    !field.always || nulls.any(|of| of.share.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Origin;

    fn field(name: &str, types: &[(&str, Option<f64>)]) -> Field {
        let types = types.iter().map(|(native_type, share)| FieldType {
            native_type: (*native_type).to_owned(),
            share: *share,
            ..FieldType::default()
        });
        Field {
            name: name.to_owned(),
            always: true,
            types: types.collect(),
            ..Field::default()
        }
    }

    fn nullable(fields: &[Field], documents: u64) -> Vec<bool> {
        let columns = of(fields, TableKind::Collection, documents);
        columns.iter().map(|c| c.nullable).collect()
    }

    #[test]
    fn columns_are_nullable_by_what_was_seen() {
        let rare = Field {
            always: false,
            required: true,
            ..field("rare", &[("int", Some(1.0))])
        };
        let fields = [
            field("_id", &[("null", Some(1.0))]),
            field("a", &[("int", Some(1.0)), ("null", None)]),
            field("b", &[("int", Some(0.5)), ("null", Some(0.5))]),
            rare,
        ];
        assert_eq!(nullable(&fields, 5), [false, false, true, true]);
    }

    #[test]
    fn what_an_empty_collections_validator_requires_is_not_nullable() {
        let unseen = |required, types| Field {
            required,
            always: false,
            origin: Origin::Validator,
            ..field("a", types)
        };
        let fields = [
            unseen(true, &[("int", None)]),
            unseen(true, &[("int", None), ("null", None)]),
            unseen(false, &[("int", None)]),
        ];
        assert_eq!(nullable(&fields, 0), [false, true, true]);
        assert_eq!(nullable(&fields, 1), [true, true, true]);
    }

    #[test]
    fn ids_of_views_are_no_keys() {
        let fields = [field("_id", &[("int", Some(1.0))])];
        assert!(of(&fields, TableKind::Collection, 1)[0].primary_key);
        assert!(!of(&fields, TableKind::View, 1)[0].primary_key);
    }
}
