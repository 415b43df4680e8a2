//! The service string advice: which characters separate.

use super::error::{EdifactError, Place, Problem};

/// The characters that separate, as the service string advice (`UNA`) tells them; without one they are the default, `:+.? '`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Separators {
    component: u8,
    element: u8,
    decimal: u8,
    release: u8,
    reserved: u8,
    terminator: u8,
}

impl Default for Separators {
    fn default() -> Self {
        Self { component: b':', element: b'+', decimal: b'.', release: b'?', reserved: b' ', terminator: b'\'' }
    }
}

impl Separators {
    /// What a service string advice begins with.
    pub(super) const UNA: &[u8] = b"UNA";

    /// The separators that the six characters after `UNA` tell: of components, of elements, decimal mark, release character, reserved,
    /// terminator. A blank as release character means that there is none. Decimal mark and reserved character are kept and mean nothing
    /// here: the latter came to separate repetitions with syntax version 4.
    ///
    /// # Errors
    /// If two are the same, or one of them is a letter, a digit, a blank or not ASCII. The place counts from the first of the six.
    pub fn new(una: [u8; 6]) -> Result<Self, EdifactError> {
        let [component, element, decimal, release, reserved, terminator] = una;
        let named = [
            (0, component, "separator of components"),
            (1, element, "separator of elements"),
            (3, release, "release character"),
            (5, terminator, "terminator of segments"),
        ];
        for (at, (offset, byte, purpose)) in named.into_iter().enumerate() {
            let error = |problem| Err(EdifactError { place: Place { offset, ..Place::default() }, problem });
            let is_none = offset == 3 && byte == b' ';
            if !is_none && (byte.is_ascii_alphanumeric() || byte == b' ' || !byte.is_ascii()) {
                return error(Problem::UnaText(byte, purpose));
            }
            if named[..at].iter().any(|(_, other, _)| *other == byte) {
                return error(Problem::UnaTwice(byte));
            }
        }
        Ok(Self { component, element, decimal, release, reserved, terminator })
    }

    /// The service string advice: `UNA` and the six characters.
    #[must_use]
    pub fn una(&self) -> [u8; 9] {
        let [u, n, a] = *b"UNA";
        [u, n, a, self.component, self.element, self.decimal, self.release, self.reserved, self.terminator]
    }

    /// Between two components.
    #[must_use]
    pub fn component(&self) -> u8 {
        self.component
    }

    /// Between two elements.
    #[must_use]
    pub fn element(&self) -> u8 {
        self.element
    }

    /// Before a separator that is text; `None` if there is no such character, so that no text can hold one.
    #[must_use]
    pub fn release(&self) -> Option<u8> {
        (self.release != b' ').then_some(self.release)
    }

    /// After each segment.
    #[must_use]
    pub fn terminator(&self) -> u8 {
        self.terminator
    }

    /// What each byte is.
    pub(super) fn classes(self) -> [Class; 256] {
        let mut classes = [Class::Text; 256];
        classes[..0x20].fill(Class::Control);
        classes[0x7F] = Class::Control;
        classes[usize::from(self.component)] = Class::Component;
        classes[usize::from(self.element)] = Class::Element;
        classes[usize::from(self.terminator)] = Class::Terminator;
        if let Some(release) = self.release() {
            classes[usize::from(release)] = Class::Release;
        }
        classes
    }
}

/// What a byte is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    Text,
    Component,
    Element,
    Terminator,
    Release,
    Control,
}
