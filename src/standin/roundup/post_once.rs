//! Post-once tokens: an address that takes one POST.

use super::fields::{Fields, Raw};
use super::permission::Caller;
use super::refusal::Refusal;
use super::tracker::locked;
use jiff::Timestamp;
use std::collections::HashMap;
use std::sync::Mutex;

/// The tokens that were not used yet.
#[derive(Debug, Default)]
pub(super) struct PostOnce(Mutex<HashMap<String, Token>>);

#[derive(Debug)]
struct Token {
    user: String,
    /// `None` for a token that is good for every class.
    class: Option<String>,
    expires: Timestamp,
}

impl PostOnce {
    /// Makes a token; answers it with the time it expires, in seconds since 1970.
    pub(super) fn issue(&self, caller: &Caller, class: &str, fields: &Fields) -> Result<(String, f64), Refusal> {
        let lifetime = match fields.get("lifetime") {
            None => 30 * 60,
            Some(Raw::Text(text)) => text.parse().map_err(|_| {
                let message = "Value 'lifetime' must be an integer specify lifetime in seconds. Got";
                Refusal::usage(format!("{message} {text}."))
            })?,
            Some(_) => return Err(Refusal::usage("Value 'lifetime' must be an integer")),
        };
        if !(1..=3600).contains(&lifetime) {
            let message = "Value 'lifetime' must be between 1 second and 1 hour (3600 seconds). Got";
            return Err(Refusal::usage(format!("{message} {lifetime}.")));
        }
        let expires = Timestamp::now() + jiff::SignedDuration::from_secs(lifetime);
        let class = fields.get("generic").is_none().then(|| class.to_owned());
        let key = uuid::Uuid::new_v4().simple().to_string();
        locked(&self.0).insert(key.clone(), Token { user: caller.id.clone(), class, expires });
        Ok((key, expires.as_duration().as_secs_f64()))
    }

    /// Takes a token out of use, right or wrong: a second POST must find nothing, even if the first one failed.
    pub(super) fn redeem(&self, caller: &Caller, class: &str, key: &str) -> Result<(), Refusal> {
        let invalid = || Refusal::usage(format!("POE token '{key}' not valid."));
        let token = locked(&self.0).remove(key).ok_or_else(invalid)?;
        if token.expires < Timestamp::now() || token.user != caller.id {
            return Err(invalid());
        }
        match token.class {
            Some(wanted) if wanted != class => {
                Err(Refusal::usage(format!("POE token '{key}' not valid for {class}, was generated for class {wanted}")))
            }
            _ => Ok(()),
        }
    }
}
