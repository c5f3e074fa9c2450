//! The service's English date forms, in UTC.

use std::time::{SystemTime, UNIX_EPOCH};

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];
pub(crate) const DAY_MS: i64 = 86_400_000;

pub(crate) fn now_ms() -> i64 {
    let since_epoch = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX)
}

/// Year, month 1..12, day 1..31 of a day counted from 1970-01-01.
fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// Days from 1970-01-01 to a date.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// The date so many days from now.
pub(crate) fn day_from_now(days: i64) -> (i64, i64, i64) {
    civil(now_ms().div_euclid(DAY_MS) + days)
}

fn month_day_year(ms: i64) -> String {
    let (year, month, day) = civil(ms.div_euclid(DAY_MS));
    let name = usize::try_from(month - 1)
        .ok()
        .and_then(|index| MONTHS.get(index))
        .copied()
        .unwrap_or("Jan");
    format!("{name} {day}, {year}")
}

/// `Feb 1, 2019 2:07:28 PM`
pub(crate) fn timestamp(ms: i64) -> String {
    let seconds = ms.div_euclid(1000).rem_euclid(86_400);
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let half = if hour < 12 { "AM" } else { "PM" };
    format!(
        "{} {}:{minute:02}:{second:02} {half}",
        month_day_year(ms),
        (hour + 11) % 12 + 1
    )
}

/// `Dec 12, 2018 at 14:24`
pub(crate) fn display(ms: i64) -> String {
    let seconds = ms.div_euclid(1000).rem_euclid(86_400);
    format!(
        "{} at {:02}:{:02}",
        month_day_year(ms),
        seconds / 3600,
        seconds / 60 % 60
    )
}

/// `2019-02-01T14:07:28Z`, as in the audit log
pub(crate) fn iso_8601(ms: i64) -> String {
    let (year, month, day) = civil(ms.div_euclid(DAY_MS));
    let seconds = ms.div_euclid(1000).rem_euclid(86_400);
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// `yyyy-MM-dd` or `yyyy-MM-dd HH:mm:ss`, as in the audit log's filter.
pub(crate) fn parse_filter_time(text: &str) -> Option<i64> {
    let (day, time) = text.split_once(' ').unwrap_or((text, "00:00:00"));
    parse_request_timestamp(&format!("{day}T{time}Z"))
}

/// `yyyy-MM-ddTHH:mm:ss` followed by `Z`, `±hhmm` or `±hh:mm`, in milliseconds.
pub(crate) fn parse_request_timestamp(text: &str) -> Option<i64> {
    let (date_time, offset) = text.split_at_checked(19)?;
    let number = |range: std::ops::Range<usize>| date_time.get(range)?.parse::<i64>().ok();
    let separators: Vec<u8> = [4, 7, 10, 13, 16]
        .iter()
        .map(|&at| date_time.as_bytes()[at])
        .collect();
    if separators != b"--T::" {
        return None;
    }
    let days = days_from_civil(number(0..4)?, number(5..7)?, number(8..10)?);
    let seconds = number(11..13)? * 3600 + number(14..16)? * 60 + number(17..19)?;
    let offset_minutes = match offset.strip_prefix(['+', '-']) {
        None if offset == "Z" => 0,
        None => return None,
        Some(digits) => {
            let digits = digits.replace(':', "");
            let (hours, minutes) = digits.split_at_checked(2)?;
            let minutes = hours.parse::<i64>().ok()? * 60 + minutes.parse::<i64>().ok()?;
            if offset.starts_with('-') {
                -minutes
            } else {
                minutes
            }
        }
    };
    Some(days * DAY_MS + (seconds - offset_minutes * 60) * 1000)
}

/// The first millisecond of a day `MM/dd/yyyy`, as in the search of the organization's packages.
pub(crate) fn parse_day(text: &str) -> Option<i64> {
    let mut fields = text.split('/').map(|field| field.parse::<i64>().ok());
    let (month, day, year) = (fields.next()??, fields.next()??, fields.next()??);
    Some(days_from_civil(year, month, day) * DAY_MS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_the_forms_of_the_service() {
        // 2019-02-01 14:07:28 UTC and 2024-02-29 00:05:09 UTC, by date(1)
        assert_eq!(timestamp(1_549_030_048_000), "Feb 1, 2019 2:07:28 PM");
        assert_eq!(timestamp(1_709_165_109_000), "Feb 29, 2024 12:05:09 AM");
        assert_eq!(display(1_709_165_109_000), "Feb 29, 2024 at 00:05");
    }

    #[test]
    fn writes_and_reads_the_forms_of_the_audit_log() {
        assert_eq!(iso_8601(1_709_165_109_000), "2024-02-29T00:05:09Z");
        let filter = parse_filter_time("2024-02-29 00:05:09");
        assert_eq!(filter, Some(1_709_165_109_000));
        assert_eq!(parse_filter_time("2024-02-29"), Some(1_709_164_800_000));
        for bad in ["", "02/29/2024", "2024-02-29 noon"] {
            assert_eq!(parse_filter_time(bad), None, "{bad}");
        }
    }

    #[test]
    fn reads_any_offset() {
        let noon = parse_request_timestamp("2024-01-02T12:00:00+0000");
        assert_eq!(noon, Some(1_704_196_800_000));
        for same in [
            "2024-01-02T12:00:00Z",
            "2024-01-02T14:00:00+0200",
            "2024-01-02T06:30:00-05:30",
        ] {
            assert_eq!(parse_request_timestamp(same), noon, "{same}");
        }
        for bad in [
            "",
            "2024-01-02",
            "2024-01-02T12:00:00",
            "2024-01-02 12:00:00Z",
            "nonsensenonsensenonsense",
        ] {
            assert_eq!(parse_request_timestamp(bad), None, "{bad}");
        }
    }

    #[test]
    fn reads_search_days() {
        assert_eq!(parse_day("11/01/2019"), Some(1_572_566_400_000));
        assert_eq!(parse_day(""), None);
    }
}
