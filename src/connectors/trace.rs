//! The stages of one connection, with their times.

use std::future::Future;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde::Serialize;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::error::{ConnectorError, ErrorKind, Stage};

/// A stage that was reached.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, utoipa::ToSchema)]
pub struct StageRecord {
    /// Which.
    pub stage: Stage,
    /// Whether it was passed.
    pub ok: bool,
    /// How long it took, in milliseconds.
    pub ms: f64,
}

/// Collects the stages as they pass. One per attempt; shared with the caller, who reads it even
/// where the attempt was cut short.
#[derive(Debug, Default)]
pub struct Trace(Mutex<Stages>);

#[derive(Debug, Default)]
struct Stages {
    passed: Vec<StageRecord>,
    /// How many of those are of attempts that were given up for another one.
    given_up: usize,
    running: Option<(Stage, Instant)>,
    begun: Option<(Stage, Duration)>,
    blamed: Option<ConnectorError>,
    /// Who is told of each stage as it passes, and what they were told last.
    told: Option<(UnboundedSender<StageRecord>, Option<StageRecord>)>,
    /// Whether what runs is the beginning of a stage: it is told with the rest of it.
    beginning: bool,
}

impl Stages {
    /// Tells of the last stage as it is now. Nobody need listen any more.
    fn tell(&mut self) {
        let last = self.passed.last().copied();
        if let (Some((listener, told)), Some(last)) = (&mut self.told, last)
            && *told != Some(last)
        {
            let _ = listener.send(last);
            *told = Some(last);
        }
    }

    /// A stage in two parts, such as two lookups that build on each other, is one.
    fn add(&mut self, record: StageRecord) {
        match self.passed[self.given_up..].last_mut() {
            Some(last) if last.stage == record.stage && last.ok => {
                last.ok = record.ok;
                last.ms += record.ms;
            }
            _ => self.passed.push(record),
        }
    }

    /// What a failure means where the server just fell silent or broke off, and something is to be
    /// blamed for that.
    fn meaning(&self, error: ConnectorError) -> ConnectorError {
        let how = match error.kind {
            ErrorKind::Timeout => "It said nothing more in time.",
            ErrorKind::ConnectionLost | ErrorKind::TlsFailed => "It broke off in the middle.",
            _ => return error,
        };
        let Some(blamed) = self.blamed.clone() else {
            return error;
        };
        ConnectorError {
            message: format!("{} {how}", blamed.message),
            stage: error.stage,
            ..blamed
        }
    }

    /// Makes the last stage the one that failed, and no other: `told`, unless another one was left
    /// failed already.
    fn end_at(&mut self, told: Option<Stage>) -> Stage {
        self.passed.drain(..self.given_up);
        self.given_up = 0;
        let last = self.passed.pop();
        self.passed.retain(|record| record.ok);
        let mut end = StageRecord {
            stage: told.unwrap_or(Stage::Connect),
            ok: false,
            ms: 0.0,
        };
        match last {
            Some(last) if !last.ok || told.is_none_or(|told| told == last.stage) => {
                (end.stage, end.ms) = (last.stage, last.ms);
            }
            passed => self.passed.extend(passed),
        }
        self.passed.push(end);
        end.stage
    }
}

impl Trace {
    /// One that tells of each stage as it passes. A stage that goes on in a second part, or is gone
    /// through again at the next host, is told again: what was told last counts.
    #[must_use]
    pub fn told() -> (Self, UnboundedReceiver<StageRecord>) {
        let (listener, stages) = unbounded_channel();
        let trace = Self::default();
        trace.update(|stages| stages.told = Some((listener, None)));
        (trace, stages)
    }

    /// Runs one stage within `limit`, and records it. A stage that runs out of time fails as the
    /// kind of failure that it is at that stage. Whatever fails within it is a failure of this stage.
    pub async fn run<T>(
        &self,
        stage: Stage,
        limit: Duration,
        work: impl Future<Output = Result<T, ConnectorError>>,
    ) -> Result<T, ConnectorError> {
        self.update(|stages| stages.running = Some((stage, Instant::now())));
        let result = match tokio::time::timeout(limit, work).await {
            Ok(result) => result,
            Err(_) => Err(out_of_time(stage, limit)),
        };
        self.finish(result.is_ok());
        result.map_err(|error| {
            let stages = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            ConnectorError {
                stage: Some(stage),
                ..stages.meaning(error)
            }
        })
    }

    /// Something is known of the server that explains why it falls silent or breaks off, should it
    /// do so from here on: that it is too old, say.
    pub fn blame(&self, error: ConnectorError) {
        self.update(|stages| stages.blamed = Some(error));
    }

    /// The server has done well, and what was known of it explains nothing of what follows.
    pub fn acquit(&self) {
        self.update(|stages| stages.blamed = None);
    }

    /// Gives up the attempt so far for another one, at the next host or in another way. Should that
    /// fail, its own stages are the ones that are told.
    pub fn next_attempt(&self) {
        self.finish(false);
        self.acquit();
        self.update(|stages| stages.given_up = stages.passed.len());
    }

    /// Ends in a failure, and makes the stages and the error tell the same: one stage has failed,
    /// the last one, and it is the error's.
    #[must_use]
    pub fn fail(&self, error: ConnectorError) -> ConnectorError {
        self.finish(false);
        let mut stages = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let stage = Some(stages.end_at(error.stage));
        stages.tell();
        ConnectorError {
            stage,
            ..stages.meaning(error)
        }
    }

    /// Runs the beginning of a stage whose rest follows behind another one, as where a server
    /// greets before TLS and takes the login after it. Fails as [`Trace::run`] does; where it is
    /// passed, its time is added to that of the rest, and the stage is listed once.
    pub async fn begin<T>(
        &self,
        stage: Stage,
        limit: Duration,
        work: impl Future<Output = Result<T, ConnectorError>>,
    ) -> Result<T, ConnectorError> {
        let since = Instant::now();
        self.update(|stages| stages.beginning = true);
        let result = self.run(stage, limit, work).await;
        self.update(|stages| stages.beginning = false);
        if result.is_ok() {
            self.update(|stages| {
                stages.passed.pop();
                stages.begun = Some((stage, since.elapsed()));
            });
        }
        result
    }

    /// The stages so far; one that still runs counts as not passed.
    pub fn stages(&self) -> Vec<StageRecord> {
        self.finish(false);
        let stages = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        stages.passed.clone()
    }

    /// Takes over the stages of another trace: of the one that counted, where several servers were
    /// tried at once.
    pub fn adopt(&self, other: &Self) {
        let theirs = other.stages();
        self.update(|stages| {
            for record in theirs {
                stages.add(record);
                stages.tell();
            }
        });
    }

    /// The stage at which the attempt stands or last stood.
    pub fn last_stage(&self) -> Option<Stage> {
        let stages = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let running = stages.running.map(|(stage, _)| stage);
        running.or(stages.passed.last().map(|record| record.stage))
    }

    fn finish(&self, ok: bool) {
        self.update(|stages| {
            if let Some((stage, since)) = stages.running.take() {
                let before = stages.begun.take_if(|(begun, _)| *begun == stage);
                let taken = since.elapsed() + before.map_or(Duration::ZERO, |(_, time)| time);
                let ms = (taken.as_secs_f64() * 1e5).round() / 1e2;
                stages.add(StageRecord { stage, ok, ms });
                if !(ok && stages.beginning) {
                    stages.tell();
                }
            }
        });
    }

    fn update(&self, change: impl FnOnce(&mut Stages)) {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

/// The failure of a stage that got no answer in time.
#[must_use]
pub fn out_of_time(stage: Stage, limit: Duration) -> ConnectorError {
    let seconds = limit.as_secs_f64();
    let (kind, message, hint) = match stage {
        Stage::Resolve => (
            ErrorKind::DnsFailure,
            format!("The name server gave no answer within {seconds} s."),
            "Check the host's name and this machine's name server, or use an IP address.",
        ),
        Stage::Connect => (
            ErrorKind::ConnectTimeout,
            format!("Nothing answered within {seconds} s."),
            "Check host and port; a firewall or security group between this machine and the \
             server may be dropping the packets.",
        ),
        Stage::Tls => (
            ErrorKind::Timeout,
            format!("The TLS handshake got no answer within {seconds} s."),
            "The port may belong to another service, or something between drops TLS. Check the \
             port; try options.tls = disable if the server is on a trusted network.",
        ),
        Stage::Authenticate => (
            ErrorKind::Timeout,
            format!("The server accepted the connection and said nothing for {seconds} s."),
            "The port may belong to another service, or the server may be overloaded. Check the \
             port and the server's load.",
        ),
        Stage::OpenDatabase | Stage::ReadCatalog => (
            ErrorKind::Timeout,
            format!("The server did not finish within {seconds} s."),
            "The server may be overloaded, or its catalog locked by a long change. Try again \
             later, or choose fewer tables.",
        ),
    };
    ConnectorError::new(kind, message, hint).at(stage)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_stage_that_never_ends_fails_as_what_it_is() {
        let trace = Trace::default();
        let work = std::future::pending::<Result<(), ConnectorError>>();
        let error = trace
            .run(Stage::Connect, Duration::from_secs(5), work)
            .await
            .unwrap_err();
        assert_eq!(
            (error.kind, error.stage),
            (ErrorKind::ConnectTimeout, Some(Stage::Connect))
        );
        assert!(!trace.stages()[0].ok);
    }

    #[tokio::test]
    async fn a_stage_in_two_parts_is_listed_once_or_as_failed() {
        let limit = Duration::from_secs(9);
        let trace = Trace::default();
        let passed = || async { Ok(()) };
        trace
            .begin(Stage::Authenticate, limit, passed())
            .await
            .unwrap();
        trace.run(Stage::Tls, limit, passed()).await.unwrap();
        trace
            .run(Stage::Authenticate, limit, passed())
            .await
            .unwrap();
        let names: Vec<_> = trace.stages().iter().map(|s| s.stage).collect();
        assert_eq!(names, [Stage::Tls, Stage::Authenticate]);

        let trace = Trace::default();
        let refused = async { Err::<(), _>(out_of_time(Stage::Authenticate, limit)) };
        let failed = trace.begin(Stage::Authenticate, limit, refused).await;
        assert!(failed.is_err() && !trace.stages()[0].ok);
    }

    #[tokio::test]
    async fn a_failure_and_its_stages_tell_the_same() {
        use Stage::{Connect, OpenDatabase, Resolve, Tls};
        let limit = Duration::from_secs(9);
        let pass = async |trace: &Trace, stage| {
            trace.run(stage, limit, async { Ok(()) }).await.unwrap();
        };
        let lose = async |trace: &Trace, stage| {
            let lost = async { Err::<(), _>(out_of_time(Tls, limit)) };
            trace.run(stage, limit, lost).await.unwrap_err()
        };
        let told = |trace: &Trace, error: ConnectorError| {
            let stage = trace.fail(error).stage.unwrap();
            let stages = trace.stages();
            let failed = stages.iter().filter(|s| !s.ok).count();
            let last = stages.last().unwrap();
            assert!(failed == 1 && !last.ok && last.stage == stage, "{stages:?}");
            stages.iter().map(|s| s.stage).collect::<Vec<_>>()
        };
        let error = |stage| ConnectorError {
            stage,
            ..ConnectorError::new(ErrorKind::ServerError, "", "")
        };

        // What fails within a stage fails at it.
        let trace = Trace::default();
        pass(&trace, Resolve).await;
        let failed = lose(&trace, Connect).await;
        assert_eq!(failed.stage, Some(Connect));
        assert_eq!(told(&trace, failed), [Resolve, Connect]);
        // What is found out between two stages is the last one's, unless another one is told.
        for (stage, stages) in [
            (None, &[Resolve][..]),
            (Some(Resolve), &[Resolve]),
            (Some(Tls), &[Resolve, Tls]),
        ] {
            let trace = Trace::default();
            pass(&trace, Resolve).await;
            assert_eq!(told(&trace, error(stage)), stages);
        }
        // Before any stage.
        assert_eq!(told(&Trace::default(), error(None)), [Connect]);
        // At the second host.
        let trace = Trace::default();
        pass(&trace, Resolve).await;
        lose(&trace, Connect).await;
        trace.next_attempt();
        pass(&trace, Resolve).await;
        let failed = lose(&trace, OpenDatabase).await;
        assert_eq!(trace.stages().len(), 4);
        assert_eq!(told(&trace, failed), [Resolve, OpenDatabase]);
    }

    #[tokio::test]
    async fn each_stage_is_told_as_it_passes_and_one_in_two_parts_with_its_rest() {
        use Stage::{Authenticate, Connect, Tls};
        let limit = Duration::from_secs(9);
        let (trace, mut told) = Trace::told();
        let mut next = || told.try_recv().ok().map(|record| (record.stage, record.ok));
        let passed = || async { Ok(()) };
        trace.run(Connect, limit, passed()).await.unwrap();
        assert_eq!(next(), Some((Connect, true)));
        trace.begin(Authenticate, limit, passed()).await.unwrap();
        assert_eq!(next(), None);
        trace.run(Tls, limit, passed()).await.unwrap();
        assert_eq!(next(), Some((Tls, true)));
        trace.run(Authenticate, limit, passed()).await.unwrap();
        assert_eq!(next(), Some((Authenticate, true)));
        // What is found out behind it is the last stage's, which is told anew.
        let refused = ConnectorError::new(ErrorKind::ServerError, "", "");
        assert_eq!(trace.fail(refused).stage, Some(Authenticate));
        assert_eq!(next(), Some((Authenticate, false)));
        assert_eq!(trace.stages().len(), 3);
        assert_eq!(next(), None);

        let (trace, mut told) = Trace::told();
        let refused = async { Err::<(), _>(out_of_time(Authenticate, limit)) };
        assert!(trace.begin(Authenticate, limit, refused).await.is_err());
        assert!(!told.try_recv().unwrap().ok);
    }

    #[tokio::test]
    async fn two_stages_of_one_kind_in_a_row_are_one() {
        let (trace, other) = (Trace::default(), Trace::default());
        for trace in [&trace, &other] {
            let work = async { Ok(()) };
            trace
                .run(Stage::Resolve, Duration::from_secs(1), work)
                .await
                .unwrap();
        }
        trace.adopt(&other);
        assert_eq!(trace.stages().len(), 1);
    }

    #[tokio::test]
    async fn a_stage_that_was_cut_short_is_still_listed() {
        let trace = Trace::default();
        trace
            .run(Stage::Resolve, Duration::from_secs(1), async { Ok(()) })
            .await
            .unwrap();
        let hung = trace.run(
            Stage::Connect,
            Duration::from_secs(9),
            std::future::pending::<Result<(), _>>(),
        );
        let _ = tokio::time::timeout(Duration::from_millis(5), hung).await;
        let stages: Vec<_> = trace.stages().iter().map(|s| (s.stage, s.ok)).collect();
        assert_eq!(stages, [(Stage::Resolve, true), (Stage::Connect, false)]);
    }
}
