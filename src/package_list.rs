//! Lists of packages, and searches for them (`protocol` 6.3, 6.4.8).

use serde_json::{Value, json};

use crate::api::endpoint;
use crate::call::Observer;
use crate::check::email_address;
use crate::client::Client;
use crate::date::civil_date;
use crate::error::{Error, ErrorKind, Result};
use crate::json::Json;
use crate::pages::{LARGEST_PAGE, Page, Pages, page_size};
use crate::record::{PackageStatus, PackageSummary};

/// Which packages a list shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PackageList {
    /// Those that the user has sent.
    #[default]
    Sent,
    /// Those that the user has received.
    Received,
    /// Those of the user that have expired or were deleted.
    Archived,
    /// The user's Workspaces.
    Workspaces,
}

/// What to search for; each field is optional.
#[derive(Clone, Debug, Default)]
pub struct PackageSearch {
    /// Search all packages of the organization instead of the user's own; only for its administrators.
    pub whole_organization: bool,
    /// Created at this time or later, in seconds since 1970; only the day (UTC) counts.
    pub from: Option<i64>,
    /// Created at this time or earlier; only the day counts.
    pub to: Option<i64>,
    /// E-mail address of the sender.
    pub sender: Option<String>,
    /// E-mail address of a recipient.
    pub recipient: Option<String>,
    /// Name of a file.
    pub file_name: Option<String>,
    /// The status of the package.
    pub status: Option<PackageStatus>,
}

/// Where a list begins, and how many rows one request returns.
#[derive(Clone, Copy, Debug, Default)]
pub struct ListOptions {
    /// The first row, from 0.
    pub first_row: u64,
    /// Rows per request, 1 to 100; `None` for 100.
    pub page_size: Option<u32>,
}

impl Client {
    /// Lists packages in the order of the service, newest first. Nothing is requested before the first
    /// [`next`](Pages::next).
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] for a page size out of its range.
    pub fn list_packages(
        &self,
        list: PackageList,
        options: ListOptions,
    ) -> Result<Pages<PackageSummary>> {
        let size = page_size(options.page_size)?;
        let name = match list {
            PackageList::Sent => "",
            PackageList::Received => "received/",
            PackageList::Archived => "archived/",
            PackageList::Workspaces => "workspaces/",
        };
        Ok(Pages::new(self, options.first_row, move |session, row| {
            let response = endpoint::list_packages(session, name, row, size)?;
            page(&response, row, size)
        }))
    }

    /// Searches the user's packages, or for an administrator those of the whole organization.
    ///
    /// A portal without search in pages is searched by its older call, which returns at most 100 packages.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] for a page size or a time out of range; [`ErrorKind::MalformedEmail`].
    pub fn search_packages(
        &self,
        search: &PackageSearch,
        options: ListOptions,
    ) -> Result<Pages<PackageSummary>> {
        let size = page_size(options.page_size)?;
        let filter = search.filter()?;
        let organization = search.whole_organization;
        Ok(Pages::new(self, options.first_row, move |session, row| {
            let found = endpoint::search_packages(session, organization, &filter, row, size);
            match found {
                Err(error) if organization && error.kind() == ErrorKind::UnknownEndpoint => {
                    let response = endpoint::organization_packages(session, &filter)?;
                    let mut only = page(&response, 0, LARGEST_PAGE)?;
                    let wanted = usize::try_from(row).unwrap_or(usize::MAX);
                    only.items.drain(..wanted.min(only.items.len()));
                    only.next = None;
                    Ok(only)
                }
                found => page(&found?, row, size),
            }
        }))
    }

    /// Gets the packages that a recipient has received from this organization (`protocol` 6.4.8).
    ///
    /// # Errors
    /// [`ErrorKind::MalformedEmail`]; [`ErrorKind::Denied`] and [`ErrorKind::InvalidEmail`] from the service.
    pub fn recipient_history(
        &self,
        observer: &mut dyn Observer,
        email: &str,
    ) -> Result<Vec<PackageSummary>> {
        let email = email_address(email)?;
        self.run(observer, move |session| {
            let response = endpoint::recipient_history(session, &email)?;
            Ok(page(&response, 0, LARGEST_PAGE)?.items)
        })
    }
}

/// Reads a page. The response has the next row. If it has no pagination at all, a full page may have a next one.
fn page(response: &Json, row: u64, size: u32) -> Result<Page<PackageSummary>> {
    let rows = response.required_list("packages")?.iter();
    let items: Vec<_> = rows.map(PackageSummary::read).collect::<Result<_>>()?;
    let pagination = response.object("pagination");
    let next = match pagination {
        Some(pagination) => pagination.size("nextRowIndex"),
        None => (items.len() >= size as usize).then(|| row + items.len() as u64),
    };
    Ok(Page {
        items,
        next,
        is_guess: pagination.is_none(),
    })
}

impl PackageSearch {
    fn filter(&self) -> Result<Value> {
        let mut filter = json!({});
        let mut set = |name: &str, value: Option<String>| {
            if let Some(value) = value {
                filter[name] = value.into();
            }
        };
        set("fromDate", self.from.map(date).transpose()?);
        set("toDate", self.to.map(date).transpose()?);
        let email = |email: &Option<String>| email.as_deref().map(email_address).transpose();
        set("sender", email(&self.sender)?);
        set("recipient", email(&self.recipient)?);
        set("filename", self.file_name.clone());
        let status = self.status.map(|status| match status {
            PackageStatus::Active => "ACTIVE",
            PackageStatus::Expired => "EXPIRED",
            PackageStatus::Archived => "ARCHIVED",
        });
        set("status", status.map(str::to_owned));
        Ok(filter)
    }
}

/// `MM/dd/yyyy`.
fn date(seconds: i64) -> Result<String> {
    // The end of the year 9999.
    let seconds = u64::try_from(seconds).ok().filter(|s| *s < 253_402_300_800);
    let (year, month, day) = seconds
        .map(|seconds| civil_date(seconds / 86_400))
        .ok_or_else(|| {
            Error::new(
                ErrorKind::InvalidArgument,
                "a day to search from or to has to be within 1970 to 9999",
            )
        })?;
    Ok(format!("{month:02}/{day:02}/{year:04}"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::json::arbitrary::anything;
    use crate::record::PackageInformation;

    #[test]
    fn days_are_written_as_the_service_reads_them() {
        // Checked with `date -u -d @SECONDS +%m/%d/%Y`.
        assert_eq!(date(0).expect("1970"), "01/01/1970");
        assert_eq!(date(1_573_741_460).expect("2019"), "11/14/2019");
        assert!(date(-1).is_err() && date(i64::MAX).is_err());
    }

    /// Members that the readers of lists and of package information know.
    const MEMBERS: &str = "packageId|packageCode|packageState|state|packageLife|life|recipients|email|files|fileSize|parts|filenames|confirmations|file|timestamp|packageUpdateTimestamp|packageTimestamp|contactGroups|users|userEmail|phonenumbers|countryCode|phonenumber|approverList|isVDR|packageRecipientResponse|pagination|nextRowIndex|packages";

    proptest! {
        #[test]
        fn no_response_is_too_odd_to_be_read(response in anything(MEMBERS)) {
            let json = Json::new(response);
            let _ = PackageSummary::read(&json);
            let _ = page(&json, 0, 100).map(|page| page.next);
            if let Ok(information) = PackageInformation::read(&json) {
                let _ = (information.is_finalized(), information.is_deleted());
            }
        }
    }

    #[test]
    fn a_row_is_read_from_every_form() {
        let summary = |mut json: Value| {
            json["packageId"] = "98HN-LO12".into();
            PackageSummary::read(&Json::new(json)).expect("a row")
        };
        let row = summary(
            json!({"packageState": "1", "packageLife": "20", "packageIsVdr": "true",
            "recipients": ["a@x.test"], "packageUpdateTimestamp": "Nov 14, 2019 2:24:20 PM", "unknown": {"x": 1}}),
        );
        assert_eq!((row.state_number, row.life), (Some(1), Some(20)));
        assert!(row.is_workspace);
        assert_eq!(row.updated.expect("a time").seconds, Some(1_573_741_460));
        assert_eq!(summary(json!({"life": 7})).life, Some(7));
        assert_eq!(
            summary(json!({"packageState": "NEW_ONE"})).state.as_deref(),
            Some("NEW_ONE")
        );
        for lacking in [
            json!({}),
            json!({"packages": null}),
            json!({"packages": [{}]}),
        ] {
            let error = page(&Json::new(lacking), 0, 100).map(|page| page.next);
            assert_eq!(error.expect_err("no page").kind(), ErrorKind::BadAnswer);
        }
    }
}
