//! Dates of the service.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::timestamp::parse_time;
use crate::date::{civil_date, days_since_epoch};
use crate::fuzz_input::Input;

/// A text that is a time is one from 1970 to 9999, the time zone aside, and any day is that of its date.
pub(crate) fn dates(data: &[u8]) {
    let mut input = Input::new(data);
    let text = input.text();
    if let Some(seconds) = parse_time(&text) {
        const ZONE: i64 = 100 * 3600;
        assert!((-ZONE..253_402_300_800 + ZONE).contains(&seconds), "{text}");
        assert_eq!(parse_time(&format!(" {text}\n")), Some(seconds));
    }
    if let Ok(time) = httpdate::parse_http_date(&text) {
        let again = httpdate::fmt_http_date(time);
        assert_eq!(httpdate::parse_http_date(&again).ok(), Some(time), "{text}");
    }
    let days = u64::from(u32::from_le_bytes([(); 4].map(|()| input.byte()))) % 2_932_897;
    let (year, month, day) = civil_date(days);
    let number = |number: u64| i64::try_from(number).unwrap_or_default();
    assert_eq!(
        days_since_epoch(number(year), number(month), number(day)),
        number(days)
    );
    // The library's own form is one that it reads.
    let time: SystemTime = UNIX_EPOCH + Duration::from_secs(days * 86_400 + 1);
    let own = crate::crypto::signature::timestamp(time);
    assert_eq!(parse_time(&own), Some(number(days * 86_400 + 1)), "{own}");
}
