//! What a site consists of: its people, projects, statuses, workflows and screens, as they are told to it at the start.

/// A person or service account that can sign in.
#[derive(Debug, Clone)]
pub struct UserSpec {
    /// Login name; on Data Center it is also the user key.
    pub name: String,
    /// Password, API token (Cloud) and personal access token (Data Center) at once.
    pub secret: String,
    /// The name people see.
    pub display_name: String,
    /// E-mail address; Cloud accepts it as the first half of a Basic pair.
    pub email: String,
    /// The account id used on Cloud.
    pub account_id: String,
    /// Whether the account is in use. One that is not can neither sign in nor be assigned.
    pub active: bool,
}

impl UserSpec {
    /// A user whose e-mail address and account id follow from the login name.
    #[must_use]
    pub fn new(name: &str, secret: &str, display_name: &str) -> Self {
        Self {
            name: name.to_owned(),
            secret: secret.to_owned(),
            display_name: display_name.to_owned(),
            email: format!("{name}@example.com"),
            account_id: format!("712020:standin-{name}"),
            active: true,
        }
    }

    /// The same user, whose account is not in use any more.
    #[must_use]
    pub fn inactive(self) -> Self {
        Self { active: false, ..self }
    }
}

/// A project issues can be created in.
#[derive(Debug, Clone)]
pub struct ProjectSpec {
    /// Numeric id.
    pub id: u64,
    /// Key, the part of an issue key before the dash.
    pub key: String,
    /// The name people see.
    pub name: String,
    /// Names of the components it starts with.
    pub components: Vec<String>,
    /// Names of the versions it starts with.
    pub versions: Vec<String>,
    /// Names of its security levels.
    pub security_levels: Vec<String>,
}

impl ProjectSpec {
    /// A project without components, versions and security levels.
    #[must_use]
    pub fn new(id: u64, key: &str, name: &str) -> Self {
        Self {
            id,
            key: key.to_owned(),
            name: name.to_owned(),
            components: Vec::new(),
            versions: Vec::new(),
            security_levels: Vec::new(),
        }
    }
}

/// The three categories every Jira status belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatusCategory {
    /// Nobody works on it yet.
    ToDo,
    /// Work goes on.
    InProgress,
    /// Finished; reaching it sets a resolution.
    Done,
}

/// A status. The first one listed is that of a new issue.
#[derive(Debug, Clone)]
pub struct StatusSpec {
    /// The name people see.
    pub name: String,
    /// Its category.
    pub category: StatusCategory,
}

/// A way from one status to another.
#[derive(Debug, Clone, Default)]
pub struct TransitionSpec {
    /// Numeric id, given by clients as a string or as an integer.
    pub id: u64,
    /// The name on the button.
    pub name: String,
    /// Names of the statuses it starts from.
    pub from: Vec<String>,
    /// Name of the status it leads to.
    pub to: String,
    /// The fields on its screen, and nothing else can be given. `None` is a site that shows no fields and takes all of them.
    pub screen: Option<Vec<TransitionField>>,
}

impl TransitionSpec {
    /// A transition whose screen is not told.
    #[must_use]
    pub fn new(id: u64, name: &str, from: &[&str], to: &str) -> Self {
        let from = from.iter().map(|status| (*status).to_owned()).collect();
        Self { id, name: name.to_owned(), from, to: to.to_owned(), screen: None }
    }

    /// The same transition with one more field on its screen.
    #[must_use]
    pub fn asking(mut self, field: &str, required: bool) -> Self {
        self.screen.get_or_insert_default().push(TransitionField { field: field.to_owned(), required });
        self
    }
}

/// A field on the screen of a transition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransitionField {
    /// Id of the field.
    pub field: String,
    /// Whether the transition is refused without it.
    pub required: bool,
}

/// A workflow for some projects and issue types.
#[derive(Debug, Clone, Default)]
pub struct WorkflowSpec {
    /// Key of the project it is for; `None` for all.
    pub project: Option<String>,
    /// Names of the issue types it is for; none listed means all.
    pub issue_types: Vec<String>,
    /// Its transitions.
    pub transitions: Vec<TransitionSpec>,
}

/// What is on the screens for some projects and issue types, by ids of fields.
#[derive(Debug, Clone, Default)]
pub struct ScreenSpec {
    /// Key of the project; `None` for all.
    pub project: Option<String>,
    /// Names of the issue types; none listed means all.
    pub issue_types: Vec<String>,
    /// What can be given at creation beside project and issue type; `None` for everything.
    pub create: Option<Vec<String>>,
    /// What can be edited; `None` for everything.
    pub edit: Option<Vec<String>>,
    /// What must have a value, beside the summary.
    pub required: Vec<String>,
}

/// A way in which two issues can be linked.
#[derive(Debug, Clone)]
pub struct LinkTypeSpec {
    /// Name.
    pub name: String,
    /// How the issue that is linked to tells it.
    pub inward: String,
    /// How the issue that links tells it.
    pub outward: String,
}

/// A webhook that exists from the start and receives every kind of event.
#[derive(Debug, Clone)]
pub struct WebhookTarget {
    /// Where deliveries are posted.
    pub url: String,
    /// Key of the signature; without one, deliveries are not signed.
    pub secret: Option<String>,
}

/// Whether something is for a project and an issue type.
pub(super) fn fits(project: Option<&str>, issue_types: &[String], key: &str, issue_type: &str) -> bool {
    project.is_none_or(|project| project.eq_ignore_ascii_case(key))
        && (issue_types.is_empty() || issue_types.iter().any(|name| name.eq_ignore_ascii_case(issue_type)))
}
