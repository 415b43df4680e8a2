//! Creation of a problem. Our key stands in its `ExternalProblemNumber`, and by that it is found again.

use futures_util::{StreamExt, stream};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};
use tracing::debug;

use super::{Kpm, READ_BACK, convert, reading, statement::SETTABLE, steps::ANALYSIS_TEXT, times};
use crate::{
    ids::IssueId,
    sync::{
        fault::Fault,
        issue::Attributes,
        ports::{Intent, Made},
        value::{is_unset, to_text},
    },
};

/// Where our key stands.
pub(super) const EXTERNAL_NUMBER: &str = "ExternalProblemNumber";
const OPERATION: &str = "CreateDevelopmentProblem";
/// For how long a request may have been under way, and by how much clocks may differ.
const SLACK: SignedDuration = SignedDuration::from_hours(3);
/// Problems that are looked into at the same time.
const READ_AT_ONCE: usize = 8;

/// Creates a problem. What we say as the supplier can be said only of a problem that exists.
pub(super) async fn create(kpm: &Kpm, fields: &Attributes) -> Result<Made, Fault> {
    if our_key(fields).is_none() {
        let message = format!("a problem without {EXTERNAL_NUMBER} would not be found again, so none is created");
        return Err(Fault::permanent(message)
            .hint(format!("add a rule to_remote from our key to {EXTERNAL_NUMBER} with only_create = true")));
    }
    let (mut request, mut problem, mut left_out) = (Map::new(), Map::new(), std::collections::BTreeSet::new());
    for (path, value) in fields.iter().filter(|(_, value)| !is_unset(value)) {
        match path.as_str() {
            path if SETTABLE.contains(&path) => _ = left_out.insert(path.to_owned()),
            ANALYSIS_TEXT => _ = request.insert(ANALYSIS_TEXT.to_owned(), as_sent(kpm, path, value)?),
            path => convert::put(&mut problem, path, as_sent(kpm, path, value)?),
        }
    }
    request.insert("DevelopmentProblem".to_owned(), Value::Object(problem));
    let made = kpm.client.call(OPERATION, Value::Object(request)).await?;
    let number = convert::field(&made, "ProblemNumber");
    if number.is_empty() {
        return Err(Fault::transient("KPM created a problem and did not tell its number; it is looked for"));
    }
    Ok(Made { id: IssueId::new(number), left_out })
}

fn as_sent(kpm: &Kpm, path: &str, value: &Value) -> Result<Value, Fault> {
    let contract = kpm.client.contract();
    let operation = contract.operation(OPERATION).map_err(|error| Fault::permanent(error.to_string()))?;
    let place = if path == ANALYSIS_TEXT { path.to_owned() } else { format!("DevelopmentProblem/{}", path.replace('.', "/")) };
    let is_many = contract.request_field(operation, &place).is_ok_and(|field| field.is_many);
    let one = |value: &Value| {
        let text = convert::without_control_characters(&to_text(value, ", "));
        let day = times::is_named_so(path).then(|| times::day(&text, &kpm.zone)).flatten();
        Value::String(day.unwrap_or(text))
    };
    Ok(match value {
        Value::Array(items) if is_many => items.iter().map(one).collect(),
        value => one(value),
    })
}

fn our_key(fields: &Attributes) -> Option<String> {
    let key = to_text(fields.get(EXTERNAL_NUMBER)?, ", ").trim().to_owned();
    (!key.is_empty()).then_some(key)
}

/// Whether a problem was created for one of these intents: it carries the key of ours.
pub(super) async fn came_of_one(kpm: &Kpm, id: &IssueId, open: &[Intent]) -> Result<bool, Fault> {
    let keys: Vec<String> = open.iter().filter_map(intended_key).collect();
    if keys.is_empty() {
        return Ok(false);
    }
    Ok(keys.contains(&convert::field(&reading::fields(kpm, id.as_str()).await?, EXTERNAL_NUMBER)))
}

/// The key of ours that a problem is created with for an intent; none for one of another tracker.
fn intended_key(intent: &Intent) -> Option<String> {
    our_key(&serde_json::from_str(&intent.content).ok()?)
}

/// The problem that was created for an intent, if it was, among those that changed since. What was just made is not seen at once, so it
/// is looked for twice.
pub(super) async fn find(kpm: &Kpm, intent: &Intent, age: SignedDuration) -> Result<Option<IssueId>, Fault> {
    // Without it none is created.
    let Some(key) = intended_key(intent) else { return Ok(None) };
    let since = Timestamp::now().checked_sub(age + SLACK).unwrap_or(Timestamp::UNIX_EPOCH);
    let found = find_now(kpm, &key, since).await?;
    if found.is_some() {
        return Ok(found);
    }
    tokio::time::sleep(READ_BACK).await;
    find_now(kpm, &key, since).await
}

async fn find_now(kpm: &Kpm, key: &str, since: Timestamp) -> Result<Option<IssueId>, Fault> {
    let changed = kpm.mailbox.changed(&kpm.client, since, &kpm.zone).await?;
    let mut changed: Vec<IssueId> = changed.into_iter().collect();
    // The newest first: numbers grow.
    changed.sort_by_cached_key(|id| std::cmp::Reverse(id.as_str().parse::<u64>().ok()));
    let mut read = stream::iter(changed).map(|id| carries(kpm, id, key)).buffered(READ_AT_ONCE);
    while let Some(found) = read.next().await {
        if let Some(id) = found? {
            return Ok(Some(id));
        }
    }
    Ok(None)
}

/// The problem, if it carries our key.
async fn carries(kpm: &Kpm, id: IssueId, key: &str) -> Result<Option<IssueId>, Fault> {
    match reading::fields(kpm, id.as_str()).await {
        Ok(problem) => Ok((convert::field(&problem, EXTERNAL_NUMBER) == key).then_some(id)),
        Err(failure) if failure.is_gone() || failure.is_unreadable() => {
            debug!(%id, %failure, "it is not one of ours");
            Ok(None)
        }
        Err(failure) => Err(failure.into()),
    }
}

/// What a request to create a problem would hold, for the check of a configuration.
pub(super) fn takes(kpm: &Kpm, path: &str) -> bool {
    let contract = kpm.client.contract();
    let place = format!("DevelopmentProblem/{}", path.replace('.', "/"));
    contract.operation(OPERATION).is_ok_and(|operation| contract.request_field(operation, &place).is_ok())
}
