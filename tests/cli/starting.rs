//! `serve` starts whatever the trackers do, unless what they tell shows that the rules are wrong.

use std::{
    io::{BufRead, BufReader},
    net::TcpListener,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use trackersync::standin::roundup::{self, RoundupOptions};

use crate::program::{GOOD, VARIABLES, folder_with};

fn serve(folder: &Path) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_trackersync"));
    command.current_dir(folder).args(["serve", "--set", "server.listen=127.0.0.1:0"]).env_clear().envs(VARIABLES);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
}

/// What the service says until it runs, and how long that took.
fn until_running(folder: &Path) -> (String, Duration) {
    let started = Instant::now();
    let mut child = serve(folder);
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
    let mut said = String::new();
    let running = lines.by_ref().any(|line| {
        said.push_str(&line);
        line.contains("running")
    });
    let took = started.elapsed();
    assert!(Command::new("kill").arg(child.id().to_string()).status().unwrap().success());
    // Read to its end, so that it can write its last lines.
    let _ = lines.count();
    assert!(running && child.wait().unwrap().success(), "{said}");
    (said, took)
}

#[tokio::test(flavor = "multi_thread")]
async fn trackers_that_are_away_or_silent_are_told_and_do_not_keep_the_service_from_starting() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let configuration = GOOD.replacen("url = \"http://127.0.0.1:9\"", &format!("url = \"{url}\""), 1);
    let folder = folder_with(&configuration);
    let (said, took) = tokio::task::block_in_place(|| until_running(folder.path()));
    assert!(said.contains("office") && said.contains("upstream") && said.contains("not checked"), "{said}");
    assert!(took < Duration::from_secs(15), "{took:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_tracker_is_enough_to_find_what_is_wrong_with_its_side() {
    let office = roundup::start(RoundupOptions::default()).await.unwrap();
    let configuration =
        GOOD.replace("http://127.0.0.1:9/tracker/", office.url()).replace("local_name = \"title\"", "local_name = \"titel\"");
    let folder = folder_with(&configuration);
    let ended = tokio::task::block_in_place(|| serve(folder.path()).wait_with_output().unwrap());
    let said = String::from_utf8(ended.stderr).unwrap();
    assert_eq!(ended.status.code(), Some(2), "{said}");
    assert!(said.contains("trackersync.toml:23:14") && said.contains("did you mean `title`?"), "{said}");
    office.stop().await;
}
