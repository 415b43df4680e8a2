//! Points in time in the five forms in which the service writes them.
//!
//! Nothing tells the time zone of most of them; here it is one fixed offset, the one that due dates show.

use jiff::{
    SignedDuration, Timestamp, Zoned,
    civil::{Date, DateTime},
    tz::{Offset, TimeZone},
};

/// The clock: every reading is later than the one before, so that readings serve as ids.
#[derive(Debug)]
pub(super) struct Clock {
    zone: TimeZone,
    last: Timestamp,
    readings: u64,
}

impl Clock {
    pub(super) fn new(offset_minutes: i32) -> Self {
        Self { zone: zone(offset_minutes), last: Timestamp::UNIX_EPOCH, readings: 0 }
    }

    /// Now, in the zone of the service. Of three readings one has six digits of a second, one five and one three, because the
    /// forms drop zeros at the end; a reading may be up to a millisecond ahead.
    pub(super) fn now(&mut self) -> Zoned {
        let step = [1, 10, 1000][usize::try_from(self.readings % 3).unwrap_or(0)];
        self.readings = self.readings.wrapping_add(1);
        let after = self.last.as_microsecond().saturating_add(1).max(Timestamp::now().as_microsecond());
        let rounded = after.saturating_add(step - 1).div_euclid(step).saturating_mul(step);
        self.last = Timestamp::from_microsecond(rounded).unwrap_or(self.last);
        self.last.to_zoned(self.zone.clone())
    }
}

fn zone(offset_minutes: i32) -> TimeZone {
    TimeZone::fixed(Offset::from_seconds(offset_minutes.saturating_mul(60)).unwrap_or(Offset::UTC))
}

/// `2022-07-06 14:16:25.181356`, with zeros at the end dropped down to three digits.
pub(super) fn stamp(at: &Zoned) -> String {
    let mut written = at.strftime("%Y-%m-%d %H:%M:%S%.6f").to_string();
    let shortest = written.len() - 3;
    while written.len() > shortest && written.ends_with('0') {
        written.pop();
    }
    written
}

/// `2021-06-17-10.46.37.466190`: the form of ids and of dates in lists.
pub(super) fn dotted(at: &Zoned) -> String {
    at.strftime("%Y-%m-%d-%H.%M.%S%.6f").to_string()
}

/// The same with blank and colons: the form in which an id is told to the one who has just made the thing.
pub(super) fn blank_and_colons(at: &Zoned) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S%.6f").to_string()
}

/// `2022-07-06`
pub(super) fn day(at: &Zoned) -> String {
    at.strftime("%Y-%m-%d").to_string()
}

/// `2022-07-02+02:00`, made of a plain date or of one with an offset, which is replaced; `None` if it is neither.
pub(super) fn due_date(text: &str, offset_minutes: i32) -> Option<String> {
    let (date, offset) = text.trim().split_at_checked(10)?;
    let date: Date = date.parse().ok()?;
    (matches!(offset, "" | "Z") || is_offset(offset)).then(|| {
        let sign = if offset_minutes < 0 { '-' } else { '+' };
        format!("{date}{sign}{:02}:{:02}", offset_minutes.abs() / 60, offset_minutes.abs() % 60)
    })
}

fn is_offset(text: &str) -> bool {
    let digits = |digits: [&u8; 4]| digits.iter().all(|byte| byte.is_ascii_digit());
    matches!(text.as_bytes(), [b'+' | b'-', h1, h2, b':', m1, m2] if digits([h1, h2, m1, m2]))
}

/// Reads the form of a request, `2022-05-01 15:00:00.0`, which is in the zone of the service.
pub(super) fn asked_since(text: &str, offset_minutes: i32) -> Option<Timestamp> {
    let civil = DateTime::strptime("%Y-%m-%d %H:%M:%S%.f", text.trim()).ok()?;
    zone(offset_minutes).to_timestamp(civil).ok()
}

/// The end of a wait.
pub(super) fn after(wait: std::time::Duration) -> Timestamp {
    let wait = SignedDuration::try_from(wait).unwrap_or(SignedDuration::MAX);
    Timestamp::now().saturating_add(wait).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Zoned {
        text.parse::<Timestamp>().unwrap().to_zoned(zone(120))
    }

    #[test]
    fn one_instant_in_all_forms() {
        let instant = at("2022-07-06T12:16:25.181356Z");
        assert_eq!(stamp(&instant), "2022-07-06 14:16:25.181356");
        assert_eq!(dotted(&instant), "2022-07-06-14.16.25.181356");
        assert_eq!(blank_and_colons(&instant), "2022-07-06 14:16:25.181356");
        assert_eq!(day(&instant), "2022-07-06");
    }

    #[test]
    fn zeros_at_the_end_are_dropped_in_stamps_alone() {
        for (written, expected) in [("18135", "18135"), ("1800", "180"), ("181300", "1813"), ("000000", "000")] {
            let instant = at(&format!("2022-07-06T12:16:25.{written}Z"));
            assert_eq!(stamp(&instant), format!("2022-07-06 14:16:25.{expected}"));
            assert_eq!(dotted(&instant).len(), 26);
        }
    }

    #[test]
    fn the_clock_never_repeats_itself_and_uses_all_lengths() {
        let mut clock = Clock::new(120);
        let readings: Vec<Zoned> = (0..30).map(|_| clock.now()).collect();
        assert!(readings.windows(2).all(|pair| pair[0].timestamp() < pair[1].timestamp()));
        assert!(readings.iter().any(|reading| stamp(reading).len() == "2022-07-06 14:16:25.181".len()));
    }

    #[test]
    fn due_dates() {
        assert_eq!(due_date("2022-07-02", 120).as_deref(), Some("2022-07-02+02:00"));
        assert_eq!(due_date("2022-07-02+01:00", -210).as_deref(), Some("2022-07-02-03:30"));
        for bad in ["", "2022-07-0", "2022-13-01", "2022-07-02T", "2022-07-02+1:000", "tomorrow..", "2022-07-0ä"] {
            assert_eq!(due_date(bad, 120), None, "{bad}");
        }
    }

    #[test]
    fn what_a_request_asks_for() {
        let since = |text| asked_since(text, 120).map(|at| at.to_string());
        assert_eq!(since("2022-05-01 15:00:00.0").as_deref(), Some("2022-05-01T13:00:00Z"));
        assert_eq!(since("2022-05-01 15:00:00.181356").as_deref(), Some("2022-05-01T13:00:00.181356Z"));
        for bad in ["", "2022-05-01", "2022-05-01T15:00:00.0", "2022-05-01-15.00.00.0"] {
            assert_eq!(since(bad), None, "{bad}");
        }
    }
}
