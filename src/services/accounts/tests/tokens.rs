use super::*;

#[tokio::test]
async fn disabling_a_user_ends_the_users_tokens() {
    let fixture = Fixture::new();
    fixture.user("anna", "org", Role::Viewer).await;
    let issued = fixture.login("anna", PASSWORD).await.unwrap();
    let anna = named("anna");
    let set = |disabled| {
        fixture
            .accounts
            .set_disabled(&Authority::Operator, &anna, disabled)
    };
    set(true).await.unwrap();
    fixture.refuses(&issued).await;
    let token = fixture
        .accounts
        .issue_token_for(&anna, NewToken::default())
        .await;
    assert_eq!(token.unwrap_err().kind(), AccountErrorKind::NotFound);
    set(false).await.unwrap();
    fixture.refuses(&issued).await;
    fixture.login("anna", PASSWORD).await.unwrap();
}

#[tokio::test]
async fn a_token_is_revoked_by_its_user_and_by_an_admin_of_the_organization_alone() {
    let fixture = Fixture::new();
    for (name, organization, role) in [
        ("anna", "org", Role::Viewer),
        ("ben", "org", Role::Editor),
        ("chief", "org", Role::Admin),
        ("stranger", "other", Role::Admin),
    ] {
        fixture.user(name, organization, role).await;
    }
    let anna = fixture.caller("anna").await;
    let issue = || fixture.accounts.issue_token(&anna, NewToken::default());
    let revoke = async |name: &str, issued: &Issued| {
        let by = Authority::Caller(fixture.caller(name).await);
        fixture.accounts.revoke_token(&by, &issued.info.id).await
    };
    let issued = issue().await.unwrap();
    for name in ["ben", "stranger"] {
        let error = revoke(name, &issued).await.unwrap_err();
        assert_eq!(error.kind(), AccountErrorKind::NotFound, "{name}");
    }
    revoke("anna", &issued).await.unwrap();
    fixture.refuses(&issued).await;
    let issued = issue().await.unwrap();
    revoke("chief", &issued).await.unwrap();
    fixture.refuses(&issued).await;
}

#[tokio::test]
async fn revoking_all_ends_each_token_of_the_caller_and_of_nobody_else() {
    let fixture = Fixture::new();
    fixture.user("anna", "org", Role::Viewer).await;
    fixture.user("ben", "org", Role::Viewer).await;
    let (one, ben) = (
        fixture.login("anna", PASSWORD).await.unwrap(),
        fixture.login("ben", PASSWORD).await.unwrap(),
    );
    let caller = fixture.caller("anna").await;
    let two = fixture
        .accounts
        .issue_token(&caller, NewToken::default())
        .await
        .unwrap();
    assert_eq!(
        fixture.accounts.revoke_all_tokens(&caller).await.unwrap(),
        3
    );
    fixture.refuses(&one).await;
    fixture.refuses(&two).await;
    assert!(
        fixture
            .accounts
            .authenticate(ben.token.expose_secret())
            .await
            .is_ok()
    );
    let listed = fixture.accounts.list_tokens(&caller).await.unwrap();
    assert!(listed.iter().all(|token| token.revoked_at.is_some()));
}

#[tokio::test]
async fn only_an_admin_makes_tokens_beyond_a_year_or_without_end() {
    let fixture = Fixture::new();
    fixture.user("anna", "org", Role::Editor).await;
    fixture.user("chief", "org", Role::Admin).await;
    let (anna, chief) = (fixture.caller("anna").await, fixture.caller("chief").await);
    let issue = async |caller: &Caller, lifetime| {
        let new = NewToken {
            name: "ci".into(),
            lifetime,
        };
        fixture.accounts.issue_token(caller, new).await
    };
    let standard = issue(&anna, Lifetime::Standard).await.unwrap();
    let days = standard
        .info
        .expires_at
        .unwrap()
        .duration_since(standard.info.created_at)
        .as_hours()
        / 24;
    assert!((89..=90).contains(&days), "{days}");
    assert!(issue(&anna, Lifetime::Minutes(365 * 24 * 60)).await.is_ok());
    for lifetime in [
        Lifetime::Minutes(365 * 24 * 60 + 1),
        Lifetime::Minutes(0),
        Lifetime::Endless,
    ] {
        let error = issue(&anna, lifetime).await.unwrap_err();
        assert_eq!(error.kind(), AccountErrorKind::Invalid);
    }
    assert!(
        issue(&chief, Lifetime::Minutes(400 * 24 * 60))
            .await
            .is_ok()
    );
    assert!(issue(&chief, Lifetime::Minutes(u64::MAX)).await.is_err());
    let endless = issue(&chief, Lifetime::Endless).await.unwrap();
    assert_eq!(endless.info.expires_at, None);
    assert!(
        fixture
            .accounts
            .authenticate(endless.token.expose_secret())
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn a_token_of_another_installation_is_refused() {
    let (here, there) = (Fixture::new(), Fixture::new());
    there.user("anna", "org", Role::Admin).await;
    here.refuses(&there.login("anna", PASSWORD).await.unwrap())
        .await;
}
