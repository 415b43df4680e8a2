//! `engdat show`: who sends what to whom, and what is in it.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::{
    super::{CliError, Exit, output::Output},
    finding::{Told, plain},
    package::{Data, Package},
};
use crate::formats::{
    archive::{Archive, Entry},
    engdat::{Description, Partner, Parts},
};

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Descriptions of packages: ENG…001
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

pub(super) fn run(arguments: &Arguments, output: &Output) -> Result<Exit, CliError> {
    let mut exit = Exit::Done;
    for file in &arguments.files {
        let package = Package::open(file)?;
        output.result(|| to_json(&package), || to_text(&package));
        if package.is_refused(false) {
            exit = Exit::SomeFailed;
        }
    }
    Ok(exit)
}

fn to_text(package: &Package) -> String {
    let mut lines = vec![head(package)];
    if let Some(description) = &package.description {
        lines.extend(partner_lines("from", &description.sender));
        lines.extend(partner_lines("for ", &description.recipient));
    }
    for data in &package.data {
        lines.push(data_line(data));
        lines.extend(entries(data).iter().map(entry_line));
    }
    if !package.findings.is_empty() {
        lines.push("  findings".to_owned());
        lines.extend(package.findings.iter().map(|finding| format!("    {}", finding.line())));
    }
    lines.join("\n")
}

fn head(package: &Package) -> String {
    let made = package.description.as_ref().and_then(made).map(|made| format!(", made {made}")).unwrap_or_default();
    let parts = package.parts.as_ref().map(|parts| {
        let state = if parts.is_complete() { "complete".to_owned() } else { missing_words(&parts.missing()) };
        format!(", package {}, {} files: {state}", parts.reference(), parts.total())
    });
    format!("{}{}{made}", plain(&package.file), parts.unwrap_or_default())
}

fn missing_words(missing: &[u16]) -> String {
    let numbers: Vec<String> = missing.iter().map(|number| format!("{number:03}")).collect();
    format!("{} not there", numbers.join(", "))
}

/// When the package was made, by the sender's clock.
fn made(description: &Description) -> Option<String> {
    Some(description.document.made.to_datetime()?.strftime("%Y-%m-%d %H:%M").to_string())
}

fn partner_lines(direction: &str, partner: &Partner) -> Vec<String> {
    let filled = |texts: &[&str]| texts.iter().filter(|text| !text.is_empty()).copied().collect::<Vec<_>>().join(", ");
    let [first, second, third, fourth] = &partner.address.lines;
    let address = filled(&[&partner.address.name, first, second, third, fourth, &partner.country]);
    let [department, person] = &partner.contact.department;
    let contact = filled(&[department, person, &partner.contact.telephone, &partner.contact.mail]);
    let mut lines = vec![format!("  {direction}  {} ({})  {address}", partner.routing, partner.code)];
    lines.extend((!contact.is_empty()).then(|| format!("        {contact}")));
    lines.iter().map(|line| plain(line)).collect()
}

fn data_line(data: &Data) -> String {
    let named = data.named.as_ref().map_or_else(
        || "not named in the description".to_owned(),
        |named| [named.name.as_str(), &named.format].join("  ").trim().to_owned(),
    );
    let state = match (&data.archive, data.is_there) {
        (Some(archive), _) => format!("{} entries", archive.entries().len()),
        (None, true) => "cannot be read".to_owned(),
        (None, false) => "not there".to_owned(),
    };
    plain(&format!("  {:03}   {}  {named}  {state}", data.sequence, data.file))
}

fn entries(data: &Data) -> &[Entry] {
    data.archive.as_ref().map(Archive::entries).unwrap_or_default()
}

fn entry_line(entry: &Entry) -> String {
    let state = match &entry.refusal {
        Some(refusal) => format!("refused: {refusal}"),
        None if entry.is_document() => "document".to_owned(),
        None => String::new(),
    };
    plain(format!("        {:>10}  {}  {state}", entry.size, entry.name).trim_end())
}

fn to_json(package: &Package) -> Value {
    let description = package.description.as_ref();
    json!({
        "file": package.file,
        "package": package.parts.as_ref().map(|parts| parts.reference().as_str()),
        "total": package.parts.as_ref().map(Parts::total),
        "missing": package.parts.as_ref().map(Parts::missing),
        "made": description.and_then(|it| it.document.made.to_datetime()),
        "from": description.map(|it| partner_json(&it.sender)),
        "for": description.map(|it| partner_json(&it.recipient)),
        "files": package.data.iter().map(data_json).collect::<Vec<_>>(),
        "findings": package.findings.iter().map(Told::json).collect::<Vec<_>>(),
    })
}

fn partner_json(partner: &Partner) -> Value {
    let filled = |texts: &[String]| texts.iter().filter(|text| !text.is_empty()).cloned().collect::<Vec<_>>();
    json!({
        "code": partner.code,
        "routing": partner.routing,
        "name": partner.address.name,
        "address": filled(&partner.address.lines),
        "country": partner.country,
        "department": filled(&partner.contact.department),
        "telephone": partner.contact.telephone,
        "mail": partner.contact.mail,
    })
}

fn data_json(data: &Data) -> Value {
    let entry = |entry: &Entry| {
        json!({
            "name": entry.name,
            "size": entry.size,
            "document": entry.is_document(),
            "refused": entry.refusal.as_ref().map(ToString::to_string),
        })
    };
    json!({
        "number": data.sequence,
        "file": data.file,
        "there": data.is_there,
        "named": data.named.as_ref().map(|named| json!({ "name": named.name, "format": named.format })),
        "entries": data.archive.as_ref().map(|archive| archive.entries().iter().map(entry).collect::<Vec<_>>()),
    })
}
