//! The REST interface: what has to be right about a request before anything else, and which handler it goes to.

use super::exchange::{Answer, Call};
use super::fields::Fields;
use super::permission::Caller;
use super::refusal::Refusal;
use super::tracker::Tracker;
use super::{rest_content, rest_read, rest_write};
use serde_json::json;

const COLLECTION: &str = "DELETE, GET, OPTIONS, POST";
const ITEM: &str = "DELETE, GET, OPTIONS, PATCH, PUT";

/// A request on its way to a handler.
pub(super) struct Request<'a> {
    pub(super) tracker: &'a Tracker,
    pub(super) caller: &'a Caller,
    pub(super) call: &'a Call,
    pub(super) fields: Fields,
}

impl Request<'_> {
    /// The address of a class, an item or a property in the REST interface.
    pub(super) fn link(&self, path: &[&str]) -> String {
        format!("{}rest/data/{}", self.tracker.base, path.join("/"))
    }

    /// The entity tags that came with the request; Roundup looks into the body and the header.
    pub(super) fn etags(&self) -> impl Iterator<Item = &str> {
        self.fields.text("@etag").into_iter().chain(self.call.header("If-Match"))
    }
}

/// Answers a request below `/tracker/rest`; `path` is what follows.
pub(super) fn answer(tracker: &Tracker, call: &Call, path: &str) -> Answer {
    let answer = match checked(tracker, call, path) {
        Ok(answer) => answer,
        Err(failure) => *failure,
    };
    if answer.has("Allow") || matches!(answer.status, 201 | 401 | 429) {
        return answer.with("Vary", "Origin");
    }
    answer.with("Vary", "Origin").with("Allow", "OPTIONS, GET, POST, PUT, DELETE, PATCH")
}

fn checked(tracker: &Tracker, call: &Call, path: &str) -> Result<Answer, Box<Answer>> {
    let refuse = |refusal: Refusal| Box::new(Answer::from(refusal));
    let caller = tracker.read(|store| tracker.logins.caller(store, call)).map_err(Box::new)?;
    let caller = caller.ok_or_else(|| refuse(Refusal::forbidden("Forbidden.")))?;
    check_headers(tracker, call).map_err(refuse)?;
    let method = effective_method(call).map_err(refuse)?;
    let fields = match method.as_str() {
        "GET" => Fields::from_urlencoded(call.query.as_bytes()),
        _ => Fields::from_body(call.header("Content-Type"), &call.body).map_err(refuse)?,
    };
    let request = Request { tracker, caller: &caller, call, fields };
    let path: Vec<String> = path.split('/').filter(|part| !part.is_empty()).map(decode).collect();
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    if path.last() != Some(&"binary_content") {
        check_accept(call).map_err(refuse)?;
    }
    route(&request, &method, &path).map_err(refuse)
}

fn route(request: &Request, method: &str, path: &[&str]) -> Result<Answer, Refusal> {
    match (method, path) {
        ("GET", []) => Ok(rest_read::describe(request)),
        ("GET", ["data"]) => Ok(rest_read::classes(request)),
        (_, [] | ["data"]) => Err(Refusal::method_not_allowed(method, "GET, OPTIONS")),
        ("POST", ["data", class, "@poe"]) => rest_write::issue_post_once(request, class),
        ("POST", ["data", class, "@poe", token]) => {
            request.tracker.post_once.redeem(request.caller, class, token)?;
            rest_write::create(request, class)
        }
        ("GET", ["data", class]) => rest_read::collection(request, class),
        ("POST", ["data", class]) => rest_write::create(request, class),
        ("DELETE", ["data", _]) => Err(Refusal::forbidden("Deletion of a whole class disabled")),
        (_, ["data", _]) => Err(Refusal::method_not_allowed(method, COLLECTION)),
        ("GET", ["data", class, item]) => rest_read::item(request, class, item),
        ("PUT", ["data", class, id]) => rest_write::put(request, class, id),
        ("PATCH", ["data", class, id]) => rest_write::patch(request, class, id),
        ("DELETE", ["data", class, id]) => rest_write::retire(request, class, id),
        ("GET", ["data", class, id, "binary_content"]) => rest_content::binary_content(request, class, id),
        ("GET", ["data", class, id, property]) => rest_read::property(request, class, id, property),
        ("PUT", ["data", class, id, property]) => rest_write::put_property(request, class, id, property),
        ("PATCH", ["data", class, id, property]) => rest_write::patch_property(request, class, id, property),
        ("DELETE", ["data", class, id, property]) => rest_write::clear_property(request, class, id, property),
        (_, ["data", _, _] | ["data", _, _, _]) => Err(Refusal::method_not_allowed(method, ITEM)),
        _ => Err(Refusal::new(404, "Nothing matches the given URI")),
    }
}

/// Roundup's protection against forged requests: unsafe ones must prove that they were made by a program.
fn check_headers(tracker: &Tracker, call: &Call) -> Result<(), Refusal> {
    let origin = call.header("Origin");
    if origin.is_some_and(|origin| origin != tracker.origin) {
        return Err(Refusal::usage("Client is not allowed to use Rest Interface."));
    }
    let unsafe_method = !matches!(call.method.as_str(), "GET" | "HEAD" | "OPTIONS");
    if unsafe_method && (origin.is_none() || call.header("X-Requested-With").is_none()) {
        return Err(Refusal::usage("Required Header Missing"));
    }
    Ok(())
}

fn effective_method(call: &Call) -> Result<String, Refusal> {
    match call.header("X-HTTP-Method-Override") {
        None => Ok(call.method.clone()),
        Some(method) if call.method == "POST" => Ok(method.to_ascii_uppercase()),
        Some(method) => {
            let message = format!("X-HTTP-Method-Override: {method} must be used with POST method not {}.", call.method);
            Err(Refusal::usage(message))
        }
    }
}

fn check_accept(call: &Call) -> Result<(), Refusal> {
    let known = ["*/*", "application/*", "application/json"];
    match call.header("Accept") {
        Some(accept) if !media_types(accept).any(|wanted| known.contains(&wanted)) => Err(not_acceptable(accept, &known)),
        _ => Ok(()),
    }
}

/// The types an `Accept` header names, without their parameters.
pub(super) fn media_types(accept: &str) -> impl Iterator<Item = &str> {
    accept.split(',').map(|range| range.split(';').next().unwrap_or_default().trim())
}

pub(super) fn not_acceptable(accept: &str, known: &[&str]) -> Refusal {
    let known = known.join(", ");
    let message = format!("Requested content type(s) '{accept}' not available.\nAcceptable mime types are: {known}");
    Refusal::new(406, message)
}

/// Undoes percent encoding in one part of a path.
fn decode(part: &str) -> String {
    // The form decoder does it, once the characters that mean something only in forms are out of its way.
    let form = part.replace('+', "%2B").replace('&', "%26").replace('=', "%3D");
    url::form_urlencoded::parse(form.as_bytes()).map(|(name, _)| name.into_owned()).collect()
}

/// What a changing request answers.
pub(super) fn changed(request: &Request, class: &str, id: &str, attribute: &serde_json::Value) -> Answer {
    let link = request.link(&[class, id]);
    Answer::data(200, &json!({"id": id, "type": class, "link": link, "attribute": attribute}))
}
