//! Both samples, a real Roundup, and what people do there, by the example for the two as it stands in `config-example`. What is expected
//! is written by hand, from the documents of the samples and from the rules of the example.

use jiff::{Span, Timestamp, civil::DateTime, tz::TimeZone};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use trackersync::{
    ids::{IssueId, LinkId},
    sync::{
        issue::{Attributes, CopyKind, Side},
        ports::{MirroredState, Token},
    },
};

use crate::{
    outgoing::check_with_the_command,
    package::sample,
    roundup_site::{Sent, Site, elided},
};

/// An issue as Roundup has it.
struct Expected {
    number: &'static str,
    fields: [(&'static str, Value); 14],
    messages: &'static [&'static str],
    /// Name, bytes and SHA-256, as another program unpacked them.
    files: &'static [(&'static str, usize, &'static str)],
}

/// How often a request is made at most.
const ATTEMPTS: usize = 3;
const TRACE: (&str, usize, &str) = ("trace.asc", 1720, "ba58a80fc3ff7926ad83e0a5a935dfc4b1e634a9f97a92a58d790d3a825a7df7");
const REPORT: (&str, usize, &str) =
    ("Prüfbericht Größe.pdf", 1033, "d396988b0203220b2ad7ff4abe409055a44a7bedfd2348b016b97fce49d1faa5");

fn fields(
    [title, priority, status, release, hardware, details]: [&'static str; 6],
    number: &'static str,
) -> [(&'static str, Value); 14] {
    let hardware = if hardware.is_empty() { Value::Null } else { json!(hardware) };
    [
        ("title", json!(title)),
        ("priority", json!(priority)),
        ("ext_id", json!(number)),
        ("ext_tracker", json!("pfiff")),
        ("ext_status", json!(status)),
        ("keyword", json!([format!("PFIFF-Status-{status}")])),
        ("release", json!(release)),
        ("hardware", hardware),
        ("details", json!(details)),
        ("assignedto", json!("jane")),
        // Roundup's own doing: an unread issue that gets a message is talked about.
        ("status", json!("chatting")),
        ("supplier_answer", json!("Under investigation")),
        ("planned_for", Value::Null),
        ("fixed_in", Value::Null),
    ]
}

fn expected() -> [Expected; 4] {
    [
        Expected {
            number: "4711001",
            fields: fields(
                [
                    "Anzeige flackert nach Klemme 15",
                    "critical",
                    "IN_ANALYSIS",
                    "S0815",
                    "H42",
                    "Owner: Petra Prüfer\nWanted in: SW-2027-02\nReproducible: ALWAYS\nComponent: Kombiinstrument\n\
                     Vehicle project: J1\nVehicle: J1-VP-007\nFunction: Anzeige Tacho\nExternal test: 100200",
                ],
                "4711001",
            ),
            messages: &[
                "Comments in PFIFF:\nBitte Trace auswerten.",
                "Description in PFIFF:\nNach dem Einschalten flackert die Anzeige.\nErwartet: ruhiges Bild & Größe 100 %.",
                "To do in PFIFF:\nFilterzeit verlängern",
            ],
            files: &[REPORT, TRACE],
        },
        Expected {
            number: "4711002",
            fields: fields(
                ["Uhrzeit springt", "bug", "NEW", "S0815", "H42", "Owner: Petra Prüfer\nReproducible: ALWAYS\nVehicle: HIL-3"],
                "4711002",
            ),
            messages: &["Description in PFIFF:\nDie Uhr springt um 1 h."],
            files: &[],
        },
        Expected {
            number: "4711003",
            fields: fields(
                [
                    "Quote ' plus + colon : question ?",
                    "wish",
                    "CLOSED",
                    "?",
                    "",
                    "Owner: Petra Prüfer\nReproducible: SPORADIC\nTrouble code: U0123\nHow often: 3",
                ],
                "4711003",
            ),
            messages: &["Description in PFIFF:\nline 1\n\nline 3"],
            files: &[],
        },
        Expected {
            number: "4711004",
            fields: fields(
                ["Second archive", "urgent", "NEW", "S0815", "H42", "Owner: Petra Prüfer\nReproducible: ALWAYS"],
                "4711004",
            ),
            messages: &["Description in PFIFF:\nx"],
            files: &[],
        },
    ]
}

/// What the other side is told, from the title to the end, with `DATE` for dates, `REF` for the reference of the package and `KEY` for
/// the id of our issue.
const FIRST_ANSWER: &str = "<LONG-NAME>Uhrzeit springt</LONG-NAME><SHORT-NAME>Uhrzeit springt</SHORT-NAME><CATEGORY>FUNCTION</CATEGORY>\
    <ISSUE-DESC><P>Die Uhr springt um 1 h.</P></ISSUE-DESC>\
    <COMPANY-ISSUE-INFOS>\
    <COMPANY-ISSUE-INFO><COMPANY-DATA-REF>TPZ</COMPANY-DATA-REF><ISSUE-ID>KEY</ISSUE-ID><TRANSACTION-ID>REF-KEY</TRANSACTION-ID>\
    </COMPANY-ISSUE-INFO>\
    <COMPANY-ISSUE-INFO><COMPANY-DATA-REF>PAG</COMPANY-DATA-REF><ISSUE-ID>4711002</ISSUE-ID></COMPANY-ISSUE-INFO>\
    </COMPANY-ISSUE-INFOS>\
    <ISSUE-PROPERTIES><ISSUE-CURRENT-STATE>DATE<TEAM-MEMBER-REF ID-REF=\"TM1\"/><ISSUE-STATE>RECEIVED</ISSUE-STATE>\
    </ISSUE-CURRENT-STATE><ISSUE-PRIORITY>MEDIUM</ISSUE-PRIORITY><REPRODUCIBILITY>ALWAYS</REPRODUCIBILITY></ISSUE-PROPERTIES>\
    <ISSUE-RELATED-DOCUMENTS></ISSUE-RELATED-DOCUMENTS>\
    <ISSUE-ENVIRONMENT><ENGINEERING-OBJECTS>\
    <ENGINEERING-OBJECT><SHORT-LABEL>ECU</SHORT-LABEL><CATEGORY>HARDWARE</CATEGORY><REVISION-LABEL>H42</REVISION-LABEL>\
    </ENGINEERING-OBJECT>\
    <ENGINEERING-OBJECT><SHORT-LABEL>ECU</SHORT-LABEL><CATEGORY>SOFTWARE</CATEGORY><REVISION-LABEL>S0815</REVISION-LABEL>\
    </ENGINEERING-OBJECT>\
    <ENGINEERING-OBJECT><SHORT-LABEL>HIL-3</SHORT-LABEL><CATEGORY>VEHICLE</CATEGORY></ENGINEERING-OBJECT>\
    </ENGINEERING-OBJECTS></ISSUE-ENVIRONMENT><RELATED-ISSUES/>\
    <ISSUE-SOLUTIONS><ISSUE-SOLUTION><CATEGORY>ANALYSIS</CATEGORY>\
    <ISSUE-SOLUTION-DESC><P>Under investigation</P></ISSUE-SOLUTION-DESC></ISSUE-SOLUTION></ISSUE-SOLUTIONS>\
    <ANNOTATIONS></ANNOTATIONS></ISSUE></ISSUES></MSR-ISSUE>";

/// The whole document of an issue that people have worked on.
const ANSWER: &str = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n\
    <MSR-ISSUE xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \
    xsi:noNamespaceSchemaLocation=\"PAG_ASAM_ISSUE_SCHEMA_V3.0.xsd\">\
    <COMPANY-DATAS><COMPANY-DATA><LONG-NAME>Porsche AG</LONG-NAME><SHORT-NAME>PAG</SHORT-NAME></COMPANY-DATA>\
    <COMPANY-DATA><LONG-NAME>TestPrj Zulieferer</LONG-NAME><SHORT-NAME>TPZ</SHORT-NAME><TEAM-MEMBERS>\
    <TEAM-MEMBER ID=\"TM1\"><LONG-NAME>Jane</LONG-NAME><SHORT-NAME>jane</SHORT-NAME><DEPARTMENT/><PHONE/><FAX/><EMAIL/></TEAM-MEMBER>\
    </TEAM-MEMBERS></COMPANY-DATA></COMPANY-DATAS>\
    <ADMIN-DATA><DOC-REVISIONS><DOC-REVISION><TEAM-MEMBER-REF ID-REF=\"TM1\"/>DATE</DOC-REVISION></DOC-REVISIONS></ADMIN-DATA>\
    <ISSUES><ISSUE><LONG-NAME>Anzeige flackert nach Klemme 15</LONG-NAME><SHORT-NAME>Anzeige flackert nach Klemme 15</SHORT-NAME>\
    <CATEGORY>FUNCTION</CATEGORY>\
    <ISSUE-DESC><P>Nach dem Einschalten flackert die Anzeige.</P><P>Erwartet: ruhiges Bild &amp; Größe 100 %.</P></ISSUE-DESC>\
    <COMPANY-ISSUE-INFOS>\
    <COMPANY-ISSUE-INFO><COMPANY-DATA-REF>TPZ</COMPANY-DATA-REF><ISSUE-ID>KEY</ISSUE-ID><TRANSACTION-ID>REF-KEY</TRANSACTION-ID>\
    </COMPANY-ISSUE-INFO>\
    <COMPANY-ISSUE-INFO><COMPANY-DATA-REF>PAG</COMPANY-DATA-REF><ISSUE-ID>4711001</ISSUE-ID></COMPANY-ISSUE-INFO>\
    </COMPANY-ISSUE-INFOS>\
    <ISSUE-PROPERTIES><ISSUE-CURRENT-STATE>DATE<TEAM-MEMBER-REF ID-REF=\"TM1\"/><ISSUE-STATE>ESTIMATED</ISSUE-STATE>\
    </ISSUE-CURRENT-STATE><ISSUE-PRIORITY>TOP</ISSUE-PRIORITY><REPRODUCIBILITY>ALWAYS</REPRODUCIBILITY>\
    <DELIVERY-MILESTONES><DELIVERY-MILESTONE><SHORT-LABEL>2027.1</SHORT-LABEL><CATEGORY>ESTIMATED</CATEGORY>\
    <COMPANY-DATA-REF>TPZ</COMPANY-DATA-REF></DELIVERY-MILESTONE></DELIVERY-MILESTONES></ISSUE-PROPERTIES>\
    <ISSUE-RELATED-DOCUMENTS><ISSUE-RELATED-DOCUMENT><XDOC><LONG-NAME>pfiff-Analyse Größe.txt</LONG-NAME>\
    <URL>./KEY/pfiff-Analyse Größe.txt</URL></XDOC></ISSUE-RELATED-DOCUMENT></ISSUE-RELATED-DOCUMENTS>\
    <ISSUE-ENVIRONMENT><ENGINEERING-OBJECTS>\
    <ENGINEERING-OBJECT><SHORT-LABEL>ECU</SHORT-LABEL><CATEGORY>HARDWARE</CATEGORY><REVISION-LABEL>H42</REVISION-LABEL>\
    </ENGINEERING-OBJECT>\
    <ENGINEERING-OBJECT><SHORT-LABEL>ECU</SHORT-LABEL><CATEGORY>SOFTWARE</CATEGORY><REVISION-LABEL>S0815</REVISION-LABEL>\
    </ENGINEERING-OBJECT>\
    <ENGINEERING-OBJECT><SHORT-LABEL>Kombiinstrument</SHORT-LABEL><CATEGORY>COMPONENT</CATEGORY></ENGINEERING-OBJECT>\
    <ENGINEERING-OBJECT><SHORT-LABEL>Anzeige</SHORT-LABEL><CATEGORY>GROUP</CATEGORY></ENGINEERING-OBJECT>\
    <ENGINEERING-OBJECT><SHORT-LABEL>Tacho</SHORT-LABEL><CATEGORY>SUB_GROUP</CATEGORY></ENGINEERING-OBJECT>\
    <ENGINEERING-OBJECT><SHORT-LABEL>J1-VP-007</SHORT-LABEL><CATEGORY>VEHICLE</CATEGORY></ENGINEERING-OBJECT>\
    <ENGINEERING-OBJECT><SHORT-LABEL>J1</SHORT-LABEL><CATEGORY>PROJECT</CATEGORY></ENGINEERING-OBJECT>\
    <ENGINEERING-OBJECT><SHORT-LABEL>100200</SHORT-LABEL><CATEGORY>EXT_TEST_ID</CATEGORY></ENGINEERING-OBJECT>\
    </ENGINEERING-OBJECTS></ISSUE-ENVIRONMENT><RELATED-ISSUES/>\
    <ISSUE-SOLUTIONS><ISSUE-SOLUTION><CATEGORY>ANALYSIS</CATEGORY>\
    <ISSUE-SOLUTION-DESC><P>Filter wird verlängert.</P><P>Test läuft &lt;bald&gt;.</P></ISSUE-SOLUTION-DESC></ISSUE-SOLUTION>\
    </ISSUE-SOLUTIONS>\
    <ANNOTATIONS><ANNOTATION><LABEL>TPZ</LABEL><TEAM-MEMBER-REF ID-REF=\"TM1\"/>DATE\
    <ANNOTATION-TEXT><P>Welche Softwarevariante?</P></ANNOTATION-TEXT></ANNOTATION></ANNOTATIONS></ISSUE></ISSUES></MSR-ISSUE>";

const ANALYSIS: &[u8] = b"\0\x01 analysis \xff\r\n";

#[tokio::test(flavor = "multi_thread")]
async fn both_samples_become_issues_of_a_real_roundup_and_are_answered_by_the_example() {
    let site = Site::start().await;
    let program = site.serve("1s").await;
    site.receive(&sample("1-good"));
    site.receive(&sample("2-two-zips"));
    let mut keys = Vec::new();
    for expected in expected() {
        let key = site.issue_of(expected.number).await;
        // What a second run sets, and tells.
        site.until_told(&format!("./{key}.xml"), "<P>Under investigation</P>").await;
        keys.push(key);
    }
    site.until_all_is_answered().await;
    assert!(program.terminate().await.success());
    for (expected, key) in expected().iter().zip(&keys) {
        assert_is(&site, key, expected).await;
    }
    assert_eq!(site.roundup.count("issue").await, 4);
    let (reference, document) = site.newest(&format!("./{}.xml", keys[1])).unwrap();
    let (_, issue) = document.split_once("<ISSUE>").unwrap();
    assert_eq!(elided(issue, &reference, &keys[1]).0, FIRST_ANSWER);

    // All that is done here goes out in one package: an answer waits for others.
    people_work(&site, &keys).await;
    let before = site.sent().len();
    let program = site.serve("8s").await;
    let first = format!("./{}.xml", keys[0]);
    site.until_told(&first, "ESTIMATED").await;
    site.until_all_is_answered().await;
    assert!(program.terminate().await.success());
    let sent = site.sent().split_off(before);
    assert_eq!(sent.len(), 1);
    assert_answered(&sent[0], &keys);
    assert_eq!(check_with_the_command(&site.outbox()), before + 1);
    assert_nothing_is_left(&site).await;
}

fn assert_answered(sent: &Sent, keys: &[String]) {
    let [first, second, fourth] = [0, 1, 3].map(|at| format!("./{}.xml", keys[at]));
    let file = format!("./{}/pfiff-Analyse Größe.txt", keys[0]);
    let mut names: Vec<&String> = sent.entries.iter().map(|(name, _)| name).collect();
    names.sort();
    let mut wanted = [&first, &file, &second, &fourth];
    wanted.sort();
    assert_eq!(names, wanted);
    assert_eq!(sent.content(&file), ANALYSIS);
    let (document, dates) = elided(&sent.text(&first), &sent.reference, &keys[0]);
    assert_eq!(document, ANSWER);
    assert_eq!(dates.len(), 3);
    dates.iter().for_each(|date| assert_is_now(date));
    for part in [
        "<ISSUE-STATE>DELIVERED</ISSUE-STATE>",
        "<DELIVERY-MILESTONES><DELIVERY-MILESTONE><SHORT-LABEL>2.0</SHORT-LABEL><CATEGORY>DELIVERED</CATEGORY>\
         <COMPANY-DATA-REF>TPZ</COMPANY-DATA-REF></DELIVERY-MILESTONE></DELIVERY-MILESTONES>",
        "<P>Under investigation</P>",
    ] {
        assert!(sent.text(&second).contains(part), "{part}: {}", sent.text(&second));
    }
    assert!(sent.text(&fourth).contains("<ISSUE-STATE>REJECTED</ISSUE-STATE>"), "{}", sent.text(&fourth));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_issues_of_a_remote_tracker_may_be_created_at_the_same_time() {
    let site = Site::start().await;
    let office = site.office();
    let fields = Attributes::from([("title".to_owned(), json!("One of many"))]);
    let create = async |number: usize| {
        let (tracker, remote) = ("newcomer".into(), IssueId::new(number.to_string()));
        let state = MirroredState { tracker, key: remote.to_string(), remote, attributes: Attributes::new() };
        let token = Token::of_copy(&LinkId::derive(&"pfiff".into(), &state.remote), CopyKind::Issue, Side::Local, "");
        // A Python 3.11 that reads several sessions at once may end a request over it; as an event it would be tried again.
        for _ in 1..ATTEMPTS {
            match office.create(&fields, &state, &token).await {
                Err(fault) if fault.is_transient() => {}
                made => return made,
            }
        }
        office.create(&fields, &state, &token).await
    };
    let before = site.roundup.count("ext_tracker").await;
    for made in futures_util::future::join_all((0..8).map(create)).await {
        made.unwrap();
    }
    assert_eq!(site.roundup.count("ext_tracker").await, before + 1);
}

async fn assert_is(site: &Site, key: &str, expected: &Expected) {
    let found = site.roundup.issue(key).await;
    let plain = |value: &Value| value.get("name").or(value.get("username")).unwrap_or(value).clone();
    for (name, value) in &expected.fields {
        let told = match &found[*name] {
            Value::Array(items) => items.iter().map(plain).collect(),
            other => plain(other),
        };
        let told = told.as_str().map_or(told.clone(), |text| json!(text.replace("\r\n", "\n")));
        assert_eq!(told, *value, "{} {name}", expected.number);
    }
    let messages = site.roundup.messages(key).await.into_iter().map(|message| message.content.replace("\r\n", "\n"));
    let mut messages: Vec<String> = messages.collect();
    messages.sort();
    assert_eq!(messages, expected.messages, "{}", expected.number);
    let mut files = Vec::new();
    for (id, name) in site.roundup.files(key).await {
        let content = site.roundup.content(&id).await;
        files.push((name, content.len(), hex::encode(Sha256::digest(&content))));
    }
    files.sort();
    let wanted: Vec<_> =
        expected.files.iter().map(|(name, size, hash)| ((*name).to_owned(), *size, (*hash).to_owned())).collect();
    assert_eq!(files, wanted, "{}", expected.number);
}

async fn people_work(site: &Site, keys: &[String]) {
    let roundup = &site.roundup;
    roundup.add_message(&keys[0], "between ourselves", None).await;
    roundup.add_message(&keys[0], "[TO OEM] Welche Softwarevariante?", None).await;
    roundup.add_file(&keys[0], "pfiff-Analyse Größe.txt", ANALYSIS).await;
    roundup.add_file(&keys[0], "own.txt", b"ours").await;
    let answer = json!({
        "status": "in-progress", "planned_for": "2027.1", "supplier_answer": "Filter wird verlängert.\nTest läuft <bald>.",
    });
    roundup.set(&keys[0], answer).await;
    roundup.set(&keys[1], json!({ "status": "done-cbb", "fixed_in": "2.0" })).await;
    roundup.set(&keys[3], json!({ "status": "done-cbb", "superseder": [keys[1]] })).await;
}

/// Our dates are those of the clocks on the wall.
fn assert_is_now(date: &str) {
    let told = DateTime::strptime("%Y/%m/%dT%H:%M:%S", date).unwrap();
    let told = told.to_zoned(TimeZone::get("Europe/Berlin").unwrap()).unwrap().timestamp();
    let now = Timestamp::now();
    assert!(told <= now && told > now - Span::new().minutes(10), "{date} is not now: {now}");
}

/// All is in line: a pass over everything writes nothing, on either side, and no answer waits.
async fn assert_nothing_is_left(site: &Site) {
    site.told(&["sync", "--all"]).await;
    let (writes, packages) = (site.roundup.writes().len(), site.sent().len());
    assert!(writes > 0 && packages > 0);
    let told = site.told(&["sync", "--all"]).await;
    let outcomes: Vec<(&str, &str)> =
        told.iter().map(|line| (line["remote"].as_str().unwrap(), line["outcome"].as_str().unwrap())).collect();
    let unchanged = ["4711001", "4711002", "4711003", "4711004"].map(|number| (number, "unchanged"));
    assert_eq!(outcomes, unchanged);
    assert_eq!(site.roundup.writes().len(), writes);
    assert_eq!(site.unanswered().await, [""; 0]);
}
