//! The service's times (`protocol` 2.4).

use crate::date::days_since_epoch;
use crate::json::Json;

/// A time as the service writes it: the text, and seconds since the epoch (UTC) if the text could be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timestamp {
    /// The service's own text.
    pub text: String,
    /// Seconds since 1970-01-01 00:00 UTC. The service states no zone; UTC is assumed.
    pub seconds: Option<i64>,
}

impl Timestamp {
    pub(crate) fn read(json: &Json, name: &str) -> Option<Self> {
        json.filled(name).map(|text| Self {
            seconds: parse_time(&text),
            text,
        })
    }
}

const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];

/// Reads the forms of `protocol` 2.4 and ISO 8601: `Feb 1, 2019 2:07:28 PM` (also with a narrow blank before PM),
/// `Dec 12, 2018 at 14:24`, `2019-02-01T14:07:28Z`.
pub(super) fn parse_time(text: &str) -> Option<i64> {
    let text = text.trim();
    let zone_seconds = iso_zone(text);
    let mut month_by_name = None;
    let (mut numbers, mut afternoon, mut morning) = (Vec::new(), false, false);
    let body = zone_seconds.map_or(text, |(body, _)| body);
    for word in body
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
    {
        for word in split_t(word) {
            let lower = word.to_ascii_lowercase();
            match lower.as_str() {
                "am" => morning = true,
                "pm" => afternoon = true,
                "at" => {}
                _ => match (
                    lower.parse::<i64>(),
                    MONTHS.iter().position(|month| lower.starts_with(month)),
                ) {
                    (Ok(number), _) => numbers.push(number),
                    (Err(_), Some(month)) if month_by_name.is_none() => {
                        month_by_name = Some(month as i64 + 1)
                    }
                    _ => return None,
                },
            }
        }
    }
    let (year, month, day, clock) = match (month_by_name, numbers.as_slice()) {
        (Some(month), [day, year, clock @ ..]) => (*year, month, *day, clock),
        (None, [year, month, day, clock @ ..]) => (*year, *month, *day, clock),
        _ => return None,
    };
    let part = |index: usize| clock.get(index).copied().unwrap_or(0);
    let (mut hour, minute, second) = (part(0), part(1), part(2));
    if afternoon && hour < 12 {
        hour += 12;
    } else if morning && hour == 12 {
        hour = 0;
    }
    let in_range =
        (1..=12).contains(&month) && (1..=31).contains(&day) && (1970..=9999).contains(&year);
    if !in_range || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let days = days_since_epoch(year, month, day);
    Some(
        days * 86_400 + hour * 3600 + minute * 60 + second
            - zone_seconds.map_or(0, |(_, seconds)| seconds),
    )
}

/// Splits at the `T` of ISO 8601: `01T14` is a day and an hour.
fn split_t(word: &str) -> Vec<&str> {
    match word.split_once(['T', 't']) {
        Some((date, time))
            if date.bytes().all(|b| b.is_ascii_digit())
                && time.bytes().all(|b| b.is_ascii_digit()) =>
        {
            vec![date, time]
                .into_iter()
                .filter(|part| !part.is_empty())
                .collect()
        }
        _ => vec![word],
    }
}

/// The zone at the end of an ISO 8601 text: the text before it, and its seconds east of UTC.
fn iso_zone(text: &str) -> Option<(&str, i64)> {
    if !text.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    if let Some(body) = text.strip_suffix(['Z', 'z']) {
        return Some((body, 0));
    }
    let position = text.rfind(['+', '-']).filter(|position| *position > 10)?;
    let digits: String = text[position + 1..]
        .chars()
        .filter(char::is_ascii_digit)
        .collect();
    let (hours, minutes) = (
        digits.get(..2)?.parse::<i64>().ok()?,
        digits.get(2..4).unwrap_or("0").parse::<i64>().ok()?,
    );
    let sign = if text.as_bytes()[position] == b'-' {
        -1
    } else {
        1
    };
    Some((&text[..position], sign * (hours * 3600 + minutes * 60)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn times_in_every_form() {
        // Checked with `date -u -d TEXT +%s`.
        for (text, seconds) in [
            ("Feb 1, 2019 2:07:28 PM", 1_549_030_048),
            ("Feb 1, 2019 2:07:28\u{202f}PM", 1_549_030_048),
            ("Feb 9, 2022 11:14:24 PM", 1_644_448_464),
            ("Dec 12, 2018 12:24:38 AM", 1_544_574_278),
            ("Dec 12, 2018 12:24:38 PM", 1_544_617_478),
            ("Dec 12, 2018 at 14:24", 1_544_624_640),
            ("2019-02-01T14:07:28Z", 1_549_030_048),
            ("2019-02-01T14:07:28+0200", 1_549_022_848),
            (" 2019-02-01T14:07:28+0200\n", 1_549_022_848),
            ("2019-02-01 14:07:28-05:00", 1_549_048_048),
            ("Feb 29, 2024 12:00:00 PM", 1_709_208_000),
        ] {
            assert_eq!(parse_time(text), Some(seconds), "{text}");
        }
        for text in [
            "",
            "yesterday",
            "Feb",
            "32",
            "Foo 1, 2019 2:07:28 PM",
            "2019-13-01T00:00:00Z",
            "99:99",
        ] {
            assert_eq!(parse_time(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_time_is_the_same_in_every_form(seconds in 0..253_402_300_800_i64, zone in -23..=23_i64) {
            let clock = crate::crypto::signature::timestamp(
                std::time::UNIX_EPOCH + std::time::Duration::from_secs(seconds as u64),
            );
            let (date, time) = clock.trim_end_matches("+0000").split_once('T').expect("a date and a time");
            let part = |text: &str, number: usize| text.split(['-', ':']).nth(number).expect("a number").to_owned();
            let (year, day) = (part(date, 0), part(date, 2));
            let month = MONTHS[part(date, 1).parse::<usize>().expect("a month") - 1];
            let month = month[..1].to_uppercase() + &month[1..];
            let hour: i64 = part(time, 0).parse().expect("an hour");
            let (half, hour12) = (if hour < 12 { "AM" } else { "PM" }, (hour + 11) % 12 + 1);
            let rest = &time[2..];
            let day = day.trim_start_matches('0');
            for text in [
                format!("{month} {day}, {year} {hour12}{rest} {half}"),
                format!("{month} {day}, {year} {hour12}{rest}\u{202f}{half}"),
                format!("{month} {day}, {year} {hour12}{rest} {}", half.to_lowercase()),
                format!("{month} {day}, {year} at {time}"),
                format!("{date}T{time}Z"),
                format!("{date} {time}"),
                format!("{date}T{time}.123Z"),
            ] {
                prop_assert_eq!(parse_time(&text), Some(seconds), "{}", text);
            }
            let shifted = format!("{date}T{time}{zone:+03}:00");
            prop_assert_eq!(parse_time(&shifted), Some(seconds - zone * 3600), "{}", shifted);
        }

        #[test]
        fn no_text_is_too_odd_for_a_time(text in ".{0,40}") {
            let _ = parse_time(&text);
        }
    }
}
