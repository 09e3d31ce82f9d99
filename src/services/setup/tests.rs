use std::net::Ipv4Addr;

use data_encoding::BASE64;

use super::*;
use crate::auth::token::TokenKeys;
use crate::services::accounts::AccountErrorKind;
use crate::store::Store;
use crate::vault::{FILE_NAME, KeySource};

fn open(folder: &std::path::Path) -> Accounts {
    Accounts::new(
        Store::open(folder).unwrap(),
        TokenKeys::load(folder).unwrap(),
    )
}

fn completion(link: &SetupLink, password: &str) -> Completion {
    Completion {
        token: link.token.clone(),
        username: "anna".into(),
        password: password.into(),
        organization: "my-org".into(),
        address: Ipv4Addr::LOCALHOST.into(),
    }
}

async fn link(accounts: &Accounts) -> SetupLink {
    match accounts.first_start(None).await.unwrap() {
        FirstStart::NeedsSetup(link) => link,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_first_link_makes_an_admin_once() {
    let folder = tempfile::tempdir().unwrap();
    let accounts = open(folder.path());
    let link = link(&accounts).await;
    let issued = accounts
        .complete_setup(completion(&link, "violet kettle snow"))
        .await
        .unwrap();
    assert_eq!(
        (issued.user.role, issued.user.organization.as_str()),
        (Role::Admin, "my-org")
    );
    let caller = accounts
        .authenticate(issued.token.expose_secret())
        .await
        .unwrap();
    assert_eq!(caller.user_name, "anna");

    let again = accounts
        .complete_setup(completion(&link, "violet kettle snow"))
        .await;
    assert!(matches!(again, Err(AccountError::SetupLink)));
    assert!(matches!(
        accounts.first_start(None).await,
        Ok(FirstStart::Ready)
    ));
}

#[tokio::test]
async fn a_mistake_in_the_form_does_not_use_the_link_up() {
    let folder = tempfile::tempdir().unwrap();
    let accounts = open(folder.path());
    let link = link(&accounts).await;
    let refused = accounts
        .complete_setup(completion(&link, "short"))
        .await
        .unwrap_err();
    assert_eq!(refused.kind(), AccountErrorKind::Invalid);
    assert!(
        accounts
            .complete_setup(completion(&link, "violet kettle snow"))
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn a_restart_makes_a_new_link_and_ends_the_old_one() {
    let folder = tempfile::tempdir().unwrap();
    let accounts = open(folder.path());
    let (old, new) = (link(&accounts).await, link(&open(folder.path())).await);
    let refused = accounts
        .complete_setup(completion(&old, "violet kettle snow"))
        .await;
    assert!(matches!(refused, Err(AccountError::SetupLink)));
    assert!(
        accounts
            .complete_setup(completion(&new, "violet kettle snow"))
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn a_link_of_two_who_use_it_at_once_makes_one_admin() {
    let folder = tempfile::tempdir().unwrap();
    let accounts = open(folder.path());
    let link = link(&accounts).await;
    let second = Completion {
        username: "ben".into(),
        ..completion(&link, "violet kettle snow")
    };
    let (one, two) = tokio::join!(
        accounts.complete_setup(completion(&link, "violet kettle snow")),
        accounts.complete_setup(second),
    );
    assert_eq!(u8::from(one.is_ok()) + u8::from(two.is_ok()), 1);
}

#[tokio::test]
async fn the_admin_of_the_settings_is_made_only_while_there_is_no_user() {
    let folder = tempfile::tempdir().unwrap();
    let accounts = open(folder.path());
    let admin = |name: &str| FirstAdmin {
        username: name.into(),
        password: "violet kettle snow".into(),
        organization: "default".into(),
    };
    let made = accounts.first_start(Some(admin("anna"))).await.unwrap();
    assert!(matches!(made, FirstStart::AdminMade(user) if user.role == Role::Admin));
    let second = accounts.first_start(Some(admin("ben"))).await.unwrap();
    assert!(matches!(second, FirstStart::Ready));
}

#[tokio::test]
async fn the_token_of_the_link_is_not_in_the_store() {
    let folder = tempfile::tempdir().unwrap();
    let accounts = open(folder.path());
    let link = link(&accounts).await;
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let content = std::fs::read(entry.unwrap().path()).unwrap();
        let token = link.token.expose_secret().as_bytes();
        assert!(!content.windows(token.len()).any(|window| window == token));
    }
}

#[tokio::test]
async fn the_vault_opens_again_with_the_key_that_it_made() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    let source = KeySource::DataFolder(folder.path().to_owned());
    let first = open_vault(&store, &source).await.unwrap();
    let second = open_vault(&store, &source).await.unwrap();
    assert_eq!(first.key_id(), second.key_id());
}

#[tokio::test]
async fn another_key_stops_the_start_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    let key = |byte: u8| KeySource::Text(BASE64.encode(&[byte; 32]).into());
    open_vault(&store, &key(1)).await.unwrap();
    let error = open_vault(&store, &key(2)).await.unwrap_err();
    assert!(matches!(error, VaultStartError::WrongKey { .. }));
    assert!(error.to_string().contains("HEADWATER_SECRET_KEY"));
}

#[tokio::test]
async fn a_missing_key_stops_the_start_and_no_new_one_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    let source = KeySource::DataFolder(folder.path().to_owned());
    open_vault(&store, &source).await.unwrap();
    std::fs::remove_file(folder.path().join(FILE_NAME)).unwrap();
    let error = open_vault(&store, &source).await.unwrap_err();
    assert!(matches!(error, VaultStartError::KeyMissing(_)));
    assert!(!folder.path().join(FILE_NAME).exists());
}
