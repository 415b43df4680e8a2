//! Who may name whom.

/// One module names a path of this crate.
pub struct Edge {
    /// The module that names it.
    pub from: Vec<String>,
    /// The path.
    pub to: Vec<String>,
}

/// The one direction of the flow.
const FLOW: [&str; 5] = ["intake", "queue", "worker", "sync", "trackers"];
/// At the side: called, and calling none of the flow.
const ASIDE: [&str; 4] = ["store", "coordination", "config", "telemetry"];
/// Wire formats: they know nothing of this program.
const PURE: &str = "formats";
/// What all may speak: the words of `sync`.
const VOCABULARY: [&str; 9] = ["fault", "file_name", "instant", "issue", "plan", "ports", "requirements", "schema", "value"];
/// Concrete adapters, named where the parts are put together and nowhere else.
const ADAPTERS: [&str; 8] = [
    "trackers::jira",
    "trackers::kpm",
    "trackers::pfiff",
    "trackers::roundup",
    "queue::rabbitmq",
    "queue::embedded",
    "coordination::Redis",
    "coordination::Embedded",
];

fn rank(module: &str) -> Option<usize> {
    FLOW.iter().position(|part| *part == module)
}

fn begins_with(path: &[String], prefix: &str) -> bool {
    prefix.split("::").enumerate().all(|(at, part)| path.get(at).is_some_and(|found| found == part))
}

/// The law that an edge breaks, in words.
pub fn broken_law(edge: &Edge) -> Option<&'static str> {
    let (from, to) = (edge.from[0].as_str(), edge.to[0].as_str());
    let puts_together = matches!(from, "app" | "cli" | "crash" | "demo" | "doctor" | "main" | "lib");
    if puts_together || from == to {
        return None;
    }
    if from == PURE {
        return Some("formats know nothing of the program");
    }
    if ADAPTERS.iter().any(|adapter| begins_with(&edge.to, adapter)) {
        return Some("only app, cli, crash, demo and doctor name concrete adapters");
    }
    if matches!(to, "app" | "cli") {
        return Some("what puts the parts together is named by none of them");
    }
    if to == "standin" || from == "standin" && rank(to).is_some() {
        return Some("stand-ins and the program do not know each other");
    }
    if is_vocabulary(edge) {
        return None;
    }
    if ASIDE.contains(&from) && rank(to).is_some() {
        return Some("store, coordination, config and telemetry call none of the flow");
    }
    let (here, there) = (rank(from)?, rank(to)?);
    // The worker takes from the queue through its port: the messages come to it, and that is the flow.
    if (from, to) == ("worker", "queue") {
        return None;
    }
    if from == "queue" {
        return Some("the queue knows neither who fills it nor who empties it");
    }
    if from == "sync" {
        return Some("the engine knows trackers by their port only");
    }
    (there < here).then_some("this runs back in the flow")
}

fn is_vocabulary(edge: &Edge) -> bool {
    let word = edge.to.get(1).map(String::as_str).unwrap_or_default();
    let needs = edge.from[0] == "trackers" && begins_with(&edge.to, "sync::rules::Needs");
    edge.to[0] == "sync" && (VOCABULARY.contains(&word) || needs)
}

#[test]
fn each_law_can_be_broken() {
    let law = |from: &str, to: &str| {
        let parts = |path: &str| path.split("::").map(str::to_owned).collect();
        broken_law(&Edge { from: parts(from), to: parts(to) })
    };
    for (from, to) in [
        ("trackers::jira", "worker::Worker"),
        ("trackers::jira", "sync::engine::Engine"),
        ("trackers::jira", "sync::rules::RuleSet"),
        ("queue", "worker"),
        ("queue", "intake::Intake"),
        ("sync::engine", "trackers::Http"),
        ("sync::engine", "queue::job::Job"),
        ("worker", "intake"),
        ("worker", "queue::rabbitmq::RabbitMq"),
        ("intake", "trackers::jira::Jira"),
        ("store", "sync::engine::Engine"),
        ("config::sync", "sync::rules"),
        ("telemetry", "worker"),
        ("coordination", "queue"),
        ("worker", "app::App"),
        ("worker", "standin::jira"),
        ("standin::jira", "trackers::Http"),
        ("formats::soap", "sync::value::Value"),
        ("formats::soap", "config"),
    ] {
        assert!(law(from, to).is_some(), "{from} -> {to} must be refused");
    }
    for (from, to) in [
        ("intake", "queue::Queue"),
        ("worker", "sync::engine::Engine"),
        ("worker", "queue::Queue"),
        ("queue", "sync::issue::Side"),
        ("trackers", "sync::rules::Needs"),
        ("store", "sync::ports::Link"),
        ("app", "trackers::jira::Jira"),
        ("trackers", "formats::soap::Contract"),
        ("standin::kpm", "formats::soap::Contract"),
    ] {
        assert_eq!(law(from, to), None, "{from} -> {to} must be allowed");
    }
}
