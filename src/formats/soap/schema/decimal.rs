//! Decimal numbers as texts, of any length: compared and counted, never converted.

use std::cmp::Ordering;

/// A decimal number: `-?` digits, and digits behind a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Decimal<'a> {
    is_negative: bool,
    /// Without leading zeros.
    whole: &'a str,
    /// Without trailing zeros.
    fraction: &'a str,
}

impl<'a> Decimal<'a> {
    /// Reads the lexical form of `xsd:decimal`.
    pub fn parse(text: &'a str) -> Option<Self> {
        let (is_negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.len() + fraction.len() == 0 || !all_digits(whole) || !all_digits(fraction) {
            return None;
        }
        let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
        Some(Self { is_negative: is_negative && !(whole.is_empty() && fraction.is_empty()), whole, fraction })
    }

    /// Digits that count.
    pub fn total_digits(&self) -> usize {
        let leading = if self.whole.is_empty() { self.fraction.trim_start_matches('0') } else { self.fraction };
        (self.whole.len() + leading.len()).max(1)
    }

    /// Digits behind the point.
    pub fn fraction_digits(&self) -> usize {
        self.fraction.len()
    }

    fn size(&self, other: &Self) -> Ordering {
        let whole = self.whole.len().cmp(&other.whole.len()).then_with(|| self.whole.cmp(other.whole));
        whole.then_with(|| self.fraction.cmp(other.fraction))
    }
}

impl PartialOrd for Decimal<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Decimal<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.is_negative, other.is_negative) {
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
            (false, false) => self.size(other),
            (true, true) => other.size(self),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_compared_by_value_and_not_by_text() {
        let ordered =
            ["-100", "-9.5", "-9", "-0.1", "0", "0.05", "0.5", "00.51", "9", "10", "+10.01", "99999999999999999999999"];
        for (at, low) in ordered.iter().enumerate() {
            for high in &ordered[at + 1..] {
                assert!(Decimal::parse(low) < Decimal::parse(high), "{low} < {high}");
            }
        }
        assert_eq!(Decimal::parse("-0.0"), Decimal::parse("+00"));
    }

    #[test]
    fn what_is_no_number_is_refused() {
        assert!(["", ".", "-", "1e3", "1,5", " 1", "--1", "1.2.3", "٣"].into_iter().all(|text| Decimal::parse(text).is_none()));
    }

    #[test]
    fn digits_are_counted_without_zeros_that_mean_nothing() {
        let digits = |text| Decimal::parse(text).map(|number| (number.total_digits(), number.fraction_digits()));
        assert_eq!(digits("0012.50"), Some((3, 1)));
        assert_eq!(digits("0.005"), Some((1, 3)));
        assert_eq!(digits("0"), Some((1, 0)));
    }
}
