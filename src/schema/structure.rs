//! What makes a schema this schema: all but the figures, which change from one reading to the next.

use super::{Field, Items, Table};

impl Table {
    /// The table without what differs between two readings of the same structure: ids, estimates,
    /// sizes, shares, values that were seen, and what is supposed from all that.
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
        table.fields.iter_mut().for_each(clear);
        table
    }
}

fn clear(field: &mut Field) {
    field.presence = 0.0;
    field.values = None;
    clear_types(&mut field.types);
    field.fields.iter_mut().for_each(clear);
    if let Some(items) = &mut field.items {
        clear_items(items);
    }
}

fn clear_items(items: &mut Items) {
    clear_types(&mut items.types);
    items.fields.iter_mut().for_each(clear);
    if let Some(items) = &mut items.items {
        clear_items(items);
    }
}

/// Types stand by their shares, so that without those they need an order of their own.
fn clear_types(types: &mut [super::FieldType]) {
    for of in &mut *types {
        of.share = None;
    }
    types.sort_by(|a, b| a.native_type.cmp(&b.native_type));
}

#[cfg(test)]
mod tests {
    use super::super::FieldType;
    use super::*;

    fn sampled(presence: f64, types: &[(&str, f64)]) -> Table {
        let types = types.iter().map(|(name, share)| FieldType {
            native_type: (*name).to_owned(),
            share: Some(*share),
            ..FieldType::default()
        });
        let field = Field {
            presence,
            types: types.collect(),
            ..Field::default()
        };
        Table {
            row_count_estimate: Some(5),
            fields: vec![Field {
                items: Some(Box::new(Items {
                    fields: vec![field.clone()],
                    ..Items::default()
                })),
                ..field
            }],
            ..Table::default()
        }
    }

    #[test]
    fn two_samples_of_the_same_documents_have_one_structure() {
        let one = sampled(0.5, &[("int", 0.6), ("long", 0.4)]);
        let other = sampled(0.7, &[("long", 0.9), ("int", 0.1)]);
        assert_eq!(one.structure(), other.structure());
        let different = sampled(0.7, &[("long", 0.9), ("string", 0.1)]);
        assert_ne!(one.structure(), different.structure());
    }
}
