use serde_json::json;

use super::*;

const V3: &str = "http://xmldefs.volkswagenag.com/PP/QM/GroupProblemManagementService/V3";

/// The answer to `GetProcessStepList` with this inside.
fn steps(inside: &str) -> String {
    format!(
        "<n:GetProcessStepListResponse xmlns:n=\"{V3}\"><GetProcessStepListResponse>{inside}</GetProcessStepListResponse>\
         </n:GetProcessStepListResponse>"
    )
}

fn deviations(contract: &Contract, operation: &str, body: &str) -> Vec<String> {
    let answer = read(contract, operation, &envelope(body)).unwrap();
    answer.deviations.iter().map(ToString::to_string).collect()
}

#[test]
fn what_may_repeat_is_a_list_and_texts_are_kept_as_they_came() {
    let body = steps(
        "<ResponseMessage><MessageId> INFO </MessageId></ResponseMessage><ProcessStepItem><Status> 2</Status></ProcessStepItem>",
    );
    assert_eq!(
        value(kpm(), "GetProcessStepList", &body),
        json!({ "GetProcessStepListResponse": {
            "ResponseMessage": { "MessageId": " INFO " }, "ProcessStepItem": [{ "Status": " 2" }]
        }})
    );
    let empty = value(kpm(), "GetProcessStepList", &steps(""));
    assert_eq!(empty, json!({ "GetProcessStepListResponse": {} }));
}

#[test]
fn namespaces_and_blanks_between_elements_do_not_matter() {
    let body = format!(
        "\n <GetProcessStepListResponse xmlns=\"{V3}\">\n  <GetProcessStepListResponse>\n <ProcessStepItem/>\n\
         <!-- c --><?p i?></GetProcessStepListResponse></GetProcessStepListResponse>"
    );
    let expected = json!({ "GetProcessStepListResponse": { "ProcessStepItem": [{}] } });
    assert_eq!(value(kpm(), "GetProcessStepList", &body), expected);
    assert_eq!(value(kpm(), "GetProcessStepList", &body.replace(V3, "urn:other")), expected);
}

#[test]
fn text_may_come_in_pieces() {
    let body = steps("<ProcessStepItem><Status>a&lt;<![CDATA[<b>]]>&#228;&#x1F600;\r\n</Status></ProcessStepItem>");
    let read = value(kpm(), "GetProcessStepList", &body);
    assert_eq!(read["GetProcessStepListResponse"]["ProcessStepItem"][0]["Status"], "a<<b>ä😀\n");
}

#[test]
fn what_the_schema_does_not_know_is_kept_and_reported_once() {
    let item = "<ProcessStepItem new=\"1\"><Colour>red</Colour><Box a=\"1\"><In>x</In><In>y</In>t</Box><Status kind=\"k\">2<Sub/></Status></ProcessStepItem>";
    let body = steps(&format!("{item}{item}<ResponseMessage/><ResponseMessage/>loose"));
    let contract = kpm();
    let read = value(contract, "GetProcessStepList", &body);
    let inside = &read["GetProcessStepListResponse"];
    assert_eq!(
        inside["ProcessStepItem"][1],
        json!({ "@new": "1", "Colour": "red", "Box": { "@a": "1", "In": ["x", "y"], "#text": "t" }, "Status": "2" })
    );
    assert_eq!(inside["ResponseMessage"], json!([{}, {}]));
    assert_eq!(
        deviations(contract, "GetProcessStepList", &body),
        [
            "unexpected text at GetProcessStepListResponse",
            "unknown attribute at GetProcessStepListResponse/ProcessStepItem/@new",
            "unknown element at GetProcessStepListResponse/ProcessStepItem/Box",
            "unknown element at GetProcessStepListResponse/ProcessStepItem/Colour",
            "unknown attribute at GetProcessStepListResponse/ProcessStepItem/Status/@kind",
            "unknown element at GetProcessStepListResponse/ProcessStepItem/Status/Sub",
            "repeated element at GetProcessStepListResponse/ResponseMessage",
        ]
    );
}

#[test]
fn deviations_are_bounded() {
    let many = (0..200).map(|at| format!("<N{at}/>")).collect::<Vec<_>>().concat();
    assert_eq!(deviations(kpm(), "GetProcessStepList", &steps(&many)).len(), MOST_FINDINGS);
}

#[test]
fn a_character_that_xml_does_not_allow_hides_nothing() {
    let body = steps("<ProcessStepItem><Status>a\u{1}&#2;b</Status></ProcessStepItem>");
    let read = value(kpm(), "GetProcessStepList", &body);
    assert_eq!(read["GetProcessStepListResponse"]["ProcessStepItem"][0]["Status"], "a\u{FFFD}\u{FFFD}b");
    let path = "character that XML does not allow at GetProcessStepListResponse/ProcessStepItem/Status";
    assert_eq!(deviations(kpm(), "GetProcessStepList", &body), [path]);
}

#[test]
fn nil_types_and_open_content_are_understood() {
    let xsi = "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xmlns:r=\"urn:rich\"";
    let body = format!(
        "<PutResponse {xsi}><Tree xsi:type=\"r:BigTree\"><Label xsi:nil=\"true\">x</Label><Height>1</Height></Tree>\
         <Open any=\"1\"><What>ever</What></Open></PutResponse>"
    );
    assert_eq!(
        value(rich(), "Put", &body),
        json!({ "Tree": { "Label": null, "Height": ["1"] }, "Open": { "@any": "1", "What": "ever" } })
    );
    assert_eq!(deviations(rich(), "Put", &body), [""; 0]);
}

#[test]
fn data_may_be_inline() {
    let body = format!(
        "<n:GetDocumentResponse xmlns:n=\"{V3}\"><GetDocumentResponseInternal><Document><Data>\nYWJj\n</Data></Document>\
         </GetDocumentResponseInternal></n:GetDocumentResponse>"
    );
    let read = value(kpm(), "GetDocument", &body);
    let data = &read["GetDocumentResponseInternal"]["Document"]["Data"];
    assert_eq!(Binary::of(data, 3), Ok(Binary::Inline(b"abc".to_vec())));
}

#[test]
fn faults_are_read_with_their_detail() {
    let fault = format!(
        "<e:Fault><faultcode>e:Server</faultcode><faultstring/><detail><n:KpmFault xmlns:n=\"{V3}\"><errorCode>FC_501</errorCode>\
         <message>Problem not found</message></n:KpmFault><Other>x</Other></detail></e:Fault>"
    );
    let fault = read(kpm(), "GetDocument", &envelope(&fault)).unwrap().outcome.unwrap_err();
    assert_eq!((fault.code.as_str(), fault.message.as_str(), &fault.actor), ("e:Server", "", &None));
    let detail = json!({ "KpmFault": { "errorCode": "FC_501", "message": "Problem not found" }, "Other": "x" });
    assert_eq!(fault.detail, detail);
    assert_eq!(fault.to_string(), "SOAP fault e:Server: no message");
    let bare = "<e:Fault><faultcode>e:Client</faultcode><faultstring>Internal Error</faultstring></e:Fault>";
    let fault = read(kpm(), "GetDocument", &envelope(bare)).unwrap().outcome.unwrap_err();
    assert_eq!((fault.message.as_str(), fault.detail), ("Internal Error", Value::Null));
}

#[test]
fn another_element_than_the_wsdl_says_is_no_answer() {
    let error = read(kpm(), "GetDocument", &envelope("<GetDocumentListResponse/>")).unwrap_err();
    assert!(matches!(&error, AnswerError::UnexpectedElement { found, .. } if found == "GetDocumentListResponse"), "{error}");
    let error = read(kpm(), "GetDocument", &envelope("")).unwrap_err();
    assert!(matches!(&error, AnswerError::UnexpectedElement { found, .. } if found == "nothing"), "{error}");
}
