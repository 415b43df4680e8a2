//! The five forms in which KPM writes days and moments, and the one in which rules see them. A moment carries no time zone there: the
//! configuration says which one is meant.

use jiff::{
    SignedDuration, Timestamp,
    civil::{Date, DateTime},
    tz::TimeZone,
};

use crate::sync::instant;

/// `2022-07-06 14:16:25.181356` with any number of digits, and `2021-06-17-10.46.37.466190`.
const FORMS: [&str; 2] = ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d-%H.%M.%S%.f"];

/// The moment that a text tells.
pub(super) fn moment(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    // Where a clock was set back, the first of two moments.
    zone.to_ambiguous_timestamp(civil(text)?).compatible().ok()
}

fn civil(text: &str) -> Option<DateTime> {
    FORMS.iter().find_map(|form| DateTime::strptime(form, text.trim()).ok())
}

/// An id that is a moment, in the form of lists: the one that is told to whoever made the thing has blanks and colons.
pub(super) fn id(text: &str) -> String {
    let text = text.trim();
    civil(text).map_or_else(|| text.to_owned(), |at| at.strftime("%Y-%m-%d-%H.%M.%S%.6f").to_string())
}

/// A day or moment as rules see it: `2022-07-02`, or a moment in UTC; `None` if it is neither.
pub(super) fn value(text: &str, zone: &TimeZone) -> Option<String> {
    if let Some(at) = moment(text, zone) {
        return Some(instant::canonical(at));
    }
    let (day, offset) = text.trim().split_at_checked(10)?;
    let is_offset = offset.is_empty() || offset == "Z" || offset.len() == 6 && offset.starts_with(['+', '-']);
    let day = Date::strptime("%Y-%m-%d", day).ok().filter(|_| is_offset)?;
    Some(day.to_string())
}

/// A day for KPM, from a day or a moment of another tracker.
pub(super) fn day(text: &str, zone: &TimeZone) -> Option<String> {
    let text = text.trim();
    if Date::strptime("%Y-%m-%d", text).is_ok() {
        return Some(text.to_owned());
    }
    let at = moment(text, zone).or_else(|| instant::parse(text))?;
    Some(at.to_zoned(zone.clone()).date().to_string())
}

/// A moment as a request for what changed since then tells it. Where a clock is set back, it is the first of the two moments that the
/// text may mean, and that is taken an hour earlier, since the service may mean the other.
pub(super) fn since(at: Timestamp, zone: &TimeZone) -> String {
    let civil = at.to_zoned(zone.clone()).datetime();
    let ambiguous = zone.to_ambiguous_timestamp(civil).is_ambiguous();
    let earlier = if ambiguous { SignedDuration::from_hours(1) } else { SignedDuration::ZERO };
    civil.saturating_sub(earlier).strftime("%Y-%m-%d %H:%M:%S.0").to_string()
}

/// Whether an attribute holds a day or a moment, by its name.
pub(super) fn is_named_so(path: &str) -> bool {
    let name = path.rsplit('.').next().unwrap_or(path);
    ["Date", "Timestamp"].iter().any(|end| name.ends_with(end))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn berlin() -> TimeZone {
        TimeZone::get("Europe/Berlin").unwrap()
    }

    #[test]
    fn all_forms_tell_what_they_mean() {
        for (text, expected) in [
            ("2022-07-06 14:16:25.181356", "2022-07-06T12:16:25Z"),
            ("2022-07-06 14:16:25.18135", "2022-07-06T12:16:25Z"),
            ("2022-07-06 14:16:25.181", "2022-07-06T12:16:25Z"),
            (" 2021-06-17-10.46.37.466190 ", "2021-06-17T08:46:37Z"),
            ("2022-01-06 14:16:25", "2022-01-06T13:16:25Z"),
            ("2022-07-02+02:00", "2022-07-02"),
            ("2022-07-02", "2022-07-02"),
        ] {
            assert_eq!(value(text, &berlin()).as_deref(), Some(expected), "{text}");
        }
        for text in ["", "soon", "2022-07-02T", "2022-13-02", "ä022-07-02"] {
            assert_eq!(value(text, &berlin()), None, "{text}");
        }
    }

    #[test]
    fn an_id_is_the_same_in_both_forms() {
        let listed = "2021-06-17-10.46.37.466190";
        for text in [listed, "2021-06-17 10:46:37.466190", "2021-06-17 10:46:37.46619", " 2021-06-17-10.46.37.46619 "] {
            assert_eq!(id(text), listed);
        }
        assert_eq!(id(" 4711 "), "4711");
    }

    #[test]
    fn days_for_kpm_are_those_of_its_zone() {
        assert_eq!(day("2025-07-31T23:30:00Z", &berlin()).as_deref(), Some("2025-08-01"));
        assert_eq!(day("2025-07-31", &berlin()).as_deref(), Some("2025-07-31"));
        assert_eq!(day("soon", &berlin()), None);
    }

    #[test]
    fn a_moment_in_the_doubled_hour_is_asked_for_an_hour_earlier() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        assert_eq!(since(at("2022-07-06T12:16:25Z"), &berlin()), "2022-07-06 14:16:25.0");
        assert_eq!(since(at("2022-10-30T01:30:00Z"), &berlin()), "2022-10-30 01:30:00.0");
    }

    proptest! {
        #[test]
        fn no_text_panics(text in ".{0,40}") {
            let _ = (value(&text, &berlin()), id(&text), day(&text, &berlin()));
        }

        #[test]
        fn what_is_asked_for_is_never_later(second in 0_i64..4_000_000_000) {
            let at = Timestamp::from_second(second).unwrap();
            prop_assert!(moment(&since(at, &berlin()), &berlin()).unwrap() <= at);
        }
    }
}
