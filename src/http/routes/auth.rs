//! `/auth/…`

use std::net::{IpAddr, Ipv4Addr};

use actix_web::HttpRequest;
use actix_web::web::{Data, Path};
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use crate::http::answer::{Answer, ApiResult};
use crate::http::endpoint::Endpoint;
use crate::http::error::ApiError;
use crate::http::extract::{Authenticated, SmallJson, path_segment};
use crate::http::state::State;
use crate::model::TokenId;
use crate::model::user::{TokenInfo, User};
use crate::services::accounts::{Authority, Issued, Lifetime, Login, NewToken, PasswordChange};
use crate::services::setup::Completion;

/// The endpoints of this file.
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::post("/auth/login", login, "Log in, for a token")
            .public()
            .body::<LoginBody>()
            .answers::<Session>(),
        Endpoint::post(
            "/auth/setup",
            set_up,
            "Make the first admin, by the one-time link of the first start",
        )
        .public()
        .body::<SetupBody>()
        .answers::<Session>(),
        Endpoint::get("/auth/me", me, "Who the token stands for").answers::<User>(),
        Endpoint::post(
            "/auth/change-password",
            change_password,
            "Change the password; ends all of the user's tokens",
        )
        .body::<ChangeBody>()
        .answers::<Session>(),
        Endpoint::post(
            "/auth/issue-token",
            issue_token,
            "Make a token for a program; it is shown this once",
        )
        .body::<IssueBody>()
        .answers::<NamedToken>(),
        Endpoint::get("/auth/tokens", tokens, "List one's tokens").answers::<Vec<TokenInfo>>(),
        Endpoint::post(
            "/auth/revoke/{jti}",
            revoke,
            "End a token; an admin may end any of the organization",
        )
        .answers::<Revoked>(),
        Endpoint::post(
            "/auth/revoke-all",
            revoke_all,
            "End all of one's tokens, the present one too",
        )
        .answers::<RevokedCount>(),
    ]
}

#[derive(Deserialize, utoipa::ToSchema)]
#[schema(as = Login)]
struct LoginBody {
    username: String,
    #[schema(value_type = String, write_only)]
    password: SecretString,
    /// Needed only where several organizations have a user of this name.
    organization: Option<String>,
    /// How long the token lives, in minutes; 12 hours unless told, and at most.
    expires_in_minutes: Option<u64>,
}

#[derive(Deserialize, utoipa::ToSchema)]
#[schema(as = Setup)]
struct SetupBody {
    /// From the link that the first start prints.
    #[schema(value_type = String, write_only)]
    token: SecretString,
    username: String,
    #[schema(value_type = String, write_only)]
    password: SecretString,
    /// `default` unless told.
    organization: Option<String>,
}

#[derive(Deserialize, utoipa::ToSchema)]
#[schema(as = PasswordChange)]
struct ChangeBody {
    #[serde(alias = "old_password")]
    #[schema(value_type = String, write_only)]
    current_password: SecretString,
    #[schema(value_type = String, write_only)]
    new_password: SecretString,
}

#[derive(Deserialize, utoipa::ToSchema)]
#[schema(as = TokenIssue)]
struct IssueBody {
    /// What it is for.
    name: Option<String>,
    /// How long it lives, in minutes; 90 days unless told.
    expires_in_minutes: Option<u64>,
}

/// A token, once.
#[derive(Serialize, utoipa::ToSchema)]
struct Session {
    token: String,
    #[schema(value_type = Option<String>)]
    expires_at: Option<Timestamp>,
    user: User,
}

/// A token for a program, once.
#[derive(Serialize, utoipa::ToSchema)]
struct NamedToken {
    token: String,
    #[serde(flatten)]
    info: TokenInfo,
}

#[derive(Serialize, utoipa::ToSchema)]
struct Revoked {
    jti: TokenId,
}

#[derive(Serialize, utoipa::ToSchema)]
struct RevokedCount {
    revoked_count: usize,
}

impl From<Issued> for Session {
    fn from(issued: Issued) -> Self {
        Self {
            token: issued.token.expose_secret().to_owned(),
            expires_at: issued.info.expires_at,
            user: issued.user,
        }
    }
}

async fn login(state: Data<State>, request: HttpRequest, body: SmallJson<LoginBody>) -> ApiResult {
    let SmallJson(parsed) = body;
    let login = Login {
        username: parsed.value.username,
        password: parsed.value.password,
        organization: parsed.value.organization,
        expires_in_minutes: parsed.value.expires_in_minutes,
        address: address(&request),
    };
    let issued = state.accounts.login(login).await?;
    if let Some(organization) = path_segment(&request, "organization")
        && organization != issued.user.organization
    {
        state
            .accounts
            .revoke_token(&Authority::Operator, &issued.info.id)
            .await?;
        return Err(ApiError::wrong_login());
    }
    Ok(Answer::new(Session::from(issued), "Logged in")?.warn(parsed.warnings))
}

async fn set_up(state: Data<State>, request: HttpRequest, body: SmallJson<SetupBody>) -> ApiResult {
    let SmallJson(parsed) = body;
    let form = Completion {
        token: parsed.value.token,
        username: parsed.value.username,
        password: parsed.value.password,
        organization: parsed
            .value
            .organization
            .unwrap_or_else(|| "default".to_owned()),
        address: address(&request),
    };
    let issued = state.accounts.complete_setup(form).await?;
    Ok(Answer::new(Session::from(issued), "The first admin is made")?.warn(parsed.warnings))
}

async fn me(state: Data<State>, caller: Authenticated) -> ApiResult {
    Answer::new(state.accounts.me(&caller.0).await?, "This is you")
}

async fn change_password(
    state: Data<State>,
    caller: Authenticated,
    request: HttpRequest,
    body: SmallJson<ChangeBody>,
) -> ApiResult {
    let SmallJson(parsed) = body;
    let change = PasswordChange {
        current: parsed.value.current_password,
        new: parsed.value.new_password,
        address: address(&request),
    };
    let issued = state.accounts.change_password(&caller.0, change).await?;
    Ok(Answer::new(
        Session::from(issued),
        "Password changed; all former tokens are ended",
    )?
    .warn(parsed.warnings))
}

async fn issue_token(
    state: Data<State>,
    caller: Authenticated,
    body: SmallJson<IssueBody>,
) -> ApiResult {
    let SmallJson(parsed) = body;
    let new = NewToken {
        name: parsed.value.name.unwrap_or_default(),
        lifetime: parsed
            .value
            .expires_in_minutes
            .map_or(Lifetime::Standard, Lifetime::Minutes),
    };
    let Issued { token, info, .. } = state.accounts.issue_token(&caller.0, new).await?;
    let answer = NamedToken {
        token: token.expose_secret().to_owned(),
        info,
    };
    Ok(Answer::new(answer, "Keep this token: it is shown this once")?.warn(parsed.warnings))
}

async fn tokens(state: Data<State>, caller: Authenticated) -> ApiResult {
    Answer::new(
        state.accounts.list_tokens(&caller.0).await?,
        "Tokens listed",
    )
}

async fn revoke(state: Data<State>, caller: Authenticated, jti: Path<JtiPath>) -> ApiResult {
    let missing = || ApiError::not_found("token", "See /auth/tokens for yours.");
    let jti = TokenId::parse(&jti.jti).map_err(|_| missing())?;
    state
        .accounts
        .revoke_token(&Authority::Caller(caller.0), &jti)
        .await?;
    Answer::new(Revoked { jti }, "Token ended")
}

/// The one segment that is wanted; the long form of the path has others.
#[derive(Deserialize)]
struct JtiPath {
    jti: String,
}

async fn revoke_all(state: Data<State>, caller: Authenticated) -> ApiResult {
    let revoked_count = state.accounts.revoke_all_tokens(&caller.0).await?;
    Answer::new(
        RevokedCount { revoked_count },
        "All of your tokens are ended",
    )
}

/// The address that attempts are counted by. Behind a proxy all callers share the proxy's: headers
/// that claim another one can be made up.
fn address(request: &HttpRequest) -> IpAddr {
    request
        .peer_addr()
        .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.ip())
}
