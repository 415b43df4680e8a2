//! What is not as it should be, and does no harm. The program before this one failed at much of it, for a whole package.

use jiff::civil::date;

use super::*;

fn head_of(document: &str) -> Head {
    Reader::new(document.as_bytes(), ReadOptions::default()).unwrap().head().clone()
}

#[test]
fn people_may_lack_anything() {
    let text = document("").replace(
        "</TEAM-MEMBERS>",
        "<TEAM-MEMBER ID=\"A\"><LONG-NAME>A</LONG-NAME><PHONE/><EMAIL></EMAIL></TEAM-MEMBER><TEAM-MEMBER ID=\"B\"/>\
         <TEAM-MEMBER><LONG-NAME>C</LONG-NAME></TEAM-MEMBER><TEAM-MEMBER ID=\"A\"/></TEAM-MEMBERS>",
    );
    let head = head_of(&text);
    assert_eq!(head.team.len(), 3);
    assert_eq!(head.team["A"], TeamMember { name: "A".into(), ..TeamMember::default() });
    assert_eq!(head.team["B"], TeamMember::default());
    assert_eq!(
        messages(&head.notes),
        ["a TEAM-MEMBER has no ID", "there is a second TEAM-MEMBER \"A\": the first one is taken"]
    );
}

#[test]
fn an_owner_is_a_name_or_an_id() {
    let owned = |id: &str| {
        let issue = issue("1", "").replace("</ISSUE-ID>", &format!("</ISSUE-ID><TEAM-MEMBER-REF ID-REF=\"{id}\"/>"));
        let text = document(&issue).replace("</TEAM-MEMBERS>", "<TEAM-MEMBER ID=\"NN\"/></TEAM-MEMBERS>");
        let issue = only(&text);
        (shown(&issue, "owner_fp"), issue.owner.map(|owner| owner.email))
    };
    assert_eq!(owned("TM1"), ("Petra Prüfer".into(), Some("p@x".into())));
    assert_eq!(owned("TM9"), ("TM9".into(), None));
    assert_eq!(owned("NN"), ("NN".into(), Some(String::new())));
}

#[test]
fn unknown_categories_are_kept() {
    let object =
        |category: &str, rest: &str| format!("<ENGINEERING-OBJECT><CATEGORY>{category}</CATEGORY>{rest}</ENGINEERING-OBJECT>");
    let long = "X".repeat(65);
    let objects = [
        object("RADAR", "<SHORT-LABEL>R 1</SHORT-LABEL>"),
        object("Wind Tunnel", "<REVISION-LABEL>7</REVISION-LABEL>"),
        object("PARTNUMBER", "<SHORT-LABEL>ECU</SHORT-LABEL><REVISION-LABEL>9J1</REVISION-LABEL>"),
        object(&long, "<SHORT-LABEL>x</SHORT-LABEL>"),
        object("", "<SHORT-LABEL>x</SHORT-LABEL>"),
    ];
    let issue = only_with(&format!("<ISSUE-ENVIRONMENT>{}</ISSUE-ENVIRONMENT>", objects.concat()));
    assert_eq!(shown(&issue, "eo_radar"), "R 1");
    assert_eq!(shown(&issue, "eo_wind_tunnel"), "7");
    assert_eq!(shown(&issue, "eo_partnumber"), "9J1");
    assert_eq!(issue.attributes.len(), 4);
    let long = "X".repeat(60);
    assert_eq!(
        messages(&issue.notes),
        [
            "the category \"RADAR\" is not known: kept as eo_radar",
            "the category \"Wind Tunnel\" is not known: kept as eo_wind_tunnel",
            "the category \"PARTNUMBER\" of the control unit has no field: kept as eo_partnumber",
            &*format!("the category \"{long}…\" is too long and is left out"),
            "an ENGINEERING-OBJECT has no CATEGORY and is left out",
        ]
    );
}

#[test]
fn objects_may_lack_anything() {
    let object = |rest: &str| format!("<ENGINEERING-OBJECT>{rest}</ENGINEERING-OBJECT>");
    let objects = [
        object("<CATEGORY>SOFTWARE</CATEGORY><SHORT-LABEL>ECU</SHORT-LABEL>"),
        object("<CATEGORY>HARDWARE</CATEGORY><SHORT-LABEL>Radio</SHORT-LABEL><REVISION-LABEL/>"),
        object("<CATEGORY>HARDWARE</CATEGORY><REVISION-LABEL>1</REVISION-LABEL>"),
        object("<CATEGORY>VEHICLE</CATEGORY><REVISION-LABEL>1</REVISION-LABEL>"),
        object("<CATEGORY>VEHICLE</CATEGORY><SHORT-LABEL/>"),
        object(""),
    ];
    let issue = only_with(&format!("<ISSUE-ENVIRONMENT>{}</ISSUE-ENVIRONMENT>", objects.concat()));
    assert_eq!(issue.attributes.keys().collect::<Vec<_>>(), ["problem_synopsis", "pudis_component_name_1"]);
    assert_eq!(
        messages(&issue.notes),
        [
            "SOFTWARE of \"ECU\" has no REVISION-LABEL",
            "HARDWARE of \"Radio\" has no REVISION-LABEL",
            "HARDWARE has no SHORT-LABEL and is left out",
            "VEHICLE has no SHORT-LABEL and is left out",
        ]
    );
}

#[test]
fn documents_may_lack_a_name_but_no_url() {
    let issue = only_with(
        "<ISSUE-RELATED-DOCUMENTS><X><XDOC/><XDOC><LONG-NAME-1>a</LONG-NAME-1></XDOC><XDOC><URL>./1/b.txt</URL></XDOC></X>\
         <XDOC><LONG-NAME>c</LONG-NAME><URL>./1/c.txt</URL></XDOC><XDOC><LONG-NAME>x</LONG-NAME><LONG-NAME-1>d</LONG-NAME-1>\
         <URL> ../../etc/d  d </URL></XDOC><XDOC><URL>C:\\dir\\e.txt</URL></XDOC><XDOC><URL>file:///etc/passwd</URL></XDOC>\
         <XDOC><URL>./1/b.txt</URL></XDOC><XDOC><URL>///</URL></XDOC></ISSUE-RELATED-DOCUMENTS>",
    );
    let documents: Vec<(&str, &str)> =
        issue.documents.iter().map(|document| (document.name.as_str(), document.url.as_str())).collect();
    assert_eq!(
        documents,
        [
            ("b.txt", "./1/b.txt"),
            ("c", "./1/c.txt"),
            ("d", "../../etc/d  d"),
            ("e.txt", "C:\\dir\\e.txt"),
            ("passwd", "file:///etc/passwd"),
            ("///", "///"),
        ]
    );
    assert_eq!(
        messages(&issue.notes),
        ["the document has no URL and is left out", "the document \"a\" has no URL and is left out"]
    );
}

#[test]
fn a_broken_issue_does_not_hide_the_next() {
    let nameless = "<ISSUE><LONG-NAME>No  number</LONG-NAME></ISSUE>";
    let long = issue(&"7".repeat(101), "");
    let entity = issue("3", "<ISSUE-DESC>\n<P>&nbsp;</P></ISSUE-DESC>");
    let late =
        "<ISSUE><COMPANY-ISSUE-INFOS><COMPANY-ISSUE-INFO>&#xFFFFFFFF;</COMPANY-ISSUE-INFO></COMPANY-ISSUE-INFOS></ISSUE>";
    let text = document(&format!("{}{nameless}\n{long}{entity}{late}\n{}", issue("1", ""), issue("2", "")));
    let (issues, end) = read(text.as_bytes());
    end.unwrap();
    assert_eq!(numbers(&issues), "1 ! ! ! ! 2");
    let errors: Vec<&IssueError> = issues.iter().filter_map(|issue| issue.as_ref().err()).collect();
    let shown: Vec<String> = errors.iter().map(ToString::to_string).collect();
    let title = "7".repeat(54);
    assert_eq!(
        shown,
        [
            "the issue \"No number\" at line 4, column 1: it has no ISSUE-ID in a COMPANY-ISSUE-INFO of the company \"PAG\""
                .to_owned(),
            format!("the issue \"Title {title}…\" at line 5, column 1: its ISSUE-ID is longer than 100 characters"),
            "the issue \"Title 3\" at line 6, column 1: the entity \"nbsp\" is not one of the five that XML has of its own \
             (line 7, column 4)"
                .to_owned(),
            "the issue at line 8, column 1: \"#xFFFFFFFF\" refers to no character (line 8, column 49)".to_owned(),
        ]
    );
    assert_eq!((errors[2].number.as_deref(), errors[2].title.as_deref()), (None, Some("Title 3")));
}

#[test]
fn a_broken_issue_tells_its_number_if_it_was_read_before() {
    let text = document(&issue("5", "").replace("</ISSUE>", "<ISSUE-DESC>&x;</ISSUE-DESC></ISSUE>"));
    let error = read(text.as_bytes()).0.remove(0).unwrap_err();
    assert_eq!((error.number.as_deref(), error.problem), (Some("5"), IssueProblem::Entity("x".into())));
}

#[test]
fn the_same_number_twice_is_told_the_second_time() {
    let (issues, end) = read(document(&[issue("1", ""), issue("2", ""), issue("1", "")].concat()).as_bytes());
    end.unwrap();
    let notes: Vec<usize> = issues.iter().map(|issue| issue.as_ref().unwrap().notes.len()).collect();
    assert_eq!(notes, [0, 0, 1]);
    assert_eq!(messages(&issues[2].as_ref().unwrap().notes), ["the issue 1 was in this document before"]);
}

#[test]
fn a_peer_that_is_not_named_is_the_one_of_the_options() {
    for broken in [
        document(&issue("1", "")).replace("Porsche AG", "Porsche"),
        document(&issue("1", "")).replace("<SHORT-NAME>PAG</SHORT-NAME>", "<SHORT-NAME/>"),
        format!("<MSR-ISSUE><ISSUES>{}</ISSUES></MSR-ISSUE>", issue("1", "")),
    ] {
        let head = head_of(&broken);
        assert_eq!(head.peer, "PAG");
        assert_eq!(messages(&head.notes), ["no COMPANY-DATA with a SHORT-NAME is of \"Porsche AG\": \"PAG\" is taken"]);
        assert_eq!(only(&broken).number, "1");
    }
    let two = document("").replace(
        "<ISSUES>",
        "<COMPANY-DATAS><COMPANY-DATA><LONG-NAME>Porsche AG</LONG-NAME><SHORT-NAME>X</SHORT-NAME></COMPANY-DATA></COMPANY-DATAS><ISSUES>",
    );
    assert_eq!(messages(&head_of(&two).notes), ["several companies are of \"Porsche AG\": \"PAG\" is taken"]);
}

#[test]
fn dates_are_tolerated_as_far_as_they_are_clear() {
    let ten = Some(date(2026, 11, 20).at(10, 0, 5, 0));
    for (text, expected, note) in [
        ("2026/11/20T10:00:05", ten, None),
        (" 2026/11/20 10:00:05 ", ten, None),
        ("2026-11-20T10:00:05", ten, Some("the date \"2026-11-20T10:00:05\": it has dashes in place of slashes")),
        ("2026/11/20T10:00:05Z", ten, Some("the date \"2026/11/20T10:00:05Z\": the zone is left out")),
        ("2026-11-20T10:00:05+01:00", ten, Some("the date \"2026-11-20T10:00:05+01:00\": the zone is left out")),
        ("20.11.2026", None, Some("\"20.11.2026\" is no date and is left out")),
        ("2026/13/20T10:00:05", None, Some("\"2026/13/20T10:00:05\" is no date and is left out")),
        ("2026/11/20T", None, Some("\"2026/11/20T\" is no date and is left out")),
        ("", None, None),
    ] {
        let admin = format!("<ADMIN-DATA><X><DATE>{text}</DATE></X></ADMIN-DATA><ISSUES>");
        let head = head_of(&document("").replace("<ISSUES>", &admin));
        assert_eq!(head.date, expected, "{text}");
        assert_eq!(messages(&head.notes), note.into_iter().collect::<Vec<_>>(), "{text}");
    }
}

#[test]
fn of_several_dates_the_latest_counts() {
    let admin = "<ADMIN-DATA><DATE>2026/01/02T00:00:00</DATE><DATE>2026/01/03T00:00:00</DATE><DATE>2026/01/01T00:00:00</DATE>\
                 </ADMIN-DATA><ISSUES>";
    assert_eq!(head_of(&document("").replace("<ISSUES>", admin)).date, Some(date(2026, 1, 3).at(0, 0, 0, 0)));
}

#[test]
fn what_is_not_known_is_passed_over() {
    let text = document(&issue("1", "<NEW><ISSUE><LONG-NAME>no</LONG-NAME></ISSUE></NEW>"))
        .replace("<ISSUES>", "<NEW><ISSUES><ISSUE/></ISSUES></NEW><ISSUES><NEW/>")
        .replace("</MSR-ISSUE>", "<NEW/><ISSUES></ISSUES></MSR-ISSUE><!-- end --><?end?>\n");
    assert_eq!(shown(&only(&text), "problem_synopsis"), "Title 1");
    for empty in ["<MSR-ISSUE/>", "<MSR-ISSUE><ISSUES/></MSR-ISSUE>"] {
        assert_eq!(read(empty.as_bytes()), (Vec::new(), Ok(())));
    }
}

#[test]
fn encodings_are_taken_from_the_declaration() {
    let text = document(&issue("1", "<ISSUE-DESC>Größe –</ISSUE-DESC>"));
    for encoding in ["ISO-8859-1", "iso-8859-1", "windows-1252", "Latin1"] {
        let text = format!("<?xml version='1.0' encoding='{encoding}'?>\n{text}");
        let (bytes, _, _) = encoding_rs::WINDOWS_1252.encode(&text);
        let (issues, end) = read(&bytes);
        end.unwrap();
        assert_eq!(shown(issues[0].as_ref().unwrap(), "problem_description"), "Größe –", "{encoding}");
    }
    let declared = format!("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone='yes'?>{text}");
    let marked = format!("\u{feff}{declared}");
    for text in [&declared, &marked] {
        assert_eq!(shown(&only(text), "problem_description"), "Größe –");
    }
}
