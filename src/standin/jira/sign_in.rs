//! Who calls. Both products have ways of not saying that a credential is wrong.

use std::{collections::HashMap, sync::Mutex};

use actix_web::http::header::{AUTHORIZATION, HeaderMap};
use base64::{Engine, prelude::BASE64_STANDARD};

use super::{
    options::Dialect,
    reply::Answer,
    site::{Site, locked},
    specs::UserSpec,
};

/// The sender of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Caller {
    /// Signed in, with the login name.
    User(String),
    /// Nobody; `failed` if a credential came that is wrong.
    Anonymous {
        /// Whether there was a credential.
        failed: bool,
    },
}

impl Caller {
    /// The login name.
    pub(super) fn name(&self) -> Option<&str> {
        match self {
            Self::User(name) => Some(name),
            Self::Anonymous { .. } => None,
        }
    }
}

/// Wrong passwords in a row, by login name.
#[derive(Debug, Default)]
pub(super) struct WrongPasswords {
    counts: Mutex<HashMap<String, u32>>,
}

/// Finds out who sends a request; the error is an answer given before anything else is looked at.
pub(super) fn identify(site: &Site, headers: &HeaderMap) -> Result<Caller, Answer> {
    let Some(credential) = headers.get(AUTHORIZATION) else {
        return Ok(Caller::Anonymous { failed: false });
    };
    let credential = credential.to_str().unwrap_or_default();
    if let Some(token) = credential.strip_prefix("Bearer ") {
        return bearer(site, token);
    }
    let pair = credential.get(..6).filter(|scheme| scheme.eq_ignore_ascii_case("basic ")).and_then(|_| {
        let decoded = BASE64_STANDARD.decode(credential[6..].trim()).ok()?;
        let text = String::from_utf8(decoded).ok()?;
        let (name, secret) = text.split_once(':')?;
        Some((name.to_owned(), secret.to_owned()))
    });
    match pair {
        Some((name, secret)) => basic(site, &name, &secret),
        None => Ok(Caller::Anonymous { failed: true }),
    }
}

fn bearer(site: &Site, token: &str) -> Result<Caller, Answer> {
    if site.options.dialect == Dialect::Cloud {
        let body = serde_json::json!({"error": "Failed to parse Connect Session Auth Token"});
        return Err(Answer::json(403, body));
    }
    let owner = site.options.users.iter().find(|user| accepts(site, user, token));
    Ok(owner.map_or(Caller::Anonymous { failed: true }, |user| Caller::User(user.name.clone())))
}

fn basic(site: &Site, name: &str, secret: &str) -> Result<Caller, Answer> {
    let named = |user: &&UserSpec| {
        user.name == name || (site.options.dialect == Dialect::Cloud && user.email.eq_ignore_ascii_case(name))
    };
    let right = site.options.users.iter().find(named).filter(|user| accepts(site, user, secret));
    if site.options.dialect == Dialect::DataCenter {
        demand_captcha(site, name, right.is_some())?;
    }
    match right {
        Some(user) => Ok(Caller::User(user.name.clone())),
        None if site.options.dialect == Dialect::Cloud => Ok(Caller::Anonymous { failed: true }),
        None => Err(Answer::html(401, "Unauthorized (401)")
            .with("X-Seraph-LoginReason", "AUTHENTICATED_FAILED")
            .with("WWW-Authenticate", "OAuth realm=\"jira\"")),
    }
}

/// Whether a secret opens an account.
fn accepts(site: &Site, user: &UserSpec, secret: &str) -> bool {
    user.active && user.secret == secret && !site.accounts.is_expired(&user.name)
}

/// After too many wrong passwords not even the right one helps.
fn demand_captcha(site: &Site, name: &str, right: bool) -> Result<(), Answer> {
    let mut counts = locked(&site.wrong_passwords.counts);
    let count = counts.entry(name.to_owned()).or_insert(0);
    if site.options.captcha_after.is_some_and(|allowed| *count >= allowed) || site.accounts.is_locked(name) {
        return Err(Answer::html(403, "Forbidden (403)")
            .with("X-Seraph-LoginReason", "AUTHENTICATION_DENIED")
            .with("X-Authentication-Denied-Reason", "CAPTCHA_CHALLENGE"));
    }
    *count = if right { 0 } else { *count + 1 };
    Ok(())
}

/// The headers that tell a caller who the site takes it for.
pub(super) fn mark(site: &Site, caller: &Caller, answer: Answer) -> Answer {
    let reason = match caller {
        Caller::User(_) => Some("OK"),
        Caller::Anonymous { failed: true } => Some("AUTHENTICATED_FAILED"),
        Caller::Anonymous { failed: false } => None,
    };
    let answer = match reason {
        Some(reason) => answer.with("X-Seraph-LoginReason", reason),
        None => answer,
    };
    match (site.options.dialect, caller.name()) {
        (Dialect::DataCenter, name) => answer.with("X-AUSERNAME", name.unwrap_or("anonymous")),
        (Dialect::Cloud, Some(name)) => {
            let id = site.user(name).map(|user| user.account_id.replace(':', "%3A")).unwrap_or_default();
            answer.with("X-Aaccountid", id)
        }
        (Dialect::Cloud, None) => answer,
    }
}
