//! The demo: an admin and a workspace with a sample source, so that the whole way can be seen with
//! no database at hand. Made on an empty data folder alone.

use secrecy::SecretString;

use crate::auth::permission::Access;
use crate::config::Settings;
use crate::connectors::input::ConnectionInput;
use crate::model::{Role, Scope, WorkspaceRef};
use crate::services::accounts::{
    AccountError, Accounts, Authority, Lifetime, NewToken, NewUser, UserName,
};
use crate::services::demo::{self, NAME};
use crate::services::sources::{ConnectRequest, Sources};

/// How long the token in the printed line lives, in minutes.
const TOKEN_MINUTES: u64 = 12 * 60;

/// What the terminal shows of the demo.
pub struct Demo {
    /// The admin's name.
    pub user: &'static str,
    /// The admin's password, at the start that made it.
    pub password: Option<SecretString>,
    /// A token for the printed line.
    pub token: SecretString,
}

/// Makes the demo where it is asked for and the folder is empty; finds it where it was made before.
pub async fn prepare(
    settings: &Settings,
    accounts: &Accounts,
    sources: &Sources,
) -> anyhow::Result<Option<Demo>> {
    if !settings.demo {
        return Ok(None);
    }
    let user = || UserName {
        name: NAME.to_owned(),
        organization: NAME.to_owned(),
    };
    let password = if settings.admin.is_none() && accounts.needs_setup().await? {
        let password = SecretString::from(uuid::Uuid::new_v4().simple().to_string());
        let new = NewUser {
            user: user(),
            role: Role::Admin,
            password: password.clone(),
        };
        accounts.add_user(&Authority::Operator, new).await?;
        Some(password)
    } else {
        None
    };
    let lifetime = Lifetime::Minutes(TOKEN_MINUTES);
    let name = "printed at a start with --demo".to_owned();
    let issued = match accounts
        .issue_token_for(&user(), NewToken { name, lifetime })
        .await
    {
        Ok(issued) => issued,
        // The folder has users of its own: it is no place for a demo.
        Err(AccountError::NotFound(_)) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    if password.is_some() {
        let caller = accounts
            .authenticate(secrecy::ExposeSecret::expose_secret(&issued.token))
            .await?;
        let place = sources
            .place(&caller, Scope::User, WorkspaceRef::Default, Access::Write)
            .await?;
        let files = settings.files_dir.clone();
        let sample = tokio::task::spawn_blocking(move || demo::write_sample(&files)).await??;
        let connection = ConnectionInput {
            database_type: Some("sqlite".to_owned()),
            database: Some(sample.to_owned()),
            ..ConnectionInput::default()
        };
        let request = ConnectRequest {
            source_type: crate::model::source::SourceType::Database,
            name: Some("shop".to_owned()),
            connection,
            metadata: None,
            count_rows: true,
        };
        sources.connect(&place, request).await?;
    }
    Ok(Some(Demo {
        user: NAME,
        password,
        token: issued.token,
    }))
}
