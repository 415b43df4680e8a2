//! A Roundup of ours and a KPM, by the example for the two as it stands in `config-example`.

use std::{collections::BTreeMap, sync::Arc};

use serde_json::{Value, json};
use trackersync::{
    app::App,
    config::{environment::Environment, load, place::Source},
    ids::IssueId,
    standin::{
        kpm::{self, DocumentSpec, KpmOptions, KpmState, RunningKpm, StepKind, StepSpec, SupplierStatement},
        roundup::{self, Person, RoundupOptions, RunningRoundup},
    },
    sync::{
        create_remote::Creation,
        engine::{Engine, RunOptions},
        outcome::Outcome,
    },
};

use crate::site::{WSDL, id, mailbox, settle};

const EXAMPLE: &str = include_str!("../../config-example/roundup-kpm.toml");

struct Office {
    roundup: RunningRoundup,
    kpm: RunningKpm,
    engine: Arc<Engine>,
    jane: Person,
    _folder: tempfile::TempDir,
}

impl Office {
    async fn start() -> Self {
        Self::with(EXAMPLE.to_owned()).await
    }

    /// Everything by this text, but for addresses, accounts and the time zone of the stand-in.
    async fn with(text: String) -> Self {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let trackers = vec!["kpm".to_owned()];
        let roundup = roundup::start(RoundupOptions { ext_trackers: trackers, ..RoundupOptions::default() }).await.unwrap();
        let kpm = kpm::start(KpmOptions::default()).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let wsdl = folder.path().join("kpm.wsdl");
        std::fs::write(&wsdl, WSDL).unwrap();
        let variables = [
            ("LOCAL_PASSWORD", "sync-secret"),
            ("LOCAL_WEBHOOK_SECRET", "secret"),
            ("KPM_PKCS12_PASSWORD", "secret"),
            ("TRACKERSYNC_SERVER__DATA_DIR", folder.path().to_str().unwrap()),
            ("TRACKERSYNC_TRACKERS__LOCAL__URL", roundup.url()),
            ("TRACKERSYNC_TRACKERS__KPM__URL", kpm.url()),
            ("TRACKERSYNC_TRACKERS__KPM__USER_ID", "kpm-sync"),
            ("TRACKERSYNC_TRACKERS__KPM__WSDL", wsdl.to_str().unwrap()),
            ("TRACKERSYNC_TRACKERS__KPM__TIMEZONE", "Etc/GMT-2"),
        ];
        let source = Arc::new(Source { name: "roundup-kpm.toml".to_owned(), text });
        let loaded = load(&[source], &Environment::of_variables(variables), &[]);
        let config = loaded.config.unwrap_or_else(|| panic!("{:?}", loaded.diagnostics));
        let (engines, _) = App::engines_only(&config).await.unwrap();
        let engine = engines.into_values().next().unwrap();
        let jane = roundup.acting_as("jane");
        Self { roundup, kpm, engine, jane, _folder: folder }
    }

    fn state(&self) -> &KpmState {
        self.kpm.state()
    }

    fn steps(&self, problem: i64, kind: StepKind) -> Vec<(String, Option<SupplierStatement>)> {
        let steps = self.state().problem(problem).unwrap().steps;
        steps.into_iter().filter(|step| step.kind == kind).map(|step| (step.text, step.statement)).collect()
    }

    /// Texts and authors of an issue's messages, sorted.
    fn messages(&self, issue: &str) -> Vec<String> {
        let mut texts: Vec<String> =
            self.jane.messages(issue).unwrap().into_iter().map(|message| message.content.replace("\r\n", "\n")).collect();
        texts.sort();
        texts
    }

    fn files(&self, issue: &str) -> BTreeMap<String, Vec<u8>> {
        self.jane.files(issue).unwrap().into_iter().map(|file| (file.name, file.bytes.to_vec())).collect()
    }

    /// An attribute; of a link, the name of the item at its end.
    fn attribute(&self, issue: &str, name: &str) -> Value {
        let told = self.jane.issue(issue).unwrap()[name].take();
        ["name", "username"].iter().find_map(|label| told.get(label).cloned()).unwrap_or(told)
    }

    /// What is written on either side while something is done.
    async fn writes(&self, done: impl Future<Output = ()>) -> Vec<String> {
        let requests = format!("{}standin/requests", self.roundup.url());
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        client.delete(&requests).send().await.unwrap();
        self.state().forget_requests();
        done.await;
        let told: Value = client.get(&requests).send().await.unwrap().json().await.unwrap();
        let ours = told["requests"].as_array().unwrap().iter().filter(|request| request["path"] != "/tracker/xmlrpc");
        let ours: Vec<String> = ours.map(|request| format!("{} {}", request["method"], request["path"])).collect();
        assert!(!ours.is_empty() && !self.state().requests().is_empty(), "the trackers were asked: {told}");
        let theirs = self.state().request_counts().into_keys().filter(|operation| !operation.starts_with("Get"));
        ours.into_iter().filter(|request| !request.starts_with("\"GET\"")).chain(theirs).collect()
    }
}

fn stated(status: &str, version: Option<&str>) -> SupplierStatement {
    SupplierStatement {
        status: status.to_owned(),
        error_number: Some("1".to_owned()),
        version_ok: version.map(str::to_owned),
        due_date: None,
    }
}

async fn arrived(office: &Office) -> i64 {
    let problem = office
        .state()
        .create_problem(
            &mailbox(),
            &json!({
                "ShortText": "Klappe schließt nicht", "Description": "It stays open.\nIn the rain.", "Rating": "4",
                "Repeatable": "XH", "Frequency": "XF",
                "ForemostTestPart": { "Hardware": "H07", "Software": "0815" },
            }),
        )
        .unwrap();
    let say = |kind, text: &str| office.state().add_step(problem, StepSpec::new(kind, "ex1", text)).unwrap();
    say(StepKind::Notice, "Since the facelift");
    say(StepKind::SupplierInfo, "Parts are on their way");
    say(StepKind::AnalysisClosed, "A spring is weak");
    office.state().add_document(problem, DocumentSpec::new("Foto", "jpeg", vec![7_u8; 70_001])).unwrap();
    office.state().add_document(problem, DocumentSpec::new("leer", "txt", Vec::new())).unwrap();
    assert_eq!(settle(&office.engine, problem).await, Vec::<String>::new());
    problem
}

#[tokio::test(flavor = "multi_thread")]
async fn a_problem_becomes_an_issue_by_the_example_and_stays_in_line() {
    let office = Office::start().await;
    let problem = arrived(&office).await;
    assert_eq!(office.jane.issues().unwrap(), ["1"]);
    for (name, value) in [
        ("title", json!("Klappe schließt nicht")),
        ("priority", json!("urgent")),
        ("ext_status", json!("2")),
        ("ext_id", json!("5000001")),
        ("ext_tracker", json!("kpm")),
        ("release", json!("0815")),
        ("hardware", json!("H07")),
        ("reproducible", json!(1)),
        ("frequency", json!("repeatedly")),
        ("assignedto", json!("jane")),
        // Roundup's own doing: an unread issue that gets a message is talked about.
        ("status", json!("chatting")),
        ("supplier_answer", json!(null)),
    ] {
        assert_eq!(office.attribute("1", name), value, "{name}");
    }
    let expected = [
        "Analysis in KPM:\nA spring is weak",
        "Description in KPM:\nIt stays open.\nIn the rain.",
        "ex1:\n\nKPM information: Parts are on their way",
        "ex1:\n\nKPM notice: Since the facelift",
    ];
    assert_eq!(office.messages("1"), expected);
    let files = [("Foto.jpeg".to_owned(), vec![7_u8; 70_001]), ("leer.txt".to_owned(), Vec::new())];
    assert_eq!(office.files("1"), BTreeMap::from(files));
    assert_eq!(
        office.steps(problem, StepKind::SupplierResponse),
        [(String::new(), Some(stated("1", None)))],
        "our key, and that we are at it, in one statement"
    );
    let writes = office.writes(async { assert!(matches!(run(&office, problem).await, Outcome::Unchanged(_))) }).await;
    assert_eq!(writes, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_there_come_to_the_issue_and_others_stay_away() {
    let office = Office::start().await;
    let problem = arrived(&office).await;
    let changes = json!({
        "ShortText": "Klappe klemmt", "Rating": "10", "Repeatable": "XI", "Frequency": "XG", "Description": "It stays shut.",
        "ForemostTestPart": { "Hardware": "H08" },
    });
    office.state().change(problem, &changes).unwrap();
    office.state().add_step(problem, StepSpec::new(StepKind::Notice, "ex1", "Another car")).unwrap();
    assert_eq!(settle(&office.engine, problem).await, Vec::<String>::new());
    for (name, value) in [
        ("title", json!("Klappe klemmt")),
        ("priority", json!("wish")),
        // `r_default` of its rule.
        ("release", json!("?")),
        ("hardware", json!("H08")),
        ("reproducible", json!(0)),
        ("frequency", json!("always")),
    ] {
        assert_eq!(office.attribute("1", name), value, "{name}");
    }
    let messages = office.messages("1");
    for new in ["Description in KPM:\nIt stays shut.", "ex1:\n\nKPM notice: Another car"] {
        assert!(messages.len() == 6 && messages.contains(&new.to_owned()), "{messages:?}");
    }

    // Not handed over to suppliers.
    let other = office.state().create_problem(&mailbox(), &json!({ "ShortText": "Not yet ours" })).unwrap();
    office.state().change(other, &json!({ "EngineeringStatus": "1" })).unwrap();
    assert!(matches!(run(&office, other).await, Outcome::Stopped(_)));
    assert_eq!(office.jane.issues().unwrap(), ["1"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_we_say_goes_there_by_the_example_once() {
    let office = Office::start().await;
    let problem = arrived(&office).await;
    let jane = &office.jane;
    jane.add_message("1", "between ourselves", &[]).unwrap();
    jane.add_message("1", "TO KPM: Which colour?", &[]).unwrap();
    jane.attach("1", "kpm-Bericht.pdf", "application/pdf", vec![9_u8; 50_000]).unwrap();
    jane.attach("1", "own.txt", "text/plain", b"ours".to_vec()).unwrap();
    for (name, value) in [("supplier_answer", "We take a stronger spring."), ("fixed_in", "1.1"), ("status", "testing")] {
        jane.set("1", name, value).unwrap();
    }
    assert_eq!(settle(&office.engine, problem).await, Vec::<String>::new());

    let notices = office.steps(problem, StepKind::Notice);
    assert_eq!(notices, [("Since the facelift".to_owned(), None), ("Which colour?".to_owned(), None)]);
    let documents = office.state().problem(problem).unwrap().documents;
    let told: Vec<(&str, &str, usize)> =
        documents.iter().map(|document| (document.name.as_str(), document.suffix.as_str(), document.size)).collect();
    assert_eq!(told, [("Foto", "jpeg", 70_001), ("leer", "txt", 0), ("kpm-Bericht", "pdf", 50_000)]);
    let answer = "We take a stronger spring.".to_owned();
    let said = [(String::new(), Some(stated("1", None))), (answer.clone(), Some(stated("4", Some("1.1"))))];
    assert_eq!(office.steps(problem, StepKind::SupplierResponse), said);
    let writes = office.writes(async { assert!(matches!(run(&office, problem).await, Outcome::Unchanged(_))) }).await;
    assert_eq!(writes, Vec::<String>::new());
    assert_eq!(office.messages("1").len(), 6, "nothing of ours comes back");

    // Solved: the last that is said. Then it is resolved here, and left alone.
    jane.set("1", "status", "done-cbb").unwrap();
    assert_eq!(settle(&office.engine, problem).await, Vec::<String>::new());
    let last = office.steps(problem, StepKind::SupplierResponse).pop().unwrap();
    assert_eq!(last, (answer, Some(stated("5", Some("1.1")))));
    assert!(office.state().problem(problem).unwrap().closed);
    jane.set("1", "status", "resolved").unwrap();
    office.state().change(problem, &json!({ "ShortText": "After all" })).unwrap();
    assert!(matches!(run(&office, problem).await, Outcome::Stopped(_)));
    assert_eq!(office.attribute("1", "title"), "Klappe schließt nicht");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_issue_of_ours_becomes_a_problem_where_the_example_is_told_to() {
    let told_to = EXAMPLE.replace("\n#create_remote = true", "\ncreate_remote = true");
    assert_ne!(told_to, EXAMPLE);
    let office = Office::with(told_to).await;
    let jane = &office.jane;
    assert_eq!(jane.create_issue("Lamp is dim").unwrap(), "1");
    for (name, value) in
        [("priority", "urgent"), ("reproducible", "yes"), ("frequency", "once"), ("release", "2.0"), ("hardware", "H09")]
    {
        jane.set("1", name, value).unwrap();
    }
    let created = office.engine.create_remote(&IssueId::new("1"), &RunOptions::default()).await.unwrap();
    let Creation::Created(theirs) = created else { panic!("{created:?}") };
    let problem: i64 = theirs.as_str().parse().unwrap();
    assert!(matches!(run(&office, problem).await, Outcome::Stopped(_)), "it was not handed over to us yet");
    office.state().assign(problem, &mailbox()).unwrap();
    assert_eq!(settle(&office.engine, problem).await, Vec::<String>::new());
    let fields = office.state().problem(problem).unwrap().fields;
    for (path, value) in [
        ("/ShortText", "Lamp is dim"),
        ("/ExternalProblemNumber", "1"),
        ("/Description", "See the notices."),
        ("/Rating", " 4"),
        ("/Repeatable", "XH"),
        ("/Frequency", "XE"),
        ("/Workflow", "42"),
        ("/Origin/Phase", "10"),
        ("/ForemostTestPart/Software", "2.0"),
        ("/ForemostTestPart/Hardware", "H09"),
        ("/Creator/Address/OrganisationalUnit", "KPM-TEST"),
        ("/Coordinator/Contractor/Address/OrganisationalUnit", "EX-1"),
    ] {
        assert_eq!(fields.pointer(path), Some(&json!(value)), "{path}: {fields}");
    }
    assert_eq!(office.attribute("1", "ext_id"), json!(theirs.as_str()));
    assert_eq!(office.jane.issues().unwrap(), ["1"], "it is known when it comes to our mailbox");
    assert_eq!(office.messages("1"), ["Description in KPM:\nSee the notices."]);
}

async fn run(office: &Office, problem: i64) -> Outcome {
    office.engine.run(&id(problem), &RunOptions::default()).await.unwrap()
}
