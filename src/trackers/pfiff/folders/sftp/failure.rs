//! How a request fails.

use russh_sftp::{client::error::Error, protocol::StatusCode};

use crate::sync::fault::Fault;

/// Why something came to nothing.
#[derive(Debug)]
pub(super) enum Failure {
    /// The server refused a request. The session is as good as before.
    Refused {
        /// Its reason, as the protocol names it.
        code: StatusCode,
        /// Its own words.
        words: String,
    },
    /// Nothing more is to be expected of this session, and nobody knows what became of the last request.
    Lost(String),
    /// What is wrong is known, and told.
    Told(Fault),
}

impl Failure {
    /// Whether the server says that there is no such file or folder.
    pub(super) fn is_not_there(&self) -> bool {
        matches!(self, Self::Refused { code: StatusCode::NoSuchFile, .. })
    }

    /// The fault, with what was being done before it.
    pub(super) fn told(self, doing: &str) -> Fault {
        match self {
            Self::Told(fault) => fault.while_doing(doing),
            Self::Lost(how) => Fault::transient(format!("{doing}: {how}")),
            Self::Refused { code, words } => refused(code, format!("{doing}: the server says {}", both(code, &words))),
        }
    }
}

/// Most servers say in words what the code says.
fn both(code: StatusCode, words: &str) -> String {
    let code = code.to_string();
    if words.is_empty() || words.eq_ignore_ascii_case(&code) { code } else { format!("{code} ({words})") }
}

fn refused(code: StatusCode, message: String) -> Fault {
    match code {
        StatusCode::NoSuchFile => Fault::permanent(message).hint("make the folder there, or correct its path"),
        StatusCode::PermissionDenied => {
            Fault::permanent(message).hint("let our account on that host do it, for example by its group")
        }
        StatusCode::OpUnsupported | StatusCode::BadMessage => Fault::permanent(message),
        // It has one word for a full disk, a broken one, and all else.
        _ => Fault::transient(message).hint("look at that host: is a disk full?"),
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::Status(status) => match status.status_code {
                code @ (StatusCode::NoConnection | StatusCode::ConnectionLost) => Self::Lost(code.to_string()),
                code => Self::Refused { code, words: status.error_message },
            },
            Error::Timeout => Self::Lost("no answer in time".to_owned()),
            error => Self::Lost(format!("the connection broke: {error}")),
        }
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Self::Told(fault)
    }
}

#[cfg(test)]
mod tests {
    use russh_sftp::protocol::Status;

    use super::*;

    fn of(status_code: StatusCode, words: &str) -> Failure {
        let status = Status { id: 1, status_code, error_message: words.to_owned(), language_tag: String::new() };
        Error::Status(status).into()
    }

    #[test]
    fn what_may_pass_is_told_from_what_a_person_has_to_change() {
        let denied = of(StatusCode::PermissionDenied, "Permission denied").told("listing x");
        assert!(!denied.is_transient() && denied.hint.is_some());
        assert_eq!(denied.message, "listing x: the server says Permission denied");
        let full = of(StatusCode::Failure, "quota exceeded").told("writing x");
        assert!(full.is_transient() && full.message.ends_with("the server says Failure (quota exceeded)"), "{full}");
        assert!(of(StatusCode::NoSuchFile, "").is_not_there());
        assert!(matches!(of(StatusCode::ConnectionLost, ""), Failure::Lost(_)));
        assert!(Failure::from(Error::Timeout).told("x").is_transient());
    }
}
