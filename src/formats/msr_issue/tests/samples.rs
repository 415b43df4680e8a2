use jiff::civil::date;

use super::*;

/// What an issue has to have, and nothing else.
fn check(issue: &Issue, number: &str, expected: &[(&str, &str)]) {
    assert_eq!(issue.number, number);
    let found: Vec<(&str, String)> = issue.attributes.iter().map(|(name, value)| (name.as_str(), value.to_string())).collect();
    let mut expected: Vec<(&str, String)> = expected.iter().map(|(name, text)| (*name, (*text).to_owned())).collect();
    expected.sort();
    assert_eq!(found, expected, "issue {number}");
    assert_eq!(issue.notes, [], "issue {number}");
}

const FLICKERS: [(&str, &str); 21] = [
    ("problem_synopsis", "Anzeige flackert nach Klemme 15"),
    ("bug_classification", "FUNCTION"),
    ("problem_description", "Nach dem Einschalten flackert die Anzeige.\nErwartet: ruhiges Bild & Größe 100 %."),
    ("owner_fp", "Petra Prüfer"),
    ("crstatus", "IN_ANALYSIS"),
    ("priority", "TOP"),
    ("reproducibility", "ALWAYS"),
    ("release_wanted", "SW-2027-02"),
    ("component_hw_version", "H42"),
    ("component_sw_version", "S0815"),
    ("pudis_component_name_1", "Gateway"),
    ("pudis_hw_version_1", "G1"),
    ("pudis_sw_version_1", "G2"),
    ("component_name", "Kombiinstrument"),
    ("vehicle_project", "J1"),
    ("vehicle", "J1-VP-007"),
    ("function_group", "Anzeige"),
    ("function_component", "Tacho"),
    ("ets_id", "100200"),
    ("action_points", "Filterzeit verlängern"),
    ("in_analyse_comments", "Bitte Trace auswerten."),
];

fn check_flickers(issue: &Issue) {
    check(issue, "4711001", &FLICKERS);
    assert_eq!(issue.supplier_number, None);
    let owner = issue.owner.as_ref().unwrap();
    assert_eq!((&*owner.phone, &*owner.email), ("+49 711 000000", "pp@oem.example.com"));
    let documents: Vec<(&str, &str)> =
        issue.documents.iter().map(|document| (document.name.as_str(), document.url.as_str())).collect();
    assert_eq!(documents, [("trace.asc", "./4711001/trace.asc"), ("Prüfbericht Größe.pdf", "./4711001/Prüfbericht Größe.pdf")]);
    assert_eq!(issue.own_annotations, ["our own old note"]);
}

#[test]
fn the_first_package_is_read() {
    let (issues, end) = read(&sample(ARCHIVES[0], "./A.xml"));
    end.unwrap();
    let issues: Vec<Issue> = issues.into_iter().map(Result::unwrap).collect();
    assert_eq!(issues.len(), 2);
    check_flickers(&issues[0]);
    check(
        &issues[1],
        "4711002",
        &[
            ("problem_synopsis", "Uhrzeit springt"),
            ("bug_classification", "FUNCTION"),
            ("problem_description", "Die Uhr springt um 1 h."),
            ("owner_fp", "Petra Prüfer"),
            ("crstatus", "NEW"),
            ("priority", "MEDIUM"),
            ("reproducibility", "ALWAYS"),
            ("component_hw_version", "H42"),
            ("component_sw_version", "S0815"),
            ("vehicle", "HIL-3"),
        ],
    );
    assert_eq!(issues[1].supplier_number.as_deref(), Some("KAN-7"));
    assert!(issues[1].documents.is_empty() && issues[1].own_annotations.is_empty());

    let (issues, end) = read(&sample(ARCHIVES[0], "./B.XML"));
    end.unwrap();
    assert_eq!(issues.len(), 1);
    check(
        issues[0].as_ref().unwrap(),
        "4711003",
        &[
            ("problem_synopsis", "Quote ' plus + colon : question ?"),
            ("bug_classification", "FUNCTION"),
            ("problem_description", "line 1\n\nline 3"),
            ("owner_fp", "Petra Prüfer"),
            ("crstatus", "CLOSED"),
            ("priority", "LOW"),
            ("reproducibility", "SPORADIC"),
            ("DTC", "U0123"),
            ("frequency", "3"),
        ],
    );
}

#[test]
fn the_second_package_is_read() {
    let (issues, end) = read(&sample(ARCHIVES[1], "A.xml"));
    end.unwrap();
    assert_eq!(issues.len(), 1);
    check_flickers(issues[0].as_ref().unwrap());
    let (issues, end) = read(&sample(ARCHIVES[2], "C.xml"));
    end.unwrap();
    assert_eq!(issues.len(), 1);
    check(
        issues[0].as_ref().unwrap(),
        "4711004",
        &[
            ("problem_synopsis", "Second archive"),
            ("bug_classification", "FUNCTION"),
            ("problem_description", "x"),
            ("owner_fp", "Petra Prüfer"),
            ("crstatus", "NEW"),
            ("priority", "HIGH"),
            ("reproducibility", "ALWAYS"),
            ("component_hw_version", "H42"),
            ("component_sw_version", "S0815"),
        ],
    );
}

#[test]
fn the_head_tells_who_when_and_for_whom() {
    let bytes = sample(ARCHIVES[0], "./A.xml");
    let reader = Reader::new(&bytes[..], ReadOptions::default()).unwrap();
    let head = reader.head();
    assert_eq!(head.peer, "PAG");
    let names: Vec<(&str, &str)> =
        head.companies.iter().map(|company| (company.long_name.as_str(), company.short_name.as_str())).collect();
    assert_eq!(names, [("Dr. Ing. h.c. F. Porsche AG", "PAG"), ("TestPrj Zulieferer", "TPZ")]);
    assert_eq!(head.team["TM1"].name, "Petra Prüfer");
    assert_eq!(head.date, Some(date(2026, 11, 20).at(10, 0, 0, 0)));
    assert_eq!(head.notes, []);
}
