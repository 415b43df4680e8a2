//! One issue.

use super::{
    element::Element,
    engineering::read_engineering_objects,
    error::{IssueProblem, Place, clipped},
    head::{Head, TeamMember},
    limits::LONGEST_NUMBER,
    note::{Note, Notes},
    options::ReadOptions,
    rich_text::{rich_text, rich_text_without},
    value::{Attributes, add},
};

/// An issue that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issue {
    /// Where it begins.
    pub place: Place,
    /// Its number at the peer: the `problem_number`.
    pub number: String,
    /// Its number at our side, if the peer tells one.
    pub supplier_number: Option<String>,
    /// Its attributes, by the names that [`FIELDS`](super::FIELDS) lists; those without a value are left out.
    pub attributes: Attributes,
    /// Who has it at the peer, if the head of the document tells. The attribute `owner_fp` is the name, or else the id.
    pub owner: Option<TeamMember>,
    /// The documents that it names.
    pub documents: Vec<Document>,
    /// Remarks that are not the peer's: what we sent, and the peer sends back.
    pub own_annotations: Vec<String>,
    /// What is not as it should be.
    pub notes: Vec<Note>,
}

/// A document that belongs to an issue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// Its name.
    pub name: String,
    /// Where it is in the archive, mostly as `./NUMBER/NAME`. It is text of the peer's and may point anywhere.
    pub url: String,
}

/// Between remarks, and between proposals: an empty line.
const BETWEEN_TEXTS: &str = "\n\n";

impl Issue {
    /// Reads it from its element.
    pub(super) fn of(issue: &Element, number: String, head: &Head, options: &ReadOptions, mut notes: Notes) -> Self {
        let mut attributes = Attributes::new();
        add(&mut attributes, "problem_synopsis", title(issue).unwrap_or_default());
        add(&mut attributes, "bug_classification", issue.child_line("CATEGORY").unwrap_or_default());
        add(&mut attributes, "problem_description", issue.child("ISSUE-DESC").map(rich_text).unwrap_or_default());
        let owner = read_owner(issue, head, &mut attributes);
        read_properties(issue, &mut attributes);
        read_engineering_objects(issue, &mut attributes, &mut notes);
        let proposals = proposals(issue);
        let texts = proposals.iter().map(|proposal| described(proposal, "ISSUE-SOLUTION-DESC"));
        add(&mut attributes, "action_points", joined(texts));
        let (theirs, own) = annotations(issue, &head.peer);
        add(&mut attributes, "in_analyse_comments", joined(theirs));
        let documents = read_documents(issue, &proposals, &mut notes);
        Self {
            place: issue.place,
            number,
            supplier_number: own_number(issue, &head.peer, options),
            attributes,
            owner,
            documents,
            own_annotations: own.into_iter().filter(|text| !text.is_empty()).collect(),
            notes: notes.into_vec(),
        }
    }
}

/// The title of an issue.
pub(super) fn title(issue: &Element) -> Option<String> {
    issue.child_line("LONG-NAME")
}

/// The number at the peer.
pub(super) fn peer_number(issue: &Element, peer: &str) -> Result<String, IssueProblem> {
    let number = company_infos(issue).filter(|info| company_of(info).as_deref() == Some(peer)).find_map(issue_id);
    let number = number.ok_or_else(|| IssueProblem::NoNumber(peer.to_owned()))?;
    if number.chars().count() > LONGEST_NUMBER {
        return Err(IssueProblem::LongNumber(LONGEST_NUMBER));
    }
    if number.chars().any(moves_the_line) {
        return Err(IssueProblem::ControlInNumber);
    }
    Ok(number)
}

/// What begins another line, or turns the direction of this one.
fn moves_the_line(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

fn own_number(issue: &Element, peer: &str, options: &ReadOptions) -> Option<String> {
    let is_ours = |info: &&Element| {
        let company = company_of(info);
        match &options.own_company_short {
            Some(own) => company.as_ref() == Some(own),
            None => company.as_deref() != Some(peer),
        }
    };
    company_infos(issue).filter(is_ours).find_map(issue_id)
}

fn company_infos(issue: &Element) -> impl Iterator<Item = &Element> {
    issue.children("COMPANY-ISSUE-INFOS").flat_map(|infos| infos.children("COMPANY-ISSUE-INFO"))
}

fn company_of(info: &Element) -> Option<String> {
    info.child_text("COMPANY-DATA-REF")
}

fn issue_id(info: &Element) -> Option<String> {
    info.child_text("ISSUE-ID")
}

fn read_owner(issue: &Element, head: &Head, attributes: &mut Attributes) -> Option<TeamMember> {
    let peers = company_infos(issue).filter(|info| company_of(info).as_deref() == Some(head.peer.as_str()));
    let id = peers.flat_map(|info| info.children("TEAM-MEMBER-REF")).find_map(|reference| reference.id_ref.clone())?;
    let owner = head.team.get(&id);
    let name = owner.map(|owner| owner.name.clone()).filter(|name| !name.is_empty());
    add(attributes, "owner_fp", name.unwrap_or(id));
    owner.cloned()
}

fn read_properties(issue: &Element, attributes: &mut Attributes) {
    for properties in issue.children("ISSUE-PROPERTIES") {
        let state = properties.child("ISSUE-CURRENT-STATE").and_then(|state| state.child_line("ISSUE-STATE"));
        for (name, text) in [
            ("crstatus", state),
            ("priority", properties.child_line("ISSUE-PRIORITY")),
            ("reproducibility", properties.child_line("REPRODUCIBILITY")),
        ] {
            add(attributes, name, text.unwrap_or_default());
        }
        let milestones = properties.descendants("DELIVERY-MILESTONE").into_iter();
        let wanted = milestones.filter(|milestone| milestone.child_text("CATEGORY").is_none_or(|of| of == "REQUESTED"));
        for label in wanted.filter_map(|milestone| milestone.child_text("SHORT-LABEL")) {
            add(attributes, "release_wanted", label);
        }
    }
}

fn proposals(issue: &Element) -> Vec<&Element> {
    let solutions = issue.children("ISSUE-SOLUTIONS").flat_map(|solutions| solutions.children("ISSUE-SOLUTION"));
    solutions.filter(|solution| solution.child_text("CATEGORY").as_deref() == Some("PROPOSAL")).collect()
}

/// The remarks of the peer, and those that are not.
fn annotations(issue: &Element, peer: &str) -> (Vec<String>, Vec<String>) {
    let annotations = issue.children("ANNOTATIONS").flat_map(|annotations| annotations.children("ANNOTATION"));
    let (theirs, own): (Vec<&Element>, Vec<&Element>) =
        annotations.partition(|annotation| annotation.child_text("LABEL").is_none_or(|label| label == peer));
    let texts = |of: Vec<&Element>| of.into_iter().map(|annotation| described(annotation, "ANNOTATION-TEXT")).collect();
    (texts(theirs), texts(own))
}

/// The text of what has a text among other things: that of an element in it, or else all but what is known to be none.
fn described(element: &Element, name: &str) -> String {
    const NO_TEXT: [&str; 6] = ["CATEGORY", "LABEL", "LONG-NAME", "SHORT-NAME", "TEAM-MEMBER-REF", "DATE"];
    element.child(name).map_or_else(|| rich_text_without(element, &NO_TEXT), rich_text)
}

fn joined(texts: impl IntoIterator<Item = String>) -> String {
    let texts: Vec<String> = texts.into_iter().filter(|text| !text.is_empty()).collect();
    texts.join(BETWEEN_TEXTS)
}

fn read_documents(issue: &Element, proposals: &[&Element], notes: &mut Notes) -> Vec<Document> {
    let mut documents = Vec::new();
    let mut seen = std::collections::HashSet::new();
    for holder in issue.children("ISSUE-RELATED-DOCUMENTS").chain(proposals.iter().copied()) {
        for element in holder.descendants("XDOC") {
            let name = ["LONG-NAME-1", "LONG-NAME"].into_iter().find_map(|name| element.child_text(name));
            let Some(url) = element.child_text("URL") else {
                let name = name.map(|name| format!(" {:?}", clipped(&name))).unwrap_or_default();
                notes.add(element.place, format!("the document{name} has no URL and is left out"));
                continue;
            };
            let last_part = || url.rsplit(['/', '\\']).find(|part| !part.is_empty()).unwrap_or(&url).to_owned();
            let name = name.unwrap_or_else(last_part);
            if seen.insert((name.clone(), url.clone())) {
                documents.push(Document { name, url });
            }
        }
    }
    documents
}
