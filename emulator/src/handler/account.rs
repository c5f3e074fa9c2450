//! Account, enterprise, configuration, logs.

use serde_json::{Value, json};

use crate::call::Call;
use crate::dates::{display, iso_8601, parse_filter_time, timestamp};
use crate::envelope::{Answer, Reply, done, refuse, success};
use crate::state::Right;

const ACTIVITY_PAGE: usize = 10;

pub(crate) fn verify_credentials(call: &mut Call) -> Answer {
    success(json!({"message": call.me()}))
}

pub(crate) fn verify_version(call: &mut Call) -> Answer {
    success(json!({"version": call.settings.client_version}))
}

pub(crate) fn user_information(call: &mut Call) -> Answer {
    let user = call
        .state
        .users
        .get(call.caller.email())
        .ok_or_else(|| refuse("USER_NOT_FOUND", "unknown user"))?;
    success(json!({
        "id": user.id,
        "email": user.email,
        "clientKey": user.client_key,
        "firstName": user.first_name,
        "lastName": user.last_name,
        "betaUser": false,
        "adminUser": user.admin,
        "publicKey": true,
        "packageLife": call.settings.default_life_days,
    }))
}

pub(crate) fn enterprise_information(call: &mut Call) -> Answer {
    let host = call
        .origins
        .api
        .split_once("://")
        .map_or("", |(_, host)| host);
    success(json!({
        "host": host,
        "systemName": "Acme",
        "allowUndisclosedRecipients": call.settings.allow_undisclosed_recipients,
        "outlookBeta": false,
        "messageEncryption": true,
        "headerColor": "#fff",
        "linkColor": "#00f",
        "allowI18nAll": false,
    }))
}

/// Telemetry and crash reports: taken and forgotten.
pub(crate) fn ignored(_call: &mut Call) -> Answer {
    done()
}

/// Newest first, ten a call. Owner, manager, enterprise administrator.
pub(crate) fn activity_log(call: &mut Call) -> Answer {
    let package = match call.open(Right::Manage) {
        Ok((package, _)) => package.clone(),
        Err(refusal) => {
            let package = call.state.packages.get(call.input.param("package"));
            package
                .filter(|package| call.state.is_admin(&call.caller) && !package.is_gone())
                .cloned()
                .ok_or(refusal)?
        }
    };
    if !package.workspace {
        return Err(refuse("DENIED", "only Workspaces have an activity log"));
    }
    let row_index = call
        .input
        .number("rowIndex")
        .and_then(|index| usize::try_from(index).ok())
        .unwrap_or(0);
    let page = package
        .activity
        .iter()
        .rev()
        .skip(row_index)
        .take(ACTIVITY_PAGE);
    let entries: Vec<Value> = page
        .map(|entry| {
            json!({
                "activityLogId": entry.id,
                "timestamp": timestamp(entry.time_ms),
                "timestampStr": display(entry.time_ms),
                "ipAddress": "127.0.0.1",
                "packageId": package.id,
                "targetId": entry.target,
                "action": entry.action,
                "actionDescription": entry.description,
                "user": {"userEmail": entry.user, "userId": call.state.id_of_user(&entry.user)},
            })
        })
        .collect();
    success(json!({"dataCount": package.activity.len(), "activityLogEntries": entries}))
}

/// Newest first. `LogDetails` is an example; who impersonates somebody is never known here, which is null and not left out.
pub(crate) fn audit_log(call: &mut Call) -> Answer {
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
    let mut answer = json!({
        "response": "SUCCESS",
        "auditLogs": records,
        "pagination": {"rowIndex": first.to_string(), "rowsReturned": records.len().to_string()},
    });
    if next < matching.len() {
        answer["pagination"]["nextRowIndex"] = next.to_string().into();
    }
    Ok(Reply::Json(answer))
}
