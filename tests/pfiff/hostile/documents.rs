//! Documents that are malformed, or made to do harm.

use rand::{RngCore, SeedableRng, rngs::StdRng};

use super::row::{Base, File, Row, refused, swapped, taken};
use crate::package::document;

/// A document whose first issue names this as the place of an attachment.
fn pointing(url: &'static str) -> impl Fn(&Base) -> Vec<File> {
    move |base| base.one(base.inside(&xdocs(&format!("<XDOC><LONG-NAME-1>a.txt</LONG-NAME-1><URL>{url}</URL></XDOC>"))))
}

fn xdocs(content: &str) -> String {
    format!("<ISSUE-RELATED-DOCUMENTS>{content}</ISSUE-RELATED-DOCUMENTS>")
}

/// The first issue has this part.
fn part(category: &str, label: &str, revision: &str) -> impl Fn(&Base) -> Vec<File> {
    let object = format!(
        "<ISSUE-ENVIRONMENT><ENGINEERING-OBJECT><CATEGORY>{category}</CATEGORY><SHORT-LABEL>{label}</SHORT-LABEL>{revision}\
         </ENGINEERING-OBJECT></ISSUE-ENVIRONMENT>"
    );
    move |base| base.one(base.inside(&object))
}

/// A document type before the document of the second issue.
fn declaring(declaration: &'static str, description: &'static str) -> impl Fn(&Base) -> Vec<File> {
    move |base| {
        let text = swapped(&document(&[base.issue(1)]), "<MSR-ISSUE>", &format!("{declaration}<MSR-ISSUE>"));
        base.beside_good(swapped(&text, "What is wrong", description))
    }
}

/// The second of three issues has this for its description.
fn second(description: &'static str) -> impl Fn(&Base) -> Vec<File> {
    move |base| base.one(base.three(description))
}

pub fn rows() -> Vec<Row> {
    [entities(), broken(), places(), odd(), many()].into_iter().flatten().collect()
}

fn entities() -> Vec<Row> {
    const BOMB: &str = "<!DOCTYPE MSR-ISSUE [<!ENTITY a \"haha\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">\
        <!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;\"><!ENTITY d \"&c;&c;&c;&c;&c;&c;&c;&c;\">]>";
    const EXTERNAL: &str = "<!DOCTYPE MSR-ISSUE [<!ENTITY d SYSTEM \"file:///etc/passwd\">]>";
    const WORDS: &[&str] = &["left out: 002: D0.xml: line 2, column 1", "(DTD) is not allowed"];
    vec![
        taken("an entity bomb", WORDS, declaring(BOMB, "&d;")),
        taken("an external entity", WORDS, declaring(EXTERNAL, "&d;")),
        taken("a document type elsewhere", WORDS, declaring("<!DOCTYPE MSR-ISSUE SYSTEM \"http://127.0.0.1:9/x.dtd\">", "")),
        refused("an entity bomb alone", &["002: D0.xml: line 2", "(DTD) is not allowed"], |base: &Base| {
            base.one(swapped(&base.good_document(), "<MSR-ISSUE>", &format!("{BOMB}<MSR-ISSUE>")))
        }),
        taken("an entity without a declaration", &["002: D0.xml: the issue", "line 2", "the entity \"lol\""], second("&lol;"))
            .with_issues(&[0, 2]),
        taken("a reference to no character", &["the issue", "line 2", "refers to no character"], second("&#xD800;"))
            .with_issues(&[0, 2]),
    ]
}

fn broken() -> Vec<Row> {
    vec![
        taken("not well-formed", &["the rest of 002: D0.xml: line 2", "well-formed"], second("<a></b>")),
        taken("cut off in the second issue", &["the rest of 002: D0.xml: line 2", "cut off"], |base: &Base| {
            let mut text = base.three("cut");
            text.truncate(text.windows(3).position(|part| part == b"cut").unwrap());
            base.one(text)
        }),
        refused("another root", &["002: D0.xml: line 1, column 1", "root element is html"], |base: &Base| base.one("<html/>")),
        refused("no XML", &["002: D0.xml: line 1"], |base: &Base| base.one(b"\x7fELF\x02\x01".to_vec())),
        refused("an empty document", &["002: D0.xml: line 1", "cut off"], |base: &Base| base.one("")),
        taken("UTF-16", &["002: D0.xml: line 1", "UTF-16"], |base: &Base| {
            let text = String::from_utf8(document(&[base.issue(1)])).unwrap();
            let wide: Vec<u8> = std::iter::once(0xFEFF).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
            base.beside_good(wide)
        }),
        taken("bytes that are no UTF-8", &["the rest of 002: D0.xml: line 2", "byte at offset", "UTF-8"], |base: &Base| {
            let mut text = base.three("Gr\u{1}sse");
            *text.iter_mut().find(|byte| **byte == 1).unwrap() = 0xF6;
            base.one(text)
        }),
        taken("10,000 elements in each other", &["the rest of 002: D0.xml: line 2", "inside of each other"], |base: &Base| {
            base.one(base.three(&"<P>".repeat(10_000)))
        }),
        taken("a text of 20 MB", &["the issue", "line 2", "bytes in one text"], |base: &Base| {
            base.one(base.three(&noise(20 << 20)))
        })
        .with_issues(&[0, 2]),
    ]
}

fn places() -> Vec<Row> {
    vec![
        taken("a place upwards", &["attachment \"a.txt\"", "upwards"], pointing("../../../../etc/passwd")),
        taken("one with escapes", &["attachment \"a.txt\"", "upwards"], pointing("%2e%2e/%2e%2e/etc/passwd")),
        taken("an absolute place", &["attachment \"a.txt\"", "absolute"], pointing("/etc/passwd")),
        taken("a place on this machine", &["attachment \"a.txt\"", "`file:` leads elsewhere"], pointing("file:///etc/passwd")),
        taken("one in the net", &["attachment \"a.txt\"", "`http:` leads elsewhere"], pointing("http://127.0.0.1:9/a.txt")),
        taken("an attachment that is not sent", &[], pointing("./elsewhere/a.txt")),
        taken("an XDOC without anything", &["002: D0.xml: issue", "no URL"], |base: &Base| {
            base.one(base.inside(&xdocs("<XDOC/><XDOC></XDOC>")))
        }),
        taken("names of a megabyte", &["attachment \"xxx", "upwards"], |base: &Base| {
            let name = "x".repeat(1 << 20);
            let one = |number| format!("<XDOC><LONG-NAME-1>{name}</LONG-NAME-1><URL>../{number}</URL></XDOC>");
            let text = base.inside(&xdocs(&(0..6).map(one).collect::<String>()));
            base.archive(super::bytes::join(&[super::bytes::Raw::new("D0.xml", &text)]))
        }),
    ]
}

fn odd() -> Vec<Row> {
    vec![
        taken("an unknown category", &["002: D0.xml: issue", "\"NEW-THING\" is not known"], part("NEW-THING", "x", "")),
        taken(
            "a part number of the control unit",
            &["line 2", "has no field"],
            part("PARTNUMBER", "ECU", "<REVISION-LABEL>1</REVISION-LABEL>"),
        ),
        taken("no revision", &["line 2", "HARDWARE of \"ECU\" has no REVISION-LABEL"], part("HARDWARE", "ECU", "")),
        taken("no telephone", &[], |base: &Base| {
            let member = "<TEAM-MEMBERS><TEAM-MEMBER ID=\"TM\"><LONG-NAME>Petra</LONG-NAME><PHONE></PHONE><EMAIL/></TEAM-MEMBER></TEAM-MEMBERS>";
            let text = swapped(&base.good_document(), "</COMPANY-DATA>", &format!("{member}</COMPANY-DATA>"));
            base.one(swapped(&text, "<ISSUE-ID>", "<TEAM-MEMBER-REF ID-REF=\"TM\"/><ISSUE-ID>"))
        }),
        taken("an issue without number", &["the issue", "line 2", "no ISSUE-ID"], |base: &Base| {
            base.one(swapped(&base.three(""), &format!("<ISSUE-ID>{}</ISSUE-ID>", base.number(1)), ""))
        })
        .with_issues(&[0, 2]),
        taken("a number that begins a line", &["the issue", "line 2", "control characters"], |base: &Base| {
            base.one(swapped(&base.three(""), &format!("<ISSUE-ID>{}", base.number(1)), "<ISSUE-ID>1&#10;INFO all is well"))
        })
        .with_issues(&[0, 2]),
        taken("a number that is a query", &[], |base: &Base| {
            base.one(swapped(&base.three(""), &format!("<ISSUE-ID>{}", base.number(1)), "<ISSUE-ID>1\" OR project = \"SPORT"))
        })
        .with_issues(&[0, 2]),
        taken("the same issue twice", &["002: D0.xml: issue", "in this document before"], |base: &Base| {
            base.one(document(&[base.issue(0), base.issue(0)]))
        }),
    ]
}

fn many() -> Vec<Row> {
    vec![
        taken("5,000 issues without number", &["no ISSUE-ID"], |base: &Base| {
            base.one(swapped(&base.good_document(), "<ISSUE>", &("<ISSUE/>".repeat(5_000) + "<ISSUE>")))
        }),
        taken("5,000 attachments", &["left out: issue", "all but its first 1000"], |base: &Base| {
            let one = |number| format!("<XDOC><LONG-NAME-1>{number}.txt</LONG-NAME-1><URL>./x/{number}</URL></XDOC>");
            base.one(base.inside(&xdocs(&(0..5_000).map(one).collect::<String>())))
        }),
        taken("a head without end", &["002: D0.xml: line 2", "outside of the issues: it has more bytes"], |base: &Base| {
            let part = format!("<COMPANY-DATAS>{}</COMPANY-DATAS>", noise(1 << 20));
            base.beside_good(swapped(&document(&[base.issue(1)]), "<ISSUES>", &(part.repeat(10) + "<ISSUES>")))
        }),
    ]
}

/// So many characters that cannot be packed densely.
fn noise(length: usize) -> String {
    let mut bytes = vec![0; length / 64];
    StdRng::seed_from_u64(1).fill_bytes(&mut bytes);
    bytes.into_iter().map(|byte| format!("{byte:064}")).collect()
}
