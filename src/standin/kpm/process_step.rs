//! Process steps: what happened to a problem and what was said about it.

use jiff::{Timestamp, Zoned};
use serde::{Deserialize, Serialize};

use super::{element::Element, times};

/// The kinds of process steps, told by number and German description.
///
/// The numbers of OEM answers and of information to suppliers are not known; 32 and 33 are invented. So are the descriptions
/// of 15, 37 and 62.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepKind {
    /// 01, the first step of every problem.
    Recorded,
    /// 02.
    ForwardedToCoordinator,
    /// 03.
    ForwardedToSolver,
    /// 04.
    ForwardedToSpecialist,
    /// 05, whenever a problem comes to a mailbox.
    ForwardedToSupplier,
    /// 07, by KPM.
    Closed,
    /// 12; the text of the newest one is the analysis.
    AnalysisClosed,
    /// 13.
    MeasurePlanned,
    /// 14.
    MeasureDone,
    /// 15, of unknown meaning.
    Step15,
    /// 18, by either side.
    Notice,
    /// 31, by the supplier.
    SupplierQuestion,
    /// The answer of the customer to a question.
    AnswerToSupplier,
    /// What the customer tells without having been asked.
    SupplierInfo,
    /// 37, of unknown meaning.
    Step37,
    /// 38, the answer of the supplier, with a statement.
    SupplierResponse,
    /// 45, by the customer.
    OrderCancelled,
    /// 48.
    Verification,
    /// 62, of unknown meaning.
    Step62,
}

impl StepKind {
    /// All kinds.
    pub const ALL: [Self; 19] = [
        Self::Recorded,
        Self::ForwardedToCoordinator,
        Self::ForwardedToSolver,
        Self::ForwardedToSpecialist,
        Self::ForwardedToSupplier,
        Self::Closed,
        Self::AnalysisClosed,
        Self::MeasurePlanned,
        Self::MeasureDone,
        Self::Step15,
        Self::Notice,
        Self::SupplierQuestion,
        Self::AnswerToSupplier,
        Self::SupplierInfo,
        Self::Step37,
        Self::SupplierResponse,
        Self::OrderCancelled,
        Self::Verification,
        Self::Step62,
    ];

    /// `ProcessStepType` and `ProcessStepTypeDescription`.
    #[must_use]
    pub fn type_and_description(self) -> (&'static str, &'static str) {
        match self {
            Self::Recorded => ("01", "erfasst"),
            Self::ForwardedToCoordinator => ("02", "weitergeleitet an Koordinator"),
            Self::ForwardedToSolver => ("03", "weitergeleitet an Problemlöser"),
            Self::ForwardedToSpecialist => ("04", "weitergeleitet an Fachkoordinator"),
            Self::ForwardedToSupplier => ("05", "weitergeleitet an Lieferant"),
            Self::Closed => ("07", "abgeschlossen"),
            Self::AnalysisClosed => ("12", "Analyse abgeschlossen"),
            Self::MeasurePlanned => ("13", "Maßnahme geplant"),
            Self::MeasureDone => ("14", "Maßnahme eingeführt"),
            Self::Step15 => ("15", "Termin geändert"),
            Self::Notice => ("18", "Aussage"),
            Self::SupplierQuestion => ("31", "Rückfrage"),
            Self::AnswerToSupplier => ("32", "Antwort auf TV, RF, WK, FK, WA"),
            Self::SupplierInfo => ("33", "Information an Lieferanten"),
            Self::Step37 => ("37", "Auftrag erteilt"),
            Self::SupplierResponse => ("38", "Lieferantenaussage"),
            Self::OrderCancelled => ("45", "Auftragsstorno"),
            Self::Verification => ("48", "Verifikation"),
            Self::Step62 => ("62", "Status geändert"),
        }
    }

    /// The role that a step of this kind comes from, where the supplier's user is the caller.
    fn sender(self) -> &'static str {
        match self {
            Self::SupplierQuestion | Self::SupplierResponse => "L",
            _ => "K",
        }
    }
}

/// What the supplier states in an answer. Statuses go from `0`, taken over, to `6`, rejected; `5` is solved.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SupplierStatement {
    /// Status, one digit.
    pub status: String,
    /// The supplier's own key.
    #[serde(default)]
    pub error_number: Option<String>,
    /// The version that is good.
    #[serde(default)]
    pub version_ok: Option<String>,
    /// `2022-07-02+02:00`
    #[serde(default)]
    pub due_date: Option<String>,
}

impl SupplierStatement {
    fn element(&self) -> Element {
        let mut fields = vec![Element::text("Status", self.status.clone())];
        let more = [("ErrorNumber", &self.error_number), ("VersionOk", &self.version_ok), ("DueDate", &self.due_date)];
        fields.extend(more.into_iter().filter_map(|(name, value)| Some(Element::text(name, value.clone()?))));
        Element::group("SupplierResponse", fields)
    }
}

/// A step as it is kept.
#[derive(Debug, Clone)]
pub(super) struct ProcessStep {
    pub(super) made: Zoned,
    pub(super) kind: StepKind,
    /// User id of whoever made it.
    pub(super) user: String,
    pub(super) text: String,
    pub(super) statement: Option<SupplierStatement>,
    /// Before this, nobody sees it.
    pub(super) visible_from: Timestamp,
}

impl ProcessStep {
    /// The id as lists tell it.
    pub(super) fn id(&self) -> String {
        times::dotted(&self.made)
    }

    pub(super) fn is_visible(&self) -> bool {
        self.visible_from <= Timestamp::now()
    }

    /// The fields of a `ProcessStepItem`.
    pub(super) fn item(&self, problem: i64) -> Vec<Element> {
        let (kind, description) = self.kind.type_and_description();
        vec![
            Element::text("ProblemNumber", problem.to_string()),
            Element::text("ProcessStepId", self.id()),
            Element::text("LastChangeDate", times::dotted(&self.made)),
            Element::text("ProcessStepType", kind),
            Element::text("ProcessStepTypeDescription", description),
            Element::text("Status", "A"),
            Element::text("SenderRole", self.kind.sender()),
        ]
    }

    /// The fields of a `ProcessStep`.
    pub(super) fn whole(&self, problem: i64) -> Vec<Element> {
        let mut fields = self.item(problem);
        let user = |name| Element::group(name, vec![Element::text("UserId", self.user.clone())]);
        fields.push(Element::text("CreationDate", times::stamp(&self.made)));
        fields.extend([user("Creator"), user("LastChanger")]);
        if !self.text.is_empty() {
            fields.push(Element::text("Text", self.text.clone()));
        }
        fields.extend(self.statement.as_ref().map(SupplierStatement::element));
        fields
    }
}
