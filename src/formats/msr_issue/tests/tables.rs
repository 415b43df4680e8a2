use super::*;

/// An engineering object; an empty revision is left out.
fn object(category: &str, label: &str, revision: &str) -> String {
    let revision = if revision.is_empty() { String::new() } else { format!("<REVISION-LABEL>{revision}</REVISION-LABEL>") };
    format!(
        "<ENGINEERING-OBJECT><SHORT-LABEL>{label}</SHORT-LABEL><CATEGORY>{category}</CATEGORY>{revision}</ENGINEERING-OBJECT>"
    )
}

fn with_objects(objects: &[String]) -> Issue {
    only_with(&format!(
        "<ISSUE-ENVIRONMENT><ENGINEERING-OBJECTS>{}</ENGINEERING-OBJECTS></ISSUE-ENVIRONMENT>",
        objects.concat()
    ))
}

#[test]
fn each_category_has_its_attribute() {
    for (category, attribute) in [
        ("COMPONENT", "component_name"),
        ("DTC", "DTC"),
        ("DTC-DESCRIPTION", "DTC_synopsis"),
        ("DTC-FREQUENCY", "frequency"),
        ("GROUP", "function_group"),
        ("SUB_GROUP", "function_component"),
        ("OFFER_ID", "offer_number"),
        ("SODTC", "SODTC"),
        ("VEHICLE", "vehicle"),
        ("TEST_BENCH", "vehicle"),
        ("COMMITTEE", "ccb_relevant"),
        ("VARIANTS", "var_product_name"),
        ("PROJECT", "vehicle_project"),
        ("ECU-PROJECT", "project_name"),
        ("EXT_TEST_SYSTEM", "ets"),
        ("EXT_TEST_ID", "ets_id"),
        ("EXT_TEST_STATUS", "ets_status"),
        ("ISSUE_REPORTER", "issue_reporter"),
        ("TEST_CASE", "test_case"),
        ("TRIAL_UNITS", "trial_units"),
        ("V_FUNCTION", "v_function"),
        ("EE_TOP_TOPIC", "ee_top_topic"),
    ] {
        let issue = with_objects(&[object(category, "L 1", "")]);
        assert_eq!(shown(&issue, attribute), "L 1", "{category}");
        assert_eq!(issue.attributes.len(), 2, "{category}: {:?}", issue.attributes);
        assert_eq!(issue.notes, []);
        assert!(Field::of(attribute).is_some(), "{attribute}");
    }
}

#[test]
fn versions_are_those_of_the_control_unit_or_of_numbered_parts() {
    let issue = with_objects(&[
        object("HARDWARE", "ECU", "H1"),
        object("SOFTWARE", "Gateway", "G-S"),
        object("SOFTWARE", "ECU", "S1"),
        object("PARTNUMBER", "Radio", "9J1"),
        object("HARDWARE", "Gateway", "G-H"),
        object("PARTNUMBER", "Gateway", "9J2"),
    ]);
    for (name, expected) in [
        ("component_hw_version", "H1"),
        ("component_sw_version", "S1"),
        ("pudis_component_name_1", "Gateway"),
        ("pudis_sw_version_1", "G-S"),
        ("pudis_hw_version_1", "G-H"),
        ("pudis_part_number_1", "9J2"),
        ("pudis_component_name_2", "Radio"),
        ("pudis_part_number_2", "9J1"),
    ] {
        assert_eq!(shown(&issue, name), expected, "{name}");
    }
    assert_eq!(issue.attributes.len(), 9);
    assert_eq!(issue.notes, []);
}

#[test]
fn parts_are_numbered_within_their_issue() {
    let one = |number: &str, label: &str| {
        let object = object("HARDWARE", label, "1");
        issue(number, &format!("<ISSUE-ENVIRONMENT>{object}</ISSUE-ENVIRONMENT>"))
    };
    let (issues, _) = read(document(&(one("1", "A") + &one("2", "B"))).as_bytes());
    let names: Vec<String> = issues.iter().map(|issue| shown(issue.as_ref().unwrap(), "pudis_component_name_1")).collect();
    assert_eq!(names, ["A", "B"]);
}

#[test]
fn several_objects_of_a_field_are_joined() {
    let issue = with_objects(&[object("VEHICLE", "V1", ""), object("TEST_BENCH", "T, 2", ""), object("VEHICLE", "V3", "")]);
    assert_eq!(shown(&issue, "vehicle"), "V1, T, 2, V3");
    assert_eq!(issue.attributes["vehicle"].texts(), ["V1", "T, 2", "V3"]);
}

#[test]
fn every_attribute_has_a_field_and_no_other_has() {
    for (attribute, field) in [
        ("priority", Some("priority")),
        ("pudis_hw_version_1", Some("pudis_hw_version")),
        ("pudis_component_name_12", Some("pudis_component_name")),
        ("pudis_component_name", None),
        ("pudis_component_name_0", None),
        ("pudis_component_name_x", None),
        ("priority_1", None),
        ("eo_radar", None),
    ] {
        assert_eq!(Field::of(attribute).map(|field| field.name), field, "{attribute}");
    }
    let mut names: Vec<&str> = FIELDS.iter().map(|field| field.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), FIELDS.len(), "each name is there once");
}

#[test]
fn only_wanted_milestones_are_the_releases_wanted() {
    let milestone = |label: &str, category: &str| {
        format!("<DELIVERY-MILESTONE><SHORT-LABEL>{label}</SHORT-LABEL>{category}</DELIVERY-MILESTONE>")
    };
    let milestones = [
        milestone("R1", "<CATEGORY>ESTIMATED</CATEGORY>"),
        milestone("R2", "<CATEGORY>REQUESTED</CATEGORY>"),
        milestone("R3", "<CATEGORY/>"),
        milestone("R4", ""),
        milestone("R5", "<CATEGORY>DELIVERED</CATEGORY>"),
        milestone("", ""),
    ];
    let issue = only_with(&format!(
        "<ISSUE-PROPERTIES><DELIVERY-MILESTONES>{}</DELIVERY-MILESTONES></ISSUE-PROPERTIES>",
        milestones.concat()
    ));
    assert_eq!(shown(&issue, "release_wanted"), "R2, R3, R4");
}

#[test]
fn remarks_of_the_peer_and_of_nobody_are_joined_and_ours_are_apart() {
    let annotation =
        |label: &str, text: &str| format!("<ANNOTATION>{label}<DATE>2026/01/01T00:00:00</DATE>{text}</ANNOTATION>");
    let annotations = [
        annotation("<LABEL>PAG</LABEL>", "<ANNOTATION-TEXT><P>one</P><P>more</P></ANNOTATION-TEXT>"),
        annotation("<LABEL>TPZ</LABEL>", "<ANNOTATION-TEXT><P>ours</P></ANNOTATION-TEXT>"),
        annotation("", "<ANNOTATION-TEXT>two</ANNOTATION-TEXT>"),
        annotation("<LABEL/>", "<P>three</P>"),
        annotation("<LABEL>PAG</LABEL>", "<ANNOTATION-TEXT/>"),
    ];
    let issue = only_with(&format!("<ANNOTATIONS>{}</ANNOTATIONS>", annotations.concat()));
    assert_eq!(shown(&issue, "in_analyse_comments"), "one\nmore\n\ntwo\n\nthree");
    assert_eq!(issue.own_annotations, ["ours"]);
}

#[test]
fn proposals_are_joined_and_their_documents_are_read() {
    let issue = only_with(
        "<ISSUE-SOLUTIONS><ISSUE-SOLUTION><CATEGORY>PROPOSAL</CATEGORY><ISSUE-SOLUTION-DESC><P>one <XDOC><LONG-NAME-1>a.txt\
         </LONG-NAME-1><URL>./1/a.txt</URL></XDOC></P></ISSUE-SOLUTION-DESC></ISSUE-SOLUTION>\
         <ISSUE-SOLUTION><CATEGORY>ANALYSIS</CATEGORY><ISSUE-SOLUTION-DESC><P>not read</P></ISSUE-SOLUTION-DESC>\
         <XDOC><URL>./1/no.txt</URL></XDOC></ISSUE-SOLUTION>\
         <ISSUE-SOLUTION><CATEGORY>PROPOSAL</CATEGORY><P>two</P></ISSUE-SOLUTION></ISSUE-SOLUTIONS>",
    );
    assert_eq!(shown(&issue, "action_points"), "one\n\ntwo");
    assert_eq!(issue.documents, [Document { name: "a.txt".into(), url: "./1/a.txt".into() }]);
}

#[test]
fn rich_text_is_a_line_for_each_paragraph() {
    for (markup, expected) in [
        ("<P>one</P><P>two</P>", "one\ntwo"),
        ("\n  <P>\n   one\t two  \r\n three </P>\n  <P/>\n <P>four</P>\n", "one two three\n\nfour"),
        ("<P>a <B> b</B><I>c</I> H<SUB>2</SUB>O</P>", "a bc H2O"),
        ("<P>a<BR/>b<BR/></P><P><BR/></P><P>c</P>", "a\nb\n\nc"),
        ("<P>list:</P><LIST><ITEM><P>one</P></ITEM><ITEM>two</ITEM></LIST>after", "list:\none\ntwo\nafter"),
        ("before<P>in</P>", "before\nin"),
        ("<P>a<P>b</P>c</P>", "a\nb\nc"),
        ("<P>a<!-- no --><?no no?>b<![CDATA[<B>&amp;]]></P>", "ab<B>&amp;"),
        ("<P>&lt;&#65;&#x42;&gt;&amp;&quot;&apos;</P>", "<AB>&\"'"),
        ("<P>a\u{a0}\u{a0}b</P>", "a\u{a0}\u{a0}b"),
        ("  as  it\n is, <B>more </B>or less<BR/>so  ", "as  it\n is, more or less\nso"),
        ("<P></P>", ""),
        ("", ""),
    ] {
        assert_eq!(
            shown(&only_with(&format!("<ISSUE-DESC>{markup}</ISSUE-DESC>")), "problem_description"),
            expected,
            "{markup}"
        );
    }
}

#[test]
fn titles_are_one_line() {
    let issue = only(&document(&issue("1", "").replace("Title 1", "\n  Title\n  1 ")));
    assert_eq!(shown(&issue, "problem_synopsis"), "Title 1");
}

#[test]
fn our_number_is_that_of_our_company_or_of_any_other() {
    let infos = |infos: &[(&str, &str)]| {
        let info = |(company, id): &(&str, &str)| {
            format!(
                "<COMPANY-ISSUE-INFO><COMPANY-DATA-REF>{company}</COMPANY-DATA-REF><ISSUE-ID>{id}</ISSUE-ID></COMPANY-ISSUE-INFO>"
            )
        };
        let infos: String = infos.iter().map(info).collect();
        document(&format!("<ISSUE><COMPANY-ISSUE-INFOS>{infos}</COMPANY-ISSUE-INFOS></ISSUE>"))
    };
    let text = infos(&[("XYZ", "X-1"), ("PAG", "7"), ("TPZ", "T-2")]);
    assert_eq!(only(&text).supplier_number.as_deref(), Some("X-1"));
    let own = |own: &str| ReadOptions { own_company_short: Some(own.into()), ..ReadOptions::default() };
    for (short_name, expected) in [("TPZ", Some("T-2")), ("ABC", None)] {
        let issue = read_with(text.as_bytes(), own(short_name)).0.remove(0).unwrap();
        assert_eq!((issue.number.as_str(), issue.supplier_number.as_deref()), ("7", expected));
    }
}
