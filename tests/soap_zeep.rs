//! Requests as an independent SOAP client writes them, and as an independent validator wants them.

use std::{
    collections::BTreeMap,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use serde_json::{Value, json};
use trackersync::formats::soap::Contract;

/// A Python that has the packages of the foreign clients.
fn python() -> PathBuf {
    let given = std::env::var_os("TRACKERSYNC_TEST_PYTHON").map(PathBuf::from);
    let python = given.unwrap_or_else(|| in_repository("target/test-venv/bin/python"));
    assert!(python.exists(), "there is no Python with the test packages at {}: run tests/run", python.display());
    python
}

fn in_repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn contract() -> (PathBuf, Contract) {
    let wsdl = in_repository("src/standin/kpm/kpm.wsdl");
    let contract = Contract::open(&wsdl).unwrap();
    (wsdl, contract)
}

/// An example of each operation, with the request that we build from it.
fn examples(contract: &Contract) -> Vec<Value> {
    let examples: BTreeMap<String, Value> = serde_json::from_str(include_str!("kit/soap/requests.json")).unwrap();
    contract
        .operations()
        .map(|operation| {
            let name = operation.name();
            let value = examples.get(name).unwrap_or_else(|| panic!("there is no example of {name}"));
            let request = contract.request(operation, value, &[]).unwrap();
            json!({ "operation": name, "value": value, "request": request })
        })
        .collect()
}

fn compare(wsdl: &Path, cases: &[Value]) -> Output {
    let mut command = Command::new(python());
    command.arg(in_repository("tests/kit/soap/compare_with_zeep.py")).arg(wsdl);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(&serde_json::to_vec(cases).unwrap()).unwrap();
    child.wait_with_output().unwrap()
}

#[test]
fn every_request_is_valid_and_equal_to_that_of_zeep() {
    let (wsdl, contract) = contract();
    let cases = examples(&contract);
    let output = compare(&wsdl, &cases);
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{told}{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!((cases.len(), told.trim()), (14, "14 compared, 0 wrong"));
}

#[test]
fn a_request_that_is_not_valid_or_differs_is_seen() {
    let (wsdl, contract) = contract();
    let mut cases = examples(&contract);
    cases.retain(|case| case["operation"] == "AddNotice");
    let request = cases[0]["request"].as_str().unwrap().replace("<ProblemNumber>4711<", "<ProblemNumber>x<");
    cases[0]["request"] = json!(request);
    let output = compare(&wsdl, &cases);
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(!output.status.success());
    assert!(told.contains("AddNotice is not valid") && told.contains("AddNotice differs"), "{told}");
}
