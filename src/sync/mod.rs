//! The sync engine: loads both sides, lets the rules decide, carries out the Plan. It knows no web, queue, database or HTTP.

mod apply;
mod create;
pub mod create_remote;
mod echo;
pub mod effects;
pub mod engine;
pub mod fault;
pub mod file_name;
pub mod fuses;
pub mod instant;
pub mod issue;
mod journal;
mod load;
pub mod outcome;
pub mod plan;
mod plan_words;
pub mod ports;
mod progress;
pub mod requirements;
pub mod resolve;
pub mod rules;
pub mod schema;
pub mod survey;
pub mod underway;
pub mod value;
pub mod vocabulary;
