//! Tracker Sync: an event-driven synchroniser of issue trackers.
//!
//! The flow is the layout: a webhook is taken in ([`intake`]), made durable ([`queue`]), taken by a worker ([`worker`]), which
//! brings one issue in line ([`sync`]) on both trackers ([`trackers`]). At the side, called and calling nobody: [`store`],
//! [`coordination`], [`config`], [`telemetry`]; wire formats, which know nothing of all that, are in [`formats`]. Before the first
//! event, [`preflight`] checks the rules against the trackers;
//! [`doctor`] tries everything once.
#![deny(missing_docs)]
#![warn(clippy::pedantic)]
#![cfg_attr(not(test), warn(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod app;
pub mod cli;
pub mod clock;
pub mod config;
pub mod coordination;
#[cfg(feature = "crash-points")]
pub mod crash;
#[cfg(feature = "standin")]
pub mod demo;
pub mod doctor;
pub mod formats;
pub mod ids;
pub mod intake;
pub mod lifecycle;
pub mod preflight;
pub mod queue;
pub mod rulebook;
#[cfg(feature = "standin")]
pub mod standin;
pub mod store;
pub mod sync;
pub mod telemetry;
pub mod trackers;
pub mod worker;
