//! The classes of the tracker, as a table.

use Kind::{Boolean, Content, Date, Link, Multilink, Number, Password, Text};

/// What a property holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    /// The bytes of a message or file, kept outside the database by a real Roundup.
    Content,
    Number,
    Boolean,
    Date,
    Password,
    Link(&'static str),
    Multilink(&'static str),
}

impl Kind {
    /// The class at the other end, for the two kinds of links.
    pub(super) fn target(self) -> Option<&'static str> {
        match self {
            Link(class) | Multilink(class) => Some(class),
            _ => None,
        }
    }
}

/// One property of a class.
#[derive(Debug)]
pub(super) struct Property {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
}

/// One class.
#[derive(Debug)]
pub(super) struct Class {
    pub(super) name: &'static str,
    /// The property by whose value items can be named instead of by id.
    pub(super) key: Option<&'static str>,
    /// The property that stands for an item at `@verbose=2`.
    pub(super) label: &'static str,
    /// Whether the role User may create and edit items.
    pub(super) user_writes: bool,
    properties: &'static [Property],
}

impl Class {
    /// The property of that name, the read-only ones included.
    pub(super) fn property(&self, name: &str) -> Option<&'static Property> {
        self.own_property(name).or_else(|| PROTECTED.iter().find(|property| property.name == name))
    }

    /// The property of that name, unless it is one that Roundup keeps itself.
    pub(super) fn own_property(&self, name: &str) -> Option<&'static Property> {
        self.properties.iter().find(|property| property.name == name)
    }

    /// All properties that clients may write.
    pub(super) fn own_properties(&self) -> &'static [Property] {
        self.properties
    }

    /// Whether items are files with a content: `msg` and `file`.
    pub(super) fn has_content(&self) -> bool {
        self.own_property("content").is_some()
    }

    /// The property after which a list sorted by a link to this class is sorted.
    pub(super) fn order(&self) -> &'static str {
        self.own_property("order").map_or(self.label, |property| property.name)
    }
}

/// The class of that name.
pub(super) fn class(name: &str) -> Option<&'static Class> {
    CLASSES.iter().find(|class| class.name == name)
}

const fn p(name: &'static str, kind: Kind) -> Property {
    Property { name, kind }
}

/// What Roundup itself keeps for every item.
pub(super) const PROTECTED: &[Property] =
    &[p("activity", Date), p("actor", Link("user")), p("creation", Date), p("creator", Link("user")), p("id", Text)];

/// All classes, by name.
pub(super) const CLASSES: &[Class] = &[
    Class {
        name: "ext_msg",
        key: Some("key"),
        label: "key",
        user_writes: true,
        properties: &[p("ext_tracker", Link("ext_tracker")), p("msg", Link("msg")), p("ext_id", Text), p("key", Text)],
    },
    Class {
        name: "ext_tracker",
        key: Some("name"),
        label: "name",
        user_writes: false,
        properties: &[p("name", Text), p("description", Text), p("url_template", Text)],
    },
    Class {
        name: "file",
        key: None,
        label: "name",
        user_writes: true,
        properties: &[p("name", Text), p("type", Text), p("content", Content)],
    },
    Class {
        name: "frequency",
        key: Some("name"),
        label: "name",
        user_writes: false,
        properties: &[p("name", Text), p("order", Number)],
    },
    Class {
        name: "issue",
        key: None,
        label: "title",
        user_writes: true,
        properties: &[
            p("title", Text),
            p("messages", Multilink("msg")),
            p("files", Multilink("file")),
            p("nosy", Multilink("user")),
            p("superseder", Multilink("issue")),
            p("assignedto", Link("user")),
            p("keyword", Multilink("keyword")),
            p("priority", Link("priority")),
            p("status", Link("status")),
            p("ext_id", Text),
            p("ext_status", Text),
            p("ext_attributes", Link("msg")),
            p("ext_tracker", Link("ext_tracker")),
            // Those of the site that `config-example/roundup-kpm.toml` is for.
            p("release", Text),
            p("hardware", Text),
            p("reproducible", Boolean),
            p("frequency", Link("frequency")),
            p("supplier_answer", Text),
            p("fixed_in", Text),
        ],
    },
    Class { name: "keyword", key: Some("name"), label: "name", user_writes: true, properties: &[p("name", Text)] },
    Class {
        name: "msg",
        key: None,
        label: "activity",
        user_writes: true,
        properties: &[
            p("author", Link("user")),
            p("recipients", Multilink("user")),
            p("date", Date),
            p("summary", Text),
            p("files", Multilink("file")),
            p("messageid", Text),
            p("inreplyto", Text),
            p("keywords", Multilink("msg_keyword")),
            p("type", Text),
            p("content", Content),
        ],
    },
    Class { name: "msg_keyword", key: Some("name"), label: "name", user_writes: false, properties: &[p("name", Text)] },
    Class {
        name: "priority",
        key: Some("name"),
        label: "name",
        user_writes: false,
        properties: &[p("name", Text), p("order", Number)],
    },
    Class {
        name: "query",
        key: None,
        label: "name",
        user_writes: false,
        properties: &[p("klass", Text), p("name", Text), p("url", Text), p("private_for", Link("user"))],
    },
    Class {
        name: "status",
        key: Some("name"),
        label: "name",
        user_writes: false,
        properties: &[p("name", Text), p("order", Number)],
    },
    Class {
        name: "user",
        key: Some("username"),
        label: "username",
        user_writes: false,
        properties: &[
            p("username", Text),
            p("password", Password),
            p("address", Text),
            p("realname", Text),
            p("phone", Text),
            p("organisation", Text),
            p("alternate_addresses", Text),
            p("queries", Multilink("query")),
            p("roles", Text),
            p("timezone", Text),
        ],
    },
];

/// The priorities and statuses of the classic template and the frequencies of a site, in their order.
pub(super) const VOCABULARIES: &[(&str, &[&str])] = &[
    ("priority", &["critical", "urgent", "bug", "feature", "wish"]),
    ("status", &["unread", "deferred", "chatting", "need-eg", "in-progress", "testing", "done-cbb", "resolved"]),
    ("frequency", &["once", "repeatedly", "always"]),
];
