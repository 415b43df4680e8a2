//! The changing half of the REST interface.

use super::exchange::Answer;
use super::item_json::check_etag;
use super::raw;
use super::refusal::Refusal;
use super::rest::{Request, changed};
use super::schema::{Class, Property};
use super::store::{Store, Values};
use super::value::Value;
use bytes::Bytes;
use serde_json::{Value as Json, json};

/// Where changes by REST say they come from.
const SOURCE: &str = "rest";

/// `POST /rest/data/issue`.
pub(super) fn create(request: &Request, class: &str) -> Result<Answer, Refusal> {
    let class = Store::class(class)?;
    request.caller.may_create(class)?;
    let id = request.tracker.write(request.caller, SOURCE, |store| {
        let mut values = raw::values(store, class, None, &request.fields)?;
        if let Some(key) = class.key.filter(|key| !values.contains_key(key)) {
            return Err(Refusal::usage(format!("Must provide the '{key}' property.")));
        }
        let empty = class.has_content() && prepare_content(class, &mut values)?;
        let id = store.create(class.name, values, &request.caller.id)?;
        // The item is there, but the client is told otherwise.
        if empty { Err(Refusal::new(405, "'NoneType' object has no attribute 'upper'")) } else { Ok(id) }
    })?;
    let link = request.link(&[class.name, &id]);
    Ok(Answer::data(201, &json!({"id": id, "link": link})).with("Location", link))
}

/// Tells whether the content is empty, and refuses if there is none. Roundup trips over an empty one in three ways, and only
/// one of them leaves an item behind. A mere space would do: it is trimmed after these checks.
fn prepare_content(class: &Class, values: &mut Values) -> Result<bool, Refusal> {
    let typed = values.get("type").is_some_and(|kind| *kind != Value::Unset);
    match values.get("content") {
        None => Err(Refusal::usage("Must provide the 'content' property.")),
        Some(Value::Unset) if class.name == "msg" => Err(Refusal::conflict("object of type 'NoneType' has no len()")),
        Some(Value::Unset) if typed => Err(Refusal::new(405, "'NoneType' object has no attribute 'encode'")),
        Some(Value::Unset) => {
            values.insert("content", Value::Content(Bytes::new()));
            Ok(true)
        }
        Some(_) => Ok(false),
    }
}

/// `POST /rest/data/issue/@poe`.
pub(super) fn issue_post_once(request: &Request, class: &str) -> Result<Answer, Refusal> {
    let (token, expires) = request.tracker.post_once.issue(request.caller, class, &request.fields)?;
    Ok(Answer::data(200, &json!({"link": request.link(&[class, "@poe", &token]), "expires": expires})))
}

/// `PUT /rest/data/issue/1`.
pub(super) fn put(request: &Request, class: &str, id: &str) -> Result<Answer, Refusal> {
    let class = Store::class(class)?;
    let result = change(request, class, id, |store| {
        let values = raw::values(store, class, store.get(class.name, id).ok(), &request.fields)?;
        values.keys().try_for_each(|name| request.caller.may_edit(class, id, name))?;
        check(request, store, class, id)?;
        Ok(values)
    });
    result.map_err(Refusal::missing_is_conflict)
}

/// `PUT /rest/data/issue/1/title`.
pub(super) fn put_property(request: &Request, class: &str, id: &str, name: &str) -> Result<Answer, Refusal> {
    let class = Store::class(class)?;
    let result = change(request, class, id, |store| {
        request.caller.may_edit(class, id, name)?;
        let property = writable(class, name)?;
        let value = raw::value(store, property, store.get(class.name, id).ok(), data(request)?)?;
        check(request, store, class, id)?;
        Ok(Values::from([(property.name, value)]))
    });
    result.map_err(Refusal::missing_is_conflict)
}

/// `PATCH /rest/data/issue/1`.
pub(super) fn patch(request: &Request, class: &str, id: &str) -> Result<Answer, Refusal> {
    let class = Store::class(class)?;
    let operation = operation(request);
    if operation == "action" {
        return action(request, class, id);
    }
    change(request, class, id, |store| {
        check(request, store, class, id)?;
        let item = store.get(class.name, id)?;
        let mut values = raw::values(store, class, Some(item), &request.fields)?;
        for (name, value) in &mut values {
            request.caller.may_edit(class, id, name)?;
            *value = patched(&operation, item.get(name), value)?;
        }
        Ok(values)
    })
}

/// `PATCH /rest/data/issue/1/messages`.
pub(super) fn patch_property(request: &Request, class: &str, id: &str, name: &str) -> Result<Answer, Refusal> {
    let class = Store::class(class)?;
    change(request, class, id, |store| {
        request.caller.may_edit(class, id, name)?;
        if class.own_property(name).is_none() && class.property(name).is_some() {
            let message = format!("Attribute '{name}' can not be updated for class {}.", class.name);
            return Err(Refusal::new(405, message));
        }
        check(request, store, class, id)?;
        let property = writable(class, name)?;
        let item = store.get(class.name, id)?;
        let new = raw::value(store, property, Some(item), data(request)?)?;
        let value = patched(&operation(request), item.get(name), &new)?;
        Ok(Values::from([(property.name, value)]))
    })
}

/// `DELETE /rest/data/issue/1`.
pub(super) fn retire(request: &Request, class: &str, id: &str) -> Result<Answer, Refusal> {
    let class = Store::class(class)?;
    request.caller.may_retire(class, id)?;
    request.tracker.write(request.caller, SOURCE, |store| {
        check(request, store, class, id)?;
        store.retire(class.name, id)
    })?;
    Ok(Answer::data(200, &json!({"status": "ok"})))
}

/// `DELETE /rest/data/issue/1/priority`.
pub(super) fn clear_property(request: &Request, class: &str, id: &str, name: &str) -> Result<Answer, Refusal> {
    let class = Store::class(class)?;
    change(request, class, id, |store| {
        request.caller.may_edit(class, id, name)?;
        let property = match (class.own_property(name), class.property(name)) {
            (Some(property), _) => property,
            (None, Some(_)) => {
                let message = format!("Attribute '{name}' can not be deleted for class {}.", class.name);
                return Err(Refusal::new(405, message));
            }
            (None, None) => {
                return Err(Refusal::usage(format!("Attribute '{name}' not valid for class {}.", class.name)));
            }
        };
        check(request, store, class, id)?;
        Ok(Values::from([(property.name, Value::initial(property.kind))]))
    })?;
    Ok(Answer::data(200, &json!({"status": "ok"})))
}

/// Works out new values, stores them and answers what changed.
fn change(
    request: &Request,
    class: &Class,
    id: &str,
    values: impl FnOnce(&Store) -> Result<Values, Refusal>,
) -> Result<Answer, Refusal> {
    let values = request.tracker.write(request.caller, SOURCE, |store| {
        let values = values(store)?;
        store.set(class.name, id, values, &request.caller.id)
    })?;
    let attribute: Json = values.iter().map(|(name, value)| ((*name).to_owned(), value.changed_json())).collect();
    Ok(changed(request, class.name, id, &attribute))
}

fn check(request: &Request, store: &Store, class: &Class, id: &str) -> Result<(), Refusal> {
    check_etag(class, store.get(class.name, id)?, request.etags())
}

fn data<'r>(request: &'r Request) -> Result<&'r super::fields::Raw, Refusal> {
    request.fields.get("data").ok_or_else(|| Refusal::usage("'data'"))
}

fn writable(class: &Class, name: &str) -> Result<&'static Property, Refusal> {
    match (class.own_property(name), class.property(name)) {
        (Some(property), _) => Ok(property),
        (None, Some(_)) => {
            let message = "'\"creator\", \"actor\", \"creation\" and \"activity\" are reserved'";
            Err(Refusal::new(405, message))
        }
        (None, None) => Err(Refusal::usage(format!("'{name}' is not a property of {}", class.name))),
    }
}

fn operation(request: &Request) -> String {
    request.fields.text("@op").unwrap_or("replace").to_ascii_lowercase()
}

/// Old and new value put together; Roundup adds whatever Python can add.
fn patched(operation: &str, old: &Value, new: &Value) -> Result<Value, Refusal> {
    match (operation, old, new) {
        ("add", Value::Text(old), Value::Text(new)) => Ok(Value::Text(format!("{old}{new}"))),
        ("add", Value::Link(old), Value::Link(new)) => Ok(Value::Link(format!("{old}{new}"))),
        ("add", Value::Number(old), Value::Number(new)) => Ok(Value::Number(old + new)),
        ("add", Value::Links(old), Value::Links(new)) => Ok(Value::Links([old.as_slice(), new].concat())),
        ("add", old, Value::Unset) => Ok(old.clone()),
        ("add" | "replace", _, new) => Ok(new.clone()),
        ("remove", Value::Links(old), new) => {
            let kept = |id: &&String| *new != Value::Unset && !new.links().contains(id);
            Ok(Value::Links(old.iter().filter(kept).cloned().collect()))
        }
        ("remove", ..) => Ok(Value::Unset),
        _ => Err(Refusal::usage(format!("PATCH Operation {operation} is not allowed"))),
    }
}

/// `PATCH` with `"@op": "action"`: retiring by another name.
fn action(request: &Request, class: &Class, id: &str) -> Result<Answer, Refusal> {
    let name = request.fields.text("@action_name").unwrap_or("None");
    request.tracker.write(request.caller, SOURCE, |store| {
        check(request, store, class, id)?;
        if name != "retire" {
            return Err(Refusal::usage(format!("action \"{name}\" is not supported, allowed: retire, restore")));
        }
        request.caller.may_retire(class, id).map_err(|_| {
            let message = format!("You do not have permission to retire or restore the {} class.", class.name);
            Refusal::forbidden(message)
        })?;
        store.retire(class.name, id)
    })?;
    let link = request.link(&[class.name, id]);
    Ok(Answer::data(200, &json!({"id": id, "type": class.name, "link": link, "result": null})))
}
