//! The calls that a stand-in has seen.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Mutex,
};

use serde::Serialize;

use crate::standin::lock::locked;

/// How many calls are remembered.
const REMEMBERED: usize = 1_000;

/// One call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RequestRecord {
    /// The operation; empty where the request could not be read.
    pub operation: String,
    /// The problem it is about.
    pub problem: Option<i64>,
    /// The user id in it.
    pub user: String,
    /// HTTP status of the answer; 0 if there was none.
    pub status: u16,
    /// How it ended: `INFO_001`, the code of a fault or refusal, `soap:Client` for a request that breaks the contract, or
    /// `ordered` for an answer that was not the true one.
    pub outcome: String,
    /// What was wrong with a request that breaks the contract.
    pub complaint: Option<String>,
}

#[derive(Debug, Default)]
pub(super) struct Journal {
    calls: Mutex<VecDeque<RequestRecord>>,
}

impl Journal {
    pub(super) fn note(&self, record: RequestRecord) {
        let mut calls = locked(&self.calls);
        if calls.len() == REMEMBERED {
            calls.pop_front();
        }
        calls.push_back(record);
    }

    pub(super) fn all(&self) -> Vec<RequestRecord> {
        locked(&self.calls).iter().cloned().collect()
    }

    pub(super) fn counts(&self) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for call in locked(&self.calls).iter() {
            *counts.entry(call.operation.clone()).or_default() += 1;
        }
        counts
    }

    pub(super) fn forget(&self) {
        locked(&self.calls).clear();
    }
}
