//! Stand-ins for the trackers this program talks to: real servers with state, for demonstrations, tests and benches.
//!
//! Each of them is started in-process on a port of its own and keeps everything in memory.

pub mod jira;
