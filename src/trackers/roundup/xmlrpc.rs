//! Calls of Roundup's XML-RPC interface. Only the codec is a library's; the transport is our own.

use dxr::{FaultResponse, MethodCall, MethodResponse, Value};

use super::client::Client;
use crate::sync::fault::Fault;

/// No schema is anywhere near this long.
const MOST_BYTES: usize = 4 << 20;
/// Elements within each other; that of a schema is 14.
const MOST_NESTED: usize = 64;

/// Calls a method without arguments.
pub(super) async fn call(client: &Client, method: &'static str) -> Result<Value, Fault> {
    let request = MethodCall { name: method.into(), params: Vec::new() };
    let body = request.to_xml().map_err(|_| Fault::bug("a call cannot be written as XML"))?;
    value(&client.call(&body).await?).map_err(|fault| fault.while_doing(format_args!("XML-RPC {method}")))
}

/// The value of an answer. What the parser says of a bad one holds all of it, so it is not told.
fn value(body: &[u8]) -> Result<Value, Fault> {
    let odd = || Fault::permanent("an answer that is no XML-RPC").hint("is a proxy or a login page in between?");
    if body.len() > MOST_BYTES {
        return Err(Fault::permanent(format!("an answer of more than {} MiB", MOST_BYTES >> 20)));
    }
    let text = std::str::from_utf8(body).map_err(|_| odd())?;
    if nesting(text) > MOST_NESTED {
        return Err(odd());
    }
    if let Ok(answer) = MethodResponse::from_xml(text) {
        return Ok(answer.value);
    }
    let told = FaultResponse::from_xml(text).map_err(|_| odd())?.fault;
    Err(fault_of(told.code(), told.string()))
}

/// Roundup's faults are answers with status 200.
fn fault_of(code: i32, words: &str) -> Fault {
    let fault = Fault::permanent(format!("{code}: {words}"));
    match code {
        401 => fault.hint("look at username and password"),
        403 => fault.hint("give our account the permission `Xmlrpc Access`"),
        _ => fault,
    }
}

/// How deep elements are within each other, at most; the parser below calls itself for each.
fn nesting(text: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    for tag in text.split('<').skip(1) {
        let head = tag.split('>').next().unwrap_or_default();
        if head.starts_with('/') {
            depth = depth.saturating_sub(1);
        } else if !head.starts_with(['?', '!']) && !head.ends_with('/') {
            depth += 1;
            deepest = deepest.max(depth);
        }
    }
    deepest
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn answer(value: &str) -> String {
        format!(
            "<?xml version='1.0'?>\n<methodResponse>\n<params>\n<param>\n<value>{value}</value>\n</param>\n</params>\n</methodResponse>\n"
        )
    }

    #[test]
    fn answers_and_faults_are_told_apart() {
        let list = "<array><data>\n<value><string>&lt;roundup.hyperdb.Link to \"msg\"&gt;</string></value>\n</data></array>";
        let found = value(answer(list).as_bytes()).unwrap();
        assert_eq!(found, Value::Array(vec![Value::String("<roundup.hyperdb.Link to \"msg\">".to_owned())]));
        let refused = "<?xml version='1.0'?>\n<methodResponse>\n<fault>\n<value><struct>\n<member>\n<name>faultCode</name>\n\
                       <value><int>403</int></value>\n</member>\n<member>\n<name>faultString</name>\n\
                       <value><string>Forbidden</string></value>\n</member>\n</struct></value>\n</fault>\n</methodResponse>\n";
        let fault = value(refused.as_bytes()).unwrap_err();
        assert!(fault.message.contains("403: Forbidden") && fault.hint.unwrap().contains("Xmlrpc Access"));
    }

    #[test]
    fn what_is_no_answer_is_not_repeated_in_the_fault() {
        let deep = format!("{}{}", "<value><array><data>".repeat(20_000), "</data></array></value>".repeat(20_000));
        for body in ["<html>secret</html>", "secret", "", &answer("<struct><member>secret"), &answer(&deep)] {
            let fault = value(body.as_bytes()).unwrap_err();
            assert!(!fault.to_string().contains("secret"), "{fault}");
        }
        assert!(value(&vec![b' '; MOST_BYTES + 1]).unwrap_err().message.contains("4 MiB"));
        assert!(value(&[0xff, 0xfe]).is_err());
    }

    proptest! {
        #[test]
        fn any_bytes_are_an_answer_or_a_fault(body in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = value(&body);
        }

        #[test]
        fn any_tags_are_an_answer_or_a_fault(tags in prop::collection::vec("</?(value|array|data|struct|member|x)/?>", 0..40)) {
            let _ = value(answer(&tags.concat()).as_bytes());
        }
    }
}
