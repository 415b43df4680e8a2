//! The figures of `/metrics`. Label sets are bounded: names from the configuration, words of ours, status codes.

use std::{sync::Arc, time::Duration};

use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{
        counter::Counter,
        family::Family,
        gauge::Gauge,
        histogram::{Histogram, exponential_buckets},
    },
    registry::{Metric, Registry, Unit},
};

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Event {
    tracker: String,
    outcome: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Ignored {
    tracker: String,
    reason: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Queue {
    queue: String,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Sync {
    sync: String,
    outcome: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Request {
    tracker: String,
    method: String,
    status: String,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Tracker {
    tracker: String,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct PauseOf {
    tracker: String,
    cause: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct WaitFor {
    tracker: String,
    cause: &'static str,
    outcome: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Swept {
    sync: String,
    sweep: &'static str,
    outcome: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct OfSync {
    sync: String,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct FuseOf {
    sync: String,
    fuse: &'static str,
}

type Histograms<L> = Family<L, Histogram, fn() -> Histogram>;

/// All figures. Cheap to clone.
#[derive(Clone)]
pub struct Metrics {
    registry: Arc<Registry>,
    events: Family<Event, Counter>,
    ignored: Family<Ignored, Counter>,
    queue_depth: Family<Queue, Gauge>,
    syncs: Family<Sync, Counter>,
    sync_seconds: Histograms<Sync>,
    event_age: Histograms<Sync>,
    requests: Family<Request, Counter>,
    request_seconds: Histograms<Tracker>,
    pauses: Family<PauseOf, Counter>,
    waits: Family<WaitFor, Counter>,
    swept: Family<Swept, Counter>,
    spooled: Counter,
    spool_events: Gauge,
    spool_oldest: Gauge,
    dead_events: Family<OfSync, Gauge>,
    dead_oldest: Family<OfSync, Gauge>,
    waiting_oldest: Family<OfSync, Gauge>,
    fuse_blown: Family<FuseOf, Gauge>,
    packages_arrived: Family<Event, Counter>,
    packages_incomplete: Family<Tracker, Gauge>,
    packages_sent: Family<Tracker, Counter>,
}

/// From a millisecond to half a minute.
fn seconds() -> Histogram {
    Histogram::new(exponential_buckets(0.001, 2.0, 16))
}

fn set(gauges: &Family<OfSync, Gauge>, sync: &str, value: u64) {
    gauges.get_or_create(&OfSync { sync: sync.to_owned() }).set(i64::try_from(value).unwrap_or(i64::MAX));
}

impl Default for Metrics {
    fn default() -> Self {
        let mut new = Registering(Registry::with_prefix("trackersync"));
        Self {
            events: new.figure("events", "Deliveries taken in, by tracker and outcome"),
            ignored: new.figure("events_ignored", "Deliveries that led to no event, by tracker and reason"),
            queue_depth: new.figure("queue_depth", "Events that wait, by queue"),
            syncs: new.figure("syncs", "Runs for one issue, by sync and outcome"),
            sync_seconds: new.seconds("sync_duration", "Time of one run", histograms()),
            event_age: new.seconds("event_age", "From the event's making to the end of its run", histograms()),
            requests: new.figure("tracker_requests", "Requests to trackers, by status"),
            request_seconds: new.seconds("tracker_request_duration", "Time until a tracker's answer began", histograms()),
            pauses: new.figure("tracker_pauses", "Pauses during which a tracker is left alone, by cause"),
            waits: new.figure("tracker_waits", "Requests that waited for a limit before they were sent"),
            swept: new.figure("swept_issues", "Issues that sweeps looked at, by what they found"),
            spooled: new.figure("spooled_events", "Events that were put into the spool"),
            spool_events: new.figure("spool_events", "Events that wait in the spool"),
            spool_oldest: new.seconds("spool_oldest", "Age of the oldest event in the spool", Gauge::default()),
            dead_events: new.figure("dead_events", "Parked events, by sync"),
            dead_oldest: new.seconds("dead_oldest", "Age of the oldest parked event", Family::default()),
            waiting_oldest: new.seconds(
                "waiting_oldest",
                "Age of the oldest event that this process has put off",
                Family::default(),
            ),
            fuse_blown: new.figure("fuse_blown", "Whether a fuse is blown, by sync and fuse"),
            packages_arrived: new.figure("packages_arrived", "Packages that arrived, by tracker and what became of them"),
            packages_incomplete: new.figure("packages_incomplete", "Packages that have lacked files for too long"),
            packages_sent: new.figure("packages_sent", "Packages of answers that went out"),
            registry: Arc::new(new.0),
        }
    }
}

/// A registry that is being filled; it tells the figures in the order in which they come here.
struct Registering(Registry);

impl Registering {
    fn figure<F: Metric + Clone + Default>(&mut self, name: &str, help: &str) -> F {
        let figure = F::default();
        self.0.register(name, help, figure.clone());
        figure
    }

    fn seconds<F: Metric + Clone>(&mut self, name: &str, help: &str, figure: F) -> F {
        self.0.register_with_unit(name, help, Unit::Seconds, figure.clone());
        figure
    }
}

fn histograms<L: Clone + std::hash::Hash + Eq>() -> Histograms<L> {
    Family::new_with_constructor(seconds)
}

impl Metrics {
    /// Counts a delivery: `accepted`, `duplicate`, `ignored`, `rejected`, `unavailable`.
    pub fn event(&self, tracker: &str, outcome: &'static str) {
        self.events.get_or_create(&Event { tracker: tracker.to_owned(), outcome }).inc();
    }

    /// Counts a delivery that is understood and leads to no event, by the word of its reason.
    pub fn ignored(&self, tracker: &str, reason: &'static str) {
        self.ignored.get_or_create(&Ignored { tracker: tracker.to_owned(), reason }).inc();
    }

    /// Sets how many events wait in a queue.
    pub fn queue_depth(&self, queue: &str, depth: u64) {
        let gauge = self.queue_depth.get_or_create(&Queue { queue: queue.to_owned() });
        gauge.set(i64::try_from(depth).unwrap_or(i64::MAX));
    }

    /// Sets how many events of a sync are parked.
    pub fn dead_events(&self, sync: &str, count: u64) {
        set(&self.dead_events, sync, count);
    }

    /// Sets for how long the oldest parked event of a sync is parked; zero if there is none.
    pub fn dead_oldest(&self, sync: &str, age: Duration) {
        set(&self.dead_oldest, sync, age.as_secs());
    }

    /// Sets how old the oldest event of a sync is that waits to be tried again; zero if there is none.
    pub fn waiting_oldest(&self, sync: &str, age: Duration) {
        set(&self.waiting_oldest, sync, age.as_secs());
    }

    /// Sets whether a fuse of a sync is blown.
    pub fn fuse_blown(&self, sync: &str, fuse: &'static str, blown: bool) {
        self.fuse_blown.get_or_create(&FuseOf { sync: sync.to_owned(), fuse }).set(i64::from(blown));
    }

    /// Counts a package that arrived: `ingested`, `duplicate`, `incomplete`, `refused`.
    pub fn package_arrived(&self, tracker: &str, outcome: &'static str) {
        self.packages_arrived.get_or_create(&Event { tracker: tracker.to_owned(), outcome }).inc();
    }

    /// Sets how many packages of a tracker have lacked files for too long.
    pub fn packages_incomplete(&self, tracker: &str, count: usize) {
        let gauge = self.packages_incomplete.get_or_create(&Tracker { tracker: tracker.to_owned() });
        gauge.set(i64::try_from(count).unwrap_or(i64::MAX));
    }

    /// Counts a package of answers that went out.
    pub fn package_sent(&self, tracker: &str) {
        self.packages_sent.get_or_create(&Tracker { tracker: tracker.to_owned() }).inc();
    }

    /// Counts a run, how long it took, and how old its event was then.
    pub fn sync(&self, sync: &str, outcome: &'static str, took: Duration, event_age: Option<Duration>) {
        let labels = Sync { sync: sync.to_owned(), outcome };
        self.syncs.get_or_create(&labels).inc();
        self.sync_seconds.get_or_create(&labels).observe(took.as_secs_f64());
        if let Some(age) = event_age {
            self.event_age.get_or_create(&labels).observe(age.as_secs_f64());
        }
    }

    /// Counts a request to a tracker; a status of `None` is a request without an answer.
    pub fn request(&self, tracker: &str, method: &str, status: Option<u16>, took: Duration) {
        let status = status.map_or_else(|| "none".to_owned(), |status| status.to_string());
        let labels = Request { tracker: tracker.to_owned(), method: method.to_owned(), status };
        self.requests.get_or_create(&labels).inc();
        self.request_seconds.get_or_create(&Tracker { tracker: tracker.to_owned() }).observe(took.as_secs_f64());
    }

    /// Counts a pause of a tracker: `asked`, `credentials`.
    pub fn pause(&self, tracker: &str, cause: &'static str) {
        self.pauses.get_or_create(&PauseOf { tracker: tracker.to_owned(), cause }).inc();
    }

    /// Counts a request that could not be sent at once, for a `budget` or `issue_writes`: it `waited`, or its run was `put_off`.
    pub fn wait(&self, tracker: &str, cause: &'static str, outcome: &'static str) {
        self.waits.get_or_create(&WaitFor { tracker: tracker.to_owned(), cause, outcome }).inc();
    }

    /// Counts what a sweep (`changed`, `full`) looked at: issues that are `in_line`, and those that a run is `due` for.
    pub fn swept(&self, sync: &str, full: bool, in_line: usize, due: usize) {
        let sweep = if full { "full" } else { "changed" };
        for (outcome, count) in [("in_line", in_line), ("due", due)] {
            let labels = Swept { sync: sync.to_owned(), sweep, outcome };
            self.swept.get_or_create(&labels).inc_by(u64::try_from(count).unwrap_or(u64::MAX));
        }
    }

    /// Counts an event that was put into the spool.
    pub fn spooled(&self) {
        self.spooled.inc();
    }

    /// Sets how many events wait in the spool, and the age of the oldest.
    pub fn spool(&self, events: u64, oldest: Duration) {
        self.spool_events.set(i64::try_from(events).unwrap_or(i64::MAX));
        self.spool_oldest.set(i64::try_from(oldest.as_secs()).unwrap_or(i64::MAX));
    }

    /// Everything in the text format of Prometheus (`OpenMetrics`).
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        // Writing to a string does not fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}
