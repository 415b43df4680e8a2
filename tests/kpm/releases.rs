//! The WSDL of a site decides: other releases work unchanged, and one that lacks something is told at the start.

use serde_json::json;
use trackersync::{
    app::App,
    standin::kpm::{KpmOptions, StepKind},
};

use crate::site::{Site, WSDL, config, kpm_section};

/// Lets two declarations change places.
fn swapped(wsdl: &str, one: &str, other: &str) -> String {
    assert!(wsdl.contains(one) && wsdl.contains(other), "{one} {other}");
    wsdl.replace(one, "\u{1}").replace(other, one).replace('\u{1}', other)
}

/// The declaration of an element that need not be there, or has to.
fn element(name: &str, kind: &str, is_required: bool) -> String {
    let occurs = if is_required { "" } else { " minOccurs=\"0\"" };
    format!("<xsd:element name=\"{name}\" type=\"xsd:{kind}\"{occurs}/>")
}

/// A release with another order of fields and with fields that ours does not have.
fn another_release() -> String {
    let text = |name, is_required| element(name, "string", is_required);
    let wsdl = swapped(WSDL, &text("Rating", true), &text("ShortText", true));
    let wsdl = swapped(&wsdl, &text("ErrorNumber", false), &text("VersionOk", false));
    let wsdl = swapped(&wsdl, &text("Suffix", false), &element("Size", "long", false));
    let new = text("Invented", false);
    ["Visibility", "ResponseText"]
        .iter()
        .fold(wsdl, |wsdl, name| wsdl.replacen(&text(name, false), &format!("{new}{}", text(name, false)), 1))
}

#[tokio::test(flavor = "multi_thread")]
async fn another_order_and_new_fields_change_nothing() {
    let wsdl = another_release();
    assert_ne!(wsdl, WSDL);
    let site = Site::with(KpmOptions { wsdl: Some(wsdl), ..KpmOptions::default() }).await;
    let problem = site.problem(json!({ "ShortText": "Released", "Rating": "3", "Invented": "so" }));
    site.settle(problem).await;
    let issue = site.issue("Released");
    assert_eq!(issue.labels, ["Rating-3"]);
    let jira = site.jira.state();
    jira.edit_fields("jane", &issue.id, json!({ "customfield_10055": "1.1" })).unwrap();
    jira.add_comment("jane", &issue.id, "TO KPM: Hello").unwrap();
    jira.add_attachment("jane", &issue.id, "KPM-a.txt", "text/plain", b"content".to_vec()).unwrap();
    assert_eq!(site.settle(problem).await, Vec::<String>::new());
    let statement = site.steps(problem, StepKind::SupplierResponse).pop().unwrap().statement.unwrap();
    assert_eq!((statement.error_number.as_deref(), statement.version_ok.as_deref()), (Some(issue.key.as_str()), Some("1.1")));
    assert_eq!((site.steps(problem, StepKind::Notice).len(), site.snapshot(problem).documents.len()), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wsdl_that_lacks_operations_stops_the_start_and_names_them() {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let folder = tempfile::tempdir().unwrap();
    let lacking = WSDL.replace("<operation name=\"AddNotice\"", "<operation name=\"SayNotice\"");
    std::fs::write(folder.path().join("kpm.wsdl"), lacking).unwrap();
    let section = kpm_section("http://127.0.0.1:1/", folder.path(), "certificate = \"a.pem\"\nkey = \"a.key\"");
    let Err(error) = App::engines_only(&config(&[section], folder.path())).await else { panic!("it lacks AddNotice") };
    assert!(error.to_string().contains("AddNotice") && error.to_string().contains("[trackers.kpm]"), "{error}");
}
