//! Headwater keeps a team's data sources in order: workspaces, sources and cached schemas in an
//! embedded SQLite file, and straight connections to PostgreSQL, MySQL, MariaDB, MongoDB and SQLite.
//!
//! Floors, each importing only those below it: `http` → `services` → `connectors`, `store`,
//! `local`, `vault`, `auth` (which never import each other) → `model`, `schema`, `rows`. Beneath them all stand
//! `private_file` and `key_file`: what only the owner of the data folder may read; `folder_lock`: who serves
//! from it; `aside`: what is being written and has no place yet; `disk`: what the file system does beyond the standard library; and `sqlite_file`: whole SQLite files, copied and checked.

pub mod app;
pub mod aside;
pub mod auth;
pub mod cli;
pub mod config;
pub mod connectors;
pub mod disk;
pub mod folder_lock;
pub mod http;
pub mod key_file;
pub mod local;
pub mod model;
pub mod private_file;
pub mod rows;
pub mod schema;
pub mod services;
pub mod sqlite_file;
pub mod store;
pub mod telemetry;
pub mod vault;
