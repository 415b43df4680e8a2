//! The items of all classes, and the checks a real Roundup's database makes.

use super::auditors;
use super::options::RoundupOptions;
use super::refusal::Refusal;
use super::schema::{self, Class, Kind, PROTECTED};
use super::value::Value;
use jiff::Timestamp;
use std::collections::BTreeMap;

/// Values by property.
pub(super) type Values = BTreeMap<&'static str, Value>;

/// One item of a class.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub(super) id: String,
    /// A retired item is out of all lists, but still answers when asked for by id.
    pub(super) retired: bool,
    values: Values,
}

impl Item {
    pub(super) fn get(&self, property: &str) -> &Value {
        self.values.get(property).unwrap_or(&Value::Unset)
    }
}

/// What happened to an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    Create,
    Set,
    Retire,
}

/// One change, to be told to the outside once the request is done.
#[derive(Clone, Debug)]
pub(super) struct Change {
    pub(super) class: &'static str,
    pub(super) id: String,
    pub(super) action: Action,
    pub(super) properties: Vec<&'static str>,
}

/// All items, by class; ids count from 1.
#[derive(Debug)]
pub(super) struct Store {
    items: BTreeMap<&'static str, Vec<Item>>,
    changes: Vec<Change>,
}

impl Store {
    /// A fresh tracker: users, vocabularies, keywords and external trackers.
    pub(super) fn new(options: &RoundupOptions) -> Result<Self, Refusal> {
        let mut store = Self { items: BTreeMap::new(), changes: Vec::new() };
        let named = |name: &str| Values::from([("name", Value::Text(name.to_owned()))]);
        for (at, user) in options.users.iter().enumerate() {
            let text = |text: &str| Value::Text(text.to_owned());
            let values = [("username", text(&user.name)), ("password", text(&user.password)), ("roles", text(&user.roles))];
            store.create("user", Values::from(values), "1")?;
            if at == 0 {
                // Every Roundup has this user, and it cannot log in.
                let anonymous = [("username", text("anonymous")), ("roles", text("Anonymous"))];
                store.create("user", Values::from(anonymous), "1")?;
            }
        }
        for (class, names) in schema::VOCABULARIES {
            for (order, name) in (1_u8..).zip(*names) {
                let mut values = named(name);
                values.insert("order", Value::Number(f64::from(order)));
                store.create(class, values, "1")?;
            }
        }
        for name in &options.ext_trackers {
            store.create("ext_tracker", named(name), "1")?;
        }
        for name in &options.keywords {
            store.create("msg_keyword", named(name), "1")?;
        }
        store.changes.clear();
        Ok(store)
    }

    pub(super) fn class(name: &str) -> Result<&'static Class, Refusal> {
        schema::class(name).ok_or_else(|| Refusal::no_such_class(name))
    }

    /// The item of that id, retired or not.
    pub(super) fn get(&self, class: &str, id: &str) -> Result<&Item, Refusal> {
        self.all(class).iter().find(|item| item.id == id).ok_or_else(|| Refusal::no_such_item(class, id))
    }

    /// All items of a class that are not retired, by id.
    pub(super) fn list(&self, class: &str) -> impl Iterator<Item = &Item> {
        self.all(class).iter().filter(|item| !item.retired)
    }

    fn all(&self, class: &str) -> &[Item] {
        self.items.get(class).map_or(&[], Vec::as_slice)
    }

    /// The id of the item with that key.
    pub(super) fn lookup(&self, class: &Class, key: &str) -> Result<String, Refusal> {
        let Some(property) = class.key else {
            return Err(Refusal::new(404, format!("Item '{key}' not found")));
        };
        let found = self.list(class.name).find(|item| item.get(property).text() == Some(key));
        found.map(|item| item.id.clone()).ok_or_else(|| {
            // Quoted twice, because Roundup shows a Python KeyError.
            Refusal::usage(format!("'No key ({property}) value \"{key}\" for \"{}\"'", class.name))
        })
    }

    /// Creates an item and answers its id.
    pub(super) fn create(&mut self, class: &str, mut values: Values, actor: &str) -> Result<String, Refusal> {
        let class = Self::class(class)?;
        auditors::before_create(self, class.name, &mut values)?;
        self.check(class, None, &values)?;
        let id = (self.all(class.name).len() + 1).to_string();
        let now = now();
        let properties = values.keys().copied().collect();
        for property in class.own_properties() {
            values.entry(property.name).or_insert_with(|| Value::initial(property.kind));
        }
        for property in PROTECTED {
            let value = match property.kind {
                Kind::Date => Value::Date(now),
                Kind::Link(_) => Value::Link(actor.to_owned()),
                _ => Value::Text(id.clone()),
            };
            values.insert(property.name, value);
        }
        self.items.entry(class.name).or_default().push(Item { id: id.clone(), retired: false, values });
        self.changes.push(Change { class: class.name, id: id.clone(), action: Action::Create, properties });
        Ok(id)
    }

    /// Changes an item and answers what really changed, the doings of the auditors included.
    pub(super) fn set(&mut self, class: &str, id: &str, mut values: Values, actor: &str) -> Result<Values, Refusal> {
        let class = Self::class(class)?;
        self.get(class.name, id)?;
        if values.keys().any(|name| ["creator", "actor", "creation", "activity"].contains(name)) {
            let message = "'\"creator\", \"actor\", \"creation\" and \"activity\" are reserved'";
            return Err(Refusal::usage(message));
        }
        auditors::before_set(self, class.name, id, &mut values)?;
        self.check(class, Some(id), &values)?;
        let all = self.items.get_mut(class.name).map_or(&mut [][..], Vec::as_mut_slice);
        let Some(item) = all.iter_mut().find(|item| item.id == id) else {
            return Err(Refusal::no_such_item(class.name, id));
        };
        values.retain(|name, value| item.get(name) != value);
        if values.is_empty() {
            return Ok(values);
        }
        item.values.extend(values.clone());
        item.values.insert("activity", Value::Date(now()));
        item.values.insert("actor", Value::Link(actor.to_owned()));
        let properties = values.keys().copied().collect();
        self.changes.push(Change { class: class.name, id: id.to_owned(), action: Action::Set, properties });
        Ok(values)
    }

    /// Takes an item out of all lists.
    pub(super) fn retire(&mut self, class: &str, id: &str) -> Result<(), Refusal> {
        let class = Self::class(class)?;
        let all = self.items.get_mut(class.name).map_or(&mut [][..], Vec::as_mut_slice);
        let Some(item) = all.iter_mut().find(|item| item.id == id) else {
            return Err(Refusal::no_such_item(class.name, id));
        };
        item.retired = true;
        let (id, properties) = (id.to_owned(), Vec::new());
        self.changes.push(Change { class: class.name, id, action: Action::Retire, properties });
        Ok(())
    }

    /// The changes since the last call: those of one request.
    pub(super) fn take_changes(&mut self) -> Vec<Change> {
        std::mem::take(&mut self.changes)
    }

    fn check(&self, class: &Class, id: Option<&str>, values: &Values) -> Result<(), Refusal> {
        for (name, value) in values {
            let Some(property) = class.own_property(name) else {
                continue;
            };
            match (property.kind, value) {
                (Kind::Multilink(_), Value::Unset) => {
                    return Err(Refusal::conflict("'NoneType' object is not iterable"));
                }
                (Kind::Link(target) | Kind::Multilink(target), value) => {
                    self.check_links(target, value)?;
                }
                _ => {}
            }
        }
        let Some(key) = class.key.and_then(|property| values.get(property)?.text()) else {
            return Ok(());
        };
        match self.lookup(class, key) {
            Ok(other) if Some(other.as_str()) != id => Err(Refusal::conflict(format!("node with key \"{key}\" exists"))),
            _ => Ok(()),
        }
    }

    fn check_links(&self, target: &str, value: &Value) -> Result<(), Refusal> {
        let ids = value.link().into_iter().chain(value.links().iter().map(String::as_str));
        for id in ids {
            if self.get(target, id).is_err() {
                return Err(Refusal::conflict(format!("{target} has no node {id}")));
            }
        }
        Ok(())
    }
}

/// The time, as precise as Roundup keeps it.
pub(super) fn now() -> Timestamp {
    let now = Timestamp::now();
    now.round(jiff::Unit::Millisecond).unwrap_or(now)
}
