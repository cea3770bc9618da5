//! The whole hub, step by step on a manual clock, beside sandbox authorities.

mod decisions;
mod faults;
mod lanes;
mod master;
mod memory;
mod odd;
mod openapi;
mod package;
mod path;
mod proof;
mod retry;
mod review;
mod sweep;
