//! Which fields found no room. Room may come, and then most of them have their place after all.

use std::hash::{DefaultHasher, Hash, Hasher};

/// So many are known one by one.
const KNOWN: usize = 32;

/// The fields of some objects that were left out.
#[derive(Debug, Default)]
pub struct LeftOut {
    names: Vec<u64>,
    more: bool,
}

impl LeftOut {
    /// Whether there are any.
    pub fn any(&self) -> bool {
        self.more || !self.names.is_empty()
    }

    /// A field found no room.
    pub fn add(&mut self, name: &str) {
        if !self.more {
            self.add_hash(hash(name));
        }
    }

    /// A field has its place.
    pub fn remove(&mut self, name: &str) {
        if !self.names.is_empty() {
            let hash = hash(name);
            self.names.retain(|known| *known != hash);
        }
    }

    /// Adds those of other objects.
    pub fn merge(&mut self, other: Self) {
        self.more |= other.more;
        for hash in other.names {
            self.add_hash(hash);
        }
    }

    fn add_hash(&mut self, hash: u64) {
        if self.names.contains(&hash) {
            return;
        }
        if self.names.len() == KNOWN {
            self.more = true;
        } else {
            self.names.push(hash);
        }
    }
}

fn hash(name: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    name.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_its_place_is_no_longer_left_out() {
        let mut left_out = LeftOut::default();
        for name in ["a", "b", "a"] {
            left_out.add(name);
        }
        left_out.remove("a");
        assert!(left_out.any());
        left_out.remove("b");
        assert!(!left_out.any());
    }

    #[test]
    fn beyond_a_bound_some_stay_left_out() {
        let mut left_out = LeftOut::default();
        let names: Vec<_> = (0..=KNOWN).map(|n| n.to_string()).collect();
        for name in &names {
            left_out.add(name);
        }
        for name in &names {
            left_out.remove(name);
        }
        assert!(left_out.any());
        let mut both = LeftOut::default();
        both.merge(left_out);
        assert!(both.any());
    }
}
