//! What must go on working when the owner of a service changes its WSDL.

use std::fs;

use serde_json::json;

use super::*;

const V3: &str = "http://xmldefs.volkswagenag.com/PP/QM/GroupProblemManagementService/V3";

fn request() -> Value {
    json!({
        "UserAuthentification": { "UserId": "u" },
        "ProblemNumber": "7",
        "SupplierResponse": { "Status": "1", "ErrorNumber": "E", "DueDate": "2024-01-01" },
        "ResponseText": "text",
    })
}

/// The answer as services send it, qualified or not.
fn answer(prefix: &str) -> String {
    let inside = format!(
        "<{prefix}AddSupplierResponseResponseInternal><{prefix}ResponseMessage><{prefix}MessageType>MT_INFO</{prefix}MessageType>\
         </{prefix}ResponseMessage><{prefix}ProcessStepId> 1</{prefix}ProcessStepId></{prefix}AddSupplierResponseResponseInternal>"
    );
    format!("<n:AddSupplierResponseResponse xmlns:n=\"{V3}\">{inside}</n:AddSupplierResponseResponse>")
}

/// What a contract makes of the request, and that it reads the answer as ever.
fn works(contract: &Contract) -> String {
    let expected = json!({ "AddSupplierResponseResponseInternal": {
        "ResponseMessage": { "MessageType": "MT_INFO" }, "ProcessStepId": " 1"
    }});
    for prefix in ["", "n:"] {
        let read = read(contract, "AddSupplierResponse", &envelope(&answer(prefix))).unwrap();
        assert_eq!(read.outcome.unwrap(), expected);
        assert_eq!(read.deviations, []);
    }
    let operation = contract.operation("AddSupplierResponse").unwrap();
    body(&contract.request(operation, &request(), &[]).unwrap()).to_owned()
}

const STATUS: &str = "<Status>1</Status><ErrorNumber>E</ErrorNumber>";
const NUMBER: &str = "<xsd:element name=\"ErrorNumber\" type=\"xsd:string\" minOccurs=\"0\"/>";

#[test]
fn the_contract_of_today_works() {
    assert!(works(kpm()).contains(STATUS));
}

#[test]
fn another_order_is_followed() {
    let start = "<xsd:complexType name=\"SupplierResponse\"><xsd:sequence>";
    let wsdl = KPM.replace(NUMBER, "").replace(start, &format!("{start}{NUMBER}"));
    let contract = Contract::read("edited.wsdl", wsdl.as_bytes()).unwrap();
    assert!(works(&contract).contains("<ErrorNumber>E</ErrorNumber><Status>1</Status>"));
}

#[test]
fn more_optional_elements_change_nothing() {
    let more = format!("{NUMBER}<xsd:element name=\"New\" type=\"k:Order\" minOccurs=\"0\" maxOccurs=\"unbounded\"/>");
    assert_eq!(works(&edited(KPM, NUMBER, &more).unwrap()), works(kpm()));
}

#[test]
fn a_new_element_that_is_needed_is_told_by_name() {
    let more = format!("{NUMBER}<xsd:element name=\"New\" type=\"xsd:string\"/>");
    let contract = edited(KPM, NUMBER, &more).unwrap();
    let operation = contract.operation("AddSupplierResponse").unwrap();
    let refused = contract.request(operation, &request(), &[]).unwrap_err();
    assert!(refused.to_string().ends_with("SupplierResponse/New: is missing"), "{refused}");
}

#[test]
fn qualified_elements_are_written_so_and_both_kinds_are_read() {
    let contract = edited(KPM, "elementFormDefault=\"unqualified\"", "elementFormDefault=\"qualified\"").unwrap();
    let written = works(&contract);
    assert!(written.contains("<n1:Status>1</n1:Status><n1:ErrorNumber>E</n1:ErrorNumber>"), "{written}");
    assert!(written.contains("<n1:UserAuthentification>"), "{written}");
}

#[test]
fn an_element_may_move_to_a_namespace_of_its_own() {
    let schema = "<xsd:schema targetNamespace=\"urn:new\"><xsd:element name=\"ErrorNumber\" type=\"xsd:string\"/></xsd:schema>";
    let wsdl = KPM.replace(NUMBER, "<xsd:element ref=\"x:ErrorNumber\" minOccurs=\"0\" xmlns:x=\"urn:new\"/>");
    let wsdl = wsdl.replace("</xsd:schema>", &format!("</xsd:schema>{schema}"));
    let contract = Contract::read("edited.wsdl", wsdl.as_bytes()).unwrap();
    let written = works(&contract);
    assert!(written.contains("<Status>1</Status><n2:ErrorNumber>E</n2:ErrorNumber>"), "{written}");
}

#[test]
fn the_schema_may_move_to_a_file_of_its_own() {
    let (start, end) = (KPM.find("<xsd:schema").unwrap(), KPM.find("</xsd:schema>").unwrap() + "</xsd:schema>".len());
    let import = format!("<xsd:schema><xsd:import namespace=\"{V3}\" schemaLocation=\"service.xsd\"/></xsd:schema>");
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("service.xsd"), &KPM[start..end]).unwrap();
    fs::write(folder.path().join("service.wsdl"), format!("{}{import}{}", &KPM[..start], &KPM[end..])).unwrap();
    assert_eq!(works(&Contract::open(&folder.path().join("service.wsdl")).unwrap()), works(kpm()));
}

#[test]
fn an_element_that_may_repeat_now_is_a_list_now() {
    let contract = edited(KPM, NUMBER, &NUMBER.replace("/>", " maxOccurs=\"2\"/>")).unwrap();
    assert!(works(&contract).contains(STATUS));
}

#[test]
fn an_element_that_stands_in_two_ways_of_a_choice_is_no_list() {
    let both = format!(
        "<xsd:choice><xsd:sequence>{NUMBER}<xsd:element name=\"A\" type=\"xsd:string\"/></xsd:sequence>{NUMBER}</xsd:choice>"
    );
    let contract = edited(KPM, NUMBER, &both).unwrap();
    let operation = contract.operation("AddSupplierResponse").unwrap();
    assert!(!contract.request_field(operation, "SupplierResponse/ErrorNumber").unwrap().is_many);
    assert!(works(&contract).contains(STATUS));
    let twice = edited(KPM, NUMBER, &format!("{NUMBER}<xsd:sequence>{NUMBER}</xsd:sequence>")).unwrap();
    let operation = twice.operation("AddSupplierResponse").unwrap();
    assert!(twice.request_field(operation, "SupplierResponse/ErrorNumber").unwrap().is_many);
}

#[test]
fn an_operation_that_is_gone_is_missed_by_name() {
    let gone = |wsdl: &str, start: &str| {
        let from = wsdl.find(start).unwrap();
        let end = from + wsdl[from..].find("</operation>").unwrap() + "</operation>".len();
        format!("{}{}", &wsdl[..from], &wsdl[end..])
    };
    let start = "<operation name=\"AddNotice\">";
    let contract = Contract::read("edited.wsdl", gone(&gone(KPM, start), start).as_bytes()).unwrap();
    let missing = contract.require(&["AddNotice", "AddDocument"]).unwrap_err();
    let start = "edited.wsdl lacks the operations AddNotice:";
    assert!(missing.to_string().starts_with(start), "{missing}");
    works(&contract);
}
