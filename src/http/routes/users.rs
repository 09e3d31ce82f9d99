//! `/users/…`

use actix_web::web::Data;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use crate::http::answer::{Answer, ApiResult};
use crate::http::endpoint::Endpoint;
use crate::http::extract::{Authenticated, SmallJson};
use crate::http::state::State;
use crate::model::user::User;
use crate::model::{Caller, Role};
use crate::services::accounts::{Authority, ListedUser, NewUser, UserName};

/// The endpoints of this file.
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get(
            "/users/get-role",
            role,
            "The caller's role in the organization",
        )
        .answers::<CallersRole>(),
        Endpoint::get("/users/list", list, "List the users of the organization")
            .answers::<Vec<ListedUser>>(),
        Endpoint::post(
            "/users/save",
            save,
            "Add a user, or set the role of one who is there",
        )
        .body::<SaveBody>()
        .answers::<User>(),
        Endpoint::post(
            "/users/set-password",
            set_password,
            "Set a user's password; ends the user's tokens",
        )
        .body::<PasswordBody>()
        .answers::<User>(),
        Endpoint::post(
            "/users/disable",
            disable,
            "Refuse a user's logins from now on; ends the user's tokens",
        )
        .body::<NamedBody>()
        .answers::<User>(),
        Endpoint::post(
            "/users/enable",
            enable,
            "Take a disabled user's logins again",
        )
        .body::<NamedBody>()
        .answers::<User>(),
    ]
}

#[derive(Deserialize, utoipa::ToSchema)]
#[schema(as = UserToSave)]
struct SaveBody {
    #[serde(alias = "name")]
    username: String,
    /// What the user may do in the organization's scope.
    role: Role,
    /// Of a new user; without it the user is one who is there.
    #[schema(value_type = Option<String>, write_only)]
    password: Option<SecretString>,
}

#[derive(Deserialize, utoipa::ToSchema)]
#[schema(as = PasswordToSet)]
struct PasswordBody {
    #[serde(alias = "name")]
    username: String,
    #[schema(value_type = String, write_only)]
    password: SecretString,
}

#[derive(Deserialize, utoipa::ToSchema)]
#[schema(as = NamedUser)]
struct NamedBody {
    #[serde(alias = "name")]
    username: String,
}

#[derive(Serialize, utoipa::ToSchema)]
struct CallersRole {
    username: String,
    organization: String,
    role: Role,
}

async fn role(caller: Authenticated) -> ApiResult {
    let Authenticated(caller) = caller;
    let answer = CallersRole {
        username: caller.user_name,
        organization: caller.organization_name,
        role: caller.role,
    };
    Answer::new(answer, "This is your role")
}

/// A user of the caller's own organization.
fn named(caller: &Caller, name: String) -> UserName {
    UserName {
        name,
        organization: caller.organization_name.clone(),
    }
}

async fn list(state: Data<State>, caller: Authenticated) -> ApiResult {
    let by = Authority::Caller(caller.0);
    Answer::new(state.accounts.list_users(&by, None).await?, "Users listed")
}

async fn save(state: Data<State>, caller: Authenticated, body: SmallJson<SaveBody>) -> ApiResult {
    let SmallJson(parsed) = body;
    let user = named(&caller.0, parsed.value.username);
    let (by, role) = (Authority::Caller(caller.0), parsed.value.role);
    let (user, message) = if let Some(password) = parsed.value.password {
        let new = NewUser {
            user,
            role,
            password,
        };
        (state.accounts.add_user(&by, new).await?, "User added")
    } else {
        let changed = state.accounts.set_role(&by, &user, role).await?;
        (changed, "Role set")
    };
    Ok(Answer::new(user, message)?.warn(parsed.warnings))
}

async fn set_password(
    state: Data<State>,
    caller: Authenticated,
    body: SmallJson<PasswordBody>,
) -> ApiResult {
    let SmallJson(parsed) = body;
    let user = named(&caller.0, parsed.value.username);
    let by = Authority::Caller(caller.0);
    let set = state
        .accounts
        .set_password(&by, &user, parsed.value.password);
    let message = "Password set; the user's tokens are ended";
    Ok(Answer::new(set.await?, message)?.warn(parsed.warnings))
}

async fn disable(
    state: Data<State>,
    caller: Authenticated,
    body: SmallJson<NamedBody>,
) -> ApiResult {
    let message = "User disabled; the user's tokens are ended";
    set_disabled(&state, caller.0, body, true, message).await
}

async fn enable(
    state: Data<State>,
    caller: Authenticated,
    body: SmallJson<NamedBody>,
) -> ApiResult {
    set_disabled(&state, caller.0, body, false, "User enabled").await
}

async fn set_disabled(
    state: &State,
    caller: Caller,
    body: SmallJson<NamedBody>,
    disabled: bool,
    message: &'static str,
) -> ApiResult {
    let SmallJson(parsed) = body;
    let user = named(&caller, parsed.value.username);
    let by = Authority::Caller(caller);
    let user = state.accounts.set_disabled(&by, &user, disabled).await?;
    Ok(Answer::new(user, message)?.warn(parsed.warnings))
}
