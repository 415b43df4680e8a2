//! One running site: its settings, its memory, and what surrounds the requests.

use std::{
    sync::{
        Mutex, MutexGuard,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use super::{
    accounts::Accounts,
    courier::Courier,
    faults::Fault,
    instant::SiteClock,
    journal::Journal,
    limits::Limits,
    options::JiraOptions,
    permissions::Permissions,
    projects::Projects,
    sign_in::WrongPasswords,
    specs::{UserSpec, WebhookTarget},
    store::Store,
    webhooks::Terms,
};
use crate::standin::fault_queue::FaultQueue;
pub(super) use crate::standin::lock::locked;

/// A site, shared between the server's threads and the in-process handle.
pub(super) struct Site {
    pub(super) options: JiraOptions,
    /// Base URL with context path, without a slash at its end.
    pub(super) base: String,
    pub(super) clock: SiteClock,
    pub(super) courier: Courier,
    pub(super) journal: Journal,
    pub(super) faults: FaultQueue<Fault>,
    pub(super) limits: Limits,
    pub(super) wrong_passwords: WrongPasswords,
    pub(super) accounts: Accounts,
    /// Milliseconds that every answer takes longer.
    latency: AtomicU64,
    pub(super) permissions: Permissions,
    pub(super) projects: Projects,
    /// Base URL of the media store.
    pub(super) media: String,
    store: Mutex<Store>,
}

impl Site {
    pub(super) fn new(options: JiraOptions, base: String, media: String, courier: Courier, journal: Journal) -> Self {
        let site = Self {
            clock: SiteClock::new(options.zone_offset_minutes),
            limits: Limits::new(&options),
            faults: FaultQueue::default(),
            wrong_passwords: WrongPasswords::default(),
            accounts: Accounts::default(),
            latency: AtomicU64::new(0),
            permissions: Permissions::default(),
            projects: Projects::new(&options),
            media,
            store: Mutex::new(Store::default()),
            courier,
            journal,
            base,
            options,
        };
        for WebhookTarget { url, secret } in &site.options.webhooks {
            site.add_webhook("configured", url, secret.as_deref());
        }
        site
    }

    pub(super) fn store(&self) -> MutexGuard<'_, Store> {
        locked(&self.store)
    }

    /// How much longer every answer takes.
    pub(super) fn latency(&self) -> Duration {
        Duration::from_millis(self.latency.load(Ordering::Relaxed))
    }

    pub(super) fn set_latency(&self, latency: Duration) {
        self.latency.store(u64::try_from(latency.as_millis()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// The user with this login name.
    pub(super) fn user(&self, name: &str) -> Option<&UserSpec> {
        self.options.users.iter().find(|user| user.name == name)
    }

    /// A zone name whose offset is that of the site, where one exists.
    pub(super) fn zone_name(&self) -> String {
        // These names count westwards, so the sign is the other way round.
        match (self.options.zone_offset_minutes / 60, self.options.zone_offset_minutes % 60) {
            (hours, 0) if hours != 0 => format!("Etc/GMT{:+}", -hours),
            _ => "Etc/UTC".to_owned(),
        }
    }

    /// Adds a webhook for every kind of event; returns its id.
    pub(super) fn add_webhook(&self, name: &str, url: &str, secret: Option<&str>) -> u64 {
        let mut store = self.store();
        let id = store.next_id();
        let terms = Terms { name: name.to_owned(), url: url.to_owned(), secret: secret.map(str::to_owned), ..Terms::default() };
        // Without a filter there is nothing to refuse.
        if let Ok(webhook) = self.register(id, terms, None) {
            store.webhooks.push(webhook);
        }
        id
    }
}
