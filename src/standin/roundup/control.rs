//! Orders that only a stand-in takes: faults to play, and the requests it has seen.

use super::exchange::{Answer, Call};
use super::tracker::locked;
use crate::standin::fault_queue::{Counted, FaultQueue};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, VecDeque};
use std::sync::Mutex;
use std::time::Duration;

/// How many requests are remembered.
const REMEMBERED: usize = 1000;

/// A fault to play on requests that fit.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Fault {
    /// Only requests with this method; absent: all.
    #[serde(default)]
    method: Option<String>,
    /// Only requests with this in path and query.
    #[serde(default)]
    path_contains: String,
    /// Answer with this status. Without it the connection is dropped, unless the fault is a mere delay.
    #[serde(default)]
    pub(super) status: Option<u16>,
    /// How many requests it is played on.
    #[serde(default = "once")]
    count: u32,
    /// Headers of the answer.
    #[serde(default)]
    pub(super) headers: BTreeMap<String, String>,
    /// Body of the answer.
    #[serde(default)]
    pub(super) body: String,
    /// Do what the request asks for first.
    #[serde(default)]
    pub(super) after: bool,
    /// Wait this long before anything else.
    #[serde(default)]
    delay_ms: u64,
}

fn once() -> u32 {
    1
}

impl Counted for Fault {
    fn left(&mut self) -> &mut u32 {
        &mut self.count
    }
}

impl Fault {
    fn fits(&self, call: &Call) -> bool {
        let method = self.method.as_ref().is_none_or(|method| method.eq_ignore_ascii_case(&call.method));
        method && format!("{}?{}", call.path, call.query).contains(&self.path_contains)
    }

    pub(super) fn delay(&self) -> Duration {
        Duration::from_millis(self.delay_ms)
    }

    /// Whether the request is answered as ever once the delay is over.
    pub(super) fn only_delays(&self) -> bool {
        self.delay_ms > 0 && self.status.is_none() && !self.after
    }

    /// The answer to give instead of the real one; `None` drops the connection.
    pub(super) fn answer(&self) -> Option<Answer> {
        let headers = self.headers.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
        Some(Answer { status: self.status?, headers, body: self.body.clone().into() })
    }
}

/// The faults that are still to be played and the requests seen.
#[derive(Debug, Default)]
pub(super) struct Control {
    faults: FaultQueue<Fault>,
    requests: Mutex<VecDeque<Json>>,
}

impl Control {
    /// The first fault that fits the request, counted as played.
    pub(super) fn fault_for(&self, call: &Call) -> Option<Fault> {
        self.faults.take(|fault| fault.fits(call))
    }

    /// Remembers a request; `status` 0 stands for a dropped connection.
    pub(super) fn remember(&self, call: &Call, status: u16) {
        let mut requests = locked(&self.requests);
        if requests.len() == REMEMBERED {
            requests.pop_front();
        }
        let seen = json!({"method": call.method, "path": call.path, "query": call.query, "status": status});
        requests.push_back(seen);
    }

    /// Answers a request below `/tracker/standin/`.
    pub(super) fn answer(&self, call: &Call, order: &str) -> Answer {
        match (call.method.as_str(), order) {
            ("POST", "faults") => match serde_json::from_slice::<Fault>(&call.body) {
                Ok(fault) => {
                    self.faults.add(fault);
                    Answer::json(201, &json!({}))
                }
                Err(error) => Answer::json(400, &json!({"error": error.to_string()})),
            },
            ("GET", "faults") => Answer::json(200, &json!(self.faults.list())),
            ("DELETE", "faults") => {
                self.faults.clear();
                Answer::json(200, &json!({}))
            }
            ("GET", "requests") => {
                let requests = locked(&self.requests).iter().cloned().collect::<Json>();
                Answer::json(200, &json!({"requests": requests}))
            }
            ("DELETE", "requests") => {
                locked(&self.requests).clear();
                Answer::json(200, &json!({}))
            }
            _ => Answer::json(404, &json!({"error": "no such order"})),
        }
    }
}
