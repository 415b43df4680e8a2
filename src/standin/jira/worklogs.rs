//! Work that people note on issues, and requests about it.

use serde_json::{Map, Value, json};

use super::{
    call::Call,
    changes::Actor,
    events::Teller,
    field_values::point_in_time,
    instant::SiteClock,
    long_text,
    model::{Issue, Worklog},
    reply::{Answer, Reply},
    store::Store,
    view::View,
};

/// Everything below `issue/{id}/worklog`.
pub(super) fn route(call: &Call, issue: &str, rest: &[&str]) -> Reply {
    let actor = call.actor()?;
    let mut store = call.site.store();
    let found = call.issue(&store, issue)?;
    let (id, project) = (found.id, found.project);
    match (call.method, rest) {
        ("GET", []) => Ok(Answer::ok(call.view().worklogs(found, 5_000))),
        ("POST", []) => {
            actor.need("WORK_ON_ISSUES", project, (400, 400), "log work on this issue")?;
            let worklog = Worklog { id: store.next_id(), ..given(&actor, &call.object()?, blank(&actor))? };
            let shown = call.view().worklog(id, &worklog);
            change(&mut store, id, |worklogs| worklogs.push(worklog.clone()));
            Teller::new(call.site, &store, actor.name).worklog(id, &worklog);
            let location = call.view().link(&format!("issue/{id}/worklog/{}", worklog.id));
            Ok(Answer::json(201, shown).with("Location", location))
        }
        (method, [wanted]) => {
            let older = found.worklogs.iter().find(|worklog| worklog.id.to_string() == *wanted).cloned();
            let older = older.ok_or_else(|| Answer::message(404, &format!("Cannot find worklog with id: '{wanted}'.")))?;
            match method {
                "GET" => Ok(Answer::ok(call.view().worklog(id, &older))),
                "PUT" => {
                    let now = Worklog { updated: SiteClock::now(), ..given(&actor, &call.object()?, older)? };
                    let shown = call.view().worklog(id, &now);
                    change(&mut store, id, |all| {
                        all.iter_mut().filter(|known| known.id == now.id).for_each(|known| known.clone_from(&now));
                    });
                    Ok(Answer::ok(shown))
                }
                "DELETE" => {
                    change(&mut store, id, |worklogs| worklogs.retain(|known| known.id != older.id));
                    Ok(Answer::no_content())
                }
                _ => Err(Answer::empty(405)),
            }
        }
        _ => Err(super::routes::nowhere(rest)),
    }
}

fn change(store: &mut Store, issue: u64, change: impl FnOnce(&mut Vec<Worklog>)) {
    if let Some(issue) = store.issues.get_mut(&issue) {
        change(&mut issue.worklogs);
        issue.updated = SiteClock::now();
    }
}

fn blank(actor: &Actor) -> Worklog {
    let now = SiteClock::now();
    Worklog { id: 0, author: actor.name.to_owned(), comment: None, started: now, seconds: 0, created: now, updated: now }
}

/// A worklog as a body tells it, over an older one.
fn given(actor: &Actor, body: &Map<String, Value>, mut worklog: Worklog) -> Result<Worklog, Answer> {
    if let Some(comment) = body.get("comment") {
        worklog.comment = long_text::read(actor.site, actor.api, comment).map_err(|text| Answer::field("comment", &text))?;
    }
    if let Some(started) = body.get("started") {
        // Not even Cloud takes another form here.
        worklog.started = point_in_time(started, false).map_err(|text| Answer::field("started", &text))?;
    }
    let seconds = body.get("timeSpentSeconds").and_then(Value::as_u64);
    let written = body.get("timeSpent").and_then(Value::as_str).and_then(duration);
    worklog.seconds = seconds.or(written).unwrap_or(worklog.seconds);
    if worklog.seconds == 0 {
        return Err(Answer::field("timeLogged", "You must indicate the time spent working."));
    }
    Ok(worklog)
}

/// `1d 2h 30m` with eight hours a day and five days a week.
fn duration(text: &str) -> Option<u64> {
    let mut seconds: u64 = 0;
    for word in text.split_whitespace() {
        let unit = word.chars().last()?;
        let amount: u64 = word.strip_suffix(unit)?.parse().ok()?;
        let one = match unit {
            'm' => 60,
            'h' => 3_600,
            'd' => 8 * 3_600,
            'w' => 5 * 8 * 3_600,
            _ => return None,
        };
        seconds = seconds.checked_add(amount.checked_mul(one)?)?;
    }
    Some(seconds)
}

fn written(seconds: u64) -> String {
    let (hours, minutes) = (seconds / 3_600, seconds % 3_600 / 60);
    let parts = [(hours / 8, 'd'), (hours % 8, 'h'), (minutes, 'm')];
    let shown: Vec<String> =
        parts.into_iter().filter(|(amount, _)| *amount > 0).map(|(amount, unit)| format!("{amount}{unit}")).collect();
    if shown.is_empty() { "0m".to_owned() } else { shown.join(" ") }
}

impl View<'_> {
    pub(super) fn worklogs(&self, issue: &Issue, most: usize) -> Value {
        let shown: Vec<Value> = issue.worklogs.iter().take(most).map(|worklog| self.worklog(issue.id, worklog)).collect();
        json!({"startAt": 0, "maxResults": most, "total": issue.worklogs.len(), "worklogs": shown})
    }

    pub(super) fn worklog(&self, issue: u64, worklog: &Worklog) -> Value {
        let time = |at| self.site.clock.write(at);
        json!({
            "self": self.link(&format!("issue/{issue}/worklog/{}", worklog.id)), "id": worklog.id.to_string(),
            "issueId": issue.to_string(), "author": self.user(Some(&worklog.author)),
            "updateAuthor": self.user(Some(&worklog.author)), "comment": self.text(worklog.comment.as_deref()),
            "created": time(worklog.created), "updated": time(worklog.updated), "started": time(worklog.started),
            "timeSpent": written(worklog.seconds), "timeSpentSeconds": worklog.seconds,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_read_and_written() {
        assert_eq!(duration("1d 2h 30m"), Some(37_800));
        assert_eq!(written(37_800), "1d 2h 30m");
        assert_eq!((written(59), duration("3x"), duration("h")), ("0m".to_owned(), None, None));
    }
}
