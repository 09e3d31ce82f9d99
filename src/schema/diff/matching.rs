//! Which thing of a list is which of another.

use std::collections::{HashMap, VecDeque};

use serde::Serialize;
use serde_json::Value;

use super::list::{Sort, written};

/// Where a thing stood in the one list and stands in the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    /// Before, from 0.
    pub was: usize,
    /// Now, from 0.
    pub now: usize,
}

/// The things that are in both, by `now`; those that are gone; those that are new.
pub fn matched<'a, T: Serialize>(
    sort: &Sort<T>,
    before: &'a [T],
    after: &'a [T],
) -> (Vec<Kept>, Vec<usize>, Vec<usize>) {
    let mut by_name: HashMap<_, VecDeque<usize>> = HashMap::new();
    let key = |one: &'a T| ((sort.scope)(one), (sort.name)(one));
    for (at, one) in before.iter().enumerate() {
        by_name.entry(key(one)).or_default().push_back(at);
    }
    let (mut kept, mut added) = (Vec::new(), Vec::new());
    for (now, one) in after.iter().enumerate() {
        match by_name.get_mut(&key(one)).and_then(VecDeque::pop_front) {
            Some(was) => kept.push(Kept { was, now }),
            None => added.push(now),
        }
    }
    let mut removed: Vec<_> = by_name.into_values().flatten().collect();
    removed.sort_unstable();
    if sort.renames && !removed.is_empty() && !added.is_empty() {
        let old = nameless(before, &removed);
        let new = nameless(after, &added);
        for (content, was) in old {
            if let ([was], Some([now])) = (&was[..], new.get(&content).map(Vec::as_slice)) {
                kept.push(Kept {
                    was: *was,
                    now: *now,
                });
                removed.retain(|at| at != was);
                added.retain(|at| at != now);
            }
        }
        kept.sort_by_key(|kept| kept.now);
    }
    (kept, removed, added)
}

/// Where each content stands, whatever it is called.
fn nameless<T: Serialize>(all: &[T], some: &[usize]) -> HashMap<String, Vec<usize>> {
    let mut found: HashMap<String, Vec<usize>> = HashMap::new();
    for at in some {
        let mut content = written(&all[*at]);
        if let Value::Object(parts) = &mut content {
            parts.retain(|part, _| !matches!(part.as_str(), "name" | "constraint"));
        }
        found.entry(content.to_string()).or_default().push(*at);
    }
    found
}

/// Those that would have to be taken out so that the others stand in the order of before: as few
/// as possible, so that of a list in which one was moved, that one is told.
pub fn moved(kept: &[Kept]) -> Vec<Kept> {
    // The longest run of rising places (patience sorting): `ends[n]` is the item that ends the best
    // run of n + 1 items, `previous` the item before each in its run.
    let mut ends: Vec<usize> = Vec::new();
    let mut previous = vec![None; kept.len()];
    for (at, item) in kept.iter().enumerate() {
        let length = ends.partition_point(|end| kept[*end].was < item.was);
        previous[at] = length.checked_sub(1).map(|before| ends[before]);
        ends.truncate(ends.len().max(length + 1));
        match ends.get_mut(length) {
            Some(end) => *end = at,
            None => ends.push(at),
        }
    }
    let mut stays = vec![false; kept.len()];
    let mut next = ends.last().copied();
    while let Some(at) = next {
        stays[at] = true;
        next = previous[at];
    }
    let moved = kept.iter().zip(stays).filter(|(_, stays)| !stays);
    moved.map(|(item, _)| *item).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fewest_that_were_moved_are_told() {
        for (was, expected) in [
            (&[0, 1, 2, 3][..], &[][..]),
            (&[3, 0, 1, 2], &[3]),
            (&[1, 2, 3, 0], &[0]),
            (&[0, 2, 1, 3], &[2]),
            (&[], &[]),
        ] {
            let kept: Vec<_> = was
                .iter()
                .enumerate()
                .map(|(now, was)| Kept { was: *was, now })
                .collect();
            let told: Vec<_> = moved(&kept).into_iter().map(|kept| kept.was).collect();
            assert_eq!(told, expected, "{was:?}");
        }
    }
}
