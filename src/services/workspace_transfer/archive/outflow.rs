//! From a thread that writes to a caller who takes.

use std::io::{self, Write};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio::time::timeout;

/// What a caller gets, piece by piece; an error where there is no whole of it.
pub type Pieces = mpsc::Receiver<io::Result<Vec<u8>>>;

/// How much is handed on at a time, and how many of these wait to be taken.
const PIECE: usize = 128 << 10;
const WAITING: usize = 8;
/// How long a caller may take nothing: what is read for them is held in the state that it had.
const PATIENCE: Duration = Duration::from_mins(1);

/// Hands on what is written. Waits for the caller, and fails once they are gone.
pub struct Outflow {
    pieces: mpsc::Sender<io::Result<Vec<u8>>>,
    piece: Vec<u8>,
}

impl Outflow {
    pub fn new() -> (Self, Pieces) {
        let (pieces, taken) = mpsc::channel(WAITING);
        let piece = Vec::with_capacity(PIECE);
        (Self { pieces, piece }, taken)
    }

    /// Lets the caller know that the rest does not come.
    pub fn fail(self) {
        let gone = io::ErrorKind::UnexpectedEof.into();
        let told = timeout(PATIENCE, self.pieces.send(Err(gone)));
        // Where nobody takes it, nobody is left to be told.
        let _ = Handle::current().block_on(told);
    }

    /// Hands on what is left.
    pub fn finish(&mut self) -> io::Result<()> {
        self.hand_on()
    }

    fn hand_on(&mut self) -> io::Result<()> {
        let piece = std::mem::replace(&mut self.piece, Vec::with_capacity(PIECE));
        let sent = timeout(PATIENCE, self.pieces.send(Ok(piece)));
        match Handle::current().block_on(sent) {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(io::ErrorKind::BrokenPipe.into()),
            Err(_) => Err(io::ErrorKind::TimedOut.into()),
        }
    }
}

impl Write for Outflow {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.piece.extend_from_slice(bytes);
        if self.piece.len() >= PIECE {
            self.hand_on()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
