//! The demo: all steps are verified, what it tells people to try works, and it leaves nothing behind.

use std::{
    io::{BufRead, BufReader},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::{Value, json};

/// How long a change may take to arrive on a machine that is busy with other tests.
const LONG: Duration = Duration::from_secs(60);

/// The first address in the text with this end.
fn address<'t>(told: &'t str, end: &str) -> &'t str {
    let word = told.split([' ', '\n', '\'']).find(|word| word.starts_with("http://") && word.ends_with(end));
    word.unwrap_or_else(|| panic!("no address that ends in {end}: {told}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_is_verified_and_can_be_tried_and_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_trackersync"));
    command.arg("demo").env("TMPDIR", folder.path()).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut demo = command.spawn().unwrap();
    let mut lines = BufReader::new(demo.stdout.take().unwrap()).lines().map_while(Result::ok);
    let mut told = String::new();
    // The last line that it tells; where a step fails, it ends without it.
    while !told.contains("issue/HOME-2?fields=summary") {
        let line = tokio::task::block_in_place(|| lines.next());
        told.push_str(&line.unwrap_or_else(|| panic!("the demo ended: {told}")));
        told.push('\n');
    }
    for step in
        ["\n1. A new issue in Jira", "\n6. A crash", "\n7. A problem arrives from KPM", "\n11. The answer", "\n12. What came"]
    {
        assert!(told.contains(step), "{step}: {told}");
    }
    assert!(told.contains("All steps were verified on both sides.") && !told.contains("FAILED"), "{told}");

    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let problems = address(&told, "/standin/problems");
    let problem = json!({
        "mailbox": { "organisational_unit": "KPM-TEST", "plant": "Z$" }, "fields": { "ShortText": "Hello from KPM" },
    });
    assert!(told.contains("{\"mailbox\":{\"organisational_unit\":\"KPM-TEST\",\"plant\":\"Z$\"}"), "{told}");
    let made = http.post(problems).json(&problem).send().await.unwrap();
    assert_eq!(made.json::<Value>().await.unwrap(), json!({ "number": 5_000_002 }));
    let issue = address(&told, "/issue/HOME-2?fields=summary");
    let asked = Instant::now();
    loop {
        let answer = http.get(issue).basic_auth("jane", Some("jane-secret")).send().await.unwrap();
        if answer.status().is_success() {
            assert_eq!(answer.json::<Value>().await.unwrap()["fields"]["summary"], "Hello from KPM");
            break;
        }
        assert!(asked.elapsed() < LONG, "the problem did not come to Jira: {}", answer.status());
        tokio::time::sleep(Duration::from_millis(25)).await;
    }

    assert!(Command::new("kill").args(["-INT", &demo.id().to_string()]).status().unwrap().success());
    let (ended, rest) = tokio::task::block_in_place(|| (demo.wait().unwrap(), lines.count()));
    assert!(ended.success(), "{ended} {rest}");
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.is_empty(), "{left:?}");
}
