//! The code pages of DOS, in which names get lost: bytes of UTF-8 that were taken for one of them.

use oem_cp::{Cp437, Cp866};

/// A code page of DOS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CodePage {
    /// 866, of Russia: what Porsche's packer takes names for.
    Russia,
    /// 437, of the United States: what a zip archive has where it says nothing else.
    UnitedStates,
}

impl CodePage {
    /// The likelier first.
    pub const ALL: [Self; 2] = [Self::Russia, Self::UnitedStates];

    /// What bytes are in this code page; all bytes are something.
    pub fn decode(self, bytes: &[u8]) -> String {
        let letter = |byte: &u8| match self {
            Self::Russia => char::from(Cp866(*byte)),
            Self::UnitedStates => char::from(Cp437(*byte)),
        };
        bytes.iter().map(letter).collect()
    }

    /// The bytes of a text in this code page; `None` if it has other characters.
    pub fn encode(self, text: &str) -> Option<Vec<u8>> {
        let byte = |c| match self {
            Self::Russia => Cp866::try_from(c).ok().map(u8::from),
            Self::UnitedStates => Cp437::try_from(c).ok().map(u8::from),
        };
        text.chars().map(byte).collect()
    }
}

/// What a text becomes in an archive, the likelier first: itself, its UTF-8 taken for a code page, and, where a packer knew of no
/// UTF-8, its bytes in the Russian code page taken for the American one.
pub(super) fn spellings(text: &str) -> impl Iterator<Item = String> {
    let misread = CodePage::ALL.map(|page| Some(page.decode(text.as_bytes())));
    let old = CodePage::Russia.encode(text).map(|bytes| CodePage::UnitedStates.decode(&bytes));
    // Without letters of other than ASCII all are the same.
    let others = if text.is_ascii() { [None, None, None] } else { [misread[0].clone(), misread[1].clone(), old] };
    std::iter::once(text.to_owned()).chain(others.into_iter().flatten())
}

/// The text whose UTF-8 was taken for a code page. `None` if it was not, or that is not certain: only with the characters for drawing
/// boxes, which the first bytes of European letters become, and which no one types.
pub(super) fn undo(text: &str) -> Option<String> {
    if !text.chars().any(|c| matches!(c, '\u{2500}'..='\u{259F}')) {
        return None;
    }
    // What both have, they have at the same place: there is one answer at most.
    CodePage::ALL.iter().find_map(|page| String::from_utf8(page.encode(text)?).ok())
}
