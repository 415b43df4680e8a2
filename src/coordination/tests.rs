//! The same contract for both: in this process, and over the real Redis.

use super::{
    pacing::{Admission, Budget, PauseCause, Standing, Window},
    *,
};

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
    texts_are_kept_and_dropped(shared).await;
    a_pause_is_prolonged_and_never_shortened(shared).await;
    a_budget_is_spent_and_no_more(shared).await;
    the_smallest_of_several_limits_holds(shared).await;
    windows_are_not_overfilled(shared).await;
    refusals_in_a_row_pause_longer(shared).await;
}

async fn texts_are_kept_and_dropped(shared: &dyn Coordination) {
    assert_eq!(shared.recall("k").await.unwrap(), None);
    shared.keep("k", "text", LONG).await.unwrap();
    assert_eq!(shared.recall("k").await.unwrap().as_deref(), Some("text"));
    shared.drop_kept("k").await.unwrap();
    assert_eq!(shared.recall("k").await.unwrap(), None);
    shared.keep("k", &"x".repeat(LONGEST_KEPT + 1), LONG).await.unwrap();
    assert_eq!(shared.recall("k").await.unwrap(), None, "what is too long is not kept");
}

async fn a_pause_is_prolonged_and_never_shortened(shared: &dyn Coordination) {
    assert_eq!(shared.paused("p").await.unwrap(), None);
    assert!(shared.pause("p", LONG, "429").await.unwrap(), "it is new");
    assert!(!shared.pause("p", Duration::from_secs(1), "shorter").await.unwrap());
    let pause = shared.paused("p").await.unwrap().unwrap();
    assert!(pause.left > Duration::from_secs(30) && pause.left <= LONG, "{pause:?}");
    assert_eq!((pause.cause, pause.reason.as_str()), (PauseCause::Asked, "429"));
    assert!(!shared.pause("p", LONG * 2, "longer").await.unwrap());
    assert!(shared.paused("p").await.unwrap().unwrap().left > LONG);
    assert!(matches!(shared.admit("p", LONG * 9).await.unwrap(), Admission::Paused(pause) if pause.reason == "longer"));
    assert_eq!(shared.paused("another").await.unwrap(), None);
}

async fn a_budget_is_spent_and_no_more(shared: &dyn Coordination) {
    let now = Admission::After(Duration::ZERO);
    assert_eq!(shared.admit("b", LONG).await.unwrap(), now, "nothing is known");
    // An hour for one request: no clock of this test adds any.
    let budget = Budget { limit: 10, left: 10, gain: 1, period: Duration::from_hours(1) };
    shared.learn("b", &budget).await.unwrap();
    let mut at_once = 0;
    while shared.admit("b", LONG).await.unwrap() == now {
        at_once += 1;
    }
    assert_eq!(at_once, 7);
    assert!(matches!(shared.admit("b", LONG).await.unwrap(), Admission::TooLate(wait) if wait > LONG));
    shared.learn("b", &budget).await.unwrap();
    assert!(matches!(shared.admit("b", LONG).await.unwrap(), Admission::TooLate(_)), "an answer that is late adds nothing");
    // With patience a place is had for later, and the next one later still.
    let long = Duration::from_hours(24);
    let Admission::After(first) = shared.admit("b", long).await.unwrap() else { panic!("refused") };
    let Admission::After(second) = shared.admit("b", long).await.unwrap() else { panic!("refused") };
    assert!(first > Duration::ZERO && second >= first + Duration::from_mins(50), "{first:?}, {second:?}");
}

async fn the_smallest_of_several_limits_holds(shared: &dyn Coordination) {
    let told = |limit, left| Budget { limit, left, gain: limit, period: Duration::from_hours(1) };
    shared.learn("s", &told(400, 390)).await.unwrap();
    shared.learn("s", &told(200, 5)).await.unwrap();
    shared.learn("s", &told(400, 380)).await.unwrap();
    let verdict = shared.admit("s", LONG).await.unwrap();
    assert!(matches!(verdict, Admission::TooLate(wait) if wait > Duration::from_mins(50)), "{verdict:?}");
}

async fn windows_are_not_overfilled(shared: &dyn Coordination) {
    let windows = [Window { most: 2, span: Duration::from_mins(10) }, Window { most: 3, span: Duration::from_hours(1) }];
    for _ in 0..2 {
        assert_eq!(shared.take("w", &windows, LONG).await.unwrap(), Admission::After(Duration::ZERO));
    }
    assert!(matches!(shared.take("w", &windows, LONG).await.unwrap(), Admission::TooLate(wait) if wait > LONG * 9));
    // Places in the future count, too.
    let hours = Duration::from_hours(3);
    let Admission::After(third) = shared.take("w", &windows, hours).await.unwrap() else { panic!("refused") };
    let Admission::After(fourth) = shared.take("w", &windows, hours).await.unwrap() else { panic!("refused") };
    assert!(third > LONG * 9 && third <= LONG * 10, "{third:?}");
    assert!(fourth > LONG * 59 && fourth <= LONG * 60, "{fourth:?}");
    assert_eq!(shared.take("other", &windows, LONG).await.unwrap(), Admission::After(Duration::ZERO));
}

async fn refusals_in_a_row_pause_longer(shared: &dyn Coordination) {
    let (short, longest) = (Duration::from_millis(20), Duration::from_millis(50));
    assert_eq!(shared.standing("r").await.unwrap(), Standing::Good);
    assert!(!shared.accept("r").await.unwrap(), "it is no news");
    assert_eq!(shared.refuse("r", LONG, LONG, "401").await.unwrap(), Some(LONG));
    assert_eq!(shared.refuse("r", LONG, LONG, "401").await.unwrap(), None, "one pause for all that were under way");
    let Standing::Refused(pause) = shared.standing("r").await.unwrap() else { panic!("not refused") };
    assert_eq!((pause.cause, pause.reason.as_str()), (PauseCause::Credentials, "401"));
    assert_eq!(shared.paused("r").await.unwrap().unwrap().cause, PauseCause::Credentials);
    assert_eq!(shared.admit("r", LONG).await.unwrap(), Admission::After(Duration::ZERO), "who proves them is let through");
    assert!(shared.accept("r").await.unwrap(), "it is news");
    assert_eq!(shared.standing("r").await.unwrap(), Standing::Good);
    for expected in [short, short * 2, longest, longest] {
        assert_eq!(shared.refuse("r", short, longest, "401").await.unwrap(), Some(expected));
        while shared.standing("r").await.unwrap() != Standing::ToBeProved {
            tokio::task::yield_now().await;
        }
    }
    assert!(shared.accept("r").await.unwrap());
    assert_eq!(shared.refuse("r", short, longest, "401").await.unwrap(), Some(short), "it begins anew");
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
