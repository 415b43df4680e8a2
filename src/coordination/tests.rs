//! The same contract for both: in this process, and over the real Redis.

use super::*;

const LONG: Duration = Duration::from_mins(1);

fn redis() -> Redis {
    let url = std::env::var("TRACKERSYNC_TEST_REDIS").unwrap_or_else(|_| "redis://127.0.0.1:6379".to_owned());
    Redis::new(&url, &format!("test-{}", random_token())).unwrap()
}

async fn holds_the_contract(shared: &dyn Coordination) {
    shared.ping().await.expect("this test needs Redis on 127.0.0.1:6379; tests/run starts it");
    leases_are_exclusive(shared).await;
    only_finished_deliveries_are_duplicates(shared).await;
    generations_cover_what_came_before(shared).await;
}

async fn leases_are_exclusive(shared: &dyn Coordination) {
    let lease = shared.acquire("issue", LONG).await.unwrap().unwrap();
    assert_eq!(shared.acquire("issue", LONG).await.unwrap(), None);
    assert!(shared.acquire("other", LONG).await.unwrap().is_some());
    assert!(shared.renew(&lease, LONG).await.unwrap());
    let foreign = Lease { token: "foreign".to_owned(), ..lease.clone() };
    assert!(!shared.renew(&foreign, LONG).await.unwrap());
    shared.release(&foreign).await.unwrap();
    assert_eq!(shared.acquire("issue", LONG).await.unwrap(), None);
    shared.release(&lease).await.unwrap();
    assert!(!shared.renew(&lease, LONG).await.unwrap());
    assert!(shared.acquire("issue", LONG).await.unwrap().is_some());
}

async fn only_finished_deliveries_are_duplicates(shared: &dyn Coordination) {
    assert_eq!(shared.claim("d", LONG).await.unwrap(), Claim::New);
    assert_eq!(shared.claim("d", LONG).await.unwrap(), Claim::InProgress);
    shared.forget("d").await.unwrap();
    assert_eq!(shared.claim("d", LONG).await.unwrap(), Claim::New);
    shared.finish("d", LONG).await.unwrap();
    assert_eq!(shared.claim("d", LONG).await.unwrap(), Claim::Done);
}

async fn generations_cover_what_came_before(shared: &dyn Coordination) {
    assert_eq!(shared.generation("g").await.unwrap(), None);
    let first = shared.bump("g").await.unwrap();
    let second = shared.bump("g").await.unwrap();
    assert_eq!((first.count, second.count), (1, 2));
    assert_eq!(shared.generation("g").await.unwrap().as_ref(), Some(&second));
    assert!(!shared.is_covered("g", &first).await.unwrap());
    shared.cover("g", &first).await.unwrap();
    assert!(shared.is_covered("g", &first).await.unwrap());
    assert!(!shared.is_covered("g", &second).await.unwrap());
    let lost = Generation { epoch: "another life".to_owned(), count: 1 };
    shared.cover("g", &lost).await.unwrap();
    assert!(!shared.is_covered("g", &lost).await.unwrap());
    assert_eq!(Generation::parse(&second.to_text()), Some(second));
}

#[tokio::test]
async fn in_this_process() {
    holds_the_contract(&Embedded::default()).await;
}

#[tokio::test]
async fn over_redis() {
    holds_the_contract(&redis()).await;
}

#[tokio::test]
async fn a_redis_that_is_away_is_a_fault_that_may_pass() {
    let away = Redis::new("redis://127.0.0.1:1", "x").unwrap();
    assert!(away.ping().await.unwrap_err().is_transient());
}
