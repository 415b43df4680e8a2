//! `engdat check`: all that is wrong with a package.

use std::path::PathBuf;

use serde_json::json;

use super::{
    super::{CliError, Exit, Global, output::Output},
    finding::{Told, plain},
    package::Package,
    partners::Partners,
};
use crate::formats::edifact::Gravity;

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Descriptions of packages: ENG…001
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Refuse whatever is not as the standard says, even if it is clear what is meant
    #[arg(long)]
    strict: bool,
    /// A tracker of the kind `pfiff` in the configuration: the package has to be from its peer and for us
    #[arg(long, value_name = "NAME")]
    tracker: Option<String>,
}

pub(super) fn run(global: &Global, arguments: &Arguments, output: &Output) -> Result<Exit, CliError> {
    let partners = arguments.tracker.as_deref().map(|tracker| Partners::find(global, tracker)).transpose()?;
    let mut exit = Exit::Done;
    for file in &arguments.files {
        let mut package = Package::open(file)?;
        package.check_content();
        if let Some(partners) = &partners {
            check_route(&mut package, partners);
        }
        if tell(&package, arguments.strict, output) {
            exit = Exit::SomeFailed;
        }
    }
    Ok(exit)
}

fn check_route(package: &mut Package, partners: &Partners) {
    let Some(description) = &package.description else { return };
    if let Err(wrong) = description.check_route(&partners.peer.routing, &partners.own.routing) {
        package.findings.push(Told::new(&package.file, Gravity::Fault, wrong.to_string()));
    }
}

/// Tells the findings, and whether the package is refused.
fn tell(package: &Package, strict: bool, output: &Output) -> bool {
    let is_refused = package.is_refused(strict);
    let refusing = package.findings.iter().filter(|finding| finding.refuses(strict)).count();
    let others = package.findings.len() - refusing;
    output.result(
        || {
            json!({
                "file": package.file,
                "ok": !is_refused,
                "strict": strict,
                "refusing": refusing,
                "findings": package.findings.iter().map(Told::json).collect::<Vec<_>>(),
            })
        },
        || {
            let mut lines: Vec<String> = package.findings.iter().map(Told::line).collect();
            let verdict = match (refusing, others) {
                (0, 0) => "good".to_owned(),
                (0, 1) => "good, with 1 remark".to_owned(),
                (0, others) => format!("good, with {others} remarks"),
                (1, _) => "1 finding refuses it or some of it".to_owned(),
                (refusing, _) => format!("{refusing} findings refuse it or some of it"),
            };
            lines.push(plain(&format!("{}: {verdict}", package.file)));
            lines.join("\n")
        },
    );
    is_refused
}
