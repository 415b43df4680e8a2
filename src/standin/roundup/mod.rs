//! A stand-in for Roundup 2.6: the REST interface, the session login, and the reactor that posts events.
//!
//! It holds the classes of Roundup's classic template plus those that a synchronised tracker adds, with the properties that
//! `config-example/roundup-kpm.toml` names, all in memory. Statuses, messages and shapes of the answers were compared with a real Roundup, oddities included, because clients have to live
//! with those. What it leaves out: XML-RPC but for `schema`, the web pages beyond the login form, nosy mails, compression and
//! stored queries.
//!
//! Under `/tracker/standin/` it takes orders that no Roundup knows, see [`start`].

mod auditors;
mod control;
mod date;
mod events;
mod exchange;
mod fields;
mod filter;
mod item_json;
mod login;
mod login_page;
mod multipart;
mod options;
mod permission;
mod person;
mod post_once;
mod raw;
mod refusal;
mod rest;
mod rest_content;
mod rest_read;
mod rest_write;
mod running;
mod schema;
mod server;
mod store;
mod tracker;
mod value;
mod xmlrpc;

pub use options::{RoundupOptions, RoundupUser, WebhookTarget};
pub use person::{Attachment, Message, Person};
pub use refusal::Refusal;
pub use running::{RunningRoundup, start};
