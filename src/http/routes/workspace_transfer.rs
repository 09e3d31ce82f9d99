//! `/workspaces/{workspace_id}/export-tables` and `/workspaces/import-tables`. What is an archive
//! stands in `workspace_archive`.

use actix_web::http::header::ContentType;
use actix_web::web::{Bytes, Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::Value;

use crate::auth::permission::Access;
use crate::http::answer::{Answer, ApiResult, Envelope, add_warnings};
use crate::http::body;
use crate::http::endpoint::Endpoint;
use crate::http::error::ApiError;
use crate::http::extract::{Authenticated, Json, QueryParameters, WorkspacePath};
use crate::http::services::transfer_refusal;
use crate::http::state::State;
use crate::http::unique::Unique;
use crate::model::{Scope, WorkspaceRef};
use crate::services::projects::OnConflict;
use crate::services::transfer;
use crate::services::workspace_transfer::{
    Archive, ExportWorkspace, ImportWorkspace, Imported, MAGIC, MOST_BYTES, TransferFailure,
    WorkspaceExport,
};

use super::SCOPE;
use super::project_transfer::{conflict, read_document, source_names, within};
use super::workspace_archive;

/// The shortest passphrase, in characters, and the longest, in bytes.
const PASSPHRASE: (usize, usize) = (12, 1024);

/// The endpoints of this file.
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::post(
            "/workspaces/{workspace_id}/export-tables",
            export,
            "Export a workspace with all that is in it",
        )
        .body::<ExportBody>()
        .answers::<WorkspaceExport>()
        .answers_text(workspace_archive::ZSTD),
        Endpoint::post(
            "/workspaces/import-tables",
            import,
            "Import a workspace that was exported",
        )
        .query("scope", SCOPE)
        .query(
            "workspace_id",
            "As in the body, where the body is the document itself",
        )
        .query("name", "The same")
        .query("on_conflict", "The same")
        .query("dry_run", "The same")
        .header(
            workspace_archive::PASSPHRASE,
            "The same, where the body is an archive",
        )
        .body::<ImportBody>()
        .takes(workspace_archive::ZSTD)
        .answers::<Imported>(),
    ]
}

#[derive(Deserialize, utoipa::ToSchema)]
#[schema(as = WorkspaceTablesExport)]
struct ExportBody {
    scope: Option<Scope>,
    /// Whether the copied rows come along; `false` where absent.
    include_data: Option<bool>,
    /// What the sources' secrets are sealed under; without it they stay.
    #[schema(value_type = Option<String>)]
    passphrase: Option<SecretString>,
    /// `document` (JSON; where absent, unless `Accept` says `application/zstd`) or `archive`.
    format: Option<ExportFormat>,
}

/// The forms of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum ExportFormat {
    /// One document of JSON.
    Document,
    /// An archive, of any size.
    Archive,
}

async fn export(
    state: Data<State>,
    caller: Authenticated,
    path: WorkspacePath,
    query: QueryParameters,
    request: HttpRequest,
    body: Json<ExportBody>,
) -> Result<HttpResponse, ApiError> {
    let Json(parsed) = body;
    let ExportBody {
        scope,
        include_data,
        passphrase,
        format,
    } = parsed.value;
    let scope = scope.map_or_else(|| query.scope(), Ok)?;
    // Whoever has the passphrase reads the secrets by it, which nobody else can here.
    let access = match passphrase {
        Some(_) => Access::Administer,
        None => Access::Read,
    };
    let export = ExportWorkspace {
        include_data: include_data.unwrap_or_default(),
        passphrase: checked(passphrase)?,
    };
    let place = (state.sources)
        .place(&caller.0, scope, path.0, access)
        .await?;
    if workspace_archive::is_wanted(format, &request) {
        return workspace_archive::export(&state, &place, export).await;
    }
    let mut document = state.workspace_transfers.export(&place, export).await?;
    // It may be large: it is written where nobody waits for the thread.
    let written = tokio::task::spawn_blocking(move || {
        add_warnings(&mut document, parsed.warnings);
        serde_json::to_vec(&Envelope {
            data: &document,
            message: "Workspace exported",
            status: "success",
        })
    });
    let written = written.await.map_err(|error| ApiError::internal(&error))?;
    let bytes = written.map_err(|error| ApiError::internal(&error))?;
    if bytes.len() > MOST_BYTES {
        return Err(TransferFailure::TooLarge.into());
    }
    Ok(HttpResponse::Ok()
        .content_type(ContentType::json())
        .body(bytes))
}

pub(super) fn checked(passphrase: Option<SecretString>) -> Result<Option<SecretString>, ApiError> {
    let (least, most) = PASSPHRASE;
    let fits = |text: &str| text.chars().count() >= least && text.len() <= most;
    match passphrase {
        Some(passphrase) if !fits(passphrase.expose_secret()) => Err(ApiError::field(
            "passphrase",
            format!("A passphrase has at least {least} characters and at most {most} bytes."),
            "Use a longer one; a few words do well.",
        )),
        passphrase => Ok(passphrase),
    }
}

/// An import with the document in a field. The document may be the body itself, too.
#[derive(Deserialize, utoipa::ToSchema)]
#[schema(as = WorkspaceTablesImport)]
struct ImportBody {
    /// `data` of an export's answer, or the whole answer.
    #[schema(value_type = Object)]
    export_data: Value,
    scope: Option<Scope>,
    /// The workspace that it goes to, made where it is not there; that of the document where absent.
    workspace_id: Option<String>,
    /// What the workspace is called from now on.
    name: Option<String>,
    /// What becomes of a workspace and of projects whose ids are there; `update` where absent.
    on_conflict: Option<OnConflict>,
    /// Whether it is only told what would be done.
    dry_run: Option<bool>,
    /// What the secrets of the document were sealed under.
    #[schema(value_type = Option<String>)]
    passphrase: Option<SecretString>,
}

async fn import(
    state: Data<State>,
    caller: Authenticated,
    query: QueryParameters,
    http: HttpRequest,
    mut payload: Payload,
) -> ApiResult {
    let mut first = Vec::new();
    while first.len() < MAGIC.len() {
        match body::next_part(&mut payload).await? {
            Some(part) => first.extend_from_slice(&part),
            None => break,
        }
    }
    let (import, prefix, warnings) = if workspace_archive::is_sent(&http, &first) {
        let asks = (&caller.0, query.scope()?);
        let archive = workspace_archive::received(&state, asks, &http, first, payload).await?;
        let passphrase = workspace_archive::passphrase(&http)?;
        let read = move || {
            let text = archive.document()?;
            let given = body::parse::<Unique>(&text, workspace_archive::DOCUMENT)?;
            self::request(given.value.0, &query, Some((archive, passphrase)))
        };
        // It may be large: it is read where nobody waits for the thread.
        let read = tokio::task::spawn_blocking(read).await;
        read.map_err(|error| ApiError::internal(&error))??
    } else {
        let (first, limit) = (Bytes::from(first), body::IMPORT_LIMIT);
        let parsed = body::read_rest_aside::<Unique>(&http, first, payload, limit).await?;
        let read = move || request(parsed.value.0, &query, None);
        let read = tokio::task::spawn_blocking(read).await;
        read.map_err(|error| ApiError::internal(&error))??
    };
    let message = if import.dry_run {
        "Nothing was imported: this is what would be"
    } else {
        "Workspace imported"
    };
    let imported = state.workspace_transfers.import(&caller.0, import).await;
    let imported = imported.map_err(|error| match error {
        TransferFailure::Document(error) => transfer_refusal(&error, &prefix),
        other => other.into(),
    })?;
    Ok(Answer::new(imported, message)?.warn(warnings))
}

/// The import, where in the body its document stands, and warnings.
fn request(
    body: Value,
    query: &QueryParameters,
    archive: Option<(Archive, Option<SecretString>)>,
) -> Result<(ImportWorkspace, String, Vec<String>), ApiError> {
    let (body, field) = match archive {
        Some(_) => (body, workspace_archive::DOCUMENT),
        None => transfer::in_its_field(body),
    };
    let has = |field: &str| body.get(field).is_some();
    let is_document = archive.is_some() || (!has("export_data") && has("format"));
    let mut warnings = Vec::new();
    let (given, told) = if is_document {
        (body, None)
    } else {
        let mut read = body::parse_value::<ImportBody>(&body, "")?;
        drop(body);
        warnings = read.warnings;
        let given = std::mem::take(&mut read.value.export_data);
        (given, Some(read.value))
    };
    let (document, inside) = match archive {
        Some(_) => (given, Some(workspace_archive::DOCUMENT)),
        None => transfer::unwrapped(given),
    };
    let prefix = [told.as_ref().map(|_| field), inside];
    let prefix = prefix.into_iter().flatten().collect::<Vec<_>>().join(".");
    let (archive, passphrase) = archive.unzip();
    let told = told.unwrap_or_else(|| ImportBody {
        export_data: Value::Null,
        scope: None,
        workspace_id: None,
        name: None,
        on_conflict: None,
        dry_run: None,
        passphrase: passphrase.flatten(),
    });
    let of_query = |name: &str| query.get(name).map(str::to_owned);
    let workspace = told.workspace_id.or_else(|| of_query("workspace_id"));
    let workspace = workspace.map(|text| {
        WorkspaceRef::parse(&text).map_err(|error| {
            let hint = "Use an id from /workspaces/list, or one of your own.";
            ApiError::field("workspace_id", error.to_string(), hint)
        })
    });
    let name = told.name.or_else(|| of_query("name"));
    let name = name.map(|name| super::name(&name, "A workspace's name", "name").map(str::to_owned));
    let import = ImportWorkspace {
        scope: told.scope.map_or_else(|| query.scope(), Ok)?,
        workspace: workspace.transpose()?,
        name: name.transpose()?,
        on_conflict: told.on_conflict.map_or_else(|| conflict(query), Ok)?,
        dry_run: told.dry_run.map_or_else(|| query.flag("dry_run"), Ok)?,
        passphrase: checked(told.passphrase)?,
        document: read(&document, &prefix)?,
        archive,
    };
    Ok((import, prefix, warnings))
}

fn read(document: &Value, prefix: &str) -> Result<WorkspaceExport, ApiError> {
    let document: WorkspaceExport = read_document(document, prefix, transfer::WORKSPACE)?;
    let at = |field: &str| within(prefix, field);
    let name = &document.workspace.name;
    super::name(name, "A workspace's name", &at("workspace.name"))?;
    for (project, index) in document.projects.iter().zip(0..) {
        let field = at(&format!("projects[{index}].name"));
        super::name(&project.name, "A project's name", &field)?;
    }
    source_names(&document.sources, prefix)?;
    Ok(document)
}
