//! End to end: a real Roundup, a stand-in Jira, and the program as its users start it, each in a process of its own, joined by a
//! real RabbitMQ, PostgreSQL and Redis. Nothing is skipped: a service that is missing fails the test that needs it.

/// Tells a figure in the output of a good run too, which the harness would keep to itself.
macro_rules! figure {
    ($($words:tt)*) => {{
        use std::io::Write as _;
        writeln!(std::io::stdout(), "figure: {}", format_args!($($words)*)).unwrap();
    }};
}

#[path = "../kit/adapter.rs"]
mod adapter;
mod broker_away;
mod coalescing;
mod conflict;
mod embedded;
mod explain;
mod failures;
mod flow;
mod kpm;
mod latency;
mod linked_class;
mod lost_answer;
mod lost_text;
mod receiver_down;
mod retry;
mod rolling_restart;
mod schema;
#[path = "../intake/sender.rs"]
mod sender;
mod shutdown;
mod support;
mod trust;
mod vocabularies;
