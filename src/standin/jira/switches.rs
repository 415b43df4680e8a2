//! What can be switched at a running site from the same process: failures, permissions, accounts, deliveries.

use std::time::Duration;

use super::{accounts::AccountChange, faults::Fault, handle::JiraState, permissions::Denial};

fn denial(user: &str, permission: &str, project: Option<&str>) -> Denial {
    Denial { user: user.to_owned(), project: project.map(str::to_owned), permission: permission.to_owned() }
}

impl JiraState {
    /// Takes a permission from a user: in one project, or everywhere.
    pub fn deny(&self, user: &str, permission: &str, project: Option<&str>) {
        self.site.permissions.deny(denial(user, permission, project));
    }

    /// Gives back what was denied with the same words.
    pub fn allow(&self, user: &str, permission: &str, project: Option<&str>) {
        self.site.permissions.allow(&denial(user, permission, project));
    }

    /// Ends a project with all its issues; `false` if there is no such project.
    #[must_use = "a typing error would go unnoticed"]
    pub fn delete_project(&self, key: &str) -> bool {
        self.site.delete_project(key)
    }

    /// Locks an account, so that Data Center refuses even its right password, or unlocks it.
    pub fn lock_account(&self, user: &str, locked: bool) {
        self.site.accounts.change(user, AccountChange::lock(locked));
    }

    /// Lets the secret of an account expire, or makes it valid again.
    pub fn expire_secret(&self, user: &str, expired: bool) {
        self.site.accounts.change(user, AccountChange::expire(expired));
    }

    /// Makes every answer take longer.
    pub fn set_latency(&self, latency: Duration) {
        self.site.set_latency(latency);
    }

    /// Whether each delivery goes out twice, under the same identifier.
    pub fn send_deliveries_twice(&self, twice: bool) {
        self.site.courier.outbox().send_twice(twice);
    }

    /// Holds deliveries back from now on.
    pub fn hold_deliveries(&self) {
        self.site.courier.outbox().hold();
    }

    /// Sends the deliveries that were held back, from the last to the first if `reversed`.
    pub fn release_deliveries(&self, reversed: bool) {
        self.site.courier.outbox().release(reversed);
    }

    /// Sends a delivery once more under its identifier; `false` if it is not remembered.
    #[must_use = "a delivery that is forgotten is not sent"]
    pub fn redeliver(&self, delivery: u64) -> bool {
        self.site.courier.outbox().again(delivery)
    }

    /// Orders a failure.
    pub fn add_fault(&self, fault: Fault) {
        self.site.faults.add(fault);
    }

    /// Cancels all ordered failures.
    pub fn clear_faults(&self) {
        self.site.faults.clear();
    }
}
