//! The values that local attributes may have, for the rules that want to know: asked of the tracker's schema, and believed for a
//! while.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, PoisonError},
};

use jiff::{SignedDuration, Timestamp};
use tracing::warn;

use super::{
    fault::Fault,
    ports::Tracker,
    schema::{Lookup, Schema},
};

/// Values by attribute path; a path that is not there may have any.
pub type ByPath = BTreeMap<String, BTreeSet<String>>;

/// For how long the values are believed: people add some.
const BELIEVED: SignedDuration = SignedDuration::from_mins(10);

/// Values that were asked for, and when.
#[derive(Debug, Default)]
pub struct Vocabularies(Mutex<Option<(Timestamp, ByPath)>>);

impl Vocabularies {
    /// The values of these attributes. A tracker that does not tell is taken to have any.
    ///
    /// # Errors
    /// The tracker cannot be asked now.
    pub async fn of(&self, tracker: &dyn Tracker, paths: &BTreeSet<String>, now: Timestamp) -> Result<ByPath, Fault> {
        if paths.is_empty() {
            return Ok(ByPath::new());
        }
        if let Some((at, known)) = self.0.lock().unwrap_or_else(PoisonError::into_inner).as_ref()
            && now.duration_since(*at) < BELIEVED
        {
            return Ok(known.clone());
        }
        let asked = match tracker.schema().await {
            Ok(schema) => in_schema(&schema, paths),
            Err(fault) if fault.is_transient() => return Err(fault),
            Err(fault) => {
                warn!(tracker = %tracker.name(), %fault, "the tracker does not tell which values it knows; all are tried");
                ByPath::new()
            }
        };
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, asked.clone()));
        Ok(asked)
    }
}

fn in_schema(schema: &Schema, paths: &BTreeSet<String>) -> ByPath {
    let values = |path: &String| match schema.lookup(path) {
        Lookup::Found(attribute) => Some((path.clone(), attribute.vocabulary?.iter().cloned().collect())),
        _ => None,
    };
    paths.iter().filter_map(values).collect()
}
