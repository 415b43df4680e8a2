//! One running site: its settings, its memory, and what surrounds the requests.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{
    courier::Courier,
    faults::Faults,
    instant::SiteClock,
    journal::Journal,
    limits::Limits,
    options::{JiraOptions, UserSpec, WebhookTarget},
    sign_in::WrongPasswords,
    store::Store,
    webhooks::Webhook,
};

/// A site, shared between the server's threads and the in-process handle.
pub(super) struct Site {
    pub(super) options: JiraOptions,
    /// Base URL with context path, without a slash at its end.
    pub(super) base: String,
    pub(super) clock: SiteClock,
    pub(super) courier: Courier,
    pub(super) journal: Journal,
    pub(super) faults: Faults,
    pub(super) limits: Limits,
    pub(super) wrong_passwords: WrongPasswords,
    store: Mutex<Store>,
}

/// Takes a lock; what a panicking holder left behind is still a usable stand-in.
pub(super) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Site {
    pub(super) fn new(options: JiraOptions, base: String, courier: Courier, journal: Journal) -> Self {
        let site = Self {
            clock: SiteClock::new(options.zone_offset_minutes),
            limits: Limits::new(options.requests_per_second, options.limit_issue_writes),
            faults: Faults::default(),
            wrong_passwords: WrongPasswords::default(),
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
        let queue = self.courier.queue(url, secret);
        store.webhooks.push(Webhook {
            id,
            name: name.to_owned(),
            url: url.to_owned(),
            secret: secret.map(str::to_owned),
            events: Vec::new(),
            exclude_body: false,
            enabled: true,
            updated: SiteClock::now(),
            updated_by: None,
            queue,
        });
        id
    }
}
