//! Each engine through the library's own interface, against real servers and files.

mod mongodb;
mod mysql;
mod postgres;
mod sqlite;
