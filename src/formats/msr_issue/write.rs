//! Writes an answer, in the order of elements that the peer's documents have.

use super::{
    answer::{Answer, Person},
    date::written_date,
    fields::{CONTROL_UNIT, FIELDS, Origin},
    value::Value,
    xml_out::XmlOut,
};

/// An answer that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The document.
    pub bytes: Vec<u8>,
    /// What had to be left out.
    pub notes: Vec<String>,
}

const ROOT_ATTRIBUTES: [(&str, &str); 2] = [
    ("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"),
    ("xsi:noNamespaceSchemaLocation", "PAG_ASAM_ISSUE_SCHEMA_V3.0.xsd"),
];

impl Answer {
    /// Writes the document. The same answer gives the same bytes.
    #[must_use]
    pub fn write(&self) -> Written {
        let team = self.team();
        let mut out = XmlOut::new();
        out.element_with("MSR-ISSUE", &ROOT_ATTRIBUTES, |out| {
            self.write_companies(&team, out);
            self.write_administration(&team, out);
            out.element("ISSUES", |out| out.element("ISSUE", |out| self.write_issue(&team, out)));
        });
        let (bytes, notes) = out.finish();
        Written { bytes, notes }
    }

    /// Who is told of: the assignee, then the authors, each once.
    fn team(&self) -> Team<'_> {
        let mut people: Vec<&Person> = Vec::new();
        for person in self.assignee.iter().chain(self.annotations.iter().filter_map(|annotation| annotation.author.as_ref())) {
            if !people.contains(&person) {
                people.push(person);
            }
        }
        Team(people)
    }

    fn write_companies(&self, team: &Team<'_>, out: &mut XmlOut) {
        out.element("COMPANY-DATAS", |out| {
            out.element("COMPANY-DATA", |out| {
                out.line("LONG-NAME", &self.peer.long_name);
                out.line("SHORT-NAME", &self.peer.short_name);
            });
            out.element("COMPANY-DATA", |out| {
                out.line("LONG-NAME", &self.own.long_name);
                out.line("SHORT-NAME", &self.own.short_name);
                out.element("TEAM-MEMBERS", |out| team.write(out));
            });
        });
    }

    fn write_administration(&self, team: &Team<'_>, out: &mut XmlOut) {
        out.element("ADMIN-DATA", |out| {
            out.element("DOC-REVISIONS", |out| {
                out.element("DOC-REVISION", |out| {
                    team.refer(self.assignee.as_ref(), out);
                    out.line("DATE", &written_date(self.made));
                });
            });
        });
    }

    fn write_issue(&self, team: &Team<'_>, out: &mut XmlOut) {
        let synopsis = self.text("problem_synopsis");
        out.line("LONG-NAME", &synopsis);
        out.line("SHORT-NAME", &synopsis);
        out.line("CATEGORY", &self.text("bug_classification"));
        out.paragraphs("ISSUE-DESC", &self.text("problem_description"));
        self.write_numbers(out);
        self.write_properties(team, out);
        self.write_documents(out);
        out.element("ISSUE-ENVIRONMENT", |out| {
            out.element("ENGINEERING-OBJECTS", |out| self.write_engineering_objects(out));
        });
        out.empty("RELATED-ISSUES", &[]);
        out.element("ISSUE-SOLUTIONS", |out| self.write_analysis(out));
        out.element("ANNOTATIONS", |out| self.write_annotations(team, out));
    }

    fn write_numbers(&self, out: &mut XmlOut) {
        out.element("COMPANY-ISSUE-INFOS", |out| {
            out.element("COMPANY-ISSUE-INFO", |out| {
                out.line("COMPANY-DATA-REF", &self.own.short_name);
                out.line("ISSUE-ID", &self.key);
                out.line("TRANSACTION-ID", &format!("{}-{}", self.reference, self.key));
            });
            out.element("COMPANY-ISSUE-INFO", |out| {
                out.line("COMPANY-DATA-REF", &self.peer.short_name);
                out.line("ISSUE-ID", &self.problem_number);
            });
        });
    }

    fn write_properties(&self, team: &Team<'_>, out: &mut XmlOut) {
        out.element("ISSUE-PROPERTIES", |out| {
            out.element("ISSUE-CURRENT-STATE", |out| {
                out.line("DATE", &written_date(self.made));
                team.refer(self.assignee.as_ref(), out);
                out.line("ISSUE-STATE", self.supplier_status.as_str());
            });
            out.line("ISSUE-PRIORITY", &self.text("priority"));
            out.line("REPRODUCIBILITY", &self.text("reproducibility"));
            let milestones = [("ESTIMATED", &self.resolve_until_release), ("DELIVERED", &self.resolved_in_release)];
            if milestones.iter().all(|(_, release)| release.is_empty()) {
                return;
            }
            out.element("DELIVERY-MILESTONES", |out| {
                for (category, release) in milestones.into_iter().filter(|(_, release)| !release.is_empty()) {
                    out.element("DELIVERY-MILESTONE", |out| {
                        out.line("SHORT-LABEL", release);
                        out.line("CATEGORY", category);
                        out.line("COMPANY-DATA-REF", &self.own.short_name);
                    });
                }
            });
        });
    }

    /// The peer writes `LONG-NAME-1`; what it reads from its suppliers is `LONG-NAME`.
    fn write_documents(&self, out: &mut XmlOut) {
        out.element("ISSUE-RELATED-DOCUMENTS", |out| {
            for name in &self.documents {
                out.element("ISSUE-RELATED-DOCUMENT", |out| {
                    out.element("XDOC", |out| {
                        out.line("LONG-NAME", name);
                        out.line("URL", &self.document_url(name));
                    });
                });
            }
        });
    }

    fn write_engineering_objects(&self, out: &mut XmlOut) {
        for field in FIELDS {
            for text in self.attributes.get(field.name).map(Value::texts).unwrap_or_default() {
                match field.origin {
                    Origin::Objects([category, ..]) => write_object(text, category, None, out),
                    Origin::ControlUnit(category) => write_object(CONTROL_UNIT, category, Some(text), out),
                    Origin::Objects([]) | Origin::Path(_) | Origin::PartName | Origin::PartRevision(_) => {}
                }
            }
        }
    }

    fn write_analysis(&self, out: &mut XmlOut) {
        if self.supplier_comments.is_empty() {
            return;
        }
        out.element("ISSUE-SOLUTION", |out| {
            out.line("CATEGORY", "ANALYSIS");
            out.paragraphs("ISSUE-SOLUTION-DESC", &self.supplier_comments);
        });
    }

    fn write_annotations(&self, team: &Team<'_>, out: &mut XmlOut) {
        for annotation in &self.annotations {
            out.element("ANNOTATION", |out| {
                out.line("LABEL", &self.own.short_name);
                team.refer(annotation.author.as_ref(), out);
                out.line("DATE", &written_date(annotation.date));
                out.paragraphs("ANNOTATION-TEXT", &annotation.text);
            });
        }
    }

    fn text(&self, name: &str) -> String {
        self.attributes.get(name).map(ToString::to_string).unwrap_or_default()
    }
}

fn write_object(label: &str, category: &str, revision: Option<&str>, out: &mut XmlOut) {
    out.element("ENGINEERING-OBJECT", |out| {
        out.line("SHORT-LABEL", label);
        out.line("CATEGORY", category);
        if let Some(revision) = revision {
            out.line("REVISION-LABEL", revision);
        }
    });
}

/// The people of an answer; the id of each is its place.
struct Team<'a>(Vec<&'a Person>);

impl Team<'_> {
    fn write(&self, out: &mut XmlOut) {
        for (at, person) in self.0.iter().enumerate() {
            out.element_with("TEAM-MEMBER", &[("ID", &id(at))], |out| {
                out.line("LONG-NAME", &person.name);
                out.line("SHORT-NAME", if person.short_name.is_empty() { &person.name } else { &person.short_name });
                for unknown in ["DEPARTMENT", "PHONE", "FAX", "EMAIL"] {
                    out.empty(unknown, &[]);
                }
            });
        }
    }

    fn refer(&self, person: Option<&Person>, out: &mut XmlOut) {
        if let Some(at) = person.and_then(|person| self.0.iter().position(|known| *known == person)) {
            out.empty("TEAM-MEMBER-REF", &[("ID-REF", &id(at))]);
        }
    }
}

fn id(at: usize) -> String {
    format!("TM{}", at + 1)
}
