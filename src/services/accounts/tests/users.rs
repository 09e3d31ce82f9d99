use super::*;

#[tokio::test]
async fn an_admin_rules_the_users_of_their_own_organization_alone() {
    let fixture = Fixture::new();
    fixture.user("anna", "org", Role::Editor).await;
    fixture.user("chief", "org", Role::Admin).await;
    fixture.user("stranger", "other", Role::Editor).await;
    let chief = Authority::Caller(fixture.caller("chief").await);
    let anna = Authority::Caller(fixture.caller("anna").await);
    let accounts = &fixture.accounts;

    assert_eq!(
        accounts.list_users(&anna, None).await.unwrap_err().kind(),
        AccountErrorKind::Denied
    );
    // Another organization cannot be named: the caller's own is meant.
    let listed = accounts.list_users(&chief, Some("other")).await.unwrap();
    assert_eq!(
        listed
            .iter()
            .map(|listed| listed.user.name.as_str())
            .collect::<Vec<_>>(),
        ["anna", "chief"]
    );
    let stranger = UserName {
        name: "stranger".into(),
        organization: "other".into(),
    };
    let error = accounts
        .set_disabled(&chief, &stranger, true)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), AccountErrorKind::NotFound);
    let (oneself, deputy) = (named("chief"), named("deputy"));
    let oneself = || accounts.set_disabled(&chief, &oneself, true);
    assert!(matches!(oneself().await, Err(AccountError::LastAdmin)));
    fixture.user("deputy", "org", Role::Admin).await;
    assert!(matches!(oneself().await, Err(AccountError::Yourself)));
    accounts.set_disabled(&chief, &deputy, true).await.unwrap();
    assert!(matches!(oneself().await, Err(AccountError::LastAdmin)));
    let error = accounts
        .set_password(&anna, &named("chief"), "another good one".into())
        .await;
    assert_eq!(error.unwrap_err().kind(), AccountErrorKind::Denied);
    let new = NewUser {
        user: UserName {
            name: "dora".into(),
            organization: "other".into(),
        },
        role: Role::Viewer,
        password: PASSWORD.into(),
    };
    assert_eq!(
        accounts.add_user(&chief, new).await.unwrap().organization,
        "org"
    );
    let taken = NewUser {
        user: named("Dora"),
        role: Role::Viewer,
        password: PASSWORD.into(),
    };
    let error = accounts.add_user(&chief, taken).await.unwrap_err();
    assert_eq!(error.kind(), AccountErrorKind::Conflict);
}
