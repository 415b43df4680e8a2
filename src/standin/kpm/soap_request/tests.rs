//! Requests that are taken, and what is said about those that are not.

use proptest::prelude::*;

use super::*;
use crate::standin::kpm::contract::WSDL;

fn contract() -> Contract {
    Contract::read(WSDL).unwrap()
}

fn enveloped(inner: &str) -> String {
    format!("<s:Envelope xmlns:s='{SOAP}'><s:Body>{inner}</s:Body></s:Envelope>")
}

fn call(operation: &str, fields: &str) -> String {
    enveloped(&format!(
        "<n:{operation} xmlns:n='{NAMESPACE}'><UserAuthentification><UserId>u</UserId></UserAuthentification>{fields}</n:{operation}>"
    ))
}

fn refusal(request: &str) -> String {
    match read(&contract(), request.as_bytes()) {
        Err(Failure::Client(said)) => said,
        other => panic!("{other:?} for {request}"),
    }
}

#[test]
fn a_good_request_is_read() {
    let fields = "<ProblemNumber> 7 </ProblemNumber><Document><Name>log<!-- a -->1</Name><AccessRight>0</AccessRight>\
                  <ContainsPersonalData>1</ContainsPersonalData><Data>QU\nI=</Data></Document>";
    let request = read(&contract(), call("AddDocument", fields).as_bytes()).unwrap();
    assert_eq!((request.operation.as_str(), request.user(), request.problem()), ("AddDocument", "u", Some(7)));
    let document = request.group("Document");
    assert_eq!(element::text(document, "Name"), Some("log1"));
    assert_eq!(element::text(document, "ContainsPersonalData"), Some("true"));
    assert_eq!(element::find(document, "Data").unwrap().content, Content::Binary("AB".into()));
}

#[test]
fn attributes_and_repeated_fields_are_read() {
    let fields = "<DevelopmentProblem><Rating>1</Rating><Description/><ShortText>s</ShortText><AdditionalCriteriaList>\
                  <AdditionalCriteria description='a'>x</AdditionalCriteria><AdditionalCriteria>y</AdditionalCriteria>\
                  </AdditionalCriteriaList></DevelopmentProblem>";
    let request = read(&contract(), call("CreateDevelopmentProblem", fields).as_bytes()).unwrap();
    let list = element::find(request.group("DevelopmentProblem"), "AdditionalCriteriaList").unwrap().elements();
    assert_eq!(list[0].attributes, [("description".to_owned(), "a".to_owned())]);
    assert_eq!((list[0].as_text(), list[1].as_text()), (Some("x"), Some("y")));
}

#[test]
fn what_breaks_the_contract_is_told() {
    let step = |fields: &str| call("GetProcessStep", fields);
    let number = "<ProblemNumber>1</ProblemNumber>";
    for (request, said) in [
        (step(&format!("{number}<ProcessStepId>a</ProcessStepId><Extra/>")), "<Extra> is unknown in"),
        (step(&format!("<ProcessStepId>a</ProcessStepId>{number}")), "mandatory ProblemNumber is missing"),
        (step(number), "mandatory ProcessStepId is missing in"),
        (step(&format!("{number}{number}<ProcessStepId>a</ProcessStepId>")), "found <ProblemNumber>"),
        (step(&format!("{number}<ProcessStepId>a</ProcessStepId>{number}")), "wrong place or too often"),
        (step(&format!("<n:ProblemNumber xmlns:n='{NAMESPACE}'>1</n:ProblemNumber>")), "ProblemNumber must be unqualified"),
        (step("<ProblemNumber>one</ProblemNumber>"), "<ProblemNumber> is no whole number"),
        (step(&format!("{number}<ProcessStepId><a/></ProcessStepId>")), "<ProcessStepId> holds a text, and here <a>"),
        (step(&format!("{number}<ProcessStepId a='1'>a</ProcessStepId>")), "has no attribute a"),
        (step(&format!("text {number}")), "there is text in"),
        (call("GetMultipleProblemData", "<ActiveOverview>yes</ActiveOverview>"), "is no boolean"),
        (call("GetHistory", ""), "is no operation"),
        (enveloped("<GetServiceInfo/>"), "<GetServiceInfo> is no operation"),
        (enveloped(""), "0 elements"),
        (format!("<Envelope xmlns='{SOAP}'/>"), "holds a Header"),
        ("<a/>".to_owned(), "no envelope"),
        ("<a>".to_owned(), "no XML"),
        (format!("<!DOCTYPE a [<!ENTITY b 'c'>]>{}", step(number)), "DTD"),
        (enveloped(&"<a>".repeat(40)).replace("</s:Body>", &format!("{}</s:Body>", "</a>".repeat(40))), "deeper than 32"),
        (step(&"<a/>".repeat(20_000)), "limit"),
    ] {
        let told = refusal(&request);
        assert!(told.contains(said), "'{told}' does not say '{said}'");
    }
}

#[test]
fn a_place_is_told() {
    let told = refusal(&call("GetProcessStepList", "\n  <Problem>1</Problem>"));
    assert!(told.ends_with("(line 2, column 3)"), "{told}");
}

fn with_header(header: &str) -> String {
    let header = format!("<s:Header xmlns:w='{}'>{header}</s:Header><s:Body>", addressing::ADDRESSING);
    call("GetServiceInfo", "").replace("<s:Body>", &header)
}

#[test]
fn the_header_is_read_and_checked() {
    let id = "urn:uuid:9b3d1c5e-8c1f-4a63-8a53-000000000001";
    let good = format!(
        "<w:To>ws://volkswagenag.com/PP/QM/GroupProblemManagementService/V3</w:To>\
         <w:Action>{NAMESPACE}/KpmService/GetServiceInfoRequest</w:Action><w:MessageID>{id}</w:MessageID><other/>\
         <t:Stage xmlns:t='http://xmldefs.volkswagenag.com/Technical/Addressing/V1'>Test</t:Stage>"
    );
    let request = read(&contract(), with_header(&good).as_bytes()).unwrap();
    assert_eq!((request.addressing.message_id.as_deref(), request.addressing.missing()), (Some(id), None));
    let cut = good.replace("Action", "Aktion");
    assert_eq!(read(&contract(), with_header(&cut).as_bytes()).unwrap().addressing.missing(), Some("Action"));
    for (from, to, said) in [
        ("ws://", "https://", "To in the header"),
        ("GetServiceInfoRequest", "GetServiceInfo", "Action in the header"),
        ("urn:uuid:", "", "MessageID in the header"),
        ("Test<", "Live<", "Production or QualityAssurance or Test"),
        ("<other/>", "<other s:mustUnderstand='1'/>", "must be understood"),
    ] {
        let told = refusal(&with_header(&good.replace(from, to)));
        assert!(told.contains(said), "{told}");
    }
}

proptest! {
    #[test]
    fn no_bytes_make_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = read(&contract(), &bytes);
    }

    #[test]
    fn no_torn_request_makes_the_reader_panic(at in 0_usize..600, length in 0_usize..40, filling in "[<>/&a \"]{0,6}") {
        let mut request = call("AddNotice", "<ProblemNumber>1</ProblemNumber><Notice>text &amp; more</Notice>");
        let start = at.min(request.len());
        let end = (start + length).min(request.len());
        request.replace_range(start..end, &filling);
        let _ = read(&contract(), request.as_bytes());
    }
}
