//! Deaths while an event is parked: it is parked all the same, and whoever takes it out again finds nothing lost or doubled. An event
//! may be parked twice, since a death before its acknowledgement brings it again.

use std::{process::Command, time::Duration};

use lapin::{BasicProperties, options::BasicPublishOptions};
use serde_json::{Value, json};
use trackersync::{crash::CRASH_AT, sync::issue::Side};

use super::site::{Pairing, Site};
use crate::support::{
    services::{Own, connect},
    wait::{LONG, until_so},
};

const SETTLES: Duration = Duration::from_mins(1);

async fn linked_site() -> Site {
    let mut site = Site::start(Pairing::RoundupAndJira, Own::default(), false).await;
    let program = site.serve("intake,worker", &[]).ready().await;
    site.create(Side::Remote, "[a]");
    let figures = site.settle(SETTLES).await;
    assert!(figures.are_clean(), "{figures}");
    assert_eq!(program.terminate().await, Some(0));
    site
}

/// A worker dies at this point, and another one parks; what is parked then.
async fn parked_after_a_death_at(site: &Site, point: &str) -> Vec<Value> {
    let mut worker = site.serve("worker", &[(CRASH_AT, point)]);
    until_so("the worker dies", LONG, async || worker.has_ended()).await;
    let worker = site.serve("worker", &[]).ready().await;
    until_so("nothing waits", LONG, async || site.queues().waiting().await == Some(0)).await;
    assert_eq!(worker.terminate().await, Some(0), "what it held is settled");
    site.queues().dead().await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_is_parked_though_the_worker_dies_and_does_its_work_when_it_is_taken_out_again() {
    let mut site = linked_site().await;
    let pair = site.pair("[a]").unwrap();
    for (number, point) in ["queue.publish_dead.before", "queue.publish_dead.after"].into_iter().enumerate() {
        site.remote.forbid_reading(&pair.remote);
        let intake = site.serve("intake", &[]).ready().await;
        site.comment(Side::Remote, &pair.tag, &pair.remote, &format!("Said {number}."));
        until_so("the event waits", LONG, async || site.queues().waiting().await.is_some_and(|waiting| waiting > 0)).await;
        let dead = parked_after_a_death_at(&site, point).await;
        assert!(!dead.is_empty(), "{point}");
        assert!(dead.iter().all(|event| event["data"]["error"]["kind"] == "permanent"), "{point}: {dead:?}");
        site.remote.cancel_faults();
        let taken_out = Command::new(env!("CARGO_BIN_EXE_trackersync"))
            .current_dir(site.folder())
            .args(["-c", "trackersync.toml", "dead", "replay", "--all"])
            .output()
            .unwrap();
        assert!(taken_out.status.success(), "{}", String::from_utf8_lossy(&taken_out.stderr));
        let worker = site.serve("worker", &[]).ready().await;
        let figures = site.settle(SETTLES).await;
        assert!(figures.are_clean(), "after a death at {point}: {figures}");
        assert_eq!(worker.terminate().await, Some(0));
        assert_eq!(intake.terminate().await, Some(0));
        assert_eq!(site.queues().dead().await, Vec::<Value>::new(), "{point}");
    }
    let figures = site.check();
    assert!(figures.are_clean(), "{figures}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_is_no_event_is_parked_though_the_worker_dies() {
    let site = linked_site().await;
    let mut messages = 0;
    for point in ["queue.park_raw.before", "queue.park_raw.after"] {
        let channel = connect(&site.corner.rabbitmq).await.unwrap().create_channel().await.unwrap();
        let (queue, body) = (format!("{}.up.live", site.corner.name), json!({ "no": "event", "with": point }).to_string());
        let (options, properties) = (BasicPublishOptions::default(), BasicProperties::default().with_delivery_mode(2));
        channel.basic_publish("".into(), queue.into(), options, body.as_bytes(), properties).await.unwrap();
        until_so("the message waits", LONG, async || site.queues().waiting().await == Some(1)).await;
        let dead = parked_after_a_death_at(&site, point).await;
        let of_this = dead.iter().filter(|message| message["with"] == point).count();
        assert!((1..=2).contains(&of_this), "{point}: {dead:?}");
        messages += of_this;
        assert_eq!(dead.len(), messages, "what was parked before is still there");
    }
}
