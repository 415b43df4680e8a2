//! What happened at a site: requests it answered and webhook deliveries it made.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use serde::Serialize;

use super::site::locked;

/// How many requests are remembered.
const REQUEST_LIMIT: usize = 1_000;
/// How many deliveries are remembered.
const DELIVERY_LIMIT: usize = 10_000;

/// One request the site answered.
#[derive(Debug, Clone, Serialize)]
pub struct RequestRecord {
    /// Method.
    pub method: String,
    /// Path and query as received.
    pub path: String,
    /// Status of the answer; 0 if the connection was closed without one.
    pub status: u16,
    /// Login name of the caller, if signed in.
    pub user: Option<String>,
    /// What was sent, where it is JSON of a moderate size.
    pub body: Option<serde_json::Value>,
}

/// One webhook delivery with all its attempts.
#[derive(Debug, Clone, Serialize)]
pub struct DeliveryRecord {
    /// The identifier: on Cloud the value of `X-Atlassian-Webhook-Identifier`.
    pub id: u64,
    /// Kind of event.
    pub event: String,
    /// Key of the issue it concerns, where the sender knows one.
    pub issue: Option<String>,
    /// Where it goes.
    pub target: String,
    /// Status of the last attempt; `None` before the first or when no answer came.
    pub status: Option<u16>,
    /// How often it was tried.
    pub attempts: u32,
    /// Whether nothing more will be tried.
    pub finished: bool,
}

#[derive(Debug, Default)]
struct Pages {
    requests: VecDeque<RequestRecord>,
    deliveries: VecDeque<DeliveryRecord>,
}

/// The journal; its clones share the pages.
#[derive(Debug, Clone, Default)]
pub(super) struct Journal {
    pages: Arc<Mutex<Pages>>,
}

fn push<T>(list: &mut VecDeque<T>, limit: usize, entry: T) {
    if list.len() == limit {
        list.pop_front();
    }
    list.push_back(entry);
}

impl Journal {
    pub(super) fn request(&self, record: RequestRecord) {
        push(&mut locked(&self.pages).requests, REQUEST_LIMIT, record);
    }

    pub(super) fn delivery(&self, record: DeliveryRecord) {
        push(&mut locked(&self.pages).deliveries, DELIVERY_LIMIT, record);
    }

    /// Notes one more attempt of a delivery.
    pub(super) fn attempted(&self, id: u64, status: Option<u16>, finished: bool) {
        let mut pages = locked(&self.pages);
        // Attempts concern recent deliveries, so the search begins at the newest.
        if let Some(record) = pages.deliveries.iter_mut().rev().find(|record| record.id == id) {
            record.attempts += 1;
            record.status = status;
            record.finished = finished;
        }
    }

    pub(super) fn requests(&self) -> Vec<RequestRecord> {
        locked(&self.pages).requests.iter().cloned().collect()
    }

    pub(super) fn deliveries(&self) -> Vec<DeliveryRecord> {
        locked(&self.pages).deliveries.iter().cloned().collect()
    }

    pub(super) fn forget_requests(&self) {
        locked(&self.pages).requests.clear();
    }

    pub(super) fn forget_deliveries(&self) {
        locked(&self.pages).deliveries.clear();
    }
}
