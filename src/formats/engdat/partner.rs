//! The partners of an exchange, as `SDE` (sender) and `RDE` (recipient) describe them.

use super::segment_texts::{Texts, texts};
use crate::formats::edifact::Segment;

/// Who sends or receives.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Partner {
    /// The OFTP code, such as `O0013009999PEER`.
    pub code: String,
    /// Name and address.
    pub address: Address,
    /// The country, in two letters.
    pub country: String,
    /// The routing code, which tells for whom in the house the package is.
    pub routing: String,
    /// Whom to ask about the content.
    pub contact: Contact,
    /// Name and address of who runs the transfer.
    pub technical_address: Address,
    /// The country of that.
    pub technical_country: String,
    /// Whom to ask about the transfer.
    pub technical_contact: Contact,
}

/// A name and an address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Address {
    /// The name of the company.
    pub name: String,
    /// Up to four lines; unused ones are empty.
    pub lines: [String; 4],
    /// A code that the partners agreed upon.
    pub internal: String,
}

/// Whom to ask.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contact {
    /// The department, and in a second line often a person.
    pub department: [String; 2],
    /// Telephone.
    pub telephone: String,
    /// Extension.
    pub extension: String,
    /// Telex.
    pub telex: String,
    /// Fax.
    pub fax: String,
    /// Teletex.
    pub teletex: String,
    /// Mail address.
    pub mail: String,
}

impl Partner {
    pub(super) fn read(segment: &Segment<'_, '_>) -> Self {
        let [code, name, line1, line2, line3, line4, internal] = texts(segment, 1);
        let [country] = texts(segment, 2);
        let [routing] = texts(segment, 3);
        let [technical_name, technical1, technical2, technical3, technical4, technical_internal] = texts(segment, 5);
        let [technical_country] = texts(segment, 6);
        Self {
            code,
            address: Address { name, lines: [line1, line2, line3, line4], internal },
            country,
            routing,
            contact: Contact::read(segment, 4),
            technical_address: Address {
                name: technical_name,
                lines: [technical1, technical2, technical3, technical4],
                internal: technical_internal,
            },
            technical_country,
            technical_contact: Contact::read(segment, 7),
        }
    }

    pub(super) fn texts(&self) -> Texts<'_> {
        let mut first = vec![self.code.as_str()];
        first.extend(self.address.texts());
        vec![
            first,
            vec![&self.country],
            vec![&self.routing],
            self.contact.texts(),
            self.technical_address.texts(),
            vec![&self.technical_country],
            self.technical_contact.texts(),
        ]
    }
}

impl Address {
    fn texts(&self) -> Vec<&str> {
        let [line1, line2, line3, line4] = &self.lines;
        vec![&self.name, line1, line2, line3, line4, &self.internal]
    }
}

impl Contact {
    fn read(segment: &Segment<'_, '_>, element: usize) -> Self {
        let [department, second, telephone, extension, telex, fax, teletex, mail] = texts(segment, element);
        Self { department: [department, second], telephone, extension, telex, fax, teletex, mail }
    }

    fn texts(&self) -> Vec<&str> {
        let [department, second] = &self.department;
        vec![department, second, &self.telephone, &self.extension, &self.telex, &self.fax, &self.teletex, &self.mail]
    }
}
