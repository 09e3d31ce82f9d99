//! What the tests share: the real binary on a free port, its callers, the real servers, and fake ones.

pub mod app;
pub mod client;
pub mod cutter;
pub mod fake;
pub mod rows;
pub mod servers;
pub mod source;
