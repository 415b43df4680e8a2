//! The texts.

use super::{Page, Parameter as P, Shared};

pub(super) const INTRODUCTION: &str = r"
# Rules

The rules of a sync, `[[sync.rule]]`, are told apart by `kind`. They run in the order of the configuration; a later rule sees what
earlier ones have set, on both sides. `trackersync explain` shows what each one decides about an issue and why, and `trackersync help-rule KIND` prints what is
said here of a kind.

A value is *unset* when it is absent, an empty text or an empty list. Two values are *the same* when they differ in line ends, in blanks
at their ends, or in the order of a list only; the tracker may be more generous (KPM also ignores blank lines). Nothing is written where
both sides are the same.

A rule that cannot be carried out (a value that a map does not hold, or that the tracker does not know) *fails*, and the others run
all the same. A failed or held rule is shown on the issue's record until it can be carried out.

While a remote issue does not exist yet (it is created from the local one), kinds that write to the local side only do not run. Of a
remote issue that is shown in part, only rules run whose remote attribute is shown, and all checks.

Test your rules before they meet an issue: [Tests of your own rules](configuration.md#tests-of-your-own-rules).
";

pub(super) const MAPS: &str = r#"
## Maps

`map` is local value = remote value, `imap` remote value = local value. If only one is written, the other is its inverse, the last entry
winning where it is not one-to-one. The entry for the empty text is for what is unset. Each value of a list is translated by itself.

```toml
[[sync.rule]]
kind = "two_way"
local_name = "priority"
remote_name = "priority.name"
map = { critical = "Highest", urgent = "High", bug = "Medium", feature = "Low", wish = "Lowest" }
```

A value that is not in the map becomes the default of its direction; without a default the rule fails and says which value. With maps,
two values are the same if one direction says so: a map that is not one-to-one does not make both sides take turns.

### People

The people of a sync are one map for all rules that have `users = true`:

```toml
[sync.users]
map = { jdoe = "712020:0001", asmith = "712020:0002" }
remote_fallback = "712020:sync"
local_fallback = "sync"
```

`map` is local user = remote user, each as the attribute of the rule has it: the user name in Roundup (`assignedto.username`), the account
id in Jira Cloud and the user name in Jira Data Center (`assignee`). A person who is not in the map becomes the fallback user of the other
side; without one the rule fails. Each evaluation warns of those for whom a fallback user stands, so that `trackersync explain` and `sync`
list whom to add. While a fallback user stands for a person, he never comes back in that person's place: only another value does. Nobody
stays nobody: the fallback user does not stand for an unset value (`l_default` and `r_default` do).
"#;

pub(super) static WHEN: Shared = Shared {
    title: "When a rule runs",
    parameters: &[
        P("only_update", "true, false", "`false`", "runs only if the remote issue exists"),
        P("only_create", "true, false", "`false`", "runs only while the remote issue is being created"),
        P("l_only_update", "true, false", "`false`", "writes to the local side only if the local issue exists"),
        P("l_only_create", "true, false", "`false`", "writes to the local side only while the local issue is being created"),
        P("only_assigned", "true, false", "`false`", "runs only while the remote issue is assigned to our account"),
        P(
            "after_create",
            "true, false",
            "`false`",
            "runs also after the remote issue was created, for what goes to the local side",
        ),
        P("r_unreadable", "a value", "none", "stands for the remote value while we may not read the remote issue"),
    ],
};

static NAMES: Shared = Shared {
    title: "Names of attributes",
    parameters: &[
        P("local_name", "a path", "", "the local attribute"),
        P("roundup_name", "a path", "", "older name of `local_name`"),
        P("remote_name", "a path", "", "the remote attribute"),
    ],
};

static TRANSLATION: Shared = Shared {
    title: "Maps of values",
    parameters: &[
        P("map", "a table", "none", "local value = remote value"),
        P("imap", "a table", "none", "remote value = local value"),
        P(
            "users",
            "true, or a table",
            "`false`",
            "the values are people, who are known by `[sync.users]`; or by a table of this rule",
        ),
    ],
};

static VALUES: Shared = Shared {
    title: "Values",
    parameters: &[
        P(
            "l_default",
            "a value",
            "none",
            "what goes to the remote side for an unset local value; a remote value, no map is applied",
        ),
        P(
            "r_default",
            "a value",
            "none",
            "what goes to the local side for an unset remote value; a local value, no map is applied",
        ),
        P("default", "a value", "none", "older name of `r_default`"),
        P("strip_prefix", "a text", "none", "removed from the remote value before anything else looks at it"),
        P(
            "local_prefix",
            "a text",
            "none",
            "put before what goes to the local side; not in `two_way`, where it would come back",
        ),
        P("allowed_chars", "a text", "all", "every other character that goes to the local side becomes `_`; not in `two_way`"),
        P("join_multilink", "true, false", "`false`", "a local list goes to the remote side as one text"),
        P("separator", "a text", "`\", \"`", "stands between the values of a list that is joined"),
        P("local_unset", "a value", "none", "a local value that counts as unset, in `to_local_default`"),
    ],
};

pub(super) static SHARED: [&Shared; 4] = [&NAMES, &VALUES, &TRANSLATION, &WHEN];

static PAIR: [&Shared; 3] = [&NAMES, &VALUES, &TRANSLATION];
static MULTISTRING: [P; 1] = [P("prefix", "a text", "required", "what the strings of this rule begin with")];
static MULTILINK: [P; 1] =
    [P("use_r_default", "true, false", "`false`", "a value that the local tracker does not know gives `r_default`")];
static TEST: [P; 2] = [
    P("value", "a value", "any that is set", "what the attribute has to be"),
    P("invert", "true, false", "`false`", "stops if it is set, or is `value`"),
];

macro_rules! page {
    ($kinds:expr, $file:literal, $example:expr, $own:expr, $shared:expr) => {
        Page { kinds: &$kinds, source: include_str!(concat!("../", $file)), example: $example, own: $own, shared: $shared }
    };
}

pub(super) static PAGES: [Page; 18] = [
    page!(["to_local"], "to_local.rs", TO_LOCAL, &[], &PAIR),
    page!(["to_local_default"], "to_local_default.rs", TO_LOCAL_DEFAULT, &[], &PAIR),
    page!(
        ["to_local_concatenate"],
        "to_local_concatenate.rs",
        TO_LOCAL_CONCATENATE,
        &[
            P("local_name", "a path", "required", "the local attribute"),
            P("roundup_name", "a path", "", "older name of `local_name`"),
            P("remote_names", "paths", "required", "the remote attributes, in their order"),
            P("add_prefix", "true, false", "`true`", "each value has a heading"),
            P("field_prefix", "a text", "none", "stands before the name in a heading"),
            P("field_postfix", "a text", "`\":\\n\"`", "stands behind it"),
            P("delimiter", "a text", "`\"\\n\"`", "stands before each part but the first"),
            P("short_delimiter", "a text", "`\" \"`", "the same, before a value whose name is mapped to the empty text"),
            P("name_map", "a table", "none", "remote attribute = its name in the heading; the empty text: no heading"),
            P("content_map", "a table of tables", "none", "remote attribute = { value = what is written }"),
        ],
        &[]
    ),
    page!(["to_local_multilink", "to_local_multilink_default"], "to_local_multilink.rs", TO_LOCAL_MULTILINK, &MULTILINK, &PAIR),
    page!(
        ["to_local_multistring", "to_local_multistring_default"],
        "to_local_multistring.rs",
        TO_LOCAL_MULTISTRING,
        &MULTISTRING,
        &PAIR
    ),
    page!(["to_remote"], "to_remote.rs", TO_REMOTE, &[], &PAIR),
    page!(["to_remote_default"], "to_remote_default.rs", TO_REMOTE_DEFAULT, &[], &PAIR),
    page!(["to_remote_if_dirty"], "to_remote_if_dirty.rs", TO_REMOTE_IF_DIRTY, &[], &PAIR),
    page!(
        ["multi_to_remote"],
        "multi_to_remote.rs",
        MULTI_TO_REMOTE,
        &[
            P("local_names", "paths", "required", "the local attributes"),
            P("remote_name", "a path", "required", "the remote attribute"),
            P("patterns", "a list of `{ when, value }`", "required", "above"),
        ],
        &[&VALUES]
    ),
    page!(
        ["two_way"],
        "two_way.rs",
        TWO_WAY,
        &[P(
            "conflict",
            "`\"remote\"`, `\"local\"`, `\"newest\"`, `\"hold\"`",
            "`\"remote\"`",
            "which side wins when both changed since the last sync"
        )],
        &PAIR
    ),
    page!(
        ["check"],
        "check.rs",
        CHECK,
        &[
            P("value", "a value", "any that is set", "what the attribute has to be"),
            P("invert", "true, false", "`false`", "stops if it is set, or is `value`"),
            P("update", "true, false", "`true`", "fills an unset local attribute from `remote_name` or `r_default`"),
        ],
        &PAIR
    ),
    page!(["check_remote"], "check_remote.rs", CHECK_REMOTE, &TEST, &PAIR),
    page!(
        ["files"],
        "files.rs",
        FILES,
        &[
            P(
                "prefix",
                "a text",
                "none go",
                "what the names of local files begin with that go to the remote side; `\"\"`: all"
            ),
            P("local_name", "a path", "", "taken from the predecessor's configurations; means nothing"),
            P("roundup_name", "a path", "", "the same"),
        ],
        &[]
    ),
    page!(
        ["messages"],
        "messages.rs",
        MESSAGES,
        &[
            P("keyword", "a text", "none go", "local messages that carry it go to the remote side"),
            P("prefix", "a text", "none go", "local messages that begin with it go to the remote side, without it"),
            P(
                "edits",
                "`\"new\"`, `\"update\"`",
                "`\"new\"`",
                "what becomes of a remote message that was edited after it was copied"
            ),
            P(
                "deletions",
                "`\"keep\"`, `\"remove\"`",
                "`\"keep\"`",
                "what becomes of the copies of a message that was deleted"
            ),
        ],
        &[]
    ),
    page!(
        ["message"],
        "message.rs",
        MESSAGE,
        &[
            P("remote_name", "a path", "required", "the remote field"),
            P("headline", "a text", "required", "the first line of the message"),
        ],
        &[]
    ),
    page!(
        ["default_message"],
        "default_message.rs",
        DEFAULT_MESSAGE,
        &[P("message", "a text", "required", "the text of the message")],
        &[]
    ),
    page!(
        ["kpm_message"],
        "kpm_message.rs",
        KPM_MESSAGE,
        &[
            P("kpm_process_step", "a text", "`\"Aussage\"`", "the type of the process steps"),
            P("local_prefix", "a text", "none", "put before the text of a step"),
            P("prefix", "a text", "none go", "local comments that begin with it are sent, without it"),
        ],
        &[]
    ),
    page!(
        ["pfiff_messages"],
        "pfiff_messages.rs",
        PFIFF_MESSAGES,
        &[P("prefix", "a text", "required", "what the comments begin with that are annotations")],
        &[]
    ),
];

const TO_LOCAL: &str = r#"[[sync.rule]]
kind = "to_local"
local_name = "ext_status"
remote_name = "status.name"
"#;
const TO_LOCAL_DEFAULT: &str = r#"[[sync.rule]]
kind = "to_local_default"
local_name = "assignedto"
r_default = "jane"
"#;
const TO_LOCAL_CONCATENATE: &str = r#"[[sync.rule]]
kind = "to_local_concatenate"
local_name = "description"
remote_names = ["description", "environment"]
name_map = { environment = "Environment" }
"#;
const TO_LOCAL_MULTILINK: &str = r#"[[sync.rule]]
kind = "to_local_multilink"
local_name = "versions.name"
remote_name = "fixVersions.name"

[[sync.rule]]
kind = "to_local_multilink_default"
local_name = "components.name"
remote_name = "components.name"
r_default = "unknown"
use_r_default = true
"#;
const TO_LOCAL_MULTISTRING: &str = r#"[[sync.rule]]
kind = "to_local_multistring"
local_name = "labels"
remote_name = "labels"
prefix = "customer_"

[[sync.rule]]
kind = "to_local_multistring_default"
local_name = "keyword"
remote_name = "labels"
prefix = "customer_"
"#;
const TO_REMOTE: &str = r#"[[sync.rule]]
kind = "to_remote"
local_name = "assignedto.realname"
remote_name = "customfield_10034"
"#;
const TO_REMOTE_DEFAULT: &str = r#"[[sync.rule]]
kind = "to_remote_default"
remote_name = "issuetype.name"
l_default = "Bug"
"#;
const TO_REMOTE_IF_DIRTY: &str = r#"[[sync.rule]]
kind = "to_remote_if_dirty"
local_name = "assignedto.realname"
remote_name = "customfield_10035"
"#;
const MULTI_TO_REMOTE: &str = r#"[[sync.rule]]
kind = "multi_to_remote"
local_names = ["status", "resolution"]
remote_name = "customfield_10036"
patterns = [
  { when = ["closed", "fixed"], value = "5" },
  { when = ["closed", { any = true }], value = "6" },
]
"#;
const TWO_WAY: &str = r#"[[sync.rule]]
kind = "two_way"
local_name = "title"
remote_name = "summary"
conflict = "hold"
"#;
const CHECK: &str = r#"[[sync.rule]]
kind = "check"          # leave resolved issues alone
local_name = "status"
value = "resolved"
invert = true
update = false
"#;
const CHECK_REMOTE: &str = r#"[[sync.rule]]
kind = "check_remote"   # leave cancelled issues alone
remote_name = "status.name"
value = "Cancelled"
invert = true
"#;
const FILES: &str = r#"[[sync.rule]]
kind = "files"
prefix = ""
"#;
const MESSAGES: &str = r#"[[sync.rule]]
kind = "messages"
keyword = "upstream"
"#;
const MESSAGE: &str = r#"[[sync.rule]]
kind = "message"
remote_name = "description"
headline = "Description upstream"
"#;
const DEFAULT_MESSAGE: &str = r#"[[sync.rule]]
kind = "default_message"
message = "Created from the upstream tracker."
"#;
const KPM_MESSAGE: &str = r#"[[sync.rule]]
kind = "kpm_message"
kpm_process_step = "Rückfrage"
local_prefix = "Question: "
prefix = "@KPM"
"#;
const PFIFF_MESSAGES: &str = r#"[[sync.rule]]
kind = "pfiff_messages"
prefix = "PFIFF:"
"#;
