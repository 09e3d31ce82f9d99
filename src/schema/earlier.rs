//! Keeps what earlier samples of documents had: a field that was known once does not vanish
//! because one sample lacked it.

use std::collections::HashMap;

use super::{Column, DataType, Field, FieldType, Items, Origin, Schema, Table, TableRef};

/// So many values of a type the sample should have had, for its absence to tell that it is gone.
/// Below that, chance alone may have missed it.
const EXPECTED: f64 = 10.0;

/// Adds to each sampled table what an earlier capture of it knew and this sample lacks.
///
/// * Fields, and their columns, stay with [`Origin::Earlier`] and a presence of 0. Types, shares
///   and values of theirs are those of the last sample that had them.
/// * Types that were rare stay with a share of 0; one that the sample should have had is gone.
/// * Fields and columns stand in the order in which they were first seen at all.
///
/// A table that was renamed (`renames`, from its name of before to that of now) is the one that it
/// was. Nothing is kept where all documents were read, where the table is another one of the same
/// name, of what the validator alone had named, and of topmost fields that are not `wanted` of a
/// table (any more).
pub fn keep_earlier(
    now: &mut Schema,
    before: &Schema,
    renames: &[(TableRef, TableRef)],
    wanted: impl Fn(&Table, &str) -> bool,
) {
    let known: HashMap<_, _> = before.tables.iter().map(|t| (name(t), t)).collect();
    let names: HashMap<_, _> = renames.iter().map(|(old, new)| (new, old)).collect();
    for table in &mut now.tables {
        let name = name(table);
        let was = names.get(&name).copied();
        let before = known.get(was.unwrap_or(&name));
        if let Some(before) = before
            && (was.is_some() || is_same(table, before))
            && is_kept(table, before)
        {
            keep(table, before, &wanted);
        }
    }
}

fn name(table: &Table) -> TableRef {
    TableRef {
        schema: table.schema.clone(),
        name: table.name.clone(),
    }
}

fn is_same(now: &Table, before: &Table) -> bool {
    !matches!((&now.engine_id, &before.engine_id), (Some(a), Some(b)) if a != b)
}

fn is_kept(now: &Table, before: &Table) -> bool {
    let whole = now.sample.as_ref().is_some_and(|s| s.method == "all");
    // What is sampled and has columns alone, as records of an API are, tells all of them by those.
    let has_fields = !now.fields.is_empty() || !before.fields.is_empty();
    before.sample.is_some() && has_fields && !whole && now.kind == before.kind
}

fn keep(now: &mut Table, before: &Table, wanted: impl Fn(&Table, &str) -> bool) {
    let fields = before.fields.iter();
    let fields: Vec<_> = fields
        .filter(|field| wanted(now, &field.name))
        .cloned()
        .collect();
    #[allow(
        clippy::cast_precision_loss,
        reason = "samples are of thousands of documents"
    )]
    let documents = now.sample.as_ref().map_or(0.0, |s| s.documents as f64);
    keep_fields(&mut now.fields, &fields, documents);
    let mut of_now: HashMap<_, _> = std::mem::take(&mut now.columns)
        .into_iter()
        .map(|column| (column.name.clone(), column))
        .collect();
    let of_before: HashMap<_, _> = before.columns.iter().map(|c| (&c.name, c)).collect();
    for field in &now.fields {
        let of_now = of_now.remove(&field.name);
        let column = match (of_now, of_before.get(&field.name)) {
            (Some(column), _) => Column {
                native_type: FieldType::text(&field.types),
                logical_type: field.logical_type.clone(),
                ..column
            },
            (None, Some(before)) => Column {
                nullable: true,
                ..(*before).clone()
            },
            (None, None) => continue,
        };
        now.columns.push(column);
    }
    for (position, column) in (1..).zip(&mut now.columns) {
        column.position = position;
    }
}

/// Of the fields of about `around` objects.
fn keep_fields(now: &mut Vec<Field>, before: &[Field], around: f64) {
    let mut rest: Vec<_> = std::mem::take(now).into_iter().map(Some).collect();
    let at: HashMap<_, _> = rest
        .iter()
        .enumerate()
        .filter_map(|(at, field)| Some((field.as_ref()?.name.clone(), at)))
        .collect();
    for before in before {
        match at.get(&before.name).and_then(|at| rest[*at].take()) {
            Some(mut field) => {
                keep_field(&mut field, before, around);
                now.push(field);
            }
            None => now.extend(earlier(before)),
        }
    }
    now.extend(rest.into_iter().flatten());
}

fn keep_field(now: &mut Field, before: &Field, around: f64) {
    let inside = Inside {
        types: &mut now.types,
        logical_type: &mut now.logical_type,
        fields: &mut now.fields,
        map: &mut now.map,
        items: &mut now.items,
    };
    let (types, fields, items) = (&before.types, &before.fields, before.items.as_deref());
    inside.keep(types, fields, before.map, items, around * now.presence);
}

fn keep_items(now: &mut Items, before: &Items, values: f64) {
    let inside = Inside {
        types: &mut now.types,
        logical_type: &mut now.logical_type,
        fields: &mut now.fields,
        map: &mut now.map,
        items: &mut now.items,
    };
    let (types, fields, items) = (&before.types, &before.fields, before.items.as_deref());
    inside.keep(types, fields, before.map, items, values);
}

/// What fields and the elements of arrays both have.
struct Inside<'a> {
    types: &'a mut Vec<FieldType>,
    logical_type: &'a mut DataType,
    fields: &'a mut Vec<Field>,
    map: &'a mut bool,
    items: &'a mut Option<Box<Items>>,
}

impl Inside<'_> {
    /// Of about so many values.
    fn keep(
        self,
        types: &[FieldType],
        fields: &[Field],
        map: bool,
        items: Option<&Items>,
        values: f64,
    ) {
        if self.fields.is_empty() {
            *self.map = map;
        }
        // The keys of a map are no fields to be kept, nor does the one field of a map join others.
        if *self.map == map {
            keep_fields(self.fields, fields, values);
        }
        match (&mut *self.items, items) {
            (Some(now), Some(before)) => keep_items(now, before, values),
            (now, Some(before)) => *now = earlier_items(before).map(Box::new),
            (_, None) => {}
        }
        keep_types(self.types, types, values);
        if let Some(items) = self.items {
            let arrays = self.types.iter_mut().filter(|of| is_array(of));
            arrays.for_each(|of| {
                of.logical_type = DataType::Array(Box::new(items.logical_type.clone()));
            });
        }
        *self.logical_type = FieldType::united(self.types);
    }
}

/// Keeps the types that a sample of so many values may well have missed.
fn keep_types(now: &mut Vec<FieldType>, before: &[FieldType], values: f64) {
    for before in before {
        let Some(share) = before.share else { continue };
        let same = |of: &&mut FieldType| {
            of.native_type == before.native_type
                && (of.logical_type == before.logical_type || is_array(of))
        };
        match now.iter_mut().find(same) {
            Some(FieldType { share: Some(_), .. }) => {}
            _ if share * values >= EXPECTED => {}
            Some(named) => named.share = Some(0.0),
            None => now.push(FieldType {
                share: Some(0.0),
                ..before.clone()
            }),
        }
    }
}

fn is_array(of: &FieldType) -> bool {
    matches!(of.logical_type, DataType::Array(_))
}

/// A field that this sample lacks; nothing, where no sample ever had it.
fn earlier(before: &Field) -> Option<Field> {
    (before.origin != Origin::Validator).then(|| Field {
        presence: 0.0,
        always: false,
        required: false,
        origin: Origin::Earlier,
        types: seen(&before.types),
        fields: before.fields.iter().filter_map(earlier).collect(),
        items: before
            .items
            .as_deref()
            .and_then(earlier_items)
            .map(Box::new),
        ..before.clone()
    })
}

fn earlier_items(before: &Items) -> Option<Items> {
    let types = seen(&before.types);
    (!types.is_empty()).then(|| Items {
        types,
        fields: before.fields.iter().filter_map(earlier).collect(),
        items: before
            .items
            .as_deref()
            .and_then(earlier_items)
            .map(Box::new),
        ..before.clone()
    })
}

/// Without the types that only the validator of that time had named.
fn seen(types: &[FieldType]) -> Vec<FieldType> {
    let seen = types.iter().filter(|of| of.share.is_some());
    seen.cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::super::{Sample, TableKind};
    use super::*;

    fn types(of: &[(&str, DataType, f64)]) -> Vec<FieldType> {
        of.iter()
            .map(|(name, family, share)| FieldType {
                native_type: (*name).to_owned(),
                logical_type: family.clone(),
                share: Some(*share),
            })
            .collect()
    }

    fn field(name: &str) -> Field {
        Field {
            name: name.to_owned(),
            path: name.to_owned(),
            presence: 1.0,
            always: true,
            types: types(&[("int", DataType::Int32, 1.0)]),
            logical_type: DataType::Int32,
            ..Field::default()
        }
    }

    fn schema(method: &str, fields: Vec<Field>) -> Schema {
        let columns = (1..).zip(&fields).map(|(position, field)| Column {
            name: field.name.clone(),
            position,
            native_type: FieldType::text(&field.types),
            logical_type: field.logical_type.clone(),
            ..Column::default()
        });
        Schema {
            tables: vec![Table {
                schema: Some("shop".to_owned()),
                name: "orders".to_owned(),
                kind: TableKind::Collection,
                columns: columns.collect(),
                sample: Some(Sample {
                    documents: 1_000,
                    method: method.to_owned(),
                    cut: Vec::new(),
                }),
                fields,
                ..Table::default()
            }],
            ..Schema::default()
        }
    }

    fn keep_all(now: &mut Schema, before: &Schema) {
        keep_earlier(now, before, &[], |_, _| true);
    }

    fn kept(mut now: Schema, before: &Schema) -> Table {
        keep_all(&mut now, before);
        now.tables.remove(0)
    }

    #[test]
    fn a_sample_of_columns_without_fields_stays_as_it_is() {
        let column = Column {
            name: "id".to_owned(),
            position: 1,
            ..Column::default()
        };
        let mut before = schema("first", Vec::new());
        before.tables[0].columns = vec![column.clone()];
        let now = before.clone();
        assert_eq!(kept(now, &before).columns, [column]);
    }

    fn names(fields: &[Field]) -> Vec<&str> {
        fields.iter().map(|f| f.name.as_str()).collect()
    }

    #[test]
    fn a_field_that_one_sample_lacks_stays_in_its_place_and_is_marked() {
        let before = schema("random", vec![field("_id"), field("rare"), field("z")]);
        let now = schema("random", vec![field("z"), field("_id"), field("new")]);
        let table = kept(now, &before);
        assert_eq!(names(&table.fields), ["_id", "rare", "z", "new"]);
        let told: Vec<_> = table
            .columns
            .iter()
            .map(|c| (c.name.as_str(), c.position, c.nullable))
            .collect();
        assert_eq!(
            told,
            [
                ("_id", 1, false),
                ("rare", 2, true),
                ("z", 3, false),
                ("new", 4, false)
            ]
        );
        let rare = &table.fields[1];
        assert_eq!(
            (rare.origin, rare.presence, rare.always),
            (Origin::Earlier, 0.0, false)
        );
        assert_eq!(rare.types, before.tables[0].fields[1].types);
    }

    #[test]
    fn what_was_kept_stays_kept_until_it_is_seen_again() {
        let one = schema("random", vec![field("_id"), field("rare")]);
        let mut two = schema("random", vec![field("_id")]);
        keep_all(&mut two, &one);
        let mut three = schema("random", vec![field("_id")]);
        keep_all(&mut three, &two);
        assert_eq!(three, two);
        let four = kept(schema("random", vec![field("_id"), field("rare")]), &three);
        assert_eq!(four.fields, one.tables[0].fields);
        assert_eq!(four.structure(), three.tables[0].structure());
    }

    #[test]
    fn nothing_is_kept_where_all_was_read_or_the_collection_is_another_one() {
        let before = schema("random", vec![field("_id"), field("rare")]);
        let all = schema("all", vec![field("_id")]);
        assert_eq!(kept(all.clone(), &before), all.tables[0]);
        let mut other = schema("random", vec![field("_id")]);
        other.tables[0].engine_id = Some("b".to_owned());
        let mut of_before = before.clone();
        of_before.tables[0].engine_id = Some("a".to_owned());
        assert_eq!(kept(other.clone(), &of_before), other.tables[0]);
        other.tables[0].name = "others".to_owned();
        assert_eq!(kept(other.clone(), &before), other.tables[0]);
        let mut plain = before.clone();
        plain.tables[0].sample = None;
        let now = schema("random", vec![field("_id")]);
        assert_eq!(kept(now.clone(), &plain), now.tables[0]);
    }

    #[test]
    fn what_is_not_wanted_any_more_does_not_come_back() {
        let before = schema("random", vec![field("_id"), field("a"), field("b")]);
        let mut now = schema("random", vec![field("_id")]);
        keep_earlier(&mut now, &before, &[], |table, field| {
            table.name == "orders" && field != "a"
        });
        assert_eq!(names(&now.tables[0].fields), ["_id", "b"]);
        let columns: Vec<_> = now.tables[0].columns.iter().map(|c| &c.name).collect();
        assert_eq!(columns, ["_id", "b"]);
    }

    #[test]
    fn what_was_known_of_a_table_goes_on_under_its_new_name() {
        let mut before = schema("random", vec![field("_id"), field("rare")]);
        before.tables[0].engine_id = Some("a".to_owned());
        let mut now = schema("random", vec![field("_id")]);
        // Some products that speak MongoDB's protocol give a renamed collection a new id.
        now.tables[0].engine_id = Some("b".to_owned());
        let old = name(&before.tables[0]);
        now.tables[0].name = "purchases".to_owned();
        let renames = [(old, name(&now.tables[0]))];
        keep_earlier(&mut now, &before, &renames, |table, _| {
            table.name == "purchases"
        });
        assert_eq!(names(&now.tables[0].fields), ["_id", "rare"]);
    }

    #[test]
    fn a_sample_that_could_not_be_taken_loses_nothing() {
        let before = schema("random", vec![field("_id"), field("a")]);
        let mut now = schema("random", Vec::new());
        now.tables[0].sample = None;
        let table = kept(now, &before);
        assert_eq!(names(&table.fields), ["_id", "a"]);
        assert_eq!(table.structure(), before.tables[0].structure());
    }

    #[test]
    fn what_the_validator_alone_had_named_goes_with_it() {
        let named = |origin| Field {
            origin,
            presence: 0.0,
            ..field("named")
        };
        let before = schema("random", vec![named(Origin::Validator)]);
        assert!(kept(schema("random", vec![]), &before).fields.is_empty());
        let before = schema("random", vec![named(Origin::Both)]);
        let table = kept(schema("random", vec![]), &before);
        assert_eq!(table.fields[0].origin, Origin::Earlier);
        let now = schema("random", vec![named(Origin::Validator)]);
        assert_eq!(kept(now, &before).fields[0].origin, Origin::Validator);
    }

    #[test]
    fn a_rare_type_stays_and_one_that_should_have_been_seen_is_gone() {
        let of = |shares: &[(&str, DataType, f64)]| Field {
            types: types(shares),
            logical_type: FieldType::united(&types(shares)),
            ..field("a")
        };
        let (int, string, long) = (DataType::Int32, DataType::String, DataType::Int64);
        let before = schema(
            "random",
            vec![of(&[
                ("int", int.clone(), 0.5),
                ("long", long.clone(), 0.495),
                ("string", string, 0.005),
            ])],
        );
        let table = kept(schema("random", vec![of(&[("int", int, 1.0)])]), &before);
        let left: Vec<_> = table.fields[0]
            .types
            .iter()
            .map(|t| (t.native_type.as_str(), t.share))
            .collect();
        assert_eq!(left, [("int", Some(1.0)), ("string", Some(0.0))]);
        assert_eq!(table.columns[0].native_type, "int | string");
        assert_eq!(table.columns[0].logical_type, DataType::Mixed);
    }

    #[test]
    fn fields_in_objects_and_in_arrays_are_kept_too_and_those_of_maps_are_not() {
        let object = |map: bool, inside: &[&str]| Field {
            types: types(&[("object", DataType::Object, 1.0)]),
            logical_type: DataType::Object,
            map,
            fields: inside.iter().map(|name| field(name)).collect(),
            ..field("o")
        };
        let list = |inside: &[&str], of: DataType| Field {
            types: types(&[("array", DataType::Array(Box::new(of.clone())), 1.0)]),
            logical_type: DataType::Array(Box::new(of.clone())),
            items: Some(Box::new(Items {
                types: types(&[(
                    if of == DataType::Object {
                        "object"
                    } else {
                        "int"
                    },
                    of.clone(),
                    1.0,
                )]),
                logical_type: of,
                fields: inside.iter().map(|name| field(name)).collect(),
                ..Items::default()
            })),
            ..field("l")
        };
        let before = schema(
            "random",
            vec![
                object(false, &["a", "b"]),
                list(&["x", "y"], DataType::Object),
            ],
        );
        let now = vec![object(false, &["b"]), list(&["y"], DataType::Object)];
        let table = kept(schema("random", now), &before);
        assert_eq!(names(&table.fields[0].fields), ["a", "b"]);
        let items = table.fields[1].items.as_ref().unwrap();
        assert_eq!(names(&items.fields), ["x", "y"]);
        let table = kept(schema("random", vec![object(true, &["*"])]), &before);
        assert_eq!(names(&table.fields[0].fields), ["*"]);
        assert_eq!(names(&table.fields), ["o", "l"]);
    }
}
