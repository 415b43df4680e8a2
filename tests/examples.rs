//! Each file of `config-example`: it loads, its check finds no error, and what is in Python syntax is the same after it was converted.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
};

use serde_json::Value;
use trackersync::{
    config::{
        files::read_sources,
        node::{Entry, Node, NodeValue, Table, from_toml},
        place::Source,
        python::from_python,
        write::to_toml,
    },
    sync::rules::RuleSet,
};

const SECRETS: [&str; 17] = [
    "HOME_TOKEN",
    "HOME_WEBHOOK_SECRET",
    "CUSTOMER_TOKEN",
    "CUSTOMER_WEBHOOK_SECRET",
    "ROUNDUP_PASSWORD",
    "ROUNDUP_WEBHOOK_SECRET",
    "JIRA_TOKEN",
    "JIRA_WEBHOOK_SECRET",
    "LOCAL_PASSWORD",
    "LOCAL_WEBHOOK_SECRET",
    "KPM_PKCS12_PASSWORD",
    "PFIFF_SSH_PASSPHRASE",
    "PFIFF_WEBHOOK_SECRET",
    "S3_SECRET",
    "UPSTREAM_PASSWORD",
    "JIRA_PASSWORD",
    "KPM_PASSWORD",
];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("config-example")
}

fn examples(extension: &str) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|found| found == extension));
    files.sort();
    assert!(files.len() >= 4, "{files:?}");
    files
}

fn source(path: &Path) -> Arc<Source> {
    read_sources(&[path.to_owned()]).unwrap().remove(0)
}

/// What a value is, without its place. The order of keys counts where the values are plain: in maps.
fn shown(value: &NodeValue, secret: bool) -> String {
    match value {
        NodeValue::String(_) if secret => "(secret)".to_owned(),
        NodeValue::Array(items) => {
            format!("[{}]", items.iter().map(|item| shown(&item.value, false)).collect::<Vec<_>>().join(", "))
        }
        NodeValue::Table(table) if secret && table.get("env").is_some() => "(secret)".to_owned(),
        NodeValue::Table(table) => shown_table(table),
        NodeValue::String(_) | NodeValue::Integer(_) | NodeValue::Float(_) | NodeValue::Boolean(_) => format!("{value:?}"),
    }
}

fn shown_table(table: &Table) -> String {
    let is_secret = |key: &str| matches!(key, "password" | "pkcs12_password" | "passphrase");
    let of = |entry: &Entry| format!("{:?} = {}", entry.key, shown(&entry.value.value, is_secret(&entry.key)));
    let mut entries: Vec<String> = table.entries.iter().map(of).collect();
    let structured =
        table.entries.iter().any(|entry| is_secret(&entry.key) || !matches!(entry.value.value, NodeValue::String(_)));
    if structured {
        entries.sort();
    }
    format!("{{ {} }}", entries.join(", "))
}

fn check(file: &Path) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_trackersync"))
        .arg("-c")
        .arg(file)
        .args(["check", "--offline"])
        .env_clear()
        .envs(SECRETS.map(|name| (name, "secret")))
        .output()
        .unwrap();
    (output.status.code(), format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr)))
}

#[test]
fn each_example_is_checked_without_an_error() {
    let wrong: Vec<String> = examples("toml")
        .into_iter()
        .chain(examples("py"))
        .filter_map(|file| {
            let (code, told) = check(&file);
            (code != Some(0)).then(|| format!("{}: {code:?}\n{told}", file.display()))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn an_example_in_python_syntax_is_the_same_after_it_was_converted() {
    for file in examples("py") {
        let read = from_python(&source(&file)).unwrap_or_else(|findings| panic!("{}: {findings:?}", file.display()));
        assert_eq!(read.warnings, [], "{}", file.display());
        let converted = to_toml(&read.table, &read.comments);
        let text = Arc::new(Source { name: "converted.toml".to_owned(), text: converted.clone() });
        let again = from_toml(&text).unwrap_or_else(|findings| panic!("{}: {findings:?}\n{converted}", file.display()));
        assert_eq!(shown_table(&read.table), shown_table(&again), "{}", file.display());
        assert_eq!(compiled(&read.table), compiled(&again), "{}", file.display());
    }
}

#[test]
fn every_example_can_be_converted_by_the_command() {
    for file in examples("toml").into_iter().chain(examples("py")) {
        let output = Command::new(env!("CARGO_BIN_EXE_trackersync")).args(["config", "convert"]).arg(&file).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}: {}", file.display(), String::from_utf8_lossy(&output.stderr));
        let converted = String::from_utf8(output.stdout).unwrap();
        let text = Arc::new(Source { name: "converted.toml".to_owned(), text: converted.clone() });
        let again = from_toml(&text).unwrap_or_else(|findings| panic!("{}: {findings:?}\n{converted}", file.display()));
        let source = source(&file);
        let before = if file.extension().is_some_and(|end| end == "py") {
            from_python(&source).unwrap().table
        } else {
            from_toml(&source).unwrap()
        };
        assert_eq!(shown_table(&before), shown_table(&again), "{}", file.display());
    }
}

/// The compiled rules, which are shown without their places; or what is wrong with them.
fn compiled(table: &Table) -> String {
    let of = |rule: &Node| match &rule.value {
        NodeValue::Table(table) => table.clone(),
        other => panic!("{other:?}"),
    };
    match RuleSet::compile(&rule_nodes(table).iter().map(of).collect::<Vec<_>>(), people(table)) {
        Ok(rules) => format!("{rules:?}"),
        Err(findings) => findings.into_iter().map(|finding| finding.message).collect::<Vec<_>>().join("\n"),
    }
}

/// The rules of a file and of its twin in the other syntax are the same, one by one.
#[test]
fn both_syntaxes_of_an_example_hold_the_same_rules() {
    for file in examples("py") {
        let (python, toml) =
            (from_python(&source(&file)).unwrap().table, from_toml(&source(&file.with_extension("toml"))).unwrap());
        let (python, toml) = (rules(&python), rules(&toml));
        if file.ends_with("roundup-jira.py") {
            let kinds =
                |rules: &[BTreeMap<String, String>]| -> Vec<String> { rules.iter().map(|rule| rule["kind"].clone()).collect() };
            let known = kinds(&toml);
            assert!(kinds(&python).iter().all(|kind| known.contains(kind)), "{}", file.display());
            continue;
        }
        assert_eq!(python.len(), toml.len(), "{}", file.display());
        for (one, other) in python.iter().zip(&toml) {
            assert_eq!(one, other, "{}", file.display());
        }
    }
}

/// The people of the sync, where it has a table of them.
fn people(table: &Table) -> Option<&Table> {
    match sync(table).get("users").map(|node| &node.value) {
        Some(NodeValue::Table(users)) => Some(users),
        _ => None,
    }
}

fn sync(table: &Table) -> &Table {
    let Some(NodeValue::Array(syncs)) = table.get("sync").map(|node| &node.value) else { panic!("no sync") };
    let NodeValue::Table(sync) = &syncs[0].value else { panic!("no table") };
    sync
}

fn rule_nodes(table: &Table) -> &[Node] {
    let Some(NodeValue::Array(rules)) = sync(table).get("rule").map(|node| &node.value) else { panic!("no rules") };
    rules
}

fn rules(table: &Table) -> Vec<BTreeMap<String, String>> {
    let of = |rule: &NodeValue| match rule {
        NodeValue::Table(rule) => {
            rule.entries.iter().map(|entry| (entry.key.clone(), shown(&entry.value.value, false))).collect()
        }
        other => panic!("{other:?}"),
    };
    rule_nodes(table).iter().map(|rule| of(&rule.value)).collect()
}

#[test]
fn the_example_of_kpm_is_of_the_size_that_sites_have() {
    let rules = rules(&from_toml(&source(&folder().join("jira-kpm.toml"))).unwrap());
    assert!(rules.len() >= 45, "{}", rules.len());
}

/// A file as it is in force, with its commented settings put in force as `is_in_force` tells.
fn shown_with(file: &Path, is_in_force: impl Fn(&str) -> bool) -> Value {
    let text = fs::read_to_string(file).unwrap();
    let lines = text.lines().map(|line| match line.strip_prefix('#') {
        Some(setting) if is_in_force(setting) => setting.trim_start(),
        _ => line,
    });
    let folder = tempfile::tempdir().unwrap();
    let changed = folder.path().join("changed.toml");
    fs::write(&changed, lines.collect::<Vec<_>>().join("\n")).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_trackersync"))
        .arg("-c")
        .arg(&changed)
        .args(["--json", "config", "show"])
        .env_clear()
        .envs(SECRETS.map(|name| (name, "secret")))
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && told.is_empty(), "{told}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Whether a comment is `name = …`, with a blank before it or not.
fn is_setting(comment: &str) -> bool {
    let name = comment.trim_start().split(" = ").next().filter(|name| *name != comment.trim_start());
    name.is_some_and(|name| name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'))
}

#[test]
fn the_defaults_of_pfiff_that_its_example_tells_are_the_defaults() {
    let file = folder().join("jira-pfiff.toml");
    let all = shown_with(&file, |comment| is_setting(comment) && !comment.starts_with(' '));
    assert_eq!(all, shown_with(&file, |_| false));
    let defaults = fs::read_to_string(&file).unwrap().lines().filter(|line| line.starts_with("#poll")).count();
    assert_eq!(defaults, 1, "they are in the form that is looked for");
}

#[test]
fn the_example_of_pfiff_has_every_setting_of_pfiff() {
    let file = folder().join("jira-pfiff.toml");
    // A storage is a folder or a bucket.
    let all = shown_with(&file, |comment| is_setting(comment) && !comment.starts_with(" storage = \""));
    let text = fs::read_to_string(&file).unwrap();
    let words: Vec<&str> = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').collect();
    let mut settings = Vec::new();
    for (name, value) in all["trackers"]["pfiff"].as_object().unwrap() {
        assert!(!value.is_null(), "{name} is not set");
        settings.push(name);
        settings.extend(value.as_object().into_iter().flatten().map(|(name, _)| name));
    }
    assert!(settings.len() > 45, "{settings:?}");
    let missing: Vec<_> = settings.into_iter().filter(|name| !words.contains(&name.as_str())).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
