//! Failures ordered in advance: the next calls that fit go wrong in the way asked for.

use serde::{Deserialize, Serialize};

use super::soap_request::Request;
use crate::standin::fault_queue::Counted;

fn once() -> u32 {
    1
}

/// What a caller gets instead of the true answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FalseAnswer {
    /// A page of a gateway with this status.
    HttpStatus(u16),
    /// Nothing: the connection ends.
    HangUp,
    /// Status 200 and no body.
    Empty,
    /// The first half of the true answer, then the connection ends.
    CutShort,
    /// A SOAP fault with this code in its `KpmFault`.
    KpmFault(String),
    /// An answer of the type `MT_FAULT` with this code.
    MtFault(String),
    /// The true answer, of the type `MT_WARNING` with this code.
    Warning(String),
}

/// One ordered failure. In JSON: `{"operation": "AddNotice", "after": true, "answer": "hang_up"}` loses the answer to a notice
/// that was taken, `{"answer": {"mt_fault": "FC_090"}, "count": 2}` refuses the next two calls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// The operation it applies to; any if absent.
    #[serde(default)]
    pub operation: Option<String>,
    /// The problem it applies to; any if absent.
    #[serde(default)]
    pub problem: Option<i64>,
    /// How many calls it hits.
    #[serde(default = "once")]
    pub count: u32,
    /// Do what is asked for first, then answer falsely. `CutShort` and `Warning` always do it.
    #[serde(default)]
    pub after: bool,
    /// Wait this long before anything.
    #[serde(default)]
    pub delay_ms: u64,
    /// The answer; absent for the true one, which then comes late.
    #[serde(default)]
    pub answer: Option<FalseAnswer>,
}

impl Default for Fault {
    fn default() -> Self {
        Self { operation: None, problem: None, count: once(), after: false, delay_ms: 0, answer: None }
    }
}

impl Counted for Fault {
    fn left(&mut self) -> &mut u32 {
        &mut self.count
    }
}

impl Fault {
    /// Whether it hits this request; one that could not be read is hit by those for all operations.
    pub(super) fn hits(&self, request: Option<&Request>) -> bool {
        let operation = request.map(|request| request.operation.as_str());
        self.operation.as_deref().is_none_or(|wanted| operation == Some(wanted))
            && self.problem.is_none_or(|wanted| request.and_then(Request::problem) == Some(wanted))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_in_json() {
        let read = |text: &str| serde_json::from_str::<Fault>(text);
        let hang_up = read(r#"{"operation": "AddNotice", "after": true, "answer": "hang_up"}"#).unwrap();
        assert_eq!((hang_up.after, hang_up.count, hang_up.answer), (true, 1, Some(FalseAnswer::HangUp)));
        let refuse = read(r#"{"answer": {"mt_fault": "FC_090"}, "count": 2}"#).unwrap();
        assert_eq!(refuse.answer, Some(FalseAnswer::MtFault("FC_090".to_owned())));
        assert!(read(r#"{"operations": "AddNotice"}"#).is_err());
    }
}
