//! Tests of packages.

mod names;
mod parts;

use super::*;

fn file(name: &str) -> FileName {
    FileName::parse(name).unwrap()
}
