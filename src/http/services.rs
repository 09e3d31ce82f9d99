//! How the services' errors become answers: decided here, once.

use std::io;

use serde_json::{Value, json};

use super::error::{ApiError, Code};
use crate::auth::password::PasswordError;
use crate::auth::permission::{Denied, NotOperator};
use crate::local::LocalError;
use crate::model::job::JobState;
use crate::services::accounts::{AccountError, AccountErrorKind};
use crate::services::backup::{BackupError, BackupsError};
use crate::services::jobs::JobError;
use crate::services::operators::OperatorError;
use crate::services::projects::ProjectError;
use crate::services::query::QueryError;
use crate::services::readings::ReadingError;
use crate::services::sources::SourceError;
use crate::services::status::StatusError;
use crate::services::sync::SyncError;
use crate::services::transfer::TransferError;
use crate::services::workspace_transfer::{ArchiveError, MOST_BYTES, TransferFailure};
use crate::services::workspaces::WorkspaceError;
use crate::store::StoreError;

/// What a source's error means to its caller; `prefix` is the JSON path of the connection.
#[must_use]
pub fn refusal(error: SourceError, prefix: &str) -> ApiError {
    match error {
        SourceError::Denied(denied) => denied.into(),
        SourceError::NotFound(what) => {
            ApiError::not_found(what, "See /workspaces/list and /data/list for what there is, and check the scope.")
        }
        SourceError::NoSuchVersion(Some((first, last))) => {
            ApiError::not_found("version", "See /schema/versions for those that are kept.")
                .with("first", first)
                .with("last", last)
        }
        SourceError::NoSuchVersion(None) => {
            ApiError::not_found("version", "The schema was not read yet: ask for it first.")
        }
        SourceError::Config(error) => ApiError::config(&error, prefix),
        SourceError::CredentialsRequired => ApiError::new(
            Code::CREDENTIALS_REQUIRED,
            "The host, port or user of this source changed, or its TLS became weaker, so its kept password is not sent.",
            "Give the password again.",
        )
        .with("path", format!("{prefix}.password")),
        SourceError::NameTaken => ApiError::new(
            Code::CONFLICT,
            "This workspace has another source of that name.",
            "Choose another name, or rename that source first.",
        )
        .with("path", "name"),
        SourceError::NeedsCredentials => ApiError::new(
            Code::NEEDS_CREDENTIALS,
            "This source came without its credentials.",
            "Connect it under the same name and give the password.",
        ),
        SourceError::Connector(error) => error.into(),
        SourceError::Busy => busy("Too many connections are being opened at once."),
        SourceError::Share => ApiError::new(
            Code::TOO_MANY_ATTEMPTS,
            "Too many connections are being opened for you at once.",
            "Wait until some have ended: their answers come within seconds.",
        )
        .retry_after(1),
        SourceError::Unsettled => busy("The source was connected anew while it was being read, again and again."),
        SourceError::Missing(missing) => ApiError::new(
            Code::NOT_FOUND,
            sentence(&missing),
            "Write the name as the schema has it, with capitals, as `schema.table` or as a table's id. \
             What is new in the source is there once it is read again.",
        )
        .with("path", missing.parameter),
        SourceError::Store(error) => error.into(),
        SourceError::Local(error) => error.into(),
        SourceError::UploadsFull { limit, used } => ApiError::new(
            Code::QUOTA_EXCEEDED,
            format!("With this file those of the workspace would have more than {} MB.", limit >> 20),
            "Delete some of them by DELETE /data/{workspace_id}/files/{name}, or ask the operator to raise max_workspace_uploads_mb.",
        )
        .with("limit_bytes", limit)
        .with("used_bytes", used),
        SourceError::Uploads(error)
            if matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded) =>
        {
            tracing::error!(%error, "the disk of the files folder is full");
            ApiError::new(
                Code::STORE_UNAVAILABLE,
                "The disk of the files folder is full; nothing was kept of the file.",
                "Have the operator free some space, and send it again.",
            )
        }
        SourceError::Uploads(error) => {
            tracing::error!(%error, "the folder of uploads cannot be used");
            ApiError::new(
                Code::STORE_UNAVAILABLE,
                "The folder of uploads cannot be used.",
                "See the server's log: the folder may be read-only, or not the program's own.",
            )
        }
        SourceError::Vault(error) => ApiError::internal(&error),
        SourceError::Document(error) => ApiError::internal(&error),
    }
}

impl From<LocalError> for ApiError {
    fn from(error: LocalError) -> Self {
        match error {
            LocalError::Sqlite(_)
            | LocalError::Unreadable(_)
            | LocalError::TwiceTheSameKey
            | LocalError::UnfitKey => Self::internal(&error),
            known => Self::new(
                Code::STORE_UNAVAILABLE,
                sentence(&known),
                "See the server's log.",
            ),
        }
    }
}

impl From<SyncError> for ApiError {
    fn from(error: SyncError) -> Self {
        match error {
            SyncError::NotFound(missing) => Self::not_found(
                "source or table",
                "See /data/list with tables=true for what there is, and check the scope.",
            )
            .with("missing", missing),
            SyncError::Busy(sources) => Self::new(
                Code::ENGINE_BUSY,
                "This source is being copied already.",
                "Wait for its job to end, or cancel it; see /jobs.",
            )
            .with_data(json!({"errorCode": "ENGINE_BUSY", "source_ids": sources})),
            SyncError::NotToResume(state) => not_to_resume(state),
            SyncError::NoWorkspace => Self::not_found("workspace", "See /workspaces/list."),
            SyncError::Source(error) => error.into(),
            SyncError::Local(error) => error.into(),
            SyncError::Store(error) => error.into(),
        }
    }
}

impl From<ReadingError> for ApiError {
    fn from(error: ReadingError) -> Self {
        match error {
            ReadingError::Source(error) => refusal(error, "source_id"),
            ReadingError::Job(error) => error.into(),
            ReadingError::NotToResume(state) => not_to_resume(state),
            ReadingError::Store(error) => error.into(),
        }
    }
}

impl From<QueryError> for ApiError {
    fn from(error: QueryError) -> Self {
        match error {
            QueryError::NotFound(what) => Self::not_found(
                what,
                "See /data/list with tables=true for what there is, and check the scope.",
            ),
            QueryError::Unknown {
                field,
                message,
                hint,
            } => Self::field(&field, message, hint),
            QueryError::Busy => busy("Too many statements wait for this source."),
            QueryError::Source(error) => error.into(),
            QueryError::Local(error) => error.into(),
            QueryError::Store(error) => error.into(),
        }
    }
}

impl From<JobError> for ApiError {
    fn from(error: JobError) -> Self {
        match error {
            JobError::NotFound => {
                Self::not_found("job", "See /jobs for what there is, and check the scope.")
            }
            JobError::Store(error) => error.into(),
        }
    }
}

impl From<OperatorError> for ApiError {
    fn from(error: OperatorError) -> Self {
        match error {
            OperatorError::Not(NotOperator::Denied(denied)) => denied.into(),
            OperatorError::Not(error @ NotOperator::OtherOrganization) => Self::new(
                Code::FORBIDDEN,
                sentence(&error),
                "Have the operator name your organization by the setting operator_organization, where it is theirs.",
            ),
            OperatorError::Store(error) => error.into(),
        }
    }
}

impl From<StatusError> for ApiError {
    fn from(error: StatusError) -> Self {
        match error {
            StatusError::Denied(denied) => denied.into(),
            StatusError::Store(error) => error.into(),
        }
    }
}

impl From<BackupsError> for ApiError {
    fn from(error: BackupsError) -> Self {
        match error {
            BackupsError::Busy(running) => {
                let refused = Self::new(
                    Code::CONFLICT,
                    "A backup is being made already.",
                    "Wait for it to end; /admin/status says how it stands.",
                );
                match running {
                    Some(running) => refused.with("running", json!(running)),
                    None => refused,
                }
            }
            BackupsError::NotFound => {
                Self::not_found("backup", "See /admin/backups for those that are there.")
            }
            BackupsError::Backup(BackupError::Stopped) => Self::new(
                Code::STORE_UNAVAILABLE,
                "No backup was made, since the server stops.",
                "Ask again once it runs.",
            ),
            BackupsError::Backup(BackupError::Store(error)) => error.into(),
            BackupsError::Backup(error) => Self::new(
                Code::STORE_UNAVAILABLE,
                format!("No backup was made: {error}."),
                "See to what it says and ask again; nothing else was changed.",
            ),
            BackupsError::Folder(error) => {
                tracing::error!(%error, "the folder of backups cannot be used");
                Self::new(
                    Code::STORE_UNAVAILABLE,
                    "The folder of backups cannot be used.",
                    "See the server's log: it may be read-only, or not the program's own.",
                )
            }
        }
    }
}

impl From<ProjectError> for ApiError {
    fn from(error: ProjectError) -> Self {
        match error {
            ProjectError::NotFound(what) => {
                let hint = "See /projects/list for what there is, and check the scope.";
                Self::not_found(what, hint)
            }
            ProjectError::NoName => Self::new(
                Code::MISSING_FIELD,
                "The field 'project.name' is missing.",
                "Add it: a new project needs a name.",
            )
            .with("path", "project.name"),
            ProjectError::UnknownSources(ref ids) => {
                let missing: Vec<_> = ids.iter().map(|id| Value::from(id.as_str())).collect();
                let hint = "See /data/list for the sources of the workspace, and check the scope.";
                Self::new(Code::NOT_FOUND, sentence(&error), hint)
                    .with("path", "project.source_ids")
                    .with("missing", missing)
            }
            ProjectError::Transfer(error) => transfer_refusal(&error, ""),
            ProjectError::Document(error) => Self::internal(&error),
            ProjectError::Store(error) => error.into(),
        }
    }
}

impl From<TransferFailure> for ApiError {
    fn from(error: TransferFailure) -> Self {
        match error {
            TransferFailure::Denied(denied) => denied.into(),
            TransferFailure::NotFound => Self::not_found(
                "workspace",
                "See /workspaces/list for yours, and check the scope.",
            ),
            TransferFailure::TooLarge => Self::new(
                Code::QUOTA_EXCEEDED,
                format!("The document would have more than {MOST_BYTES} bytes."),
                "Export it as an archive (`\"format\": \"archive\"`), or without `include_data`: a sync then copies the rows anew where it is imported.",
            )
            .with("limit_bytes", MOST_BYTES),
            TransferFailure::Document(error) => transfer_refusal(&error, ""),
            TransferFailure::Archive(error) => archive_refusal(&error),
            TransferFailure::TooMuch(limit) => Self::new(
                Code::BODY_TOO_LARGE,
                format!("The archive is larger than {} MB.", limit >> 20),
                "Ask the operator to raise max_import_mb, or export without `include_data`.",
            )
            .with("limit_bytes", limit),
            TransferFailure::FileTooLarge { ref name, limit } => Self::new(
                Code::QUOTA_EXCEEDED,
                sentence(&error),
                "Ask the operator to raise max_upload_mb.",
            )
            .with("path", format!("files/{name}"))
            .with("limit_bytes", limit),
            TransferFailure::Busy => busy("Too many archives are being written at once."),
            TransferFailure::Abandoned => Self::new(
                Code::CONFLICT,
                "The request was given up; nothing was imported.",
                "Send it again.",
            ),
            TransferFailure::Io(error) => {
                tracing::error!(%error, "a file of a transfer cannot be used");
                match error.kind() {
                    io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                        LocalError::Full.into()
                    }
                    _ => Self::new(
                        Code::STORE_UNAVAILABLE,
                        "The data folder or the files folder cannot be used.",
                        "See the server's log: a folder may be read-only, or not the program's own.",
                    ),
                }
            }
            TransferFailure::Overtaken => Self::new(
                Code::CONFLICT,
                "The workspace was changed meanwhile; nothing was imported.",
                "Try again.",
            ),
            TransferFailure::Passphrase(PasswordError::Busy) => {
                busy("Too many logins and passphrases are being worked on at once.")
            }
            TransferFailure::Passphrase(error @ PasswordError::Failed) => Self::internal(&error),
            TransferFailure::Project(error) => error.into(),
            TransferFailure::Source(error) => error.into(),
            TransferFailure::Local(error) => error.into(),
            TransferFailure::Vault(error) => Self::internal(&error),
            TransferFailure::Json(error) => Self::internal(&error),
            TransferFailure::Store(error) => error.into(),
        }
    }
}

/// What to do about an archive that is not as it was exported.
const AS_IT_IS: &str = "Export it again, and send the archive as it is.";

fn archive_refusal(error: &ArchiveError) -> ApiError {
    let (place, hint) = match error {
        ArchiveError::Manifest(error) => return transfer_refusal(error, "manifest.json"),
        ArchiveError::Cut => (
            "archive",
            "Send it again, whole; if that is no help, export it again.",
        ),
        ArchiveError::Unreadable { place, .. } => (place.as_str(), AS_IT_IS),
        _ => ("archive", AS_IT_IS),
    };
    ApiError::field(place, sentence(error), hint)
}

/// Why a document is not taken; `prefix` is its JSON path.
#[must_use]
pub fn transfer_refusal(error: &TransferError, prefix: &str) -> ApiError {
    let path = match prefix {
        "" => error.field().to_owned(),
        prefix => format!("{prefix}.{}", error.field()),
    };
    let message = match error {
        TransferError::Settings { cause, .. } => cause.message.clone(),
        other => sentence(other),
    };
    ApiError::field(&path, message, error.hint())
}

fn not_to_resume(state: JobState) -> ApiError {
    let message = match state {
        JobState::Running => "The job still runs.",
        _ => "The job has done all of it.",
    };
    ApiError::new(Code::CONFLICT, message, "Start another one.")
}

fn busy(message: &str) -> ApiError {
    ApiError::new(Code::BUSY, message, "Try again in a moment.").retry_after(1)
}

impl From<SourceError> for ApiError {
    fn from(error: SourceError) -> Self {
        refusal(error, "")
    }
}

impl From<AccountError> for ApiError {
    fn from(error: AccountError) -> Self {
        let wait = error.retry_after().map_or(1, |wait| wait.as_secs().max(1));
        match (error.kind(), error) {
            (_, AccountError::Credentials) => Self::wrong_login(),
            (_, AccountError::Denied(denied)) => denied.into(),
            (_, AccountError::Store(error)) => error.into(),
            (_, AccountError::SetupLink) => Self::new(
                Code::INVALID_CREDENTIALS,
                "This set-up link does not hold any more.",
                "Restart the server: it prints a new one for as long as there is no user.",
            ),
            (AccountErrorKind::Unauthenticated, error) => Self::new(
                Code::UNAUTHENTICATED,
                sentence(&error),
                "Log in again, or make a new token.",
            ),
            (AccountErrorKind::Throttled, _) => Self::new(
                Code::TOO_MANY_ATTEMPTS,
                "There were too many failed attempts.",
                format!("Try again in {wait} seconds."),
            )
            .retry_after(wait),
            (AccountErrorKind::Busy, _) => busy("Too many logins are being checked at once."),
            (_, error @ AccountError::NotFound("user")) => Self::new(
                Code::NOT_FOUND,
                sentence(&error),
                "See /users/list for those of your organization.",
            ),
            (_, error @ AccountError::LastAdmin) => Self::new(
                Code::CONFLICT,
                sentence(&error),
                "Make another user an admin first.",
            ),
            (_, error @ (AccountError::Yourself | AccountError::OwnPassword)) => {
                Self::field("username", sentence(&error), "Name another user.")
            }
            (AccountErrorKind::NotFound, error) => Self::new(
                Code::NOT_FOUND,
                sentence(&error),
                "See /auth/tokens for yours.",
            ),
            (AccountErrorKind::Conflict, error) => {
                Self::new(Code::CONFLICT, sentence(&error), "Choose another name.")
            }
            (_, AccountError::WeakPassword(weak)) => Self::new(
                Code::WEAK_PASSWORD,
                sentence(&weak),
                "Use 12 to 128 characters that are on no list of common passwords; a few words do well.",
            ),
            (_, AccountError::Name { field, cause }) => {
                Self::field(field, sentence(&cause), "Choose another name.")
            }
            (_, error @ AccountError::TokenName) => {
                Self::field("name", sentence(&error), "Choose another name.")
            }
            (_, error @ AccountError::Lifetime { .. }) => Self::field(
                "expires_in_minutes",
                sentence(&error),
                "Ask for another time.",
            ),
            (AccountErrorKind::Invalid, error) => {
                Self::field("body", sentence(&error), "Correct it and try again.")
            }
            (AccountErrorKind::Denied | AccountErrorKind::Internal, error) => {
                Self::internal(&error)
            }
        }
    }
}

/// An error's words as a sentence.
fn sentence(error: &dyn std::fmt::Display) -> String {
    let text = error.to_string();
    let mut letters = text.chars();
    let first = letters
        .next()
        .map(|letter| letter.to_uppercase().to_string())
        .unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}

impl From<WorkspaceError> for ApiError {
    fn from(error: WorkspaceError) -> Self {
        match error {
            WorkspaceError::Denied(denied) => denied.into(),
            WorkspaceError::NotFound => Self::not_found(
                "workspace",
                "See /workspaces/list for what there is, and check the scope.",
            ),
            WorkspaceError::Local(error) => error.into(),
            WorkspaceError::Store(error) => error.into(),
        }
    }
}

impl From<Denied> for ApiError {
    fn from(denied: Denied) -> Self {
        Self::new(
            Code::FORBIDDEN,
            denied.to_string(),
            "Ask an admin of the organization for a higher role, or use the scope `user`.",
        )
        .with("scope", Value::from("organization"))
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Busy => busy("The store is busy with another write."),
            StoreError::Full | StoreError::ReadOnly => {
                tracing::error!(%error, "the store cannot be written");
                Self::new(
                    Code::STORE_UNAVAILABLE,
                    "Nothing can be saved at the moment.",
                    "Tell the operator; the server's log says why.",
                )
            }
            StoreError::Taken => Self::new(
                Code::CONFLICT,
                "This name or id is taken.",
                "Choose another one.",
            ),
            other => {
                let cause = std::error::Error::source(&other)
                    .map(ToString::to_string)
                    .unwrap_or_default();
                tracing::error!(error = %other, cause, "the store failed");
                Self::internal(&other)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::RETRY_AFTER;

    use super::*;

    #[test]
    fn a_full_disk_is_told_as_one() {
        let told = |kind: io::ErrorKind| {
            let error = refusal(SourceError::Uploads(kind.into()), "");
            (format!("{error:?}"), error.respond(None).status().as_u16())
        };
        for kind in [io::ErrorKind::StorageFull, io::ErrorKind::QuotaExceeded] {
            let (told, status) = told(kind);
            assert!(told.contains("is full") && status == 503, "{told}");
        }
        assert!(!told(io::ErrorKind::PermissionDenied).0.contains("is full"));
    }

    #[test]
    fn who_opens_too_many_connections_is_told_apart_from_all_together_doing_so() {
        for (error, status) in [(SourceError::Share, 429), (SourceError::Busy, 503)] {
            let answer = refusal(error, "").respond(None);
            assert_eq!(answer.status().as_u16(), status);
            assert!(answer.headers().contains_key(RETRY_AFTER));
        }
    }
}
