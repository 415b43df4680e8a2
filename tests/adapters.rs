//! The adapters of Jira and Roundup against stand-ins, over the wire.
#![cfg(feature = "standin")]

#[path = "kit/adapter.rs"]
mod adapter;
#[path = "adapters/comments.rs"]
mod comments;
#[path = "adapters/create_remote.rs"]
mod create_remote;
#[path = "adapters/edits.rs"]
mod edits;
#[path = "adapters/end_state.rs"]
mod end_state;
#[path = "adapters/every_kind.rs"]
mod every_kind;
#[path = "adapters/exchanges/mod.rs"]
mod exchanges;
#[path = "adapters/external_id.rs"]
mod external_id;
#[path = "adapters/facing.rs"]
mod facing;
#[path = "adapters/faults.rs"]
mod faults;
#[path = "adapters/fields.rs"]
mod fields;
#[path = "adapters/file_names.rs"]
mod file_names;
#[path = "adapters/files.rs"]
mod files;
#[path = "adapters/jira.rs"]
mod jira;
#[path = "adapters/memory.rs"]
mod memory;
#[path = "adapters/preflight.rs"]
mod preflight;
#[path = "adapters/preflight_screens.rs"]
mod preflight_screens;
#[path = "kit/recordings.rs"]
mod recordings;
#[path = "adapters/roundup.rs"]
mod roundup;
#[path = "adapters/schema.rs"]
mod schema;
#[path = "adapters/site.rs"]
mod site;
#[path = "adapters/survey.rs"]
mod survey;
#[path = "adapters/sweeps.rs"]
mod sweeps;
#[path = "adapters/transition_fields.rs"]
mod transition_fields;
#[path = "adapters/trust.rs"]
mod trust;
#[path = "adapters/two_jiras.rs"]
mod two_jiras;
#[path = "adapters/types.rs"]
mod types;
#[path = "adapters/unfinished.rs"]
mod unfinished;
#[path = "adapters/users.rs"]
mod users;
#[path = "adapters/vocabularies.rs"]
mod vocabularies;
#[path = "adapters/workflow.rs"]
mod workflow;
