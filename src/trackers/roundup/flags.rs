//! Flags. Roundup tells a property that holds yes or no as 1 or 0, as it does a whole number; only its schema tells them apart.

use serde_json::Value;
use tokio::sync::OnceCell;
use tracing::warn;

use super::{client::Client, schema};
use crate::{
    ids::TrackerName,
    sync::{
        fault::Fault,
        issue::Attributes,
        schema::{Kind, Lookup, Schema},
    },
};

/// The schema, asked for when it is needed first. None: our account may not ask, and then numbers stay numbers.
#[derive(Default)]
pub(super) struct Flags(OnceCell<Option<Schema>>);

impl Flags {
    /// Makes those attributes true or false that are.
    pub(super) async fn tell_apart(&self, client: &Client, tracker: &TrackerName, found: &mut Attributes) -> Result<(), Fault> {
        for (path, value) in found.iter_mut() {
            let Some(flag) = flag(value) else { continue };
            let schema = self.0.get_or_try_init(|| classes(client, tracker)).await?;
            if schema.as_ref().is_some_and(|schema| is_flag(schema, path)) {
                *value = Value::Bool(flag);
            }
        }
        Ok(())
    }
}

/// What the value says if it is that of a flag. Roundup's numbers have a decimal point, unless they are whole by their kind.
fn flag(value: &Value) -> Option<bool> {
    match value.as_u64() {
        Some(0) => Some(false),
        Some(1) => Some(true),
        _ => None,
    }
}

fn is_flag(schema: &Schema, path: &str) -> bool {
    matches!(schema.lookup(path), Lookup::Found(attribute) if attribute.field.kind == Kind::Flag)
}

async fn classes(client: &Client, tracker: &TrackerName) -> Result<Option<Schema>, Fault> {
    match schema::read_classes(client, tracker).await {
        Err(fault) if !fault.is_transient() => {
            warn!(%tracker, %fault, "this Roundup does not tell which properties are flags: they are read as the numbers 1 and 0");
            Ok(None)
        }
        outcome => outcome.map(Some),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::flag;

    #[test]
    fn only_whole_numbers_can_be_flags() {
        assert_eq!([json!(1), json!(0)].map(|value| flag(&value)), [Some(true), Some(false)]);
        for other in [json!(1.0), json!(2), json!(-1), json!("1"), json!(null), json!(true)] {
            assert_eq!(flag(&other), None, "{other}");
        }
    }
}
