//! What the README and the documentation say is so: their commands run, their files are there, the examples load, and no setting
//! is left out.

use std::{
    collections::BTreeSet,
    fs,
    io::{BufRead, BufReader, Write},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    time::Duration,
};

use serde_json::Value;

const PROGRAM: &str = env!("CARGO_BIN_EXE_trackersync");
const EXAMPLE: &str = "config-example/roundup-jira.toml";
/// The secrets that the example takes from variables.
const SECRETS: [&str; 4] = ["ROUNDUP_PASSWORD", "ROUNDUP_WEBHOOK_SECRET", "JIRA_TOKEN", "JIRA_WEBHOOK_SECRET"];

/// How a command of the README is known to work.
enum Shown {
    /// `.ci/run` has this line.
    InCi(&'static str),
    /// It is run here, with these arguments, and ends with this exit code.
    Run(&'static [&'static str], i32),
    /// Another test of this file, by its name.
    Test(&'static str),
    /// It takes what this machine may not have; the file has this line.
    Line(&'static str, &'static str),
}

const COMMANDS: [(&str, Shown); 8] = [
    ("cargo run -- demo", Shown::InCi("cargo run -- demo --once")),
    ("tests/run", Shown::InCi("tests/run")),
    ("cargo build --profile dist --locked", Shown::Line("deploy/Dockerfile", "cargo build --profile dist --locked")),
    ("target/dist/trackersync -c trackersync.toml check", Shown::Run(&["-c", EXAMPLE, "check"], 3)),
    (
        "target/dist/trackersync -c trackersync.toml explain --remote-id UP-17",
        Shown::Run(&["-c", EXAMPLE, "explain", "--remote-id", "UP-17"], 3),
    ),
    ("target/dist/trackersync -c trackersync.toml serve", Shown::Test("the_service_starts_and_ends_with_the_example")),
    ("deploy/compose/make-secrets", Shown::Test("compose_has_all_secrets_and_a_good_configuration")),
    ("docker compose up --build --detach", Shown::Line("docker-compose.yml", "dockerfile: deploy/Dockerfile")),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The program at the top of the repository, with the example's secrets and a data folder that goes away.
fn program(data: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(PROGRAM);
    command.args(arguments).current_dir(root()).stdin(Stdio::null());
    command.envs(SECRETS.map(|name| (name, "secret")));
    command.env("TRACKERSYNC_SERVER__DATA_DIR", data).env("TRACKERSYNC_SERVER__LISTEN", "127.0.0.1:0");
    command
}

/// The same, with trackers that nobody reaches in place of the example's.
fn program_alone(data: &Path, arguments: &[&str]) -> Command {
    let mut command = program(data, arguments);
    for name in ["OFFICE", "UPSTREAM"] {
        command.env(format!("TRACKERSYNC_TRACKERS__{name}__URL"), "http://127.0.0.1:1/");
    }
    command
}

fn run(arguments: &[&str]) -> Output {
    let data = tempfile::tempdir().unwrap();
    program(data.path(), arguments).output().unwrap()
}

fn told(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// The lines of the blocks that are marked as shell; a block within a list is indented.
fn shell_commands(page: &str) -> Vec<String> {
    let (mut commands, mut within) = (Vec::new(), false);
    for line in page.lines().map(str::trim) {
        match line {
            "```sh" => within = true,
            "```" => within = false,
            "" => {}
            command if within => commands.push(command.to_owned()),
            _ => {}
        }
    }
    commands
}

#[test]
fn each_command_of_the_readme_is_known_to_work() {
    let commands = shell_commands(&read("README.md"));
    assert!(!commands.is_empty());
    let ci = read(".ci/run");
    for command in &commands {
        let Some((_, shown)) = COMMANDS.iter().find(|(known, _)| known == command) else {
            panic!("`{command}` stands in the README and not in the table of this test");
        };
        match shown {
            Shown::InCi(line) => assert!(ci.lines().any(|found| found.contains(line)), "{command}: .ci/run lacks {line}"),
            Shown::Run(arguments, code) => {
                let data = tempfile::tempdir().unwrap();
                let output = program_alone(data.path(), arguments).output().unwrap();
                assert_eq!(output.status.code(), Some(*code), "{command}: {}", told(&output));
            }
            Shown::Test(name) => assert!(read("tests/readme.rs").contains(&format!("fn {name}()")), "{command}"),
            Shown::Line(file, line) => assert!(read(file).contains(line), "{command}: {file} lacks {line}"),
        }
    }
    for (known, _) in &COMMANDS {
        assert!(commands.iter().any(|command| command == known), "`{known}` stands in the README no more");
    }
}

#[test]
fn the_scripts_are_executable_and_can_be_parsed() {
    for script in ["tests/run", ".ci/run", "deploy/compose/make-secrets"] {
        let path = root().join(script);
        assert_ne!(fs::metadata(&path).unwrap().permissions().mode() & 0o100, 0, "{script} is not executable");
        let parsed = Command::new("bash").arg("-n").arg(&path).output().unwrap();
        assert!(parsed.status.success(), "{script}: {}", told(&parsed));
    }
}

#[test]
fn each_link_leads_somewhere() {
    let pages = [
        "README.md",
        "docs/configuration.md",
        "docs/rules.md",
        "docs/operations.md",
        "docs/roundup.md",
        "docs/jira.md",
        "docs/kpm.md",
        "docs/pfiff.md",
    ];
    for page in pages {
        let text = read(page);
        for target in text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(target, _)| target) {
            let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
            let path = root().join(page).parent().unwrap().join(file);
            assert!(path.is_file(), "{page} points to {target}");
            let heading = |line: &str| line.trim_start_matches('#').trim().to_lowercase().replace(' ', "-").replace('`', "");
            let found = fs::read_to_string(&path).unwrap().lines().any(|line| line.starts_with('#') && heading(line) == anchor);
            assert!(anchor.is_empty() || found, "{page} points to {target}, and there is no such heading");
        }
    }
}

/// The example with every setting that is commented out put in force.
fn example_with_all_settings(folder: &Path) -> PathBuf {
    let text: String = read(EXAMPLE)
        .lines()
        .map(|line| match line.strip_prefix('#') {
            Some(setting) if setting.starts_with(|c: char| c.is_ascii_lowercase()) => format!("{setting}\n"),
            _ => format!("{line}\n"),
        })
        .collect();
    let path = folder.join("all.toml");
    fs::write(&path, text).unwrap();
    path
}

#[test]
fn the_example_loads_as_it_is_and_with_all_settings_without_a_warning() {
    let folder = tempfile::tempdir().unwrap();
    let all = example_with_all_settings(folder.path());
    for file in [EXAMPLE, all.to_str().unwrap()] {
        let output = run(&["-c", file, "check", "--offline"]);
        assert_eq!(output.status.code(), Some(0), "{}", told(&output));
        assert!(output.stderr.is_empty(), "{file}: {}", told(&output));
        assert!(told(&output).contains(" 0 warnings"), "{}", told(&output));
    }
}

#[test]
fn the_defaults_that_the_example_tells_are_the_defaults() {
    let folder = tempfile::tempdir().unwrap();
    let all = example_with_all_settings(folder.path());
    let shown = |file: &str| -> Value {
        let output = Command::new(PROGRAM)
            .args(["-c", file, "--json", "config", "show"])
            .current_dir(root())
            .envs(SECRETS.map(|name| (name, "secret")))
            .output()
            .unwrap();
        let mut shown: Value = serde_json::from_slice(&output.stdout).unwrap();
        // What is told as "default: none" has an example in place of a default.
        for service in ["queue", "store", "coordination"] {
            shown[service]["url"].take();
        }
        shown["telemetry"]["otlp_endpoint"].take();
        let jira = shown["trackers"]["upstream"].as_object_mut().unwrap();
        jira.retain(|key, _| !matches!(key.as_str(), "username" | "password" | "token"));
        shown["sync"][0]["rule"].take();
        shown
    };
    assert_eq!(shown(EXAMPLE), shown(all.to_str().unwrap()));
}

/// All keys that a table may have, as the program itself tells them when it meets one that it does not know.
fn known_keys(text: &str) -> BTreeSet<String> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("probe.toml");
    fs::write(&file, text).unwrap();
    let output = run(&["-c", file.to_str().unwrap(), "--json", "check", "--offline"]);
    let findings = String::from_utf8(output.stderr).unwrap();
    let unknown: Vec<Value> = findings
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .filter(|finding: &Value| finding["code"] == "config::unknown_key")
        .collect();
    assert!(!unknown.is_empty(), "{findings}");
    unknown
        .iter()
        .flat_map(|finding| finding["hint"].as_str().unwrap().split('`').skip(1).step_by(2))
        .map(str::to_owned)
        .collect()
}

const UNKNOWN: &str = "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz = 1\n";
const BASE: &str = r#"
[trackers.a]
kind = "roundup"
url = "http://127.0.0.1:1/"
username = "u"
password = { env = "JIRA_TOKEN" }
webhook_secret = { env = "JIRA_TOKEN" }
[trackers.b]
kind = "jira"
url = "http://127.0.0.1:1/"
token = { env = "JIRA_TOKEN" }
webhook_secret = { env = "JIRA_TOKEN" }
[[sync]]
name = "s"
local = "a"
remote = "b"
"#;

/// The kinds of rules, as the program tells them.
fn kinds() -> BTreeSet<String> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("probe.toml");
    fs::write(&file, format!("{BASE}[[sync.rule]]\nkind = \"{}\"\n", "z".repeat(60))).unwrap();
    let output = run(&["-c", file.to_str().unwrap(), "--json", "check", "--offline"]);
    let findings: Vec<Value> = told(&output).lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let finding = findings.iter().find(|finding| finding["code"] == "rules::unknown_kind").unwrap();
    finding["hint"].as_str().unwrap().split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

fn keys_of_rules(kinds: &BTreeSet<String>) -> BTreeSet<String> {
    let of_kind = |kind: &String| known_keys(&format!("{BASE}[[sync.rule]]\nkind = \"{kind}\"\n{UNKNOWN}"));
    kinds.iter().flat_map(of_kind).collect()
}

#[test]
fn the_example_mentions_every_setting() {
    let example = read(EXAMPLE);
    let with_unknown = |before: &str| BASE.replacen(before, &format!("{before}{UNKNOWN}"), 1);
    // Not every kind has a use between a Roundup and a Jira.
    let used = kinds().into_iter().filter(|kind| example.contains(&format!("kind = \"{kind}\"")));
    let mut keys = keys_of_rules(&used.collect());
    keys.extend(known_keys(&format!("{UNKNOWN}{BASE}")));
    keys.extend(known_keys(&with_unknown("[trackers.a]\n")));
    keys.extend(known_keys(&with_unknown("[[sync]]\n")));
    keys.extend(known_keys(&format!("{BASE}[sync.sweep]\n{UNKNOWN}")));
    keys.extend(known_keys(&format!("{BASE}[sync.fuses]\n{UNKNOWN}")));
    for section in ["server", "queue", "store", "coordination", "telemetry", "worker"] {
        keys.extend(known_keys(&format!("{BASE}[{section}]\n{UNKNOWN}")));
    }
    assert!(keys.len() > 50, "{keys:?}");
    let words: BTreeSet<&str> = example.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').collect();
    let missing: Vec<&String> = keys.iter().filter(|key| !words.contains(key.as_str())).collect();
    assert!(missing.is_empty(), "{EXAMPLE} does not mention {missing:?}");
}

#[test]
fn the_documentation_explains_every_kind_and_parameter_of_rules() {
    let page = read("docs/rules.md");
    let headings: String = page.lines().filter(|line| line.starts_with("### ")).collect();
    for kind in kinds() {
        assert!(headings.contains(&format!("`{kind}`")), "docs/rules.md does not explain the kind {kind}");
        assert!(page.contains(&format!("kind = \"{kind}\"")), "docs/rules.md has no example of {kind}");
    }
    for key in keys_of_rules(&kinds()) {
        assert!(page.contains(&format!("`{key}`")), "docs/rules.md does not explain the parameter {key}");
    }
}

/// Each example of the documentation is a rule that loads.
#[test]
fn the_rules_of_the_documentation_load() {
    let page = read("docs/rules.md");
    let rules: Vec<&str> = page.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert!(rules.concat().matches("[[sync.rule]]").count() >= kinds().len());
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("rules.toml");
    fs::write(&file, format!("{BASE}{}", rules.concat())).unwrap();
    let output = run(&["-c", file.to_str().unwrap(), "check", "--offline"]);
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
}

#[test]
fn the_documentation_of_pfiff_names_every_attribute_and_setting() {
    let page = read("docs/pfiff.md");
    for field in trackersync::formats::msr_issue::FIELDS {
        let name = if field.is_numbered() { format!("{}_N", field.name) } else { field.name.to_owned() };
        let row = page.lines().find(|line| line.starts_with(&format!("| `{name}` |")));
        assert!(row.is_some_and(|row| row.ends_with(&format!("| {} |", field.meaning))), "docs/pfiff.md: {name}");
    }
    let file = "config-example/jira-pfiff.toml";
    let mut command = Command::new(PROGRAM);
    command.args(["-c", file, "--json", "config", "show"]).current_dir(root());
    let secrets = ["LOCAL_PASSWORD", "LOCAL_WEBHOOK_SECRET", "PFIFF_SSH_PASSPHRASE"];
    let output = command.envs(secrets.map(|name| (name, "secret"))).output().unwrap();
    let shown: Value = serde_json::from_slice(&output.stdout).unwrap();
    let mut settings = vec!["bucket", "access_key_id", "secret_access_key", "prefix", "endpoint", "region"];
    for (name, value) in shown["trackers"]["pfiff"].as_object().unwrap() {
        settings.push(name);
        settings.extend(value.as_object().into_iter().flatten().map(|(name, _)| name.as_str()));
    }
    assert!(settings.len() > 45, "{settings:?}");
    for name in settings {
        assert!(page.contains(&format!("`{name}`")) || page.contains(&format!("`{name} =")), "docs/pfiff.md: {name}");
    }
}

#[test]
fn the_documentation_names_every_metric() {
    let metrics = trackersync::telemetry::metrics::Metrics::default();
    metrics.event("t", "accepted");
    metrics.ignored("t", "no_body");
    metrics.queue_depth("q", 1);
    metrics.dead_events("s", 1);
    metrics.dead_oldest("s", Duration::ZERO);
    metrics.waiting_oldest("s", Duration::ZERO);
    metrics.fuse_blown("s", "writes_per_hour", true);
    metrics.sync("s", "synced", Duration::ZERO, Some(Duration::ZERO));
    metrics.request("t", "GET", Some(200), Duration::ZERO);
    metrics.pause("t", "asked");
    metrics.wait("t", "budget", "waited");
    let (text, page) = (metrics.to_text(), read("docs/operations.md"));
    let types: Vec<(&str, &str)> = text.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split_once(' ')).collect();
    assert!(types.len() >= 7, "{text}");
    for (name, kind) in types {
        let name = if kind == "counter" { format!("`{name}_total`") } else { format!("`{name}`") };
        assert!(page.contains(&name), "docs/operations.md does not name the metric {name}");
    }
}

#[test]
fn the_service_starts_and_ends_with_the_example() {
    let data = tempfile::tempdir().unwrap();
    let mut child = program_alone(data.path(), &["-c", EXAMPLE, "serve"]).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let running = lines.by_ref().map_while(Result::ok).any(|line| line.contains("running"));
    let signalled = Command::new("kill").arg(child.id().to_string()).status().unwrap();
    // Read to its end, so that it can write its last lines.
    let rest: Vec<String> = lines.map_while(Result::ok).collect();
    let status = child.wait().unwrap();
    assert!(running && signalled.success() && status.success(), "{status}: {rest:?}");
}

#[test]
fn compose_has_all_secrets_and_a_good_configuration() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("secrets")).unwrap();
    let script = folder.path().join("make-secrets");
    fs::copy(root().join("deploy/compose/make-secrets"), &script).unwrap();
    let mut child =
        Command::new("bash").arg(&script).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"password\ntoken\n").unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", told(&output));

    let compose = read("docker-compose.yml");
    let secrets = folder.path().join("secrets");
    let named: Vec<&str> = compose.split("deploy/compose/secrets/").skip(1).filter_map(|rest| rest.split(' ').next()).collect();
    assert!(named.len() > 8, "{named:?}");
    for name in named {
        assert!(fs::metadata(secrets.join(name)).is_ok_and(|file| file.len() > 0), "make-secrets does not make {name}");
    }
    for file in ["deploy/compose/trackersync.toml", "deploy/compose/trackersync.env", "deploy/Dockerfile"] {
        assert!(compose.contains(file) && root().join(file).is_file(), "{file}");
    }

    let configuration = folder.path().join("trackersync.toml");
    let text = read("deploy/compose/trackersync.toml").replace("/run/secrets", secrets.to_str().unwrap());
    fs::write(&configuration, text).unwrap();
    let output = run(&["-c", configuration.to_str().unwrap(), "check", "--offline"]);
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    assert!(output.stderr.is_empty(), "{}", told(&output));
}
