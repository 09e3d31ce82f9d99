//! Tests of the use cases, on a temporary folder.

mod logins;
mod tokens;
mod users;

use std::net::{IpAddr, Ipv4Addr};

use secrecy::ExposeSecret;
use tempfile::TempDir;

use super::*;
use crate::auth::password::WeakPassword;
use crate::auth::token::TokenError;
use crate::model::{Caller, Role};

const PASSWORD: &str = "violet kettle snow";
const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

struct Fixture {
    accounts: Accounts,
    folder: TempDir,
}

impl Fixture {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let keys = TokenKeys::load(folder.path()).unwrap();
        Self {
            accounts: Accounts::new(store, keys),
            folder,
        }
    }

    async fn user(&self, name: &str, organization: &str, role: Role) -> User {
        let user = UserName {
            name: name.into(),
            organization: organization.into(),
        };
        let new = NewUser {
            user,
            role,
            password: PASSWORD.into(),
        };
        self.accounts
            .add_user(&Authority::Operator, new)
            .await
            .unwrap()
    }

    async fn login(&self, name: &str, password: &str) -> Result<Issued, AccountError> {
        self.accounts.login(login(name, password)).await
    }

    async fn caller(&self, name: &str) -> Caller {
        let issued = self.login(name, PASSWORD).await.unwrap();
        self.accounts
            .authenticate(issued.token.expose_secret())
            .await
            .unwrap()
    }

    async fn refuses(&self, issued: &Issued) {
        let answer = self
            .accounts
            .authenticate(issued.token.expose_secret())
            .await;
        assert!(
            matches!(answer, Err(AccountError::Token(TokenError::Invalid))),
            "{answer:?}"
        );
    }
}

fn login(name: &str, password: &str) -> Login {
    Login {
        username: name.into(),
        password: password.into(),
        organization: None,
        expires_in_minutes: None,
        address: HERE,
    }
}

fn named(name: &str) -> UserName {
    UserName {
        name: name.into(),
        organization: "org".into(),
    }
}
