//! The stand-in Roundup, as a client sees it.

#[path = "standin_roundup/client.rs"]
mod client;
#[path = "standin_roundup/comparison.rs"]
mod comparison;
#[path = "standin_roundup/control.rs"]
mod control;
#[path = "standin_roundup/events.rs"]
mod events;
#[path = "standin_roundup/items.rs"]
mod items;
#[path = "standin_roundup/logins.rs"]
mod logins;
#[path = "standin_roundup/real_roundup.rs"]
mod real_roundup;
#[path = "standin_roundup/receiver.rs"]
mod receiver;
#[path = "standin_roundup/steps.rs"]
mod steps;
