//! Carries the packets between a driver that is logged in and its server.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, BufWriter};
use tokio_util::task::AbortOnDropHandle;

use super::guard::Guard;
use super::packet::{self, FULL, HEADER, Header};
use super::tap::{Diversion, Slot, Tap};
use super::{Failure, Stream};

/// What is read at once, and written at once where there is more.
const BUFFER: usize = 64 * 1024;

/// One of the two connections.
pub type Side = BufReader<BufWriter<Box<dyn Stream>>>;

/// A relay at work. Dropping it ends both connections.
pub struct Relay {
    fault: Arc<Mutex<Option<Failure>>>,
    slot: Slot,
    task: AbortOnDropHandle<()>,
}

impl Relay {
    /// Begins to carry.
    pub fn start(driver: Box<dyn Stream>, server: Box<dyn Stream>) -> Self {
        let fault = Arc::new(Mutex::new(None));
        let told = Arc::clone(&fault);
        let slot = Slot::default();
        let taps = slot.clone();
        let task = tokio::spawn(async move {
            let (mut driver, mut server) = (side(driver), side(server));
            if let Err(failure) = carry(&mut driver, &mut server, &taps).await {
                // Before the driver sees that its connection ends.
                *told.lock().unwrap_or_else(PoisonError::into_inner) = Some(failure);
            }
        });
        Self {
            fault,
            slot,
            task: AbortOnDropHandle::new(task),
        }
    }

    /// Takes the rows of the next statement that the driver executes, which sees none of them.
    pub fn tap(&self) -> Tap {
        self.slot.arm()
    }

    /// Why the connection ended, where it was not the driver that ended it; told once.
    pub fn take_fault(&self) -> Option<Failure> {
        let mut fault = self.fault.lock().unwrap_or_else(PoisonError::into_inner);
        fault.take()
    }

    /// Waits until all that the driver said is with the server, once the driver has ended.
    pub async fn ended(self) {
        // It only fails where the task was aborted or has panicked, and then has ended too.
        let _ = self.task.await;
    }
}

fn side(stream: Box<dyn Stream>) -> Side {
    BufReader::with_capacity(BUFFER, BufWriter::with_capacity(BUFFER, stream))
}

/// Carries until the driver ends. Whoever speaks is heard until its frame is whole: neither side
/// goes on before the other has answered.
async fn carry(driver: &mut Side, server: &mut Side, taps: &Slot) -> Result<(), Failure> {
    let mut guard = Guard::new();
    let mut frame = Vec::new();
    let mut diversion = None;
    loop {
        tokio::select! {
            said = driver.fill_buf() => {
                if said.is_ok_and(<[u8]>::is_empty) {
                    // A server that is gone needs no goodbye.
                    let _ = server.shutdown().await;
                    return Ok(());
                }
                let header = read(driver, &mut frame).await?;
                guard.ask(header.sequence, &frame[HEADER..])?;
                if header.sequence == 0 {
                    diversion = executes(&frame).then(|| taps.take()).flatten();
                }
                server.write_all(&frame).await?;
                if driver.buffer().is_empty() {
                    server.flush().await?;
                }
            }
            said = server.fill_buf() => {
                said?;
                // Rows are many and small: those that came together go on together.
                loop {
                    let header = read(server, &mut frame).await?;
                    guard.answer(&frame[HEADER..])?;
                    driver.write_all(&frame).await?;
                    if guard.is_among_rows() && let Some(diversion) = diversion.take() {
                        divert(diversion, driver, server, &mut guard, header.sequence).await?;
                        break;
                    }
                    if server.buffer().is_empty() {
                        break;
                    }
                }
                driver.flush().await?;
            }
        }
    }
}

/// Whether a driver's frame is `COM_STMT_EXECUTE`.
fn executes(frame: &[u8]) -> bool {
    frame.get(HEADER) == Some(&0x17)
}

/// Carries the rows past the driver, whose last packet had that number: it gets their end alone.
async fn divert(
    diversion: Diversion,
    driver: &mut Side,
    server: &mut Side,
    guard: &mut Guard,
    sequence: u8,
) -> Result<(), Failure> {
    // It knows its columns while the rows are still under way.
    driver.flush().await?;
    let end = diversion.run(server, guard).await?;
    packet::write(driver, sequence.wrapping_add(1), &end).await?;
    Ok(())
}

/// Reads one frame, header and payload.
async fn read(from: &mut Side, frame: &mut Vec<u8>) -> Result<Header, Failure> {
    let mut head = [0; HEADER];
    from.read_exact(&mut head).await?;
    let header = Header::read(head);
    frame.clear();
    frame.extend(head);
    packet::read_payload(from, header, HEADER + FULL, frame).await?;
    Ok(header)
}
