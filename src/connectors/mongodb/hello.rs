//! What a server says of itself in its `hello` (manual: Database Commands › hello).

use mongodb::bson::RawDocument;
use mongodb::bson::raw::RawBsonRef;

use crate::connectors::Host;

/// The wire version of `MongoDB` 4.4, the oldest that the driver speaks to.
pub const OLDEST_WIRE: i64 = 9;

/// The most members that a replica set can have.
pub const MEMBERS: usize = 50;

/// A server, by its own account.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hello {
    /// The newest protocol that it speaks.
    pub wire: i64,
    /// The replica set that it belongs to.
    pub set: Option<String>,
    /// What it is there.
    pub role: Role,
    /// The members that may hold data, as the set's configuration names them.
    pub members: Vec<Host>,
}

/// What a server is, within what it belongs to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Role {
    /// It stands alone.
    Standalone,
    /// The member of its set that takes writes.
    Primary,
    /// A member that follows the primary.
    Secondary,
    /// A router of a sharded cluster (`mongos`).
    Router,
    /// A member that holds no data that can be read now: arbiter, starting, recovering.
    #[default]
    Other,
}

impl Role {
    /// As one would say it.
    pub fn described(self) -> &'static str {
        match self {
            Self::Standalone => "standalone",
            Self::Primary => "primary",
            Self::Secondary => "secondary",
            Self::Router => "router",
            Self::Other => "neither primary nor secondary",
        }
    }
}

impl Hello {
    /// Reads an answer; `None` where the document is none to `hello`.
    pub fn read(reply: &RawDocument) -> Option<Self> {
        let text = |name| reply.get_str(name).ok().map(str::to_owned);
        let is = |name: &str| reply.get_bool(name).unwrap_or(false);
        // Servers before 2.4 name no wire version.
        let wire = number(reply, "maxWireVersion").unwrap_or(0);
        let known = ["ismaster", "isWritablePrimary"];
        known.iter().find(|name| reply.get_bool(name).is_ok())?;
        let set = text("setName");
        let writable = known.iter().any(|name| is(name));
        let role = match () {
            () if text("msg").as_deref() == Some("isdbgrid") => Role::Router,
            () if is("isreplicaset") || is("arbiterOnly") || is("hidden") => Role::Other,
            () if set.is_none() => Role::Standalone,
            () if writable => Role::Primary,
            () if is("secondary") => Role::Secondary,
            () => Role::Other,
        };
        let members = ["hosts", "passives"]
            .iter()
            .filter_map(|list| reply.get_array(list).ok())
            .flat_map(|list| list.into_iter().map_while(Result::ok))
            .filter_map(RawBsonRef::as_str)
            .filter_map(member)
            .take(MEMBERS)
            .collect();
        Some(Self {
            wire,
            set,
            role,
            members,
        })
    }
}

/// A number of any of BSON's widths.
pub fn number(document: &RawDocument, name: &str) -> Option<i64> {
    match document.get(name).ok()?? {
        RawBsonRef::Int32(number) => Some(number.into()),
        RawBsonRef::Int64(number) => Some(number),
        #[allow(
            clippy::cast_possible_truncation,
            reason = "saturates; counts and versions come as doubles from some servers"
        )]
        RawBsonRef::Double(number) => Some(number as i64),
        _ => None,
    }
}

/// Reads `name:port` as replica sets write it. What could not be a network name is left out.
fn member(text: &str) -> Option<Host> {
    let (name, port) = text.rsplit_once(':')?;
    let name = name
        .strip_prefix('[')
        .and_then(|n| n.strip_suffix(']'))
        .unwrap_or(name);
    let plausible = !name.is_empty()
        && name.len() <= 255
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b".-_:%".contains(&b));
    let port = port.parse().ok().filter(|port| *port != 0)?;
    plausible.then(|| Host {
        name: name.to_ascii_lowercase(),
        port: Some(port),
    })
}

/// The server's release, as far as a wire version tells it.
pub fn release(wire: i64) -> &'static str {
    match wire {
        ..=2 => "2.6 or older",
        3 => "3.0",
        4 => "3.2",
        5 => "3.4",
        6 => "3.6",
        7 => "4.0",
        8 => "4.2",
        _ => "4.4 or newer",
    }
}

#[cfg(test)]
mod tests {
    use mongodb::bson::{Document, RawDocumentBuf, doc};

    use super::*;

    fn read(reply: &Document) -> Option<Hello> {
        Hello::read(&RawDocumentBuf::try_from(reply).unwrap())
    }

    #[test]
    fn a_member_of_a_set_tells_its_role_and_the_others() {
        let reply = doc! {
            "ismaster": false, "secondary": true, "setName": "rs0", "maxWireVersion": 21,
            "hosts": ["A.example:27017", "[fe80::1]:27018", "/etc/passwd:1", "x:0", "no port", 5],
        };
        let hello = read(&reply).unwrap();
        assert_eq!((hello.wire, hello.role), (21, Role::Secondary));
        let members: Vec<_> = hello.members.iter().map(ToString::to_string).collect();
        assert_eq!(members, ["a.example:27017", "[fe80::1]:27018"]);
    }

    #[test]
    fn roles_are_told_apart() {
        for (reply, role) in [
            (doc! { "ismaster": true }, Role::Standalone),
            (
                doc! { "isWritablePrimary": true, "setName": "s" },
                Role::Primary,
            ),
            (doc! { "ismaster": true, "msg": "isdbgrid" }, Role::Router),
            (
                doc! { "ismaster": false, "setName": "s", "arbiterOnly": true },
                Role::Other,
            ),
            (doc! { "ismaster": false, "setName": "s" }, Role::Other),
            (
                doc! { "ismaster": false, "isreplicaset": true },
                Role::Other,
            ),
        ] {
            let read = read(&reply).unwrap();
            assert_eq!(read.role, role, "{reply}");
        }
        assert_eq!(read(&doc! { "ok": 1 }), None);
    }
}
