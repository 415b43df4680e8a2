//! A Jira and a PFIFF: packages arrive in folders, become issues, and are answered.
#![cfg(feature = "standin")]

#[path = "pfiff/archive_away.rs"]
mod archive_away;
#[path = "pfiff/arriving.rs"]
mod arriving;
#[path = "pfiff/by_hand.rs"]
mod by_hand;
#[path = "pfiff/package.rs"]
mod package;
#[path = "pfiff/site.rs"]
mod site;
