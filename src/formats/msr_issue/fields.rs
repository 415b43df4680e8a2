//! The attributes of an issue, and where each comes from.

/// An attribute that an issue can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// The name of the attribute; without `_N`, where N is 1, 2, …, if it [is numbered](Field::is_numbered).
    pub name: &'static str,
    /// Where it comes from.
    pub origin: Origin,
    /// What it is, in a few words.
    pub meaning: &'static str,
}

/// Where the value of a field stands in an issue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Origin {
    /// The text of an element. The path begins inside of `ISSUE`; a double slash leaves any number of elements out.
    Path(&'static str),
    /// `SHORT-LABEL` of the `ENGINEERING-OBJECT`s of one of these categories. An answer has them in the first one.
    Objects(&'static [&'static str]),
    /// `REVISION-LABEL` of the `ENGINEERING-OBJECT` of this category whose `SHORT-LABEL` is `ECU`: the control unit that the issue is
    /// about.
    ControlUnit(&'static str),
    /// `SHORT-LABEL` of other parts. Each label has its number N, by the order in which they appear in the issue. They are not answered.
    PartName,
    /// `REVISION-LABEL` of the `ENGINEERING-OBJECT` of this category whose `SHORT-LABEL` is the name of part N. It is not answered.
    PartRevision(&'static str),
}

impl Field {
    /// Whether there is one for each part, with its number at the end of the name.
    #[must_use]
    pub fn is_numbered(&self) -> bool {
        matches!(self.origin, Origin::PartName | Origin::PartRevision(_))
    }

    /// The field of an attribute, such as `priority` or `pudis_hw_version_3`; `None` if it is none, as those are whose category is not
    /// known.
    #[must_use]
    pub fn of(attribute: &str) -> Option<&'static Self> {
        let is_number =
            |text: &str| !text.starts_with('0') && !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let numbered = attribute.rsplit_once('_').filter(|(_, number)| is_number(number)).map(|(name, _)| name);
        FIELDS.iter().find(|field| if field.is_numbered() { numbered == Some(field.name) } else { attribute == field.name })
    }
}

/// The attributes whose category is not known are named by this and the category in lower case.
pub const UNKNOWN_CATEGORY: &str = "eo_";
/// The label of the control unit that the issue is about.
pub const CONTROL_UNIT: &str = "ECU";

const fn path(name: &'static str, path: &'static str, meaning: &'static str) -> Field {
    Field { name, origin: Origin::Path(path), meaning }
}

const fn objects(name: &'static str, categories: &'static [&'static str], meaning: &'static str) -> Field {
    Field { name, origin: Origin::Objects(categories), meaning }
}

const fn control_unit(name: &'static str, category: &'static str, meaning: &'static str) -> Field {
    Field { name, origin: Origin::ControlUnit(category), meaning }
}

const fn revision(name: &'static str, category: &'static str, meaning: &'static str) -> Field {
    Field { name, origin: Origin::PartRevision(category), meaning }
}

/// All attributes that an issue can have, but for those of unknown categories. The number of the issue is none of them.
///
/// Source: Porsche's exports, and the tables of the program that they were read with before. Those tables name the categories
/// `ISSUE_REPORTER`, `TEST_CASE`, `TRIAL_UNITS`, `V_FUNCTION` and `EE_TOP_TOPIC`, and no attributes for them: the name is the category in
/// lower case.
pub const FIELDS: &[Field] = &[
    path("problem_synopsis", "LONG-NAME", "what it is about, in one line"),
    path("bug_classification", "CATEGORY", "what kind of problem it is"),
    path("problem_description", "ISSUE-DESC", "what it is about, as text"),
    path(
        "owner_fp",
        "COMPANY-ISSUE-INFOS/COMPANY-ISSUE-INFO/TEAM-MEMBER-REF",
        "who has it at the peer: the name, or else the id",
    ),
    path("crstatus", "ISSUE-PROPERTIES/ISSUE-CURRENT-STATE/ISSUE-STATE", "how far the peer is with it"),
    path("priority", "ISSUE-PROPERTIES/ISSUE-PRIORITY", "TOP, HIGH, MEDIUM or LOW"),
    path("reproducibility", "ISSUE-PROPERTIES/REPRODUCIBILITY", "how often it happens"),
    path("release_wanted", "ISSUE-PROPERTIES//DELIVERY-MILESTONE/SHORT-LABEL", "the release in which the peer wants it solved"),
    path("action_points", "ISSUE-SOLUTIONS/ISSUE-SOLUTION", "what the peer proposes"),
    path("in_analyse_comments", "ANNOTATIONS/ANNOTATION", "what the peer remarks"),
    control_unit("component_hw_version", "HARDWARE", "the version of the hardware of the control unit"),
    control_unit("component_sw_version", "SOFTWARE", "the version of the software of the control unit"),
    objects("component_name", &["COMPONENT"], "the component"),
    objects("DTC", &["DTC"], "the diagnostic trouble code"),
    objects("DTC_synopsis", &["DTC-DESCRIPTION"], "what the trouble code means"),
    objects("frequency", &["DTC-FREQUENCY"], "how often the trouble code was set"),
    objects("function_group", &["GROUP"], "the group of functions"),
    objects("function_component", &["SUB_GROUP"], "the function in its group"),
    objects("offer_number", &["OFFER_ID"], "the number of an offer"),
    objects("SODTC", &["SODTC"], "the trouble code of the supplier"),
    objects("vehicle", &["VEHICLE", "TEST_BENCH"], "the vehicle or test bench where it was seen"),
    objects("ccb_relevant", &["COMMITTEE"], "whether the change control board decides"),
    objects("var_product_name", &["VARIANTS"], "the variants that have it"),
    objects("vehicle_project", &["PROJECT"], "the project of the vehicle"),
    objects("project_name", &["ECU-PROJECT"], "the project of the control unit"),
    objects("ets", &["EXT_TEST_SYSTEM"], "the external test system"),
    objects("ets_id", &["EXT_TEST_ID"], "the number in the external test system"),
    objects("ets_status", &["EXT_TEST_STATUS"], "the status in the external test system"),
    objects("issue_reporter", &["ISSUE_REPORTER"], "who reported it"),
    objects("test_case", &["TEST_CASE"], "the test that shows it"),
    objects("trial_units", &["TRIAL_UNITS"], "the units on trial that show it"),
    objects("v_function", &["V_FUNCTION"], "the function of the vehicle"),
    objects("ee_top_topic", &["EE_TOP_TOPIC"], "the topic of the electronics department that it belongs to"),
    Field { name: "pudis_component_name", origin: Origin::PartName, meaning: "another part" },
    revision("pudis_hw_version", "HARDWARE", "the version of the hardware of part N"),
    revision("pudis_sw_version", "SOFTWARE", "the version of the software of part N"),
    revision("pudis_part_number", "PARTNUMBER", "the part number of part N"),
];
