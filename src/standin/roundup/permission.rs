//! Who may do what: the roles of the classic template.

use super::refusal::Refusal;
use super::schema::Class;
use super::store::Store;

/// The user a request is made by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Caller {
    /// The id of the user item.
    pub(super) id: String,
    /// The user name, as events tell it.
    pub(super) name: String,
    admin: bool,
}

/// What users may see of each other.
const PUBLIC_USER_PROPERTIES: &[&str] = &["id", "organisation", "phone", "realname", "timezone", "username"];

impl Caller {
    /// The user of that name, if there is one.
    pub(super) fn named(store: &Store, name: &str) -> Option<Self> {
        let user = store.list("user").find(|user| user.get("username").text() == Some(name))?;
        let roles = user.get("roles").text().unwrap_or_default();
        let admin = roles.split(',').any(|role| role.trim().eq_ignore_ascii_case("admin"));
        Some(Self { id: user.id.clone(), name: name.to_owned(), admin })
    }

    /// Whether the caller sees that property of that item.
    pub(super) fn sees(&self, class: &Class, id: &str, property: &str) -> bool {
        self.admin || class.name != "user" || id == self.id || PUBLIC_USER_PROPERTIES.contains(&property)
    }

    pub(super) fn may_create(&self, class: &Class) -> Result<(), Refusal> {
        if self.admin || class.user_writes {
            return Ok(());
        }
        Err(Refusal::forbidden(format!("Permission to create {} denied", class.name)))
    }

    pub(super) fn may_edit(&self, class: &Class, id: &str, property: &str) -> Result<(), Refusal> {
        if self.admin || class.user_writes {
            return Ok(());
        }
        Err(Refusal::forbidden(format!("Permission to edit {property} of {}{id} denied", class.name)))
    }

    pub(super) fn may_retire(&self, class: &Class, id: &str) -> Result<(), Refusal> {
        if self.admin {
            return Ok(());
        }
        Err(Refusal::forbidden(format!("Permission to retire {} {id} denied", class.name)))
    }
}
