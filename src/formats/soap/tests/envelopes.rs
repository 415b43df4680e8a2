use std::{cell::Cell, rc::Rc, task::Poll};

use futures_util::stream;

use super::*;

/// Reads a text as the answer to `GetDocument`, and tells what is wrong.
fn wrong(text: &str) -> String {
    read(kpm(), "GetDocument", text).map(|_| ()).unwrap_err().to_string()
}

fn document(inside: &str) -> String {
    envelope(&format!(
        "<GetDocumentResponse><GetDocumentResponseInternal>{inside}</GetDocumentResponseInternal></GetDocumentResponse>"
    ))
}

#[test]
fn what_is_no_envelope_is_refused() {
    let good = document("");
    assert!(read(kpm(), "GetDocument", &good).is_ok());
    assert!(read(kpm(), "GetDocument", &format!("\u{feff}<?xml version='1.0' encoding='utf-8'?>\n{good}\n<!-- c -->")).is_ok());
    for (text, words) in [
        (String::new(), "ends too early"),
        ("<html/>".to_owned(), "root element is html"),
        (good.replace("xmlsoap.org/soap/envelope", "example.org"), "not the Envelope of SOAP 1.1"),
        (good.replace("http://schemas.xmlsoap.org/soap/envelope/", "http://www.w3.org/2003/05/soap-envelope"), "SOAP 1.2"),
        (good.replace("e:Body", "e:Bodies"), "has no body"),
        (format!("{good}{good}"), "second root"),
        (format!("{good}x"), "outside of the envelope"),
        (format!("x{good}"), "outside of the envelope"),
        (good.replace("</e:Body>", ""), "wrong at byte"),
        (format!("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>{good}"), "encoding ISO-8859-1"),
    ] {
        let message = wrong(&text);
        assert!(message.contains(words), "{text}: {message}");
    }
}

#[test]
fn the_content_type_is_looked_at() {
    let contract = kpm();
    let operation = contract.operation("GetDocument").unwrap();
    let good = document("");
    let read = |content_type: &str| {
        let stream = chunks(good.as_bytes(), 7);
        block_on(contract.answer(operation, content_type, stream, AnswerLimits::default())).map(|_| ())
    };
    assert!(read("TEXT/XML").is_ok());
    assert!(matches!(read("text/html; charset=utf-8"), Err(AnswerError::NotSoap { .. })));
    assert!(matches!(read(""), Err(AnswerError::NotSoap { .. })));
    assert!(matches!(read("text/xml; charset=utf-16"), Err(AnswerError::Encoding(_))));
}

#[test]
fn an_answer_may_be_read_on_any_thread() {
    fn check<T: Send>(_: T) {}
    let (contract, stream) = (kpm(), chunks(b"", 1));
    let operation = contract.operation("GetDocument").unwrap();
    check(async move {
        let mut answer = contract.answer(operation, "text/xml", stream, AnswerLimits::default()).await?;
        answer.next_part().await
    });
}

#[test]
fn bytes_that_are_no_utf8_are_refused() {
    let contract = kpm();
    let operation = contract.operation("GetDocument").unwrap();
    let bytes = document("x").replace('x', "\u{1}").into_bytes();
    let bytes: Vec<u8> = bytes.into_iter().map(|byte| if byte == 1 { 0xff } else { byte }).collect();
    let error = block_on(contract.answer(operation, "text/xml", chunks(&bytes, 9), AnswerLimits::default())).unwrap_err();
    assert!(error.to_string().contains("not UTF-8"), "{error}");
}

#[test]
fn a_connection_that_fails_is_told_as_such() {
    let contract = kpm();
    let operation = contract.operation("GetDocument").unwrap();
    let stream = stream::iter([Ok(Bytes::from_static(b"<a")), Err(std::io::Error::other("reset"))]);
    let error = block_on(contract.answer(operation, "text/xml", stream, AnswerLimits::default())).unwrap_err();
    assert!(matches!(&error, AnswerError::Stream(cause) if cause.to_string() == "reset"), "{error}");
}

#[test]
fn neither_a_dtd_nor_an_entity_is_read() {
    let laughs =
        "<!DOCTYPE l [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;\">]>";
    assert!(wrong(&format!("{laughs}{}", document("&c;"))).contains("DTD is not allowed"));
    let outside = "<!DOCTYPE l [<!ENTITY a SYSTEM \"file:///etc/passwd\">]>";
    assert!(wrong(&format!("{outside}{}", document("&a;"))).contains("DTD is not allowed"));
    assert!(wrong(&document("&c;")).contains("not one of the five"));
    assert!(wrong(&document("<a b=\"&c;\"/>")).contains("wrong at byte"));
    assert!(read(kpm(), "GetDocument", &document("<a b=\"&amp;\">&amp;&lt;&gt;&quot;&apos;</a>")).is_ok());
}

#[test]
fn deep_nesting_many_elements_and_many_attributes_are_refused() {
    let nested = |depth: usize| document(&format!("{}{}", "<a>".repeat(depth), "</a>".repeat(depth)));
    assert!(wrong(&nested(10_000)).contains("nested more than 64 deep"));
    // The envelope, its body, the answer and what is in it take four.
    assert!(read(kpm(), "GetDocument", &nested(DEEPEST_MESSAGE - 4)).is_ok());
    assert!(wrong(&nested(DEEPEST_MESSAGE - 3)).contains("nested more than 64 deep"));
    assert!(wrong(&document(&"<a/>".repeat(MOST_ELEMENTS))).contains("more than 250000 elements"));
    let attributes = |prefix: &str, count: usize| {
        let all = (0..count).map(|at| format!(" {prefix}a{at}=\"x\"")).collect::<Vec<_>>().concat();
        document(&format!("<a{all}/>"))
    };
    assert!(read(kpm(), "GetDocument", &attributes("", MOST_ATTRIBUTES)).is_ok());
    assert!(wrong(&attributes("", MOST_ATTRIBUTES + 1)).contains("more than 128 attributes"));
    assert!(wrong(&attributes("xmlns:", MOST_ATTRIBUTES + 1)).contains("wrong at byte"));
}

#[test]
fn a_text_has_a_longest_length() {
    let long = "x".repeat(MOST_TEXT_BYTES);
    assert!(read(kpm(), "GetDocument", &document(&format!("<a>{long}</a>"))).is_ok());
    assert!(wrong(&document(&format!("<a>{long}<![CDATA[x]]></a>"))).contains("a text is longer"));
    assert!(wrong(&document(&format!("<a b=\"{long}x\"/>"))).contains("an attribute is longer"));
}

/// A stream without end that counts what was taken from it.
fn endless(start: &str, taken: &Rc<Cell<usize>>) -> impl stream::Stream<Item = Result<Bytes, std::io::Error>> + Unpin {
    let block = Bytes::from(vec![b'A'; 64 * 1024]);
    let mut first = Some(Bytes::copy_from_slice(start.as_bytes()));
    let taken = Rc::clone(taken);
    stream::poll_fn(move |_| {
        let bytes = first.take().unwrap_or_else(|| block.clone());
        taken.set(taken.get() + bytes.len());
        assert!(taken.get() < 1 << 30, "a gigabyte was read");
        Poll::Ready(Some(Ok(bytes)))
    })
}

#[test]
fn data_without_end_is_refused_at_the_limit_and_not_later() {
    let contract = kpm();
    let operation = contract.operation("GetDocument").unwrap();
    let whole = document("<Document><Data>@</Data></Document>");
    let start = whole.split_once('@').unwrap().0;
    let multipart = format!("--b\r\nContent-Type: text/xml\r\n\r\n{start}");
    for (content_type, start) in [("text/xml", start), ("multipart/related; boundary=b", multipart.as_str())] {
        let taken = Rc::new(Cell::new(0));
        let limits = AnswerLimits::default();
        let read = block_on(contract.answer(operation, content_type, endless(start, &taken), limits));
        let Err(error) = read else { panic!("{content_type} was read") };
        assert!(matches!(error, AnswerError::TooLarge { limit: 16_777_216, .. }), "{error}");
        assert!(taken.get() <= limits.envelope_bytes + 2 * 64 * 1024 + start.len(), "{}", taken.get());
    }
}

#[test]
fn a_part_without_end_is_handed_on_up_to_its_limit() {
    let contract = kpm();
    let operation = contract.operation("GetDocument").unwrap();
    let start = format!("--b\r\n\r\n{}\r\n--b\r\nContent-ID: <c>\r\n\r\n", document(""));
    let taken = Rc::new(Cell::new(0));
    let limits = AnswerLimits { part_bytes: 64 * 1024 * 1024, ..AnswerLimits::default() };
    block_on(async {
        let stream = endless(&start, &taken);
        let mut answer = contract.answer(operation, "multipart/related; boundary=b", stream, limits).await.unwrap();
        assert_eq!(answer.next_part().await.unwrap().unwrap().cid, "c");
        let (mut handed, mut most_held) = (0, 0);
        let error = loop {
            match answer.chunk().await {
                Ok(bytes) => handed += bytes.unwrap().len(),
                Err(error) => break error,
            }
            most_held = most_held.max(taken.get() - start.len() - handed);
        };
        assert!(matches!(error, AnswerError::TooLarge { limit: 67_108_864, .. }), "{error}");
        assert_eq!(handed, 64 * 1024 * 1024);
        assert!(most_held <= 64 * 1024, "{most_held} bytes were held");
    });
}
