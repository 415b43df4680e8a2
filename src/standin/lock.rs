//! Locking, whatever happened before.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks, also after a thread has broken down under the lock: a stand-in goes on with what is there.
pub(super) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
