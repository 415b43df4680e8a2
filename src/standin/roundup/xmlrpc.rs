//! The XML-RPC interface, as far as it is asked: `schema`. Its errors are answers with status 200.

use std::fmt::Write as _;

use super::{
    exchange::{Answer, Call},
    schema::{CLASSES, Kind},
    tracker::Tracker,
};

/// Answers a request to `/tracker/xmlrpc`.
pub(super) fn answer(tracker: &Tracker, call: &Call) -> Answer {
    if call.method != "POST" {
        let page =
            "This is the endpoint of Roundup <a href='https://www.roundup-tracker.org/docs/xmlrpc.html'>XML-RPC interface</a>.";
        return Answer::new(200, "text/html; charset=utf-8", page);
    }
    let body = called(tracker, call).unwrap_or_else(|(code, words)| fault(code, &words));
    Answer::new(200, "text/xml", body)
}

fn called(tracker: &Tracker, call: &Call) -> Result<String, (u16, String)> {
    let caller = tracker.read(|store| tracker.logins.caller(store, call));
    let caller = caller.map_err(|_| (401, "Invalid login".to_owned()))?;
    caller.ok_or_else(|| (403, "Forbidden".to_owned()))?;
    if let Some(origin) = call.header("Origin").filter(|origin| *origin != tracker.origin) {
        return Err((1, format!("<class 'roundup.exceptions.Unauthorised'>:Invalid Origin {origin}")));
    }
    if call.header("X-Requested-With").is_none() {
        return Err((1, "<class 'roundup.exceptions.UsageError'>:Required Header Missing".to_owned()));
    }
    let text = String::from_utf8_lossy(&call.body);
    match dxr::MethodCall::from_xml(&text) {
        Ok(method) if method.name == "schema" => Ok(schema()),
        Ok(method) => Err((1, format!("<class 'Exception'>:method \"{}\" is not supported", method.name))),
        Err(_) => Err((1, "<class 'xml.parsers.expat.ExpatError'>:unclosed token: line 1, column 0".to_owned())),
    }
}

/// Laid out as Python does it.
fn schema() -> String {
    let mut classes = String::new();
    for class in CLASSES {
        let mut properties: Vec<_> = class.own_properties().iter().map(|property| (property.name, property.kind)).collect();
        properties.sort_by_key(|(name, _)| *name);
        let _ = write!(classes, "<member>\n<name>{}</name>\n<value><array><data>\n", class.name);
        for (name, kind) in properties {
            let kind = printed(kind);
            let _ = write!(
                classes,
                "<value><array><data>\n<value><string>{name}</string></value>\n\
                 <value><string>&lt;roundup.hyperdb.{kind}&gt;</string></value>\n</data></array></value>\n"
            );
        }
        classes.push_str("</data></array></value>\n</member>\n");
    }
    let value = format!("<value><struct>\n{classes}</struct></value>");
    format!("<?xml version='1.0'?>\n<methodResponse>\n<params>\n<param>\n{value}\n</param>\n</params>\n</methodResponse>\n")
}

fn printed(kind: Kind) -> String {
    match kind {
        Kind::Text | Kind::Content => "String".to_owned(),
        Kind::Number => "Number".to_owned(),
        Kind::Boolean => "Boolean".to_owned(),
        Kind::Date => "Date".to_owned(),
        Kind::Password => "Password".to_owned(),
        Kind::Link(class) => format!("Link to \"{class}\""),
        Kind::Multilink(class) => format!("Multilink to \"{class}\""),
    }
}

fn fault(code: u16, words: &str) -> String {
    let words = words.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    format!(
        "<?xml version='1.0'?>\n<methodResponse>\n<fault>\n<value><struct>\n<member>\n<name>faultCode</name>\n\
         <value><int>{code}</int></value>\n</member>\n<member>\n<name>faultString</name>\n\
         <value><string>{words}</string></value>\n</member>\n</struct></value>\n</fault>\n</methodResponse>\n"
    )
}
