//! Running a job until its end.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::runtime::{Builder, Handle};
use tokio::time::MissedTickBehavior;

use super::{JobState, Runner};
use crate::services::failure::Failure;

/// How often a job shows how far it is.
const SHOW: Duration = Duration::from_millis(250);
/// After how many of these it keeps that.
const KEEP: u32 = 20;
/// How long a job that was stopped has for telling the source so: longer than any engine tries.
const FAREWELL: Duration = Duration::from_secs(11);
const LOOK: Duration = Duration::from_millis(20);

impl Runner {
    /// Does `work`, which tells how the job then stands and what came of it, shows how far it is,
    /// and ends the job, whatever happens. `hold` is let go of before the end is told, so that
    /// whoever hears of it may begin again.
    ///
    /// It has a thread of its own, since decoding takes the processor for as long as rows come, and
    /// answering requests is not to wait for that.
    pub fn run(
        self,
        work: impl Future<Output = (JobState, Value)> + Send + 'static,
        shown: impl Fn() -> Value + Send + 'static,
        hold: impl Send + 'static,
    ) {
        let thread = std::thread::Builder::new().name("job".to_owned());
        let spawned = thread.spawn(move || {
            let runtime = Builder::new_current_thread().enable_all().build();
            match runtime {
                Ok(runtime) => runtime.block_on(self.until_its_end(work, shown, hold)),
                Err(error) => tracing::error!(%error, "a job could not begin"),
            }
        });
        if let Err(error) = spawned {
            tracing::error!(%error, "a job could not begin");
        }
    }

    async fn until_its_end(
        self,
        work: impl Future<Output = (JobState, Value)> + Send + 'static,
        shown: impl Fn() -> Value,
        hold: impl Send,
    ) {
        let stop = self.stop.clone();
        // A task of its own, so that a panic in it ends the job and not the telling of it.
        let mut work = tokio::spawn(work);
        let mut tick = tokio::time::interval(SHOW);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut ticks = 0;
        let (stopped, (state, result)) = loop {
            tokio::select! {
                ended = &mut work => break (false, ended.unwrap_or_else(|error| {
                    tracing::error!(%error, "a job broke");
                    (JobState::Failed, json!({"error": Failure::inside()}))
                })),
                state = stop.wanted() => {
                    work.abort();
                    // Until it is gone: what it dropped stops at the source.
                    let _ = (&mut work).await;
                    break (true, (state, Value::Null));
                }
                _ = tick.tick() => {
                    self.show(shown());
                    ticks += 1;
                    if ticks % KEEP == 0 {
                        self.keep().await;
                    }
                }
            }
        };
        self.show(shown());
        drop(hold);
        self.end(state, result).await;
        if stopped {
            farewell().await;
        }
    }
}

/// What was dropped tells the source to stop by tasks of this runtime, which ends with the job.
async fn farewell() {
    let (since, tasks) = (Instant::now(), Handle::current().metrics());
    while tasks.num_alive_tasks() > 0 && since.elapsed() < FAREWELL {
        tokio::time::sleep(LOOK).await;
    }
}
