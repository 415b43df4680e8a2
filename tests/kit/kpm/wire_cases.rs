//! What goes over the wire, byte by byte.

use sha2::{Digest, Sha256};
use trackersync::standin::kpm::{DocumentSpec, KpmOptions};

use super::kit::{NAMESPACE, Site, about, request};

#[tokio::test]
async fn an_answer_is_a_multipart_in_chunks() {
    let site = Site::start().await;
    let reply = site.client.call("GetServiceInfo", "").await;
    assert_eq!((reply.status, reply.chunked), (200, true));
    let kind = &reply.content_type;
    assert!(kind.starts_with("multipart/related; type=\"application/xop+xml\"; boundary=\"uuid:"), "{kind}");
    assert!(kind.ends_with("start=\"<root.message@cxf.apache.org>\"; start-info=\"text/xml\""), "{kind}");
    assert_eq!(reply.header("RelatesTo").unwrap(), "urn:uuid:6f1f8c2e-5d4f-4e4e-9f0a-1f9c7d2b3a4c");
    assert_eq!(reply.header("Action").unwrap(), format!("{NAMESPACE}/KpmService/GetServiceInfoResponse"));
    assert!(reply.header("Assertion").is_some());
}

#[tokio::test]
async fn the_inner_element_is_named_by_operation() {
    let site = Site::start().await;
    let problem = site.problem();
    let notice = "<Notice>a</Notice>";
    for (operation, fields, inner) in [
        ("GetServiceInfo", String::new(), "GetServiceInfoResponse"),
        ("GetProcessStepList", about(problem, ""), "GetProcessStepListResponse"),
        ("AddNotice", about(problem, notice), "AddNoticeResponseInternal"),
        ("GetDocumentList", about(problem, ""), "GetDocumentListResponseInternal"),
    ] {
        let reply = site.client.call(operation, &fields).await;
        reply.succeeded();
        let document = roxmltree::Document::parse(&reply.envelope).unwrap();
        let outer = document.descendants().find(|node| node.has_tag_name((NAMESPACE, format!("{operation}Response").as_str())));
        let found: Vec<_> =
            outer.unwrap().children().map(|node| (node.tag_name().namespace(), node.tag_name().name())).collect();
        assert_eq!(found, [(None, inner)]);
    }
}

#[tokio::test]
async fn a_document_keeps_its_bytes_both_ways() {
    let site = Site::start().await;
    let problem = site.problem();
    let bytes = [b"\r\n".as_slice(), &(0..=255).collect::<Vec<u8>>(), b"\r\n--uuid:\r\n\r\n"].concat();
    let id = site.state().add_document(problem, DocumentSpec::new("Messung", "bin", bytes.clone())).unwrap();
    let id = format!("<DocumentId>{id}</DocumentId>");
    let reply = site.client.call("GetDocument", &about(problem, &id)).await;
    let [part] = reply.attached.as_slice() else { panic!("{reply:?}") };
    assert!(part.ends_with(&[b"\r\n\r\n".as_slice(), &bytes].concat()));
    let reference = reply.envelope.split("href=\"cid:").nth(1).unwrap().split('"').next().unwrap();
    assert!(String::from_utf8_lossy(part).contains(&format!("Content-ID: <{reference}>\r\n")));
    let document = "<Document><Name>a</Name><AccessRight>0</AccessRight><Data>DQoA/w0K</Data></Document>";
    site.client.call("AddDocument", &about(problem, document)).await.succeeded();
    let snapshot = site.state().problem(problem).unwrap();
    assert_eq!(snapshot.documents[1].sha256, hex::encode(Sha256::digest(b"\r\n\x00\xff\r\n")));
}

#[tokio::test]
async fn a_fault_is_plain() {
    let site = Site::start().await;
    let reply = site.client.call("GetProblemActions", &about(1, "")).await;
    assert_eq!((reply.status, reply.chunked, reply.content_type.as_str()), (500, false, "text/xml;charset=UTF-8"));
    assert_eq!((reply.text("faultstring").as_deref(), reply.text("errorCode").as_deref()), (Some(""), Some("FC_501")));
}

#[tokio::test]
async fn a_client_that_is_wrong_is_found_out() {
    let site = Site::start().await;
    let good = request("GetServiceInfo", "kpm-sync", "");
    for (body, action, said) in [
        (good.replace("</UserAuthentification>", "</UserAuthentification><Language>D</Language>"), "", "<Language> is unknown"),
        (good.replace("UserId>", "n:UserId>"), "", "UserId must be unqualified"),
        (good.replace("w:MessageID>", "w:MessageId>"), "", "holds no MessageID"),
        (good.clone(), "\"urn:GetServiceInfo\"", "SOAPAction"),
    ] {
        let reply = site.client.post(body, action).await.unwrap();
        assert_eq!((reply.status, reply.text("faultcode").as_deref()), (500, Some("soap:Client")));
        assert!(reply.text("faultstring").unwrap().contains(said), "{reply:?}");
        let noted = site.state().requests().pop().unwrap();
        assert!(noted.outcome == "soap:Client" && noted.complaint.unwrap().contains(said));
    }
    site.client.post(request("GetServiceInfo", "somebody", ""), "").await.unwrap().refused_with("FC_090");
}

#[tokio::test]
async fn a_header_is_needed_only_where_that_is_asked_for() {
    let site = Site::with(KpmOptions { require_addressing: false, ..KpmOptions::default() }).await;
    let body = request("GetServiceInfo", "kpm-sync", "");
    let (start, end) = (body.find("<s:Header").unwrap(), body.find("<s:Body").unwrap());
    let body = format!("{}{}", &body[..start], &body[end..]);
    site.client.post(body, "").await.unwrap().succeeded();
}

#[tokio::test]
async fn what_is_no_request_is_refused_by_status() {
    let site = Site::with(KpmOptions { request_limit: 2_000, ..KpmOptions::default() }).await;
    let long = about(1, &format!("<Notice>{}</Notice>", "a".repeat(2_000)));
    assert_eq!(site.client.call("AddNotice", &long).await.status, 413);
    let http = &site.client.http;
    let json = http.post(site.kpm.url()).header("Content-Type", "application/json").body("{}").send().await.unwrap();
    assert_eq!(json.status(), 415);
    assert_eq!(http.get(site.kpm.url()).send().await.unwrap().status(), 405);
    let elsewhere = site.kpm.url().replace("services", "elsewhere");
    assert_eq!(http.get(elsewhere).send().await.unwrap().status(), 404);
}

#[tokio::test]
async fn the_wsdl_tells_the_true_address() {
    let site = Site::start().await;
    let wsdl = site.client.http.get(site.kpm.wsdl_url()).send().await.unwrap().text().await.unwrap();
    assert!(wsdl.contains(&format!("<soap:address location=\"{}\"/>", site.kpm.url())), "{wsdl}");
}
