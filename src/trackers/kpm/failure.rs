//! How a call fails, in three layers: no SOAP at all, a SOAP fault, or an answer whose message says that nothing was done.

use std::fmt;

use serde_json::Value;
use tracing::warn;

use crate::{
    formats::soap::{self, AnswerError},
    sync::fault::Fault,
};

/// There is no problem of that number.
const NOT_FOUND: &str = "FC_501";
/// We may not read that problem.
const NOT_READABLE: &str = "FC_512";
/// We have nothing to do with that mailbox.
const FOREIGN_ADDRESS: &str = "FC_003";
/// We may not do that with the problem.
const NOT_PERMITTED: &str = "FC_090";

/// Why a call came to nothing.
#[derive(Debug)]
pub(super) struct Failure {
    told: Told,
    fault: Fault,
}

/// What KPM itself told, as far as it decides what is done next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Told {
    Gone,
    Unreadable,
    Else,
}

impl Failure {
    /// Whether KPM says that there is no such problem.
    pub(super) fn is_gone(&self) -> bool {
        self.told == Told::Gone
    }

    /// Whether KPM says that we may not read the problem.
    pub(super) fn is_unreadable(&self) -> bool {
        self.told == Told::Unreadable
    }

    fn of_code(code: &str, words: &str) -> Self {
        let message = format!("KPM says {code}: {words}");
        let fault = match code {
            NOT_FOUND => Fault::permanent(message),
            NOT_READABLE | FOREIGN_ADDRESS | NOT_PERMITTED => Fault::refused(message),
            _ => Fault::permanent(message).hint("this code is not known to us: look at the problem in KPM"),
        };
        let told = match code {
            NOT_FOUND => Told::Gone,
            NOT_READABLE => Told::Unreadable,
            _ => Told::Else,
        };
        Self { told, fault }
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Self { told: Told::Else, fault }
    }
}

impl From<Failure> for Fault {
    fn from(failure: Failure) -> Self {
        failure.fault
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fault.fmt(f)
    }
}

/// The failure that a SOAP fault tells.
pub(super) fn of_soap_fault(fault: &soap::Fault) -> Failure {
    let told = &fault.detail["KpmFault"];
    let text = |name: &str| told[name].as_str().unwrap_or_default().trim();
    match text("errorCode") {
        "" if fault.code.rsplit(':').next() == Some("Client") => {
            Fault::permanent(format!("KPM does not take our request: {}", fault.message))
                .hint("does `wsdl` belong to the release that runs there?")
                .into()
        }
        // Also what a document gets that is too large, and what passes by itself. Whether anything was done it does not say.
        "" => Fault::transient(format!("{fault}")).into(),
        code => Failure::of_code(code, text("message")),
    }
}

/// The failure of an answer that could not be read. Whether the request was carried out nobody knows.
pub(super) fn of_answer_error(error: &AnswerError) -> Fault {
    match error {
        AnswerError::TooLarge { .. } => Fault::permanent(error.to_string()),
        _ => Fault::transient(error.to_string()),
    }
}

/// Whether the message of an answer says that it is done; what kept it from that else. `payload` is what the answer holds.
pub(super) fn check_message(operation: &str, payload: &Value) -> Result<(), Failure> {
    let message = &payload["ResponseMessage"];
    let text = |name: &str| message[name].as_str().unwrap_or_default().trim();
    let (code, words) = (text("MessageId"), text("MessageText"));
    match text("MessageType") {
        "MT_INFO" => Ok(()),
        "MT_WARNING" => {
            warn!(operation, code, words, "KPM has done it, with a warning");
            Ok(())
        }
        "MT_FAULT" => Err(Failure::of_code(code, words)),
        "" if message.is_null() => {
            Err(Fault::transient(format!("the answer to {operation} does not say whether anything was done")).into())
        }
        _ if words.to_lowercase().contains("success") => Ok(()),
        kind => Err(Failure::of_code(code, &format!("{words} ({kind})"))),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn kind(failure: &Failure) -> &'static str {
        failure.fault.word()
    }

    #[test]
    fn each_code_has_its_kind_wherever_it_comes() {
        let fault = |code: &str| soap::Fault {
            code: "soap:Server".to_owned(),
            detail: json!({ "KpmFault": { "errorCode": code, "message": "so it is" } }),
            ..soap::Fault::default()
        };
        let answer = |code: &str| {
            let message = json!({ "MessageType": "MT_FAULT", "MessageId": code, "MessageText": "so it is" });
            check_message("AddNotice", &json!({ "ResponseMessage": message })).unwrap_err()
        };
        for (code, word) in [
            ("FC_501", "permanent"),
            ("FC_512", "refused"),
            ("FC_003", "refused"),
            ("FC_090", "refused"),
            ("FC_777", "permanent"),
        ] {
            for failure in [of_soap_fault(&fault(code)), answer(code)] {
                assert_eq!(kind(&failure), word, "{code}");
                assert_eq!((failure.is_gone(), failure.is_unreadable()), (code == "FC_501", code == "FC_512"));
                assert!(failure.to_string().contains(code) && failure.to_string().contains("so it is"), "{failure}");
            }
        }
    }

    #[test]
    fn a_fault_without_a_code_may_pass_unless_it_is_ours() {
        let fault = |code: &str, message: &str| {
            of_soap_fault(&soap::Fault { code: code.to_owned(), message: message.to_owned(), ..soap::Fault::default() })
        };
        assert_eq!(kind(&fault("soap:Server", "Internal Error")), "transient");
        assert_eq!(kind(&fault("soap:Client", "no such element")), "permanent");
    }

    #[test]
    fn only_an_answer_that_says_so_is_a_success() {
        let outcome = |message: Value| check_message("GetDocument", &json!({ "ResponseMessage": message }));
        assert!(outcome(json!({ "MessageType": "MT_INFO", "MessageId": "INFO_001" })).is_ok());
        assert!(outcome(json!({ "MessageType": "MT_WARNING", "MessageId": "WARN_007" })).is_ok());
        assert!(outcome(json!({ "MessageType": "MT_NEW", "MessageText": "Method completed successfully" })).is_ok());
        assert_eq!(kind(&outcome(json!({ "MessageType": "MT_NEW", "MessageText": "No" })).unwrap_err()), "permanent");
        assert_eq!(kind(&outcome(json!(null)).unwrap_err()), "transient");
    }
}
