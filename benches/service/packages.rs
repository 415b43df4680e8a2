//! A package of a thousand issues with 200 MB of attachments arrives while changes of another sync go on: what it takes of memory, and
//! what it costs the others.

use std::{
    fs::File,
    io::{Cursor, Read as _},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use jiff::civil::{DateTime, date};
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use trackersync::formats::{
    archive::ArchiveWriter,
    engdat::{DataFile, Description, FileName, Partner, Reference},
};

use crate::{
    neighbours::{LATENCY, Pair, pairs, single},
    report::{Report, latencies},
    site::Site,
};

const ISSUES: u32 = 1_000;
const LINKED: usize = 20;
/// Changes that are measured before, and again after.
const ALONE: usize = 400;
/// Bytes of each attachment.
const ATTACHMENT: usize = 200_000;

const SYNC: &str = r#"
[[sync]]
name = "pfiff"
local = "home"
remote = "pfiff"

[[sync.rule]]
kind = "to_local_default"
local_name = "project.key"
r_default = "HOME"
l_only_create = true

[[sync.rule]]
kind = "to_local_default"
local_name = "issuetype.name"
r_default = "Bug"
l_only_create = true

[[sync.rule]]
kind = "to_local"
local_name = "summary"
remote_name = "problem_synopsis"

[[sync.rule]]
kind = "to_remote"
local_name = "key"
remote_name = "supplier_company_id"

[[sync.rule]]
kind = "files"
"#;

pub async fn measure() {
    let site = Site::start(None).await;
    let folder = site.folder();
    for name in ["inbox", "outbox", "staging", "made"] {
        std::fs::create_dir(folder.join(name)).unwrap();
    }
    site.configure(&(tracker(&folder) + SYNC));
    let program = site.serve("intake,worker,scheduler").await;
    let issues = site.linked(LINKED).await;
    for jira in [&site.home, &site.away] {
        jira.state().set_latency(LATENCY);
    }
    let files = make_package(&folder.join("made"));
    let pairs = pairs(&site, &issues);
    let alone = changes(&site, &pairs, "before", |done| done == ALONE).await;
    let before = program.peak_memory();
    let started = Instant::now();
    for file in &files {
        std::fs::rename(file, folder.join("inbox").join(file.file_name().unwrap())).unwrap();
    }
    // Our issues are numbered in the order in which they are made.
    let is_made = |number: usize| site.home.state().issue(&format!("HOME-{number}")).is_some();
    let taken_in = changes(&site, &pairs, "taken in", |_| is_made(LINKED + 1)).await;
    let read = started.elapsed();
    let worked_on = changes(&site, &pairs, "worked on", |_| is_made(LINKED + ISSUES as usize)).await;
    let took = started.elapsed();
    site.until_idle().await;
    let made = site.home.state().issues();
    let of_the_package = made.iter().filter(|issue| issue.summary.starts_with("Of a package") && issue.attachments.len() == 1);
    assert_eq!(of_the_package.count(), ISSUES as usize);
    let after = changes(&site, &pairs, "after", |done| done == ALONE).await;
    let mut report = Report::of("one sync beside another that gets a package of 1,000 issues and 200 MB of attachments");
    let beside = [taken_in.as_slice(), &worked_on].concat();
    let p95_alone = p95([alone.as_slice(), &after].concat());
    report.row("alone, before", timed(alone));
    report.row("while the package is taken in", timed(taken_in));
    report.row("while its issues are made", timed(worked_on));
    let ratio = p95(beside.clone()) / p95_alone;
    report.row("both of these", [timed(beside), vec![("p95 of alone", ratio)]].concat());
    report.row("alone, after", timed(after));
    let seconds =
        vec![("seconds until it is taken in", read.as_secs_f64()), ("until its issues are there", took.as_secs_f64())];
    report.row("the package", seconds);
    let mebibytes = |bytes: u64| bytes as f64 / f64::from(1 << 20);
    let peak = program.peak_memory();
    report.row("memory of the program", vec![("MiB before", mebibytes(before)), ("MiB at most", mebibytes(peak))]);
    report.print();
}

/// Changes of the other sync, one after the other, until enough is seen; how long each takes to the other side.
async fn changes(site: &Site, pairs: &[Pair], word: &str, enough: impl Fn(usize) -> bool) -> Vec<Duration> {
    let mut took = Vec::new();
    for (number, pair) in pairs.iter().cycle().enumerate() {
        if enough(number) {
            break;
        }
        took.push(single(site, pair, &format!("Single {word}/{number}")).await);
    }
    took
}

fn timed(all: Vec<Duration>) -> Vec<(&'static str, f64)> {
    [vec![("changes", all.len() as f64)], latencies(all)].concat()
}

fn p95(all: Vec<Duration>) -> f64 {
    latencies(all).into_iter().find(|(name, _)| *name == "p95 ms").map_or(0.0, |(_, p95)| p95)
}

fn tracker(folder: &Path) -> String {
    let folder = folder.display();
    format!(
        "[trackers.pfiff]\nkind = \"pfiff\"\ncompany = \"Supplier\"\ncompany_short = \"SUP\"\n\
         inbox = \"{folder}/inbox\"\noutbox = \"{folder}/outbox\"\nstaging = \"{folder}/staging\"\npoll = \"1s\"\n\
         settle = \"100ms\"\n[trackers.pfiff.own]\nid = \"SUPPLIER\"\nrouting = \"SUPPLIER\"\n\
         [trackers.pfiff.peer]\nid = \"PAG\"\nrouting = \"PAG-PFIFF\"\n"
    )
}

/// Makes the files of the package in a folder: the description and one archive.
fn make_package(folder: &Path) -> Vec<PathBuf> {
    let made: DateTime = date(2026, 11, 20).at(12, 0, 0, 0);
    let reference = Reference::compose(made, 0, "PAG").unwrap();
    let path = |sequence| folder.join(FileName::new(reference.clone(), 2, sequence).unwrap().to_string());
    let mut random = StdRng::seed_from_u64(1);
    let mut archive = ArchiveWriter::new(File::create(path(2)).unwrap(), made).unwrap();
    archive.add("A.xml", &mut document().as_bytes()).unwrap();
    for number in 1..=ISSUES {
        // Nothing that could be packed, as images and traces are.
        let bytes: Vec<u8> = (0..ATTACHMENT).map(|_| random.random()).collect();
        archive.add(&format!("./{number}/trace.bin"), &mut Cursor::new(bytes).by_ref()).unwrap();
    }
    archive.finish().unwrap();
    let partner = |routing: &str| Partner {
        code: "O0013".to_owned(),
        country: "DE".to_owned(),
        routing: routing.to_owned(),
        technical_country: "DE".to_owned(),
        ..Partner::default()
    };
    let data = DataFile {
        sequence: 2,
        name: "002.zip".to_owned(),
        format_code: "NAT".to_owned(),
        format: "PKZIP-Archive".to_owned(),
        data_code: "OTH".to_owned(),
        data: "Other".to_owned(),
        status_code: "INF".to_owned(),
        ..DataFile::default()
    };
    let description = Description::new(&reference, made, partner("PAG-PFIFF"), partner("SUPPLIER"), vec![data]);
    std::fs::write(path(1), description.write().unwrap()).unwrap();
    vec![path(2), path(1)]
}

fn document() -> String {
    let description = "<P>What is wrong, in so many words as people need for that, and that are some.</P>".repeat(20);
    let issue = |number: u32| {
        format!(
            "<ISSUE><LONG-NAME>Of a package {number}</LONG-NAME><CATEGORY>FUNCTION</CATEGORY><ISSUE-DESC>{description}</ISSUE-DESC>\
             <COMPANY-ISSUE-INFOS><COMPANY-ISSUE-INFO><COMPANY-DATA-REF>PAG</COMPANY-DATA-REF><ISSUE-ID>{number}</ISSUE-ID>\
             </COMPANY-ISSUE-INFO></COMPANY-ISSUE-INFOS><ISSUE-RELATED-DOCUMENTS><ISSUE-RELATED-DOCUMENT><XDOC>\
             <LONG-NAME-1>trace.bin</LONG-NAME-1><URL>./{number}/trace.bin</URL></XDOC></ISSUE-RELATED-DOCUMENT>\
             </ISSUE-RELATED-DOCUMENTS></ISSUE>"
        )
    };
    let issues: String = (1..=ISSUES).map(issue).collect();
    format!(
        "<MSR-ISSUE><COMPANY-DATAS><COMPANY-DATA><LONG-NAME>Porsche AG</LONG-NAME><SHORT-NAME>PAG</SHORT-NAME></COMPANY-DATA>\
         </COMPANY-DATAS><ISSUES>{issues}</ISSUES></MSR-ISSUE>"
    )
}
