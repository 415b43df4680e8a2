//! The journal of effects, and the audit trail.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::json;
use tokio::task::JoinSet;
use trackersync::{
    ids::{EventId, IssueId, LinkId},
    sync::{
        effects::EffectOutcomes,
        fault::FaultKind,
        issue::{Copied, CopyKind, Side},
        plan::Plan,
        ports::{AuditEntry, Intent, Opened, Records, Token},
    },
};

use crate::place::Place;

fn link() -> LinkId {
    LinkId::derive(&"s".into(), &"1".into())
}

fn intent(kind: CopyKind, source: &str, run: &str) -> Intent {
    Intent {
        token: Token::of_copy(&link(), kind, Side::Local, source),
        link: link(),
        kind,
        to: Side::Local,
        source: source.to_owned(),
        content: "what was written".to_owned(),
        size: Some(5_000_000_000),
        // Kept to the millisecond.
        since: Timestamp::from_millisecond(1_700_000_000_123).unwrap(),
        run: run.to_owned(),
    }
}

pub async fn an_intent_is_ours_once_and_then_done(place: &Place) {
    let store = place.open().await;
    let mine = intent(CopyKind::File, "20001", "run-1");
    assert_eq!(store.open_intent(&mine).await.unwrap(), Opened::Ours);
    let theirs = intent(CopyKind::File, "20001", "run-2");
    assert_eq!(store.open_intent(&theirs).await.unwrap(), Opened::Theirs(mine.clone()));
    assert_eq!(store.open_intents(&link()).await.unwrap(), std::slice::from_ref(&mine));
    assert_eq!(store.copies(&link()).await.unwrap(), []);
    store.close_intent(&mine.token, "file7").await.unwrap();
    assert_eq!(store.open_intent(&theirs).await.unwrap(), Opened::Done("file7".to_owned()));
    assert_eq!(store.open_intents(&link()).await.unwrap(), []);
    let copied =
        Copied { kind: CopyKind::File, to: Side::Local, source: "20001".to_owned(), copy: "file7".to_owned(), text: None };
    assert_eq!(store.copies(&link()).await.unwrap(), [copied]);
    let creation = intent(CopyKind::Issue, "1", "run-1");
    assert_eq!(store.open_intent(&creation).await.unwrap(), Opened::Ours);
    assert_eq!(store.open_intents(&link()).await.unwrap(), [], "the issue's own creation is settled elsewhere");
    assert_eq!(store.open_intents(&LinkId::derive(&"s".into(), &"2".into())).await.unwrap(), []);
}

pub async fn one_of_twenty_runs_gets_the_intent(place: &Place) {
    let store = place.open().await;
    let mut runs = JoinSet::new();
    for number in 0..20 {
        let store = store.clone();
        let mine = intent(CopyKind::Message, "30001", &format!("run-{number}"));
        runs.spawn(async move { store.open_intent(&mine).await.unwrap() });
    }
    let outcomes = runs.join_all().await;
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == Opened::Ours).count(), 1, "{outcomes:?}");
    assert_eq!(store.open_intents(&link()).await.unwrap().len(), 1);
}

pub async fn only_its_own_run_surrenders_or_drops_an_intent(place: &Place) {
    let store = place.open().await;
    let mine = intent(CopyKind::Message, "30001", "run-1");
    store.open_intent(&mine).await.unwrap();
    let run_of = async || store.open_intents(&link()).await.unwrap().first().map(|intent| intent.run.clone());
    store.surrender_intent(&mine.token, "run-2").await.unwrap();
    store.drop_intent(&mine.token, "run-2").await.unwrap();
    assert_eq!(run_of().await.as_deref(), Some("run-1"), "another run must not touch it");
    store.surrender_intent(&mine.token, "run-1").await.unwrap();
    assert_eq!(run_of().await.as_deref(), Some(""), "surrendered, it belongs to nobody");
    store.drop_intent(&mine.token, "run-1").await.unwrap();
    assert_eq!(run_of().await.as_deref(), Some(""), "it belongs to run-1 no more");
    store.drop_intent(&mine.token, "").await.unwrap();
    assert_eq!(run_of().await, None);
    assert_eq!(store.open_intent(&mine).await.unwrap(), Opened::Ours, "what was dropped may be intended anew");
    store.close_intent(&mine.token, "msg1").await.unwrap();
    store.surrender_intent(&mine.token, "run-1").await.unwrap();
    store.drop_intent(&mine.token, "run-1").await.unwrap();
    assert_eq!(store.open_intent(&mine).await.unwrap(), Opened::Done("msg1".to_owned()), "what was done stays done");
}

pub async fn the_audit_trail_tells_the_newest_first(place: &Place) {
    let store = place.open().await;
    let (sync, remote, local, event) = ("s".into(), IssueId::new("1"), IssueId::new("17"), EventId::new("e-1"));
    let plan = Plan { creates_local: true, ..Plan::default() };
    let start = Timestamp::from_second(1_700_000_000).unwrap();
    for number in 0_u64..3 {
        let entry = AuditEntry {
            link: Some(&link()),
            sync: &sync,
            remote: &remote,
            local: (number > 0).then_some(&local),
            event: Some(&event),
            trace: Some("0af7651916cd43dd8448eb211c80319c".to_owned()),
            at: start + Duration::from_secs(number),
            plan: &plan,
            effects: EffectOutcomes::default().of(&plan),
            outcome: format!("outcome {number}"),
        };
        store.audit(&entry).await.unwrap();
    }
    let rows = store.audit_of(&sync, &remote, 2).await.unwrap();
    let told: Vec<(&str, i64)> = rows.iter().map(|row| (row.outcome.as_str(), row.at)).collect();
    assert_eq!(told, [("outcome 2", 1_700_000_002_000), ("outcome 1", 1_700_000_001_000)]);
    assert_eq!((rows[0].event.as_deref(), rows[0].trace.as_deref()), (Some("e-1"), Some("0af7651916cd43dd8448eb211c80319c")));
    assert_eq!(serde_json::from_value::<Plan>(rows[0].plan.clone()).unwrap(), plan);
    let effects = json!([{ "side": "local", "effect": "create the local issue", "outcome": "not tried" }]);
    assert_eq!(rows[0].effects, effects);
    assert!(store.audit_of(&sync, &"2".into(), 9).await.unwrap().is_empty());
    assert_eq!(store.forget_audit_before(Timestamp::now() - Duration::from_mins(1)).await.unwrap(), 0);
    assert_eq!(store.audit_of(&sync, &remote, 9).await.unwrap().len(), 3, "what was written just now is kept");
    assert_eq!(store.forget_audit_before(Timestamp::now() + Duration::from_mins(1)).await.unwrap(), 3);
    assert!(store.audit_of(&sync, &remote, 9).await.unwrap().is_empty());
    let fault = trackersync::sync::fault::Fault::from(trackersync::store::StoreError::Database(sqlx::Error::PoolTimedOut));
    let waits = matches!(fault.kind, FaultKind::Transient { retry_after: Some(_) });
    assert!(waits, "an event waits for its database, and that is no attempt");
}
