//! Packages that arrive become issues.

use crate::{
    package::sample,
    site::{Site, until},
};

#[tokio::test(flavor = "multi_thread")]
async fn both_samples_become_issues() {
    let site = Site::start().await;
    let working = site.work();
    site.receive_files(&sample("1-good"));
    site.receive_files(&sample("2-two-zips"));
    until("four issues are there", async || site.jira().issues().len() == 4).await;
    until("no event waits", async || site.waiting("live").await + site.waiting("bulk").await == 0).await;
    until("a package went out", async || site.names_in("outbox").len() >= 2).await;
    for issue in site.jira().issues() {
        println!("{issue:#?}");
    }
    println!("{:?}", site.names_in("outbox"));
    working.end().await;
    assert_eq!(site.waiting("dead").await, 0);
}
