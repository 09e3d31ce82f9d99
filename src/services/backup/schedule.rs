//! Backups that are made because it is time.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::Backups;

/// How often backups are made, and how many of them stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Schedule {
    /// The time from one to the next.
    pub every: Duration,
    /// How many stay.
    pub keep: usize,
}

/// After how long one that failed is tried again, where the next would come later.
const AGAIN: Duration = Duration::from_mins(10);
/// After how long the clock is looked at again: it may be set, and a machine may sleep.
const GLANCE: Duration = Duration::from_mins(1);

impl Backups {
    /// Makes backups by the schedule until it is stopped; nothing where there is none.
    pub async fn keep_schedule(self) {
        let stop = self.inner.stop.clone();
        tokio::select! {
            () = stop.cancelled() => {}
            () = self.by_the_clock() => {}
        }
    }

    async fn by_the_clock(&self) {
        let Some(schedule) = self.inner.schedule else {
            return;
        };
        loop {
            let wait = self.until_next(schedule).await;
            if wait.is_zero() {
                // What came of it is in the log, and is asked for.
                let _ = self.make_scheduled().await;
            } else {
                tokio::time::sleep(wait.min(GLANCE)).await;
            }
        }
    }

    /// How the schedule is set.
    #[must_use]
    pub fn schedule(&self) -> Option<Schedule> {
        self.inner.schedule
    }

    /// When the next one is due, by the newest that the schedule made: so that a restart neither
    /// forgets nor hastens it.
    pub async fn next_at(&self) -> Option<Timestamp> {
        let schedule = self.inner.schedule?;
        let found = self.aside(|shelf| Ok(shelf.list()?)).await;
        let newest = found.ok().and_then(|listed| {
            let ours = listed.into_iter().filter(|shelved| shelved.scheduled);
            ours.map(|shelved| shelved.made_at).max()
        });
        let failed = self.failure().filter(|failure| failure.scheduled);
        Some(next(
            schedule.every,
            newest,
            failed.map(|failure| failure.at),
            Timestamp::now(),
        ))
    }

    async fn until_next(&self, schedule: Schedule) -> Duration {
        let next = self.next_at().await;
        let left = next.map_or(SignedDuration::ZERO, |at| {
            at.duration_since(Timestamp::now())
        });
        let left = Duration::try_from(left).unwrap_or(Duration::ZERO);
        left.min(schedule.every)
    }
}

/// When the next is due: so long after the newest; after a failure no sooner than it is tried again.
fn next(
    every: Duration,
    newest: Option<Timestamp>,
    failed: Option<Timestamp>,
    now: Timestamp,
) -> Timestamp {
    // A time that is yet to come is one of a clock that was put back.
    let after = |at: Timestamp, wait: Duration| at.min(now).checked_add(wait).unwrap_or(now);
    let due = newest.map_or(now, |newest| after(newest, every));
    let again = failed.map_or(now, |failed| after(failed, AGAIN.min(every)));
    due.max(again).max(now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_is_due_by_the_newest_and_after_a_failure_in_a_while() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let (hour, now) = (Duration::from_hours(1), at(100_000));
        let due = |newest: Option<i64>, failed: Option<i64>| {
            next(hour, newest.map(at), failed.map(at), now).as_second() - now.as_second()
        };
        assert_eq!(due(None, None), 0);
        assert_eq!(due(Some(100_000 - 600), None), 3000);
        // It is long due: the server did not run.
        assert_eq!(due(Some(5), None), 0);
        assert_eq!(due(None, Some(100_000 - 60)), 540);
        assert_eq!(due(Some(5), Some(100_000 - 60)), 540);
        assert_eq!(due(Some(100_000 - 600), Some(100_000)), 3000);
        // The clock was put back.
        assert_eq!(due(Some(900_000), None), 3600);
    }
}
