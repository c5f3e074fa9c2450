//! Account, enterprise, configuration, logs.

use serde_json::{Value, json};

use crate::call::Call;
use crate::dates::{display, iso, timestamp};
use crate::envelope::{Answer, done, refuse, success};
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

pub(crate) fn audit_log(call: &mut Call) -> Answer {
    const EVENT_TYPE: &str = "PACKAGE_EVENT";
    call.require_admin()?;
    let input = &call.input;
    let index = |name| {
        input
            .number(name)
            .and_then(|number| usize::try_from(number).ok())
    };
    let wanted = |name: &str, value: &str| {
        input
            .text(name)
            .is_none_or(|text| text.is_empty() || text == value)
    };
    let found: Vec<Value> = call
        .state
        .audit_log
        .iter()
        .enumerate()
        .rev()
        .filter(|(_, entry)| {
            wanted("eventType", EVENT_TYPE) && wanted("authenticatedUser", &entry.user)
        })
        .map(|(number, entry)| {
            json!({
                "eventId": format!("event-{number}"),
                "timestamp": iso(entry.time_ms),
                "eventType": EVENT_TYPE,
                "action": entry.event,
                "ipAddress": "127.0.0.1",
                "authenticatedUser": entry.user,
                "LogDetails": {"packageId": entry.package_id},
            })
        })
        .collect();
    let first = index("rowIndex").unwrap_or(0);
    let size = index("pageSize").unwrap_or(100).clamp(1, 100);
    let entries: Vec<&Value> = found.iter().skip(first).take(size).collect();
    let next = first + entries.len();
    success(json!({
        "auditLogs": entries,
        "pagination": {
            "rowsReturned": entries.len().to_string(),
            "nextRowIndex": (next < found.len()).then(|| next.to_string()),
        },
    }))
}
