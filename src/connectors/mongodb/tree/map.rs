//! Objects whose keys are data: ids, dates, names of things. Each key as a field of its own would
//! say nothing and fill the tree.

use std::collections::{HashMap, HashSet};

use super::object::{Field, Object};

/// The name that stands for all keys of a map.
pub const ANY: &str = "*";

/// Maps have more distinct keys than this.
const KEYS: usize = 100;

/// Where there is no room left, objects with more keys than this are maps if one pattern makes them.
const KEYS_OF_A_PATTERN: usize = 16;

/// In at most this part of the objects each key of a map stands, on average.
const RARE: f64 = 0.25;

/// This part of the keys must be like the others.
const ALIKE: f64 = 0.95;

/// Whether the keys of these objects are data: there are many, what stands under them is alike, and
/// either they are made by one pattern or each of them is rare.
pub fn is_map(object: &Object, crowded: bool) -> bool {
    let keys = object.fields.len();
    let many = keys > KEYS;
    let enough = many || (crowded && keys > KEYS_OF_A_PATTERN);
    !object.map
        && enough
        && are_of_one_class(&object.fields)
        && (follow_one_pattern(&object.fields)
            || (many && are_rare(object) && have_like_insides(object)))
}

#[allow(
    clippy::cast_precision_loss,
    reason = "counts of fields and documents, far below 2^52"
)]
fn are_rare(object: &Object) -> bool {
    let seen: u64 = object.fields.iter().map(|field| field.seen).sum();
    seen as f64 <= RARE * object.fields.len() as f64 * object.seen as f64
}

fn are_of_one_class(fields: &[Field]) -> bool {
    let classes = fields.iter().filter_map(|f| f.place.kinds.class());
    most_are_one(classes)
}

/// Whether nearly all names become one once what ids are made of is masked. Words stay what they
/// are, and so differ.
fn follow_one_pattern(fields: &[Field]) -> bool {
    most_are_one(fields.iter().map(|field| pattern(&field.name)))
}

fn pattern(name: &str) -> String {
    let is_hex = |c: char| c.is_ascii_hexdigit() || c == '-';
    // ObjectIds, UUIDs, digests.
    if name.len() >= 16 && name.chars().all(is_hex) {
        return "#".repeat(name.len());
    }
    if name.find('@').is_some_and(|at| at > 0) {
        return "@".to_owned();
    }
    let mut pattern = String::new();
    for c in name.chars() {
        let c = if c.is_ascii_digit() { '#' } else { c };
        if c != '#' || !pattern.ends_with('#') {
            pattern.push(c);
        }
    }
    pattern
}

#[allow(
    clippy::cast_precision_loss,
    reason = "counts of fields, far below 2^52"
)]
fn most_are_one<T: Eq + std::hash::Hash>(all: impl Iterator<Item = T>) -> bool {
    let mut counts: HashMap<T, usize> = HashMap::new();
    let mut total = 0;
    for one in all {
        *counts.entry(one).or_default() += 1;
        total += 1;
    }
    let most = counts.into_values().max().unwrap_or(0);
    most > 0 && most as f64 >= ALIKE * f64::from(total)
}

/// Whether the objects under the keys have about the same fields: all of them together not many
/// more than one of them.
fn have_like_insides(object: &Object) -> bool {
    let mut objects = 0;
    let mut total = 0;
    let mut union = HashSet::new();
    for inside in object.fields.iter().flat_map(|f| f.place.objects()) {
        objects += 1;
        total += inside.fields.len();
        union.extend(inside.fields.iter().map(|field| &field.name));
    }
    objects == 0 || union.len() * objects <= 3 * total.max(objects)
}

#[cfg(test)]
mod tests {
    use mongodb::bson::{Bson, Document, doc};

    use super::super::bounds::Room;
    use super::super::place::At;
    use super::*;

    fn is_map_of(objects: &[Document]) -> bool {
        let mut all = Object::default();
        let at = At {
            depth: 1,
            path: 0,
            values: true,
        };
        for object in objects {
            let bytes = object.to_vec().unwrap();
            all.add(&bytes, at, &mut Room::default()).unwrap();
        }
        is_map(&all, false)
    }

    /// One object with a value under each key.
    fn object(keys: impl Iterator<Item = String>, value: &Bson) -> Document {
        keys.map(|key| (key, value.clone())).collect()
    }

    /// Objects of some words each, none of them often.
    fn words(value: &Bson) -> Vec<Document> {
        let word = |n: usize| {
            let letter = |n: usize| char::from(b'a' + u8::try_from(n % 26).unwrap());
            [letter(n / 26), letter(n), letter(n * 7)].iter().collect()
        };
        let of = |n: usize| object((n * 10..n * 10 + 30).map(word), value);
        (0..20).map(of).collect()
    }

    #[test]
    fn one_object_of_many_ids_or_dates_is_a_map() {
        let uuid = |n: u64| format!("{:08x}-1234-4abc-8def-{:012x}", n * 7919, n * 104_729);
        let number: Bson = 5.into();
        for keys in [
            object((0..200).map(|n| format!("{}", n * 17)), &number),
            object(
                (0..200).map(|n| format!("{:024x}", n * 1_000_003_u64)),
                &number,
            ),
            object((0..200).map(uuid), &number),
            object(
                (0..200).map(|n| format!("2024-{:02}-{:02}", n / 28 + 1, n % 28 + 1)),
                &number,
            ),
            object((0..200).map(|n| format!("item_{n}")), &number),
            object(
                (0..200).map(|n| format!("{}@example.org", "x".repeat(n + 1))),
                &number,
            ),
        ] {
            assert!(is_map_of(std::slice::from_ref(&keys)), "{keys}");
        }
    }

    #[test]
    fn rare_words_with_like_values_are_a_map() {
        assert!(is_map_of(&words(&1.into())));
        assert!(is_map_of(&words(&doc! { "a": 1, "b": 2 }.into())));
    }

    #[test]
    fn wide_records_are_no_maps() {
        let name = |n: usize| {
            format!(
                "{}{}",
                "abcdefghijklmnop".chars().nth(n / 10).unwrap(),
                "x".repeat(n % 10 + 1)
            )
        };
        let wide = object((0..150).map(name), &1.into());
        assert!(!is_map_of(&vec![wide; 20]));
        let few = object((0..=99).map(|n| n.to_string()), &1.into());
        assert!(!is_map_of(&[few]));
        let kinds = [Bson::Int32(1), "x".into(), true.into()];
        let mixed = (0..150).map(|n| (n.to_string(), kinds[n % 3].clone()));
        assert!(!is_map_of(&[mixed.collect()]));
        let unlike =
            |n: usize| -> Bson { object((0..4).map(|m| format!("{n}-{m}")), &1.into()).into() };
        let objects: Vec<Document> = (0..10)
            .map(|d| {
                (0..20)
                    .map(|n| (name(d * 15 % 140 + n % 10), unlike(n + 20 * d)))
                    .collect()
            })
            .collect();
        assert!(!is_map_of(&objects));
    }
}
