//! Every channel against its far side in the sandbox, and against far sides that misbehave.

mod api;
mod email;
mod measure;
mod sftp;
mod statements;
mod support;
