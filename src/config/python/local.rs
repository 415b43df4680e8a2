//! The local tracker, and addresses: the predecessor wrote the path of the interface behind them, and for Roundup name and password
//! before the host.

use url::Url;

use super::{
    evaluate::Evaluator,
    names::Owner,
    settings::{Building, Settings},
};
use crate::config::{node::Table, place::Place};

/// Paths of interfaces that our adapters find by themselves.
const INTERFACES: [&str; 6] = ["/rest/api/2", "/rest/api/3", "/rest/api/latest", "/xmlrpc", "/rest/data", "/rest"];

pub(super) fn read(settings: &Settings, evaluator: &mut Evaluator<'_>, file: &Place) -> Table {
    let url = settings.text(evaluator, "LOCAL_URL");
    let older = settings.text(evaluator, "ROUNDUP_URL");
    // In older files the local tracker is a Roundup, and there is no other word for it.
    let kind = if url.is_none() && older.is_some() { "roundup" } else { "jira" };
    let named = settings.text(evaluator, "LOCAL_TRACKER");
    let url = url.or(older);
    let place = url.as_ref().or(named.as_ref()).map_or(file, |(key, ..)| key).clone();
    let mut local = Building::new(place.clone());
    match named {
        Some((key, kind, value)) => local.text("kind", key, &kind, value),
        None => local.text("kind", place.clone(), kind, place.clone()),
    }
    if let Some((key, url, value)) = url {
        put_url(&mut local, &key, &url, &value);
    }
    settings.put_keys(evaluator, Owner::Local, &mut local);
    keep_last(&mut local.table);
    local.flag("webhooks", place, false);
    local.table
}

/// `LOCAL_USERNAME` is stronger than a name in the address.
fn keep_last(table: &mut Table) {
    let mut at = 0;
    while at < table.entries.len() {
        let again = table.entries[at + 1..].iter().any(|later| later.key == table.entries[at].key);
        if again {
            table.entries.remove(at);
        } else {
            at += 1;
        }
    }
}

/// Puts an address, and the account that stands in it.
pub(super) fn put_url(to: &mut Building, key: &Place, text: &str, value: &Place) {
    let Ok(mut url) = Url::parse(text) else {
        // What is wrong with it is told when the tracker is read.
        to.text("url", key.clone(), text, value.clone());
        return;
    };
    let (username, password) = (decoded(url.username()), url.password().map(decoded));
    let plain = url.set_username("").is_ok() && url.set_password(None).is_ok();
    let base = url.as_str().trim_end_matches('/');
    let base = INTERFACES.iter().find_map(|path| base.strip_suffix(path)).unwrap_or(base);
    to.text("url", key.clone(), if plain { base } else { text }, value.clone());
    if !username.is_empty() {
        to.text("username", key.clone(), &username, value.clone());
    }
    if let Some(password) = password {
        to.text("password", key.clone(), &password, value.clone());
    }
}

/// `%40` is `@` within the account of an address.
fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let (mut plain, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while let Some(byte) = bytes.get(at) {
        let digits = bytes.get(at + 1..at + 3).filter(|digits| *byte == b'%' && digits.iter().all(u8::is_ascii_hexdigit));
        let escaped = digits.and_then(|digits| std::str::from_utf8(digits).ok());
        plain.push(escaped.and_then(|digits| u8::from_str_radix(digits, 16).ok()).unwrap_or(*byte));
        at += if digits.is_some() { 3 } else { 1 };
    }
    String::from_utf8(plain).unwrap_or_else(|_| text.to_owned())
}
