//! `/projects/{workspace_id}/copy`, `export-project` and `import-project`

use actix_web::web::Data;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::auth::permission::Access;
use crate::http::answer::{Answer, ApiResult};
use crate::http::body;
use crate::http::endpoint::Endpoint;
use crate::http::error::ApiError;
use crate::http::extract::{Authenticated, Json, LargeJson, QueryParameters, WorkspacePath};
use crate::http::services::transfer_refusal;
use crate::http::state::State;
use crate::model::{Scope, WorkspaceRef};
use crate::services::projects::{Copied, ImportProject, Imported, OnConflict, ProjectError};
use crate::services::transfer::{self, Format, ProjectExport, SourceDocument};

use super::SCOPE;
use super::projects::{NamedProject, ProjectRef, known_id};

/// The endpoints of this file.
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::post(
            "/projects/{workspace_id}/copy",
            copy,
            "Copy a project, within its workspace or into another one",
        )
        .also("/projects/copy")
        .body::<CopyBody>()
        .answers::<Copied>(),
        Endpoint::post(
            "/projects/{workspace_id}/export-project",
            export,
            "Export a project with its sources, without secrets",
        )
        .also("/projects/export-project")
        .body::<NamedProject>()
        .answers::<ProjectExport>(),
        Endpoint::post(
            "/projects/{workspace_id}/import-project",
            import,
            "Import a project that was exported",
        )
        .also("/projects/import-project")
        .query("scope", SCOPE)
        .query(
            "on_conflict",
            "As in the body, where the body is the document itself",
        )
        .query("dry_run", "The same")
        .body::<ImportBody>()
        .answers::<Imported>(),
    ]
}

#[derive(Deserialize, utoipa::ToSchema)]
#[schema(as = ProjectCopy)]
struct CopyBody {
    project: ProjectRef,
    /// The copy's name.
    name: Option<String>,
    /// Where the copy goes; beside the project where absent.
    to: Option<CopyTarget>,
}

#[derive(Deserialize, utoipa::ToSchema)]
struct CopyTarget {
    /// The project's own where absent; with another scope, the default one of that.
    workspace_id: Option<String>,
    /// The project's own where absent.
    scope: Option<Scope>,
}

async fn copy(
    state: Data<State>,
    caller: Authenticated,
    path: WorkspacePath,
    body: Json<CopyBody>,
) -> ApiResult {
    let Json(parsed) = body;
    let CopyBody { project, name, to } = parsed.value;
    let name = name.as_deref();
    let name = name.map(|name| super::name(name, "A project's name", "name"));
    let name = name.transpose()?.map(str::to_owned);
    let scope = project.scope.unwrap_or_default();
    let target_scope = to.as_ref().and_then(|to| to.scope).unwrap_or(scope);
    let target = match to.and_then(|to| to.workspace_id) {
        Some(text) => WorkspaceRef::parse(&text).map_err(|error| {
            let hint = "Use an id from /workspaces/list.";
            ApiError::field("to.workspace_id", error.to_string(), hint)
        })?,
        None if target_scope == scope => path.0.clone(),
        None => WorkspaceRef::Default,
    };
    let from = (state.sources)
        .place(&caller.0, scope, path.0, Access::Read)
        .await?;
    let to = (state.sources)
        .place(&caller.0, target_scope, target, Access::Write)
        .await?;
    let id = known_id(&project.id)?;
    let copied = state.projects.copy(&from, id, &to, name).await?;
    Ok(Answer::new(copied, "Project copied")?.warn(parsed.warnings))
}

async fn export(
    state: Data<State>,
    caller: Authenticated,
    path: WorkspacePath,
    body: Json<NamedProject>,
) -> ApiResult {
    let Json(parsed) = body;
    let ProjectRef { id, scope } = parsed.value.project;
    let scope = scope.unwrap_or_default();
    let place = (state.sources)
        .place(&caller.0, scope, path.0, Access::Read)
        .await?;
    let document = state.projects.export(&place, known_id(&id)?).await?;
    Ok(Answer::new(document, "Project exported")?.warn(parsed.warnings))
}

/// An import with the document in a field. The document may be the body itself, too.
#[derive(Deserialize, utoipa::ToSchema)]
#[schema(as = ProjectImport)]
struct ImportBody {
    /// `data` of an export's answer, or the whole answer.
    #[schema(value_type = Object)]
    export_data: Value,
    scope: Option<Scope>,
    /// What becomes of a project whose id is there; `update` where absent.
    on_conflict: Option<OnConflict>,
    /// Whether it is only told what would be done.
    dry_run: Option<bool>,
}

async fn import(
    state: Data<State>,
    caller: Authenticated,
    path: WorkspacePath,
    query: QueryParameters,
    body: LargeJson<Value>,
) -> ApiResult {
    let LargeJson(parsed) = body;
    // A document may be large: it is read where nobody waits for the thread.
    let read = tokio::task::spawn_blocking(move || request(parsed.value, &query)).await;
    let Request {
        scope,
        import,
        prefix,
        warnings,
    } = read.map_err(|error| ApiError::internal(&error))??;
    let message = if import.dry_run {
        "Nothing was imported: this is what would be"
    } else {
        "Project imported"
    };
    let place = (state.sources)
        .place(&caller.0, scope, path.0, Access::Write)
        .await?;
    let imported = state.projects.import(&place, import).await;
    let imported = imported.map_err(|error| match error {
        ProjectError::Transfer(error) => transfer_refusal(&error, &prefix),
        other => other.into(),
    })?;
    Ok(Answer::new(imported, message)?.warn(warnings))
}

/// An import as it was asked for, in either way.
struct Request {
    scope: Scope,
    import: ImportProject,
    /// Where in the body the document stands.
    prefix: String,
    warnings: Vec<String>,
}

fn request(body: Value, query: &QueryParameters) -> Result<Request, ApiError> {
    let (body, field) = transfer::in_its_field(body);
    let has = |field: &str| body.get(field).is_some();
    let is_document = !has("export_data") && has("format");
    let (given, told, warnings) = if is_document {
        (body, None, Vec::new())
    } else {
        let mut read = body::parse_value::<ImportBody>(&body, "")?;
        let given = std::mem::take(&mut read.value.export_data);
        (given, Some(read.value), read.warnings)
    };
    let told = told.as_ref();
    let scope = told.and_then(|body| body.scope);
    let on_conflict = told.and_then(|body| body.on_conflict);
    let dry_run = told.and_then(|body| body.dry_run);
    let (document, within) = transfer::unwrapped(given);
    let prefix = [told.map(|_| field), within];
    let prefix: Vec<_> = prefix.into_iter().flatten().collect();
    let prefix = prefix.join(".");
    Ok(Request {
        scope: scope.map_or_else(|| query.scope(), Ok)?,
        import: ImportProject {
            on_conflict: on_conflict.map_or_else(|| conflict(query), Ok)?,
            dry_run: dry_run.map_or_else(|| query.flag("dry_run"), Ok)?,
            document: read(&document, &prefix)?,
        },
        prefix,
        warnings,
    })
}

pub(super) fn conflict(query: &QueryParameters) -> Result<OnConflict, ApiError> {
    match query.get("on_conflict") {
        None | Some("update") => Ok(OnConflict::Update),
        Some("skip") => Ok(OnConflict::Skip),
        Some("copy") => Ok(OnConflict::Copy),
        Some(_) => Err(ApiError::field(
            "on_conflict",
            "This is nothing that can be done.",
            "Use update, skip or copy.",
        )),
    }
}

/// Reads a project whose place in the body is `prefix`.
fn read(document: &Value, prefix: &str) -> Result<ProjectExport, ApiError> {
    let document: ProjectExport = read_document(document, prefix, transfer::PROJECT)?;
    let at = |field: &str| within(prefix, field);
    super::name(
        &document.project.name,
        "A project's name",
        &at("project.name"),
    )?;
    source_names(&document.sources, prefix)?;
    Ok(document)
}

/// Where a field of a document stands in the body.
pub(super) fn within(prefix: &str, field: &str) -> String {
    match prefix {
        "" => field.to_owned(),
        prefix => format!("{prefix}.{field}"),
    }
}

/// Checks the names that sources of a document have.
pub(super) fn source_names(sources: &[SourceDocument], prefix: &str) -> Result<(), ApiError> {
    for (source, index) in sources.iter().zip(0..) {
        let field = within(prefix, &format!("sources[{index}].name"));
        super::name(&source.name, "A source's name", &field)?;
    }
    Ok(())
}

/// Reads a document of a format whose place in the body is `prefix`. Nothing of it is ignored.
pub(super) fn read_document<T: DeserializeOwned>(
    document: &Value,
    prefix: &str,
    format: Format,
) -> Result<T, ApiError> {
    transfer::check(document, format).map_err(|error| transfer_refusal(&error, prefix))?;
    let parsed = body::parse_value::<T>(document, prefix)?;
    if let Some(ignored) = parsed.warnings.first() {
        let path = indexed(ignored.split('\'').nth(1).unwrap_or(prefix));
        let message = format!("The field '{path}' is unknown.");
        let hint = "Import it with the program that wrote it, or a newer one.";
        return Err(ApiError::field(&path, message, hint));
    }
    Ok(parsed.value)
}

/// A path with its numbers in brackets, as in all other errors.
fn indexed(path: &str) -> String {
    let mut written = String::new();
    for part in path.split('.') {
        if part.bytes().all(|byte| byte.is_ascii_digit()) {
            written = format!("{written}[{part}]");
        } else {
            let dot = if written.is_empty() { "" } else { "." };
            written = format!("{written}{dot}{part}");
        }
    }
    written
}
