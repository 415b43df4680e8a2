//! A Jira or a Roundup and a PFIFF: packages arrive in folders, become issues, and are answered.
#![cfg(feature = "standin")]

#[path = "pfiff/another.rs"]
mod another;
#[path = "pfiff/answering.rs"]
mod answering;
#[path = "pfiff/archive_away.rs"]
mod archive_away;
#[path = "pfiff/arriving.rs"]
mod arriving;
#[path = "pfiff/bucket.rs"]
mod bucket;
#[path = "pfiff/bucket_site.rs"]
mod bucket_site;
#[path = "pfiff/by_hand.rs"]
mod by_hand;
#[path = "pfiff/dispatching.rs"]
mod dispatching;
#[path = "pfiff/hostile.rs"]
mod hostile;
#[path = "pfiff/jira.rs"]
mod jira;
#[path = "pfiff/order.rs"]
mod order;
#[path = "pfiff/outgoing.rs"]
mod outgoing;
#[path = "pfiff/over_sftp.rs"]
mod over_sftp;
#[path = "pfiff/package.rs"]
mod package;
#[path = "pfiff/packing.rs"]
mod packing;
#[path = "pfiff/putting_away.rs"]
mod putting_away;
#[path = "pfiff/restart.rs"]
mod restart;
#[path = "pfiff/roundup_site.rs"]
mod roundup_site;
#[path = "pfiff/site.rs"]
mod site;
#[path = "pfiff/steps.rs"]
mod steps;
#[path = "pfiff/with_roundup.rs"]
mod with_roundup;
