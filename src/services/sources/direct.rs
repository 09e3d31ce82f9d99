//! Sources that are reached by what a caller wrote alone: nothing is kept, and nobody is asked who
//! may.

use crate::connectors::input::ConnectionInput;
use crate::connectors::tls::Tls;
use crate::connectors::{Context, Target, Trace};

use super::capture::unkept;
use super::document::SchemaDocument;
use super::flights::Progress;
use super::report::{self, TestReport};
use super::{Prepared, SourceError, reach};

/// The use cases of sources without a store.
#[derive(Debug)]
pub struct Direct {
    context: Context,
}

impl Direct {
    /// Sources reached by these rules.
    #[must_use]
    pub fn new(context: Context) -> Self {
        Self { context }
    }

    /// Tests a connection.
    pub async fn test(&self, input: ConnectionInput) -> Result<TestReport, SourceError> {
        let trace = Trace::default();
        let preparing = Box::pin(self.prepare(input, &trace));
        report::examine(&self.context, &trace, preparing).await
    }

    /// Reads a schema; answers it with what was ignored of the caller's words.
    pub async fn schema(
        &self,
        input: ConnectionInput,
    ) -> Result<(SchemaDocument, Vec<String>), SourceError> {
        let Prepared { target, warnings } = self.prepare(input, &Trace::default()).await?;
        let (session, schema) =
            reach::introspect(&self.context, &target, &Progress::default()).await?;
        let server = session.server().clone();
        session.close().await;
        Ok((unkept(schema, server).await?, warnings))
    }

    async fn prepare(
        &self,
        input: ConnectionInput,
        trace: &Trace,
    ) -> Result<Prepared, SourceError> {
        let driver = reach::engine_of(&self.context, &input, trace).await?;
        let draft = input.draft(driver)?;
        Tls::check(&draft.settings.tls, &draft.credentials)?;
        Ok(Prepared {
            target: Target {
                driver,
                settings: draft.settings,
                credentials: draft.credentials,
                uploads: None,
            },
            warnings: draft.warnings,
        })
    }
}
