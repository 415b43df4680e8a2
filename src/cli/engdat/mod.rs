//! `engdat`: packages of ENGDAT as files in a folder, without a configuration and without an OFTP server.

mod check;
mod finding;
mod folder;
mod pack;
mod package;
mod partners;
mod parts;
mod show;
mod unpack;

use super::{CliError, Exit, Global, output::Output};

#[derive(clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    /// Show who sends what to whom, and what is in the archives
    ///
    /// FILE is the description of a package, whose name ends in 001 and what the OFTP server appends. The other files of the package are
    /// looked for beside it, by the first 26 characters of their names. Ends with 1 if anything of the package would be refused.
    Show(show::Arguments),
    /// Find all that is wrong with a package, each with its place
    ///
    /// Looks at the description, at whether all files are there and are those that it names, and unpacks each archive without keeping
    /// anything. Ends with 1 if something would be refused; warnings alone end with 0.
    Check(check::Arguments),
    /// Unpack the archives of a package into a folder
    ///
    /// Each archive gets a folder of its own, named by its number in the package: 002, 003. Nothing is written elsewhere, whatever
    /// names there are. Entries that are refused are told, and it ends with 1.
    Unpack(unpack::Arguments),
    /// Make a package of zip archives: the description and the archives, under their names
    ///
    /// Sender and recipient are `own` and `peer` of a tracker of the kind `pfiff` in the configuration. Nothing is overwritten; the
    /// description comes last.
    Pack(pack::Arguments),
}

pub(super) fn run(global: &Global, arguments: &Arguments, output: &Output) -> Result<Exit, CliError> {
    match &arguments.action {
        Action::Show(arguments) => show::run(arguments, output),
        Action::Check(arguments) => check::run(global, arguments, output),
        Action::Unpack(arguments) => unpack::run(arguments, output),
        Action::Pack(arguments) => pack::run(global, arguments, output),
    }
}
