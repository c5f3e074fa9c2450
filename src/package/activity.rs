//! The activity log of a Workspace (`protocol` 6.11).

use std::sync::Arc;

use super::Package;
use crate::api::endpoint;
use crate::error::Result;
use crate::json::Json;
use crate::pages::{Page, Pages};
use crate::record::ActivityEntry;

impl Package {
    /// Lists the activity log of a Workspace. Its owner, its managers and the organization's administrators may read
    /// it. Nothing is requested before the first [`next`](Pages::next).
    ///
    /// # Errors
    /// [`ErrorKind::OnlyInWorkspace`](crate::ErrorKind::OnlyInWorkspace); at the first row
    /// [`ErrorKind::Denied`](crate::ErrorKind::Denied) for all other users.
    pub fn list_activity(&self) -> Result<Pages<ActivityEntry>> {
        self.0.steps.lock().must_be_workspace()?;
        let inner = Arc::clone(&self.0);
        Ok(Pages::new(&self.0.client, 0, move |session, row| {
            let response = endpoint::activity_log(session, &inner.path_name, row)?;
            page(&response, row)
        }))
    }
}

/// Reads a page. The response has the number of all entries; an empty page is always the last.
fn page(response: &Json, row: u64) -> Result<Page<ActivityEntry>> {
    let entries = response.required_list("activityLogEntries")?;
    let next = row + entries.len() as u64;
    let count = response.size("dataCount");
    let is_last = count.is_some_and(|count| next >= count);
    Ok(Page {
        items: entries.iter().map(ActivityEntry::read).collect(),
        next: (!is_last && next > row).then_some(next),
        is_guess: count.is_none(),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn pages_are_read_from_every_form() {
        let entry = json!({"activityLogId": "A", "timestamp": "Feb 9, 2022 11:14:24 PM", "timestampStr": "Feb 9",
            "ipAddress": "192.0.2.1", "packageId": "P", "targetId": "F", "action": "X", "actionDescription": "did x",
            "user": {"userEmail": "u@acme.test", "userId": 7}, "unknown": {}});
        let read = page(
            &Json::new(json!({"dataCount": "12", "activityLogEntries": [entry, {}]})),
            8,
        )
        .expect("a page");
        assert_eq!(read.next, Some(10));
        let first = &read.items[0];
        assert_eq!(first.activity_log_id, "A");
        assert_eq!(
            first.time.as_ref().expect("a time").seconds,
            Some(1_644_448_464)
        );
        assert_eq!(first.user_id.as_deref(), Some("7"));
        assert_eq!(first.action_description.as_deref(), Some("did x"));
        assert!(read.items[1].user_email.is_none() && read.items[1].time.is_none());

        let next = |json, row| page(&Json::new(json), row).expect("a page").next;
        let two = json!([{}, {}]);
        assert_eq!(
            next(json!({"dataCount": 12, "activityLogEntries": two}), 10),
            None
        );
        assert_eq!(
            next(json!({"activityLogEntries": two}), 0),
            Some(2),
            "no count"
        );
        let none = json!({"dataCount": 12, "activityLogEntries": []});
        assert_eq!(next(none, 4), None, "an empty response");
        assert!(page(&Json::new(json!({"dataCount": 12})), 4).is_err());
    }
}
