//! Failures ordered in advance: the next matching requests go wrong in the way asked for.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::reply::{Answer, Content};
use crate::standin::fault_queue::Counted;

fn once() -> u32 {
    1
}

/// The shapes that the errors of a Jira come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorShape {
    /// `{errorMessages, errors}`
    Messages,
    /// `{errorMessages}` alone
    MessagesOnly,
    /// `application/problem+json`
    Problem,
    /// What a gateway in front of Jira says: `{timestamp, status, error, message, path}`
    Gateway,
    /// A page for people
    Html,
    /// One line of text
    Text,
    /// Nothing
    Empty,
}

impl ErrorShape {
    fn answer(self, status: u16) -> Answer {
        let said = "This failure was ordered.";
        let raw = |kind: &str, text: String| {
            let mut answer = Answer::empty(status);
            answer.content = Content::Raw(kind.to_owned(), text.into());
            answer
        };
        match self {
            Self::Messages => Answer::message(status, said),
            Self::MessagesOnly => Answer::json(status, json!({"errorMessages": [said]})),
            Self::Problem => {
                let body = json!({"type": "about:blank", "title": said, "status": status, "detail": said, "instance": "/"});
                raw("application/problem+json", body.to_string())
            }
            Self::Gateway => {
                let now = jiff::Timestamp::now().to_string();
                Answer::json(status, json!({"timestamp": now, "status": status, "error": said, "message": said, "path": "/"}))
            }
            Self::Html => Answer::html(status, said),
            Self::Text => raw("text/plain;charset=UTF-8", said.to_owned()),
            Self::Empty => Answer::empty(status),
        }
    }
}

/// One ordered failure.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// Method it applies to; any if absent.
    #[serde(default)]
    pub method: Option<String>,
    /// Text that must occur in path and query.
    #[serde(default)]
    pub path_contains: String,
    /// Status to answer with instead of doing the request; absent, the request is done.
    #[serde(default)]
    pub status: Option<u16>,
    /// How many requests it hits.
    #[serde(default = "once")]
    pub count: u32,
    /// Headers of the answer.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// Body of the answer: text goes out as it is, anything else as JSON.
    #[serde(default)]
    pub body: Option<Value>,
    /// The shape of the answer, where no body is given.
    #[serde(default)]
    pub shape: Option<ErrorShape>,
    /// Do the request, then close the connection without an answer.
    #[serde(default)]
    pub after: bool,
    /// Wait this long first.
    #[serde(default)]
    pub delay_ms: u64,
}

impl Default for Fault {
    fn default() -> Self {
        Self {
            method: None,
            path_contains: String::new(),
            status: None,
            count: once(),
            headers: BTreeMap::new(),
            body: None,
            shape: None,
            after: false,
            delay_ms: 0,
        }
    }
}

impl Counted for Fault {
    fn left(&mut self) -> &mut u32 {
        &mut self.count
    }
}

impl Fault {
    pub(super) fn hits(&self, method: &str, path: &str) -> bool {
        self.method.as_deref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(method)) && path.contains(&self.path_contains)
    }

    /// The answer to give instead of the true one, if there is one.
    pub(super) fn answer(&self) -> Option<Answer> {
        let mut answer = self.shape.unwrap_or(ErrorShape::Empty).answer(self.status?);
        match &self.body {
            None => {}
            Some(Value::String(text)) => {
                answer.content = Content::Raw("text/plain;charset=UTF-8".to_owned(), text.clone().into());
            }
            Some(body) => answer.content = Content::Json(body.clone()),
        }
        for (name, value) in &self.headers {
            answer = answer.with(name, value.as_str());
        }
        Some(answer)
    }
}
