//! The two sides of an exchange, as the configuration of a tracker has them.

use super::super::{CliError, Global};
use crate::{
    config::{
        Loaded,
        partner::{PartnerConfig, PartyConfig, PfiffConfig},
        section::nearest,
    },
    formats::engdat::{Address, Contact, Partner},
    ids::TrackerName,
};

/// Who we are, and with whom we exchange packages.
pub(super) struct Partners {
    pub own: Partner,
    pub peer: Partner,
    pub config: PfiffConfig,
}

impl Partners {
    /// Those of a tracker of the kind `pfiff`.
    pub fn find(global: &Global, tracker: &str) -> Result<Self, CliError> {
        // Rules with errors do not matter here.
        let Loaded { config, diagnostics, .. } = global.load_all()?;
        let mut config = config.ok_or(CliError::Configuration(diagnostics))?;
        let name = TrackerName::new(tracker);
        let pfiff = match config.partners.remove(&name) {
            Some(PartnerConfig::Pfiff(pfiff)) => *pfiff,
            Some(other) => {
                return Err(CliError::Usage(format!("`{name}` is a tracker of kind `{}`, not `pfiff`", other.kind())));
            }
            None => {
                if let Some(other) = config.trackers.get(&name) {
                    let kind = other.kind.name();
                    return Err(CliError::Usage(format!("`{name}` is a tracker of kind `{kind}`, not `pfiff`")));
                }
                let known = config.partners.keys().map(TrackerName::as_str);
                return Err(CliError::Usage(format!("there is no tracker `{name}`; {}", nearest(name.as_str(), known))));
            }
        };
        let (Some(own), Some(peer)) = (&pfiff.own, &pfiff.peer) else {
            let message = format!("[trackers.{name}] ({}) needs the tables `own` and `peer` for packages", pfiff.place);
            return Err(CliError::Usage(message));
        };
        Ok(Self { own: partner(own), peer: partner(peer), config: pfiff })
    }
}

fn partner(party: &PartyConfig) -> Partner {
    let line = |at: usize| party.address.get(at).cloned().unwrap_or_default();
    let address = Address { name: party.name.clone(), lines: std::array::from_fn(line), internal: String::new() };
    let department = [party.department.clone(), String::new()];
    Partner {
        code: party.id.clone(),
        address: address.clone(),
        country: party.country.clone(),
        routing: party.routing.clone(),
        contact: Contact { department: department.clone(), mail: party.email.clone(), ..Contact::default() },
        technical_address: address,
        technical_country: party.country.clone(),
        technical_contact: Contact { department, ..Contact::default() },
    }
}
