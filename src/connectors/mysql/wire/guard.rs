//! What a server may say to a driver that is logged in. The driver believes what it reads: it
//! reserves memory for as many columns as are announced, goes on reading after an answer that says
//! another one follows, and takes whatever came too early for the answer to its next statement. So
//! no packet gets to it that is not due, and none that announces more than there can be.

use super::packet::FULL;
use super::reader::Reader;
use super::{Failure, PACKET, ROW};

/// The most columns that one answer can have
/// (<https://dev.mysql.com/doc/refman/8.4/en/column-count-limit.html>).
const COLUMNS: u64 = 4096;
/// What the definitions of one answer's columns may take, in bytes.
const DEFINITIONS: usize = 16 * 1024 * 1024;
/// What one answer may take, in bytes.
const ANSWER: usize = 512 * 1024 * 1024;

/// `SERVER_MORE_RESULTS_EXISTS`, which the driver has not agreed to.
const MORE_RESULTS: u16 = 0x0008;

/// Follows one connection from its login on. A server's packet is any number of frames; a driver's
/// command that has a long statement too.
#[derive(Debug)]
pub struct Guard {
    due: Due,
    /// Bytes so far of a packet that goes on in the next frame.
    open: usize,
    definitions: usize,
    /// The largest packet that is taken.
    packet: usize,
    answer: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Due {
    /// The driver has not asked for anything.
    Nothing,
    /// How a query is answered.
    Answer,
    /// How a statement was understood.
    Statement,
    /// So many definitions and an EOF packet, then as many of `more`, and rows or nothing.
    Definitions { left: u64, more: u64, rows: bool },
    /// Rows and an EOF packet.
    Rows,
}

impl Guard {
    /// For a connection that has just logged in.
    pub fn new() -> Self {
        Self {
            due: Due::Nothing,
            open: 0,
            definitions: DEFINITIONS,
            packet: PACKET,
            answer: ANSWER,
        }
    }

    /// Whether rows, or their end, are due.
    pub fn is_among_rows(&self) -> bool {
        self.due == Due::Rows
    }

    /// Lets the rows of this answer be as many as they are: their reader is the bound.
    pub fn expect_rows_of_a_table(&mut self) {
        self.packet = ROW;
        self.answer = usize::MAX;
    }

    /// Takes a frame of the driver.
    pub fn ask(&mut self, sequence: u8, payload: &[u8]) -> Result<(), Failure> {
        // Others go on with the statement that the first began.
        if sequence != 0 {
            return Ok(());
        }
        if self.due != Due::Nothing {
            return Err(Failure::Unfinished);
        }
        self.due = match payload.first() {
            // COM_QUERY and COM_STMT_EXECUTE
            Some(0x03 | 0x17) => Due::Answer,
            // COM_STMT_PREPARE
            Some(0x16) => Due::Statement,
            // COM_QUIT and COM_STMT_CLOSE have no answer, and no other command is used.
            _ => Due::Nothing,
        };
        self.definitions = DEFINITIONS;
        self.packet = PACKET;
        self.answer = ANSWER;
        Ok(())
    }

    /// Takes a frame of the server, and refuses it where the driver should not see it.
    pub fn answer(&mut self, payload: &[u8]) -> Result<(), Failure> {
        let too_large = |what| move || Failure::TooLarge(what);
        let left = self.answer.checked_sub(payload.len());
        self.answer = left.ok_or_else(too_large("the rows of an answer"))?;
        let before = self.open;
        let whole = before + payload.len();
        if whole > self.packet {
            return Err(Failure::TooLarge("a packet"));
        }
        self.open = if payload.len() == FULL { whole } else { 0 };
        // The frames that go on with a packet say nothing of their own.
        if before > 0 {
            return Ok(());
        }
        self.due = match (self.due, payload) {
            // A refusal may come at any time: a server that stops says so unasked.
            (_, [0xFF, ..]) => Due::Nothing,
            (Due::Nothing, _) => return Err(Failure::Malformed("an answer to no question")),
            (Due::Answer, [0x00, ..]) => {
                let status = status_of_ok(payload);
                last(status.ok_or(Failure::Malformed("an OK without its status"))?)?;
                Due::Nothing
            }
            (Due::Answer, [0xFB, ..]) => return Err(Failure::AskedForFile),
            (Due::Answer, _) => {
                let count = Reader(payload).length();
                let left = count.filter(|count| (1..=COLUMNS).contains(count));
                let left = left.ok_or_else(too_large("the number of columns"))?;
                let (more, rows) = (0, true);
                Due::Definitions { left, more, rows }
            }
            (Due::Statement, [0x00, _, _, _, _, counts @ ..]) => {
                let mut counts = Reader(counts);
                let columns = counts.u16().map(u64::from);
                let parameters = counts.u16().map(u64::from);
                match (parameters, columns) {
                    (Some(_), Some(COLUMNS..)) | (None, _) | (_, None) => {
                        return Err(Failure::TooLarge("the number of columns"));
                    }
                    (Some(0), Some(0)) => Due::Nothing,
                    (Some(0), Some(left)) | (Some(left), Some(0)) => Due::Definitions {
                        left,
                        more: 0,
                        rows: false,
                    },
                    (Some(left), Some(more)) => Due::Definitions {
                        left,
                        more,
                        rows: false,
                    },
                }
            }
            (Due::Statement, _) => return Err(Failure::Malformed("a prepared statement")),
            (
                Due::Definitions {
                    left: 0,
                    more,
                    rows,
                },
                _,
            ) => {
                last(
                    status_of_eof(payload)
                        .ok_or(Failure::Malformed("more columns than announced"))?,
                )?;
                match (more, rows) {
                    (0, true) => Due::Rows,
                    (0, false) => Due::Nothing,
                    (left, rows) => Due::Definitions {
                        left,
                        more: 0,
                        rows,
                    },
                }
            }
            (Due::Definitions { left, more, rows }, _) => {
                let room = self.definitions.checked_sub(payload.len());
                self.definitions = room.ok_or_else(too_large("the definitions of the columns"))?;
                let left = left - 1;
                Due::Definitions { left, more, rows }
            }
            (Due::Rows, []) => return Err(Failure::Malformed("a row")),
            // A row that begins so holds a value of 16 MB and is longer.
            (Due::Rows, [0xFE, ..]) if payload.len() < 9 => {
                last(status_of_eof(payload).ok_or(Failure::Malformed("the end of the rows"))?)?;
                Due::Nothing
            }
            (Due::Rows, _) => Due::Rows,
        };
        Ok(())
    }
}

/// Refuses an answer that is not the last one.
fn last(status: u16) -> Result<(), Failure> {
    if status & MORE_RESULTS == 0 {
        return Ok(());
    }
    Err(Failure::Malformed("several answers to one question"))
}

/// The status flags of an OK packet.
fn status_of_ok(payload: &[u8]) -> Option<u16> {
    let mut rest = Reader(payload);
    rest.u8()?;
    // The rows changed and the last number given.
    rest.length()?;
    rest.length()?;
    rest.u16()
}

/// The status flags of an EOF packet, behind the count of warnings.
fn status_of_eof(payload: &[u8]) -> Option<u16> {
    match payload {
        [0xFE, _, _, low, high] => Some(u16::from_le_bytes([*low, *high])),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const OK: &[u8] = &[0, 0, 0, 2, 0, 0, 0];
    const EOF: &[u8] = &[0xFE, 0, 0, 2, 0];
    const ERROR: &[u8] = b"\xFF\x48\x04#HY000no";
    const QUERY: &[u8] = b"\x03SELECT 1";
    const PREPARE: &[u8] = b"\x16SELECT 1";

    /// What becomes of these packets after that command.
    fn after(command: &[u8], packets: &[&[u8]]) -> Result<Due, Failure> {
        let mut guard = Guard::new();
        guard.ask(0, command)?;
        for packet in packets {
            guard.answer(packet)?;
        }
        Ok(guard.due)
    }

    #[test]
    fn an_answer_passes_to_its_end() {
        for (command, packets) in [
            (QUERY, &[OK][..]),
            (QUERY, &[ERROR]),
            (QUERY, &[&[2], b"a", b"b", EOF, b"\x011\x012", EOF]),
            (QUERY, &[&[1], b"a", EOF, b"\0", &[], ERROR]),
            (PREPARE, &[&[0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]]),
            (
                PREPARE,
                &[
                    &[0, 1, 0, 0, 0, 1, 0, 2, 0, 0, 0, 0],
                    b"p",
                    b"q",
                    EOF,
                    b"a",
                    EOF,
                ],
            ),
            (PREPARE, &[&[0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0], b"a", EOF]),
            (PREPARE, &[ERROR]),
        ] {
            let packets: Vec<_> = packets.iter().copied().filter(|p| !p.is_empty()).collect();
            let end = after(command, &packets);
            assert!(matches!(end, Ok(Due::Nothing)), "{packets:?}: {end:?}");
        }
    }

    #[test]
    fn what_would_mislead_the_driver_does_not_pass() {
        let more_ok = &[0, 0, 0, 10, 0, 0, 0][..];
        let more = &[0xFE, 0, 0, 10, 0][..];
        let huge = &[0xFE, 0, 0, 0, 0, 0, 1, 0, 0][..];
        for packets in [
            &[OK, OK][..],
            &[OK, &[1]],
            &[more_ok],
            &[&[0]],
            &[&[]],
            &[b"\xFB/etc/passwd"],
            &[huge],
            &[&[0xFC, 0, 0]],
            &[&[0xFC, 1, 0x10]],
            &[&[1], b"a", b"b"],
            &[&[1], b"a", more],
            &[&[1], b"a", EOF, more],
            &[&[1], b"a", EOF, &[0xFE]],
            &[&[1], b"a", EOF, &[]],
            &[&[1], b"a", EOF, EOF, huge],
            &[ERROR, huge],
        ] {
            assert!(after(QUERY, packets).is_err(), "{packets:?}");
        }
        for packets in [
            &[OK][..],
            &[&[0, 1, 0, 0, 0, 0xFF, 0xFF, 0, 0, 0, 0, 0]],
            &[&[2]],
        ] {
            assert!(after(PREPARE, packets).is_err(), "{packets:?}");
        }
        assert!(Guard::new().answer(OK).is_err());
    }

    #[test]
    fn a_packet_of_many_frames_is_one_and_has_a_bound() {
        let frame = vec![0xFE; FULL];
        let mut guard = Guard::new();
        guard.ask(0, QUERY).unwrap();
        for packet in [&[1][..], b"a", EOF, &frame, EOF, EOF] {
            guard.answer(packet).unwrap();
        }
        assert_eq!(guard.due, Due::Nothing);
        guard.ask(0, QUERY).unwrap();
        for packet in [&[1][..], b"a", EOF, &frame, &frame, &frame, &frame] {
            guard.answer(packet).unwrap();
        }
        assert!(matches!(guard.answer(&frame), Err(Failure::TooLarge(_))));
    }

    #[test]
    fn no_question_is_asked_before_the_last_one_is_answered() {
        let mut guard = Guard::new();
        guard.ask(0, QUERY).unwrap();
        guard.ask(1, QUERY).unwrap();
        assert!(matches!(guard.ask(0, QUERY), Err(Failure::Unfinished)));
    }

    proptest! {
        #[test]
        fn no_packets_make_it_panic_or_announce_more_columns_than_there_can_be(
            asked in 0_u8..0x20,
            packets in prop::collection::vec(prop::collection::vec(prop::num::u8::ANY, 0..14), 0..12),
        ) {
            let mut guard = Guard::new();
            let _ = guard.ask(0, &[asked]);
            for packet in &packets {
                if guard.answer(packet).is_err() {
                    break;
                }
                if let Due::Definitions { left, more, .. } = guard.due {
                    prop_assert!(left < 1 << 16 && more <= COLUMNS);
                }
            }
        }
    }
}
