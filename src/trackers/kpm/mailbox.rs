//! Our mailbox: which problems lie in it, and which changed of all that we ever had to do with.

use std::collections::BTreeMap;

use jiff::{Timestamp, tz::TimeZone};
use serde_json::{Value, json};
use tokio::sync::Mutex;

use super::{client::Client, convert, times};
use crate::{
    config::partner::KpmConfig,
    ids::IssueId,
    sync::{
        fault::Fault,
        ports::{End, Listing, Pages},
    },
};

/// A mailbox, and what was last seen to lie in it.
pub(super) struct Mailbox {
    organisational_unit: String,
    plant: String,
    seen: Mutex<Option<Seen>>,
}

/// The mailbox at one time.
struct Seen {
    /// When each problem in it was last changed, in KPM's own words.
    problems: BTreeMap<String, String>,
    /// The latest of them: up to then at least, the mailbox was what is seen here.
    up_to: String,
    /// When each problem was last changed that did not lie in it when somebody looked for it, now or before.
    elsewhere: BTreeMap<String, String>,
}

impl Seen {
    /// Whether a problem that was last changed then lies in it; `None` if it may have come or gone since.
    fn tells_of(&self, problem: &str, changed: &str) -> Option<bool> {
        match self.problems.get(problem) {
            Some(seen) => (seen == changed).then_some(true),
            None if changed.is_empty() => None,
            None => {
                (*changed <= *self.up_to || self.elsewhere.get(problem).is_some_and(|seen| seen == changed)).then_some(false)
            }
        }
    }
}

impl Mailbox {
    pub(super) fn new(config: &KpmConfig) -> Self {
        Self { organisational_unit: config.organisational_unit.clone(), plant: config.plant.clone(), seen: Mutex::default() }
    }

    /// `UNIT/PLANT`, as people name it.
    pub(super) fn name(&self) -> String {
        format!("{}/{}", self.organisational_unit, self.plant)
    }

    /// Whether a problem lies in it that was last changed then, in KPM's words. Where a problem comes to lie is a change of it, so what
    /// was seen is believed as long as it is about the same state of the problem.
    pub(super) async fn holds(&self, client: &Client, problem: &str, changed: &str) -> Result<bool, Fault> {
        let mut seen = self.seen.lock().await;
        if let Some(told) = seen.as_ref().and_then(|seen| seen.tells_of(problem, changed)) {
            return Ok(told);
        }
        let mut now = self.look(client).await?;
        now.elsewhere = seen.take().map(|before| before.elsewhere).unwrap_or_default();
        let holds = now.problems.contains_key(problem);
        if holds {
            now.elsewhere.remove(problem);
        } else {
            now.elsewhere.insert(problem.to_owned(), changed.to_owned());
        }
        *seen = Some(now);
        Ok(holds)
    }

    /// Whether a problem that was just read lies in it. Reading it made sure that what was seen is still so; what was not seen there is
    /// looked for once more.
    pub(super) async fn lists(&self, client: &Client, problem: &str) -> Result<bool, Fault> {
        let mut seen = self.seen.lock().await;
        if seen.as_ref().is_some_and(|seen| seen.problems.contains_key(problem)) {
            return Ok(true);
        }
        let now = seen.insert(self.look(client).await?);
        Ok(now.problems.contains_key(problem))
    }

    /// What lies in it now.
    pub(super) async fn listing(&self, client: &Client) -> Result<Listing, Fault> {
        let mut seen = self.seen.lock().await;
        let now = seen.insert(self.look(client).await?);
        let mut pages = Pages::default();
        pages.add(now.problems.keys().map(IssueId::new));
        pages.end(End::Said)
    }

    /// All problems that changed since then, of those that lie in it and those that its users took part in.
    pub(super) async fn changed(&self, client: &Client, since: Timestamp, zone: &TimeZone) -> Result<Listing, Fault> {
        let fields = json!({
            "LastChangeTimestamp": times::since(since, zone),
            "OverviewAddress": self.address(),
            "ActiveOverview": true,
            "PassiveOverview": true,
        });
        let mut pages = Pages::default();
        pages.add(references(&client.call("GetMultipleProblemData", fields).await?)?.into_keys().map(IssueId::new));
        pages.end(End::Said)
    }

    async fn look(&self, client: &Client) -> Result<Seen, Fault> {
        let fields = json!({ "OverviewAddress": self.address(), "ActiveOverview": true, "PassiveOverview": false });
        let problems = references(&client.call("GetMultipleProblemData", fields).await?)?;
        let up_to = problems.values().max().cloned().unwrap_or_default();
        Ok(Seen { problems, up_to, elsewhere: BTreeMap::new() })
    }

    fn address(&self) -> Value {
        json!({ "OrganisationalUnit": self.organisational_unit, "Plant": self.plant })
    }
}

/// The problems of an overview, and when each was last changed. One without a number is an error: the list would be shorter than it is.
fn references(overview: &Value) -> Result<BTreeMap<String, String>, Fault> {
    let reference = |told: &Value| {
        let number = convert::field(told, "ProblemNumber");
        if number.is_empty() {
            return Err(Fault::transient("the overview of KPM tells a problem without its number; it may not be complete"));
        }
        Ok((number, convert::field(told, "LastChangeTimestamp")))
    };
    convert::elements(overview, "ProblemReference").iter().map(reference).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_seen_is_believed_of_the_state_that_it_was_seen_in() {
        let problems =
            BTreeMap::from([("1".to_owned(), "2022-07-06 14".to_owned()), ("2".to_owned(), "2022-07-06 15".to_owned())]);
        let elsewhere = BTreeMap::from([("4".to_owned(), "2022-07-06 17".to_owned())]);
        let seen = Seen { up_to: "2022-07-06 15".to_owned(), problems, elsewhere };
        assert_eq!(seen.tells_of("1", "2022-07-06 14"), Some(true));
        assert_eq!(seen.tells_of("1", "2022-07-06 16"), None, "it changed since, and may have gone");
        assert_eq!(seen.tells_of("3", "2022-07-06 13"), Some(false));
        assert_eq!(seen.tells_of("3", "2022-07-06 16"), None, "it changed since, and may have come");
        assert_eq!(seen.tells_of("3", ""), None);
        assert_eq!(seen.tells_of("4", "2022-07-06 17"), Some(false));
        assert_eq!(seen.tells_of("4", "2022-07-06 18"), None, "it changed since, and may have come");
    }

    #[test]
    fn a_listing_with_a_problem_that_has_no_number_is_none() {
        assert!(references(&json!({})).unwrap().is_empty());
        assert_eq!(references(&json!({ "ProblemReference": { "ProblemNumber": "7" } })).unwrap().len(), 1);
        assert!(references(&json!({ "ProblemReference": [{ "LastChangeTimestamp": "x" }] })).is_err());
    }
}
