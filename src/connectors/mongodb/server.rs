//! Who the server is: its product and version (manual: buildInfo).

use mongodb::bson::{Document, RawDocument};

use super::hello::Role;
use super::probe::Member;
use crate::connectors::ServerInfo;

/// Products that speak `MongoDB`'s protocol, by the field in which they tell their own version.
const PRODUCTS: &[(&str, &str)] = &[
    ("psmdbVersion", "Percona Server for MongoDB"),
    ("secantusVersion", "SecantusDB"),
];

/// What is known of the server that was chosen.
pub fn info(member: Member, build: &Document) -> ServerInfo {
    let text = |name: &str| build.get_str(name).ok().map(str::to_owned);
    let (product, version) = match build.get_document("ferretdb") {
        Ok(ferret) => (
            "FerretDB",
            ferret.get_str("version").ok().map(str::to_owned),
        ),
        Err(_) => PRODUCTS
            .iter()
            .find_map(|(field, product)| Some((*product, Some(text(field)?))))
            .unwrap_or(("MongoDB", text("version"))),
    };
    let mut notes = Vec::new();
    match (member.hello.role, &member.hello.set) {
        (Role::Router, _) => notes.push("This is a router of a sharded cluster.".to_owned()),
        (role, Some(set)) => notes.push(format!(
            "{} is {} of the replica set '{set}'.",
            member.host,
            match role {
                Role::Primary => "the primary",
                Role::Secondary => "a secondary",
                _ => "a member",
            }
        )),
        _ => {}
    }
    ServerInfo {
        engine: super::DRIVER.name,
        product: product.to_owned(),
        version: version.unwrap_or_default(),
        tls: member.tls,
        notes,
    }
}

/// The version in an answer to `buildInfo` that was asked for by hand.
pub fn version(reply: &RawDocument) -> Option<String> {
    let version = reply.get_str("version").ok()?;
    let plausible = version.len() <= 40 && version.chars().all(|c| c.is_ascii_graphic());
    plausible.then(|| version.to_owned())
}
