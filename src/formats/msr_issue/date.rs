//! Dates as Porsche writes them: `2026/11/20T10:00:00`, with slashes and without a zone.

use jiff::civil::DateTime;

/// A date that was read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ReadDate {
    /// The date.
    pub date: DateTime,
    /// What is not as it should be.
    pub deviation: Option<&'static str>,
}

/// Reads a date. Dashes are taken for slashes, and a zone is left out: whose clock it is, is known by who sent it.
pub(super) fn read_date(text: &str) -> Option<ReadDate> {
    let text = text.trim();
    let (day, time) = text.split_once(['T', ' '])?;
    let zone = time.find(|c: char| !c.is_ascii_digit() && !matches!(c, ':' | '.' | ','));
    let time = zone.and_then(|at| time.get(..at)).unwrap_or(time);
    let date = format!("{}T{time}", day.replace('/', "-")).parse().ok()?;
    let deviation = match (zone.is_some(), day.contains('-')) {
        (true, _) => Some("the zone is left out"),
        (false, true) => Some("it has dashes in place of slashes"),
        (false, false) => None,
    };
    Some(ReadDate { date, deviation })
}

/// Writes a date, to the second.
pub(super) fn written_date(date: DateTime) -> String {
    format!(
        "{:04}/{:02}/{:02}T{:02}:{:02}:{:02}",
        date.year(),
        date.month(),
        date.day(),
        date.hour(),
        date.minute(),
        date.second()
    )
}
