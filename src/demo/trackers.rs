//! The trackers of the demo, all stand-ins: a Roundup and a Jira of ours, and a Jira and a KPM of customers.

use std::time::Duration;

use crate::standin::{
    jira::{self, CustomFieldKind, CustomFieldSpec, JiraOptions, ProjectSpec, RunningJira},
    kpm::{self, KpmOptions, Mailbox, RunningKpm},
    roundup::{self, RoundupOptions, RunningRoundup},
};

const ROUNDUP_SECRET: &str = "whsec_ZGVtby1zZWNyZXQtb2YtdGhlLW9mZmljZQ==";
const UPSTREAM_SECRET: &str = "demo-secret-of-upstream";
const HOME_SECRET: &str = "demo-secret-of-home";

/// The variables that the demo's configuration takes its secrets from.
pub(super) const SECRETS: [(&str, &str); 4] = [
    ("SYNC_PASSWORD", "sync-secret"),
    ("OFFICE_SECRET", ROUNDUP_SECRET),
    ("UPSTREAM_SECRET", UPSTREAM_SECRET),
    ("HOME_SECRET", HOME_SECRET),
];
/// Names of the fields that our Jira has for what it keeps of a problem in KPM.
const KPM_NUMBER: &str = "KPM number";
const KPM_ANSWER: &str = "KPM answer";
/// And of an issue in PFIFF.
const PFIFF_NUMBER: &str = "PFIFF number";
/// What a new process step or document takes in the real service until it can be seen.
const READ_BACK_DELAY: Duration = Duration::from_secs(1);

/// The running stand-ins.
pub(super) struct Trackers {
    /// `office`, ours.
    pub(super) roundup: RunningRoundup,
    /// `upstream`, a customer's Jira.
    pub(super) upstream: RunningJira,
    /// `home`, ours.
    pub(super) home: RunningJira,
    /// `kpm`, a customer's.
    pub(super) kpm: RunningKpm,
}

impl Trackers {
    /// Starts all of them; those that post events do so to intake at this address.
    pub(super) async fn start(intake: &str) -> std::io::Result<Self> {
        let hook = |tracker: &str| format!("http://{intake}/webhooks/{tracker}");
        let jira_hook =
            |tracker: &str, secret: &str| vec![jira::WebhookTarget { url: hook(tracker), secret: Some(secret.to_owned()) }];
        let roundup = RoundupOptions {
            webhooks: vec![roundup::WebhookTarget { url: hook("office"), secret: ROUNDUP_SECRET.to_owned() }],
            ..RoundupOptions::default()
        };
        let upstream = JiraOptions { webhooks: jira_hook("upstream", UPSTREAM_SECRET), ..JiraOptions::default() };
        let text = |number, name: &str| CustomFieldSpec { number, name: name.to_owned(), kind: CustomFieldKind::Text };
        let home = JiraOptions {
            projects: vec![ProjectSpec::new(10_000, "HOME", "Home"), ProjectSpec::new(10_001, "SPORT", "Sport")],
            custom_fields: vec![text(10_051, KPM_NUMBER), text(10_052, KPM_ANSWER), text(10_053, PFIFF_NUMBER)],
            webhooks: jira_hook("home", HOME_SECRET),
            ..JiraOptions::default()
        };
        let kpm = KpmOptions { read_back_delay: READ_BACK_DELAY, ..KpmOptions::default() };
        Ok(Self {
            roundup: roundup::start(roundup).await?,
            upstream: jira::start(upstream).await?,
            home: jira::start(home).await?,
            kpm: kpm::start(kpm).await?,
        })
    }

    /// Where people find them.
    pub(super) fn addresses(&self) -> String {
        format!(
            "\n  Roundup (stand-in)      {roundup}rest/data/issue   user jane, password jane-secret\
             \n  customer's Jira         {upstream}/rest/api/2/issue/UP-1   user jane, password jane-secret\
             \n  our Jira                {home}/rest/api/2/issue/HOME-1   user jane, password jane-secret\
             \n  KPM, all in JSON        {kpm}/problems\
             \n  KPM, the SOAP service   {wsdl}",
            roundup = self.roundup.url(),
            upstream = self.upstream.url(),
            home = self.home.url(),
            kpm = self.kpm.control_url(),
            wsdl = self.kpm.wsdl_url(),
        )
    }

    /// What people may try.
    pub(super) fn suggestions(&self) -> String {
        format!(
            "\nFor example:\n\
             \n  curl -u jane:jane-secret -X PUT -H 'Content-Type: application/json' \\\
             \n       -d '{{\"fields\":{{\"summary\":\"Hello from Jira\"}}}}' {upstream}/rest/api/2/issue/UP-1\
             \n  curl -u jane:jane-secret '{roundup}rest/data/issue/1?@fields=title'\n\
             \n  curl -d '{{\"mailbox\":{mailbox},\"fields\":{{\"ShortText\":\"Hello from KPM\"}}}}' {kpm}/problems\
             \n  curl -u jane:jane-secret '{home}/rest/api/2/issue/HOME-2?fields=summary'\n",
            upstream = self.upstream.url(),
            roundup = self.roundup.url(),
            mailbox = "{\"organisational_unit\":\"KPM-TEST\",\"plant\":\"Z$\"}",
            kpm = self.kpm.control_url(),
            home = self.home.url(),
        )
    }

    pub(super) async fn stop(self) {
        self.roundup.stop().await;
        self.upstream.stop().await;
        self.home.stop().await;
        self.kpm.stop().await;
    }
}

/// Our mailbox in KPM.
pub(super) fn mailbox() -> Mailbox {
    Mailbox::new("KPM-TEST", "Z$")
}
