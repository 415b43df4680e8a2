//! The stand-in as a process of its own.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    time::Duration,
};

use super::kit::Client;

struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_trackersync"));
    command.args(["standin", "kpm"]).args(arguments);
    command
}

#[tokio::test]
async fn the_program_runs_it_with_mailboxes_of_ones_own() {
    let mut command = program(&["--user", "kpm-sync", "--mailbox", "KPM-X/11"]);
    let mut child = Running(command.stdout(Stdio::piped()).spawn().unwrap());
    let mut lines = BufReader::new(child.0.stdout.take().unwrap()).lines();
    let mut told = |what: &str| lines.next().unwrap().unwrap().strip_prefix(what).unwrap().to_owned();
    let (url, orders) = (told("ready "), told("orders "));
    let http = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(30)).build().unwrap();
    let client = Client { http, url };
    for (unit, plant, refused) in [("KPM-X", "11", false), ("KPM-TEST", "Z$", true)] {
        let address = format!("<OrganisationalUnit>{unit}</OrganisationalUnit><Plant>{plant}</Plant>");
        let reply = client.call("GetMultipleProblemData", &format!("<OverviewAddress>{address}</OverviewAddress>")).await;
        if refused { reply.refused_with("FC_003") } else { reply.succeeded() }
    }
    let requests = client.http.get(format!("{orders}/requests")).send().await.unwrap().text().await.unwrap();
    assert_eq!(requests.matches("GetMultipleProblemData").count(), 2, "{requests}");
}

#[test]
fn wrong_arguments_are_told() {
    for (arguments, said) in [
        (["--mailbox", "KPM-X"].as_slice(), "UNIT/PLANT"),
        (&["--certificate", "a.pem"], "--key"),
        (&["--certificate", "/nowhere/a.pem", "--key", "b", "--client-authorities", "c"], "/nowhere/a.pem"),
    ] {
        let output = program(arguments).output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && told.contains(said), "{told}");
    }
}
