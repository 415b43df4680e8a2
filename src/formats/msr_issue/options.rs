//! How a document is read.

use super::limits::Limits;

/// How a document is read. The default is right for what Porsche sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadOptions {
    /// What the full name of the peer contains.
    pub peer_company: String,
    /// The short name of the peer, for documents that do not tell it.
    pub peer_company_short: String,
    /// Our own short name. Without it, whoever is not the peer is us.
    pub own_company_short: Option<String>,
    /// What is read at most.
    pub limits: Limits,
}

impl Default for ReadOptions {
    fn default() -> Self {
        Self {
            peer_company: "Porsche AG".to_owned(),
            peer_company_short: "PAG".to_owned(),
            own_company_short: None,
            limits: Limits::default(),
        }
    }
}
