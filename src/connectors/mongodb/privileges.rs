//! What the login may do, as the server tells it (manual: connectionStatus, `showPrivileges`).

use mongodb::bson::{Bson, Document};

/// What `connectionStatus` says of the login.
#[derive(Debug, Clone, Default)]
pub struct Privileges {
    users: bool,
    roles: bool,
    grants: Vec<Grant>,
}

/// Actions on a resource (manual: Resource Document).
#[derive(Debug, Clone)]
struct Grant {
    on: Resource,
    find: bool,
}

#[derive(Debug, Clone)]
enum Resource {
    /// Everything, system collections too.
    Any,
    /// An empty name stands for all that are not the system's.
    Collection { database: String, name: String },
    /// The cluster and what else is no collection.
    Other,
}

impl Privileges {
    /// Reads an answer. What cannot be read counts as not told.
    pub fn read(status: &Document) -> Self {
        let info = status.get_document("authInfo").ok();
        let list = |name| info.and_then(|info| info.get_array(name).ok());
        let grants = list("authenticatedUserPrivileges").into_iter().flatten();
        Self {
            users: list("authenticatedUsers").is_some_and(|users| !users.is_empty()),
            roles: list("authenticatedUserRoles").is_some_and(|roles| !roles.is_empty()),
            grants: grants.filter_map(Bson::as_document).map(grant).collect(),
        }
    }

    /// Whether a collection may be read; `None` where the server does not tell.
    pub fn may_read(&self, database: &str, collection: &str) -> Option<bool> {
        let reads = |grant: &Grant| grant.find && grant.on.covers(database, collection);
        self.told().then(|| self.grants.iter().any(reads))
    }

    /// Whether anything in a database is granted; `None` where the server does not tell.
    pub fn reaches(&self, database: &str) -> Option<bool> {
        let reaches = |grant: &Grant| match &grant.on {
            Resource::Any => true,
            Resource::Collection { database: d, .. } => d.is_empty() || d == database,
            Resource::Other => false,
        };
        self.told().then(|| self.grants.iter().any(reaches))
    }

    /// The databases that grants name.
    pub fn databases(&self) -> Vec<String> {
        let mut named: Vec<_> = self
            .resources()
            .map(|(database, _)| database.to_owned())
            .collect();
        named.sort();
        named.dedup();
        named
    }

    /// The collections of a database that grants name.
    pub fn collections(&self, database: &str) -> Vec<String> {
        let of = self
            .resources()
            .filter(|(d, name)| *d == database && !name.is_empty());
        let mut named: Vec<_> = of.map(|(_, name)| name.to_owned()).collect();
        named.sort();
        named.dedup();
        named
    }

    fn resources(&self) -> impl Iterator<Item = (&str, &str)> {
        self.grants.iter().filter_map(|grant| match &grant.on {
            Resource::Collection { database, name } if !database.is_empty() => {
                Some((database.as_str(), name.as_str()))
            }
            _ => None,
        })
    }

    /// Without a user, logins are not demanded or not made; with roles and no privileges, the
    /// product does not tell them. A user with neither has no rights.
    fn told(&self) -> bool {
        self.users && (!self.grants.is_empty() || !self.roles)
    }
}

impl Resource {
    fn covers(&self, database: &str, collection: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Collection { database: d, name } => {
                let all = name.is_empty() && !collection.starts_with("system.");
                (d.is_empty() || d == database) && (all || name == collection)
            }
            Self::Other => false,
        }
    }
}

fn grant(grant: &Document) -> Grant {
    let resource = grant.get_document("resource").ok();
    let text = |name| {
        resource
            .and_then(|r| r.get_str(name).ok())
            .map(str::to_owned)
    };
    let on = match (text("db"), text("collection")) {
        (Some(database), Some(name)) => Resource::Collection { database, name },
        _ if resource.is_some_and(|r| r.get_bool("anyResource").unwrap_or(false)) => Resource::Any,
        _ => Resource::Other,
    };
    let actions = grant.get_array("actions").into_iter().flatten();
    Grant {
        on,
        find: actions
            .filter_map(Bson::as_str)
            .any(|action| action == "find"),
    }
}

#[cfg(test)]
mod tests {
    use mongodb::bson::doc;

    use super::*;

    fn of(privileges: &[Document]) -> Privileges {
        Privileges::read(&doc! { "authInfo": {
            "authenticatedUsers": [{ "user": "u", "db": "admin" }],
            "authenticatedUserRoles": [],
            "authenticatedUserPrivileges": privileges,
        } })
    }

    #[test]
    fn rights_are_read_from_every_shape_of_resource() {
        let one = of(&[
            doc! { "resource": { "db": "shop", "collection": "orders" }, "actions": ["find"] },
        ]);
        assert_eq!(one.may_read("shop", "orders"), Some(true));
        assert_eq!(one.may_read("shop", "customers"), Some(false));
        assert_eq!(
            (one.reaches("shop"), one.reaches("other")),
            (Some(true), Some(false))
        );
        assert_eq!(one.collections("shop"), ["orders"]);
        let every = of(&[doc! { "resource": { "db": "", "collection": "" }, "actions": ["find"] }]);
        assert_eq!(every.may_read("shop", "orders"), Some(true));
        assert_eq!(every.may_read("shop", "system.profile"), Some(false));
        let root = of(&[doc! { "resource": { "anyResource": true }, "actions": ["find"] }]);
        assert_eq!(root.may_read("shop", "system.profile"), Some(true));
        let lists = of(&[
            doc! { "resource": { "db": "shop", "collection": "" }, "actions": ["listCollections"] },
        ]);
        assert_eq!(lists.may_read("shop", "orders"), Some(false));
    }

    #[test]
    fn a_user_without_roles_has_no_rights_and_without_a_user_nothing_is_told() {
        assert_eq!(of(&[]).reaches("shop"), Some(false));
        assert_eq!(
            Privileges::read(&doc! { "authInfo": {} }).reaches("shop"),
            None
        );
        assert_eq!(
            Privileges::read(&doc! { "ok": 1 }).may_read("shop", "orders"),
            None
        );
    }
}
