//! The commands as people and scripts run them: what stands on standard output and on standard error, and how they end.
#![cfg(feature = "standin")]

#[path = "cli/between_trackers.rs"]
mod between_trackers;
#[path = "cli/configuration.rs"]
mod configuration;
#[path = "cli/dead.rs"]
mod dead;
#[path = "cli/demo.rs"]
mod demo;
#[path = "cli/doctor.rs"]
mod doctor;
#[path = "cli/engdat.rs"]
mod engdat;
#[path = "cli/engdat_archives.rs"]
mod engdat_archives;
#[path = "cli/engdat_pack.rs"]
mod engdat_pack;
#[path = "cli/examples.rs"]
mod examples;
#[path = "cli/help.rs"]
mod help;
#[path = "cli/jira_webhook.rs"]
mod jira_webhook;
#[path = "cli/pfiff.rs"]
mod pfiff;
#[path = "cli/program.rs"]
mod program;
#[path = "cli/python.rs"]
mod python;
#[path = "cli/secrets.rs"]
mod secrets;
#[path = "cli/starting.rs"]
mod starting;
