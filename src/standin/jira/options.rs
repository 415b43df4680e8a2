//! What a stand-in Jira is started with.

use std::time::Duration;

use super::{
    custom_fields::{CustomFieldKind, CustomFieldSpec},
    specs::{
        LinkTypeSpec, ProjectSpec, ScreenSpec, StatusCategory, StatusSpec, TransitionSpec, UserSpec, WebhookTarget,
        WorkflowSpec,
    },
};

/// Which of the two Jira products the server imitates on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// Jira Cloud: account ids, REST v2 and v3, `/search/jql`, redelivered webhooks.
    Cloud,
    /// Jira Data Center: user names and keys, REST v2, `/search`, webhooks sent once.
    DataCenter,
}

/// Everything a stand-in Jira can be told before it starts.
#[derive(Debug, Clone)]
pub struct JiraOptions {
    /// Address and port to listen on; port 0 takes a free one.
    pub listen: String,
    /// Which product to imitate.
    pub dialect: Dialect,
    /// The version that Data Center tells.
    pub server_version: [u32; 3],
    /// Context path in front of everything, such as `/jira`; empty for none.
    pub base_path: String,
    /// Base URL that answers and webhooks mention, if it differs from the address listened on.
    pub public_url: Option<String>,
    /// Projects; the first one is the default of the in-process handle.
    pub projects: Vec<ProjectSpec>,
    /// Accounts.
    pub users: Vec<UserSpec>,
    /// Login names of those who administer the site, and so its webhooks.
    pub administrators: Vec<String>,
    /// Issue type names.
    pub issue_types: Vec<String>,
    /// Those of the issue types that are sub-tasks: their issues need a parent.
    pub subtask_types: Vec<String>,
    /// Priority names from highest to lowest; new issues get the middle one.
    pub priorities: Vec<String>,
    /// Resolution names; finishing an issue sets the first unless another is given.
    pub resolutions: Vec<String>,
    /// All statuses.
    pub statuses: Vec<StatusSpec>,
    /// Transitions of the workflow that everything follows which no other one is for.
    pub transitions: Vec<TransitionSpec>,
    /// Workflows of their own for some projects and issue types; the first that fits counts.
    pub workflows: Vec<WorkflowSpec>,
    /// Custom fields.
    pub custom_fields: Vec<CustomFieldSpec>,
    /// What is on the screens of some projects and issue types; the first that fits counts. Elsewhere all fields are on them.
    pub screens: Vec<ScreenSpec>,
    /// Ways in which issues can be linked.
    pub link_types: Vec<LinkTypeSpec>,
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
    /// Largest accepted attachment in bytes. Files are kept on the disk.
    pub attachment_limit: u64,
    /// How many comments of an issue come with it in the answer to a search; `None` for all.
    pub comments_in_search: Option<usize>,
    /// Largest accepted comment or description in characters.
    pub text_limit: usize,
    /// Offset of the site's time zone from UTC, in minutes.
    pub zone_offset_minutes: i32,
    /// Requests each account may make per second; `None` for no limit.
    pub requests_per_second: Option<u32>,
    /// Whether Cloud's limit on writes to one issue holds.
    pub limit_issue_writes: bool,
    /// That limit: so many writes within that time.
    pub issue_writes: Vec<(u32, Duration)>,
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
    .map(|(id, name, from, to)| TransitionSpec::new(id, name, from, to))
    .collect()
}

fn default_link_types() -> Vec<LinkTypeSpec> {
    [
        ("Blocks", "is blocked by", "blocks"),
        ("Duplicate", "is duplicated by", "duplicates"),
        ("Relates", "relates to", "relates to"),
    ]
    .into_iter()
    .map(|(name, inward, outward)| LinkTypeSpec {
        name: name.to_owned(),
        inward: inward.to_owned(),
        outward: outward.to_owned(),
    })
    .collect()
}

impl Default for JiraOptions {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:0".to_owned(),
            dialect: Dialect::Cloud,
            server_version: [10, 3, 24],
            base_path: String::new(),
            public_url: None,
            projects: vec![ProjectSpec::new(10_000, "UP", "Upstream")],
            users: vec![UserSpec::new("sync", "sync-secret", "Tracker Sync"), UserSpec::new("jane", "jane-secret", "Jane Doe")],
            administrators: names(&["sync"]),
            issue_types: names(&["Bug", "Task"]),
            subtask_types: Vec::new(),
            priorities: names(&["Highest", "High", "Medium", "Low", "Lowest"]),
            resolutions: names(&["Done", "Won't Do", "Duplicate", "Cannot Reproduce"]),
            statuses: default_statuses(),
            transitions: default_transitions(),
            workflows: Vec::new(),
            custom_fields: vec![CustomFieldSpec {
                number: 10_050,
                name: "External reference".to_owned(),
                kind: CustomFieldKind::Text,
            }],
            screens: Vec::new(),
            link_types: default_link_types(),
            webhooks: Vec::new(),
            retry_delay: Duration::from_millis(500),
            retries: 5,
            concurrent_deliveries: 20,
            ordered_deliveries: true,
            attachment_limit: 10 * 1024 * 1024,
            comments_in_search: None,
            text_limit: 32_767,
            zone_offset_minutes: 120,
            requests_per_second: None,
            limit_issue_writes: false,
            issue_writes: vec![(20, Duration::from_secs(2)), (100, Duration::from_secs(30))],
            captcha_after: None,
            index_lag: Duration::ZERO,
        }
    }
}
