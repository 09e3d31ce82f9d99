//! Transactions that were under way at a snapshot, by the numbers that `InnoDB` gives to those that
//! write, in the order of their first write. Its status tells the next number and the numbers that
//! have not ended; it is asked before the snapshot and after it, since neither server tells what a
//! snapshot itself noted. `information_schema.innodb_trx` does not do: what it answers may be a
//! tenth of a second old. <https://dev.mysql.com/doc/refman/8.4/en/innodb-standard-monitor.html>

use crate::connectors::mysql::client::Client;
use crate::connectors::mysql::wire::Failure;
use crate::connectors::read::UnderWay;

/// The numbers of one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// The oldest that has not ended; the next, where all have.
    oldest: u64,
    /// The next that is given.
    next: u64,
}

/// The numbers of this moment. `None` without the right PROCESS, or without `InnoDB`.
pub async fn ask(client: &mut Client) -> Result<Option<Moment>, Failure> {
    let status = client
        .read("SHOW ENGINE INNODB STATUS", 1, |row| row.text(2))
        .await;
    match status {
        Ok(status) => Ok(status.first().and_then(|status| read(status))),
        Err(Failure::Server(_)) => Ok(None),
        Err(failure) => Err(failure),
    }
}

/// What was under way at a snapshot that was taken between two moments: at most what had not ended
/// at the first, and what began since.
pub fn between(before: Option<Moment>, after: Option<Moment>) -> UnderWay {
    match (before, after) {
        (Some(Moment { oldest, .. }), Some(Moment { next, .. })) if oldest < next => {
            UnderWay::Some { oldest, next }
        }
        (Some(_), Some(_)) => UnderWay::None,
        _ => UnderWay::Unknown,
    }
}

/// Reads a status. One that is cut short, or written in another way, tells nothing.
fn read(status: &str) -> Option<Moment> {
    if status.contains("... truncated...") {
        return None;
    }
    let (_, behind) = status.split_once("\nTrx id counter ")?;
    let (next, list) = behind.split_once('\n')?;
    let next = next.trim().parse().ok()?;
    // A transaction that has written nothing yet has no number, and stands there with one beyond
    // all others, or with none.
    let numbers = list.lines().filter_map(|line| {
        let (number, _) = line.strip_prefix("---TRANSACTION ")?.split_once(',')?;
        number.parse().ok()
    });
    let oldest = numbers.fold(next, u64::min);
    Some(Moment { oldest, next })
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATUS: &str = "
------------
TRANSACTIONS
------------
Trx id counter 2345
Purge done for trx's n:o < 2344 undo n:o < 0 state: running but idle
LIST OF TRANSACTIONS FOR EACH SESSION:
---TRANSACTION 421937, not started
0 lock struct(s)
---TRANSACTION (0x7f2c), ACTIVE 0 sec
---TRANSACTION 2340, ACTIVE 3 sec
MySQL thread id 17, OS thread handle 1, query id 2 localhost root
";

    #[test]
    fn what_began_before_or_between_may_have_been_under_way() {
        let moment = |oldest, next| Some(Moment { oldest, next });
        assert_eq!(read(STATUS), moment(2340, 2345));
        let idle = STATUS.replace("---TRANSACTION 2340", "---TRANSACTION 421938");
        assert_eq!(read(&idle), moment(2345, 2345));
        assert_eq!(read("Trx"), None);
        assert_eq!(read(&format!("{STATUS}... truncated...\n")), None);
        let (oldest, next) = (2340, 2350);
        for (before, after, expected) in [
            (
                moment(2340, 2345),
                moment(2350, 2350),
                UnderWay::Some { oldest, next },
            ),
            (moment(2345, 2345), moment(2345, 2345), UnderWay::None),
            (moment(2345, 2345), None, UnderWay::Unknown),
        ] {
            assert_eq!(between(before, after), expected);
        }
    }
}
