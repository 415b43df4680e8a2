//! Points in time as Jira writes and reads them.

use jiff::{
    Timestamp, ToSpan,
    civil::{Date, DateTime},
    tz::{Offset, TimeZone},
};

/// The site's clock: its zone is a plain offset, as Jira shows no zone name in its timestamps.
#[derive(Debug, Clone)]
pub(super) struct SiteClock {
    zone: TimeZone,
}

impl SiteClock {
    pub(super) fn new(offset_minutes: i32) -> Self {
        let offset = Offset::from_seconds(offset_minutes.saturating_mul(60)).unwrap_or(Offset::UTC);
        Self { zone: TimeZone::fixed(offset) }
    }

    /// Now, cut to the milliseconds that the wire carries, so that what is compared is what was shown.
    pub(super) fn now() -> Timestamp {
        let now = Timestamp::now();
        Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
    }

    /// `2025-07-25T21:06:34.639+0200`: not RFC 3339, the offset has no colon.
    pub(super) fn write(&self, instant: Timestamp) -> String {
        instant.to_zoned(self.zone.clone()).strftime("%Y-%m-%dT%H:%M:%S%.3f%z").to_string()
    }

    /// A point in time as a query names it: absolute in the site's zone, relative to now, or milliseconds.
    pub(super) fn read_query_date(&self, text: &str) -> Option<Timestamp> {
        let text = text.trim();
        self.absolute(text).or_else(|| relative(text)).or_else(|| {
            let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            digits.then(|| text.parse().ok().and_then(|ms| Timestamp::from_millisecond(ms).ok())).flatten()
        })
    }

    fn absolute(&self, text: &str) -> Option<Timestamp> {
        let text = text.replace('/', "-");
        let civil = DateTime::strptime("%Y-%m-%d %H:%M", &text).ok().or_else(|| {
            let date = Date::strptime("%Y-%m-%d", &text).ok()?;
            Some(date.at(0, 0, 0, 0))
        })?;
        Some(self.zone.to_zoned(civil).ok()?.timestamp())
    }
}

/// `-10m`, `-1h`, `2d`, `-1w`, and sums such as `-1d 2h`.
fn relative(text: &str) -> Option<Timestamp> {
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let mut minutes: i64 = 0;
    let mut words = rest.split_whitespace().peekable();
    words.peek()?;
    for word in words {
        let unit = word.chars().last()?;
        let amount: i64 = word[..word.len() - unit.len_utf8()].parse().ok()?;
        let factor = match unit {
            'm' => 1,
            'h' => 60,
            'd' => 60 * 24,
            'w' => 60 * 24 * 7,
            _ => return None,
        };
        minutes = minutes.checked_add(amount.checked_mul(factor)?)?;
    }
    if !(0..=60 * 24 * 366 * 100).contains(&minutes) {
        return None;
    }
    Timestamp::now().checked_add((sign * minutes).minutes()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offset_is_written_without_colon() {
        let instant: Timestamp = "2025-07-25T19:06:34.639Z".parse().unwrap();
        assert_eq!(SiteClock::new(120).write(instant), "2025-07-25T21:06:34.639+0200");
        assert_eq!(SiteClock::new(-210).write(instant), "2025-07-25T15:36:34.639-0330");
    }

    #[test]
    fn query_dates() {
        let clock = SiteClock::new(120);
        let noon = clock.read_query_date("2025-07-25 12:00").unwrap();
        assert_eq!(noon.to_string(), "2025-07-25T10:00:00Z");
        assert_eq!(clock.read_query_date("2025/07/25").unwrap().to_string(), "2025-07-24T22:00:00Z");
        assert_eq!(clock.read_query_date("1000").unwrap().as_millisecond(), 1000);
        let hour_ago = clock.read_query_date("-1h").unwrap();
        assert!((Timestamp::now().as_second() - hour_ago.as_second() - 3600).abs() < 5);
        for bad in ["", "-", "-1x", "yesterday", "2025-13-01", "-99999999999999999999d"] {
            assert!(clock.read_query_date(bad).is_none(), "{bad}");
        }
    }
}
