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
    rules::{Places, RuleSet},
    schema::{Lookup, Schema},
};

/// Values by attribute path; a path that is not there may have any.
pub type ByPath = BTreeMap<String, BTreeSet<String>>;

/// For how long the values are believed: people add some.
const BELIEVED: SignedDuration = SignedDuration::from_mins(10);

/// The values that a tracker knows.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// Those that an attribute can have in any issue.
    pub everywhere: ByPath,
    /// Those that depend on where the issue belongs.
    pub places: Places,
}

/// Values that were asked for, and when.
#[derive(Debug, Default)]
pub struct Vocabularies(Mutex<Option<(Timestamp, Known)>>);

impl Vocabularies {
    /// The values of the attributes that rules want to know them of. A tracker that does not tell is taken to have any.
    ///
    /// # Errors
    /// The tracker cannot be asked now.
    pub async fn of(&self, tracker: &dyn Tracker, rules: &RuleSet, now: Timestamp) -> Result<Known, Fault> {
        let paths = rules.vocabularies();
        if paths.is_empty() {
            return Ok(Known::default());
        }
        if let Some((at, known)) = self.0.lock().unwrap_or_else(PoisonError::into_inner).as_ref()
            && now.duration_since(*at) < BELIEVED
        {
            return Ok(known.clone());
        }
        let everywhere = match tracker.schema().await {
            Ok(schema) => in_schema(&schema, &paths),
            Err(fault) if fault.is_transient() => return Err(fault),
            Err(fault) => {
                warn!(tracker = %tracker.name(), %fault, "the tracker does not tell which values it knows; all are tried");
                ByPath::new()
            }
        };
        let known = Known { everywhere, places: in_places(tracker, rules, &paths).await? };
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, known.clone()));
        Ok(known)
    }
}

/// The values in the places that rules put new issues into. Of an issue that is elsewhere, any value is tried.
async fn in_places(tracker: &dyn Tracker, rules: &RuleSet, paths: &BTreeSet<String>) -> Result<Places, Fault> {
    let Some(by) = tracker.place() else { return Ok(Places::default()) };
    let mut places = Places { by: by.to_owned(), values: BTreeMap::new() };
    for place in rules.local_constants(by) {
        let values = tracker.values_in(&place, paths).await?;
        places.values.insert(place, values);
    }
    Ok(places)
}

fn in_schema(schema: &Schema, paths: &BTreeSet<String>) -> ByPath {
    let values = |path: &String| match schema.lookup(path) {
        Lookup::Found(attribute) => Some((path.clone(), attribute.vocabulary?.iter().cloned().collect())),
        _ => None,
    };
    paths.iter().filter_map(values).collect()
}
