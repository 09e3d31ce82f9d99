use super::*;

#[tokio::test]
async fn a_user_logs_in_and_is_known_by_the_token() {
    let fixture = Fixture::new();
    fixture.user("anna", "org", Role::Editor).await;
    let issued = fixture.login("anna", PASSWORD).await.unwrap();
    let hours = issued
        .info
        .expires_at
        .unwrap()
        .duration_since(issued.info.created_at)
        .as_mins();
    assert!((719..=720).contains(&hours), "{hours}");
    let caller = fixture
        .accounts
        .authenticate(issued.token.expose_secret())
        .await
        .unwrap();
    assert_eq!(
        (caller.user_name.as_str(), caller.organization_name.as_str()),
        ("anna", "org")
    );
    assert_eq!(
        (caller.role, &caller.token_id),
        (Role::Editor, &issued.info.id)
    );
    assert_eq!(
        fixture.accounts.me(&caller).await.unwrap().id,
        caller.user_id
    );
}

#[tokio::test]
async fn all_that_can_be_wrong_with_a_login_has_one_answer() {
    let fixture = Fixture::new();
    fixture.user("anna", "org", Role::Editor).await;
    fixture.user("twice", "org", Role::Editor).await;
    fixture.user("twice", "other", Role::Editor).await;
    fixture.user("gone", "org", Role::Editor).await;
    let gone = named("gone");
    let gone = (fixture.accounts)
        .set_disabled(&Authority::Operator, &gone, true)
        .await;
    assert!(gone.unwrap().disabled);
    for (name, password, organization) in [
        ("anna", "wrong", None),
        ("nobody", PASSWORD, None),
        ("twice", PASSWORD, None),
        ("gone", PASSWORD, None),
        ("anna", PASSWORD, Some("other")),
        ("anna", PASSWORD, Some("nowhere")),
        ("an\0na", PASSWORD, None),
        ("", "", None),
    ] {
        let login = Login {
            organization: organization.map(str::to_owned),
            ..login(name, password)
        };
        let error = fixture.accounts.login(login).await.unwrap_err();
        assert!(
            matches!(error, AccountError::Credentials),
            "{name} {organization:?}: {error:?}"
        );
    }
    let login = Login {
        organization: Some("other".into()),
        ..login("twice", PASSWORD)
    };
    assert!(fixture.accounts.login(login).await.is_ok());
}

#[tokio::test]
async fn failed_logins_are_throttled_whether_or_not_there_is_such_a_user() {
    for name in ["anna", "nobody"] {
        let fixture = Fixture::new();
        fixture.user("anna", "org", Role::Editor).await;
        for _ in 0..5 {
            let error = fixture.login(name, "wrong").await.unwrap_err();
            assert_eq!(error.kind(), AccountErrorKind::Unauthenticated);
        }
        let error = fixture.login(name, PASSWORD).await.unwrap_err();
        assert_eq!(error.kind(), AccountErrorKind::Throttled);
        assert_eq!(error.retry_after().unwrap().as_secs(), 1);
    }
}

#[tokio::test]
async fn a_login_may_ask_for_less_than_its_life_and_not_for_more() {
    let fixture = Fixture::new();
    fixture.user("anna", "org", Role::Admin).await;
    let ask = |minutes| Login {
        expires_in_minutes: Some(minutes),
        ..login("anna", PASSWORD)
    };
    assert!(fixture.accounts.login(ask(5)).await.is_ok());
    for minutes in [0, 721, u64::MAX] {
        let error = fixture.accounts.login(ask(minutes)).await.unwrap_err();
        assert!(matches!(
            error,
            AccountError::Lifetime {
                most_minutes: 720,
                ..
            }
        ));
    }
}

#[tokio::test]
async fn changing_the_password_ends_the_tokens_of_the_user() {
    let fixture = Fixture::new();
    fixture.user("anna", "org", Role::Viewer).await;
    let old = fixture.login("anna", PASSWORD).await.unwrap();
    let caller = fixture.caller("anna").await;
    let change = |current: &str, new: &str| {
        let change = PasswordChange {
            current: current.into(),
            new: new.into(),
            address: HERE,
        };
        fixture.accounts.change_password(&caller, change)
    };
    let wrong = change("wrong", "another good one").await;
    assert!(matches!(wrong, Err(AccountError::Credentials)));
    let weak = change(PASSWORD, "password1234").await;
    assert!(matches!(
        weak,
        Err(AccountError::WeakPassword(WeakPassword::Common))
    ));
    let new = change(PASSWORD, "another good one").await.unwrap();
    fixture.refuses(&old).await;
    assert!(
        fixture
            .accounts
            .authenticate(new.token.expose_secret())
            .await
            .is_ok()
    );
    assert!(fixture.login("anna", PASSWORD).await.is_err());
    assert!(fixture.login("anna", "another good one").await.is_ok());
}

#[tokio::test]
async fn what_another_program_does_on_the_folder_counts_at_once() {
    let fixture = Fixture::new();
    let store = Store::open(fixture.folder.path()).unwrap();
    let other = Accounts::new(store, TokenKeys::load(fixture.folder.path()).unwrap());
    fixture.user("anna", "org", Role::Editor).await;
    let issued = other.login(login("anna", PASSWORD)).await.unwrap();
    assert!(
        fixture
            .accounts
            .authenticate(issued.token.expose_secret())
            .await
            .is_ok()
    );
    other
        .revoke_token(&Authority::Operator, &issued.info.id)
        .await
        .unwrap();
    fixture.refuses(&issued).await;
}

#[tokio::test]
async fn neither_a_password_nor_a_token_is_shown_for_debugging() {
    let fixture = Fixture::new();
    fixture.user("anna", "org", Role::Admin).await;
    let issued = fixture.login("anna", PASSWORD).await.unwrap();
    let shown = format!(
        "{issued:?} {:?} {:?}",
        login("anna", PASSWORD),
        fixture.accounts
    );
    assert!(!shown.contains(PASSWORD));
    assert!(!shown.contains(issued.token.expose_secret()));
    assert!(!shown.contains("$argon2id$"));
}
