//! Archives that are damaged, or made to do harm.

use super::{
    bytes::{Raw, join},
    row::{Base, File, Row, refused, taken},
};
use crate::package::document;

/// A package with the document of its first issue, which names an attachment `a.txt`, and this entry.
fn beside(entry: impl Fn(&Base) -> Raw) -> impl Fn(&Base) -> Vec<File> {
    move |base| base.archive(join(&[attaching(base), entry(base)]))
}

/// The same, with this entry for the attachment.
fn attached(change: impl Fn(Raw) -> Raw) -> impl Fn(&Base) -> Vec<File> {
    beside(move |base| change(attachment(base, b"content")))
}

/// The document of the first issue, which names an attachment.
fn attaching(base: &Base) -> Raw {
    Raw::new("D0.xml", &document(&[base.issue(0).attaching("a.txt")]))
}

fn attachment(base: &Base, content: &[u8]) -> Raw {
    Raw::new(format!("{}/a.txt", base.number(0)), content)
}

/// An entry that would lie elsewhere, if somebody believed its name.
fn named(name: &'static str) -> impl Fn(&Base) -> Vec<File> {
    beside(move |_| Raw::new(name, b"evil"))
}

pub fn rows() -> Vec<Row> {
    [names(), kinds(), sizes(), damaged()].into_iter().flatten().collect()
}

fn names() -> Vec<Row> {
    vec![
        taken("a name that leads upwards", &["left out: 002: \"../evil.txt\"", "upwards"], named("../evil.txt")),
        taken("one that leads up within", &["002: \"a/../../evil.xml\"", "upwards"], named("a/../../evil.xml")),
        taken("one with backslashes", &["002: \"../../evil.txt\"", "upwards"], named("..\\..\\evil.txt")),
        taken("an absolute name", &["002: \"/tmp/evil.txt\"", "absolute"], named("/tmp/evil.txt")),
        taken("a drive", &["002: \"C:/evil.txt\"", "absolute"], named("C:\\evil.txt")),
        taken("another host", &["002: \"//host/evil.txt\"", "absolute"], named("\\\\host\\evil.txt")),
        taken("a line break in a name", &["002: \"1/evil\u{fffd}.txt\"", "control characters"], named("1/evil\n.txt")),
        taken("a name that turns the text", &["control characters"], named("1/evil\u{202e}txt.exe")),
        taken("many folders in each other", &["within each other"], named("a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q/r/evil.txt")),
        taken("a long name", &["bytes, and at most 1024"], beside(|_| Raw::new("evil/".repeat(2_000) + "x", b"evil"))),
        taken("two of one name", &["a.txt", "earlier entry has the same name"], |base: &Base| {
            let [one, other] = ["first", "second"].map(|content| attachment(base, content.as_bytes()));
            base.archive(join(&[attaching(base), one, other]))
        })
        .with_files(&["a.txt=first"]),
    ]
}

fn kinds() -> Vec<Row> {
    vec![
        taken("a link", &["attachment \"a.txt\"", "symbolic link"], attached(|entry| entry.with_mode(0o120_777))),
        taken("a device", &["attachment \"a.txt\"", "a device"], attached(|entry| entry.with_mode(0o020_666))),
        taken("an encrypted entry", &["attachment \"a.txt\"", "encrypted"], attached(|entry| Raw { flags: 1, ..entry })),
        taken("an unknown method", &["attachment \"a.txt\"", "method 99"], attached(|entry| Raw { method: 99, ..entry })),
        taken("a document that is a link", &["002: D0.xml", "symbolic link"], |base: &Base| {
            let link = Raw::new("D0.xml", b"/etc/passwd").with_mode(0o120_777);
            base.archive(join(&[link, Raw::new("D1.xml", &base.good_document())]))
        }),
        taken("an archive in an archive", &[], |base: &Base| {
            base.archive(join(&[attaching(base), attachment(base, b"PK\x03\x04")]))
        })
        .with_files(&["a.txt=PK\u{3}\u{4}"]),
        refused("no document", &["002: there is no document"], |base: &Base| {
            base.package().with("folder/D0.xml", base.good_document()).files()
        }),
    ]
}

fn sizes() -> Vec<Row> {
    vec![
        taken("32 MiB of zeros", &["attachment \"a.txt\"", "times its size"], |base: &Base| {
            let document = document(&[base.issue(0).attaching("a.txt")]);
            let name = format!("{}/a.txt", base.number(0));
            base.package().with("D0.xml", document).with(&name, vec![0; 32 << 20]).files()
        }),
        refused("25,000 entries", &["25000 entries", "at most 20000"], |base: &Base| {
            let mut entries = vec![attaching(base)];
            entries.extend((1..25_000).map(|number| Raw::new(format!("x/{number}"), b"")));
            base.archive(join(&entries))
        }),
        taken("entries in the same bytes", &["bytes are those of another entry"], |base: &Base| {
            let attachment = attachment(base, b"content");
            let start = u32::try_from(attaching(base).local().len()).unwrap();
            let overlapping = Raw { start: Some(start + 10), ..Raw::new("x/evil", b"content") };
            base.archive(join(&[attaching(base), attachment, overlapping]))
        })
        .with_files(&["a.txt=content"]),
        taken("more than is said", &["attachment \"a.txt\""], attached(|entry| Raw { size: 3, ..entry })),
    ]
}

fn damaged() -> Vec<Row> {
    vec![
        refused("no archive", &["002002", "no zip archive"], |base: &Base| base.archive(b"this is no archive".to_vec())),
        refused("an empty archive file", &["002002", "no zip archive"], |base: &Base| base.archive(Vec::new())),
        refused("an archive that was cut off", &["002002", "no zip archive"], |base: &Base| {
            let mut archive = base.good().files().swap_remove(1).1;
            archive.truncate(archive.len() - 30);
            base.archive(archive)
        }),
        taken("a document with a wrong checksum", &["left out: 002: D0.xml", "damaged"], |base: &Base| {
            let wrong = Raw { crc: 1, ..Raw::new("D0.xml", &document(&[base.issue(1)])) };
            base.archive(join(&[wrong, Raw::new("D1.xml", &base.good_document())]))
        }),
        taken(
            "an attachment with a wrong checksum",
            &["attachment \"a.txt\"", "damaged"],
            attached(|entry| Raw { crc: 1, ..entry }),
        ),
        taken("two archives of which one is broken", &["left out: ENG", "003003", "no zip archive"], |base: &Base| {
            let mut files = base.good().and_another().with_issues(&[base.issue(1)]).files();
            files[2].1.truncate(40);
            files
        }),
        taken("bytes before and after", &[], |base: &Base| {
            let archive = base.good().files().swap_remove(1).1;
            base.archive([b"#!/bin/sh\n".as_slice(), &archive, b"\n\n\n"].concat())
        }),
    ]
}
