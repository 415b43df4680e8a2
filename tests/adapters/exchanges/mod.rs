//! Exchanges with real Jiras, given to our adapter again, and what it makes of each. Cut-down ones always; recorded ones where they
//! are at hand.

mod before;
mod operation;
mod replay;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use serde::Deserialize;
use serde_json::Value;
use trackersync::coordination::{Coordination, Embedded, pacing::Admission};

use self::{
    operation::Operation,
    replay::{Replay, Reply},
};
use crate::{adapter::jira_sharing, recordings::recordings};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Product {
    #[default]
    Cloud,
    DataCenter,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    reduced: Vec<Reduced>,
    recorded: BTreeMap<String, Recorded>,
}

/// An answer cut down to what it says.
#[derive(Deserialize)]
struct Reduced {
    shape: String,
    status: u16,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    body: String,
    #[serde(flatten)]
    met: Met,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Recorded {
    Met(Met),
    NotMet { not_met: String },
}

/// An exchange that our adapter meets.
#[derive(Clone, Deserialize)]
struct Met {
    operation: Operation,
    #[serde(default)]
    product: Product,
    /// Paths that are asked for, or the value that is set.
    #[serde(default)]
    given: Vec<String>,
    told: Vec<String>,
    /// So many requests may follow at once; absent where the answer tells of no budget.
    at_once: Option<u32>,
}

struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

/// Does what meets the answer; what the adapter makes of it differs from what is expected, in words.
async fn difference(answer: Answer, met: &Met) -> Option<String> {
    let (method, path) = met.operation.request(met.product);
    let Answer { status, headers, body } = answer;
    let mut replies = vec![Reply { method, path: path.clone(), status, headers, body }];
    replies.extend(operation::beside(met.operation, met.product));
    let replay = Replay::start(replies);
    let shared: Arc<dyn Coordination> = Arc::new(Embedded::default());
    let tracker = jira_sharing(&replay.url, &shared);
    let mut told = match met.operation.carry_out(&tracker, &met.given).await {
        Ok(told) => told,
        Err(fault) => operation::fault(&fault),
    };
    let asked = replay.asked();
    told.extend(met.operation.seen(&asked));
    if !asked.iter().any(|(with, to, _)| with == method && *to == path) {
        return Some(format!("{method} {path} was not asked: {asked:?}"));
    }
    if told != met.told {
        let lines =
            |told: &[String]| told.iter().map(|line| format!("    {},", toml::Value::from(line.as_str()))).collect::<Vec<_>>();
        return Some(format!("makes of it\ntold = [\n{}\n]", lines(&told).join("\n")));
    }
    pace(shared.as_ref(), asked.len(), met.at_once).await
}

/// How many requests may be sent at once now, if that is not what is expected.
async fn pace(shared: &dyn Coordination, asked: usize, expected: Option<u32>) -> Option<String> {
    const MANY: u32 = 2_000;
    let (began, mut count) = (Instant::now(), 0);
    while count < MANY && shared.admit("up", Duration::from_secs(60)).await.unwrap() == Admission::After(Duration::ZERO) {
        count += 1;
    }
    let Some(expected) = expected else {
        return (count < MANY && count > 0).then(|| format!("{count} requests at once, and no budget was told"));
    };
    // Some were sent after it was told, and some more may be sent as time passes.
    let gained = f64::from(expected) * began.elapsed().as_secs_f64() + 1.0;
    let fits = f64::from(count) <= f64::from(expected) + gained && count as usize + asked >= expected as usize;
    (!fits).then(|| format!("{count} requests at once, expected {expected}"))
}

/// The answer that a recording holds, in the form of its folder.
fn answer_of(file: &Path) -> Answer {
    let text = std::fs::read(file).unwrap();
    let told: Value = serde_json::from_slice(&text).unwrap();
    let json = ("Content-Type".to_owned(), "application/json;charset=UTF-8".to_owned());
    if let Some(response) = told.get("response") {
        let headers = response["headers"].as_object().unwrap().iter();
        let headers = headers.map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned())).collect();
        let status = u16::try_from(response["status"]["code"].as_u64().unwrap()).unwrap();
        let body = if response["body"].is_null() { Vec::new() } else { response["body"].to_string().into_bytes() };
        return Answer { status, headers, body };
    }
    match told.get("example") {
        Some(example) => {
            let status = told["status"].as_str().unwrap().parse().unwrap();
            Answer { status, headers: vec![json], body: example.to_string().into_bytes() }
        }
        None => Answer { status: 200, headers: vec![json], body: text },
    }
}

/// The files of a folder and of those in it, by their paths from there.
fn files_below(folder: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if path.is_dir() {
            found.extend(files_below(&path).into_iter().map(|below| format!("{name}/{below}")));
        } else {
            found.insert(name);
        }
    }
    found
}

fn table() -> Table {
    toml::from_str(include_str!("../../data/jira/exchanges.toml")).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_shape_of_an_answer_is_understood() {
    let mut wrong = Vec::new();
    for Reduced { shape, status, headers, body, met } in table().reduced {
        let answer = Answer { status, headers: headers.into_iter().collect(), body: body.into_bytes() };
        wrong.extend(difference(answer, &met).await.map(|words| format!("{shape}: {words}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn each_recorded_exchange_is_understood_or_never_met() {
    let Some(folder) = recordings("jira/rest") else { return };
    let (files, wanted) = (files_below(&folder), table().recorded);
    let listed: BTreeSet<String> = wanted.keys().cloned().collect();
    assert_eq!(files, listed, "files that are recorded, and those in the table");
    let mut wrong = Vec::new();
    for (name, recorded) in wanted {
        match recorded {
            Recorded::Met(met) => {
                wrong.extend(difference(answer_of(&folder.join(&name)), &met).await.map(|words| format!("{name}: {words}")));
            }
            Recorded::NotMet { not_met } => assert!(!not_met.is_empty(), "{name} is not met, and why?"),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
