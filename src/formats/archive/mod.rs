//! Zip archives, read without harm whoever made them.
//!
//! [`Archive::open`] reads the directory only, and judges each entry by it. A whole archive is refused if its directory cannot be read
//! or it is beyond a limit as a whole ([`ArchiveError`]); everything else refuses one entry ([`Refusal`]), so that the others can be
//! read all the same. Nothing is ever unpacked into a file system here: entries are streams ([`Archive::read`]).
//!
//! What is decided:
//!
//! * The directory counts, and the last one if there are several: names and sizes before the entries are not looked at. Bytes before the
//!   archive (as of one that unpacks itself) and after it are passed over. An archive in several files is refused.
//! * Names have slashes; backslashes are those of Windows, and become slashes. A name that is absolute, has `..` in it or control
//!   characters is refused, even where it would do no harm. Of entries of the same name the first counts, by the name as people see it.
//!   Names that differ only in case are told ([`Entry::same_but_case`]).
//! * Only files are read: links, devices and encrypted entries are refused, as are all methods but stored and deflate. An archive
//!   within an archive is a file like others.
//! * An entry that shares bytes with one before it (as those of some zip bombs do), or that reaches into the directory, is refused.
//! * What the directory says of sizes is never exceeded, checksums are checked, and all that is unpacked counts against
//!   [`Limits::total_bytes`], whatever any header says.
//!
//! Names of other than ASCII come in strange forms: UTF-8 without a word of it, code page 437, or bytes of UTF-8 that a packer took for
//! code page 866 or 437 and wrote as UTF-8 once more. [`Archive::find`] knows all of them.
//!
//! Memory: an archive holds its directory, not its content: about 2 kB for each entry, and an entry that is read some 100 kB more,
//! whatever its size. (Measured with 440 MB in 3000 entries: 5 MB to open it, 0.6 MB to read it.)
//!
//! ```
//! use std::io::{Cursor, Read};
//! use trackersync::formats::archive::{Archive, ArchiveWriter, EntryUrl, Limits};
//!
//! let mut writer = ArchiveWriter::new(Cursor::new(Vec::new()), jiff::civil::date(2026, 11, 20).at(10, 0, 0, 0))?;
//! writer.add("./A.xml", &mut "<MSR-ISSUE/>".as_bytes())?;
//! writer.add("./4711001/Größe.txt", &mut "12 mm".as_bytes())?;
//!
//! let mut archive = Archive::open(writer.finish()?, &Limits::default())?;
//! assert_eq!(archive.documents().map(|entry| entry.name.as_str()).collect::<Vec<_>>(), ["A.xml"]);
//! let index = archive.find(&EntryUrl::parse(".\\4711001\\Gr%C3%B6%C3%9Fe.txt")?).ok_or("not found")?.index;
//! let mut text = String::new();
//! archive.read(index)?.read_to_string(&mut text)?;
//! assert_eq!(text, "12 mm");
//! assert!(EntryUrl::parse("file:///etc/passwd").is_err() && EntryUrl::parse("../A.xml").is_err());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod code_page;
mod content;
mod directory;
mod entry;
mod error;
mod limits;
mod name;
mod reader;
#[cfg(test)]
mod tests;
mod url;
mod writer;

pub use self::{
    content::EntryReader,
    entry::{Entry, Refusal},
    error::{ArchiveError, ContentProblem},
    limits::Limits,
    name::NameFault,
    reader::Archive,
    url::{EntryUrl, UrlError},
    writer::{ArchiveWriter, WriteError},
};
