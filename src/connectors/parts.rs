//! How far the reading of a schema is, told as it goes on.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;

/// What the parts of a reading are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Parts of the server's catalog: a fixed number for any database.
    CatalogParts,
    /// Collections, of each of which documents are sampled.
    Collections,
    /// Files that are looked into.
    Files,
    /// Endpoints of an API that are asked.
    Endpoints,
}

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Figures {
    /// Parts that were read.
    pub done: usize,
    /// Parts that there are.
    pub total: usize,
    /// What they are.
    pub unit: Unit,
}

/// The parts of one reading; shared with whoever looks on. It never goes back, also where a reading
/// begins anew. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Parts(Arc<Mutex<Counted>>);

#[derive(Debug, Default)]
struct Counted {
    expected: Option<(usize, Unit)>,
    done: HashSet<Cow<'static, str>>,
    /// What was told of an earlier try, as a share of what is expected now.
    least: usize,
}

impl Parts {
    /// There are so many. A try that expects as many as the last goes on from what that had read.
    pub fn expect(&self, total: usize, unit: Unit) {
        let mut counted = self.counted();
        let before = counted.figures();
        counted.expected = Some((total, unit));
        if let Some(Figures {
            done, total: of, ..
        }) = before
            && of != total
        {
            counted.least = (total * done).checked_div(of).unwrap_or(0);
            counted.done.clear();
        }
    }

    /// One was read. Telling so twice counts once.
    pub fn done(&self, part: impl Into<Cow<'static, str>>) {
        self.counted().done.insert(part.into());
    }

    /// Reads one, and tells so.
    pub async fn of<T>(&self, part: &'static str, reading: impl Future<Output = T>) -> T {
        let read = reading.await;
        self.done(part);
        read
    }

    /// How far it is; `None` until it is known how many there are.
    #[must_use]
    pub fn figures(&self) -> Option<Figures> {
        self.counted().figures()
    }

    fn counted(&self) -> MutexGuard<'_, Counted> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Counted {
    fn figures(&self) -> Option<Figures> {
        let (total, unit) = self.expected?;
        let done = self.done.len().max(self.least).min(total);
        Some(Figures { done, total, unit })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(parts: &Parts) -> Option<(usize, usize)> {
        parts.figures().map(|figures| (figures.done, figures.total))
    }

    #[test]
    fn parts_are_counted_once_they_are_known() {
        let parts = Parts::default();
        parts.done("databases");
        assert_eq!(shown(&parts), None);
        parts.expect(3, Unit::CatalogParts);
        assert_eq!(shown(&parts), Some((1, 3)));
        for part in ["tables", "tables", "columns"] {
            parts.done(part);
        }
        assert_eq!(shown(&parts), Some((3, 3)));
    }

    #[test]
    fn a_second_try_does_not_go_back() {
        let parts = Parts::default();
        parts.expect(4, Unit::CatalogParts);
        parts.done("tables");
        parts.done("columns");
        parts.expect(4, Unit::CatalogParts);
        assert_eq!(shown(&parts), Some((2, 4)));
        // Another database meanwhile, of other parts.
        parts.expect(10, Unit::Collections);
        assert_eq!(shown(&parts), Some((5, 10)));
        parts.done("a");
        assert_eq!(shown(&parts), Some((5, 10)));
        for part in 0..10 {
            parts.done(part.to_string());
        }
        assert_eq!(shown(&parts), Some((10, 10)));
    }
}
