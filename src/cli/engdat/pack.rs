//! `engdat pack`: a package of zip archives.

use std::{
    fs::{self, File, Permissions},
    io::{self, Read, Write},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use jiff::{Zoned, civil::DateTime};
use serde_json::json;
use tempfile::NamedTempFile;

use super::{
    super::{CliError, Exit, Global, output::Output},
    finding::Told,
    package::archive_findings,
    partners::Partners,
};
use crate::formats::{
    archive::{Archive, Limits},
    edifact::Gravity,
    engdat::{DataFile, Description, FileName, Reference},
};

/// The server of OFTP is often another user, of a group that we have in common. The umask may say otherwise.
const MODE: u32 = 0o664;

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Zip archives, in the order that they are to have in the package
    #[arg(required = true, value_name = "ZIP")]
    archives: Vec<PathBuf>,
    /// The tracker of the kind `pfiff` in the configuration whose peer it is for
    #[arg(long, value_name = "NAME")]
    tracker: String,
    /// The folder to put the package into; it is made if it is not there
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// When it was made [default: now, by the clock and the time zone of this machine]
    #[arg(long, value_name = "2026-11-20T10:00:00")]
    time: Option<DateTime>,
    /// What tells packages of the same second apart, from 0 to 99
    #[arg(long, value_name = "NN", default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..=99))]
    running: u8,
}

pub(super) fn run(global: &Global, arguments: &Arguments, output: &Output) -> Result<Exit, CliError> {
    let partners = Partners::find(global, &arguments.tracker)?;
    let (names, description) = describe(arguments, &partners)?;
    let mut findings = Vec::new();
    for archive in &arguments.archives {
        findings.extend(look_at(archive)?);
    }
    for finding in &findings {
        output.remark(&finding.line());
    }
    if findings.iter().any(|finding| finding.refuses(false)) {
        output.remark("the package was not made: its peer would refuse some of it");
        return Ok(Exit::SomeFailed);
    }
    let paths = put(&arguments.out, &names, &description, &arguments.archives)?;
    output.result(
        || json!({ "package": names.first().map(|name| name.reference().as_str()), "files": paths }),
        || paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join("\n"),
    );
    Ok(Exit::Done)
}

/// The names of all files of the package, and its description.
fn describe(arguments: &Arguments, partners: &Partners) -> Result<(Vec<FileName>, Vec<u8>), CliError> {
    let usage = |error: &dyn std::error::Error| CliError::Usage(format!("no package can be made: {error}"));
    let made = arguments.time.unwrap_or_else(|| Zoned::now().datetime());
    let code = partners.config.filename_code.as_deref().unwrap_or(&partners.peer.routing);
    let reference = Reference::compose(made, arguments.running, code).map_err(|error| usage(&error))?;
    let total = u16::try_from(arguments.archives.len() + 1).unwrap_or(u16::MAX);
    let names = (1..=total).map(|sequence| FileName::new(reference.clone(), total, sequence)).collect::<Result<Vec<_>, _>>();
    let names = names.map_err(|error| usage(&error))?;
    let files = (2..=total).map(|sequence| data_file(sequence, &partners.config.format)).collect();
    let description = Description::new(&reference, made, partners.own.clone(), partners.peer.clone(), files);
    Ok((names, description.write().map_err(|error| usage(&error))?))
}

fn data_file(sequence: u16, format: &str) -> DataFile {
    DataFile {
        sequence,
        name: format!("{sequence:03}.zip"),
        format_code: "NAT".to_owned(),
        format: format.to_owned(),
        data_code: "OTH".to_owned(),
        data: "Other".to_owned(),
        system: "Tracker Sync".to_owned(),
        system_version: env!("CARGO_PKG_VERSION").to_owned(),
        status_code: "INF".to_owned(),
        ..DataFile::default()
    }
}

/// What is wrong with an archive.
fn look_at(path: &Path) -> Result<Vec<Told>, CliError> {
    let name = path.display().to_string();
    let file = File::open(path).map_err(|error| CliError::Usage(format!("{name} cannot be read: {error}")))?;
    Ok(match Archive::open(file, &Limits::default()) {
        Ok(archive) => archive_findings(&name, &archive),
        Err(error) => vec![Told::new(&name, Gravity::Fault, error.to_string())],
    })
}

/// Puts all files into a folder: they appear whole, the description last, and none is overwritten.
fn put(folder: &Path, names: &[FileName], description: &[u8], archives: &[PathBuf]) -> Result<Vec<PathBuf>, CliError> {
    let failed = |path: &Path, error: &io::Error| CliError::Usage(format!("{} cannot be written: {error}", path.display()));
    fs::create_dir_all(folder).map_err(|error| failed(folder, &error))?;
    let paths: Vec<PathBuf> = names.iter().map(|name| folder.join(name.to_string())).collect();
    if let Some(taken) = paths.iter().find(|path| path.symlink_metadata().is_ok()) {
        return Err(CliError::Usage(format!("{} is there already; --running or --time gives another name", taken.display())));
    }
    let stage = |path, content: io::Result<NamedTempFile>| Ok((path, content.map_err(|error| failed(path, &error))?));
    let contents = paths.iter().skip(1).zip(archives);
    let data = contents.map(|(path, archive)| stage(path, File::open(archive).and_then(|mut file| staged(folder, &mut file))));
    let described = paths.iter().take(1).map(|path| stage(path, staged(folder, &mut &*description)));
    let ready = data.chain(described).collect::<Result<Vec<_>, CliError>>()?;
    let mut done: Vec<&Path> = Vec::new();
    for (path, file) in ready {
        if let Err(error) = file.persist_noclobber(path) {
            for path in done {
                // The reason is told; these would be no package anyway.
                let _ = fs::remove_file(path);
            }
            return Err(failed(path, &error.error));
        }
        done.push(path);
    }
    Ok(paths)
}

/// A file with its content, which has no name of a package yet.
fn staged(folder: &Path, content: &mut impl Read) -> io::Result<NamedTempFile> {
    let mut file =
        tempfile::Builder::new().prefix(".").suffix(".part").permissions(Permissions::from_mode(MODE)).tempfile_in(folder)?;
    io::copy(content, &mut file)?;
    file.flush()?;
    file.as_file().sync_all()?;
    Ok(file)
}
