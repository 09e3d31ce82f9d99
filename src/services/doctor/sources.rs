//! Whether the sources of a folder answer, each asked with the credentials that are kept for it.
//! Nothing is noted of it.

use futures_util::{StreamExt, stream};
use serde::Serialize;

use super::{Finding, State};
use crate::auth::permission::Holder;
use crate::connectors::Context;
use crate::local::Local;
use crate::model::{OrganizationId, UserId};
use crate::services::backup::Places;
use crate::services::setup::check_vault;
use crate::services::sources::{Place, SourceError, Sources, TestReport};
use crate::store::sources::{Whereabouts, everywhere};
use crate::store::{self, Store};

/// How many are asked at once.
const AT_ONCE: usize = 4;

/// A source that was asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AskedSource {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The organization.
    pub organization: String,
    /// The user whose it is; none where it is the organization's.
    pub user: Option<String>,
    /// The workspace.
    pub workspace_id: String,
    /// Who answered: product and version.
    pub server: Option<String>,
    /// How many tables the login sees.
    pub tables: Option<usize>,
    /// How long it took, in milliseconds.
    pub ms: u64,
    /// The code of the error.
    pub error: Option<&'static str>,
}

/// Asks all sources of a folder, each within the time of a test. To be called where the folder
/// itself was found to be well.
pub async fn ask_sources(places: &Places, context: Context) -> Vec<Finding> {
    match all(places, context).await {
        Ok(found) if found.is_empty() => {
            vec![finding(State::Ok, "there is no source yet".to_owned(), "")]
        }
        Ok(found) => found,
        Err(finding) => vec![*finding],
    }
}

async fn all(places: &Places, context: Context) -> Result<Vec<Finding>, Box<Finding>> {
    let failed = |error: &dyn std::fmt::Display| {
        let hint = "see to what the checks above say";
        Box::new(finding(State::Failed, error.to_string(), hint))
    };
    let store = Store::open(&places.data_dir).map_err(|error| failed(&error))?;
    let vault = store
        .read_blocking(|conn| check_vault(conn, &places.secret_key))
        .map_err(|error| failed(&error))?;
    let Some(vault) = vault else {
        return Ok(Vec::new());
    };
    // The key opened what the folder holds: whoever runs this has all of it in their hands.
    let holder = Holder::of_folder_and_key();
    let found = store.read(everywhere).await;
    let found = found.map_err(|error: store::StoreError| failed(&error))?;
    let local = Local::new(&places.data_dir);
    let sources = Sources::new(store, vault, context, local);
    let asked = stream::iter(found)
        .map(|at| ask(&sources, &holder, at))
        // In the order of the list, whichever answers first.
        .buffered(AT_ONCE);
    Ok(asked.collect().await)
}

async fn ask(sources: &Sources, holder: &Holder, at: Whereabouts) -> Finding {
    let organization = OrganizationId::parse(&at.organization_id);
    let answer = match (holder.stands_for(at.scope, &at.owner), organization) {
        (Ok(owner), Ok(organization)) => {
            let place = Place {
                user: UserId::generate(),
                owner,
                organization,
                workspace: at.workspace.clone(),
            };
            sources.try_kept(&place, &at.id).await
        }
        _ => Err(SourceError::NotFound("owner")),
    };
    told(at, answer)
}

fn told(at: Whereabouts, answer: Result<TestReport, SourceError>) -> Finding {
    let whose = at.user.as_deref().unwrap_or("shared");
    let name = format!(
        "{} / {whose} / {} / {}",
        at.organization, at.workspace, at.name
    );
    let mut source = AskedSource {
        id: at.id.to_string(),
        name: at.name,
        organization: at.organization,
        user: at.user,
        workspace_id: at.workspace.to_string(),
        server: None,
        tables: None,
        ms: 0,
        error: None,
    };
    let (state, message, hint) = match answer {
        Ok(report) => {
            #[allow(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a test takes seconds at most"
            )]
            let ms = report.total_ms.round() as u64;
            source.ms = ms;
            if let Some(failure) = report.failure {
                source.error = Some(failure.kind.code());
                let message = format!("{name}: {} ({})", failure.message, failure.kind.code());
                (State::Failed, message, failure.hint)
            } else {
                let server = (report.server.as_ref())
                    .map(|server| format!("{} {}", server.product, server.version));
                let server = server.map(|text| text.trim().to_owned());
                source.tables = report.access.map(|access| access.tables);
                let tables = source.tables.unwrap_or(0);
                let who = server.as_deref().unwrap_or("it answers");
                let message = format!("{name}: {who}, {tables} tables, {ms} ms");
                source.server = server;
                (State::Ok, message, String::new())
            }
        }
        Err(SourceError::NeedsCredentials) => (
            State::Warning,
            format!("{name}: it waits for its credentials"),
            "connect it under its name and give the password".to_owned(),
        ),
        Err(error) => (
            State::Failed,
            format!("{name}: {error}"),
            "connect it again under its name".to_owned(),
        ),
    };
    Finding {
        source: Some(source),
        ..finding(state, message, hint)
    }
}

fn finding(state: State, message: String, hint: impl Into<String>) -> Finding {
    Finding {
        check: "source",
        state,
        message,
        hint: hint.into(),
        source: None,
    }
}
