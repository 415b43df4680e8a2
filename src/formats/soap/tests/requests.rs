use serde_json::json;

use super::*;

fn build(contract: &Contract, operation: &str, value: &Value) -> Result<String, RequestRefused> {
    contract.request(contract.operation(operation).unwrap(), value, &[])
}

fn findings(contract: &Contract, operation: &str, value: &Value) -> Vec<String> {
    build(contract, operation, value).unwrap_err().findings.iter().map(ToString::to_string).collect()
}

/// A request to `Put` of the rich contract; the choice is made unless it is overridden.
fn put(fields: &Value) -> Value {
    let mut value = json!({ "At": "2024-12-31T23:59:59Z" });
    for (name, field) in fields.as_object().unwrap() {
        value[name] = field.clone();
    }
    value
}

#[test]
fn only_the_operation_is_qualified_and_the_order_is_that_of_the_schema() {
    let value = json!({ "Notice": "a<b", "ProblemNumber": 7, "UserAuthentification": { "SessionKey": "s", "UserId": "u" } });
    let request = build(kpm(), "AddNotice", &value).unwrap();
    assert!(request.contains("xmlns:n1=\"http://xmldefs.volkswagenag.com/PP/QM/GroupProblemManagementService/V3\""));
    assert_eq!(
        body(&request),
        "<n1:AddNotice><UserAuthentification><UserId>u</UserId><SessionKey>s</SessionKey></UserAuthentification>\
         <ProblemNumber>7</ProblemNumber><Notice>a&lt;b</Notice></n1:AddNotice>"
    );
}

#[test]
fn each_namespace_has_its_prefix() {
    let value = put(&json!({ "Note": ["x", "y"], "Tree": { "Label": "l", "Branch": [{ "Label": "m" }] }, "@id": "i" }));
    assert_eq!(
        body(&build(rich(), "Put", &value).unwrap()),
        "<n1:Put id=\"i\"><n2:Note>x</n2:Note><n2:Note>y</n2:Note><n1:At>2024-12-31T23:59:59Z</n1:At>\
         <n1:Tree><Label>l</Label><n1:Branch><Label>m</Label></n1:Branch></n1:Tree></n1:Put>"
    );
}

#[test]
fn all_that_is_wrong_is_told_at_once_with_its_path() {
    let value = json!({
        "UserAuthentification": { "UserID": "me" },
        "ProblemNumber": "12x",
        "SupplierResponse": { "Status": ["1", "2"], "VersionOk": "a\u{1}b", "DueDate": {} },
        "Text": "x",
    });
    assert_eq!(
        findings(kpm(), "AddSupplierResponse", &value),
        [
            "UserAuthentification/UserId: is missing",
            "UserAuthentification/UserID: is not known to the schema; did you mean UserId?",
            "ProblemNumber: must be a whole number",
            "SupplierResponse/VersionOk: holds U+0001 as character 2, which XML cannot hold",
            "SupplierResponse/DueDate: has to be text and is an object",
            "SupplierResponse/Status[2]: is repeated, and the schema allows it once",
            "Text: is not known to the schema",
        ]
    );
}

#[test]
fn findings_are_bounded_and_tell_no_values() {
    let mut value = json!({ "UserAuthentification": { "UserId": "me" }, "ProblemNumber": "secret" });
    for at in 0..100 {
        value[format!("x{at}")] = json!("secret");
    }
    let refused = build(kpm(), "GetDocumentList", &value).unwrap_err();
    assert_eq!((refused.findings.len(), refused.more), (MOST_FINDINGS, 51));
    assert!(!refused.to_string().contains("secret"));
}

#[test]
fn values_out_of_range_are_refused() {
    let contract = rich();
    for (fields, words) in [
        (json!({ "Colour": "blue" }), "Colour: must be one of red, green"),
        (json!({ "Share": 101 }), "Share: must be at most 100"),
        (json!({ "Share": "-1" }), "Share: must be at least 0"),
        (json!({ "Share": "1.2345" }), "Share: has 5 digits and may have at most 4"),
        (json!({ "Colour": null }), "Colour: is null, and the schema does not allow that"),
        (json!({ "Note": ["a", "b", "c", "d"] }), "Note[4]: is repeated too often"),
        (json!({ "Amount": "5" }), "Amount/@unit: is missing"),
        (json!({ "Amount": { "#text": "5", "@unit": "ab" } }), "Amount/@unit: must have the form [A-Z]{2}"),
        (
            json!({ "Amount": { "#text": "5", "@unit": "AB", "@unti": "" } }),
            "@unti: is not known to the schema; did you mean unit?",
        ),
        (json!({ "Amount": { "#text": "x", "@unit": "AB" } }), "Amount: must be a number"),
        (json!({ "Small": { "#text": "11", "@unit": "AB" } }), "Small: must be at most 10"),
        (json!({ "Small": { "#text": "1", "@unit": "AB", "@exact": true } }), "Small/@exact: is not known"),
        (json!({ "Data": "*" }), "Data: must be base64"),
        (json!({ "At": null }), "At: is null"),
        (json!({ "At": [] }), "one of From, At is missing"),
        (json!({ "From": "2024-01-01" }), "From: may not stand beside the others"),
        (json!({ "At": [], "From": "2024-01-01" }), "To: is missing"),
        (json!({ "Value": "v" }), "Key: is missing"),
        (json!({ "Key": ["a", "b", "c"] }), "Key[3]: is repeated too often"),
        (json!({ "Point": { "Y": 1 } }), "Point/X: is missing"),
        (json!({ "Point": 1 }), "Point: has to be an object and is a number"),
        (json!({ "Point": { "X": 1, "#text": "x" } }), "Point/#text: is not allowed"),
        (json!({ "Any": { "a": 1 } }), "Any: has to be text"),
        (json!({ "@id": "a b" }), "@id: must be a name without colon"),
        (json!({ "Wrong": [] }), "Wrong: is not known to the schema"),
    ] {
        let found = findings(contract, "Put", &put(&fields)).join("; ");
        assert!(found.contains(words), "{fields}: {found}");
    }
}

#[test]
fn values_in_range_are_written() {
    let contract = rich();
    for (fields, written) in [
        (json!({ "Share": null }), "<n1:Share xsi:nil=\"true\"/>"),
        (json!({ "Share": 99.5 }), "<n1:Share>99.5</n1:Share>"),
        (json!({ "Word": "grün !" }), "<n1:Word>grün !</n1:Word>"),
        (json!({ "Words": "a b" }), "<n1:Words>a b</n1:Words>"),
        (json!({ "Any": true }), "<n1:Any>true</n1:Any>"),
        (
            json!({ "At": [], "To": "2024-01-02", "From": "2024-01-01" }),
            "<n1:From>2024-01-01</n1:From><n1:To>2024-01-02</n1:To>",
        ),
        (
            json!({ "Key": ["a", "b"], "Value": ["1", "2"] }),
            "<n1:Key>a</n1:Key><n1:Value>1</n1:Value><n1:Key>b</n1:Key><n1:Value>2</n1:Value>",
        ),
        (
            json!({ "Amount": { "@exact": true, "#text": " 5", "@unit": "AB" } }),
            "<n1:Amount unit=\"AB\" exact=\"true\"> 5</n1:Amount>",
        ),
        (json!({ "Point": { "Y": 2, "X": 1 } }), "<n1:Point><n1:X>1</n1:X><n1:Y>2</n1:Y></n1:Point>"),
        (json!({ "@mark": "a\"\n\tb" }), "<n1:Put mark=\"a&quot;&#10;&#9;b\">"),
        (json!({ "@lang": "de" }), "<n1:Put xml:lang=\"de\">"),
        (json!({ "Any": "a\r\nb" }), "<n1:Any>a&#13;\nb</n1:Any>"),
    ] {
        let request = build(contract, "Put", &put(&fields)).unwrap();
        assert!(request.contains(written), "{fields}: {request}");
        assert_eq!(request.contains("xmlns:xsi"), written.contains("xsi:"));
    }
}

#[test]
fn nesting_ends() {
    let mut tree = json!({ "Label": "l" });
    for _ in 0..100 {
        tree = json!({ "Label": "l", "Branch": [tree] });
    }
    let found = findings(rich(), "Put", &put(&json!({ "Tree": tree }))).join("; ");
    assert!(found.contains("is nested more than 64 deep"), "{found}");
}

#[test]
fn headers_are_written_before_the_body_and_checked() {
    let contract = kpm();
    let operation = contract.operation("GetServiceInfo").unwrap();
    let value = json!({ "UserAuthentification": { "UserId": "u" } });
    let headers = [
        HeaderBlock::text("urn:a", "To", "a&b"),
        HeaderBlock::blocks("urn:a", "Group", vec![HeaderBlock::text("", "Stage", "Test")]),
    ];
    let request = contract.request(operation, &value, &headers).unwrap();
    let head = "<soapenv:Header><n1:To>a&amp;b</n1:To><n1:Group><Stage>Test</Stage></n1:Group></soapenv:Header>";
    assert!(request.contains(head) && request.contains("xmlns:n1=\"urn:a\""), "{request}");
    let wrong = [HeaderBlock::text("urn:a", "To", "\u{0}"), HeaderBlock::text("urn:a", "a b", "")];
    let refused = contract.request(operation, &value, &wrong).unwrap_err();
    let found: Vec<&str> = refused.findings.iter().map(|finding| finding.path.as_str()).collect();
    assert_eq!(found, ["header/To", "header/a b"]);
}

#[test]
fn a_configuration_can_ask_for_fields() {
    let (contract, rich) = (kpm(), rich());
    let create = contract.operation("CreateDevelopmentProblem").unwrap();
    let field = contract.request_field(create, "DevelopmentProblem/Rating").unwrap();
    assert_eq!(field, Field { is_many: false, is_required: true, is_text: true, values: vec![] });
    let path = "DevelopmentProblem/AdditionalCriteriaList/AdditionalCriteria/@description";
    let field = contract.request_field(create, path).unwrap();
    assert!(field.is_many && field.is_text && !field.is_required);
    assert!(!contract.request_field(create, "DevelopmentProblem/Origin").unwrap().is_text);
    let error = contract.request_field(create, "DevelopmentProblem/Orign/Phase").unwrap_err();
    assert_eq!((error.step.as_str(), error.near.as_deref()), ("Orign", Some("Origin")));
    assert!(contract.request_field(create, "").is_err());
    assert!(contract.request_field(create, "DevelopmentProblem/Rating/More").is_err());
    let put = rich.operation("Put").unwrap();
    assert_eq!(rich.request_field(put, "Colour").unwrap().values, ["red", "green"]);
}
