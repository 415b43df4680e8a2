//! The sync engine: loads both sides, lets the rules decide, carries out the Plan. It knows no web, queue, database or HTTP.

pub mod fault;
pub mod issue;
pub mod plan;
pub mod rules;
pub mod value;
