//! The activity log of a Workspace, compared with the server's state.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use sendsafely::{ActivityEntry, ErrorKind, Package, Pages};
use serde_json::json;
use support::*;

fn all(pages: &Pages<ActivityEntry>) -> Vec<ActivityEntry> {
    std::iter::from_fn(|| pages.next(&mut ()).unwrap()).collect()
}

/// A Workspace with 25 log entries after its creation.
fn busy(emulator: &Emulator) -> Package {
    let workspace = Package::create_workspace(&emulator.client(), &mut (), "Busy").unwrap();
    for number in 0..25 {
        let name = format!("Directory {number}");
        workspace.create_directory(&mut (), None, &name).unwrap();
    }
    workspace
}

#[test]
fn every_entry_comes_once_with_all_its_members() {
    let emulator = Emulator::start();
    let workspace = busy(&emulator);
    emulator.forget_requests();
    let pages = workspace.list_activity().unwrap();
    assert_eq!(
        emulator.requests().len(),
        0,
        "nothing is fetched before it is needed"
    );
    let entries = all(&pages);
    let raw = emulator.only_package()["activity"]
        .as_array()
        .unwrap()
        .clone();
    assert_eq!(entries.len(), raw.len());
    assert!(entries.len() > 20, "more than two pages of ten");
    let mut ids: Vec<_> = entries
        .iter()
        .map(|entry| json!(entry.activity_log_id))
        .collect();
    let mut held: Vec<_> = raw.iter().map(|entry| entry["id"].clone()).collect();
    ids.sort_by_key(|id| id.to_string());
    held.sort_by_key(|id| id.to_string());
    assert_eq!(ids, held);
    assert_eq!(emulator.count("activity_log"), raw.len().div_ceil(10));
    assert!(
        pages.next(&mut ()).unwrap().is_none(),
        "the end stays the end"
    );

    let made = entries.iter().find(|entry| {
        let held = raw
            .iter()
            .find(|held| held["id"] == json!(entry.activity_log_id))
            .unwrap();
        held["target"]
            == *emulator.only_package()["directories"]
                .as_object()
                .unwrap()
                .keys()
                .next()
                .unwrap()
    });
    let made = made.unwrap();
    assert_eq!(made.action.as_deref(), Some("DIRECTORY_CREATED"));
    assert!(
        made.action_description
            .as_ref()
            .unwrap()
            .starts_with("created Directory")
    );
    assert_eq!(made.user_email.as_deref(), Some("admin@acme.test"));
    assert!(made.user_id.is_some() && made.ip_address.is_some() && made.time_for_people.is_some());
    assert_eq!(made.package_id.as_deref(), Some(workspace.id()));
    assert!(made.time.as_ref().unwrap().seconds.is_some());
}

#[test]
fn only_workspaces_have_a_log() {
    let emulator = Emulator::start();
    let package = package(&emulator.client());
    emulator.forget_requests();
    refused(
        package.list_activity().map(|_| ()),
        ErrorKind::OnlyInWorkspace,
    );
    assert_eq!(emulator.requests().len(), 0);
}

#[test]
fn refusals_and_lost_responses_lose_no_entry() {
    let emulator = Emulator::start();
    let workspace = busy(&emulator);
    let pages = workspace.list_activity().unwrap();
    for code in ["DENIED", "FAIL", "UNKNOWN_PACKAGE"] {
        emulator.refuse_once("activity_log", code);
        let error = pages.next(&mut ()).unwrap_err();
        assert_eq!(error.server_code(), Some(code));
    }
    emulator.lose_response("activity_log");
    assert_eq!(
        all(&pages).len(),
        emulator.only_package()["activity"]
            .as_array()
            .unwrap()
            .len()
    );

    // If the service's count is wrong or absent, the list ends with an empty page.
    for count in [json!(1000), json!(null)] {
        emulator.clear_faults();
        emulator.fault(json!({"endpoint": "activity_log", "times": 0, "when": "after", "action": {"replace_json": {"dataCount": count}}}));
        let entries = all(&workspace.list_activity().unwrap());
        assert_eq!(
            entries.len(),
            emulator.only_package()["activity"]
                .as_array()
                .unwrap()
                .len()
        );
    }
    emulator.clear_faults();
    workspace.delete(&mut ()).unwrap();
    refused(
        workspace.list_activity().map(|_| ()),
        ErrorKind::PackageDeleted,
    );
}
