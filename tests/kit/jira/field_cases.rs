//! Fields of all kinds: what they take, what they refuse, and in which words.

use reqwest::Method;
use serde_json::{Value, json};
use trackersync::standin::jira::{CustomFieldKind, CustomFieldSpec, Dialect, JiraOptions, ProjectSpec, UserSpec};

use crate::kit::Site;

const DIALECTS: [Dialect; 2] = [Dialect::Cloud, Dialect::DataCenter];

fn texts(list: &[&str]) -> Vec<String> {
    list.iter().map(|text| (*text).to_owned()).collect()
}

async fn site(dialect: Dialect) -> Site {
    let places = vec![("EU".to_owned(), texts(&["AT", "CZ"])), ("US".to_owned(), Vec::new())];
    let kinds = [
        ("Line", CustomFieldKind::Text),
        ("Lines", CustomFieldKind::TextArea),
        ("Amount", CustomFieldKind::Number),
        ("Words", CustomFieldKind::Labels),
        ("Colour", CustomFieldKind::Select(texts(&["red", "green"]))),
        ("Colours", CustomFieldKind::MultiSelect(texts(&["red", "green"]))),
        ("Place", CustomFieldKind::Cascading(places)),
        ("Tester", CustomFieldKind::User),
        ("Testers", CustomFieldKind::MultiUser),
        ("Day", CustomFieldKind::Date),
        ("Moment", CustomFieldKind::DateTime),
        ("Page", CustomFieldKind::Url),
        ("Found in", CustomFieldKind::Version),
        ("Planned for", CustomFieldKind::MultiVersion),
    ];
    let field =
        |(number, (name, kind)): (u64, (&str, CustomFieldKind))| CustomFieldSpec { number, name: name.to_owned(), kind };
    let mut options = JiraOptions { dialect, ..JiraOptions::default() };
    options.custom_fields = (1..).zip(kinds).map(field).collect();
    options.projects = vec![ProjectSpec {
        versions: texts(&["1.0", "2.0"]),
        components: texts(&["core"]),
        security_levels: texts(&["internal"]),
        ..ProjectSpec::new(10_000, "UP", "Upstream")
    }];
    options.users.push(UserSpec::new("gone", "gone-secret", "Gone Away").inactive());
    Site::with(options).await
}

/// A reference to a user as the dialect wants it.
fn user(dialect: Dialect, name: &str) -> Value {
    match dialect {
        Dialect::Cloud => json!({ "accountId": format!("712020:standin-{name}") }),
        Dialect::DataCenter => json!({ "name": name }),
    }
}

#[tokio::test]
async fn each_kind_of_field_takes_its_form_and_shows_it() {
    for dialect in DIALECTS {
        let site = site(dialect).await;
        let key = site.issue("x").await;
        let path = format!("/rest/api/2/issue/{key}");
        let moment = "2011-10-19T10:29:29.908+1100";
        for (number, given, pointer, shown) in [
            (1, json!("one line"), "", json!("one line")),
            (2, json!("two\nlines"), "", json!("two\nlines")),
            (3, json!(1.5), "", json!(1.5)),
            (4, json!(["b", "a"]), "", json!(["a", "b"])),
            (5, json!({"value": "green"}), "/value", json!("green")),
            (5, json!({"id": "50100"}), "/value", json!("red")),
            (6, json!([{"value": "green"}, {"value": "red"}]), "/1/value", json!("red")),
            (7, json!({"value": "EU", "child": {"value": "CZ"}}), "/child/value", json!("CZ")),
            (7, json!({"value": "US"}), "/child", Value::Null),
            (8, user(dialect, "jane"), "/displayName", json!("Jane Doe")),
            (9, json!([user(dialect, "jane"), user(dialect, "sync")]), "/1/displayName", json!("Tracker Sync")),
            (10, json!("2011-10-19"), "", json!("2011-10-19")),
            (11, json!(moment), "", json!("2011-10-19T01:29:29.908+0200")),
            (12, json!("https://example.org/x"), "", json!("https://example.org/x")),
            (13, json!({"name": "2.0"}), "/name", json!("2.0")),
            (14, json!([{"name": "1.0"}, {"name": "2.0"}]), "/1/name", json!("2.0")),
        ] {
            let field = format!("customfield_{number}");
            let edit = json!({"fields": {&field: given}});
            site.expect(204, Method::PUT, &path, Some(&edit)).await;
            let issue = site.expect(200, Method::GET, &path, None).await;
            let found = issue["fields"][&field].pointer(pointer).cloned().unwrap_or_default();
            assert_eq!(found, shown, "{dialect:?} {edit}");
            site.expect(204, Method::PUT, &path, Some(&json!({"fields": {&field: null}}))).await;
            let issue = site.expect(200, Method::GET, &path, None).await;
            assert!(issue["fields"][&field].is_null(), "{dialect:?} {edit} was not emptied");
        }
    }
}

#[tokio::test]
async fn wrong_values_are_refused_in_words() {
    for dialect in DIALECTS {
        let site = site(dialect).await;
        let path = format!("/rest/api/2/issue/{}", site.issue("x").await);
        let too_long = "The entered text is too long. It exceeds the allowed limit of 255 characters.";
        let instant = "Operation value must be a string in the format \"yyyy-MM-dd'T'HH:mm:ss.SSSZ\"";
        let day = "Operation value must be a string in the format 'yyyy-MM-dd'";
        let mut cases = vec![
            ("customfield_1", json!("x".repeat(256)), too_long),
            ("customfield_1", json!(5), "Operation value must be a string"),
            ("customfield_3", json!("5"), "Operation value must be a number"),
            ("customfield_4", json!("word"), "data was not an array"),
            ("customfield_5", json!({"value": "blue"}), "Option value 'blue' is not valid"),
            ("customfield_5", json!({"id": "7"}), "Option id '7' is not valid"),
            ("customfield_5", json!("red"), "expected Object containing a 'value' or 'id' property"),
            ("customfield_6", json!({"value": "red"}), "data was not an array"),
            ("customfield_6", json!([{"value": "blue"}]), "Option value 'blue' is not valid"),
            (
                "customfield_7",
                json!({"value": "US", "child": {"value": "AT"}}),
                "The option 'AT' is not a valid option for parent 'US'",
            ),
            ("customfield_10", json!("19/Oct/11"), day),
            ("customfield_11", json!("2011-10-19"), instant),
            ("customfield_12", json!("example.org"), "Not a valid URL"),
            ("customfield_13", json!({"name": "3.0"}), "Version name '3.0' is not valid"),
            ("customfield_14", json!({"name": "1.0"}), "data was not an array"),
            ("duedate", json!("tomorrow"), day),
            ("components", json!([{"name": "none"}]), "Component name 'none' is not valid"),
            ("security", json!({"name": "secret"}), "The security level selected is invalid."),
            ("summary", json!("two\nlines"), "The summary is invalid because it contains newline characters."),
            ("summary", json!("x".repeat(256)), "Summary must be less than 255 characters."),
            ("assignee", user(dialect, "gone"), "User 'gone' cannot be assigned issues."),
        ];
        let rfc3339 = json!("2011-10-19T10:29:29.908+11:00");
        if dialect == Dialect::DataCenter {
            cases.push(("customfield_11", rfc3339, instant));
        } else {
            site.expect(204, Method::PUT, &path, Some(&json!({"fields": {"customfield_11": rfc3339}}))).await;
        }
        for (field, value, words) in cases {
            let edit = json!({"fields": {field: value}});
            let refusal = site.expect(400, Method::PUT, &path, Some(&edit)).await;
            assert_eq!(refusal, json!({"errorMessages": [], "errors": {field: words}}), "{dialect:?} {edit}");
        }
    }
}

#[tokio::test]
async fn verbs_add_to_lists_of_all_kinds_and_take_from_them() {
    for dialect in DIALECTS {
        let site = site(dialect).await;
        let path = format!("/rest/api/2/issue/{}", site.issue("x").await);
        let first = json!({"fields": {"customfield_6": [{"value": "red"}], "customfield_9": [user(dialect, "jane")],
            "customfield_14": [{"name": "1.0"}]}});
        site.expect(204, Method::PUT, &path, Some(&first)).await;
        let verbs = json!({"update": {
            "customfield_6": [{"add": {"value": "green"}}, {"remove": {"value": "red"}}],
            "customfield_9": [{"add": user(dialect, "sync")}, {"remove": user(dialect, "jane")}],
            "customfield_14": [{"add": {"name": "2.0"}}, {"remove": {"name": "1.0"}}],
            "components": [{"add": {"name": "core"}}],
        }});
        site.expect(204, Method::PUT, &path, Some(&verbs)).await;
        let issue = site.jira.state().issue(path.rsplit('/').next().unwrap()).unwrap();
        let custom = |number: u64| issue.custom[&format!("customfield_{number}")].clone();
        assert_eq!((custom(6), custom(9), custom(14)), (json!(["green"]), json!(["sync"]), json!(["2.0"])));
        assert_eq!(issue.components, ["core"]);
    }
}

#[tokio::test]
async fn the_screen_tells_what_is_allowed() {
    for dialect in DIALECTS {
        let site = site(dialect).await;
        let key = site.issue("x").await;
        let meta = site.expect(200, Method::GET, &format!("/rest/api/2/issue/{key}/editmeta"), None).await;
        let field = |number: u64| meta["fields"][&format!("customfield_{number}")].clone();
        assert_eq!(field(5)["schema"]["type"], "option");
        assert_eq!(field(5)["allowedValues"][1]["value"], "green");
        assert_eq!(field(6)["schema"]["items"], "option");
        assert_eq!(field(7)["allowedValues"][0]["children"][1]["value"], "CZ");
        assert_eq!(field(13)["allowedValues"][0]["name"], "1.0");
        assert_eq!(field(14)["operations"], json!(["add", "set", "remove"]));
        assert_eq!(meta["fields"]["security"]["allowedValues"][0]["name"], "internal");
        let expected = json!({"fields": {"security": {"name": "internal"}, "environment": "Linux", "duedate": "2030-01-02"}});
        site.expect(204, Method::PUT, &format!("/rest/api/2/issue/{key}"), Some(&expected)).await;
        let issue = site.expect(200, Method::GET, &format!("/rest/api/2/issue/{key}"), None).await;
        let fields = &issue["fields"];
        assert_eq!((&fields["security"]["name"], &fields["environment"]), (&json!("internal"), &json!("Linux")));
        assert_eq!(fields["duedate"], "2030-01-02");
    }
}
