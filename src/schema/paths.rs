//! Fields inside of fields.

use super::{Field, Items};

/// Visits all fields of documents with those inside of them, as they stand.
pub(super) fn walk<'a>(fields: &'a [Field], visit: &mut impl FnMut(&'a Field)) {
    for field in fields {
        visit(field);
        walk(&field.fields, visit);
        let mut items = field.items.as_deref();
        while let Some(Items {
            fields,
            items: inner,
            ..
        }) = items
        {
            walk(fields, visit);
            items = inner.as_deref();
        }
    }
}
