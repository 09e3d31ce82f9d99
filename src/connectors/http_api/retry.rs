//! Trying again: with growing breaks, and as the API asks for it.

use std::time::{Duration, Instant};

use hyper::StatusCode;
use hyper::header::{HeaderMap, RETRY_AFTER};
use jiff::Timestamp;
use jiff::fmt::rfc2822;

use crate::connectors::{ConnectorError, ErrorKind};

/// How often a request is made again.
const TIMES: u32 = 5;
/// The first break, at most.
const FIRST: Duration = Duration::from_millis(500);
/// The longest break. An API that asks for a longer one is not asked again.
const LONGEST: Duration = Duration::from_mins(1);

/// A request that failed.
#[derive(Debug)]
pub struct Failure {
    pub error: ConnectorError,
    again: Again,
}

/// Whether a request may be made again.
#[derive(Debug, Clone, Copy)]
enum Again {
    /// It would not be otherwise.
    Never,
    /// After a break of our own.
    Later,
    /// After the break that the API told.
    After(Duration),
}

impl Again {
    fn of(passing: bool, told: Option<Duration>) -> Self {
        match (passing, told) {
            (false, _) => Self::Never,
            (true, None) => Self::Later,
            (true, Some(told)) => Self::After(told),
        }
    }
}

impl Failure {
    /// A status that is no success.
    pub fn of_status(error: ConnectorError, status: StatusCode, headers: &HeaderMap) -> Self {
        let passing = matches!(status.as_u16(), 429 | 500 | 502 | 503 | 504);
        Self {
            error,
            again: Again::of(passing, after(headers, Timestamp::now())),
        }
    }
}

impl Failure {
    /// The same failure, told in other words.
    pub fn told(self, tell: impl FnOnce(ConnectorError) -> ConnectorError) -> Self {
        Self {
            error: tell(self.error),
            ..self
        }
    }
}

impl From<ConnectorError> for Failure {
    fn from(error: ConnectorError) -> Self {
        let passing = matches!(
            error.kind,
            ErrorKind::ConnectionLost | ErrorKind::ConnectionRefused | ErrorKind::ConnectTimeout
        );
        Self {
            error,
            again: Again::of(passing, None),
        }
    }
}

/// How long one request may be tried.
#[derive(Debug)]
pub struct Retry {
    times: u32,
    until: Option<Instant>,
}

impl Retry {
    /// Tries within this time; without one, as often as is usual.
    #[must_use]
    pub fn within(time: Option<Duration>) -> Self {
        Self {
            times: 0,
            until: time.map(|time| Instant::now() + time),
        }
    }

    /// Waits until the request may be made again.
    ///
    /// # Errors
    /// The failure itself, where it will not be otherwise, or not in time.
    pub async fn wait(&mut self, failure: Failure) -> Result<(), ConnectorError> {
        let Failure { error, again } = failure;
        let (pause, told) = match again {
            Again::Later if self.times < TIMES => (pause(self.times, rand::random()), false),
            Again::After(told) if self.times < TIMES => (told, true),
            _ => return Err(error),
        };
        let late = |until| Instant::now() + pause > until;
        if pause > LONGEST || self.until.is_some_and(late) {
            let asked = format!("The API asks to wait for {} s. ", pause.as_secs());
            let hint = format!("{}{}", if told { &asked } else { "" }, error.hint);
            return Err(ConnectorError { hint, ..error });
        }
        self.times += 1;
        tokio::time::sleep(pause).await;
        Ok(())
    }
}

/// The break before the next time: twice as long each time, less up to half by chance, so that
/// many callers do not come back at once.
fn pause(times: u32, chance: f64) -> Duration {
    let whole = FIRST.saturating_mul(1 << times.min(16)).min(LONGEST);
    whole.mul_f64(1.0 - chance / 2.0)
}

/// What `Retry-After` says: seconds, or a date (RFC 9110, §10.2.3).
fn after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    // An HTTP date is one of RFC 2822 with the zone written as GMT.
    let date = rfc2822::DateTimeParser::new().parse_timestamp(text).ok()?;
    let seconds = date.as_second().saturating_sub(now.as_second());
    Some(Duration::from_secs(u64::try_from(seconds).unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn breaks_grow_and_end_at_a_minute() {
        let breaks: Vec<_> = (0..9).map(|times| pause(times, 0.0).as_millis()).collect();
        assert_eq!(breaks[..4], [500, 1000, 2000, 4000]);
        assert_eq!(breaks[8], 60_000);
        assert_eq!(pause(1, 1.0).as_millis(), 500);
    }

    #[test]
    fn the_apis_own_break_is_read_as_seconds_and_as_a_date() {
        let now: Timestamp = "2024-11-06T08:49:37Z".parse().unwrap();
        for (text, expected) in [
            ("7", Some(7)),
            ("Wed, 06 Nov 2024 08:50:07 GMT", Some(30)),
            ("Wed, 06 Nov 2024 08:40:00 GMT", Some(0)),
            ("soon", None),
            ("-1", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, text.parse().unwrap());
            assert_eq!(
                after(&headers, now).map(|time| time.as_secs()),
                expected,
                "{text}"
            );
        }
    }

    #[tokio::test(start_paused = true)]
    async fn it_is_tried_five_times_again_and_not_at_all_where_it_would_not_help() {
        let failure = |kind| Failure::from(ConnectorError::new(kind, "", ""));
        let mut retry = Retry::within(None);
        for _ in 0..5 {
            retry
                .wait(failure(ErrorKind::ConnectionLost))
                .await
                .unwrap();
        }
        assert!(
            retry
                .wait(failure(ErrorKind::ConnectionLost))
                .await
                .is_err()
        );
        assert!(
            Retry::within(None)
                .wait(failure(ErrorKind::TlsFailed))
                .await
                .is_err()
        );
        let hour = Failure {
            again: Again::After(Duration::from_hours(1)),
            ..failure(ErrorKind::TooManyConnections)
        };
        let error = Retry::within(None).wait(hour).await.unwrap_err();
        assert!(error.hint.contains("3600 s"), "{}", error.hint);
    }
}
