//! Package lists and searches, with paging.

use serde_json::{Value, json};

use crate::call::Call;
use crate::dates::{DAY_MS, display, parse_day, timestamp};
use crate::envelope::{Response, success};
use crate::state::State;
use crate::state::package::Package;
use crate::state::package_state::{PackageState, StatusClass};

const MAX_PAGE: usize = 100;

pub(crate) fn list_entry(state: &State, package: &Package) -> Value {
    let current = package.effective_state();
    let recipients: Vec<&str> = if package.undisclosed {
        Vec::new()
    } else {
        package
            .recipients
            .iter()
            .map(|recipient| recipient.email.as_str())
            .collect()
    };
    let groups: Vec<&str> = package
        .groups
        .iter()
        .filter_map(|id| state.groups.get(id))
        .map(|group| group.name.as_str())
        .collect();
    let filenames: Vec<&str> = package
        .files
        .iter()
        .map(|file| file.name.as_str())
        .collect();
    json!({
        "packageId": package.id,
        "packageParentId": package.parent_id,
        "packageUserName": package.sender(),
        "packageUserId": state.id_of_user(&package.owner),
        "packageUpdateTimestamp": timestamp(package.updated_ms),
        "packageUpdateTimestampStr": display(package.updated_ms),
        "packageState": current.number(),
        "packageStateStr": current.text(),
        "packageStateColor": current.color(),
        "packageLife": package.life,
        "packageCode": package.code,
        "packageBrowser": "API",
        "packageOS": "API",
        "packageContainsMessage": package.message.is_some(),
        "recipientCount": recipients.len(),
        "recipients": recipients,
        "filenames": filenames,
        "contactGroups": groups,
        "packageLabel": package.label,
        "packageIsVdr": package.workspace,
        "isDropzonePackage": package.dropzone,
    })
}

/// One page of the matching packages, newest first.
fn page(
    call: &Call,
    row_index: usize,
    page_size: usize,
    matches: impl Fn(&Package) -> bool,
) -> Value {
    let mut found: Vec<&Package> = call
        .state
        .packages
        .values()
        .filter(|package| matches(package))
        .collect();
    found.sort_by_key(|package| std::cmp::Reverse(package.number));
    let capped = found.len() > call.settings.max_rows;
    found.truncate(call.settings.max_rows);
    let rows: Vec<Value> = found
        .iter()
        .skip(row_index)
        .take(page_size)
        .map(|package| list_entry(call.state, package))
        .collect();
    let next = row_index + rows.len();
    let next_row_index = (next < found.len()).then(|| next.to_string());
    json!({
        "pagination": {
            "rowIndex": row_index.to_string(),
            "rowsReturned": rows.len().to_string(),
            "rowsCapped": capped.to_string(),
            "nextRowIndex": next_row_index,
        },
        "packages": rows,
    })
}

fn queried_page(call: &Call, matches: impl Fn(&Package) -> bool) -> Response {
    success(page(
        call,
        call.input.query_index("rowIndex"),
        page_size(call),
        matches,
    ))
}

fn page_size(call: &Call) -> usize {
    match call.input.query_index("pageSize") {
        0 => MAX_PAGE,
        size => size.min(MAX_PAGE),
    }
}

fn is_active(package: &Package) -> bool {
    package.effective_state().class() == StatusClass::Active
}

pub(crate) fn sent(call: &mut Call) -> Response {
    let (me, settings) = (call.me(), call.settings);
    queried_page(call, |package| {
        package.owner == me
            && !package.dropzone
            && is_active(package)
            && (settings.list_packages_in_progress || package.state != PackageState::InProgress)
            && (settings.list_workspaces_as_sent || !package.workspace)
    })
}

fn is_collaborator(state: &State, package: &Package, email: &str) -> bool {
    package
        .recipients
        .iter()
        .any(|recipient| recipient.email == email)
        || state.group_members(package).any(|member| member == email)
}

pub(crate) fn received(call: &mut Call) -> Response {
    let me = call.me();
    queried_page(call, |package| {
        package.finalized
            && !package.workspace
            && is_active(package)
            && is_collaborator(call.state, package, &me)
    })
}

pub(crate) fn archived(call: &mut Call) -> Response {
    let me = call.me();
    queried_page(call, |package| {
        package.owner == me && !is_active(package) && package.state != PackageState::Temp
    })
}

pub(crate) fn workspaces(call: &mut Call) -> Response {
    let me = call.me();
    queried_page(call, |package| {
        package.workspace
            && is_active(package)
            && (package.owner == me || is_collaborator(call.state, package, &me))
    })
}

/// Whether a package fits the criteria of a search; empty strings and nulls are no criteria.
fn matches_search(call: &Call, package: &Package) -> bool {
    let text = |name: &str| call.input.text(name).filter(|text| !text.is_empty());
    let contains =
        |value: &str, wanted: &str| value.to_lowercase().contains(&wanted.to_lowercase());
    let class = match package.effective_state().class() {
        StatusClass::Active => "ACTIVE",
        StatusClass::Expired => "EXPIRED",
        StatusClass::Archived => "ARCHIVED",
    };
    text("fromDate")
        .and_then(parse_day)
        .is_none_or(|from| package.updated_ms >= from)
        && text("toDate")
            .and_then(parse_day)
            .is_none_or(|to| package.updated_ms < to + DAY_MS)
        && text("sender").is_none_or(|sender| contains(&package.sender(), sender))
        && text("status").is_none_or(|status| status.eq_ignore_ascii_case(class))
        && text("recipient").is_none_or(|wanted| {
            package
                .recipients
                .iter()
                .any(|recipient| contains(&recipient.email, wanted))
        })
        && text("filename").is_none_or(|wanted| {
            package
                .files
                .iter()
                .any(|file| contains(&file.name, wanted))
        })
}

pub(crate) fn organization_old(call: &mut Call) -> Response {
    call.require_admin()?;
    let mut response = page(call, 0, MAX_PAGE, |package| matches_search(call, package));
    response["capped"] = response["pagination"]["nextRowIndex"].is_string().into();
    success(response)
}

pub(crate) fn organization(call: &mut Call) -> Response {
    call.require_admin()?;
    search_page(call, |_| true)
}

pub(crate) fn search(call: &mut Call) -> Response {
    let me = call.me();
    search_page(call, |package| package.owner == me)
}

/// Paging members may be in the body, too: one of the vendor's example scripts sends them there.
fn search_page(call: &Call, among: impl Fn(&Package) -> bool) -> Response {
    let body = |name| {
        call.input
            .number(name)
            .and_then(|number| usize::try_from(number).ok())
    };
    let row_index = body("rowIndex").unwrap_or_else(|| call.input.query_index("rowIndex"));
    let page_size =
        body("pageSize").map_or_else(|| page_size(call), |size| size.clamp(1, MAX_PAGE));
    success(page(call, row_index, page_size, |package| {
        among(package) && matches_search(call, package)
    }))
}
