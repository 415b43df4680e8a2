//! A site's day under the example of a Jira and a KPM, `config-example/jira-kpm.toml` itself: what people do at both trackers, and what
//! is in both at the end of it. The tables in `day/` are written by hand, by what docs/rules.md and docs/kpm.md say.

#[path = "day/overview.rs"]
mod overview;
#[path = "day/script.rs"]
mod script;
#[path = "day/site.rs"]
mod site;
#[path = "day/tables.rs"]
mod tables;

use std::collections::BTreeMap;

use serde_json::json;
use similar::TextDiff;
use trackersync::standin::{
    jira::Dialect,
    kpm::{Right, StepKind},
};

use self::{
    script::{ANSWERED, AWAY, ELEVEN_MIB, NOT_OURS_YET, OURS, REOPENED, UNREADABLE, WITH_FILES},
    site::{CHANGED, Day, FULL, Turn},
};

/// How many issues are worked on at once.
const MANY: usize = 12;
/// What reads a problem that changed: each of them once.
const READING: [&str; 4] = ["GetDevelopmentProblemData", "GetDocumentList", "GetProblemActions", "GetProcessSteps"];
const OVERVIEW: &str = "GetMultipleProblemData";

fn assert_table(found: &str, expected: &str) {
    let written = |line: &&str| !line.starts_with('#') && !line.is_empty();
    let [found, expected] = [found, expected].map(|table| table.lines().filter(written).collect::<Vec<_>>().join("\n"));
    let diff = TextDiff::from_lines(expected.as_str(), found.as_str());
    assert!(found == expected, "- is expected, + was found\n{}", diff.unified_diff().context_radius(2));
}

/// One poll is one call. A problem that was looked at, and that nothing was written to, took four, and one more for each document that
/// was fetched. Where problems lie is asked once for all of them, and once more after we changed one, or where one lies elsewhere.
fn assert_calls(turn: &Turn) {
    let polled: Vec<&str> = turn.polled.iter().map(|call| call.operation.as_str()).collect();
    assert_eq!(polled, [OVERVIEW]);
    let mut by_problem: BTreeMap<i64, BTreeMap<&str, usize>> = BTreeMap::new();
    for call in &turn.ran {
        assert_eq!(call.outcome, "INFO_001", "{call:?}");
        let Some(problem) = call.problem else { continue };
        *by_problem.entry(problem).or_default().entry(&call.operation).or_default() += 1;
    }
    let (written, created) = (turn.written_to_kpm(), turn.written_to_kpm().iter().any(|call| call.problem.is_none()));
    for (problem, calls) in by_problem {
        let is_written = written.iter().any(|call| call.problem == Some(problem)) || created && problem == OURS;
        // While we create a problem, one in the mailbox that has no issue may be that very one: it is looked at for whose key it has.
        let told_apart = |operation: &str| created && problem == NOT_OURS_YET && operation == "GetDevelopmentProblemData";
        let once = |operation: &str, count: usize| READING.contains(&operation) && (count == 1 || told_apart(operation));
        let beyond = calls.iter().filter(|(operation, count)| **operation != "GetDocument" && !once(operation, **count));
        assert!(is_written || beyond.count() == 0, "{problem}: {calls:?}");
    }
    let overviews = turn.ran.iter().filter(|call| call.operation == OVERVIEW).count();
    assert!(overviews <= 1 + written.len() + [AWAY, OURS].len(), "{overviews} for {} writes", written.len());
}

async fn turn(day: &Day, at_once: usize) -> Turn {
    let turn = day.turn(CHANGED, at_once).await;
    assert_calls(&turn);
    turn
}

#[tokio::test(flavor = "multi_thread")]
async fn at_the_end_of_a_day_both_trackers_are_as_the_rules_say() {
    play(Day::start().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn so_they_are_with_a_jira_of_the_cloud() {
    play(Day::with(Dialect::Cloud).await).await;
}

async fn play(day: Day) {
    day.morning();
    // One after the other, so that the issues have the order of the problems.
    turn(&day, 1).await;
    turn(&day, MANY).await;
    assert_eq!(day.jira().issues().len(), 10, "one is not handed over yet");

    day.forenoon();
    turn(&day, MANY).await;
    let statements = |problem| {
        let steps = day.kpm().problem(problem).unwrap().steps.into_iter();
        steps.filter(|step| step.kind == StepKind::SupplierResponse).count()
    };
    assert_eq!((statements(AWAY), day.issue(AWAY).summary.as_str()), (1, "Key is recognised too late"), "only_assigned");
    assert!(day.kpm().problem(REOPENED).unwrap().closed);
    let ours = day.kpm().problem(OURS).unwrap();
    assert_eq!((day.issue(OURS).key, ours.mailbox), ("CAR-11".to_owned(), None), "made, and none of ours yet");

    day.noon();
    turn(&day, MANY).await;
    assert_eq!(day.issue(REOPENED).status, "Open");
    assert_eq!(day.kpm().problem(REOPENED).unwrap().fields["SupplierStatus"], "-");
    let (outcome, notes) = day.record(WITH_FILES).await.remove(0);
    assert_eq!(outcome, "unchanged", "a film was attached, and that is all");
    assert!(notes.iter().any(|note| note.contains("KPM-film.mp4") && note.contains("10485760")), "{ELEVEN_MIB}: {notes:?}");
    assert!(notes.iter().any(|note| note.contains("secret.txt")), "{notes:?}");

    day.afternoon();
    let turned = turn(&day, MANY).await;
    assert!(turned.written_to_kpm().iter().all(|call| call.problem != Some(ANSWERED)), "a date alone");
    for begin in [Day::later, Day::late, Day::last] {
        begin(&day);
        turn(&day, MANY).await;
    }
    let tables = || (tables::of_jira(day.jira()), tables::of_kpm(day.kpm()));
    let end = tables();
    assert_table(&end.0, include_str!("day/jira.txt"));
    assert_table(&end.1, include_str!("day/kpm.txt"));

    let again = day.turn(FULL, MANY).await;
    assert!(again.wrote_nothing(), "{:?} {:?}", again.written_to_jira, again.written_to_kpm());
    let looked_at = |problem| again.ran.iter().any(|call| call.problem == Some(problem));
    assert!(day.kpm().problems().into_iter().all(looked_at), "it looks at all of them");
    assert_eq!(tables(), end);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_told_for_a_while_is_made_up_for() {
    let day = Day::start().await;
    day.morning();
    turn(&day, 1).await;
    turn(&day, MANY).await;
    day.forenoon();
    turn(&day, MANY).await;
    // We may read it again, and what both sides did meanwhile is there.
    day.kpm().set_rights(UNREADABLE, None).unwrap();
    day.kpm().change(NOT_OURS_YET, &json!({ "EngineeringStatus": "2" })).unwrap();
    turn(&day, MANY).await;
    let hidden = day.kpm().problem(UNREADABLE).unwrap();
    assert_eq!(
        (day.issue(UNREADABLE).summary.as_str(), &hidden.fields["SupplierStatus"]),
        ("Changed behind our back", &json!("2"))
    );
    // What we may not write is told, and taken for what it is later.
    day.kpm().set_rights(UNREADABLE, Some(&Right::READ)).unwrap();
    day.jira().move_to_status("jane", &day.issue(UNREADABLE).id, "In Test").unwrap();
    day.turn(CHANGED, MANY).await;
    let (outcome, _) = day.record(UNREADABLE).await.remove(0);
    assert!(outcome.contains("ADD_SUPPLIER_RESPONSE"), "{outcome}");
    day.kpm().set_rights(UNREADABLE, None).unwrap();
    turn(&day, MANY).await;
    assert_eq!(day.kpm().problem(UNREADABLE).unwrap().fields["SupplierStatus"], "4");
}
