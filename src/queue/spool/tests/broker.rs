//! A broker in this process, of different moods.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;

/// How a broker behaves.
#[derive(Clone, Copy, PartialEq)]
pub enum Mood {
    Well,
    Away,
    /// Takes a message and says nothing more, as over a connection that is open at our end only.
    Silent,
    /// The queues of one sync are full, the others are well.
    FullForA,
}

/// A broker that remembers what it confirmed.
pub struct Broker {
    mood: Mutex<Mood>,
    pub jobs: Mutex<Vec<Job>>,
    pub parked: Mutex<Vec<Vec<u8>>>,
    pub asked: AtomicUsize,
}

impl Broker {
    pub fn new(mood: Mood) -> Arc<Self> {
        Arc::new(Self { mood: Mutex::new(mood), jobs: Mutex::default(), parked: Mutex::default(), asked: AtomicUsize::new(0) })
    }

    pub fn becomes(&self, mood: Mood) {
        *self.mood.lock().unwrap() = mood;
    }

    pub fn confirmed(&self) -> Vec<String> {
        self.jobs.lock().unwrap().iter().map(|job| job.id.to_string()).collect()
    }

    fn away() -> Fault {
        Fault::transient("connection refused")
    }
}

#[async_trait]
impl Queue for Broker {
    async fn publish(&self, to: &Destination, job: &Job) -> Result<(), Fault> {
        let number = self.asked.fetch_add(1, Ordering::SeqCst);
        let Destination::Now(route) = to else { panic!("{to:?}") };
        assert_eq!(route.sync, job.data.sync);
        let mood = *self.mood.lock().unwrap();
        match mood {
            Mood::Away => return Err(Self::away()),
            Mood::FullForA if route.sync.as_str() == "a" => return Err(Fault::transient("the queue is full")),
            Mood::Silent => std::future::pending().await,
            Mood::Well | Mood::FullForA => {}
        }
        // What is sent at the same time arrives in any order.
        for _ in 0..7 - number % 7 {
            tokio::task::yield_now().await;
        }
        self.jobs.lock().unwrap().push(job.clone());
        Ok(())
    }

    async fn park_raw(&self, _sync: &SyncName, body: &[u8], _why: &str) -> Result<(), Fault> {
        self.parked.lock().unwrap().push(body.to_vec());
        Ok(())
    }

    fn subscribe(&self, _prefetch: Prefetch, _until: CancellationToken) -> Deliveries {
        unreachable!("intake consumes nothing")
    }

    async fn ping(&self) -> Result<(), Fault> {
        match *self.mood.lock().unwrap() {
            Mood::Away => Err(Self::away()),
            Mood::Well | Mood::Silent | Mood::FullForA => Ok(()),
        }
    }

    async fn depths(&self) -> Result<Vec<(String, u64)>, Fault> {
        Ok(Vec::new())
    }
}
