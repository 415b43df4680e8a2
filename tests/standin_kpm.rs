//! The stand-in KPM as its clients see it.
#![cfg(feature = "standin")]

#[path = "kit/kpm/control_cases.rs"]
mod control_cases;
#[path = "kit/kpm/fault_cases.rs"]
mod fault_cases;
#[path = "kit/kpm/foreign_client.rs"]
mod foreign_client;
#[path = "kit/kpm/mod.rs"]
mod kit;
#[path = "kit/kpm/mailbox_cases.rs"]
mod mailbox_cases;
#[path = "kit/kpm/program_cases.rs"]
mod program_cases;
#[path = "kit/kpm/supplier_cases.rs"]
mod supplier_cases;
#[path = "kit/kpm/tls_cases.rs"]
mod tls_cases;
#[path = "kit/kpm/wire_cases.rs"]
mod wire_cases;
