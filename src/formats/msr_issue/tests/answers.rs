use jiff::civil::date;

use super::*;

fn company(long_name: &str, short_name: &str) -> Company {
    Company { long_name: long_name.into(), short_name: short_name.into() }
}

fn person(name: &str, short_name: &str) -> Person {
    Person { name: name.into(), short_name: short_name.into() }
}

/// An answer that says nothing yet.
pub(super) fn plain() -> Answer {
    Answer {
        reference: "26112112000000TPZ".into(),
        made: date(2026, 11, 21).at(12, 0, 0, 0),
        peer: company("Dr. Ing. h.c. F. Porsche AG", "PAG"),
        own: company("TestPrj Zulieferer", "TPZ"),
        key: "KAN-7".into(),
        problem_number: "4711001".into(),
        assignee: None,
        attributes: Attributes::new(),
        supplier_status: SupplierStatus::Received,
        resolve_until_release: String::new(),
        resolved_in_release: String::new(),
        supplier_comments: String::new(),
        documents: Vec::new(),
        annotations: Vec::new(),
    }
}

/// An answer to the first issue of the samples that says all that can be said.
fn full() -> Answer {
    let (mut issues, _) = read(&sample(ARCHIVES[1], "A.xml"));
    let (anna, bert) = (person("Anna Groß", "ag"), person("Bert <b>", ""));
    let noted = |text: &str, author, hour| Annotation { text: text.into(), author, date: date(2026, 11, 21).at(hour, 5, 0, 0) };
    Answer {
        assignee: Some(anna.clone()),
        attributes: issues.remove(0).unwrap().attributes,
        supplier_status: SupplierStatus::Estimated,
        resolve_until_release: "SW-2027-03".into(),
        resolved_in_release: "SW-2027-04".into(),
        supplier_comments: "It is the filter.\n\nR & D".into(),
        documents: vec!["log 1.txt".into(), "Größe.pdf".into()],
        annotations: vec![noted("Seen.\r\nToo.", Some(bert), 9), noted("Done.", Some(anna), 10), noted("-", None, 11)],
        ..plain()
    }
}

/// Where our readers sit at the peer: the answer is theirs to read.
fn at_the_peer() -> ReadOptions {
    ReadOptions { peer_company: "Zulieferer".into(), peer_company_short: "?".into(), ..ReadOptions::default() }
}

fn read_by_the_peer(answer: &Answer) -> (Head, Issue) {
    let bytes = answer.write().bytes;
    let mut reader = Reader::new(&bytes[..], at_the_peer()).unwrap();
    let issue = reader.next_issue().unwrap().unwrap().unwrap();
    assert!(reader.next_issue().unwrap().is_none());
    (reader.head().clone(), issue)
}

#[test]
fn an_answer_has_all_its_elements_in_order() {
    let written = full().write();
    assert_eq!(written.notes, Vec::<String>::new());
    let expected = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n\
        <MSR-ISSUE xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \
        xsi:noNamespaceSchemaLocation=\"PAG_ASAM_ISSUE_SCHEMA_V3.0.xsd\">\
        <COMPANY-DATAS>\
        <COMPANY-DATA><LONG-NAME>Dr. Ing. h.c. F. Porsche AG</LONG-NAME><SHORT-NAME>PAG</SHORT-NAME></COMPANY-DATA>\
        <COMPANY-DATA><LONG-NAME>TestPrj Zulieferer</LONG-NAME><SHORT-NAME>TPZ</SHORT-NAME><TEAM-MEMBERS>\
        <TEAM-MEMBER ID=\"TM1\"><LONG-NAME>Anna Groß</LONG-NAME><SHORT-NAME>ag</SHORT-NAME>\
        <DEPARTMENT/><PHONE/><FAX/><EMAIL/></TEAM-MEMBER>\
        <TEAM-MEMBER ID=\"TM2\"><LONG-NAME>Bert &lt;b&gt;</LONG-NAME><SHORT-NAME>Bert &lt;b&gt;</SHORT-NAME>\
        <DEPARTMENT/><PHONE/><FAX/><EMAIL/></TEAM-MEMBER>\
        </TEAM-MEMBERS></COMPANY-DATA></COMPANY-DATAS>\
        <ADMIN-DATA><DOC-REVISIONS><DOC-REVISION><TEAM-MEMBER-REF ID-REF=\"TM1\"/><DATE>2026/11/21T12:00:00</DATE>\
        </DOC-REVISION></DOC-REVISIONS></ADMIN-DATA>\
        <ISSUES><ISSUE><LONG-NAME>Anzeige flackert nach Klemme 15</LONG-NAME>\
        <SHORT-NAME>Anzeige flackert nach Klemme 15</SHORT-NAME><CATEGORY>FUNCTION</CATEGORY>\
        <ISSUE-DESC><P>Nach dem Einschalten flackert die Anzeige.</P><P>Erwartet: ruhiges Bild &amp; Größe 100 %.</P></ISSUE-DESC>\
        <COMPANY-ISSUE-INFOS><COMPANY-ISSUE-INFO><COMPANY-DATA-REF>TPZ</COMPANY-DATA-REF><ISSUE-ID>KAN-7</ISSUE-ID>\
        <TRANSACTION-ID>26112112000000TPZ-KAN-7</TRANSACTION-ID></COMPANY-ISSUE-INFO>\
        <COMPANY-ISSUE-INFO><COMPANY-DATA-REF>PAG</COMPANY-DATA-REF><ISSUE-ID>4711001</ISSUE-ID></COMPANY-ISSUE-INFO>\
        </COMPANY-ISSUE-INFOS>\
        <ISSUE-PROPERTIES><ISSUE-CURRENT-STATE><DATE>2026/11/21T12:00:00</DATE><TEAM-MEMBER-REF ID-REF=\"TM1\"/>\
        <ISSUE-STATE>ESTIMATED</ISSUE-STATE></ISSUE-CURRENT-STATE><ISSUE-PRIORITY>TOP</ISSUE-PRIORITY>\
        <REPRODUCIBILITY>ALWAYS</REPRODUCIBILITY><DELIVERY-MILESTONES>\
        <DELIVERY-MILESTONE><SHORT-LABEL>SW-2027-03</SHORT-LABEL><CATEGORY>ESTIMATED</CATEGORY>\
        <COMPANY-DATA-REF>TPZ</COMPANY-DATA-REF></DELIVERY-MILESTONE>\
        <DELIVERY-MILESTONE><SHORT-LABEL>SW-2027-04</SHORT-LABEL><CATEGORY>DELIVERED</CATEGORY>\
        <COMPANY-DATA-REF>TPZ</COMPANY-DATA-REF></DELIVERY-MILESTONE></DELIVERY-MILESTONES></ISSUE-PROPERTIES>\
        <ISSUE-RELATED-DOCUMENTS>\
        <ISSUE-RELATED-DOCUMENT><XDOC><LONG-NAME>log 1.txt</LONG-NAME><URL>./KAN-7/log 1.txt</URL></XDOC></ISSUE-RELATED-DOCUMENT>\
        <ISSUE-RELATED-DOCUMENT><XDOC><LONG-NAME>Größe.pdf</LONG-NAME><URL>./KAN-7/Größe.pdf</URL></XDOC></ISSUE-RELATED-DOCUMENT>\
        </ISSUE-RELATED-DOCUMENTS>\
        <ISSUE-ENVIRONMENT><ENGINEERING-OBJECTS>\
        <ENGINEERING-OBJECT><SHORT-LABEL>ECU</SHORT-LABEL><CATEGORY>HARDWARE</CATEGORY><REVISION-LABEL>H42</REVISION-LABEL></ENGINEERING-OBJECT>\
        <ENGINEERING-OBJECT><SHORT-LABEL>ECU</SHORT-LABEL><CATEGORY>SOFTWARE</CATEGORY><REVISION-LABEL>S0815</REVISION-LABEL></ENGINEERING-OBJECT>\
        <ENGINEERING-OBJECT><SHORT-LABEL>Kombiinstrument</SHORT-LABEL><CATEGORY>COMPONENT</CATEGORY></ENGINEERING-OBJECT>\
        <ENGINEERING-OBJECT><SHORT-LABEL>Anzeige</SHORT-LABEL><CATEGORY>GROUP</CATEGORY></ENGINEERING-OBJECT>\
        <ENGINEERING-OBJECT><SHORT-LABEL>Tacho</SHORT-LABEL><CATEGORY>SUB_GROUP</CATEGORY></ENGINEERING-OBJECT>\
        <ENGINEERING-OBJECT><SHORT-LABEL>J1-VP-007</SHORT-LABEL><CATEGORY>VEHICLE</CATEGORY></ENGINEERING-OBJECT>\
        <ENGINEERING-OBJECT><SHORT-LABEL>J1</SHORT-LABEL><CATEGORY>PROJECT</CATEGORY></ENGINEERING-OBJECT>\
        <ENGINEERING-OBJECT><SHORT-LABEL>100200</SHORT-LABEL><CATEGORY>EXT_TEST_ID</CATEGORY></ENGINEERING-OBJECT>\
        </ENGINEERING-OBJECTS></ISSUE-ENVIRONMENT><RELATED-ISSUES/>\
        <ISSUE-SOLUTIONS><ISSUE-SOLUTION><CATEGORY>ANALYSIS</CATEGORY><ISSUE-SOLUTION-DESC><P>It is the filter.</P><P></P>\
        <P>R &amp; D</P></ISSUE-SOLUTION-DESC></ISSUE-SOLUTION></ISSUE-SOLUTIONS>\
        <ANNOTATIONS><ANNOTATION><LABEL>TPZ</LABEL><TEAM-MEMBER-REF ID-REF=\"TM2\"/><DATE>2026/11/21T09:05:00</DATE>\
        <ANNOTATION-TEXT><P>Seen.</P><P>Too.</P></ANNOTATION-TEXT></ANNOTATION>\
        <ANNOTATION><LABEL>TPZ</LABEL><TEAM-MEMBER-REF ID-REF=\"TM1\"/><DATE>2026/11/21T10:05:00</DATE>\
        <ANNOTATION-TEXT><P>Done.</P></ANNOTATION-TEXT></ANNOTATION>\
        <ANNOTATION><LABEL>TPZ</LABEL><DATE>2026/11/21T11:05:00</DATE>\
        <ANNOTATION-TEXT><P>-</P></ANNOTATION-TEXT></ANNOTATION></ANNOTATIONS>\
        </ISSUE></ISSUES></MSR-ISSUE>";
    assert_eq!(String::from_utf8(written.bytes).unwrap(), expected);
}

#[test]
fn the_peer_reads_what_we_answer() {
    let (head, issue) = read_by_the_peer(&full());
    assert_eq!(head.peer, "TPZ");
    assert_eq!(head.date, Some(date(2026, 11, 21).at(12, 0, 0, 0)));
    assert_eq!(head.team["TM1"].name, "Anna Groß");
    assert_eq!(head.notes, []);
    assert_eq!(issue.number, "KAN-7");
    assert_eq!(issue.supplier_number.as_deref(), Some("4711001"));
    assert_eq!(issue.notes, []);
    let documents: Vec<(&str, &str)> =
        issue.documents.iter().map(|document| (document.name.as_str(), document.url.as_str())).collect();
    assert_eq!(documents, [("log 1.txt", "./KAN-7/log 1.txt"), ("Größe.pdf", "./KAN-7/Größe.pdf")]);
    for (name, expected) in [
        ("crstatus", "ESTIMATED"),
        ("in_analyse_comments", "Seen.\nToo.\n\nDone.\n\n-"),
        ("release_wanted", ""),
        ("action_points", ""),
        ("pudis_component_name_1", ""),
        ("owner_fp", ""),
    ] {
        assert_eq!(shown(&issue, name), expected, "{name}");
    }
    let echoed = FIELDS.iter().filter(|field| matches!(field.origin, Origin::Objects(_) | Origin::ControlUnit(_)));
    let echoed =
        echoed.map(|field| field.name).chain(["problem_synopsis", "problem_description", "priority", "reproducibility"]);
    for name in echoed {
        assert_eq!(shown(&issue, name), full().attributes.get(name).map(ToString::to_string).unwrap_or_default(), "{name}");
    }
}

#[test]
fn every_object_is_sent_back_in_its_category() {
    let mut answer = plain();
    for field in FIELDS {
        answer.attributes.insert(field.name.into(), Value::from(field.name));
    }
    answer.attributes.insert("vehicle".into(), Value::Several(vec!["V1".into(), "bench, 2".into()]));
    answer.attributes.insert("eo_radar".into(), Value::from("unknown"));
    answer.attributes.insert("pudis_hw_version_1".into(), Value::from("part"));
    let text = String::from_utf8(answer.write().bytes).unwrap();
    for (label, category) in [
        ("component_name", "COMPONENT"),
        ("DTC", "DTC"),
        ("DTC_synopsis", "DTC-DESCRIPTION"),
        ("frequency", "DTC-FREQUENCY"),
        ("function_group", "GROUP"),
        ("function_component", "SUB_GROUP"),
        ("offer_number", "OFFER_ID"),
        ("SODTC", "SODTC"),
        ("V1", "VEHICLE"),
        ("bench, 2", "VEHICLE"),
        ("ccb_relevant", "COMMITTEE"),
        ("var_product_name", "VARIANTS"),
        ("vehicle_project", "PROJECT"),
        ("project_name", "ECU-PROJECT"),
        ("ets", "EXT_TEST_SYSTEM"),
        ("ets_id", "EXT_TEST_ID"),
        ("ets_status", "EXT_TEST_STATUS"),
        ("issue_reporter", "ISSUE_REPORTER"),
        ("test_case", "TEST_CASE"),
        ("trial_units", "TRIAL_UNITS"),
        ("v_function", "V_FUNCTION"),
        ("ee_top_topic", "EE_TOP_TOPIC"),
    ] {
        let object = format!(
            "<ENGINEERING-OBJECT><SHORT-LABEL>{label}</SHORT-LABEL><CATEGORY>{category}</CATEGORY></ENGINEERING-OBJECT>"
        );
        assert_eq!(text.matches(&object).count(), 1, "{label}");
    }
    assert_eq!(text.matches("<ENGINEERING-OBJECT>").count(), 24, "these, and two versions of the control unit");
    for absent in ["TEST_BENCH", "unknown", "part<", "pudis"] {
        assert!(!text.contains(absent), "{absent}");
    }
}

#[test]
fn what_is_not_there_is_left_out() {
    let text = String::from_utf8(plain().write().bytes).unwrap();
    for absent in ["DELIVERY-MILESTONE", "ISSUE-SOLUTION>", "TEAM-MEMBER-REF", "TEAM-MEMBER ", "<ANNOTATION>", "<XDOC>", "<P>"]
    {
        assert!(!text.contains(absent), "{absent}");
    }
    let (_, issue) = read_by_the_peer(&plain());
    assert_eq!(
        issue.attributes.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>(),
        ["crstatus=RECEIVED"]
    );
}

#[test]
fn characters_that_xml_cannot_hold_are_left_out_and_told() {
    let mut answer = plain();
    answer.attributes.insert("problem_synopsis".into(), Value::from("a\u{1}b\r\nc\u{FFFE}\u{1F600}"));
    answer.supplier_comments = "x\0\n]]> \u{b}y".into();
    let written = answer.write();
    let told = |name: &str| format!("characters that XML cannot hold are left out of a {name}");
    assert_eq!(written.notes, [told("LONG-NAME"), told("SHORT-NAME"), told("P"), told("P")]);
    let text = String::from_utf8(written.bytes).unwrap();
    assert!(text.contains("<LONG-NAME>ab c\u{1F600}</LONG-NAME>"), "{text}");
    assert!(text.contains("<P>x</P><P>]]&gt; y</P>"), "{text}");
}

#[test]
fn a_status_is_one_of_the_words_of_the_peer() {
    for status in SupplierStatus::ALL {
        assert_eq!(status.as_str().parse(), Ok(status));
        let issue = read_by_the_peer(&Answer { supplier_status: status, ..plain() }).1;
        assert_eq!(shown(&issue, "crstatus"), status.to_string());
    }
    assert_eq!(
        "Closed".parse::<SupplierStatus>().unwrap_err().to_string(),
        "\"Closed\" is no status of a supplier: RECEIVED, ESTIMATED, DELIVERED, CLOSED and REJECTED are"
    );
}

#[test]
fn names_in_the_archive_are_under_our_key() {
    assert_eq!(plain().file_name(), "./KAN-7.xml");
    assert_eq!(plain().document_url("a b.txt"), "./KAN-7/a b.txt");
}
