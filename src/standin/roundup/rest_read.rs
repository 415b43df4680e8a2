//! The reading half of the REST interface.

use super::exchange::Answer;
use super::fields::Raw;
use super::filter::{self, Condition, SortBy};
use super::item_json::{View, content_text, etag};
use super::refusal::Refusal;
use super::rest::Request;
use super::schema::{CLASSES, Class, Kind, PROTECTED};
use super::store::{Item, Store};
use serde_json::{Map, Value as Json, json};

/// `GET /rest/`.
pub(super) fn describe(request: &Request) -> Answer {
    let link = |rel: &str, path: &str| json!({"uri": format!("{}rest{path}", request.tracker.base), "rel": rel});
    let links = [link("self", ""), link("data", "/data"), link("summary", "/summary")];
    Answer::data(200, &json!({"default_version": 1, "supported_versions": [1], "links": links}))
}

/// `GET /rest/data`.
pub(super) fn classes(request: &Request) -> Answer {
    let link = |class: &Class| (class.name.to_owned(), json!({"link": request.link(&[class.name])}));
    Answer::data(200, &Json::Object(CLASSES.iter().map(link).collect()))
}

/// What the `@` parameters of a reading request ask for.
struct Wish {
    verbose: i64,
    protected: bool,
    fields: Option<Vec<String>>,
    sort: Vec<SortBy>,
    page_size: Option<usize>,
    page_index: usize,
    conditions: Vec<Condition>,
}

impl Wish {
    /// Reads the parameters; conditions only where a collection is asked for.
    fn read(request: &Request, store: &Store, class: &Class, collection: bool) -> Result<Self, Refusal> {
        let (mut sort, mut group) = (Vec::new(), Vec::new());
        let (page_size, page_index) = (None, 1);
        let mut wish = Self {
            verbose: 1,
            protected: false,
            fields: None,
            sort: Vec::new(),
            page_size,
            page_index,
            conditions: Vec::new(),
        };
        for (name, raw) in request.fields.iter() {
            let Raw::Text(value) = raw else { continue };
            match name {
                "@verbose" => wish.verbose = number(name, value)?,
                "@protected" => wish.protected = value.eq_ignore_ascii_case("true"),
                "@fields" | "@attrs" => wish.add_fields(class, value)?,
                "@sort" if collection => sort.extend(SortBy::parse_list(class, value)?),
                "@group" if collection => group.extend(SortBy::parse_list(class, value)?),
                "@page_size" if collection => {
                    wish.page_size = usize::try_from(number(name, value)?).ok().filter(|size| *size > 0);
                }
                "@page_index" if collection => {
                    wish.page_index = usize::try_from(number(name, value)?).unwrap_or(1).max(1);
                }
                _ if name.starts_with('@') || !collection => {}
                _ => Condition::parse(store, class, name, value)?.add_to(&mut wish.conditions),
            }
        }
        group.append(&mut sort);
        wish.sort = group;
        Ok(wish)
    }

    fn add_fields(&mut self, class: &Class, value: &str) -> Result<(), Refusal> {
        let separator = if value.contains(',') { ',' } else { ':' };
        for name in value.split(separator) {
            filter::resolve(class, name)?;
            self.fields.get_or_insert_default().push(name.to_owned());
        }
        Ok(())
    }

    /// The properties to show of an item.
    fn properties(&self, class: &Class) -> Vec<String> {
        let Some(fields) = &self.fields else {
            let protected = PROTECTED.iter().filter(|_| self.protected);
            return class.own_properties().iter().chain(protected).map(|property| property.name.to_owned()).collect();
        };
        let label = (self.verbose > 1).then(|| class.label.to_owned());
        fields.iter().cloned().chain(label).collect()
    }
}

fn number(name: &str, value: &str) -> Result<i64, Refusal> {
    value
        .trim()
        .parse()
        .map_err(|_| Refusal::usage(format!("When using {name}: invalid literal for int() with base 10: '{value}'")))
}

/// `GET /rest/data/issue`.
pub(super) fn collection(request: &Request, class: &str) -> Result<Answer, Refusal> {
    let class = Store::class(class)?;
    request.tracker.read(|store| {
        let mut wish = Wish::read(request, store, class, true)?;
        if wish.verbose > 1 {
            wish.fields.get_or_insert_default().push(class.label.to_owned());
        }
        let found = filter::search(store, class, &wish.conditions, &wish.sort);
        let offset = wish.page_size.map_or(0, |size| (wish.page_index - 1) * size);
        let rest = found.get(offset..).unwrap_or_default();
        let page = &rest[..rest.len().min(wish.page_size.unwrap_or(usize::MAX))];
        // Beyond the last page this is more than there is; a real Roundup says so, too.
        let total = offset + rest.len();
        let view = view(request, store, wish.verbose);
        let entries: Vec<Json> = page.iter().map(|item| entry(request, &view, class, item, &wish)).collect();
        let mut data = json!({"collection": entries, "@total_size": total});
        if let Some(size) = wish.page_size {
            data["@links"] = page_links(request, class, wish.page_index, size < rest.len());
        }
        let answer = Answer::data(200, &data).with("X-Count-Total", total.to_string());
        Ok(answer.with("Allow", "OPTIONS, GET, POST"))
    })
}

fn entry(request: &Request, view: &View, class: &Class, item: &Item, wish: &Wish) -> Json {
    let mut entry = Map::new();
    entry.insert("id".into(), json!(item.id));
    entry.insert("link".into(), json!(request.link(&[class.name, &item.id])));
    let fields = wish.fields.iter().flatten().map(String::as_str);
    entry.extend(view.properties(class, item, fields));
    Json::Object(entry)
}

fn page_links(request: &Request, class: &Class, index: usize, more: bool) -> Json {
    let others: Vec<String> = request
        .fields
        .iter()
        .filter(|(name, _)| *name != "@page_index")
        .filter_map(|(name, raw)| match raw {
            Raw::Text(value) => Some(format!("{name}={value}")),
            _ => None,
        })
        .collect();
    let link = |rel: &str, index: usize| {
        let uri = format!("{}?@page_index={index}&{}", request.link(&[class.name]), others.join("&"));
        json!([{"rel": rel, "uri": uri}])
    };
    let mut links = json!({"self": link("self", index)});
    if more {
        links["next"] = link("next", index + 1);
    }
    if index > 1 {
        links["prev"] = link("prev", index - 1);
    }
    links
}

/// `GET /rest/data/issue/1`; instead of the id a key: `/status/unread` or `/status/name=unread`.
pub(super) fn item(request: &Request, class: &str, name: &str) -> Result<Answer, Refusal> {
    let class = Store::class(class)?;
    request.tracker.read(|store| {
        let key = class.key.and_then(|key| name.strip_prefix(key)?.strip_prefix('=')).unwrap_or(name);
        let is_id = name.bytes().all(|byte| byte.is_ascii_digit());
        let id = if is_id { name.to_owned() } else { store.lookup(class, key)? };
        let item = store.get(class.name, &id)?;
        let wish = Wish::read(request, store, class, false)?;
        let properties = wish.properties(class);
        let view = view(request, store, wish.verbose);
        let attributes = view.properties(class, item, properties.iter().map(String::as_str));
        let (link, tag) = (request.link(&[class.name, name]), etag(class, item));
        let data = json!({"id": id, "type": class.name, "link": link, "attributes": attributes, "@etag": tag});
        Ok(Answer::data(200, &data).with("ETag", tag))
    })
}

fn view<'a>(request: &'a Request, store: &'a Store, verbose: i64) -> View<'a> {
    View { store, caller: request.caller, base: &request.tracker.base, verbose }
}

/// `GET /rest/data/issue/1/title`.
pub(super) fn property(request: &Request, class: &str, id: &str, name: &str) -> Result<Answer, Refusal> {
    let class = Store::class(class)?;
    request.tracker.read(|store| {
        let item = store.get(class.name, id)?;
        let property = class.property(name).ok_or_else(|| Refusal::usage(format!("Invalid attribute {name}")))?;
        if !request.caller.sees(class, id, name) || property.kind == Kind::Password {
            return Err(Refusal::forbidden(format!("Permission to view {}{id} {name} denied", class.name)));
        }
        let value = item.get(name);
        let data = if property.kind == Kind::Content { content_text(class, item) } else { value.plain_json() };
        Ok(one_property(request, class, item, name, value.python_type(), &data))
    })
}

pub(super) fn one_property(request: &Request, class: &Class, item: &Item, name: &str, kind: &str, data: &Json) -> Answer {
    let (link, tag) = (request.link(&[class.name, &item.id, name]), etag(class, item));
    let data = json!({"id": item.id, "type": kind, "link": link, "data": data, "@etag": tag});
    Answer::data(200, &data).with("ETag", tag)
}
