//! Points in time as trackers write them, and the one form in which they are told.
//!
//! Jira writes `2025-07-25T21:06:34.639+0200`, Roundup `2025-07-25.19:06:34` in UTC, others RFC 3339. All mean the same second.

use jiff::{
    Timestamp,
    civil::{Date, DateTime},
    tz::TimeZone,
};

/// Forms with an offset that RFC 3339 does not know.
const WITH_OFFSET: [&str; 2] = ["%Y-%m-%dT%H:%M:%S%.f%z", "%Y-%m-%dT%H:%M%z"];
/// Roundup's form, in UTC, with or without fractions.
const IN_UTC: &str = "%Y-%m-%d.%H:%M:%S%.f";

/// The point in time that a text tells; a day alone is its midnight in UTC.
#[must_use]
pub fn parse(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if !looks_like_one(text) {
        return None;
    }
    if let Ok(day) = Date::strptime("%Y-%m-%d", text) {
        return day.to_zoned(TimeZone::UTC).ok().map(|midnight| midnight.timestamp());
    }
    text.parse()
        .ok()
        .or_else(|| WITH_OFFSET.iter().find_map(|form| Timestamp::strptime(form, text).ok()))
        .or_else(|| DateTime::strptime(IN_UTC, text).ok()?.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp()))
}

/// The form in which values of rules hold a point in time: UTC, to the second. Fractions are cut off, since not every tracker keeps
/// them.
#[must_use]
pub fn canonical(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Whether two texts tell the same second.
#[must_use]
pub fn same(left: &str, right: &str) -> bool {
    match (parse(left), parse(right)) {
        (Some(left), Some(right)) => canonical(left) == canonical(right),
        _ => false,
    }
}

/// A quick look, since most texts are no dates: `yyyy-mm-dd`, and not much more than a time behind it.
fn looks_like_one(text: &str) -> bool {
    let bytes = text.as_bytes();
    let digits = |range| bytes.get(range).is_some_and(|part: &[u8]| part.iter().all(u8::is_ascii_digit));
    let dash = |at| bytes.get(at) == Some(&b'-');
    (10..=40).contains(&bytes.len()) && digits(0..4) && dash(4) && digits(5..7) && dash(7) && digits(8..10)
}

#[cfg(test)]
mod tests {
    use jiff::tz::Offset;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn one_second_in_all_notations() {
        let at = "2025-07-25T19:06:34Z";
        for text in [
            "2025-07-25T21:06:34.639+0200",
            "2025-07-25T21:06:34+02:00",
            "2025-07-25T14:06:34.000-0500",
            "2025-07-26T00:36:34+0530",
            "2025-07-25T19:06:34.639Z",
            " 2025-07-25T19:06:34Z ",
            "2025-07-25.19:06:34",
            "2025-07-25.19:06:34.001",
        ] {
            assert_eq!(parse(text).map(canonical).as_deref(), Some(at), "{text}");
            assert!(same(text, at));
        }
        assert!(same("2025-07-25", "2025-07-25T00:00:00.000+0000"));
        assert!(same("2025-07-25T21:06+0200", "2025-07-25T19:06:00Z"));
        assert!(!same("2025-07-25T19:06:34Z", "2025-07-25T19:06:35Z"));
        for text in
            ["", "yesterday", "2025-13-01", "2025-07-25x", "2025-07-25T19:06:34", "20250725", "2025-07-251", "äääää-äää"]
        {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn the_offset_does_not_matter(second in 0i64..4_000_000_000, quarters in -48i32..56, fraction in 0i32..1_000) {
            let at = Timestamp::new(second, fraction * 1_000_000).unwrap();
            let zone = TimeZone::fixed(Offset::from_seconds(quarters * 900).unwrap());
            let told = at.to_zoned(zone);
            for form in ["%Y-%m-%dT%H:%M:%S.%3f%z", "%Y-%m-%dT%H:%M:%S%:z", "%Y-%m-%dT%H:%M:%S.%6f%:z"] {
                let text = told.strftime(form).to_string();
                prop_assert_eq!(parse(&text).map(canonical), Some(canonical(at)), "{}", text);
            }
            prop_assert_eq!(parse(&canonical(at)).map(Timestamp::as_second), Some(second));
        }
    }
}
