//! Tests against real servers, which `tests/run` installs and starts.

mod broker;
mod channels;
mod cluster;
mod demo;
mod hub;
mod servers;
mod store;
