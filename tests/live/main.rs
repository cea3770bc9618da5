//! Tests against real servers, which `tests/run` installs and starts.

mod backup;
mod broker;
mod browser;
mod channels;
mod chaos;
mod cluster;
mod command_line;
mod demo;
mod deploy;
mod failover;
mod full;
mod hub;
mod limits;
mod login;
mod months;
mod objects;
mod plans;
mod process;
mod ready;
mod recovery;
mod scan;
mod servers;
mod start;
mod stop;
mod store;
mod upgrade;
