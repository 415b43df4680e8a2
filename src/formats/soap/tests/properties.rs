use proptest::prelude::*;

use super::{
    answer::value::Reader,
    generate::{any_value, any_xml_text},
    *,
};

/// Reads the body of a request as if it were an answer.
fn read_back(contract: &Contract, operation: &Operation, request: &str) -> (Value, Vec<Deviation>) {
    let mut reader = Reader::new(&contract.schema, request);
    let read = super::super::envelope::read(&mut reader, Some(&operation.input)).unwrap().unwrap();
    (read, reader.deviations.into_iter().collect())
}

/// What any value of an operation must do: be written, and be the same when it is read.
fn round_trip(contract: &Contract, operation: &Operation, value: &Value) -> Result<(), TestCaseError> {
    let request =
        contract.request(operation, value, &[]).map_err(|refused| TestCaseError::fail(format!("{refused}: {value}")))?;
    let (read, deviations) = read_back(contract, operation, &request);
    prop_assert_eq!(&read, value, "{}", request);
    prop_assert_eq!(deviations, vec![]);
    Ok(())
}

fn values(contract: &'static Contract) -> impl Strategy<Value = (&'static Operation, Value)> {
    let operations: Vec<&'static Operation> = contract.operations().collect();
    proptest::sample::select(operations)
        .prop_flat_map(|operation| (Just(operation), any_value(&contract.schema, operation.input.type_id, 0)))
}

/// Bytes that look like what is read: a good text with some of it changed.
fn damaged(good: &str) -> impl Strategy<Value = Vec<u8>> + use<> {
    let good = good.as_bytes().to_vec();
    let edits = proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>(), 0_u8..3), 1..6);
    edits.prop_map(move |edits| {
        let mut bytes = good.clone();
        for (index, byte, kind) in edits {
            let at = index.index(bytes.len());
            match kind {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, byte),
                _ => bytes.truncate(at.max(1)),
            }
        }
        bytes
    })
}

fn read_all(contract: &Contract, content_type: &str, bytes: &[u8], size: usize) {
    block_on(async {
        for operation in contract.operations().take(2) {
            let answer = contract.answer(operation, content_type, chunks(bytes, size), AnswerLimits::default()).await;
            let Ok(mut answer) = answer else { continue };
            while let Ok(Some(_)) = answer.next_part().await {
                while let Ok(Some(_)) = answer.chunk().await {}
            }
        }
    });
}

#[test]
fn what_the_rich_contract_allows_comes_back_as_it_was() {
    let contract = rich();
    let config = ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |((operation, value) in values(contract))| round_trip(contract, operation, &value)?);
}

#[test]
fn what_the_stand_in_allows_comes_back_as_it_was() {
    let contract = kpm();
    let config = ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |((operation, value) in values(contract))| round_trip(contract, operation, &value)?);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_comes_back_from_a_header_unharmed(text in any_xml_text()) {
        let contract = rich();
        let operation = contract.operation("Put").unwrap();
        let value = serde_json::json!({ "At": "2024-01-01T00:00:00", "@mark": text });
        let request = contract.request(operation, &value, &[HeaderBlock::text("urn:a", "A", text)]).unwrap();
        prop_assert_eq!(read_back(contract, operation, &request).0, value);
    }

    #[test]
    fn no_bytes_make_the_readers_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), size in 1_usize..50) {
        let contract = rich();
        let _ = Contract::read("any.wsdl", &bytes);
        read_all(contract, "text/xml", &bytes, size);
        read_all(contract, "multipart/related; boundary=b", &bytes, size);
        let text = String::from_utf8_lossy(&bytes);
        read_all(contract, &text, b"x", size);
        read_all(contract, &format!("multipart/related;{text}"), b"x", size);
    }

    #[test]
    fn no_damaged_wsdl_makes_the_reader_panic(bytes in damaged(RICH)) {
        if let Err(error) = Contract::read("damaged.wsdl", &bytes) {
            prop_assert!(!error.message.is_empty());
        }
    }

    #[test]
    fn no_damaged_answer_makes_the_reader_panic(
        plain in damaged(&envelope("<PutResponse a=\"1\"><Tree><Label>x&amp;</Label><Branch/></Tree><Open><![CDATA[x]]></Open></PutResponse>")),
        parts in damaged(&format!("--b\r\nContent-ID: <a>\r\n\r\n{}\r\n--b\r\nContent-ID: <c>\r\n\r\nxyz\r\n--b--", envelope("<PutResponse/>"))),
        size in 1_usize..50,
    ) {
        let contract = rich();
        read_all(contract, "text/xml", &plain, size);
        read_all(contract, "multipart/related; boundary=b; start=\"<a>\"", &parts, size);
    }
}
