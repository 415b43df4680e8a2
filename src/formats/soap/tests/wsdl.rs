use std::{fs, path::Path};

use super::*;

fn refused(wsdl: &str, from: &str, to: &str) -> String {
    edited(wsdl, from, to).map(|_| ()).unwrap_err().to_string()
}

#[test]
fn operations_have_names_elements_actions_and_faults() {
    let contract = kpm();
    assert_eq!(contract.address(), "http://127.0.0.1:18500/services");
    assert_eq!(contract.operations().count(), 14);
    let operation = contract.operation("GetDocument").unwrap();
    assert_eq!(operation.input().local, "GetDocument");
    assert_eq!(operation.output().unwrap().local, "GetDocumentResponse");
    assert_eq!(operation.soap_action(), "");
    assert_eq!(operation.faults().map(|fault| fault.local.as_str()).collect::<Vec<_>>(), ["KpmFault"]);
    assert_eq!(rich().operation("Put").unwrap().soap_action(), "urn:put");
}

#[test]
fn an_unknown_operation_names_the_nearest_one() {
    let error = kpm().operation("AddNotise").unwrap_err();
    assert_eq!(error.to_string(), "kpm.wsdl has no operation AddNotise; did you mean AddNotice?");
}

#[test]
fn what_is_needed_and_missing_is_listed() {
    let contract = kpm();
    assert_eq!(contract.require(&["AddNotice", "GetDocument"]), Ok(()));
    let missing = contract.require(&["DeleteDocument", "AddNotice", "GetChangeHistory"]).unwrap_err();
    assert_eq!(missing.missing, ["DeleteDocument", "GetChangeHistory"]);
}

#[test]
fn errors_tell_file_line_column_and_path() {
    let error =
        edited(KPM, "name=\"Contractor\" type=\"k:Contractor\"", "name=\"Contractor\" type=\"k:Contraktor\"").unwrap_err();
    let line = KPM.lines().position(|line| line.contains("name=\"Contractor\" type=\"k:Contractor\"")).unwrap() + 1;
    assert_eq!((error.file.as_str(), error.position), ("edited.wsdl", Some((u32::try_from(line).unwrap(), 5))));
    let path = "definitions[KpmStandIn]/types/schema/complexType[Order]/sequence/element[Contractor]";
    assert_eq!(error.path, path);
    assert!(error.to_string().starts_with(&format!("edited.wsdl:{line}:5: there is no type ")), "{error}");
}

#[test]
fn what_is_not_supported_is_refused_by_name() {
    for (from, to, words) in [
        ("style=\"document\"", "style=\"rpc\"", "GetServiceInfo is rpc"),
        ("use=\"literal\"", "use=\"encoded\"", "document/encoded"),
        ("element=\"k:AddNotice\"", "type=\"k:Order\"", "AddNotice names a type"),
        ("<part name=\"parameters\" element=\"k:AddNotice\"/>", "", "has 0 parts"),
        (
            "xmlns:soap=\"http://schemas.xmlsoap.org/wsdl/soap/\"",
            "xmlns:soap=\"http://schemas.xmlsoap.org/wsdl/soap12/\"",
            "SOAP 1.2",
        ),
        ("xmlns=\"http://schemas.xmlsoap.org/wsdl/\"", "xmlns=\"http://www.w3.org/ns/wsdl\"", "not WSDL 1.1"),
        ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>", "<!DOCTYPE a [<!ENTITY b \"c\">]>", "DTD"),
        ("</definitions>", "", "not well-formed"),
        ("<portType name=\"Kpm\">", "<portType name=\"Kpn\">", "there is no portType"),
        ("element=\"k:KpmFault\"", "element=\"x:KpmFault\"", "prefix x is not declared"),
        ("type=\"xsd:long\"", "type=\"xsd:lang\"", "XML Schema has no type lang"),
        ("<xsd:element name=\"Notice\"", "<xsd:element", "needs a name"),
        ("minOccurs=\"0\"", "minOccurs=\"few\"", "minOccurs is not a number: few"),
        ("minOccurs=\"0\"", "minOccurs=\"3\"", "minOccurs 3 is more than maxOccurs 1"),
        (
            "<xsd:complexType name=\"CoreProblem\"><xsd:sequence>",
            "<xsd:complexType name=\"Order\"><xsd:sequence>",
            "declared twice",
        ),
        ("base=\"k:ProcessStepItem\"", "base=\"k:ProcessStep\"", "derives from itself"),
        ("base=\"k:CoreProblem\"", "base=\"xsd:string\"", "complex content"),
        (
            "<xsd:complexType name=\"UserAuthentification\">",
            "<xsd:redefine/><xsd:complexType name=\"UserAuthentification\">",
            "redefine",
        ),
    ] {
        let message = refused(KPM, from, to);
        assert!(message.contains(words), "{from} -> {to}: {message}");
    }
}

#[test]
fn groups_that_contain_themselves_or_multiply_end() {
    let group = "<xsd:group name=\"Pair\"><xsd:sequence>";
    let message = refused(RICH, group, &format!("{group}<xsd:group ref=\"r:Pair\"/>"));
    assert!(message.contains("nested more than 64 deep"), "{message}");
    let group_of = |at: usize| {
        let next = format!("<xsd:group ref=\"r:G{}\"/>", at + 1);
        format!("<xsd:group name=\"G{at}\"><xsd:sequence>{next}{next}</xsd:sequence></xsd:group>")
    };
    let groups = (0..25).map(group_of).collect::<Vec<_>>().concat() + "<xsd:group name=\"G25\"><xsd:sequence/></xsd:group>";
    let message = refused(RICH, group, &format!("{groups}{group}<xsd:group ref=\"r:G0\"/>"));
    assert!(message.contains("elements"), "{message}");
}

#[test]
fn too_large_a_file_or_too_many_nodes_are_refused() {
    let error = Contract::read("big.wsdl", &vec![b' '; MOST_FILE_BYTES + 1]).unwrap_err();
    assert!(error.to_string().contains("larger than"), "{error}");
    let many = format!("<a>{}</a>", "<b/>".repeat(usize::try_from(MOST_NODES).unwrap()));
    let error = Contract::read("many.wsdl", many.as_bytes()).unwrap_err();
    assert!(error.to_string().contains("nodes"), "{error}");
}

#[test]
fn patterns_that_are_not_checked_are_said_to_be() {
    let contract = rich();
    assert_eq!(contract.unchecked().len(), 1, "{:?}", contract.unchecked());
    assert!(contract.unchecked()[0].starts_with("rich.wsdl:14:"), "{:?}", contract.unchecked());
}

/// The schema of the stand-in in a file of its own, and a WSDL that imports it from a location.
fn split(folder: &Path, location: &str, file: &str) -> std::path::PathBuf {
    let (start, end) = (KPM.find("<xsd:schema").unwrap(), KPM.find("</xsd:schema>").unwrap() + "</xsd:schema>".len());
    let namespace = "http://xmldefs.volkswagenag.com/PP/QM/GroupProblemManagementService/V3";
    let import = format!("<xsd:schema><xsd:import namespace=\"{namespace}\" schemaLocation=\"{location}\"/></xsd:schema>");
    let schema = folder.join(file);
    fs::create_dir_all(schema.parent().unwrap()).unwrap();
    fs::write(schema, &KPM[start..end]).unwrap();
    let wsdl = folder.join("service.wsdl");
    fs::write(&wsdl, format!("{}{import}{}", &KPM[..start], &KPM[end..])).unwrap();
    wsdl
}

#[test]
fn schemas_are_imported_from_files_below_the_folder_of_the_wsdl() {
    let folder = tempfile::tempdir().unwrap();
    let contract = Contract::open(&split(folder.path(), "xsd/types.xsd", "xsd/types.xsd")).unwrap();
    assert_eq!(contract.operations().count(), 14);
    let operation = contract.operation("AddDocument").unwrap();
    assert!(contract.request_field(operation, "Document/Data").unwrap().is_required);
}

#[test]
fn nothing_is_fetched_and_nothing_read_outside_of_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    let inside = folder.path().join("inside");
    fs::create_dir(&inside).unwrap();
    for (location, file, words) in [
        ("http://127.0.0.1:1/types.xsd", "types.xsd", "nothing is fetched from the network"),
        ("file:types.xsd", "types.xsd", "is not a local file"),
        ("../types.xsd", "../types.xsd", "outside of the folder"),
        ("missing.xsd", "types.xsd", "missing.xsd cannot be read"),
        ("/etc/hostname", "types.xsd", "absolute path"),
        ("service.wsdl", "types.xsd", "is not a schema"),
    ] {
        let error = Contract::open(&split(&inside, location, file)).unwrap_err();
        assert!(error.message.contains(words), "{location}: {error}");
        assert!(error.position.is_some(), "{location}: {error}");
    }
    let error = edited(KPM, "<types>", "<import namespace=\"a\" location=\"a.wsdl\"/><types>").unwrap_err();
    assert!(error.message.contains("given as a text"), "{error}");
}

#[cfg(unix)]
#[test]
fn a_link_does_not_lead_out_of_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    let inside = folder.path().join("inside");
    fs::create_dir(&inside).unwrap();
    let wsdl = split(&inside, "link.xsd", "../types.xsd");
    std::os::unix::fs::symlink(folder.path().join("types.xsd"), inside.join("link.xsd")).unwrap();
    let error = Contract::open(&wsdl).unwrap_err();
    assert!(error.message.contains("outside of the folder"), "{error}");
}

#[test]
fn cycles_of_includes_end_and_an_included_schema_takes_the_namespace() {
    let folder = tempfile::tempdir().unwrap();
    let include = |file: &str| format!("<xsd:include schemaLocation=\"{file}\"/>");
    let schema = |inside: &str| format!("<xsd:schema xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\">{inside}</xsd:schema>");
    let word = "<xsd:complexType name=\"Extra\"><xsd:sequence><xsd:element name=\"Twin\" type=\"Other\" minOccurs=\"0\"/></xsd:sequence></xsd:complexType>";
    let other = "<xsd:simpleType name=\"Other\"><xsd:restriction base=\"xsd:int\"/></xsd:simpleType>";
    fs::write(folder.path().join("a.xsd"), schema(&format!("{}{word}", include("b.xsd")))).unwrap();
    fs::write(folder.path().join("b.xsd"), schema(&format!("{}{other}", include("a.xsd")))).unwrap();
    let first = "<xsd:complexType name=\"UserAuthentification\"><xsd:sequence>";
    let wsdl = KPM.replacen(
        first,
        &format!("{}{first}<xsd:element name=\"Extra\" type=\"k:Extra\" minOccurs=\"0\"/>", include("a.xsd")),
        1,
    );
    let path = folder.path().join("service.wsdl");
    fs::write(&path, wsdl).unwrap();
    let contract = Contract::open(&path).unwrap();
    let operation = contract.operation("GetServiceInfo").unwrap();
    assert!(contract.request_field(operation, "UserAuthentification/Extra/Twin").unwrap().is_text);
}

#[test]
fn a_wsdl_may_import_its_messages_from_another() {
    let folder = tempfile::tempdir().unwrap();
    let (start, end) = (KPM.find(" <binding").unwrap(), KPM.find("</definitions>").unwrap());
    let head = &KPM[..KPM.find(" <documentation").unwrap()];
    let namespace = "http://xmldefs.volkswagenag.com/PP/QM/GroupProblemManagementService/V3";
    fs::write(folder.path().join("types.wsdl"), format!("{}{}", &KPM[..start], &KPM[end..])).unwrap();
    let import = format!("<import namespace=\"{namespace}\" location=\"types.wsdl\"/>");
    let path = folder.path().join("service.wsdl");
    fs::write(&path, format!("{head}{import}{}", &KPM[start..])).unwrap();
    assert_eq!(Contract::open(&path).unwrap().operations().count(), 14);
}

#[test]
fn more_files_than_allowed_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let schema = |next: usize| {
        format!(
            "<xsd:schema xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\"><xsd:include schemaLocation=\"{next}.xsd\"/></xsd:schema>"
        )
    };
    for at in 0..=MOST_FILES {
        fs::write(folder.path().join(format!("{at}.xsd")), schema(at + 1)).unwrap();
    }
    let path = folder.path().join("service.wsdl");
    fs::write(&path, KPM.replacen("<xsd:complexType", "<xsd:include schemaLocation=\"0.xsd\"/><xsd:complexType", 1)).unwrap();
    let error = Contract::open(&path).unwrap_err();
    assert!(error.message.contains("would be file 65"), "{error}");
}
