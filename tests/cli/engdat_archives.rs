//! `engdat` and archives that mean no good; `engdat unpack`.

use std::{
    collections::BTreeMap,
    fs,
    io::{Cursor, Write},
    os::unix::fs::symlink,
    path::Path,
};

use serde_json::json;
use tempfile::TempDir;
use zip::{ZipWriter, write::SimpleFileOptions};

use crate::{
    engdat::{GOOD, GOOD_DATA, TWO, sample},
    program::run,
};

/// The good package with another archive.
fn with_archive(archive: &[u8]) -> TempDir {
    let folder = sample("1-good");
    fs::write(folder.path().join(GOOD_DATA), archive).unwrap();
    folder
}

fn archive(entries: &[(&str, &[u8])]) -> ZipWriter<Cursor<Vec<u8>>> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in entries {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(content).unwrap();
    }
    writer
}

fn hostile() -> Vec<u8> {
    let zeros = vec![0; 32 << 20];
    let mut writer = archive(&[
        ("A.xml", b"<MSR-ISSUE/>"),
        ("../up.txt", b"up"),
        ("/absolute.txt", b"absolute"),
        ("..\\up.txt", b"up"),
        ("C:\\drive.txt", b"drive"),
        ("clear\u{1b}[2J.txt", b"control"),
        ("folder\\kept.txt", b"kept"),
        ("folder/kept.txt", b"twice"),
        ("zeros.bin", &zeros),
        ("a.XML", b"<MSR-ISSUE/>"),
    ]);
    writer.add_symlink("link", "/etc/passwd", SimpleFileOptions::default()).unwrap();
    writer.finish().unwrap().into_inner()
}

/// All files below a folder with their contents; links are named.
fn files(folder: &Path) -> BTreeMap<String, String> {
    fn visit(folder: &Path, prefix: &str, found: &mut BTreeMap<String, String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            let name = format!("{prefix}{}", entry.file_name().into_string().unwrap());
            let kind = entry.file_type().unwrap();
            if kind.is_dir() {
                visit(&entry.path(), &format!("{name}/"), found);
            } else if kind.is_symlink() {
                found.insert(name, "a link".to_owned());
            } else {
                found.insert(name, String::from_utf8_lossy(&fs::read(entry.path()).unwrap()).into_owned());
            }
        }
    }
    let mut found = BTreeMap::new();
    visit(folder, "", &mut found);
    found
}

#[test]
fn a_package_is_unpacked_with_a_folder_for_each_archive() {
    let folder = sample("2-two-zips");
    let ran = run(folder.path(), &["engdat", "unpack", TWO, "--out", "a/b"]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{ran:?}");
    let expected = ["002/4711001/Prüfbericht Größe.pdf", "002/4711001/trace.asc", "002/A.xml", "003/C.xml"];
    assert_eq!(files(&folder.path().join("a/b")).into_keys().collect::<Vec<_>>(), expected);
    assert!(ran.out.starts_with("a/b/002/A.xml  4049\n") && ran.out.ends_with("\n4 files unpacked\n"), "{ran:?}");
}

#[test]
fn nothing_of_a_hostile_archive_is_written_but_what_is_good() {
    let folder = with_archive(&hostile());
    let before = files(folder.path()).into_keys().collect::<Vec<_>>();
    let ran = run(folder.path(), &["engdat", "unpack", GOOD, "--out", "out"]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(1), ""), "{ran:?}");
    assert!(!ran.out.contains('\u{1b}'), "{ran:?}");
    let out = files(&folder.path().join("out"));
    let expected = [("002/A.xml", "<MSR-ISSUE/>"), ("002/a.XML", "<MSR-ISSUE/>"), ("002/folder/kept.txt", "kept")];
    assert_eq!(out, expected.map(|(name, content)| (name.to_owned(), content.to_owned())).into());
    fs::remove_dir_all(folder.path().join("out")).unwrap();
    assert_eq!(files(folder.path()).into_keys().collect::<Vec<_>>(), before);
    for told in [
        "fault: ENG26112010000000PAG002002: \"../up.txt\": the name leads upwards by `..`",
        "fault: ENG26112010000000PAG002002: \"/absolute.txt\": the name is absolute",
        "fault: ENG26112010000000PAG002002: \"C:/drive.txt\": the name is absolute",
        "[2J.txt\": the name has control characters",
        "fault: ENG26112010000000PAG002002: \"folder/kept.txt\": an earlier entry has the same name",
        "fault: ENG26112010000000PAG002002: \"zeros.bin\": it unpacks to 1029 times its size",
        "fault: ENG26112010000000PAG002002: \"link\": it is not a file but a symbolic link",
        "warning: ENG26112010000000PAG002002: \"a.XML\": the name differs from \"A.xml\" only in small and capital letters",
        "3 files unpacked, and 8 things that could not be",
    ] {
        assert!(ran.out.contains(told), "{told} is not told:\n{}", ran.out);
    }
    for command in ["show", "check"] {
        let ran = run(folder.path(), &["engdat", command, GOOD]);
        assert_eq!(ran.code, Some(1));
        assert_eq!(ran.out.matches("fault: ").count(), 8, "{}", ran.out);
    }
}

#[test]
fn files_that_are_there_are_overwritten_only_by_force() {
    let folder = sample("1-good");
    let out = folder.path().join("out");
    fs::create_dir_all(out.join("002")).unwrap();
    fs::write(out.join("002/A.xml"), "mine").unwrap();
    let ran = run(folder.path(), &["--json", "engdat", "unpack", GOOD, "--out", "out"]);
    assert_eq!(ran.code, Some(1));
    let told = &ran.json()[0];
    assert_eq!((&told["ok"], told["unpacked"].as_array().map(Vec::len)), (&json!(false), Some(3)));
    assert_eq!(told["findings"][0]["entry"], "A.xml");
    assert_eq!(told["findings"][0]["message"], "there is such a file already; --force overwrites it");
    assert_eq!(files(&out)["002/A.xml"], "mine");
    let ran = run(folder.path(), &["--json", "engdat", "unpack", GOOD, "--out", "out", "--force"]);
    assert_eq!((ran.code, ran.json()[0]["unpacked"].as_array().map(Vec::len)), (Some(0), Some(4)));
    assert!(files(&out)["002/A.xml"].contains("<MSR-ISSUE"));
    assert_eq!(files(&out).len(), 4);
}

#[test]
fn links_that_lie_in_the_folder_lead_nowhere() {
    let folder = sample("1-good");
    let (out, outside) = (folder.path().join("out"), folder.path().join("outside"));
    fs::create_dir_all(out.join("002")).unwrap();
    fs::create_dir(&outside).unwrap();
    fs::write(outside.join("victim"), "untouched").unwrap();
    symlink(&outside, out.join("002/4711001")).unwrap();
    symlink(outside.join("victim"), out.join("002/A.xml")).unwrap();
    for force in [&[][..], &["--force"]] {
        let ran = run(folder.path(), &[&["engdat", "unpack", GOOD, "--out", "out"], force].concat());
        assert_eq!(ran.code, Some(1), "{ran:?}");
        assert!(ran.out.contains("\"4711001\" is there, and is no folder"), "{ran:?}");
        assert_eq!(files(&outside), BTreeMap::from([("victim".to_owned(), "untouched".to_owned())]));
    }
    // By force, a link is replaced and not followed.
    assert!(files(&out)["002/A.xml"].contains("<MSR-ISSUE"));
    let (other, away) = (folder.path().join("other"), folder.path().join("away"));
    fs::create_dir_all(&other).unwrap();
    fs::create_dir_all(&away).unwrap();
    symlink(&away, other.join("002")).unwrap();
    let ran = run(folder.path(), &["engdat", "unpack", GOOD, "--out", "other", "--force"]);
    assert_eq!((ran.code, files(&away).len()), (Some(1), 0), "{ran:?}");
}

#[test]
fn a_damaged_entry_leaves_no_file_and_the_others_are_unpacked() {
    let mut bytes = archive(&[("A.xml", b"<MSR-ISSUE/>"), ("b.txt", &[7; 5000])]).finish().unwrap().into_inner();
    // The checksum of the first entry, in the directory.
    let directory = bytes.windows(4).position(|bytes| bytes == b"PK\x01\x02").unwrap();
    bytes[directory + 16] ^= 1;
    let folder = with_archive(&bytes);
    let reason = "\"A.xml\" cannot be read beyond byte 12: its bytes are damaged: Invalid checksum";
    let ran = run(folder.path(), &["engdat", "unpack", GOOD, "--out", "out"]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.out.contains(reason), "{ran:?}");
    assert_eq!(files(&folder.path().join("out")).into_keys().collect::<Vec<_>>(), ["002/b.txt"]);
    let ran = run(folder.path(), &["engdat", "check", GOOD]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.out.contains(reason), "{ran:?}");
}

#[test]
fn what_is_no_archive_is_told() {
    for (bytes, expected) in [
        (&b"no zip at all"[..], "it is no zip archive, or a damaged one: its directory cannot be read"),
        (b"", "it is no zip archive, or a damaged one: its directory cannot be read"),
        (&archive(&[("d/x", b"x")]).finish().unwrap().into_inner(), "there is no document in it"),
    ] {
        let folder = with_archive(bytes);
        let ran = run(folder.path(), &["engdat", "check", GOOD]);
        assert!(ran.out.contains(&format!("{GOOD_DATA}: {expected}")), "{ran:?}");
        assert_eq!(ran.code, Some(i32::from(!expected.contains("document"))));
        assert_eq!(run(folder.path(), &["engdat", "unpack", GOOD, "--out", "out"]).code, ran.code);
    }
    let folder = sample("1-good");
    let ran = run(folder.path(), &["engdat", "unpack", GOOD, "--out", GOOD_DATA]);
    assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""));
    assert!(ran.err.contains("cannot be written to"), "{ran:?}");
}
