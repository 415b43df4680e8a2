//! How a stand-in is set up.

use std::time::Duration;

/// A user of the stand-in.
#[derive(Clone, Debug)]
pub struct RoundupUser {
    /// The name to log in with.
    pub name: String,
    /// The password, kept and compared as it stands.
    pub password: String,
    /// Roles, comma separated: `Admin` may do everything; any other role may do what `User` may in the classic template.
    pub roles: String,
}

impl RoundupUser {
    /// A user with these roles.
    #[must_use]
    pub fn new(name: &str, password: &str, roles: &str) -> Self {
        Self { name: name.to_owned(), password: password.to_owned(), roles: roles.to_owned() }
    }
}

/// Where events go.
#[derive(Clone, Debug)]
pub struct WebhookTarget {
    /// The address that events are posted to.
    pub url: String,
    /// What they are signed with: `whsec_` and base64, or any other text, whose bytes are then the key.
    pub secret: String,
}

/// How a stand-in is set up; [`Default`] gives one that is ready for use.
#[derive(Clone, Debug)]
pub struct RoundupOptions {
    /// Address and port to listen on; port 0 takes a free one.
    pub listen: String,
    /// What a browser on this tracker sends as `Origin`, where a proxy stands before it: `http://127.0.0.1:8080`.
    pub web: Option<String>,
    /// The tracker's name, which is part of the session cookie's name.
    pub name: String,
    /// The users; the first one gets id 1 and is named as the maker of everything that exists from the start.
    pub users: Vec<RoundupUser>,
    /// Names of the items in `ext_tracker`.
    pub ext_trackers: Vec<String>,
    /// Names of the items in `msg_keyword`.
    pub keywords: Vec<String>,
    /// Who is told about changes from the start.
    pub webhooks: Vec<WebhookTarget>,
    /// The pause before an event that was not taken is posted again.
    pub retry_delay: Duration,
    /// Largest request body that is read, in bytes.
    pub max_body: usize,
}

impl Default for RoundupOptions {
    /// A free port on this machine, the users `admin`/`admin`, `sync`/`sync-secret` and `jane`/`jane-secret`, the external
    /// tracker `upstream`, the keyword `customer`, and nobody to tell about changes.
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:0".into(),
            web: None,
            name: "Office".into(),
            users: vec![
                RoundupUser::new("admin", "admin", "Admin"),
                RoundupUser::new("sync", "sync-secret", "User"),
                RoundupUser::new("jane", "jane-secret", "User"),
            ],
            ext_trackers: vec!["upstream".into()],
            keywords: vec!["customer".into()],
            webhooks: Vec::new(),
            retry_delay: Duration::from_millis(500),
            max_body: 64 * 1024 * 1024,
        }
    }
}
