//! The head of a document: who sends it, when, and who is who.

use std::collections::BTreeMap;

use jiff::civil::DateTime;

use super::{
    date::read_date,
    element::Element,
    error::clipped,
    note::{Note, Notes},
    options::ReadOptions,
};

/// A company.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Company {
    /// Its name in full; it may be empty.
    pub long_name: String,
    /// Its short name, by which it is referred to.
    pub short_name: String,
}

/// A person at one of the companies. Each text may be empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TeamMember {
    /// The name.
    pub name: String,
    /// The telephone number.
    pub phone: String,
    /// The mail address.
    pub email: String,
}

/// What is said before the issues.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// The short name of the peer: of the company that the options tell, or else the one in the options.
    pub peer: String,
    /// All companies.
    pub companies: Vec<Company>,
    /// The people, by their ids in this document.
    pub team: BTreeMap<String, TeamMember>,
    /// When the document was made: the latest date in `ADMIN-DATA`, by the clock of who made it.
    pub date: Option<DateTime>,
    /// What is not as it should be.
    pub notes: Vec<Note>,
}

/// A head that is being read.
#[derive(Debug, Default)]
pub(super) struct HeadParts {
    companies: Vec<Company>,
    team: BTreeMap<String, TeamMember>,
    date: Option<DateTime>,
    pub notes: Notes,
}

impl HeadParts {
    /// Reads `COMPANY-DATAS`.
    pub fn companies(&mut self, element: &Element) {
        for company in element.descendants("COMPANY-DATA") {
            let name = |of| company.child_line(of).unwrap_or_default();
            self.companies.push(Company { long_name: name("LONG-NAME"), short_name: name("SHORT-NAME") });
        }
        for member in element.descendants("TEAM-MEMBER") {
            let text = |of| member.child_line(of).unwrap_or_default();
            let person = TeamMember { name: text("LONG-NAME"), phone: text("PHONE"), email: text("EMAIL") };
            let Some(id) = member.id.clone().filter(|id| !id.is_empty()) else {
                self.notes.add(member.place, "a TEAM-MEMBER has no ID");
                continue;
            };
            if self.team.contains_key(&id) {
                self.notes
                    .add(member.place, format!("there is a second TEAM-MEMBER {:?}: the first one is taken", clipped(&id)));
            }
            self.team.entry(id).or_insert(person);
        }
    }

    /// Reads `ADMIN-DATA`.
    pub fn administration(&mut self, element: &Element) {
        for date in element.descendants("DATE") {
            let text = date.text();
            if text.is_empty() {
                continue;
            }
            let Some(read) = read_date(&text) else {
                self.notes.add(date.place, format!("{:?} is no date and is left out", clipped(&text)));
                continue;
            };
            if let Some(deviation) = read.deviation {
                self.notes.add(date.place, format!("the date {:?}: {deviation}", clipped(&text)));
            }
            self.date = self.date.max(Some(read.date));
        }
    }

    /// Finds out who the peer is. `place` is where the head ends.
    pub fn finish(mut self, options: &ReadOptions, place: super::Place) -> Head {
        let is_peer = |company: &&Company| company.long_name.contains(&options.peer_company) && !company.short_name.is_empty();
        let mut peers: Vec<&str> = self.companies.iter().filter(is_peer).map(|company| company.short_name.as_str()).collect();
        peers.dedup();
        let peer = match peers.as_slice() {
            [] => {
                let (wanted, taken) = (&options.peer_company, &options.peer_company_short);
                self.notes.add(place, format!("no COMPANY-DATA with a SHORT-NAME is of {wanted:?}: {taken:?} is taken"));
                taken.clone()
            }
            [peer] => (*peer).to_owned(),
            [peer, ..] => {
                self.notes.add(place, format!("several companies are of {:?}: {peer:?} is taken", options.peer_company));
                (*peer).to_owned()
            }
        };
        Head { peer, companies: self.companies, team: self.team, date: self.date, notes: self.notes.into_vec() }
    }
}
