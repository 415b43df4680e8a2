//! Fields of every type cross between two Jiras in both directions, and come to rest there.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use trackersync::standin::jira::{CustomFieldKind, CustomFieldSpec, Dialect, JiraOptions, ProjectSpec};

use crate::{facing::Jiras, site::paths};

const RULES: &str = include_str!("types.toml");

/// Path, and two values, as a person gives them to either product.
pub fn values(dialect: Dialect) -> Vec<(&'static str, Value, Value)> {
    let user = |name: &str| match dialect {
        Dialect::Cloud => json!({ "accountId": format!("712020:standin-{name}") }),
        Dialect::DataCenter => json!({ "name": name }),
    };
    let named = |names: &[&str]| names.iter().map(|name| json!({ "name": name })).collect::<Value>();
    vec![
        ("description", json!("Grüße,\n* eins\n* zwei ✓"), json!("short")),
        ("environment", json!("Linux\nWindows"), json!("macOS")),
        ("labels", json!(["b", "a"]), json!(["c"])),
        ("priority", json!({ "name": "High" }), json!({ "name": "Low" })),
        ("components", named(&["Brakes"]), named(&["Brakes", "Radio"])),
        ("versions", named(&["1.0"]), named(&["2.0"])),
        ("fixVersions", named(&["1.0", "2.0"]), named(&[])),
        ("security", json!({ "name": "internal" }), json!({ "name": "public" })),
        ("duedate", json!("2030-01-02"), json!("2031-02-03")),
        ("assignee", user("jane"), user("sync")),
        ("customfield_1", json!("one line – ünïcode"), json!("\"quoted\" \\ back")),
        ("customfield_2", json!("two\nlines"), json!("three\n\nlines")),
        ("customfield_3", json!(3), json!(1.5)),
        ("customfield_4", json!(["x", "y"]), json!(["z"])),
        ("customfield_5", json!({ "value": "red" }), json!({ "value": "green" })),
        ("customfield_6", json!([{ "value": "red" }]), json!([{ "value": "green" }, { "value": "red" }])),
        ("customfield_7", json!({ "value": "EU", "child": { "value": "CZ" } }), json!({ "value": "US" })),
        ("customfield_8", user("jane"), user("sync")),
        ("customfield_9", json!([user("jane")]), json!([user("sync"), user("jane")])),
        ("customfield_10", json!("2011-10-19"), json!("2012-02-29")),
        ("customfield_11", json!("2011-10-19T10:29:29.000+0530"), json!("2012-02-29T23:59:00.000-0500")),
        ("customfield_12", json!("https://example.com/a?b=c&d=%20"), json!("https://example.org/")),
        ("customfield_13", json!({ "name": "1.0" }), json!({ "name": "2.0" })),
        ("customfield_14", named(&["2.0"]), named(&["1.0", "2.0"])),
    ]
}

pub fn options(dialect: Dialect, project: &str) -> JiraOptions {
    let texts = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    let places = vec![("EU".to_owned(), texts(&["AT", "CZ"])), ("US".to_owned(), Vec::new())];
    let kinds = [
        CustomFieldKind::Text,
        CustomFieldKind::TextArea,
        CustomFieldKind::Number,
        CustomFieldKind::Labels,
        CustomFieldKind::Select(texts(&["red", "green"])),
        CustomFieldKind::MultiSelect(texts(&["red", "green"])),
        CustomFieldKind::Cascading(places),
        CustomFieldKind::User,
        CustomFieldKind::MultiUser,
        CustomFieldKind::Date,
        CustomFieldKind::DateTime,
        CustomFieldKind::Url,
        CustomFieldKind::Version,
        CustomFieldKind::MultiVersion,
    ];
    let field = |(number, kind): (u64, CustomFieldKind)| CustomFieldSpec { number, name: format!("Field {number}"), kind };
    let project = ProjectSpec {
        components: texts(&["Brakes", "Radio"]),
        versions: texts(&["1.0", "2.0"]),
        security_levels: texts(&["internal", "public"]),
        ..ProjectSpec::new(10_000, project, project)
    };
    // Two sites are seldom in one time zone.
    let zone_offset_minutes = if dialect == Dialect::Cloud { 330 } else { -300 };
    let custom_fields = (1..).zip(kinds).map(field).collect();
    JiraOptions { dialect, projects: vec![project], custom_fields, zone_offset_minutes, ..JiraOptions::default() }
}

/// The rules, with one for each path, and with who is who.
pub fn sync(home: Dialect) -> String {
    let plain = |(path, _, _): &(&str, Value, Value)| {
        let users = matches!(*path, "assignee" | "customfield_8" | "customfield_9");
        let users = if users { "users = true\n" } else { "" };
        format!("[[sync.rule]]\nkind = \"two_way\"\nlocal_name = \"{path}\"\nremote_name = \"{path}\"\n{users}\n")
    };
    let who = |name: &str| match home {
        Dialect::DataCenter => format!("\"{name}\" = \"712020:standin-{name}\""),
        Dialect::Cloud => format!("\"712020:standin-{name}\" = \"{name}\""),
    };
    let rules: String = values(home).iter().map(plain).collect();
    format!("{RULES}\n{rules}[sync.users]\nmap = {{ {}, {} }}\n", who("jane"), who("sync"))
}

/// Path, and the value on our side and on theirs, as the rules see them.
pub async fn on_both_sides(site: &Jiras, ours: &str, theirs: &str) -> Vec<(&'static str, String, String)> {
    let all: Vec<&str> = values(Dialect::Cloud).iter().map(|(path, _, _)| *path).collect();
    let needs = paths(&all);
    let home = site.engine.local.read(&ours.into(), &needs).await.unwrap().unwrap();
    let away = site.engine.remote.read(&theirs.into(), &needs).await.unwrap().unwrap();
    let person = |value: &Value| value.to_string().replace("712020:standin-", "");
    all.into_iter().map(|path| (path, person(&home.attributes[path]), person(&away.attributes[path]))).collect()
}

/// Both sides as the rules see them, which are the same, as a table; the values by path.
async fn equal_on_both_sides(site: &Jiras, ours: &str, theirs: &str) -> BTreeMap<&'static str, String> {
    let mut found = BTreeMap::new();
    for (path, here, there) in on_both_sides(site, ours, theirs).await {
        println!("{path:16} {here:45} {there}");
        assert!(here == there && here != "null", "{path}: {here} {there}");
        found.insert(path, here);
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn fields_of_every_type_cross_both_ways() {
    for (home, away) in [(Dialect::DataCenter, Dialect::Cloud), (Dialect::Cloud, Dialect::DataCenter)] {
        let site = Jiras::start(options(home, "HOME"), options(away, "UP"), &sync(home)).await;
        let mut fields = json!({ "project": { "key": "UP" }, "issuetype": { "name": "Bug" }, "summary": "All types" });
        for (path, first, _) in values(away) {
            fields[path] = first;
        }
        let theirs = site.theirs(fields);
        site.settle(&theirs).await;
        let ours = site.ours("All types").id;
        println!("--- from {away:?} to {home:?}");
        let before = equal_on_both_sides(&site, &ours, theirs.as_str()).await;

        let second =
            values(home).into_iter().map(|(path, _, second)| (path.to_owned(), second)).collect::<serde_json::Map<_, _>>();
        site.home.state().edit_fields("jane", &ours, Value::Object(second)).unwrap();
        site.settle(&theirs).await;
        println!("--- and back");
        let after = equal_on_both_sides(&site, &ours, theirs.as_str()).await;
        for (path, value) in before {
            assert_ne!(after[path], value, "{path} was changed");
        }
    }
}
