//! Answers that are written into an archive by hand, where no OFTP server is.

use std::{fs::File, io::Read, path::Path};

use serde_json::json;
use trackersync::{
    app::connect_by_hand,
    clock,
    config::{Config, environment::Environment, files::read_sources, load},
    formats::archive::{Archive, Limits},
    store::{Pool, Store},
    sync::{
        issue::Attributes,
        ports::{Tracker, WriteTerms},
    },
    trackers::pfiff::Pfiff,
};

use crate::package::{Issue, Package};

fn configuration(folder: &Path) -> Config {
    let file = folder.join("trackersync.toml");
    let text = format!(
        "[server]\ndata_dir = \"{}/data\"\n\n[trackers.pfiff]\nkind = \"pfiff\"\ncompany = \"TestPrj Zulieferer\"\n\
         company_short = \"TPZ\"\nfilename_code = \"TPZ\"\n",
        folder.display()
    );
    std::fs::write(&file, text).unwrap();
    let loaded = load(&read_sources(&[file]).unwrap(), &Environment::of_variables([]), &[]);
    loaded.config.unwrap_or_else(|| panic!("{:?}", loaded.diagnostics))
}

/// An issue that came and that we have something to say to.
async fn waiting_answer(folder: &Path) -> Pfiff {
    let pool = Pool::sqlite(&folder.join("store.db")).await.unwrap();
    let store = Store::open(pool, clock::system()).await.unwrap();
    let pfiff = connect_by_hand(&configuration(folder), &"pfiff".into(), &store).unwrap();
    let archive = folder.join("in.zip");
    let files = Package::at(1, 0).with_issues(&[Issue::new(4_711_001, "Display stays dark")]).files();
    std::fs::write(&archive, &files[1].1).unwrap();
    let (issues, findings) = pfiff.take_archive(&archive).await.unwrap();
    assert_eq!((issues.len(), findings), (1, Vec::new()));
    let answer = Attributes::from_iter([("supplier_company_id".to_owned(), json!("SPORT-1"))]);
    pfiff.set_fields(&issues[0], &answer, WriteTerms::default()).await.unwrap();
    pfiff
}

#[tokio::test]
async fn answers_that_could_not_be_written_are_written_the_next_time() {
    let folder = tempfile::tempdir().unwrap();
    let pfiff = waiting_answer(folder.path()).await;
    let fault = pfiff.answer_archive(&folder.path().join("nowhere/out.zip")).await.unwrap_err();
    assert!(fault.to_string().contains("cannot be written"), "{fault}");
    let out = folder.path().join("out.zip");
    assert_eq!(pfiff.answer_archive(&out).await.unwrap(), 1);
    let mut archive = Archive::open(File::open(&out).unwrap(), &Limits::default()).unwrap();
    let index = archive.documents().next().unwrap().index;
    let mut text = String::new();
    archive.read(index).unwrap().read_to_string(&mut text).unwrap();
    assert!(text.contains("<ISSUE-ID>SPORT-1</ISSUE-ID>"), "{text}");
    assert_eq!(pfiff.answer_archive(&out).await.unwrap(), 0, "they are out");
}
