//! Each engine through the library's own interface, against real servers and files.

mod file;
pub mod http_api;
mod mongodb;
mod mysql;
mod postgres;
mod sqlite;
