//! Filling a table on a thread of its own: rows are read while those before them are written.

use std::io;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::Builder;

use super::TransferFailure;
use crate::local::Stage;
use crate::rows::RowBatch;
use crate::store::StoreError;

/// A stage that is being filled. Dropped, it waits for what is being written; the stage then goes.
pub struct Filling {
    full: Sender<RowBatch>,
    /// Batches to be filled again, or why there are no more of them.
    empty: Receiver<Result<RowBatch, TransferFailure>>,
    end: End,
}

/// Where the stage comes back once its thread ends. Behind the batches, which are let go of first.
struct End(Receiver<Stage>);

impl Filling {
    /// Begins to fill a stage, batch by batch, with `write`.
    pub fn begin(
        mut stage: Stage,
        write: impl Fn(&mut Stage, &RowBatch) -> Result<(), TransferFailure> + Send + 'static,
    ) -> io::Result<Self> {
        let (full, taken) = channel::<RowBatch>();
        let (emptied, empty) = channel();
        let (ended, end) = channel();
        // One to be filled while the other is written.
        let _ = emptied.send(Ok(RowBatch::default()));
        Builder::new().name("filling".to_owned()).spawn(move || {
            for batch in taken {
                let written = write(&mut stage, &batch);
                let has_failed = written.is_err();
                // Where nobody takes it, nobody goes on.
                let _ = emptied.send(written.map(|()| batch));
                if has_failed {
                    break;
                }
            }
            drop(emptied);
            // Where nobody waits for it, it goes here.
            let _ = ended.send(stage);
        })?;
        Ok(Self {
            full,
            empty,
            end: End(end),
        })
    }

    /// Hands rows over, and answers a batch for those that follow. Waits until one is free.
    pub fn put(&self, batch: RowBatch) -> Result<RowBatch, TransferFailure> {
        // A thread that ended has said why.
        let _ = self.full.send(batch);
        self.empty.recv().map_err(|_| StoreError::Stopped)?
    }

    /// There are no more rows. Answers the stage once all are written.
    pub fn finish(self) -> Result<Stage, TransferFailure> {
        let Self { full, empty, end } = self;
        drop(full);
        for written in empty {
            written?;
        }
        Ok(end.0.recv().map_err(|_| StoreError::Stopped)?)
    }
}

impl Drop for End {
    fn drop(&mut self) {
        // An error where it was taken already.
        let _ = self.0.recv();
    }
}
