//! `doctor`: everything that the program depends on, tried once.

use serde_json::json;

use super::{CliError, Exit, Global, output::Output};
use crate::doctor::{self, Standing};

pub(super) async fn run(global: &Global, output: &Output) -> Result<Exit, CliError> {
    let trials = doctor::examine(global.load_all()?).await?;
    for trial in &trials {
        output.result(|| json!(trial), || trial.words());
    }
    let any = |standing| trials.iter().any(|trial| trial.standing == standing);
    Ok(match (any(Standing::Wrong), any(Standing::Away)) {
        (true, _) => Exit::Configuration,
        (false, true) => Exit::Unreachable,
        (false, false) => Exit::Done,
    })
}
