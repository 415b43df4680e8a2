//! What a stand-in KPM is started with.

use std::time::Duration;

use super::mailbox::Mailbox;

/// TLS with a certificate on both sides, all in PEM.
#[derive(Clone)]
pub struct MutualTls {
    /// The server's certificate, followed by those that vouch for it.
    pub certificate: String,
    /// The server's private key.
    pub key: String,
    /// Certificates of those who vouch for clients.
    pub client_authorities: String,
}

impl std::fmt::Debug for MutualTls {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("MutualTls")
    }
}

/// How a stand-in is set up; [`Default`] gives one that is ready for use.
#[derive(Debug, Clone)]
pub struct KpmOptions {
    /// Address and port to listen on; port 0 takes a free one.
    pub listen: String,
    /// The contract, in place of our own: one of another release.
    pub wsdl: Option<String>,
    /// With this, only clients with a certificate are let in; without it, everything is plain.
    pub tls: Option<MutualTls>,
    /// The user ids that are let in. There is no password.
    pub user_ids: Vec<String>,
    /// The mailboxes of these users. The first one is where new problems go.
    pub mailboxes: Vec<Mailbox>,
    /// How long a new process step or document stays invisible. The real service takes about a second.
    pub read_back_delay: Duration,
    /// Largest document in bytes; 10 MiB in the real service.
    pub document_limit: usize,
    /// Largest request in bytes; a document in base64 takes 4/3 of its size. What is larger is refused with 413.
    pub request_limit: usize,
    /// The number of the first problem.
    pub first_problem_number: i64,
    /// The offset of the time zone in which all times are written, in minutes.
    pub zone_offset_minutes: i32,
    /// Whether a request needs `To`, `Action` and `MessageID` in its header. That the real service insists on them is a guess.
    pub require_addressing: bool,
}

impl Default for KpmOptions {
    /// A free port on this machine, plain, the user `kpm-sync` with the mailbox `KPM-TEST/Z$`, nothing delayed.
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:0".to_owned(),
            wsdl: None,
            tls: None,
            user_ids: vec!["kpm-sync".to_owned()],
            mailboxes: vec![Mailbox::new("KPM-TEST", "Z$")],
            read_back_delay: Duration::ZERO,
            document_limit: 10 * 1024 * 1024,
            request_limit: 48 * 1024 * 1024,
            first_problem_number: 5_000_001,
            zone_offset_minutes: 120,
            require_addressing: true,
        }
    }
}
