//! What faults leave behind: the program dies at each of its crash points, services and trackers are cut off, and every edit that a
//! user made has to be in both trackers once. The program of these tests is built with the feature `crash-points`.

/// Tells a figure in the output of a good run too, which the harness would keep to itself.
macro_rules! figure {
    ($($words:tt)*) => {{
        use std::io::Write as _;
        #[allow(clippy::explicit_write, reason = "the harness keeps what is printed")]
        writeln!(std::io::stdout(), "figure: {}", format_args!($($words)*)).unwrap();
    }};
}

mod crashes;
mod kills;
mod kpm;
mod ledger;
mod nemesis;
mod own_postgres;
mod parked;
mod pfiff;
mod points;
mod proxy;
mod site;
mod tracker;

#[allow(dead_code, reason = "these tests need less of it than those it was written for")]
#[path = "../it/support/mod.rs"]
mod support;
