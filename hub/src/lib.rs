//! The hub.

pub mod broker;
pub mod clock;
pub mod delivery;
pub mod filing;
pub mod lane;
pub mod store;
