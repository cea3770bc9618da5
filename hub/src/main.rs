//! The todoke binary.
fn main() {}
