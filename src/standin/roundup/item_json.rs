//! An item as JSON, and its entity tag.

use super::permission::Caller;
use super::refusal::Refusal;
use super::schema::{self, Class, Kind};
use super::store::{Item, Store};
use super::value::Value;
use serde_json::{Map, Value as Json, json};
use sha2::{Digest, Sha256};

/// How an item is to be shown.
#[derive(Clone, Copy)]
pub(super) struct View<'a> {
    pub(super) store: &'a Store,
    pub(super) caller: &'a Caller,
    /// The address of the tracker, with a slash at the end.
    pub(super) base: &'a str,
    /// 0: plain ids, 1: ids with links, 2: names as well, 3: contents as well.
    pub(super) verbose: i64,
}

impl View<'_> {
    /// The named properties, as far as the caller may see them; a name may lead over links: `status.name`.
    pub(super) fn properties<'n>(
        &self,
        class: &Class,
        item: &Item,
        names: impl IntoIterator<Item = &'n str>,
    ) -> Map<String, Json> {
        names.into_iter().filter_map(|name| Some((name.to_owned(), self.follow(class, item, name)?))).collect()
    }

    fn follow(&self, class: &Class, item: &Item, path: &str) -> Option<Json> {
        let (name, rest) = path.split_once('.').map_or((path, None), |(name, rest)| (name, Some(rest)));
        if !self.caller.sees(class, &item.id, name) {
            return None;
        }
        let property = class.property(name)?;
        let value = item.get(name);
        let Some(rest) = rest else {
            return Some(self.show(class, item, property.kind, value));
        };
        let Some(id) = value.link() else {
            return Some(Json::Null);
        };
        let target = schema::class(property.kind.target()?)?;
        self.follow(target, self.store.get(target.name, id).ok()?, rest)
    }

    fn show(&self, class: &Class, item: &Item, kind: Kind, value: &Value) -> Json {
        match (kind, value) {
            (Kind::Password, _) => json!("[password hidden scheme PBKDF2S5]"),
            (Kind::Content, _) if self.verbose < 3 => {
                json!({"link": format!("{}{}{}/", self.base, class.name, item.id)})
            }
            (Kind::Content, _) => content_text(class, item),
            (Kind::Link(target), Value::Link(id)) if self.verbose > 0 => self.link(target, id),
            (Kind::Multilink(target), Value::Links(ids)) if self.verbose > 0 => {
                ids.iter().map(|id| self.link(target, id)).collect()
            }
            (_, value) => value.plain_json(),
        }
    }

    fn link(&self, target: &str, id: &str) -> Json {
        let mut shown = json!({"id": id, "link": format!("{}rest/data/{target}/{id}", self.base)});
        if self.verbose > 1
            && let Some(class) = schema::class(target)
            && let Ok(item) = self.store.get(target, id)
        {
            shown[class.label] = item.get(class.label).plain_json();
        }
        shown
    }
}

/// A content as text, or Roundup's hint if it is none.
pub(super) fn content_text(class: &Class, item: &Item) -> Json {
    let value = item.get("content");
    match (value, value.plain_json()) {
        (Value::Content(bytes), Json::Null) => json!(format!(
            "{}{} is not text, retrieve using binary_content property. mdsum: {}",
            class.name,
            item.id,
            &hex::encode(Sha256::digest(bytes))[..32]
        )),
        (_, text) => text,
    }
}

/// A hash over everything an item holds, in the quotes it needs as a header.
pub(super) fn etag(class: &Class, item: &Item) -> String {
    let mut hash = Sha256::new();
    hash.update(class.name);
    for property in class.own_properties().iter().chain(schema::PROTECTED) {
        // Debug tells apart what JSON does not, a date's fraction of a second for one.
        hash.update(format!("{}={:?};", property.name, item.get(property.name)));
    }
    format!("\"{}\"", &hex::encode(hash.finalize())[..32])
}

/// Refuses unless all tags a client gave are that of the item, and there is at least one.
pub(super) fn check_etag<'t>(class: &Class, item: &Item, given: impl IntoIterator<Item = &'t str>) -> Result<(), Refusal> {
    let known = etag(class, item);
    let mut given = given.into_iter().peekable();
    // A compressing server adds `-gzip` to the tag, which is none of the item's business.
    let same = |tag: &str| tag.rsplit_once('-').map_or(tag == known, |(tag, _)| format!("{tag}\"") == known);
    if given.peek().is_some() && given.all(same) { Ok(()) } else { Err(Refusal::precondition()) }
}
