//! What becomes of a text that is stored.

/// The text as it is kept: no-break spaces are blanks, blanks at the end of a line and empty lines are gone.
///
/// That the service drops empty lines also between others is the harsher reading of what was seen. Who compares texts after
/// dropping them all is right either way.
pub(super) fn kept(text: &str) -> String {
    let text = text.replace('\u{a0}', " ");
    let lines = text.lines().map(str::trim_end).filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join("\n")
}

/// A text of fixed width: blanks before it fill it up.
pub(super) fn padded(text: &str, width: usize) -> String {
    format!("{:>width$}", text.trim_start())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_that_nobody_sees_are_lost() {
        assert_eq!(kept("  a \t\r\n\r\nb\u{a0}c\u{a0}\n\n \n"), "  a\nb c");
        assert_eq!(kept(" \n"), "");
    }

    #[test]
    fn short_values_are_filled_up() {
        assert_eq!([padded("2", 2), padded("10", 2), padded(" 2", 2)], [" 2", "10", " 2"]);
        assert_eq!(padded("85F", 4), " 85F");
    }
}
