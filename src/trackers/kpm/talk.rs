//! What we say in process steps: notices and questions; and how ours are found again.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::{
    super::text::with_author,
    Kpm, READ_BACK, convert, documents,
    rights::{ADD_NOTICE, ADD_QUESTION, Rights},
    steps::{self, Step},
    times,
};
use crate::sync::{fault::Fault, file_name, issue::CopyKind, plan::NewMessage, ports::Intent, value::Equality};

/// A kind of steps that can be sent.
struct Sendable {
    kind: &'static str,
    operation: &'static str,
    field: &'static str,
    right: &'static str,
}

const SENDABLE: [Sendable; 2] = [
    Sendable { kind: "Aussage", operation: "AddNotice", field: "Notice", right: ADD_NOTICE },
    Sendable { kind: "Rückfrage", operation: "AddSupplierQuestion", field: "SupplierQuestion", right: ADD_QUESTION },
];

/// What is older than the intent by so much is not what came of it. Clocks differ; and so may the time zone that the configuration
/// names from the one that is meant.
const OLDER: SignedDuration = SignedDuration::from_hours(15);

/// Adds a step; its id.
pub(super) async fn add(kpm: &Kpm, problem: &str, message: &NewMessage) -> Result<String, Fault> {
    let kind = message.kind.as_deref().unwrap_or(SENDABLE[0].kind);
    let Some(sendable) = SENDABLE.iter().find(|sendable| sendable.kind == kind) else {
        return Err(Fault::refused(format!("process steps of the type \"{kind}\" cannot be sent to KPM")));
    };
    Rights::of(&kpm.client, problem).await?.demand(problem, sendable.right)?;
    let text = convert::without_control_characters(&with_author(message));
    let mut fields = json!({ "ProblemNumber": problem });
    fields[sendable.field] = json!(text);
    let made = kpm.client.call(sendable.operation, fields).await?;
    let id = times::id(&convert::field(&made, "ProcessStepId"));
    if id.is_empty() {
        return Err(Fault::transient(format!(
            "KPM took a step of problem {problem} and did not tell its id; it is looked for"
        )));
    }
    Ok(id)
}

/// The step or document that came of an intent, if it did. What was just made is not seen at once, so it is looked for twice.
pub(super) async fn find(kpm: &Kpm, problem: &str, intent: &Intent, known: &[String]) -> Result<Option<String>, Fault> {
    let found = find_now(kpm, problem, intent, known).await?;
    if found.is_some() {
        return Ok(found);
    }
    tokio::time::sleep(READ_BACK).await;
    find_now(kpm, problem, intent, known).await
}

async fn find_now(kpm: &Kpm, problem: &str, intent: &Intent, known: &[String]) -> Result<Option<String>, Fault> {
    match intent.kind {
        CopyKind::Message => {
            let steps = steps::read(&kpm.client, problem, &kpm.zone).await?;
            let is_it = |step: &&Step| is_what_came_of(step, intent, &kpm.user_id) && !known.contains(&step.id);
            Ok(steps.iter().rev().find(is_it).map(|step| step.id.clone()))
        }
        CopyKind::File => {
            let rights = Rights::of(&kpm.client, problem).await?;
            let documents = documents::list(&kpm.client, problem, &rights).await?;
            let same_size = |size: Option<u64>| size.is_none() || intent.size.is_none() || size == intent.size;
            let is_it = |name: &str| file_name::same(name, &intent.content);
            let found = documents
                .into_iter()
                .rev()
                .find(|document| is_it(&document.name) && same_size(document.size) && !known.contains(&document.id));
            Ok(found.map(|document| document.id))
        }
        CopyKind::Issue => Ok(None),
    }
}

fn is_what_came_of(step: &Step, intent: &Intent, user_id: &str) -> bool {
    let is_ours = step.user.is_empty() || step.user.eq_ignore_ascii_case(user_id);
    let text = convert::without_control_characters(&intent.content);
    is_ours
        && SENDABLE.iter().any(|sendable| sendable.kind == step.kind)
        && step.at >= earliest(intent)
        && Equality::Kpm.equal(&step.text.as_str().into(), &text.trim().into())
}

fn earliest(intent: &Intent) -> Timestamp {
    intent.since.checked_sub(OLDER).unwrap_or(intent.since)
}

#[cfg(test)]
mod tests {
    use crate::{
        ids::LinkId,
        sync::{issue::Side, ports::Token},
    };

    use super::*;

    #[test]
    fn only_a_step_of_ours_with_that_text_and_of_that_time_is_what_came_of_an_intent() {
        let now: Timestamp = "2022-07-06T12:00:00Z".parse().unwrap();
        let intent = Intent {
            token: Token::stored("t"),
            link: LinkId::derive(&"s".into(), &"1".into()),
            kind: CopyKind::Message,
            to: Side::Remote,
            source: "1".to_owned(),
            content: " It is loose.\r\n\r\nWe tighten it.\n".to_owned(),
            size: None,
            since: now,
            run: String::new(),
        };
        let step = Step {
            id: "1".to_owned(),
            kind: "Aussage".to_owned(),
            user: "SYNC".to_owned(),
            author: "Sync".to_owned(),
            at: now,
            text: "It is loose.\nWe tighten it.".to_owned(),
            statement: None,
        };
        assert!(is_what_came_of(&step, &intent, "sync"));
        for other in [
            Step { kind: "Lieferantenaussage".to_owned(), ..step.clone() },
            Step { user: "EX1".to_owned(), ..step.clone() },
            Step { at: now - SignedDuration::from_hours(16), ..step.clone() },
            Step { text: "It is loose.".to_owned(), ..step },
        ] {
            assert!(!is_what_came_of(&other, &intent, "sync"), "{other:?}");
        }
    }
}
