use proptest::prelude::*;
use serde_json::json;

use super::*;

const CONTENT_TYPE: &str = "multipart/related; type=\"application/xop+xml\"; boundary=\"uuid:1-2\"; \
    start=\"<root.message@cxf.apache.org>\"; start-info=\"text/xml\"";

/// An answer to `GetDocument` as CXF writes it, with these parts.
fn message(data: &str, parts: &[(&str, &[u8])]) -> Vec<u8> {
    let v3 = "http://xmldefs.volkswagenag.com/PP/QM/GroupProblemManagementService/V3";
    let envelope = envelope(&format!(
        "<n:GetDocumentResponse xmlns:n=\"{v3}\"><GetDocumentResponseInternal><Document><Name>a</Name><Data>{data}</Data></Document>\
         </GetDocumentResponseInternal></n:GetDocumentResponse>"
    ));
    let mut bytes = format!(
        "\r\n--uuid:1-2\r\nContent-Type: application/xop+xml; charset=UTF-8; type=\"text/xml\"\r\nContent-Transfer-Encoding: binary\r\n\
         Content-ID: <root.message@cxf.apache.org>\r\n\r\n{envelope}"
    )
    .into_bytes();
    for (cid, part) in parts {
        let head = format!(
            "\r\n--uuid:1-2\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: binary\r\nContent-ID: <{cid}>\r\n\r\n"
        );
        bytes.extend_from_slice(head.as_bytes());
        bytes.extend_from_slice(part);
    }
    bytes.extend_from_slice(b"\r\n--uuid:1-2--");
    bytes
}

fn include(cid: &str) -> String {
    format!("<xop:Include xmlns:xop=\"http://www.w3.org/2004/08/xop/include\" href=\"cid:{cid}\"/>")
}

type Read = (Value, Vec<(String, Vec<u8>)>);

/// Reads an answer to its end.
fn read_all(content_type: &str, bytes: &[u8], size: usize, limits: AnswerLimits) -> Result<Read, AnswerError> {
    read_with(kpm(), content_type, bytes, size, limits)
}

fn read_with(
    contract: &Contract,
    content_type: &str,
    bytes: &[u8],
    size: usize,
    limits: AnswerLimits,
) -> Result<Read, AnswerError> {
    let operation = contract.operation("GetDocument").unwrap();
    block_on(async {
        let mut answer = contract.answer(operation, content_type, chunks(bytes, size), limits).await?;
        let mut parts = Vec::new();
        while let Some(part) = answer.next_part().await? {
            let mut whole = Vec::new();
            while let Some(bytes) = answer.chunk().await? {
                assert!(!bytes.is_empty());
                whole.extend_from_slice(&bytes);
            }
            parts.push((part.cid, whole));
        }
        Ok((answer.outcome.unwrap(), parts))
    })
}

fn wrong(content_type: &str, bytes: &[u8]) -> String {
    read_all(content_type, bytes, 50, AnswerLimits::default()).unwrap_err().to_string()
}

#[test]
fn a_document_comes_in_its_part_whatever_the_chunks() {
    let data = b"\r\n--uuid:1-\r\n--uuid:1-2x\r\n--\r\r\n\0\xff";
    let bytes = message(&include("a%40cxf"), &[("a@cxf", data)]);
    for size in 1..=bytes.len() {
        let (value, parts) = read_all(CONTENT_TYPE, &bytes, size, AnswerLimits::default()).unwrap();
        assert_eq!(value["GetDocumentResponseInternal"]["Document"], json!({ "Name": "a", "Data": { "$cid": "a@cxf" } }));
        assert_eq!(parts, [("a@cxf".to_owned(), data.to_vec())], "chunks of {size}");
    }
}

#[test]
fn no_part_need_follow_and_a_part_may_be_empty() {
    let (_, parts) = read_all(CONTENT_TYPE, &message("YQ==", &[]), 10, AnswerLimits::default()).unwrap();
    assert_eq!(parts, []);
    let (_, parts) = read_all(CONTENT_TYPE, &message("YQ==", &[("x", b"")]), 10, AnswerLimits::default()).unwrap();
    assert_eq!(parts, [("x".to_owned(), vec![])]);
}

#[test]
fn parts_can_be_passed_over() {
    let contract = kpm();
    let operation = contract.operation("GetDocument").unwrap();
    let bytes = message("", &[("x", b"1234567890"), ("y", b"2")]);
    block_on(async {
        let limits = AnswerLimits::default();
        let mut answer = contract.answer(operation, CONTENT_TYPE, chunks(&bytes, 3), limits).await.unwrap();
        assert_eq!(answer.chunk().await.unwrap(), None);
        assert_eq!(answer.next_part().await.unwrap().unwrap().cid, "x");
        assert!(answer.chunk().await.unwrap().is_some());
        let part = answer.next_part().await.unwrap().unwrap();
        assert_eq!((part.cid.as_str(), part.content_type.as_str()), ("y", "application/pdf"));
        assert_eq!(answer.next_part().await.unwrap(), None);
        assert_eq!(answer.next_part().await.unwrap(), None);
    });
}

#[test]
fn what_is_wrong_is_told() {
    let good = message("", &[("x", b"1")]);
    let with = |from: &str, to: &str| {
        let text = String::from_utf8(good.clone()).unwrap();
        assert!(text.contains(from), "{from}");
        text.replacen(from, to, 1).into_bytes()
    };
    let no_boundary = "multipart/related; type=\"application/xop+xml\"";
    let long_boundary = format!("multipart/related; boundary={}", "x".repeat(MOST_BOUNDARY_BYTES + 1));
    let endless_headers = with("Content-ID: <x>", &format!("X: {}", "y".repeat(MOST_HEADER_BYTES)));
    let mut preamble = vec![b'x'; MOST_PREAMBLE_BYTES + 1];
    preamble.extend_from_slice(&good);
    for (content_type, bytes, words) in [
        (no_boundary, good.clone(), "names no boundary"),
        ("multipart/related; boundary=\"\"", good.clone(), "its boundary has 0 bytes"),
        (&long_boundary, good.clone(), "its boundary has 257 bytes"),
        ("multipart/related; boundary=other", good.clone(), "ends too early, in before its first part"),
        (CONTENT_TYPE, b"\r\n--uuid:1-2--".to_vec(), "has no part"),
        (CONTENT_TYPE, with("<root.message@cxf.apache.org>", "<other>"), "as start"),
        (CONTENT_TYPE, with("application/xop+xml; ch", "application/pdf; ch"), "is application/pdf and not an envelope"),
        (CONTENT_TYPE, with("charset=UTF-8", "charset=latin1"), "encoding latin1"),
        (CONTENT_TYPE, with("binary", "base64"), "Content-Transfer-Encoding"),
        (CONTENT_TYPE, endless_headers, "headers of a part are longer"),
        (CONTENT_TYPE, preamble, "no boundary in the first"),
        (CONTENT_TYPE, message(&include("y"), &[("x", b"1")]), "refers to the part y, which did not come"),
        (CONTENT_TYPE, message(&include("%"), &[("x", b"1")]), "no href with a cid:"),
        (CONTENT_TYPE, message(&include("x").replace("cid:", "http:"), &[("x", b"1")]), "no href with a cid:"),
    ] {
        let message = wrong(content_type, &bytes);
        assert!(message.contains(words), "{content_type}: {message}");
    }
    assert!(
        wrong("text/xml", envelope(&format!("<GetDocumentResponse>{}</GetDocumentResponse>", include("x"))).as_bytes())
            .contains("part x")
    );
}

#[test]
fn parts_have_limits() {
    let limits = AnswerLimits { part_bytes: 3, parts: 2, ..AnswerLimits::default() };
    let read = |parts: &[(&str, &[u8])]| {
        read_all(CONTENT_TYPE, &message("", parts), 5, limits).map(|_| ()).map_err(|error| error.to_string())
    };
    assert_eq!(read(&[("a", b"123"), ("b", b"1")]), Ok(()));
    assert_eq!(read(&[("a", b"1234")]), Err("the answer has more bytes in a part than 3, which is the limit".to_owned()));
    assert_eq!(
        read(&[("a", b""), ("b", b""), ("c", b"")]),
        Err("the answer has more parts than 2, which is the limit".to_owned())
    );
    let limits = AnswerLimits { envelope_bytes: 100, ..limits };
    let error = read_all(CONTENT_TYPE, &message("", &[]), 5, limits).unwrap_err();
    assert!(matches!(error, AnswerError::TooLarge { limit: 100, .. }), "{error}");
}

#[test]
fn an_answer_that_ends_at_any_byte_is_told_to_end() {
    let contract = kpm();
    let bytes = message(&include("x"), &[("x", b"12\r\n--uuid"), ("y", b"")]);
    for end in 0..bytes.len() {
        let read = read_with(contract, CONTENT_TYPE, &bytes[..end], 64, AnswerLimits::default());
        assert!(matches!(read, Err(AnswerError::Truncated(_))), "cut at {end}: {read:?}");
    }
    let plain = envelope("<GetDocumentResponse/>");
    for end in 0..plain.len() {
        let read = read_with(contract, "text/xml", &plain.as_bytes()[..end], 64, AnswerLimits::default());
        assert!(matches!(read, Err(AnswerError::Truncated("the envelope"))), "cut at {end}: {read:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_parts_come_as_they_were_sent_or_are_cut(
        parts in proptest::collection::vec(proptest::collection::vec(prop_oneof![Just(b'\r'), Just(b'\n'), Just(b'-'), any::<u8>()], 0..60), 0..4),
        size in 1_usize..100,
        cut in any::<proptest::sample::Index>(),
    ) {
        let contract = kpm();
        let named: Vec<(&str, &[u8])> = parts.iter().map(|part| ("x", part.as_slice())).collect();
        let bytes = message("", &named);
        let (_, read) = read_with(contract, CONTENT_TYPE, &bytes, size, AnswerLimits::default()).unwrap();
        prop_assert_eq!(read.into_iter().map(|(_, part)| part).collect::<Vec<_>>(), parts);
        let end = cut.index(bytes.len());
        let read = read_with(contract, CONTENT_TYPE, &bytes[..end], size, AnswerLimits::default());
        prop_assert!(matches!(read, Err(AnswerError::Truncated(_))), "cut at {}: {:?}", end, read);
    }
}
