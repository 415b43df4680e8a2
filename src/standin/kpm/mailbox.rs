//! Mailboxes: where problems are sent to.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::element::{self, Element};

/// A mailbox. Production and test share everything but this.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mailbox {
    /// The organisational unit: `KPM-TEST`.
    pub organisational_unit: String,
    /// The plant: `Z$`.
    pub plant: String,
}

impl Mailbox {
    /// The mailbox of a unit in a plant.
    #[must_use]
    pub fn new(organisational_unit: &str, plant: &str) -> Self {
        Self { organisational_unit: organisational_unit.to_owned(), plant: plant.to_owned() }
    }

    /// The mailbox that an `Address` names; the contract makes both parts mandatory.
    pub(super) fn of_address(address: &[Element]) -> Self {
        let part = |name| element::text(address, name).unwrap_or_default().trim();
        Self::new(part("OrganisationalUnit"), part("Plant"))
    }

    /// A `Contractor` with this address.
    pub(super) fn contractor(&self) -> Element {
        let unit = Element::text("OrganisationalUnit", self.organisational_unit.clone());
        let address = Element::group("Address", vec![unit, Element::text("Plant", self.plant.clone())]);
        Element::group("Contractor", vec![address])
    }
}

impl fmt::Display for Mailbox {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}/{}", self.organisational_unit, self.plant)
    }
}

impl std::str::FromStr for Mailbox {
    type Err = String;

    /// Reads `KPM-TEST/Z$`.
    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once('/') {
            Some((unit, plant)) if !unit.is_empty() && !plant.is_empty() => Ok(Self::new(unit, plant)),
            _ => Err(format!("'{text}' is no mailbox: write UNIT/PLANT, as in KPM-TEST/Z$")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_and_read() {
        let mailbox = Mailbox::new("KPM-TEST", "Z$");
        assert_eq!(mailbox.to_string().parse(), Ok(mailbox));
        for bad in ["", "a", "/a", "a/"] {
            assert!(bad.parse::<Mailbox>().is_err(), "{bad}");
        }
    }
}
