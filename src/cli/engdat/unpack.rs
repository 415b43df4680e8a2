//! `engdat unpack`: the archives of a package, as files in a folder.

use std::{io, path::PathBuf};

use serde_json::{Value, json};

use super::{
    super::{CliError, Exit, output::Output},
    finding::{Told, plain},
    folder::Folder,
    package::{Data, Package},
};
use crate::formats::{archive::Entry, edifact::Gravity};

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// The description of a package: ENG…001
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The folder to unpack into; it is made if it is not there
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Overwrite files that are there
    #[arg(long)]
    force: bool,
}

/// A file that was written: its name below the folder, and its bytes.
struct Written {
    name: String,
    size: u64,
}

pub(super) fn run(arguments: &Arguments, output: &Output) -> Result<Exit, CliError> {
    let mut package = Package::open(&arguments.file)?;
    let root = Folder::create(&arguments.out)
        .map_err(|error| CliError::Usage(format!("{} cannot be written to: {error}", arguments.out.display())))?;
    let mut written = Vec::new();
    for data in &mut package.data {
        package.findings.extend(unpack(data, &root, arguments.force, &mut written));
    }
    output.result(|| to_json(&package, &written), || to_text(&package, &written, arguments));
    Ok(if package.is_refused(false) { Exit::SomeFailed } else { Exit::Done })
}

/// Unpacks one archive into a folder of its own, and tells what could not be.
fn unpack(data: &mut Data, root: &Folder, overwrite: bool, written: &mut Vec<Written>) -> Vec<Told> {
    let Some(archive) = &mut data.archive else { return Vec::new() };
    let number = format!("{:03}", data.sequence);
    let folder = match root.within(&number) {
        Ok(folder) => folder,
        Err(error) => return vec![Told::new(&data.file, Gravity::Fault, error.to_string())],
    };
    let mut findings = Vec::new();
    let entries: Vec<Entry> = archive.entries().iter().filter(|entry| entry.refusal.is_none()).cloned().collect();
    for entry in entries {
        let read = archive.read(entry.index).map_err(io::Error::other);
        match read.and_then(|mut content| folder.write(&entry.name, &mut content, overwrite)) {
            Ok(size) => written.push(Written { name: format!("{number}/{}", entry.name), size }),
            Err(error) => findings.push(Told::of_entry(&data.file, &entry, Gravity::Fault, error.to_string())),
        }
    }
    findings
}

fn to_text(package: &Package, written: &[Written], arguments: &Arguments) -> String {
    let mut lines: Vec<String> =
        written.iter().map(|file| plain(&format!("{}  {}", arguments.out.join(&file.name).display(), file.size))).collect();
    lines.extend(package.findings.iter().map(Told::line));
    let left = package.findings.iter().filter(|finding| finding.refuses(false)).count();
    let files = if written.len() == 1 { "1 file".to_owned() } else { format!("{} files", written.len()) };
    lines.push(match left {
        0 => format!("{files} unpacked"),
        1 => format!("{files} unpacked, and 1 thing that could not be"),
        left => format!("{files} unpacked, and {left} things that could not be"),
    });
    lines.join("\n")
}

fn to_json(package: &Package, written: &[Written]) -> Value {
    let files: Vec<Value> = written.iter().map(|file| json!({ "name": file.name, "size": file.size })).collect();
    json!({
        "file": package.file,
        "ok": !package.is_refused(false),
        "unpacked": files,
        "findings": package.findings.iter().map(Told::json).collect::<Vec<_>>(),
    })
}
