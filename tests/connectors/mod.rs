//! Each engine through the library's own interface, against real servers and files.
mod file;
mod mongodb;
mod mysql;
mod postgres;
mod sqlite;
