//! How a call fails: as a fault, with an answer that says so, or without any word.

/// Why an operation was not carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Failure {
    /// The request is not what the contract says: a fault of the client, with what is wrong in words.
    Client(String),
    /// A fault without a text that carries a `KpmFault`.
    Kpm { code: String, message: String },
    /// A fault that says no more than `Internal Error`, as for a document that is too large.
    Internal,
    /// An answer like any other, whose `ResponseMessage` is of the type `MT_FAULT`.
    Refused { code: String, text: String },
}

impl Failure {
    /// `FC_501`: there is no such problem. Of a process step or a document that is not there nobody has seen an answer; it is
    /// taken to be the same one.
    pub(super) fn not_found(what: &str) -> Self {
        Self::Kpm { code: "FC_501".to_owned(), message: format!("{what} not found") }
    }

    /// `FC_003`: the caller has nothing to do with that mailbox.
    pub(super) fn foreign_address() -> Self {
        Self::refused("FC_003", "No permission for the given address".to_owned())
    }

    /// `FC_090`: the caller may not do that.
    pub(super) fn no_permission(action: &str) -> Self {
        Self::refused("FC_090", format!("No permission to execute action {action}"))
    }

    /// `FC_512`: the caller may not see the problem.
    pub(super) fn not_readable() -> Self {
        Self::refused("FC_512", "No permission to read the problem".to_owned())
    }

    fn refused(code: &str, text: String) -> Self {
        Self::Refused { code: code.to_owned(), text }
    }

    /// In a word, for the list of requests.
    pub(super) fn code(&self) -> &str {
        match self {
            Self::Client(_) => "soap:Client",
            Self::Internal => "soap:Server",
            Self::Kpm { code, .. } | Self::Refused { code, .. } => code,
        }
    }
}
