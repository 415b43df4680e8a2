//! Roundup's spelling of dates, of relative dates and of ranges.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, ToSpan};

/// A range of time; an open end is `None`. Both ends belong to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(super) struct Range {
    from: Option<Timestamp>,
    to: Option<Timestamp>,
}

impl Range {
    pub(super) fn contains(&self, date: Timestamp) -> bool {
        self.from.is_none_or(|from| from <= date) && self.to.is_none_or(|to| date <= to)
    }

    /// Whether nothing is excluded. Roundup treats text it can make nothing of like this.
    pub(super) fn is_everything(&self) -> bool {
        self.from.is_none() && self.to.is_none()
    }
}

/// `2026-11-22.07:29:22`, in UTC; fractions of a second are kept but never shown.
pub(super) fn show(date: Timestamp) -> String {
    date.strftime("%Y-%m-%d.%H:%M:%S").to_string()
}

/// Reads a date as clients write it; the refusal text is Roundup's.
pub(super) fn parse(text: &str, now: Timestamp) -> Result<Timestamp, String> {
    point(text, now).map(|(from, _)| from).ok_or_else(|| {
        format!(
            "Not a date spec: '{text}' (\"yyyy-mm-dd\", \"mm-dd\", \"HH:MM\", \"HH:MM:SS\" or \
             \"yyyy-mm-dd.HH:MM:SS.SSS\")"
        )
    })
}

/// Reads `from A`, `from A to B`, `to B`, `A;B` or a single date, which stands for the day or second it names.
pub(super) fn parse_range(text: &str, now: Timestamp) -> Range {
    let text = text.trim();
    let start = |part: &str| point(part, now).map(|(from, _)| from);
    if let Some((from, to)) = text.split_once(';') {
        return Range { from: start(from), to: start(to) };
    }
    if let Some(rest) = text.strip_prefix("from ") {
        let (from, to) = rest.split_once(" to ").map_or((rest, None), |(from, to)| (from, Some(to)));
        return Range { from: start(from), to: to.and_then(start) };
    }
    if let Some(to) = text.strip_prefix("to ") {
        return Range { from: None, to: start(to) };
    }
    point(text, now).map_or_else(Range::default, |(from, to)| Range { from: Some(from), to: Some(to) })
}

/// First and last moment that the text names.
fn point(text: &str, now: Timestamp) -> Option<(Timestamp, Timestamp)> {
    let text = text.trim();
    if text == "." {
        return Some((now, now));
    }
    if text.starts_with(['+', '-']) {
        let moment = now.to_zoned(TimeZone::UTC).checked_add(interval(text)?).ok()?.timestamp();
        return Some((moment, moment));
    }
    let (day, time) = text.split_once('.').map_or((text, None), |(day, time)| (day, Some(time)));
    let day: Date = (day.len() == 10).then(|| day.parse().ok()).flatten()?;
    let (time, rest) = match time {
        None => (Time::midnight(), 86_399_999.milliseconds()),
        Some(time) if time.matches(':').count() == 1 => (time.parse().ok()?, 59_999.milliseconds()),
        Some(time) => (time.parse().ok()?, 999.milliseconds()),
    };
    let from = DateTime::from_parts(day, time).to_zoned(TimeZone::UTC).ok()?;
    let to = from.checked_add(rest).ok()?;
    Some((from.timestamp(), to.timestamp()))
}

/// `-1d`, `+ 2w 3d`, `-1y 2m 04:30`.
fn interval(text: &str) -> Option<Span> {
    let (sign, mut rest) = (text.starts_with('-'), text[1..].trim_start());
    let mut span = Span::new();
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let number: i64 = rest[..digits].parse().ok()?;
        let unit = rest[digits..].chars().next()?;
        rest = &rest[digits + unit.len_utf8()..];
        span = match unit {
            'y' => span.try_years(number).ok()?,
            'm' => span.try_months(number).ok()?,
            'w' => span.try_weeks(number).ok()?,
            'd' => span.try_days(number).ok()?,
            ':' => {
                let minutes: i64 = rest.get(..2)?.parse().ok()?;
                rest = "";
                span.try_hours(number).ok()?.try_minutes(minutes).ok()?
            }
            _ => return None,
        };
        rest = rest.trim_start();
    }
    Some(if sign { span.negate() } else { span })
}
