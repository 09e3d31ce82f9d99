//! Use cases through the library's own interface.

mod demo;
