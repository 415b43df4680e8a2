//! A real Roundup and a stand-in KPM, by the example for the two as it stands in `config-example`.

use std::{path::Path, sync::Arc};

use serde_json::{Value, json};
use trackersync::{
    app::App,
    config::{Config, environment::Environment, load, place::Source},
    ids::IssueId,
    standin::kpm::{self, DocumentSpec, KpmOptions, KpmState, Mailbox, RunningKpm, StepKind, StepSpec, WSDL},
    sync::{
        engine::{Engine, RunOptions},
        outcome::Outcome,
    },
};

use crate::support::roundup::Roundup;

const EXAMPLE: &str = include_str!("../../config-example/roundup-kpm.toml");

/// The example, but for addresses, accounts and the time zone of the stand-in.
fn config(folder: &Path, roundup: &Roundup, kpm: &RunningKpm) -> Config {
    let wsdl = folder.join("kpm.wsdl");
    std::fs::write(&wsdl, WSDL).unwrap();
    let variables = [
        ("LOCAL_PASSWORD", "sync-secret"),
        ("LOCAL_WEBHOOK_SECRET", "secret"),
        ("KPM_PKCS12_PASSWORD", "secret"),
        ("TRACKERSYNC_SERVER__DATA_DIR", folder.to_str().unwrap()),
        ("TRACKERSYNC_TRACKERS__LOCAL__URL", &roundup.url),
        ("TRACKERSYNC_TRACKERS__KPM__URL", kpm.url()),
        ("TRACKERSYNC_TRACKERS__KPM__USER_ID", "kpm-sync"),
        ("TRACKERSYNC_TRACKERS__KPM__WSDL", wsdl.to_str().unwrap()),
        ("TRACKERSYNC_TRACKERS__KPM__TIMEZONE", "Etc/GMT-2"),
    ];
    let source = Arc::new(Source { name: "roundup-kpm.toml".to_owned(), text: EXAMPLE.to_owned() });
    let loaded = load(&[source], &Environment::of_variables(variables), &[]);
    loaded.config.unwrap_or_else(|| panic!("{:?}", loaded.diagnostics))
}

fn arrives(kpm: &KpmState) -> i64 {
    let fields = json!({
        "ShortText": "Klappe schließt nicht", "Description": "It stays open.", "Rating": "4", "Repeatable": "XH", "Frequency": "XF",
        "ForemostTestPart": { "Hardware": "H07", "Software": "0815" },
    });
    let problem = kpm.create_problem(&Mailbox::new("KPM-TEST", "Z$"), &fields).unwrap();
    kpm.add_step(problem, StepSpec::new(StepKind::Notice, "ex1", "Since the facelift")).unwrap();
    kpm.add_document(problem, DocumentSpec::new("Foto", "jpeg", vec![7_u8; 70_001])).unwrap();
    problem
}

/// Runs until there is nothing to do, which is soon.
async fn settle(engine: &Engine, problem: &IssueId) {
    for _ in 0..5 {
        let outcome = engine.run(problem, &RunOptions::default()).await.unwrap();
        let report = outcome.report().unwrap_or_else(|| panic!("{}", outcome.word()));
        assert_eq!(report.failures, Vec::<String>::new());
        if matches!(outcome, Outcome::Unchanged(_)) {
            return;
        }
    }
    panic!("it does not come to rest");
}

/// Attributes of an issue; of a link, the name of the item at its end.
async fn attributes(roundup: &Roundup, names: &[&str]) -> Value {
    let told = roundup.issue("1").await;
    let plain = |value: &Value| value.get("name").or(value.get("username")).unwrap_or(value).clone();
    names.iter().map(|name| plain(&told[name])).collect()
}

async fn messages(roundup: &Roundup) -> Vec<String> {
    let mut texts: Vec<String> = Vec::new();
    texts.extend(roundup.messages("1").await.into_iter().map(|message| message.content.replace("\r\n", "\n")));
    texts.sort();
    texts
}

fn steps(kpm: &KpmState, problem: i64, kind: StepKind) -> Value {
    let steps = kpm.problem(problem).unwrap().steps.into_iter().filter(|step| step.kind == kind);
    let said = |statement| {
        let kpm::SupplierStatement { status, error_number, version_ok, .. } = statement;
        json!([status, error_number, version_ok])
    };
    steps.map(|step| json!([step.text, step.statement.map(said)])).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_problem_is_synchronised_with_a_real_roundup_by_the_example() {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let folder = tempfile::tempdir().unwrap();
    let roundup = Roundup::start(folder.path(), "").await;
    let kpm = kpm::start(KpmOptions::default()).await.unwrap();
    let (engines, _) = App::engines_only(&config(folder.path(), &roundup, &kpm)).await.unwrap();
    let engine = engines.into_values().next().unwrap();
    let number = arrives(kpm.state());
    let problem = IssueId::new(number.to_string());
    settle(&engine, &problem).await;

    let names =
        ["title", "priority", "ext_status", "ext_id", "ext_tracker", "release", "hardware", "reproducible", "frequency"];
    let expected = json!(["Klappe schließt nicht", "urgent", "2", "5000001", "kpm", "0815", "H07", 1, "repeatedly"]);
    assert_eq!(attributes(&roundup, &names).await, expected);
    // Roundup's own doing: an unread issue that gets a message is talked about.
    assert_eq!(attributes(&roundup, &["assignedto", "status"]).await, json!(["jane", "chatting"]));
    let told = ["Description in KPM:\nIt stays open.", "ex1:\n\nKPM notice: Since the facelift"];
    assert_eq!(messages(&roundup).await, told);
    let files = roundup.files("1").await;
    assert!(files.len() == 1 && files[0].1 == "Foto.jpeg", "{files:?}");
    assert_eq!(roundup.content(&files[0].0).await, vec![7_u8; 70_001]);
    let first = json!(["", ["1", "1", null]]);
    assert_eq!(steps(kpm.state(), number, StepKind::SupplierResponse), json!([first]));

    roundup.add_message("1", "between ourselves", None).await;
    roundup.add_message("1", "TO KPM: Which colour?", None).await;
    roundup.add_file("1", "kpm-Bericht.pdf", b"\0\x01 report \xff").await;
    let answer = json!({ "supplier_answer": "A stronger spring.", "fixed_in": "1.1", "status": "testing" });
    roundup.set("1", answer).await;
    settle(&engine, &problem).await;
    let notices = json!([["Since the facelift", null], ["Which colour?", null]]);
    assert_eq!(steps(kpm.state(), number, StepKind::Notice), notices);
    let said = json!([first, ["A stronger spring.", ["4", "1", "1.1"]]]);
    assert_eq!(steps(kpm.state(), number, StepKind::SupplierResponse), said);
    let documents = kpm.state().problem(number).unwrap().documents;
    assert_eq!(documents.iter().map(|document| document.name.as_str()).collect::<Vec<_>>(), ["Foto", "kpm-Bericht"]);
    assert_eq!(kpm.state().document(number, &documents[1].id).unwrap(), &b"\0\x01 report \xff"[..]);

    let written = roundup.writes().len();
    assert!(written > 0);
    kpm.state().forget_requests();
    assert!(matches!(engine.run(&problem, &RunOptions::default()).await, Ok(Outcome::Unchanged(_))));
    assert_eq!(roundup.writes().len(), written);
    let asked = kpm.state().request_counts();
    assert!(!asked.is_empty() && asked.keys().all(|operation| operation.starts_with("Get")), "{asked:?}");
    assert_eq!(messages(&roundup).await.len(), 4);
}
