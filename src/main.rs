//! The program `trackersync`.
use std::process::ExitCode;

fn main() -> ExitCode {
    trackersync::cli::main()
}
