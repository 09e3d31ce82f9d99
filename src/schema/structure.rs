//! What makes a schema this schema: all but the figures, which change from one reading to the next.

use super::{Field, FieldType, Items, Origin, Table};

impl Table {
    /// The table without what differs between two readings of the same structure: ids, estimates,
    /// sizes, shares, values that were seen, and what is supposed from all that.
    ///
    /// Of a sample, whether each document has a field that is no null is such a figure too: among
    /// a thousand documents the one without it is found or not. So is the order in which fields
    /// were first seen.
    #[must_use]
    pub fn structure(&self) -> Self {
        let mut table = Self {
            id: None,
            engine_id: None,
            row_count_estimate: None,
            size_bytes: None,
            index_size_bytes: None,
            sample: None,
            inferred_relationships: Vec::new(),
            ..self.clone()
        };
        if self.sample.is_some() || !self.fields.is_empty() {
            table.columns.sort_by(|a, b| a.name.cmp(&b.name));
            for column in &mut table.columns {
                column.position = 0;
                column.nullable = false;
            }
        }
        clear_fields(&mut table.fields);
        table
    }
}

fn clear_fields(fields: &mut [Field]) {
    fields.sort_by(|a, b| a.name.cmp(&b.name));
    fields.iter_mut().for_each(clear);
}

fn clear(field: &mut Field) {
    field.presence = 0.0;
    field.always = false;
    field.values = None;
    // Whether the sample has it changes; that a sample has it, or that the validator names it, stays.
    field.origin = match field.origin {
        Origin::Sample | Origin::Earlier => Origin::Sample,
        Origin::Validator | Origin::Both => Origin::Validator,
    };
    clear_types(&mut field.types);
    clear_fields(&mut field.fields);
    if let Some(items) = &mut field.items {
        clear_items(items);
    }
}

fn clear_items(items: &mut Items) {
    items.values = None;
    clear_types(&mut items.types);
    clear_fields(&mut items.fields);
    if let Some(items) = &mut items.items {
        clear_items(items);
    }
}

/// Types stand by their shares, so that without those they need an order of their own.
fn clear_types(types: &mut Vec<FieldType>) {
    types.retain(|of| !of.is_null());
    for of in &mut *types {
        of.share = None;
    }
    let key = |of: &FieldType| (of.native_type.clone(), of.logical_type.to_string());
    types.sort_by_cached_key(key);
}

#[cfg(test)]
mod tests {
    use super::super::{Column, Sample};
    use super::*;

    fn field(name: &str, presence: f64, types: &[(&str, f64)]) -> Field {
        let types = types.iter().map(|(name, share)| FieldType {
            native_type: (*name).to_owned(),
            share: Some(*share),
            ..FieldType::default()
        });
        Field {
            name: name.to_owned(),
            presence,
            always: presence > 0.9,
            types: types.collect(),
            ..Field::default()
        }
    }

    fn sampled(fields: Vec<Field>) -> Table {
        let columns = (1..).zip(&fields).map(|(position, field)| Column {
            name: field.name.clone(),
            position,
            nullable: !field.always,
            ..Column::default()
        });
        Table {
            row_count_estimate: Some(5),
            columns: columns.collect(),
            sample: Some(Sample::default()),
            fields: vec![Field {
                items: Some(Box::new(Items {
                    fields: fields.clone(),
                    ..Items::default()
                })),
                fields,
                ..Field::default()
            }],
            ..Table::default()
        }
    }

    #[test]
    fn two_samples_of_the_same_documents_have_one_structure() {
        let other = || field("b", 1.0, &[("string", 1.0)]);
        let one = sampled(vec![
            field("a", 0.5, &[("int", 0.6), ("long", 0.4)]),
            other(),
        ]);
        let two = sampled(vec![
            other(),
            field("a", 1.0, &[("long", 0.8), ("null", 0.1), ("int", 0.1)]),
        ]);
        assert_eq!(one.structure(), two.structure());
        let different = sampled(vec![
            field("a", 0.5, &[("long", 0.9), ("string", 0.1)]),
            other(),
        ]);
        assert_ne!(one.structure(), different.structure());
        assert_ne!(one.structure(), sampled(vec![other()]).structure());
    }

    #[test]
    fn of_a_table_that_is_no_sample_order_and_nullability_count() {
        let mut one = sampled(vec![field("a", 1.0, &[]), field("b", 1.0, &[])]);
        (one.sample, one.fields) = (None, Vec::new());
        let mut nullable = one.clone();
        nullable.columns[0].nullable = true;
        assert_ne!(one.structure(), nullable.structure());
        let mut turned = one.clone();
        turned.columns.reverse();
        assert_ne!(one.structure(), turned.structure());
    }
}
