//! What people do at both trackers on that day. Twelve problems, each with its story:
//!
//! | | |
//! | --- | --- |
//! | `NEW` | comes in the morning with all that a problem can have, and is analysed there, twice |
//! | `CHANGED` | gets another title, rating and project there |
//! | `ANSWERED` | is answered by Jane; later she changes the status alone, and then the date alone |
//! | `ASKED` | is asked about by Jane, answered there, and talked about in both directions |
//! | `WITH_FILES` | gets documents from both sides, one of them too large for KPM |
//! | `WORKED_ON` | goes through all steps of the work until it is closed, and is changed there after that |
//! | `REOPENED` | is solved by Jane, opened again there, and gets another version |
//! | `UNREADABLE` | is closed to us at noon, while both sides change it |
//! | `AWAY` | leaves our mailbox, is changed on both sides meanwhile, and comes back |
//! | `OF_TWO_WRITERS` | is changed on both sides in the same moment; in the status, they disagree |
//! | `NOT_OURS_YET` | lies in our mailbox and is handed over to suppliers in the afternoon only |
//! | `OURS` | is made of an issue of Jane's, and comes back to our mailbox |

use serde_json::{Value, json};
use trackersync::standin::kpm::{DocumentSpec, Mailbox, StepKind, StepSpec, SupplierStatement};

use super::site::Day;

pub const NEW: i64 = 5_000_001;
pub const CHANGED: i64 = 5_000_002;
pub const ANSWERED: i64 = 5_000_003;
pub const ASKED: i64 = 5_000_004;
pub const WITH_FILES: i64 = 5_000_005;
pub const WORKED_ON: i64 = 5_000_006;
pub const REOPENED: i64 = 5_000_007;
pub const UNREADABLE: i64 = 5_000_008;
pub const AWAY: i64 = 5_000_009;
pub const OF_TWO_WRITERS: i64 = 5_000_010;
pub const NOT_OURS_YET: i64 = 5_000_011;
pub const OURS: i64 = 5_000_012;

/// More than KPM takes.
pub const ELEVEN_MIB: usize = 11 << 20;

impl Day {
    /// Eleven problems are in our mailbox.
    pub fn morning(&self) {
        let name = |name: &str| json!({ "PersonalContractor": { "UserId": "EX1", "UserName": name }, "Address": address() });
        self.come(json!({
            "ShortText": "Radio falls silent",
            "Description": "It falls silent after an hour.\nTurning it off and on helps.",
            "DescriptionNational": "Nach einer Stunde ist es still.",
            "Rating": "2",
            "Repeatable": "XH",
            "Frequency": "XF",
            "ForemostGroupProject": { "Brand": "V", "Project": "AU 310/2" },
            "ForemostTestPart": {
                "PartNumber": { "PreNumber": "85F", "MiddleGroup": "035", "EndNumber": "842" },
                "PartName": "Head unit",
                "Hardware": "H12",
                "Software": "1.0",
            },
            "Creator": name("Erika Muster"),
            "ProblemSolver": { "Contractor": name("Max Beispiel") },
        }));
        self.come(json!({ "ShortText": "Display flickers", "ForemostTestPart": { "Software": "0.9" } }));
        for title in [
            "Clock is slow",
            "Beep at start",
            "Map is upside down",
            "Phone is not found",
            "Volume jumps",
            "Secret feature is seen",
            "Key is not recognised",
            "Seat moves",
        ] {
            self.come(json!({ "ShortText": title }));
        }
        self.come(json!({ "ShortText": "Wiper squeaks" }));
        self.kpm().change(NOT_OURS_YET, &json!({ "EngineeringStatus": "1" })).unwrap();
    }

    /// Both sides begin to work.
    pub fn forenoon(&self) {
        self.kpm()
            .change(CHANGED, &json!({ "ShortText": "Display goes dark", "Rating": "1", "ForemostGroupProject": project() }))
            .unwrap();
        let labels = [self.issue(CHANGED).labels, vec!["garage".to_owned()]].concat();
        self.edit(CHANGED, json!({ "labels": labels }));

        self.edit(
            ANSWERED,
            json!({
                "customfield_12010": "A capacitor leaks.", "fixVersions": [{ "name": "2.0" }, { "name": "2.1" }],
                "duedate": "2030-01-02",
            }),
        );
        self.move_to(ANSWERED, "In Progress");

        self.comment(ASKED, "between ourselves: is it the blue one?");
        self.comment(ASKED, "ASK KPM: Which car is it?");
        self.say(ASKED, StepKind::Notice, "Please hurry.");

        self.attach(WITH_FILES, "KPM-trace.log", 70_001);
        self.attach(WITH_FILES, "own.txt", 12);
        let report = DocumentSpec::new("Prüfbericht", "pdf", vec![7_u8; 100_000]);
        self.kpm().add_document(WITH_FILES, report).unwrap();
        let secret = DocumentSpec { access_right: "1".to_owned(), ..DocumentSpec::new("secret", "txt", "secret") };
        self.kpm().add_document(WITH_FILES, secret).unwrap();

        self.move_to(WORKED_ON, "In Progress");
        self.move_to(REOPENED, "Resolved");

        self.kpm().set_rights(UNREADABLE, Some(&[])).unwrap();
        self.kpm().change(UNREADABLE, &json!({ "ShortText": "Changed behind our back" })).unwrap();
        self.move_to(UNREADABLE, "Analysed");

        self.kpm().remove_from_mailbox(AWAY).unwrap();
        self.kpm().change(AWAY, &json!({ "ShortText": "Key is recognised too late" })).unwrap();
        self.move_to(AWAY, "In Progress");

        // A colleague of Jane's says something in KPM itself while she works in Jira.
        let said = SupplierStatement { status: "2".to_owned(), ..SupplierStatement::default() };
        let said =
            StepSpec { statement: Some(said), ..StepSpec::new(StepKind::SupplierResponse, "colleague", "Said by hand.") };
        self.kpm().add_step(OF_TWO_WRITERS, said).unwrap();
        self.kpm().change(OF_TWO_WRITERS, &json!({ "ShortText": "Seat moves alone" })).unwrap();
        self.move_to(OF_TWO_WRITERS, "Waiting");
        self.edit(OF_TWO_WRITERS, json!({ "fixVersions": [{ "name": "2.0" }] }));

        let mut ours = json!({
            "summary": "Fan is loud", "description": "It is loud at 80 %.", "priority": { "name": "Critical" },
            "versions": [{ "name": "1.0" }], "components": [{ "name": "Display" }],
            "customfield_16400": { "value": "Sometimes" }, "customfield_12601": { "value": "KPM" },
        });
        self.jira().create_issue("jane", ours.clone()).unwrap();
        // The same, but for another customer.
        ours["customfield_12601"] = json!({ "value": "Fleet" });
        self.jira().create_issue("jane", ours).unwrap();
    }

    /// What was begun goes on.
    pub fn noon(&self) {
        self.say(NEW, StepKind::AnalysisClosed, "It is the amplifier.");
        self.move_to(ANSWERED, "Analysed");
        self.say(ASKED, StepKind::AnswerToSupplier, "The red one.");
        self.comment(ASKED, "TO KPM: Thank you.\n\n\nWe look into it.");
        self.attach(WITH_FILES, "KPM-film.mp4", ELEVEN_MIB);
        self.move_to(WORKED_ON, "Analysed");
        self.kpm().reopen(REOPENED).unwrap();
        self.kpm().assign(AWAY, &mailbox()).unwrap();
        self.kpm().change(NOT_OURS_YET, &json!({ "EngineeringStatus": "2" })).unwrap();
        self.kpm().assign(OURS, &mailbox()).unwrap();
    }

    pub fn afternoon(&self) {
        self.say(NEW, StepKind::AnalysisClosed, "It is the fuse.");
        self.edit(ANSWERED, json!({ "duedate": "2030-02-03" }));
        self.say(ASKED, StepKind::SupplierInfo, "The car is sold.");
        self.move_to(WORKED_ON, "Waiting");
        self.edit(REOPENED, json!({ "fixVersions": [{ "name": "2.1" }] }));
        self.edit(OURS, json!({ "customfield_12010": "We built in another fan." }));
    }

    pub fn later(&self) {
        self.move_to(WORKED_ON, "In Test");
    }

    pub fn late(&self) {
        self.move_to(WORKED_ON, "Resolved");
    }

    pub fn last(&self) {
        self.move_to(WORKED_ON, "Closed");
        self.kpm().change(WORKED_ON, &json!({ "ShortText": "Phone is not found again" })).unwrap();
    }

    /// A problem comes to our mailbox.
    fn come(&self, mut fields: Value) {
        if fields["Description"].is_null() {
            fields["Description"] = json!("It was seen on the test track.");
        }
        self.kpm().create_problem(&mailbox(), &fields).unwrap();
    }

    fn say(&self, problem: i64, kind: StepKind, text: &str) {
        self.kpm().add_step(problem, StepSpec::new(kind, "ex1", text)).unwrap();
    }

    fn edit(&self, problem: i64, fields: Value) {
        self.jira().edit_fields("jane", &self.issue(problem).id, fields).unwrap();
    }

    fn move_to(&self, problem: i64, status: &str) {
        self.jira().move_to_status("jane", &self.issue(problem).id, status).unwrap();
    }

    fn comment(&self, problem: i64, text: &str) {
        self.jira().add_comment("jane", &self.issue(problem).id, text).unwrap();
    }

    fn attach(&self, problem: i64, name: &str, size: usize) {
        let content = vec![9_u8; size];
        self.jira().add_attachment("jane", &self.issue(problem).id, name, "application/octet-stream", content).unwrap();
    }
}

pub fn mailbox() -> Mailbox {
    Mailbox::new("KPM-TEST", "Z$")
}

fn address() -> Value {
    json!({ "OrganisationalUnit": "EX-1", "Plant": "11" })
}

fn project() -> Value {
    json!({ "Brand": "V", "Project": "GOLF9" })
}
