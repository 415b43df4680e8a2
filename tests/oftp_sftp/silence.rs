//! Hosts that accept a connection and say nothing, at once or later, and hosts that are not there.

use std::time::{Duration, Instant};

use tokio::net::TcpListener;
use trackersync::trackers::pfiff::folders::{Folders, Timeouts};

use crate::{
    counting_proxy::{CountingProxy, Then},
    site::{NAME, Site, bytes},
};

/// As long as a call may take whose host is silent: far more than its timeout, far less than for ever.
const BOUND: Duration = Duration::from_secs(20);

#[tokio::test]
async fn a_host_that_says_nothing_is_given_up_in_time() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let mut site = Site::start();
    site.timeouts = Timeouts { connect: Duration::from_millis(300), request: Duration::from_millis(300) };
    let folders = site.folders_at(port);
    let started = Instant::now();
    let fault = folders.arrived().await.unwrap_err();
    assert!(fault.is_transient() && fault.message.contains("within 300ms"), "{fault}");
    assert!(started.elapsed() >= Duration::from_millis(300) && started.elapsed() < BOUND);
    // Nothing of ours is left waiting there.
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut greeting = Vec::new();
    let read = tokio::io::AsyncReadExt::read_to_end(&mut stream, &mut greeting);
    tokio::time::timeout(BOUND, read).await.expect("the connection has ended").unwrap();
    assert!(greeting.starts_with(b"SSH-2.0-"));
}

#[tokio::test]
async fn a_host_that_is_not_there_may_come_back() {
    let site = Site::start();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let fault = site.folders_at(port).arrived().await.unwrap_err();
    assert!(fault.is_transient() && fault.message.contains(&port.to_string()), "{fault}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_falls_silent_ends_a_call_and_not_the_next() {
    let mut site = Site::start();
    site.timeouts.request = Duration::from_millis(500);
    let proxy = CountingProxy::start(site.server.port).await;
    let folders = site.folders_at(proxy.port);
    folders.arrived().await.unwrap();
    let local = site.write("package", bytes(4 << 20, 4));
    for silent_after in [1, 100_000, 3_000_000] {
        proxy.after(silent_after, Then::Silence);
        let started = Instant::now();
        let fault = folders.stage(NAME, &local).await.unwrap_err();
        assert!(fault.is_transient(), "{fault}");
        assert!(started.elapsed() < BOUND);
        proxy.count();
        folders.arrived().await.unwrap();
    }
    site.write("inbox/ENG1", bytes(4 << 20, 5));
    proxy.after(2_000_000, Then::Silence);
    assert!(folders.fetch("ENG1", &site.path("copy"), 4 << 20).await.unwrap_err().is_transient());
    proxy.count();
    assert_eq!(folders.fetch("ENG1", &site.path("copy"), 4 << 20).await.unwrap(), 4 << 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_calls_wait_together_for_one_session() {
    let site = Site::start();
    let folders = std::sync::Arc::new(site.folders());
    let calls = (0..8).map(|_| {
        let folders = std::sync::Arc::clone(&folders);
        tokio::spawn(async move { folders.arrived().await.map(|files| files.len()) })
    });
    for call in calls.collect::<Vec<_>>() {
        assert_eq!(call.await.unwrap().unwrap(), 0);
    }
    assert_eq!(site.server.log().matches("Accepted publickey").count(), 1);
}
