//! Syncs between a Jira and a KPM, both stand-ins, over the wire.
#![cfg(feature = "standin")]

#[path = "kpm/answers.rs"]
mod answers;
#[path = "kpm/arriving.rs"]
mod arriving;
#[path = "kpm/certificates.rs"]
mod certificates;
#[path = "kpm/creating.rs"]
mod creating;
#[path = "kpm/day.rs"]
mod day;
#[path = "kpm/listing.rs"]
mod listing;
#[path = "kpm/lost.rs"]
mod lost;
#[path = "kpm/releases.rs"]
mod releases;
#[path = "kpm/site.rs"]
mod site;
#[path = "kpm/with_roundup.rs"]
mod with_roundup;
