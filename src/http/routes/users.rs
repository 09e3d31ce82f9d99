//! `/users/…`

use serde::Serialize;

use crate::http::answer::{Answer, ApiResult};
use crate::http::endpoint::Endpoint;
use crate::http::extract::Authenticated;
use crate::model::Role;

/// The endpoints of this file.
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get(
            "/users/get-role",
            role,
            "The caller's role in the organization",
        )
        .answers::<CallersRole>(),
    ]
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
