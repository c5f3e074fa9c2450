//! The audit log of an organization (`protocol` 6.11).

use serde_json::{Value, json};

use crate::api::endpoint;
use crate::call::Observer;
use crate::client::Client;
use crate::error::{Error, ErrorKind, Result};
use crate::json::Json;
use crate::pages::{Page, Pages, page_size};
use crate::record::AuditLogEntry;

/// Selects entries of the audit log; each field is optional.
#[derive(Clone, Debug, Default)]
pub struct AuditLogFilter {
    /// The kind of event: `PACKAGE_EVENT`, `ADMIN_EVENT`, `USER_EVENT`, or another one of the service.
    pub event_type: String,
    /// The IP address of the user.
    pub ip_address: String,
    /// The e-mail address of the user.
    pub authenticated_user: String,
    /// The e-mail address of the user in whose name it was done.
    pub impersonated_user: String,
    /// E-mail address of the owner of the package.
    pub package_owner: String,
    /// The earliest time, in UTC: `2026-01-31` or `2026-01-31 13:45:00`, at most 90 days ago.
    pub min_timestamp: String,
    /// The latest time, in the same form.
    pub max_timestamp: String,
    /// The first row, from 0.
    pub first_row: u64,
    /// Rows of one page, 1 to 100; 0 means 100.
    pub page_size: u32,
}

impl AuditLogFilter {
    fn size(&self) -> Result<u32> {
        page_size((self.page_size != 0).then_some(self.page_size))
    }

    fn body(&self, first_row: u64) -> Result<Value> {
        Ok(
            json!({"eventType": self.event_type, "ipAddress": self.ip_address,
                "authenticatedUser": self.authenticated_user, "impersonatedUser": self.impersonated_user,
                "packageOwner": self.package_owner, "minTimestamp": self.min_timestamp,
                "maxTimestamp": self.max_timestamp, "pageSize": self.size()?, "rowIndex": first_row}),
        )
    }
}

impl Client {
    /// Lists the organization's audit log; only its administrators may read it. Nothing is requested before the first
    /// [`next`](Pages::next).
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] for a page size out of range; at the first row [`ErrorKind::Denied`] for others.
    pub fn list_audit_log(&self, filter: &AuditLogFilter) -> Result<Pages<AuditLogEntry>> {
        let (filter, size) = (filter.clone(), filter.size()?);
        Ok(Pages::new(self, filter.first_row, move |session, row| {
            page(
                &endpoint::audit_log(session, &filter.body(row)?)?,
                row,
                size,
            )
        }))
    }

    /// Gets a page of the organization's audit log as JSON (`protocol` 6.11); only its administrators may read it.
    /// [`list_audit_log`](Self::list_audit_log) returns parsed entries.
    ///
    /// # Errors
    /// [`ErrorKind::Denied`] for others; [`ErrorKind::InvalidArgument`] for a page size out of range.
    pub fn audit_log(
        &self,
        observer: &mut dyn Observer,
        filter: &AuditLogFilter,
    ) -> Result<String> {
        let filter = filter.body(filter.first_row)?;
        self.run(observer, move |session| {
            Ok(endpoint::audit_log(session, &filter)?.to_text())
        })
    }
}

/// Reads a page.
fn page(response: &Json, row: u64, size: u32) -> Result<Page<AuditLogEntry>> {
    let items: Vec<_> = records(response)?.iter().map(AuditLogEntry::read).collect();
    let places = || {
        [Some(response), response.object("pagination")]
            .into_iter()
            .flatten()
    };
    let next = places().find_map(|place| place.size("nextRowIndex"));
    // A null means that there is no next page. If the member is absent, that is not
    // determined.
    let is_guess = next.is_none() && !places().any(|place| place.has("nextRowIndex"));
    let may_go_on = is_guess && items.len() >= size as usize;
    Ok(Page {
        next: next.or_else(|| may_go_on.then(|| row + items.len() as u64)),
        items,
        is_guess,
    })
}

/// The entries of a response. SendSafely does not document the name of their list, so it is found by the members of its
/// entries. An empty list may be absent.
fn records(response: &Json) -> Result<&[Json]> {
    let lists = || response.lists().filter(|(name, _)| *name != "errors");
    let are_records = |items: &[Json]| {
        let mut items = items.iter();
        items.any(|item| item.has("eventId") || item.has("eventType"))
    };
    let found = lists().find(|(_, items)| are_records(items));
    let found = found.or_else(|| lists().find(|(_, items)| items.is_empty()));
    let pagination = response.object("pagination");
    let is_empty = pagination.and_then(|pagination| pagination.size("rowsReturned")) == Some(0);
    let message = "the response has no list of records";
    found
        .map(|(_, items)| items)
        .or_else(|| is_empty.then_some(&[]))
        .ok_or_else(|| Error::new(ErrorKind::BadAnswer, message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_read_wherever_they_stand() {
        let record = json!({"eventId": "E", "timestamp": "2026-01-31T13:45:00.123Z", "eventType": "PACKAGE_EVENT",
            "action": "FINALIZE_PACKAGE", "ipAddress": "192.0.2.1", "authenticatedUser": "Anonymous Recipient",
            "impersonatedUser": null, "LogDetails": {"packageId": "P", "files": [{"fileId": "F"}]}, "unknown": [{}]});
        let bare =
            json!({"eventId": 7, "impersonatedUser": "b@acme.test", "LogDetails": "{\"a\":1}"});
        let records = json!([record, bare, {}]);
        for response in [
            json!({"response": "SUCCESS", "errors": [], "auditLogs": records}),
            json!({"events": records, "others": []}),
            json!({"others": [], "texts": ["a"], "data": {"auditLog": records}}),
        ] {
            let read = page(&Json::new(response), 0, 100).expect("a page");
            let [first, second, third] = &read.items[..] else {
                panic!("{:?}", read.items)
            };
            assert_eq!(first.event_id, "E");
            // `date -u -d '2026-01-31 13:45:00' +%s`.
            assert_eq!(
                first.time.as_ref().expect("a time").seconds,
                Some(1_769_867_100)
            );
            assert_eq!(first.event_type.as_deref(), Some("PACKAGE_EVENT"));
            assert_eq!(first.action.as_deref(), Some("FINALIZE_PACKAGE"));
            assert_eq!(first.ip_address.as_deref(), Some("192.0.2.1"));
            assert_eq!(
                first.authenticated_user.as_deref(),
                Some("Anonymous Recipient")
            );
            assert_eq!(first.impersonated_user, None);
            let details = r#"{"files":[{"fileId":"F"}],"packageId":"P"}"#;
            assert_eq!(first.details.as_deref(), Some(details));
            assert_eq!(second.event_id, "7");
            assert_eq!(second.impersonated_user.as_deref(), Some("b@acme.test"));
            assert_eq!(second.details.as_deref(), Some("{\"a\":1}"));
            assert_eq!(
                (third.event_id.as_str(), &third.time, &third.details),
                ("", &None, &None)
            );
        }
    }

    #[test]
    fn pages_follow_what_the_response_says() {
        let next = |mut json: Value, size| {
            json["events"] = json!([{"eventId": 1}, {"eventId": 2}]);
            let page = page(&Json::new(json), 10, size).expect("a page");
            (page.next, page.is_guess)
        };
        let named = json!({"pagination": {"rowsReturned": "2", "nextRowIndex": "12"}});
        assert_eq!(next(named, 2), (Some(12), false));
        let beside = json!({"pagination": {"rowsReturned": "2"}, "nextRowIndex": 12});
        assert_eq!(next(beside, 2), (Some(12), false));
        let last = json!({"pagination": {"rowsReturned": "2", "nextRowIndex": null}});
        assert_eq!(next(last, 2), (None, false));
        let silent = json!({"pagination": {"rowIndex": "10", "rowsReturned": "2"}});
        assert_eq!(next(silent.clone(), 2), (Some(12), true));
        assert_eq!(next(silent, 3), (None, true));
        assert_eq!(next(json!({}), 2), (Some(12), true));
        assert_eq!(next(json!({}), 100), (None, true));
        let of = |json| {
            page(&Json::new(json), 0, 100)
                .map(|page| page.items.len())
                .ok()
        };
        assert_eq!(of(json!({"events": []})), Some(0));
        let left_out = json!({"pagination": {"rowIndex": "0", "rowsReturned": "0"}});
        assert_eq!(of(left_out), Some(0));
        for lacking in [
            json!({}),
            json!({"errors": []}),
            json!({"events": null}),
            json!({"texts": ["a"]}),
            json!({"pagination": {"rowsReturned": "2"}}),
        ] {
            assert_eq!(of(lacking), None);
        }
    }
}
