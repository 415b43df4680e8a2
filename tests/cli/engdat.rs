//! `engdat show` and `engdat check`.

use std::{fs, path::Path};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::program::{Ran, run};

pub const GOOD: &str = "ENG26112010000000PAG002001";
pub const GOOD_DATA: &str = "ENG26112010000000PAG002002";
pub const TWO: &str = "ENG26112011000001PAG003001";

/// Copies of the files of a sample, which may be changed.
pub fn sample(name: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/pfiff").join(name);
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), folder.path().join(entry.file_name())).unwrap();
    }
    folder
}

/// The good package with a text of its description replaced.
fn changed(from: &str, to: &str) -> TempDir {
    let folder = sample("1-good");
    let path = folder.path().join(GOOD);
    let text: String = fs::read(&path).unwrap().into_iter().map(char::from).collect();
    assert_eq!(text.matches(from).count(), 1, "{from}");
    let bytes: Vec<u8> = text.replace(from, to).chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    fs::write(path, bytes).unwrap();
    folder
}

fn check(folder: &TempDir, more: &[&str]) -> Ran {
    run(folder.path(), &[&["engdat", "check", GOOD], more].concat())
}

#[test]
fn a_good_package_is_shown() {
    let folder = sample("1-good");
    let ran = run(folder.path(), &["engdat", "show", GOOD]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{ran:?}");
    assert_eq!(
        ran.out,
        "ENG26112010000000PAG002001, package 26112010000000PAG, 2 files: complete, made 2026-11-20 10:00
  from  PAG-PFIFF-EXPORT (O0013009999PEER)  Beispiel Sportwagen AG, Musterallee 1, 70435 Stuttgart, GERMANY (Federal Republic of), DE
        EE4, pfiff@oem.example.com
  for   SUPPLIER-PFIFF (O0013008888SUPP)  Zulieferer GmbH, Werkstraße 7, 80331 München, DE
        Q-SW, sync@supplier.example.com
  002   ENG26112010000000PAG002002  002.zip  PKZIP-Archive  4 entries
              5351  A.xml  document
              2076  B.XML  document
              1720  4711001/trace.asc
              1033  4711001/Prüfbericht Größe.pdf
"
    );
}

#[test]
fn scripts_get_one_document_for_each_package() {
    let folder = sample("2-two-zips");
    // The OFTP server appends something of its own.
    fs::rename(folder.path().join(TWO), folder.path().join(format!("{TWO}_20261120.0001"))).unwrap();
    let data = "ENG26112011000001PAG003003";
    fs::rename(folder.path().join(data), folder.path().join(format!("{data}.7"))).unwrap();
    let name = format!("{TWO}_20261120.0001");
    let ran = run(folder.path(), &["--json", "engdat", "show", &name, &name]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{ran:?}");
    let shown = ran.json();
    assert_eq!((shown.len(), &shown[0]), (2, &shown[1]));
    let shown = &shown[0];
    assert_eq!(shown["package"], "26112011000001PAG");
    assert_eq!((&shown["total"], &shown["missing"], &shown["findings"]), (&json!(3), &json!([]), &json!([])));
    assert_eq!(shown["made"], "2026-11-20T11:00:00");
    assert_eq!(shown["from"]["routing"], "PAG-PFIFF-EXPORT");
    assert_eq!(shown["for"]["name"], "Zulieferer GmbH");
    assert_eq!(shown["files"][1]["file"], format!("{data}.7"));
    assert_eq!(shown["files"][1]["named"], json!({ "name": "003.zip", "format": "PKZIP-Archive" }));
    let entry = json!({ "name": "C.xml", "size": 1972, "document": true, "refused": null });
    assert_eq!(shown["files"][1]["entries"], json!([entry]));
    let ran = run(folder.path(), &["--json", "engdat", "check", &name]);
    let good = json!({ "file": name, "ok": true, "strict": false, "refusing": 0, "findings": [] });
    assert_eq!((ran.code, ran.json()), (Some(0), vec![good]));
}

#[test]
fn each_finding_has_its_file_place_and_reason() {
    let folder = changed("UNZ+1+26112010000000", "UNZ+1+26112010000001");
    let reason =
        "the control reference is \"26112010000001\", and that of UNB is \"26112010000000\": this is not the end of the same";
    let ran = check(&folder, &[]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(1), ""), "{ran:?}");
    assert_eq!(
        ran.out,
        format!(
            "fault: {GOOD}: byte 684, segment 9 (UNZ), element 2, component 1: {reason}\n\
             {GOOD}: 1 finding refuses it or some of it\n"
        )
    );
    let ran = run(folder.path(), &["--json", "engdat", "check", GOOD]);
    let place = json!({ "byte": 684, "segment": 9, "tag": "UNZ", "element": 2, "component": 1 });
    let finding = json!({ "file": GOOD, "gravity": "fault", "place": place, "entry": null, "message": reason });
    let told = json!({ "file": GOOD, "ok": false, "strict": false, "refusing": 1, "findings": [finding] });
    assert_eq!((ran.code, ran.json()), (Some(1), vec![told]));
}

#[test]
fn what_is_not_clear_is_refused_and_told() {
    for (from, to, expected) in [
        ("UNT+7+26112010000000", "UNT+7+x", "segment 8 (UNT), element 2, component 1: the message reference is \"x\""),
        ("'SDE+", "'MID+26112010000000PAG+261120:1000'SDE+", "segment 4 (MID): there is a second MID"),
        ("TOT+2'UNT+7", "UNT+6", "there is no TOT, and there has to be one"),
        ("EFC+002", "EFC+0A2", "the sequence number has other characters than digits"),
        ("EFC+002", "EFC+0002", "the sequence number has 4 characters, not 3"),
        ("EFC+002", "EFC+003", "file 003: the description names it, and the package has only 2 files"),
        ("'UNZ+1+26112010000000'", "'", "the file ends after UNT and without UNZ: it was cut off, or is no ENGDAT"),
    ] {
        let ran = check(&changed(from, to), &[]);
        assert_eq!((ran.code, ran.err.as_str()), (Some(1), ""), "{to}: {ran:?}");
        assert!(ran.out.contains("fault: ") && ran.out.contains(expected), "{to}: {}", ran.out);
        let shown = run(changed(from, to).path(), &["engdat", "show", GOOD]);
        assert_eq!(shown.code, Some(1));
        assert!(shown.out.contains("  findings\n") && shown.out.contains(expected), "{}", shown.out);
    }
    for (bytes, expected) in
        [(&b""[..], "byte 0: the file is empty"), (b"PK\x03\x04", "byte 0, segment 1: a segment begins with a tag")]
    {
        let folder = sample("1-good");
        fs::write(folder.path().join(GOOD), bytes).unwrap();
        let ran = check(&folder, &[]);
        assert_eq!(ran.code, Some(1));
        assert!(ran.out.contains(expected), "{}", ran.out);
    }
}

#[test]
fn what_is_clear_enough_is_refused_only_by_who_is_strict() {
    for (from, to, expected) in [
        (
            "+DE+PAG",
            "+GER+PAG",
            "deviation: ENG26112010000000PAG002001: byte 277, segment 4 (SDE), element 2, component 1: the country",
        ),
        ("TOT+2", "TOT+3", "the number of files with the description is said to be 3, and is 2"),
        ("UNT+7", "UNT+8", "the number of segments from UNH to UNT is said to be 8, and is 7"),
        ("UNZ+1+26112010000000'", "UNZ+1+26112010000000", "the last segment has no terminator"),
        ("'UNH", "'\r\nUNH", "there are line breaks between the segments"),
        (
            "MID+26112010000000PAG",
            "MID+26112010000001PAG",
            "the description is that of the package 26112010000001PAG, and its name says",
        ),
        ("MID+26112010000000PAG", "MID+X", "the document number is no reference of a package: it has 1 characters"),
    ] {
        let folder = changed(from, to);
        let (ran, strict) = (check(&folder, &[]), check(&folder, &["--strict"]));
        assert_eq!((ran.code, strict.code), (Some(0), Some(1)), "{to}: {}", ran.both());
        assert!(ran.out.contains(expected) && strict.out.contains(expected), "{to}: {}", ran.out);
        assert!(ran.out.contains("good, with 1 remark"), "{}", ran.out);
    }
    let folder = sample("1-good");
    let path = folder.path().join(GOOD);
    let utf8: String = fs::read(&path).unwrap().into_iter().map(char::from).collect();
    fs::write(path, utf8).unwrap();
    let ran = check(&folder, &[]);
    assert_eq!(ran.code, Some(0));
    assert!(ran.out.contains("the address line 1 is in UTF-8, where UNOC is ISO 8859-1"), "{}", ran.out);
    let ran = check(&changed("PKZIP-Archive", "ZIP"), &["--strict"]);
    assert_eq!(ran.code, Some(0), "only a warning: {ran:?}");
    assert!(ran.out.contains("warning: ") && ran.out.contains("the format is not PKZIP-Archive"), "{}", ran.out);
}

#[test]
fn files_that_are_not_there_or_are_too_many_are_told() {
    let folder = sample("2-two-zips");
    let data = folder.path().join("ENG26112011000001PAG003002");
    fs::copy(&data, folder.path().join("ENG26112011000001PAG003002.again")).unwrap();
    fs::copy(&data, folder.path().join("ENG26112011000001PAG002002")).unwrap();
    fs::copy(&data, folder.path().join("ENG26112011000002PAG003003")).unwrap();
    fs::remove_file(folder.path().join("ENG26112011000001PAG003003")).unwrap();
    let ran = run(folder.path(), &["engdat", "check", TWO]);
    assert_eq!(ran.code, Some(1));
    assert_eq!(
        ran.out.lines().collect::<Vec<_>>(),
        [
            "deviation: ENG26112011000001PAG002002: ENG26112011000001PAG002002 tells of 2 files, and others of the package 26112011000001PAG of 3: two packages have the same reference",
            "warning: ENG26112011000001PAG003002.again: there is another file 002 of the package, and that one is taken",
            "fault: ENG26112011000001PAG003003: the file is not there: the package is not complete",
            "ENG26112011000001PAG003001: 1 finding refuses it or some of it",
        ]
    );
    let shown = run(folder.path(), &["engdat", "show", TWO]);
    assert!(
        shown.out.starts_with("ENG26112011000001PAG003001, package 26112011000001PAG, 3 files: 003 not there"),
        "{shown:?}"
    );
    let folder = sample("2-two-zips");
    let path = folder.path().join(TWO);
    let mut bytes = fs::read(&path).unwrap();
    let at = bytes.windows(8).rposition(|bytes| bytes == b"EFC+003:").unwrap();
    let end = at + bytes[at..].iter().position(|byte| *byte == b'\'').unwrap();
    bytes.drain(at..=end);
    fs::write(path, bytes).unwrap();
    let ran = run(folder.path(), &["engdat", "check", TWO, "--strict"]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.out.contains("deviation: ENG26112011000001PAG003003: the description does not name this file"), "{}", ran.out);
}

#[test]
fn what_is_no_description_is_wrong_usage_or_told() {
    let folder = sample("1-good");
    for (file, expected) in [
        ("nothing", "error: nothing cannot be read: No such file or directory"),
        (".", "error: . cannot be read: Is a directory"),
        (GOOD_DATA, "is file 002 of a package, and its description is needed: ENG26112010000000PAG002001"),
    ] {
        let ran = run(folder.path(), &["engdat", "check", file]);
        assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{ran:?}");
        assert!(ran.err.contains(expected), "{ran:?}");
    }
    fs::copy(folder.path().join(GOOD), folder.path().join("letter.edi")).unwrap();
    let ran = run(folder.path(), &["engdat", "check", "letter.edi"]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.out.contains("fault: letter.edi: the name is none of a package, so that its other files cannot be looked for"));
    assert_eq!(run(folder.path(), &["engdat", "check"]).code, Some(2));
}

#[test]
fn the_route_is_checked_where_a_configuration_tells_it() {
    let folder = sample("1-good");
    let with = |own: &str| {
        let configuration = format!(
            "[trackers.porsche]\nkind = \"pfiff\"\ncompany = \"Z\"\ncompany_short = \"Z\"\n\
             own = {{ id = \"O1\", routing = \"{own}\" }}\npeer = {{ id = \"O2\", routing = \"PAG-PFIFF-EXPORT\" }}\n"
        );
        fs::write(folder.path().join("trackersync.toml"), configuration).unwrap();
        check(&folder, &["--tracker", "porsche"])
    };
    assert_eq!(with("SUPPLIER-PFIFF").code, Some(0));
    let ran = with("OTHER");
    assert_eq!(ran.code, Some(1));
    let expected =
        "fault: ENG26112010000000PAG002001: the package is for \"SUPPLIER-PFIFF\", and only those for \"OTHER\" are taken";
    assert!(ran.out.contains(expected), "{ran:?}");
    let ran = check(&folder, &["--tracker", "porsch"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.err.contains("did you mean `porsche`?"), "{ran:?}");
}

#[test]
fn no_text_of_a_package_does_something_to_the_terminal() {
    // In UTF-8 a description can have what ISO 8859-1 calls control characters.
    let folder = changed(
        "Beispiel Sportwagen AG:Musterallee 1:70435 Stuttgart:GERMANY (Federal Republic of)+DE+PAG",
        "\u{C2}\u{9B}2J+DE+PAG",
    );
    let ran = run(folder.path(), &["engdat", "show", GOOD]);
    assert!(ran.out.contains("\u{FFFD}2J") && !ran.out.contains('\u{9B}'), "{ran:?}");
    let shown: Vec<Value> = run(folder.path(), &["--json", "engdat", "show", GOOD]).json();
    assert_eq!(shown.len(), 1);
}
