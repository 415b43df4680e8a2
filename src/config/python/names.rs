//! The names of the predecessor's settings, and what becomes of each.

/// What becomes of a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    /// A key of the tracker on that side, as it stands.
    Key(Owner, &'static str),
    /// A number of seconds, which becomes a length of time.
    Seconds(Owner, &'static str),
    /// Read together with others, by name.
    Special,
    /// The rules of a sync with this kind of remote tracker.
    Rules(Owner),
    /// It has no counterpart because nothing here needs it.
    Silent,
    /// It had an effect that it does not have here; why.
    Unused(&'static str),
}

/// Which tracker a setting is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    Local,
    Jira,
    Kpm,
    Pfiff,
}

impl Owner {
    /// The kind of tracker, and its name unless `TRACKER_NAME` gives one.
    pub fn kind(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Jira => "jira",
            Self::Kpm => "kpm",
            Self::Pfiff => "pfiff",
        }
    }
}

const WEB: &str = "it belongs to the web interface of KPM, in place of which the web service is used";
const CREATE: &str = "it is about creating remote issues, which is configured per rule";

/// All names.
pub(super) const NAMES: &[(&str, Use)] = &[
    ("KPM_ATTRIBUTES", Use::Rules(Owner::Kpm)),
    ("PFIFF_ATTRIBUTES", Use::Rules(Owner::Pfiff)),
    ("JIRA_ATTRIBUTES", Use::Rules(Owner::Jira)),
    ("TRACKER_NAME", Use::Special),
    ("LOCAL_TRACKER", Use::Special),
    ("LOCAL_URL", Use::Special),
    ("ROUNDUP_URL", Use::Special),
    ("LOCAL_USERNAME", Use::Key(Owner::Local, "username")),
    ("LOCAL_PASSWORD", Use::Key(Owner::Local, "password")),
    ("LOCAL_PROJECT", Use::Unused(CREATE)),
    ("LOCAL_ISSUETYPE", Use::Unused(CREATE)),
    ("LOCAL_QUERY", Use::Unused(CREATE)),
    ("LOCAL_TMP", Use::Silent),
    ("LOCAL_OUT_TMP", Use::Silent),
    ("JIRA_URL", Use::Special),
    ("JIRA_USERNAME", Use::Key(Owner::Jira, "username")),
    ("JIRA_PASSWORD", Use::Key(Owner::Jira, "password")),
    ("JIRA_TIMEOUT", Use::Seconds(Owner::Jira, "timeout")),
    ("JIRA_ASSIGNEE", Use::Special),
    ("JIRA_JQL", Use::Special),
    ("KPM_USERNAME", Use::Key(Owner::Kpm, "user_id")),
    ("KPM_WSDL", Use::Key(Owner::Kpm, "wsdl")),
    ("KPM_CERTPATH", Use::Key(Owner::Kpm, "certificate")),
    ("KPM_KEYPATH", Use::Key(Owner::Kpm, "key")),
    ("KPM_PKCS12_PATH", Use::Key(Owner::Kpm, "pkcs12")),
    ("KPM_PKCS12_PASSWORD", Use::Key(Owner::Kpm, "pkcs12_password")),
    ("KPM_STAGE", Use::Key(Owner::Kpm, "stage")),
    ("KPM_BRAND", Use::Key(Owner::Kpm, "brand")),
    ("KPM_OU", Use::Key(Owner::Kpm, "organisational_unit")),
    ("KPM_PLANT", Use::Key(Owner::Kpm, "plant")),
    ("KPM_TIMEOUT", Use::Seconds(Owner::Kpm, "timeout")),
    ("KPM_MAX_ATTACHMENT_SIZE", Use::Key(Owner::Kpm, "max_attachment")),
    ("KPM_SITE", Use::Silent),
    ("KPM_WS", Use::Silent),
    ("KPM_PASSWORD", Use::Unused(WEB)),
    ("KPM_ADDRESS", Use::Unused(WEB)),
    ("COMPANY", Use::Key(Owner::Pfiff, "company")),
    ("COMPANY_SHORT", Use::Key(Owner::Pfiff, "company_short")),
    ("ENGDAT_FORMAT", Use::Key(Owner::Pfiff, "format")),
    ("ENGDAT_FILENAME", Use::Key(Owner::Pfiff, "filename_code")),
    ("ENGDAT_OWN_ID", Use::Key(Owner::Pfiff, "own.id")),
    ("ENGDAT_OWN_ROUTING", Use::Key(Owner::Pfiff, "own.routing")),
    ("ENGDAT_OWN_NAME", Use::Key(Owner::Pfiff, "own.name")),
    ("ENGDAT_OWN_ADR1", Use::Special),
    ("ENGDAT_OWN_ADR2", Use::Special),
    ("ENGDAT_OWN_ADR3", Use::Special),
    ("ENGDAT_OWN_ADR4", Use::Special),
    ("ENGDAT_OWN_COUNTRY", Use::Key(Owner::Pfiff, "own.country")),
    ("ENGDAT_OWN_DEPT", Use::Key(Owner::Pfiff, "own.department")),
    ("ENGDAT_OWN_EMAIL", Use::Key(Owner::Pfiff, "own.email")),
    ("ENGDAT_PEER_ID", Use::Key(Owner::Pfiff, "peer.id")),
    ("ENGDAT_PEER_ROUTING", Use::Key(Owner::Pfiff, "peer.routing")),
    ("ENGDAT_PEER_NAME", Use::Key(Owner::Pfiff, "peer.name")),
    ("ENGDAT_PEER_ADR1", Use::Special),
    ("ENGDAT_PEER_ADR2", Use::Special),
    ("ENGDAT_PEER_ADR3", Use::Special),
    ("ENGDAT_PEER_ADR4", Use::Special),
    ("ENGDAT_PEER_COUNTRY", Use::Key(Owner::Pfiff, "peer.country")),
    ("ENGDAT_PEER_DEPT", Use::Key(Owner::Pfiff, "peer.department")),
    ("ENGDAT_PEER_EMAIL", Use::Key(Owner::Pfiff, "peer.email")),
    ("OFTP_INCOMING", Use::Special),
    ("OFTP_OUTGOING", Use::Special),
    ("OFTP_TMP_OUT", Use::Special),
    ("SSH_USER", Use::Key(Owner::Pfiff, "ssh.user")),
    ("SSH_KEY", Use::Key(Owner::Pfiff, "ssh.key")),
    ("SSH_PASSPHRASE", Use::Key(Owner::Pfiff, "ssh.passphrase")),
];

pub(super) fn use_of(name: &str) -> Option<Use> {
    NAMES.iter().find(|(known, _)| *known == name).map(|(_, used)| *used)
}
