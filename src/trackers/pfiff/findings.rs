//! What is found wrong with a package, for its record and the log. Both hold it whatever the package is made of: there are only so many
//! findings, each is one line, and none is long.

/// What begins a finding of something that was not taken in. The files of such a package are not removed.
pub(super) const LEFT_OUT: &str = "left out: ";

/// Findings that are kept of one package.
const MOST: usize = 200;
/// The most characters of one.
const LONGEST: usize = 500;

/// Findings, in their order.
#[derive(Debug, Default)]
pub(super) struct Findings {
    kept: Vec<String>,
    more: usize,
}

impl Findings {
    /// Adds one. Of too many, those of something that was left out are kept before all others: they decide what becomes of the files.
    pub fn add(&mut self, finding: &str) {
        if self.kept.len() >= MOST {
            self.more += 1;
            let lesser = self.kept.iter().rposition(|kept| !kept.starts_with(LEFT_OUT));
            let Some(lesser) = lesser.filter(|_| finding.starts_with(LEFT_OUT)) else { return };
            self.kept.remove(lesser);
        }
        self.kept.push(in_one_line(finding, LONGEST));
    }

    /// Adds that something was left out.
    pub fn add_left_out(&mut self, what: &str) {
        self.add(&format!("{LEFT_OUT}{what}"));
    }

    /// Adds those of a part of the package.
    pub fn append(&mut self, part: Self) {
        self.more += part.more;
        for finding in part.kept {
            self.add(&finding);
        }
    }

    /// What was left out.
    pub fn left_out(&self) -> impl Iterator<Item = &str> {
        self.kept.iter().filter_map(|finding| finding.strip_prefix(LEFT_OUT))
    }

    /// All that are kept, and how many more there were.
    pub fn into_vec(mut self) -> Vec<String> {
        if self.more > 0 {
            self.kept.push(format!("and {} more", self.more));
        }
        self.kept
    }
}

/// Foreign text in one line of at most so many characters. Nothing in it starts another line, or turns the direction of this one.
pub(super) fn in_one_line(text: &str, most: usize) -> String {
    let harmless = |c: char| if moves_the_line(c) { char::REPLACEMENT_CHARACTER } else { c };
    let mut line: String = text.chars().take(most).map(harmless).collect();
    if text.chars().nth(most).is_some() {
        line.push('…');
    }
    line
}

fn moves_the_line(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_only_so_many_and_what_was_left_out_stays() {
        let mut findings = Findings::default();
        for number in 0..1_000 {
            findings.add(&format!("odd {number}"));
        }
        findings.add_left_out("an issue");
        let mut part = Findings::default();
        (0..300).for_each(|number| part.add_left_out(&format!("issue {number}")));
        findings.append(part);
        assert_eq!(findings.left_out().count(), MOST);
        let told = findings.into_vec();
        assert_eq!(told.len(), MOST + 1);
        assert_eq!(told[0], "left out: an issue");
        assert_eq!(told[MOST], "and 1101 more");
    }

    #[test]
    fn few_stay_in_their_order() {
        let mut findings = Findings::default();
        findings.add("b");
        findings.add_left_out("a");
        findings.add("c");
        assert_eq!(findings.into_vec(), ["b", "left out: a", "c"]);
    }

    #[test]
    fn one_is_one_line_and_not_long() {
        let mut findings = Findings::default();
        findings.add(&format!("first\r\n2026-11-20 INFO all is well \u{202e}{}", "x".repeat(2_000_000)));
        let told = findings.into_vec().remove(0);
        assert!(told.starts_with("first\u{fffd}\u{fffd}2026-11-20 INFO all is well \u{fffd}xxx"), "{told}");
        assert_eq!(told.chars().count(), LONGEST + 1);
    }
}
