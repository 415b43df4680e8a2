use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::*;
use crate::config::node::{Node, NodeValue};

fn source(text: &str) -> Arc<Source> {
    Arc::new(Source { name: "test.py".to_owned(), text: text.to_owned() })
}

fn read(text: &str) -> Read {
    from_python(&source(text)).unwrap_or_else(|findings| panic!("{findings:?}"))
}

fn errors(text: &str) -> Vec<(&'static str, usize, usize)> {
    let findings = from_python(&source(text)).err().unwrap_or_default();
    let place = |finding: &Diagnostic| finding.place.line_and_column().unwrap();
    findings
        .iter()
        .filter(|finding| !finding.is_warning)
        .map(|finding| (finding.code, place(finding).0, place(finding).1))
        .collect()
}

fn at<'t>(table: &'t Table, path: &str) -> &'t Node {
    let mut steps = path.split('/');
    let key = steps.next().unwrap();
    let mut node = table.get(key).unwrap_or_else(|| panic!("no {key} in {table:?}"));
    for step in steps {
        node = match &node.value {
            NodeValue::Table(table) => table.get(step).unwrap_or_else(|| panic!("no {step} in {table:?}")),
            NodeValue::Array(items) => &items[step.parse::<usize>().unwrap()],
            other => panic!("{step} of {other:?}"),
        };
    }
    node
}

fn text(table: &Table, path: &str) -> String {
    match &at(table, path).value {
        NodeValue::String(text) => text.clone(),
        other => panic!("{path} is {other:?}"),
    }
}

#[test]
fn values_become_those_of_the_tree() {
    let table = read(concat!(
        "name = 'titl' 'e'\n",
        "words = {None: 'a', 1: u'b', -2.5: None, True: 3, 'k': (1, [2])}\n",
        "JIRA_ATTRIBUTES = (Sync_Attribute_One_Way (name, 'sum' + 'mary', map = words, imap = dict (x = -1), l_default = None),)\n",
    ))
    .table;
    assert_eq!(text(&table, "sync/0/rule/0/kind"), "to_local");
    assert_eq!(text(&table, "sync/0/rule/0/local_name"), "title");
    assert_eq!(text(&table, "sync/0/rule/0/remote_name"), "summary");
    assert_eq!(text(&table, "sync/0/rule/0/map/"), "a");
    assert_eq!(text(&table, "sync/0/rule/0/map/1"), "b");
    assert_eq!(text(&table, "sync/0/rule/0/map/-2.5"), "");
    assert_eq!(at(&table, "sync/0/rule/0/map/true").value, NodeValue::Integer(3));
    assert_eq!(at(&table, "sync/0/rule/0/map/k/1/0").value, NodeValue::Integer(2));
    assert_eq!(at(&table, "sync/0/rule/0/imap/x").value, NodeValue::Integer(-1));
    let NodeValue::Table(rule) = &at(&table, "sync/0/rule/0").value else { panic!() };
    assert_eq!(rule.get("l_default"), None, "None is as good as absent");
    assert_eq!(at(&table, "sync/0/rule/0/imap/x").place.line_and_column(), Some((3, 96)));
    assert_eq!(rule.entries[0].place.line_and_column(), Some((3, 20)));
}

#[test]
fn classes_are_found_under_all_their_names() {
    for call in [
        "Sync_Attribute_Default (roundup_name = 'a', default = 'x')",
        "roundup_sync.Sync_Attribute_Default (roundup_name = 'a', default = 'x')",
        "trackersync.tracker_sync.Sync_Attribute_To_Local_Default (roundup_name = 'a', default = 'x')",
        "js.Sync_Attribute_To_Local_Default (roundup_name = 'a', default = 'x')",
        "Fill (roundup_name = 'a', default = 'x')",
    ] {
        let imports = "from __future__ import absolute_import\nimport trackersync.jira_sync as js\nimport tracker_sync\n\
                       from trackersync.roundup_sync import Sync_Attribute_Default as Fill\n";
        let table = read(&format!("{imports}JIRA_ATTRIBUTES = [{call}]")).table;
        assert_eq!(text(&table, "sync/0/rule/0/kind"), "to_local_default", "{call}");
        assert_eq!(text(&table, "sync/0/rule/0/default"), "x");
    }
    assert_eq!(errors("JIRA_ATTRIBUTES = (os.Sync_Attribute_Files (),)"), [("python::not_allowed", 1, 20)]);
}

#[test]
fn a_table_of_patterns_keeps_its_order() {
    let row = |map: &str| {
        read(&format!("JIRA_ATTRIBUTES = (Sync_Attribute_Multi_To_Remote (['a', 'b'], {map}, remote_name = 'r'),)")).table
    };
    for map in ["((('x', None), '1'), ((None, None), '2'))", "{('x', None): '1', (None, None): '2'}"] {
        let table = row(map);
        assert_eq!(text(&table, "sync/0/rule/0/patterns/0/when/0"), "x");
        assert_eq!(at(&table, "sync/0/rule/0/patterns/0/when/1/any").value, NodeValue::Boolean(true));
        assert_eq!(text(&table, "sync/0/rule/0/patterns/1/value"), "2");
    }
    assert_eq!(errors("JIRA_ATTRIBUTES = (Sync_Attribute_Multi_To_Remote (['a'], {'x': 'y'}),)")[0].0, "python::value");
    assert_eq!(
        errors("JIRA_ATTRIBUTES = (Sync_Attribute_To_Remote ('a', map = {('x', 1): 'y'}),)")[0],
        ("python::value", 1, 58)
    );
}

#[test]
fn settings_become_trackers() {
    let table = read(concat!(
        "ROUNDUP_URL = 'https://sync:p%40ss@roundup.example.com/tracker/xmlrpc'\n",
        "JIRA_URL = 'https://jira.example.com/rest/api/2/'\nJIRA_USERNAME = 'me'\nJIRA_PASSWORD = 'pw'\nJIRA_TIMEOUT = 30\n",
        "JIRA_ASSIGNEE = 'me'\nTRACKER_NAME = 'upstream'\nJIRA_ATTRIBUTES = ()\n"
    ))
    .table;
    for (path, value) in [
        ("trackers/local/kind", "roundup"),
        ("trackers/local/url", "https://roundup.example.com/tracker"),
        ("trackers/local/username", "sync"),
        ("trackers/local/password", "p@ss"),
        ("trackers/upstream/kind", "jira"),
        ("trackers/upstream/url", "https://jira.example.com"),
        ("trackers/upstream/timeout", "30s"),
        ("sync/0/name", "upstream"),
        ("sync/0/remote_filter", "assignee = \"me\""),
    ] {
        assert_eq!(text(&table, path), value, "{path}");
    }
    assert_eq!(at(&table, "trackers/upstream/webhooks").value, NodeValue::Boolean(false));

    let table = read(concat!(
        "LOCAL_URL = 'https://jira.example.com'\nCOMPANY = 'Us'\nOFTP_INCOMING = 'oftp.example.com:/var/in'\n",
        "OFTP_OUTGOING = 'oftp.example.com:/var/out'\nSSH_KEY = '/key'\nENGDAT_OWN_ID = 'O1'\nENGDAT_OWN_ADR1 = 'Street'\n",
        "PFIFF_ATTRIBUTES = ()\n"
    ))
    .table;
    for (path, value) in [
        ("trackers/local/kind", "jira"),
        ("trackers/pfiff/inbox", "/var/in"),
        ("trackers/pfiff/ssh/host", "oftp.example.com"),
        ("trackers/pfiff/ssh/key", "/key"),
        ("trackers/pfiff/own/address/0", "Street"),
    ] {
        assert_eq!(text(&table, path), value, "{path}");
    }
}

#[test]
fn what_is_no_error_is_a_warning() {
    let read =
        read("small = 1\nBASE = 'https://h'\nLOCAL_URL = BASE + '/x'\nKPM_USERNAMME = 'x'\nKPM_OU = 'a'\nKPM_OU = 'b'\n");
    let told: Vec<(&str, Option<&str>)> = read.warnings.iter().map(|warning| (warning.code, warning.hint.as_deref())).collect();
    assert_eq!(
        told,
        [
            ("python::reassigned", None),
            ("python::unknown_setting", Some("did you mean `KPM_USERNAME`?")),
            ("python::no_rules", None),
        ]
    );
}

#[test]
fn all_errors_are_told_at_their_places() {
    let text = "import os\nx = y\nif x:\n    pass\nA = {'k': 1, 'k': f(2), **x}\nB = [z, g.h, *x]\n";
    let mut found = errors(text);
    found.sort_by_key(|(_, line, column)| (*line, *column));
    let places: Vec<(usize, usize)> = found.iter().map(|(_, line, column)| (*line, *column)).collect();
    assert_eq!(places, [(1, 8), (2, 5), (3, 1), (5, 14), (5, 19), (5, 27), (6, 6), (6, 9), (6, 14)], "{found:?}");
}

#[test]
fn names_cannot_multiply_a_file_beyond_measure() {
    let mut lines = vec!["a0 = ('x',)\nb0 = 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'\nc0 = {}\n".to_owned()];
    lines.extend((0..70).map(|n| format!("a{0} = a{n} + a{n}\nb{0} = b{n} + b{n}\nc{0} = [c{n}]\n", n + 1)));
    let lines = lines.concat();
    let start = Instant::now();
    let codes: Vec<&str> = errors(&lines).into_iter().map(|(code, ..)| code).collect();
    assert!(codes.contains(&"python::too_large"), "{codes:?}");
    assert!(start.elapsed() < Duration::from_secs(2));
    let deep: Vec<String> = (0..70).map(|n| format!("c{} = [c{n}]\n", n + 1)).collect();
    assert!(errors(&format!("c0 = []\n{}", deep.concat())).iter().any(|(code, ..)| *code == "python::too_deep"));
}

#[test]
fn deep_nesting_of_any_form_is_refused_and_overflows_nothing() {
    for (open, close) in
        [("(", ")"), ("[", "]"), ("{1:", "}"), ("-", ""), ("not ", ""), ("lambda: ", ""), ("f(", ")"), ("x if y else ", "")]
    {
        for depth in [100, 1_000, 100_000] {
            let text = format!("A = {}1{}", open.repeat(depth), close.repeat(depth));
            assert!(from_python(&source(&text)).is_err(), "{open} × {depth}");
        }
    }
    for tail in [".b", "[0]", "()", " + 1", " 'x'"] {
        assert!(from_python(&source(&format!("A = 1{}", tail.repeat(50_000)))).is_err(), "{tail}");
    }
    for text in [
        format!("A = {}1", "f\"{".repeat(5_000)),
        format!("A = f'{{{}1'", "-".repeat(20_000)),
        (0..200).map(|depth| "\t".repeat(depth) + "if 1:\n").collect(),
    ] {
        assert!(from_python(&source(&text)).is_err());
    }
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in any::<String>()) {
        let _ = from_python(&source(&text));
    }

    #[test]
    fn text_that_is_nearly_python_is_read_or_refused(
        text in "(A|B|x|KPM_ATTRIBUTES|= |\\(|\\)|\\[|\\]|\\{|\\}|,|:|'|\"|'''|f'|\n|\r\n|\t| |#|\\\\|\\+|-|\\*|\\.|1|None|Sync_Attribute_Files|dict|lambda|for|if|ä){0,60}"
    ) {
        if let Err(findings) = from_python(&source(&text)) {
            prop_assert!(findings.iter().any(|finding| !finding.is_warning));
            for finding in findings {
                prop_assert!(!finding.render(false).is_empty());
            }
        }
    }

    #[test]
    fn any_bytes_are_decoded_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Err(finding) = crate::config::files::decode("t.py".to_owned(), &bytes) {
            prop_assert!(!finding.render(false).is_empty());
        }
    }
}
