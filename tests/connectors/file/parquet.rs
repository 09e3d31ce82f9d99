//! Parquet, written by the reference library of Rust and read back value by value.
