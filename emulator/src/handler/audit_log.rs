//! The audit log of the organization.

use serde_json::{Value, json};

use crate::call::Call;
use crate::dates::{iso_8601, parse_filter_time};
use crate::envelope::{Reply, Response, refuse};

/// Newest first. `LogDetails` is a placeholder. `impersonatedUser` is null and not left out, as the service sends it.
pub(crate) fn list(call: &mut Call) -> Response {
    call.require_admin()?;
    let input = &call.input;
    let index = |name| {
        input
            .number(name)
            .and_then(|number| usize::try_from(number).ok())
    };
    let asked = |name: &str| input.text(name).filter(|text| !text.is_empty());
    let moment = |name: &str| match asked(name) {
        None => Ok(None),
        Some(text) => parse_filter_time(text).map(Some).ok_or_else(|| {
            refuse(
                "INVALID_INPUT",
                format!("{name} is no date of the form yyyy-MM-dd HH:mm:ss"),
            )
        }),
    };
    let (from, to) = (moment("minTimestamp")?, moment("maxTimestamp")?);
    let wanted = |name: &str, value: &str| asked(name).is_none_or(|text| text == value);
    let matching: Vec<_> = call
        .state
        .audit_log
        .iter()
        .rev()
        .filter(|entry| {
            wanted("eventType", &entry.event)
                && wanted("ipAddress", "127.0.0.1")
                && wanted("authenticatedUser", &entry.user)
                && wanted("impersonatedUser", "")
                && wanted("packageOwner", &entry.package_owner)
                && from.is_none_or(|from| entry.time_ms >= from)
                && to.is_none_or(|to| entry.time_ms <= to)
        })
        .collect();
    let first = index("rowIndex").unwrap_or(0);
    let records: Vec<Value> = matching
        .iter()
        .skip(first)
        .take(index("pageSize").unwrap_or(100).clamp(1, 100))
        .map(|entry| {
            json!({
                "eventId": entry.id,
                "timestamp": iso_8601(entry.time_ms),
                "eventType": entry.event,
                "action": entry.action,
                "ipAddress": "127.0.0.1",
                "authenticatedUser": entry.user,
                "impersonatedUser": null,
                "LogDetails": {"packageId": entry.package_id, "packageOwner": entry.package_owner},
            })
        })
        .collect();
    let next = first + records.len();
    let mut response = json!({
        "response": "SUCCESS",
        "auditLogs": records,
        "pagination": {"rowIndex": first.to_string(), "rowsReturned": records.len().to_string()},
    });
    if next < matching.len() {
        response["pagination"]["nextRowIndex"] = next.to_string().into();
    }
    Ok(Reply::Json(response))
}
