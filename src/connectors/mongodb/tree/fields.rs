//! A tree as the fields of the schema document.

use serde_json::Value as Json;

use super::super::types::share;
use super::bounds::VALUES;
use super::object::{Field as Seen, Object};
use super::place::Place;
use crate::schema::{Field, FieldType, Items, Origin};

/// Makes fields, as long as there is room for their values.
#[derive(Debug, Default)]
pub struct Writer {
    values: usize,
    /// Whether values were left out for want of room.
    pub cut: bool,
}

impl Writer {
    /// The fields of objects that stand under `path`.
    pub fn fields(&mut self, object: &Object, path: &str) -> Vec<Field> {
        let write = |field| self.field(field, object.seen, path);
        object.fields.iter().map(write).collect()
    }

    fn field(&mut self, field: &Seen, around: u64, path: &str) -> Field {
        let path = match path {
            "" => field.name.to_string(),
            path => format!("{path}.{}", field.name),
        };
        let Items {
            types,
            logical_type,
            values,
            fields,
            map,
            items,
        } = self.items(&field.place, &path);
        Field {
            name: field.name.to_string(),
            presence: share(field.seen, around),
            always: field.seen == around,
            required: false,
            origin: Origin::Sample,
            types,
            logical_type,
            values,
            items,
            fields,
            map,
            comment: None,
            path,
        }
    }

    fn items(&mut self, place: &Place, path: &str) -> Items {
        let values = self.values(place);
        let object = place.object.as_deref();
        let fields = object.map_or_else(Vec::new, |object| self.fields(object, path));
        let items = place.items.as_deref().map(|items| self.items(items, path));
        let family = items.as_ref().map(|items| items.logical_type.clone());
        let types = place.kinds.seen(&family.unwrap_or_default());
        Items {
            logical_type: FieldType::united(&types),
            types,
            values,
            fields,
            map: object.is_some_and(|object| object.map),
            items: items.map(Box::new),
        }
    }

    fn values(&mut self, place: &Place) -> Option<Vec<Json>> {
        let (values, size) = place.values.listed(place.kinds.values())?;
        if self.values + size > VALUES {
            self.cut = true;
            return None;
        }
        self.values += size;
        Some(values)
    }
}
