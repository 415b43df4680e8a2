//! Stand-ins for the trackers this program talks to: real servers with state, for the demo, tests and benches. A newcomer's machine
//! has neither the trackers nor what they are written in.
//!
//! Each of them is started in-process on a port of its own and keeps everything in memory.

mod fault_queue;
mod hang_up;
pub mod jira;
pub mod kpm;
mod lock;
pub mod roundup;
mod serve;
