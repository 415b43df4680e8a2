//! The trackers. Each adapter is a folder of the same files: `mod` (the port), `client` (requests), `convert` (values).

mod classify;
mod gate;
mod http;
pub mod jira;
mod kept;
pub mod kpm;
pub mod pfiff;
pub mod reach;
pub mod roundup;
mod text;

pub use gate::{Gate, waiting};
pub use http::Http;
