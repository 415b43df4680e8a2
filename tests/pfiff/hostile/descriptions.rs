//! Descriptions that are not as they should be.

use super::row::{Base, File, Row, refused, swapped, taken};

/// A good package whose description says something else in one place.
fn saying(from: &'static str, to: &'static str) -> impl Fn(&Base) -> Vec<File> {
    with(move |description| swapped(&description, from, to))
}

/// A good package with another description.
fn with(change: impl Fn(Vec<u8>) -> Vec<u8>) -> impl Fn(&Base) -> Vec<File> {
    move |base| {
        let mut files = base.good().files();
        files[0].1 = change(std::mem::take(&mut files[0].1));
        files
    }
}

/// The whole file, with this for each terminator.
fn terminated(description: &[u8], by: &[u8]) -> Vec<u8> {
    let segments: Vec<&[u8]> = description.split(|byte| *byte == b'\'').collect();
    segments.join(by)
}

const ANOTHER_FILE: &str = "EFC+003:003.zip+NAT:PKZIP-Archive+OTH:Other++INF'TOT+3'UNT+8+";

pub fn rows() -> Vec<Row> {
    let mut rows = refused_ones();
    rows.extend(tolerated_ones());
    rows
}

fn refused_ones() -> Vec<Row> {
    vec![
        refused("cut off", &["byte ", "cut off"], with(|description| description[..description.len() / 2].to_vec())),
        refused("another control reference", &["(UNZ), element 2", "control reference"], saying("UNZ+1+26", "UNZ+1+99")),
        refused("another message reference", &["(UNT), element 2", "message reference"], saying("UNT+7+26", "UNT+7+99")),
        refused("two MID", &["segment 4 (MID)", "second MID"], saying("'SDE+", "'MID+26112012000000PAG+261120'SDE+")),
        refused("no TOT", &["byte ", "no TOT"], saying("TOT+2'", "")),
        refused("letters in the number of a file", &["(EFC), element 1", "than digits"], saying("EFC+002", "EFC+0A2")),
        refused("four digits in the number of a file", &["(EFC), element 1", "4 characters"], saying("EFC+002", "EFC+0002")),
        refused("data with the number of the description", &["(EFC)", "from 002"], saying("EFC+002", "EFC+001")),
        refused("the number of a file is missing", &["(EFC)", "is missing"], saying("EFC+002:", "EFC+:")),
        refused("an empty description", &["byte 0", "the file is empty"], with(|_| Vec::new())),
        refused("no EDIFACT", &["byte 0"], with(|_| b"\x89PNG\r\n\x1a\n".to_vec())),
        refused("a huge description", &["longer than 4194304 bytes"], with(|description| description.repeat(10_000))),
        refused("two interchanges", &["(UNB)", "follows UNZ"], with(|description| description.repeat(2))),
        refused("another kind of message", &["(UNH)", "not ENGDAT"], saying("+ENGDAT:", "+ORDERS:")),
        refused("a control character", &["byte ", "segment 4 (SDE)"], saying("Beispiel", "Bei\u{1}piel")),
        refused("from somebody else", &["from \"PAG-OTHER\"", "PAG-PFIFF-EXPORT"], saying("+PAG-PFIFF-EXPORT+", "+PAG-OTHER+")),
        refused("for somebody else", &["for \"RIVAL-PFIFF\"", "SUPPLIER-PFIFF"], saying("+SUPPLIER-PFIFF+", "+RIVAL-PFIFF+")),
        refused(
            "a file that is not there",
            &["002001", "names files that are not there: 003"],
            saying("TOT+2'UNT+7+", ANOTHER_FILE),
        ),
    ]
}

fn tolerated_ones() -> Vec<Row> {
    vec![
        taken("three letters for the country", &["(SDE), element 2", "3 characters"], saying("+DE+PAG-", "+DEU+PAG-")),
        taken("a wrong number of files", &["(TOT)", "said to be 9, and is 2"], saying("TOT+2", "TOT+9")),
        taken("a wrong number of segments", &["(UNT)", "said to be 99, and is 7"], saying("UNT+7+", "UNT+99+")),
        taken("no last terminator", &["no terminator"], with(|description| description[..description.len() - 1].to_vec())),
        taken("UTF-8", &["(SDE), element 1", "UTF-8"], saying("Beispiel", "Größe")),
        taken("line breaks", &["line breaks"], with(|description| terminated(&description, b"'\r\n"))),
        taken("line feeds", &["line breaks"], with(|description| terminated(&description, b"'\n"))),
        taken("another format", &["(EFC)", "not PKZIP-Archive"], saying("PKZIP-Archive", "TAR-Archive")),
        taken("another document number", &["9912", "names of the files count"], saying("MID+2611", "MID+9912")),
        taken("a long document number", &["the description says that it is of the package \"999", "…"], with(long_number)),
        taken("a file without EFC", &["does not name: 003"], without_efc).with_issues(&[0, 1]),
    ]
}

fn long_number(description: Vec<u8>) -> Vec<u8> {
    swapped(&description, "MID+", &format!("MID+{}", "9".repeat(1_500)))
}

fn without_efc(base: &Base) -> Vec<File> {
    let mut files = base.good().and_another().with_issues(&[base.issue(1)]).files();
    let efc = "EFC+003:003.zip+NAT:PKZIP-Archive+OTH:Other++INF'";
    files[0].1 = swapped(&swapped(&swapped(&files[0].1, efc, ""), "TOT+3", "TOT+2"), "UNT+8", "UNT+7");
    files
}
