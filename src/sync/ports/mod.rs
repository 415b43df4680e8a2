//! What the sync engine needs from the outside: trackers, and a durable record of links and effects.

mod effect;
mod listing;
mod package_records;
mod packages;
mod records;
mod tracker;

pub use self::{
    effect::{Intent, Opened, RunLimits, Token},
    listing::{End, Listing, Pages},
    package_records::{
        Annotation, ArrivalState, ArrivedIssue, ArrivedPackage, DispatchState, Ingest, MirroredFile, MirroredIssue,
        OutgoingAnswer, OutgoingFile, OutgoingPackage, PackageRecords, Packed, Unanswered,
    },
    packages::{Dispatched, Ingested, Look, Packages},
    records::{AuditEntry, Link, Mark, Records, Spent},
    tracker::{Claim, FileContent, FileStream, Made, MirroredState, Query, READ_AT_ONCE, Tracker, WriteTerms},
};
