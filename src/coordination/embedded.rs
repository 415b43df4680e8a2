//! Coordination within one process.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use async_trait::async_trait;

use super::{Claim, Coordination, GENERATION_TTL, Generation, LONGEST_KEPT, Lease, embedded_pacing::Pace, random_token};
use crate::sync::fault::Fault;

/// Coordination within one process; gone with it.
#[derive(Default)]
pub struct Embedded(Mutex<State>);

#[derive(Default)]
pub(super) struct State {
    leases: HashMap<String, (String, Instant)>,
    deliveries: HashMap<String, (Claim, Instant)>,
    generations: HashMap<String, Counter>,
    kept: HashMap<String, (String, Instant)>,
    pub(super) pace: Pace,
    calls: u64,
}

struct Counter {
    generation: Generation,
    covered: u64,
    until: Instant,
}

/// So many calls between two sweeps of what has ended.
const SWEEP_EVERY: u64 = 10_000;

impl Embedded {
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.calls += 1;
        if state.calls.is_multiple_of(SWEEP_EVERY) {
            let now = Instant::now();
            state.leases.retain(|_, (_, until)| *until > now);
            state.deliveries.retain(|_, (_, until)| *until > now);
            state.generations.retain(|_, counter| counter.until > now);
            state.kept.retain(|_, (_, until)| *until > now);
            state.pace.sweep(now);
        }
        state
    }
}

#[async_trait]
impl Coordination for Embedded {
    async fn acquire(&self, key: &str, ttl: Duration) -> Result<Option<Lease>, Fault> {
        let now = Instant::now();
        let mut state = self.state();
        if state.leases.get(key).is_some_and(|(_, until)| *until > now) {
            return Ok(None);
        }
        let lease = Lease { key: key.to_owned(), token: random_token() };
        state.leases.insert(key.to_owned(), (lease.token.clone(), now + ttl));
        Ok(Some(lease))
    }

    async fn renew(&self, lease: &Lease, ttl: Duration) -> Result<bool, Fault> {
        let now = Instant::now();
        let mut state = self.state();
        let held = state.leases.get_mut(&lease.key).filter(|(token, until)| *token == lease.token && *until > now);
        Ok(held.map(|(_, until)| *until = now + ttl).is_some())
    }

    async fn release(&self, lease: &Lease) -> Result<(), Fault> {
        let mut state = self.state();
        if state.leases.get(&lease.key).is_some_and(|(token, _)| *token == lease.token) {
            state.leases.remove(&lease.key);
        }
        Ok(())
    }

    async fn claim(&self, delivery: &str, ttl: Duration) -> Result<Claim, Fault> {
        let now = Instant::now();
        let mut state = self.state();
        if let Some((claim, until)) = state.deliveries.get(delivery)
            && *until > now
        {
            return Ok(*claim);
        }
        state.deliveries.insert(delivery.to_owned(), (Claim::InProgress, now + ttl));
        Ok(Claim::New)
    }

    async fn finish(&self, delivery: &str, ttl: Duration) -> Result<(), Fault> {
        self.state().deliveries.insert(delivery.to_owned(), (Claim::Done, Instant::now() + ttl));
        Ok(())
    }

    async fn forget(&self, delivery: &str) -> Result<(), Fault> {
        self.state().deliveries.remove(delivery);
        Ok(())
    }

    async fn bump(&self, key: &str) -> Result<Generation, Fault> {
        let until = Instant::now() + GENERATION_TTL;
        let mut state = self.state();
        let counter = state.generations.entry(key.to_owned()).or_insert_with(|| Counter {
            generation: Generation { epoch: random_token(), count: 0 },
            covered: 0,
            until,
        });
        counter.generation.count += 1;
        counter.until = until;
        Ok(counter.generation.clone())
    }

    async fn generation(&self, key: &str) -> Result<Option<Generation>, Fault> {
        Ok(self.state().generations.get(key).map(|counter| counter.generation.clone()))
    }

    async fn cover(&self, key: &str, generation: &Generation) -> Result<(), Fault> {
        if let Some(counter) = self.state().generations.get_mut(key)
            && counter.generation.epoch == generation.epoch
        {
            counter.covered = counter.covered.max(generation.count);
        }
        Ok(())
    }

    async fn is_covered(&self, key: &str, generation: &Generation) -> Result<bool, Fault> {
        let state = self.state();
        let counter = state.generations.get(key).filter(|counter| counter.generation.epoch == generation.epoch);
        Ok(counter.is_some_and(|counter| counter.covered >= generation.count))
    }

    async fn recall(&self, name: &str) -> Result<Option<String>, Fault> {
        let now = Instant::now();
        Ok(self.state().kept.get(name).filter(|(_, until)| *until > now).map(|(text, _)| text.clone()))
    }

    async fn keep(&self, name: &str, text: &str, ttl: Duration) -> Result<(), Fault> {
        if text.len() <= LONGEST_KEPT {
            self.state().kept.insert(name.to_owned(), (text.to_owned(), Instant::now() + ttl));
        }
        Ok(())
    }

    async fn drop_kept(&self, name: &str) -> Result<(), Fault> {
        self.state().kept.remove(name);
        Ok(())
    }

    async fn ping(&self) -> Result<(), Fault> {
        Ok(())
    }
}
