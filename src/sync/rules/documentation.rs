//! What users read about the kinds of rules: the words that stand at the top of each kind's file, its parameters, and an example.
//! `trackersync help-rule` prints it, and `docs/rules.md` is all of it.

mod pages;

use std::collections::BTreeSet;

use super::{KINDS, common::Gates};
use crate::config::{
    node::Table,
    place::Place,
    section::{Findings, Section},
};

/// One parameter: its name, what it takes, its default, and what it means.
pub struct Parameter(pub &'static str, pub &'static str, pub &'static str, pub &'static str);

/// What there is to read about one kind, or two that differ in one word.
pub struct Page {
    /// The names of the kinds.
    pub kinds: &'static [&'static str],
    /// The text of the file whose head explains the kind.
    source: &'static str,
    /// A rule as it stands in a configuration.
    pub example: &'static str,
    /// The parameters that other kinds do not have, or have in another meaning.
    own: &'static [Parameter],
    /// The tables of parameters that it shares with others.
    shared: &'static [&'static Shared],
}

/// Parameters that several kinds share.
pub struct Shared {
    /// What it is about.
    pub title: &'static str,
    parameters: &'static [Parameter],
}

impl Page {
    /// The words at the top of the kind's file.
    #[must_use]
    pub fn words(&self) -> String {
        let lines = self.source.lines().map_while(|line| line.strip_prefix("//!"));
        lines.map(|line| line.strip_prefix(' ').unwrap_or(line)).collect::<Vec<_>>().join("\n")
    }

    /// The first sentence or so, for a list of kinds.
    #[must_use]
    pub fn summary(&self) -> String {
        let words = self.words().replace('\n', " ");
        let end = words.find(". ").or_else(|| words.find(".  ")).unwrap_or(words.len());
        let first = words.get(..end).unwrap_or(&words);
        let after_name = first.split_once(": ").map_or(first, |(_, rest)| rest);
        after_name.trim_end_matches('.').to_owned()
    }

    /// All parameters that the page explains, but for `kind`.
    #[must_use]
    pub fn parameters(&self) -> BTreeSet<&'static str> {
        let shared = self.shared.iter().flat_map(|shared| shared.parameters);
        self.own.iter().chain(shared).chain(pages::WHEN.parameters).map(|parameter| parameter.0).collect()
    }

    /// The page, in Markdown.
    #[must_use]
    pub fn markdown(&self) -> String {
        let names = self.kinds.iter().map(|kind| format!("`{kind}`")).collect::<Vec<_>>().join(", ");
        let mut parts = vec![format!("### {names}"), self.words(), format!("```toml\n{}```", self.example)];
        if !self.own.is_empty() {
            parts.push(table(self.own));
        }
        let shared: Vec<&str> = self.shared.iter().map(|shared| shared.title).chain([pages::WHEN.title]).collect();
        parts.push(format!("Also: {}.", shared.join("; ").to_lowercase()));
        parts.join("\n\n")
    }
}

/// All pages, in the order of the contract.
#[must_use]
pub fn pages() -> &'static [Page] {
    &pages::PAGES
}

/// The page of a kind.
#[must_use]
pub fn page(kind: &str) -> Option<&'static Page> {
    pages().iter().find(|page| page.kinds.contains(&kind))
}

/// The names of all kinds.
#[must_use]
pub fn kinds() -> Vec<&'static str> {
    KINDS.iter().map(|(kind, _)| *kind).collect()
}

/// The parameters that a kind takes, as it reads them itself.
#[must_use]
pub fn parameters(kind: &str) -> BTreeSet<&'static str> {
    let Some((_, compile)) = KINDS.iter().find(|(name, _)| *name == kind) else { return BTreeSet::new() };
    let (empty, findings) = (Table::empty(Place::Default), Findings::default());
    let section = Section::new("", &empty, &findings);
    Gates::read(&section);
    compile(&section);
    section.known()
}

/// Everything, as it stands in `docs/rules.md`.
#[must_use]
pub fn markdown() -> String {
    let mut parts = vec![pages::INTRODUCTION.trim().to_owned(), "## Parameters that kinds share".to_owned()];
    for shared in pages::SHARED {
        parts.push(format!("### {}\n\n{}", shared.title, table(shared.parameters)));
    }
    parts.push(pages::MAPS.trim().to_owned());
    parts.push("## Rules by kind".to_owned());
    parts.extend(pages().iter().map(Page::markdown));
    parts.join("\n\n") + "\n"
}

/// The tables of parameters that kinds share, in Markdown.
#[must_use]
pub fn shared_parameters() -> String {
    let told = |shared: &&Shared| format!("### {}\n\n{}", shared.title, table(shared.parameters));
    pages::SHARED.iter().map(told).collect::<Vec<_>>().join("\n\n")
}

fn table(parameters: &[Parameter]) -> String {
    let row = |Parameter(name, takes, default, meaning): &Parameter| format!("| `{name}` | {takes} | {default} | {meaning} |");
    let rows = parameters.iter().map(row).collect::<Vec<_>>().join("\n");
    format!("| parameter | takes | default | meaning |\n| --- | --- | --- | --- |\n{rows}")
}
