//! The whole hub, step by step on a manual clock, beside sandbox authorities.

mod path;
