//! The whole service under load, with the real RabbitMQ, PostgreSQL and Redis: the program in processes of its own, two stand-in
//! Jiras and the senders in this one. Each part prints a table and a line of JSON.
//!
//! `cargo bench --bench service -- intake latency syncs neighbours packages links backlog outage` runs these parts; without names, all of them. The services
//! are those of the tests (`tests/run --only-setup` starts them). On a machine that others use, compare ratios.

#![allow(clippy::cast_precision_loss, reason = "figures for people")]

#[path = "../../tests/it/support/own_rabbitmq.rs"]
#[allow(dead_code, reason = "the benches use a part of it")]
mod own_rabbitmq;
#[path = "../../tests/it/support/process.rs"]
#[allow(dead_code, reason = "the benches use a part of it")]
mod process;
#[path = "../../tests/it/support/program.rs"]
#[allow(dead_code, reason = "the benches use a part of it")]
mod program;
#[path = "../../tests/intake/sender.rs"]
mod sender;
#[path = "../../tests/it/support/services.rs"]
#[allow(dead_code, reason = "the benches use a part of it")]
mod services;
#[path = "../../tests/it/support/wait.rs"]
mod wait;

mod backlog;
mod bare;
mod intake;
mod links;
mod load;
mod neighbours;
mod outage;
mod packages;
mod report;
mod site;
mod syncs;

const PARTS: [&str; 8] = ["intake", "latency", "syncs", "neighbours", "packages", "links", "backlog", "outage"];

#[tokio::main]
async fn main() {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let named: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    if let Some(unknown) = named.iter().find(|name| !PARTS.contains(&name.as_str())) {
        eprintln!("there is no part `{unknown}`; there are {}", PARTS.join(", "));
        std::process::exit(2);
    }
    for part in PARTS.into_iter().filter(|part| named.is_empty() || named.iter().any(|name| name == part)) {
        match part {
            "intake" => intake::measure().await,
            "latency" => syncs::measure_latency().await,
            "syncs" => syncs::measure_rate().await,
            "neighbours" => neighbours::measure().await,
            "packages" => packages::measure().await,
            "links" => links::measure().await,
            "backlog" => backlog::measure().await,
            _ => outage::measure().await,
        }
    }
}
