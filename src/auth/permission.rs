//! What a caller may do. The only place that turns a caller and a scope into an [`Owner`].

use crate::model::id::InvalidId;
use crate::model::{Caller, OrganizationId, Owner, Role, Scope, UserId};

/// What a caller wants to do in a scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Access {
    /// See it.
    Read,
    /// Change it.
    Write,
    /// Rule it: its users, and what cannot be undone.
    Administer,
}

/// The caller's role does not go that far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this needs the role {needed}; yours is {yours}: ask an admin of your organization", needed = .needed.as_str(), yours = .yours.as_str())]
pub struct Denied {
    /// The least role that may.
    pub needed: Role,
    /// The caller's role.
    pub yours: Role,
}

/// Whose rows the caller may touch. A user's own scope is theirs alone, whatever anyone's role.
pub fn authorize(caller: &Caller, scope: Scope, access: Access) -> Result<Owner, Denied> {
    match scope {
        Scope::User => Ok(Owner::User(caller.user_id.clone())),
        Scope::Organization => {
            let needed = match access {
                Access::Read => Role::Viewer,
                Access::Write => Role::Editor,
                Access::Administer => Role::Admin,
            };
            require(caller, needed)?;
            Ok(Owner::Organization(caller.organization_id.clone()))
        }
    }
}

/// Refuses where the caller's role is less than what is needed.
pub fn require(caller: &Caller, needed: Role) -> Result<(), Denied> {
    if caller.role >= needed {
        Ok(())
    } else {
        Err(Denied {
            needed,
            yours: caller.role,
        })
    }
}

/// Whoever runs the whole installation: what is asked by one is about all organizations in it. Made
/// by [`operate`] alone.
#[derive(Debug)]
pub struct Operator(());

/// Whoever works at the command line with a data folder and the key that opens what is sealed in it.
/// They hold all of it in their hands, so there is nobody to ask; no request comes to be one.
#[derive(Debug)]
pub struct Holder(());

impl Holder {
    /// To be called where the folder's vault has just opened by the key that was given.
    #[must_use]
    pub fn of_folder_and_key() -> Self {
        Self(())
    }

    /// Looks at what is one owner's, as that owner: `id` as the store keeps it beside the scope.
    pub fn stands_for(&self, scope: Scope, id: &str) -> Result<Owner, InvalidId> {
        match scope {
            Scope::User => UserId::parse(id).map(Owner::User),
            Scope::Organization => OrganizationId::parse(id).map(Owner::Organization),
        }
    }
}

/// The caller does not run the installation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotOperator {
    /// Not an admin.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// An admin, but of an organization among others.
    #[error("this is for the admins of the organization that runs this installation")]
    OtherOrganization,
}

/// Admits the admins of the organization that runs the installation, where one does.
pub fn operate(caller: &Caller, running: Option<&OrganizationId>) -> Result<Operator, NotOperator> {
    require(caller, Role::Admin)?;
    if running == Some(&caller.organization_id) {
        Ok(Operator(()))
    } else {
        Err(NotOperator::OtherOrganization)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::TokenId;

    fn caller(role: Role) -> Caller {
        Caller {
            user_id: UserId::generate(),
            user_name: "anna".into(),
            organization_id: OrganizationId::generate(),
            organization_name: "org".into(),
            role,
            token_id: TokenId::generate(),
        }
    }

    #[test]
    fn a_role_may_in_the_organizations_scope_what_stands_here() {
        use Access::{Administer, Read, Write};
        for (role, allowed) in [
            (Role::Viewer, &[Read][..]),
            (Role::Editor, &[Read, Write]),
            (Role::Admin, &[Read, Write, Administer]),
        ] {
            let caller = caller(role);
            for access in [Read, Write, Administer] {
                let answer = authorize(&caller, Scope::Organization, access);
                assert_eq!(
                    answer.is_ok(),
                    allowed.contains(&access),
                    "{role:?} {access:?}"
                );
                if let Ok(owner) = answer {
                    assert_eq!(owner, Owner::Organization(caller.organization_id.clone()));
                }
            }
        }
    }

    #[test]
    fn an_installation_is_run_by_the_admins_of_one_organization_alone() {
        let admin = caller(Role::Admin);
        let theirs = admin.organization_id.clone();
        assert!(operate(&admin, Some(&theirs)).is_ok());
        for running in [None, Some(OrganizationId::generate())] {
            let refused = operate(&admin, running.as_ref()).unwrap_err();
            assert_eq!(refused, NotOperator::OtherOrganization);
        }
        for role in [Role::Viewer, Role::Editor] {
            let other = Caller {
                role,
                ..admin.clone()
            };
            let refused = operate(&other, Some(&theirs)).unwrap_err();
            assert!(matches!(refused, NotOperator::Denied(_)), "{role:?}");
        }
    }

    #[test]
    fn everyone_rules_their_own_scope_and_nobody_elses() {
        for role in [Role::Viewer, Role::Editor, Role::Admin] {
            let caller = caller(role);
            for access in [Access::Read, Access::Write, Access::Administer] {
                let owner = authorize(&caller, Scope::User, access).unwrap();
                assert_eq!(owner, Owner::User(caller.user_id.clone()));
            }
        }
    }
}
