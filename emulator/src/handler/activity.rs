//! The activity log of a Workspace.

use serde_json::{Value, json};

use crate::call::Call;
use crate::dates::{display, timestamp};
use crate::envelope::{Response, refuse, success};
use crate::state::access::Right;

const ACTIVITY_PAGE: usize = 10;

/// Ten entries per call, newest first, for owners, managers and administrators.
pub(crate) fn list(call: &mut Call) -> Response {
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
