//! Who is calling: HTTP basic auth or the session cookie, and the brake on guessing passwords.

use super::exchange::{Answer, Call};
use super::permission::Caller;
use super::store::Store;
use super::tracker::locked;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::collections::{HashMap, HashSet};
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// Failed logins that one user has free within [`WINDOW`].
const FREE_FAILURES: usize = 4;
const WINDOW: Duration = Duration::from_mins(10);

/// Sessions, form tokens and failed logins.
#[derive(Debug)]
pub(super) struct Logins {
    cookie: String,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// User names by session.
    sessions: HashMap<String, String>,
    form_tokens: HashSet<String>,
    failures: HashMap<String, Vec<Instant>>,
}

impl Logins {
    pub(super) fn new(tracker: &str) -> Self {
        let letters: String = tracker.chars().filter(char::is_ascii_alphabetic).collect();
        Self { cookie: format!("roundup_session_{letters}"), state: Mutex::default() }
    }

    /// The user who makes the call, `None` for nobody known, or the answer to a failed login.
    pub(super) fn caller(&self, store: &Store, call: &Call) -> Result<Option<Caller>, Answer> {
        if let Some(authorization) = call.header("Authorization") {
            let (name, password) = basic(authorization).ok_or_else(invalid_login)?;
            return self.check(store, &name, &password).map(Some);
        }
        let session = cookies(call).find(|(name, _)| *name == self.cookie).map(|(_, value)| value);
        let name = session.and_then(|session| locked(&self.state).sessions.get(session).cloned());
        Ok(name.and_then(|name| Caller::named(store, &name)))
    }

    /// Compares name and password.
    pub(super) fn check(&self, store: &Store, name: &str, password: &str) -> Result<Caller, Answer> {
        let mut state = locked(&self.state);
        let failures = state.failures.entry(name.to_owned()).or_default();
        failures.retain(|at| at.elapsed() < WINDOW);
        if let (Some(first), true) = (failures.first(), failures.len() >= FREE_FAILURES) {
            // Also for the right password, or the brake would tell when it was found.
            return Err(too_fast(WINDOW.saturating_sub(first.elapsed())));
        }
        let known = store.list("user").find(|user| user.get("username").text() == Some(name));
        let right = known.is_some_and(|user| user.get("password").text() == Some(password));
        match Caller::named(store, name) {
            Some(caller) if right => {
                failures.clear();
                Ok(caller)
            }
            _ => {
                failures.push(Instant::now());
                Err(invalid_login())
            }
        }
    }

    /// Starts a session; answers the value for `Set-Cookie`.
    pub(super) fn open_session(&self, caller: &Caller) -> String {
        let session = STANDARD.encode(uuid::Uuid::new_v4());
        let cookie = format!("{}={session}; Path=/tracker/; SameSite=Lax; HttpOnly;", self.cookie);
        locked(&self.state).sessions.insert(session, caller.name.clone());
        cookie
    }

    pub(super) fn new_form_token(&self) -> String {
        let token = uuid::Uuid::new_v4().simple().to_string();
        locked(&self.state).form_tokens.insert(token.clone());
        token
    }

    /// Whether the token is one that was given out; it is good for one use.
    pub(super) fn take_form_token(&self, token: &str) -> bool {
        locked(&self.state).form_tokens.remove(token)
    }
}

fn basic(authorization: &str) -> Option<(String, String)> {
    let (scheme, encoded) = authorization.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (name, password) = decoded.split_once(':')?;
    Some((name.to_owned(), password.to_owned()))
}

fn cookies(call: &Call) -> impl Iterator<Item = (&str, &str)> {
    let headers = call.headers.get_all("Cookie").filter_map(|header| header.to_str().ok());
    headers.flat_map(|header| header.split(';')).filter_map(|cookie| cookie.trim().split_once('='))
}

fn invalid_login() -> Answer {
    Answer::new(401, "text/plain", "Invalid Login - Invalid login")
}

/// Roundup gives one more attempt after a quarter of the window.
fn too_fast(left: Duration) -> Answer {
    let wait = (left.as_secs() / 4).max(1);
    let body = format!("Logins occurring too fast. Please wait: {wait} seconds.");
    Answer::new(429, "text/plain", body).with("Retry-After", wait.to_string())
}
