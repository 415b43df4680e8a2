//! Whether a tracker's address answers at all, to whomever.

use std::time::Duration;

use jiff::Timestamp;
use reqwest::{Url, header::DATE};

use super::classify::fault_of_transport;
use crate::sync::fault::Fault;

/// An answer, whatever it says.
#[derive(Clone, Debug)]
pub struct Reached {
    /// What time it is there, where the answer tells: by the second.
    pub date: Option<Timestamp>,
}

/// Asks for the address without any credentials.
///
/// # Errors
/// No answer, or none over a connection that can be trusted.
pub async fn reach(url: &Url, timeout: Duration) -> Result<Reached, Fault> {
    let client = reqwest::Client::builder().timeout(timeout).redirect(reqwest::redirect::Policy::none()).build();
    let client = client.map_err(|error| Fault::permanent(format!("no HTTP client: {error}")))?;
    let mut url = url.clone();
    // Those of the URL itself would be sent, too.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    let answer = client.get(url).send().await.map_err(fault_of_transport)?;
    let told = answer.headers().get(DATE).and_then(|date| date.to_str().ok());
    let date = told.and_then(|told| jiff::fmt::rfc2822::parse(told).ok()).map(|zoned| zoned.timestamp());
    Ok(Reached { date })
}
