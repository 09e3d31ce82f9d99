//! A source as a caller writes it, connected through the library's own way in.

use std::path::PathBuf;

use headwater::connectors::dial::{Dialer, HostRules};
use headwater::connectors::input::{ConnectionInput, Engine};
use headwater::connectors::{ConnectorError, Context, Selection, Session, Stage, Target, Trace};
use serde_json::Value;

/// One attempt: what came of it, and the stages it passed.
pub struct Attempt {
    pub result: Result<Box<dyn Session>, ConnectorError>,
    pub stages: Vec<(Stage, bool)>,
    pub selection: Selection,
}

impl Attempt {
    /// The session of an attempt that worked.
    #[track_caller]
    pub fn session(self) -> Box<dyn Session> {
        self.result.unwrap_or_else(|error| panic!("{error:?}"))
    }

    /// The failure of an attempt that did not.
    #[track_caller]
    pub fn error(self) -> ConnectorError {
        let error = match self.result {
            Ok(session) => panic!("connected to {:?}", session.server()),
            Err(error) => error,
        };
        one_stage_failed(&self.stages, &error);
        error
    }
}

/// Whether the stages and the error tell the same: one stage has failed, the last one, and it is
/// the error's.
#[track_caller]
pub fn one_stage_failed(stages: &[(Stage, bool)], error: &ConnectorError) {
    let failed: Vec<_> = stages.iter().filter(|(_, ok)| !ok).collect();
    let last = stages.last();
    assert!(
        failed.len() == 1 && last.copied() == error.stage.map(|stage| (stage, false)),
        "{stages:?} of {error:?}"
    );
}

/// Connects with the fields of a request.
pub async fn connect(fields: Value) -> Attempt {
    connect_with(Dialer::new(HostRules::default(), true), fields).await
}

/// Connects with the fields of a request, by this dialer.
pub async fn connect_with(dialer: Dialer, fields: Value) -> Attempt {
    let input: ConnectionInput = serde_json::from_value(fields).unwrap();
    let Engine::Told(driver) = input.engine().unwrap() else {
        panic!("the fields tell no engine");
    };
    let draft = input.draft(driver).unwrap();
    let context = Context {
        dialer,
        files_root: PathBuf::new(),
    };
    let target = Target {
        driver,
        settings: draft.settings,
        credentials: draft.credentials,
        uploads: None,
    };
    let trace = Trace::default();
    let result = driver.connect(&context, &target, &trace).await;
    let stages = trace.stages().iter().map(|s| (s.stage, s.ok)).collect();
    Attempt {
        result,
        stages,
        selection: target.settings.selection,
    }
}
