//! What a stand-in Jira is started with.

use std::time::Duration;

/// Which of the two Jira products the server imitates on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// Jira Cloud: account ids, REST v2 and v3, `/search/jql`, redelivered webhooks.
    Cloud,
    /// Jira Data Center: user names and keys, REST v2, `/search`, webhooks sent once.
    DataCenter,
}

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
        }
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
    /// Names of its components.
    pub components: Vec<String>,
    /// Names of its versions.
    pub versions: Vec<String>,
}

impl ProjectSpec {
    /// A project without components and versions.
    #[must_use]
    pub fn new(id: u64, key: &str, name: &str) -> Self {
        Self { id, key: key.to_owned(), name: name.to_owned(), components: Vec::new(), versions: Vec::new() }
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

/// A status of the workflow. The first one listed is that of a new issue.
#[derive(Debug, Clone)]
pub struct StatusSpec {
    /// The name people see.
    pub name: String,
    /// Its category.
    pub category: StatusCategory,
}

/// A way from one status to another.
#[derive(Debug, Clone)]
pub struct TransitionSpec {
    /// Numeric id, given by clients as a string or as an integer.
    pub id: u64,
    /// The name on the button.
    pub name: String,
    /// Names of the statuses it starts from.
    pub from: Vec<String>,
    /// Name of the status it leads to.
    pub to: String,
}

/// What a custom field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CustomFieldKind {
    /// One line of text: stays a plain string in every API version.
    Text,
    /// Text of many lines: a document in REST v3.
    TextArea,
    /// A number.
    Number,
    /// A list of words.
    Labels,
}

/// A custom field that is on every screen.
#[derive(Debug, Clone)]
pub struct CustomFieldSpec {
    /// The number in `customfield_<number>`.
    pub number: u64,
    /// The name people see.
    pub name: String,
    /// What it holds.
    pub kind: CustomFieldKind,
}

/// A webhook that exists from the start and receives every kind of event.
#[derive(Debug, Clone)]
pub struct WebhookTarget {
    /// Where deliveries are posted.
    pub url: String,
    /// Key of the signature; without one, deliveries are not signed.
    pub secret: Option<String>,
}

/// Everything a stand-in Jira can be told before it starts.
#[derive(Debug, Clone)]
pub struct JiraOptions {
    /// Address and port to listen on; port 0 takes a free one.
    pub listen: String,
    /// Which product to imitate.
    pub dialect: Dialect,
    /// Context path in front of everything, such as `/jira`; empty for none.
    pub base_path: String,
    /// Base URL that answers and webhooks mention, if it differs from the address listened on.
    pub public_url: Option<String>,
    /// Projects; the first one is the default of the in-process handle.
    pub projects: Vec<ProjectSpec>,
    /// Accounts.
    pub users: Vec<UserSpec>,
    /// Login names of those who may administer webhooks.
    pub administrators: Vec<String>,
    /// Issue type names.
    pub issue_types: Vec<String>,
    /// Priority names from highest to lowest; new issues get the middle one.
    pub priorities: Vec<String>,
    /// Resolution names; finishing an issue sets the first unless another is given.
    pub resolutions: Vec<String>,
    /// Statuses of the one workflow.
    pub statuses: Vec<StatusSpec>,
    /// Transitions of the one workflow.
    pub transitions: Vec<TransitionSpec>,
    /// Custom fields.
    pub custom_fields: Vec<CustomFieldSpec>,
    /// Webhooks present from the start.
    pub webhooks: Vec<WebhookTarget>,
    /// Pause between two attempts of one delivery (Cloud only; the real one waits minutes).
    pub retry_delay: Duration,
    /// How often Cloud repeats a failed delivery.
    pub retries: u32,
    /// How many deliveries may be under way at once.
    pub concurrent_deliveries: usize,
    /// Whether each webhook gets its deliveries one after the other. Jira itself promises no order.
    pub ordered_deliveries: bool,
    /// Largest accepted attachment in bytes.
    pub attachment_limit: u64,
    /// Largest accepted comment or description in characters.
    pub text_limit: usize,
    /// Offset of the site's time zone from UTC, in minutes.
    pub zone_offset_minutes: i32,
    /// Requests each account may make per second; `None` for no limit.
    pub requests_per_second: Option<u32>,
    /// Whether Cloud's limit on writes to one issue holds (20 in 2 s, 100 in 30 s).
    pub limit_issue_writes: bool,
    /// Number of wrong passwords after which Data Center demands a CAPTCHA; `None` for never.
    pub captcha_after: Option<u32>,
    /// How long a new issue stays invisible to searches, as a search index lags behind.
    pub index_lag: Duration,
}

fn names(list: &[&str]) -> Vec<String> {
    list.iter().map(|name| (*name).to_owned()).collect()
}

fn default_statuses() -> Vec<StatusSpec> {
    [("Open", StatusCategory::ToDo), ("In Progress", StatusCategory::InProgress), ("Done", StatusCategory::Done)]
        .into_iter()
        .map(|(name, category)| StatusSpec { name: name.to_owned(), category })
        .collect()
}

fn default_transitions() -> Vec<TransitionSpec> {
    [
        (11, "Start work", &["Open"][..], "In Progress"),
        (21, "Finish", &["Open", "In Progress"], "Done"),
        (31, "Stop work", &["In Progress"], "Open"),
        (41, "Reopen", &["Done"], "Open"),
    ]
    .into_iter()
    .map(|(id, name, from, to)| TransitionSpec { id, name: name.to_owned(), from: names(from), to: to.to_owned() })
    .collect()
}

impl Default for JiraOptions {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:0".to_owned(),
            dialect: Dialect::Cloud,
            base_path: String::new(),
            public_url: None,
            projects: vec![ProjectSpec::new(10_000, "UP", "Upstream")],
            users: vec![UserSpec::new("sync", "sync-secret", "Tracker Sync"), UserSpec::new("jane", "jane-secret", "Jane Doe")],
            administrators: names(&["sync"]),
            issue_types: names(&["Bug", "Task"]),
            priorities: names(&["Highest", "High", "Medium", "Low", "Lowest"]),
            resolutions: names(&["Done", "Won't Do", "Duplicate", "Cannot Reproduce"]),
            statuses: default_statuses(),
            transitions: default_transitions(),
            custom_fields: vec![CustomFieldSpec {
                number: 10_050,
                name: "External reference".to_owned(),
                kind: CustomFieldKind::Text,
            }],
            webhooks: Vec::new(),
            retry_delay: Duration::from_millis(500),
            retries: 5,
            concurrent_deliveries: 20,
            ordered_deliveries: true,
            attachment_limit: 10 * 1024 * 1024,
            text_limit: 32_767,
            zone_offset_minutes: 120,
            requests_per_second: None,
            limit_issue_writes: false,
            captcha_after: None,
            index_lag: Duration::ZERO,
        }
    }
}
