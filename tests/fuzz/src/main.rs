//! One function of `tests::foreign`, named by the variable `PARSER`, under libFuzzer.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use tests::foreign::{self, Parser};

static PARSER: LazyLock<Parser> = LazyLock::new(|| {
    let name = std::env::var("PARSER").unwrap_or_default();
    foreign::find(&name).unwrap_or_else(|| panic!("PARSER={name:?} is none of tests::foreign"))
});

fuzz_target!(|bytes: &[u8]| (PARSER.parse)(bytes));
