//! The few web pages: the start page with its login form, and the contents of messages and files.

use super::exchange::{Answer, Call};
use super::fields::Fields;
use super::schema;
use super::tracker::Tracker;
use super::value::Value;
use url::form_urlencoded::byte_serialize;

/// `GET /tracker/`.
pub(super) fn start_page(tracker: &Tracker) -> Answer {
    let token = tracker.logins.new_form_token();
    let base = &tracker.base;
    let page = format!(
        "<!DOCTYPE html>\n<html><head><title>List of issues</title></head><body>\n\
         <form method=\"post\" action=\"#\">\n\
         <input size=\"10\" name=\"__login_name\"><br>\n\
         <input size=\"10\" type=\"password\" name=\"__login_password\"><br>\n\
         <input type=\"hidden\" name=\"@action\" value=\"Login\">\n\
         <input name=\"@csrf\" type=\"hidden\"\n         value=\"{token}\">\n\
         <input type=\"submit\" value=\"Login\"><br>\n\
         <input type=\"hidden\" name=\"__came_from\"\n         value=\"{base}?\">\n\
         </form></body></html>\n"
    );
    Answer::new(200, "text/html; charset=utf-8", page)
}

/// `POST /tracker/`: the login form, the only one there is.
pub(super) fn submit(tracker: &Tracker, call: &Call) -> Answer {
    let fields = match Fields::from_body(call.header("Content-Type"), &call.body) {
        Ok(fields) => fields,
        Err(refusal) => return refusal.into(),
    };
    let text = |name| fields.text(name).unwrap_or_default();
    if !text("@action").eq_ignore_ascii_case("login") {
        return start_page(tracker);
    }
    let foreign = call.header("Origin").is_some_and(|origin| origin != tracker.origin);
    let strange = fields.text("@csrf").is_some_and(|token| !tracker.logins.take_form_token(token));
    if foreign || strange {
        return Answer::new(400, "text/html; charset=utf-8", "Invalid request");
    }
    let login = tracker.read(|store| tracker.logins.check(store, text("__login_name"), text("__login_password")));
    match login {
        Ok(caller) => {
            let welcome = format!("Welcome {}!", caller.name);
            let answer = back(tracker, &fields, "%40ok_message", &welcome);
            answer.with("Set-Cookie", tracker.logins.open_session(&caller))
        }
        Err(refusal) if refusal.status == 429 => refusal,
        Err(_) => back(tracker, &fields, "%40error_message", "Invalid login"),
    }
}

/// Roundup redirects only a form that told where it came from; a failed login redirects just the same, without a cookie.
fn back(tracker: &Tracker, fields: &Fields, kind: &str, message: &str) -> Answer {
    if fields.text("__came_from").is_none() {
        return start_page(tracker);
    }
    let message: String = byte_serialize(message.as_bytes()).collect();
    let location = format!("{}?{kind}={message}", tracker.base);
    let body = format!("Redirecting to <a href=\"{location}\">{location}</a>");
    Answer::new(302, "text/html; charset=utf-8", body).with("Location", location)
}

/// `GET /tracker/file1/` and `/tracker/msg1/`, which the classic template shows to everybody.
pub(super) fn content(tracker: &Tracker, designator: &str) -> Answer {
    let digits = designator.find(|c: char| c.is_ascii_digit()).unwrap_or(designator.len());
    let (class, id) = designator.split_at(digits);
    let found = tracker.read(|store| {
        let class = schema::class(class).filter(|class| class.has_content())?;
        let item = store.get(class.name, id).ok()?;
        let mime = item.get("type").text().unwrap_or("text/plain").to_owned();
        match item.get("content") {
            Value::Content(bytes) => Some(Answer::new(200, &mime, bytes.clone())),
            _ => None,
        }
    });
    found.unwrap_or_else(|| Answer::new(404, "text/html; charset=utf-8", "Not found"))
}
