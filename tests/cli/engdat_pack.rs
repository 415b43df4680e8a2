//! `engdat pack`.

use std::fs;

use serde_json::json;
use tempfile::TempDir;

use crate::{
    engdat::{GOOD_DATA, sample},
    program::{Ran, run},
};

const CONFIGURATION: &str = r#"[trackers.porsche]
kind = "pfiff"
company = "Zulieferer GmbH"
company_short = "ZUL"

[trackers.porsche.own]
id = "O0013008888SUPP"
routing = "SUPPLIER-PFIFF"
name = "Zulieferer GmbH"
address = ["Werkstraße 7", "80331 München"]
department = "Q-SW"
email = "sync@supplier.example.com"

[trackers.porsche.peer]
id = "O0013009999PEER"
routing = "PAG-PFIFF-EXPORT"
name = "Beispiel Sportwagen AG"
"#;

fn folder(configuration: &str) -> TempDir {
    let folder = sample("1-good");
    fs::write(folder.path().join("trackersync.toml"), configuration).unwrap();
    folder
}

fn pack(folder: &TempDir, more: &[&str]) -> Ran {
    let usual = ["engdat", "pack", "--tracker", "porsche", "--time", "2026-11-28T09:30:15", "--out", "outbox"];
    run(folder.path(), &[&usual[..], more].concat())
}

#[test]
fn a_package_is_made_of_archives_and_is_good() {
    let folder = folder(CONFIGURATION);
    let ran = pack(&folder, &[GOOD_DATA, GOOD_DATA, "--running", "7"]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{ran:?}");
    let names = ["ENG26112809301507PAG003001", "ENG26112809301507PAG003002", "ENG26112809301507PAG003003"];
    assert_eq!(ran.out.lines().collect::<Vec<_>>(), names.map(|name| format!("outbox/{name}")));
    let outbox = folder.path().join("outbox");
    let mut there: Vec<String> =
        fs::read_dir(&outbox).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    there.sort();
    assert_eq!(there, names);
    for data in &names[1..] {
        assert_eq!(fs::read(outbox.join(data)).unwrap(), fs::read(folder.path().join(GOOD_DATA)).unwrap());
    }
    let ran = run(&outbox, &["--json", "engdat", "check", "--strict", names[0]]);
    assert_eq!((ran.code, &ran.json()[0]["findings"]), (Some(0), &json!([])), "{ran:?}");
    let shown = &run(&outbox, &["--json", "engdat", "show", names[0]]).json()[0];
    assert_eq!((&shown["package"], &shown["made"]), (&json!("26112809301507PAG"), &json!("2026-11-28T09:30:00")));
    assert_eq!((&shown["from"]["routing"], &shown["for"]["routing"]), (&json!("SUPPLIER-PFIFF"), &json!("PAG-PFIFF-EXPORT")));
    assert_eq!(shown["from"]["address"], json!(["Werkstraße 7", "80331 München"]));
    assert_eq!((&shown["from"]["mail"], &shown["for"]["country"]), (&json!("sync@supplier.example.com"), &json!("DE")));
    assert_eq!(shown["files"][1]["named"], json!({ "name": "003.zip", "format": "PKZIP-Archive" }));
}

#[test]
fn nothing_is_overwritten() {
    let folder = folder(CONFIGURATION);
    let outbox = folder.path().join("outbox");
    fs::create_dir(&outbox).unwrap();
    for taken in ["ENG26112809301500PAG002001", "ENG26112809301500PAG002002"] {
        fs::write(outbox.join(taken), "mine").unwrap();
        let ran = pack(&folder, &[GOOD_DATA]);
        assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{ran:?}");
        assert!(
            ran.err.contains(&format!("outbox/{taken} is there already; --running or --time gives another name")),
            "{ran:?}"
        );
        assert_eq!(fs::read(outbox.join(taken)).unwrap(), b"mine");
        assert_eq!(fs::read_dir(&outbox).unwrap().count(), 1);
        fs::remove_file(outbox.join(taken)).unwrap();
    }
    let ran = run(folder.path(), &["--json", "engdat", "pack", "--tracker", "porsche", "--out", "outbox", GOOD_DATA]);
    assert_eq!((ran.code, ran.json()[0]["files"].as_array().map(Vec::len)), (Some(0), Some(2)), "{ran:?}");
}

#[test]
fn what_the_peer_would_refuse_is_not_made() {
    let folder = folder(CONFIGURATION);
    fs::write(folder.path().join("letter.txt"), "no archive").unwrap();
    let ran = pack(&folder, &[GOOD_DATA, "letter.txt"]);
    assert_eq!((ran.code, ran.out.as_str()), (Some(1), ""), "{ran:?}");
    assert!(ran.err.contains("fault: letter.txt: it is no zip archive"), "{ran:?}");
    assert!(!folder.path().join("outbox").exists());
    let ran = pack(&folder, &["nothing.zip"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.err.contains("nothing.zip cannot be read"), "{ran:?}");
}

#[test]
fn a_configuration_that_makes_no_package_is_told() {
    let without = CONFIGURATION.split("\n[trackers.porsche.own]").next().unwrap();
    let roundup = "[trackers.porsche]\nkind = \"roundup\"\nurl = \"http://127.0.0.1:9/\"\nusername = \"a\"\n\
               password = { env = \"OFFICE_PASSWORD\" }\nwebhooks = false\n";
    let long = CONFIGURATION.replace("name = \"Zulieferer GmbH\"", &format!("name = \"{}\"", "x".repeat(36)));
    let foreign = CONFIGURATION.replace("München", "Łódź");
    let code = CONFIGURATION.replace("company_short", "filename_code = \"Ä1\"\ncompany_short");
    for (configuration, expected) in [
        (without, "needs the tables `own` and `peer` for packages"),
        (roundup, "`porsche` is a tracker of kind `roundup`, not `pfiff`"),
        (&long, "the name has 36 characters, not at most 35"),
        (&foreign, "is not in ISO 8859-1"),
        (&code, "no package can be made: the routing code has 2 characters, and at least 3 are needed"),
    ] {
        let ran = pack(&folder(configuration), &[GOOD_DATA]);
        assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{expected}: {ran:?}");
        assert!(ran.err.contains(expected), "{ran:?}");
    }
    for wrong in [&["--running", "100"][..], &["--time", "soon"], &[]] {
        let archives: &[&str] = if wrong.is_empty() { &[] } else { &[GOOD_DATA] };
        let usual = ["engdat", "pack", "--tracker", "porsche", "--out", "outbox"];
        assert_eq!(run(folder(CONFIGURATION).path(), &[&usual[..], wrong, archives].concat()).code, Some(2), "{wrong:?}");
    }
}
