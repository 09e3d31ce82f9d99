//! Floor 1: who somebody is, and what they may do. Knows passwords and tokens; keeps neither.

pub mod password;
pub mod permission;
pub mod throttle;
pub mod token;
