//! `help-rule`: what a kind of rule does, and its parameters.

use super::{CliError, Exit, output::Output};
use crate::{config::section::nearest, sync::rules::documentation};

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// The kind, such as `two_way` [default: a list of all]
    kind: Option<String>,
    /// Everything, as it stands in docs/rules.md
    #[arg(long, conflicts_with = "kind")]
    all: bool,
}

pub(super) fn run(arguments: &Arguments, output: &Output) -> Result<Exit, CliError> {
    let Some(kind) = &arguments.kind else {
        output.line(&if arguments.all { documentation::markdown().trim_end().to_owned() } else { list() });
        return Ok(Exit::Done);
    };
    let Some(page) = documentation::page(kind) else {
        let hint = nearest(kind, documentation::kinds().into_iter());
        return Err(CliError::Usage(format!("there is no rule of kind `{kind}`; {hint}")));
    };
    output.line(&format!("{}\n\n{}", page.markdown(), documentation::shared_parameters()));
    Ok(Exit::Done)
}

/// A line for each kind.
fn list() -> String {
    let line = |page: &documentation::Page| format!("{}\n    {}", page.kinds.join(", "), page.summary());
    documentation::pages().iter().map(line).collect::<Vec<_>>().join("\n")
}
