//! Lists of packages, searches, and changes of a package, against the emulator.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use sendsafely::{
    Client, ErrorKind, ListOptions, Package, PackageList, PackageSearch, PackageStatus,
    PackageSummary, Pages,
};
use serde_json::{Value, json};
use support::*;

fn all(pages: &Pages<PackageSummary>) -> Vec<PackageSummary> {
    std::iter::from_fn(|| pages.next(&mut ()).unwrap()).collect()
}

fn ids(pages: &Pages<PackageSummary>) -> Vec<String> {
    all(pages).into_iter().map(|row| row.package_id).collect()
}

fn list(client: &Client, list: PackageList) -> Vec<String> {
    ids(&client.list_packages(list, ListOptions::default()).unwrap())
}

fn sent(client: &Client, file: &str) -> Package {
    let package = package(client);
    upload(&package, file, b"content").unwrap();
    finalize(&package);
    package
}

#[test]
fn pages_are_fetched_when_they_are_needed() {
    let emulator = Emulator::start();
    let client = emulator.client();
    let mut made: Vec<_> = (0..7)
        .map(|_| Package::create(&client, &mut ()).unwrap().id().to_owned())
        .collect();
    made.reverse();
    emulator.forget_requests();
    let rows = |first_row, page_size| ListOptions {
        first_row,
        page_size: Some(page_size),
    };
    let pages = client.list_packages(PackageList::Sent, rows(0, 3)).unwrap();
    assert_eq!(emulator.requests().len(), 0, "lazy");
    for (number, id) in (0..).zip(&made) {
        assert_eq!(pages.next(&mut ()).unwrap().unwrap().package_id, *id);
        assert_eq!(emulator.requests().len(), number / 3 + 1);
    }
    assert!(pages.next(&mut ()).unwrap().is_none());
    assert!(pages.next(&mut ()).unwrap().is_none());
    assert_eq!(emulator.requests().len(), 3);
    let query = |number: usize| emulator.requests()[number]["query"].clone();
    assert_eq!(query(1), "rowIndex=3&pageSize=3");

    let pages = client.list_packages(PackageList::Sent, rows(5, 100));
    assert_eq!(ids(&pages.unwrap()), made[5..]);
    assert_eq!(list(&client, PackageList::Sent), made);
    for size in [0, 101] {
        assert_kind(
            client.list_packages(PackageList::Sent, rows(0, size)),
            ErrorKind::InvalidArgument,
        );
    }
}

#[test]
fn a_page_that_fails_is_tried_again_at_the_next_call() {
    let emulator = Emulator::start();
    let client = emulator.client();
    let package = Package::create(&client, &mut ()).unwrap();
    let pages = client
        .list_packages(PackageList::Sent, ListOptions::default())
        .unwrap();
    emulator.refuse_once("list_sent_packages", "DENIED");
    assert_kind(pages.next(&mut ()), ErrorKind::Denied);
    let mut stop = Watch::stopping(|_| true);
    assert_kind(pages.next(&mut stop), ErrorKind::Stopped);
    emulator.lose_response("list_sent_packages");
    assert_eq!(ids(&pages), [package.id()]);
}

#[test]
fn lists_end_whatever_their_pages_are() {
    let emulator = Emulator::start();
    let client = emulator.client();
    let row = |id: &str| json!({"packageId": id, "packageState": "3"});
    let page = |envelope: Value| {
        emulator.clear_faults();
        emulator.fault(
            json!({"endpoint": "list_sent_packages", "times": 0, "action": {"envelope": envelope}}),
        );
        client
            .list_packages(PackageList::Sent, ListOptions::default())
            .unwrap()
    };
    // Without `pagination`, a page that is not full is the last.
    let pages = page(json!({"response": "SUCCESS", "packages": [row("A"), row("B")]}));
    assert_eq!(ids(&pages), ["A", "B"]);
    // Empty pages that always name a next row.
    let pages =
        page(json!({"response": "SUCCESS", "packages": [], "pagination": {"nextRowIndex": 9}}));
    assert_eq!(ids(&pages), Vec::<String>::new());
    let pages = page(
        json!({"response": "SUCCESS", "packages": [row("A")], "pagination": {"nextRowIndex": "0"}}),
    );
    assert_kind(pages.next(&mut ()), ErrorKind::BadAnswer);
}

#[test]
fn each_list_shows_its_own() {
    let emulator = Emulator::start();
    let (sender, recipient) = (emulator.client(), emulator.client_of(1, options()));
    let package = sent(&sender, "report.pdf");
    let deleted = sent(&sender, "old.pdf");
    deleted.delete(&mut ()).unwrap();
    let workspace = Package::create_workspace(&sender, &mut (), "Team").unwrap();
    assert_eq!(list(&sender, PackageList::Sent), [package.id()]);
    assert_eq!(list(&sender, PackageList::Workspaces), [workspace.id()]);
    assert_eq!(list(&sender, PackageList::Archived), [deleted.id()]);
    assert_eq!(list(&recipient, PackageList::Received), [package.id()]);
    assert_eq!(list(&recipient, PackageList::Sent), Vec::<String>::new());

    let rows = sender.list_packages(PackageList::Sent, ListOptions::default());
    let row = all(&rows.unwrap()).remove(0);
    assert_eq!(row.package_code.as_deref(), Some(package.code()));
    assert_eq!(row.sender.as_deref(), Some("admin@acme.test"));
    assert_eq!(row.recipients, ["second@acme.test"]);
    assert_eq!(row.recipient_count, Some(1));
    assert_eq!(row.file_names, ["report.pdf"]);
    assert_eq!((row.state_number, row.life), (Some(4), Some(14)));
    assert_eq!(row.state.as_deref(), Some("Active - Waiting for Pickup"));
    assert_eq!(row.contains_message, Some(false));
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let age = now.unwrap().as_secs() as i64 - row.updated.unwrap().seconds.unwrap();
    assert!((-1..120).contains(&age), "{age}");
    let rows = sender.list_packages(PackageList::Workspaces, ListOptions::default());
    let row = all(&rows.unwrap()).remove(0);
    assert!(row.is_workspace);
    assert_eq!(row.label.as_deref(), Some("Team"));
}

#[test]
fn searches_find_matching_packages() {
    let emulator = Emulator::start();
    let (admin, second) = (emulator.client(), emulator.client_of(1, options()));
    let first = sent(&admin, "first.pdf");
    let other = package_of_second(&second);
    let search = |client: &Client, search: &PackageSearch| {
        ids(&client
            .search_packages(search, ListOptions::default())
            .unwrap())
    };
    let everywhere = PackageSearch {
        whole_organization: true,
        ..PackageSearch::default()
    };
    assert_eq!(search(&admin, &everywhere), [other.id(), first.id()]);
    assert_eq!(search(&admin, &PackageSearch::default()), [first.id()]);
    let by = |change: &dyn Fn(&mut PackageSearch)| {
        let mut wanted = everywhere.clone();
        change(&mut wanted);
        search(&admin, &wanted)
    };
    let none = Vec::<String>::new();
    assert_eq!(by(&|s| s.file_name = Some("first".into())), [first.id()]);
    assert_eq!(
        by(&|s| s.sender = Some("second@acme.test".into())),
        [other.id()]
    );
    assert_eq!(
        by(&|s| s.recipient = Some("second@acme.test".into())),
        [first.id()]
    );
    assert_eq!(by(&|s| s.status = Some(PackageStatus::Expired)), none);
    assert_eq!(by(&|s| s.from = Some(4_102_444_800)), none);
    assert_eq!(by(&|s| s.to = Some(0)), none);
    let active = by(&|s| {
        s.status = Some(PackageStatus::Active);
        s.from = Some(1_577_836_800);
    });
    assert_eq!(active.len(), 2);

    let denied = second.search_packages(&everywhere, ListOptions::default());
    assert_kind(denied.unwrap().next(&mut ()), ErrorKind::Denied);
    for wrong in [
        PackageSearch {
            from: Some(-1),
            ..everywhere.clone()
        },
        PackageSearch {
            to: Some(i64::MAX),
            ..everywhere.clone()
        },
    ] {
        assert_kind(
            admin.search_packages(&wrong, ListOptions::default()),
            ErrorKind::InvalidArgument,
        );
    }
    let malformed = PackageSearch {
        sender: Some("nobody".into()),
        ..everywhere.clone()
    };
    assert_kind(
        admin.search_packages(&malformed, ListOptions::default()),
        ErrorKind::MalformedEmail,
    );

    // An older portal has only the search without pages.
    for skipped in 0..3 {
        emulator.forget_requests();
        emulator.refuse_once("search_organization_packages", "UNKNOWN_ENDPOINT");
        let options = ListOptions {
            first_row: skipped,
            page_size: Some(1),
        };
        let found = ids(&admin.search_packages(&everywhere, options).unwrap());
        let expected = [other.id(), first.id()];
        assert_eq!(found, expected[skipped.min(2) as usize..]);
        assert_eq!(emulator.count("organization_packages"), 1);
    }
}

fn package_of_second(client: &Client) -> Package {
    let package = Package::create(client, &mut ()).unwrap();
    package
        .add_recipient(&mut (), "third@acme.test", None)
        .unwrap();
    upload(&package, "second.pdf", b"x").unwrap();
    package
}

#[test]
fn the_history_of_a_recipient() {
    let emulator = Emulator::start();
    let client = emulator.client();
    let package = sent(&client, "report.pdf");
    let history = client
        .recipient_history(&mut (), "second@acme.test")
        .unwrap();
    assert_eq!(history.len(), 1);
    assert_eq!(history[0].package_id, package.id());
    let recipient = history[0].recipient.as_ref().unwrap();
    assert_eq!(recipient.email, "second@acme.test");
    assert_eq!(
        client
            .recipient_history(&mut (), "none@acme.test")
            .unwrap()
            .len(),
        0
    );
    assert_kind(
        client.recipient_history(&mut (), "nobody"),
        ErrorKind::MalformedEmail,
    );
    emulator.refuse_once("recipient_history", "DENIED");
    assert_kind(
        client.recipient_history(&mut (), "second@acme.test"),
        ErrorKind::Denied,
    );
}

#[test]
fn a_package_is_described_without_being_opened() {
    let emulator = Emulator::start();
    let client = emulator.client();
    let package = sent(&client, "report.pdf");
    let link = package.link().unwrap();
    for name in [package.id(), package.code(), &link] {
        let information = client.package_information(&mut (), name).unwrap();
        assert_eq!(information.package_id, package.id(), "{name}");
        assert_eq!(information.files.len(), 1);
    }
    assert_kind(
        client.package_information(&mut (), "NONE-NONE"),
        ErrorKind::UnknownPackage,
    );
    for nonsense in ["", "a b", "\n"] {
        assert_kind(
            client.package_information(&mut (), nonsense),
            ErrorKind::InvalidArgument,
        );
    }
    for request in emulator.requests() {
        let path = request["path"].as_str().unwrap();
        assert!(!path.contains(package.keycode().unwrap()), "{path}");
    }
}

#[test]
fn label_life_and_other_fields() {
    let emulator = Emulator::start();
    let client = emulator.client();
    let package = Package::create(&client, &mut ()).unwrap();
    let state = || emulator.package(package.id());
    emulator.lose_response("update_package");
    package.set_label(&mut (), "Zürich \"Q3\"").unwrap();
    assert_eq!(state()["label"], "Zürich \"Q3\"");
    package
        .update(&mut (), r#"{"life": 30, "label": "Both", "unknown": [1]}"#)
        .unwrap();
    assert_eq!(
        (&state()["label"], &state()["life"]),
        (&json!("Both"), &json!(30))
    );
    emulator.forget_requests();
    for nonsense in ["", "{", "[]", "7", "null", "\"x\""] {
        assert_kind(
            package.update(&mut (), nonsense),
            ErrorKind::InvalidArgument,
        );
    }
    for life in ["366", "-1", "1.5", "\"30\"", "null"] {
        let body = format!("{{\"life\": {life}}}");
        assert_kind(package.update(&mut (), &body), ErrorKind::LifeOutOfRange);
    }
    assert_eq!(emulator.requests().len(), 0);
    emulator.refuse_once("update_package", "INVALID_INPUT");
    assert_kind(package.set_label(&mut (), "x"), ErrorKind::InvalidInput);
    package.delete(&mut ()).unwrap();
    assert_kind(package.set_label(&mut (), "x"), ErrorKind::PackageDeleted);
}

#[test]
fn notifying_is_never_done_twice() {
    let emulator = Emulator::start();
    let client = emulator.client();
    let package = package(&client);
    upload(&package, "a.bin", b"a").unwrap();
    assert_kind(package.notify(&mut ()), ErrorKind::NotFinalized);
    assert_eq!(emulator.count("notify"), 0);
    let link = finalize(&package);
    package.notify(&mut ()).unwrap();
    let body = emulator.requests().last().unwrap()["body"].clone();
    assert!(body.as_str().unwrap().contains(package.keycode().unwrap()));
    emulator.lose_response("notify");
    assert_kind(package.notify(&mut ()), ErrorKind::OutcomeUnknown);
    assert_eq!(emulator.count("notify"), 2);

    // A wrong keycode is not sent.
    let (start, _) = link.rsplit_once('=').unwrap();
    let wrong = format!("{start}={}", "k".repeat(43));
    let wrong = Package::open_link(&client, &mut (), &wrong).unwrap();
    assert_kind(wrong.notify(&mut ()), ErrorKind::WrongKeycode);
    assert_eq!(emulator.count("notify"), 2);
}

#[test]
fn a_package_for_another_user() {
    let emulator = Emulator::start();
    let package =
        Package::create_for_user(&emulator.client(), &mut (), "second@acme.test").unwrap();
    assert_eq!(emulator.package(package.id())["owner"], "second@acme.test");
    // The administrator who created it may work with it, too (protocol 4.1).
    package
        .add_recipient(&mut (), "third@acme.test", None)
        .unwrap();
    upload(&package, "a.bin", b"bytes").unwrap();
    let link = finalize(&package);
    let second = emulator.client_of(1, options());
    for client in [&second, &emulator.client_of(2, options())] {
        let opened = Package::open_link(client, &mut (), &link).unwrap();
        let information = opened.information(&mut ()).unwrap();
        assert_eq!(information.sender.as_deref(), Some("second@acme.test"));
        let id = &information.files[0].file_id;
        assert!(download(&opened, id).unwrap() == b"bytes");
    }
    package.delete(&mut ()).unwrap();
    assert_kind(
        Package::create_for_user(&emulator.client(), &mut (), "second"),
        ErrorKind::MalformedEmail,
    );
    assert_kind(
        Package::create_for_user(
            &emulator.client_of(1, options()),
            &mut (),
            "third@acme.test",
        ),
        ErrorKind::Denied,
    );
}

#[test]
fn a_workspace_is_usable_at_once() {
    let emulator = Emulator::start();
    let client = emulator.client();
    emulator.lose_response("create_package");
    let workspace = Package::create_workspace(&client, &mut (), "Team").unwrap();
    let state = emulator.package(workspace.id());
    assert_eq!(
        (&state["workspace"], &state["label"]),
        (&json!(true), &json!("Team"))
    );
    assert!(workspace.link().is_ok());
    upload(&workspace, "a.bin", b"a").unwrap();
    assert_kind(
        workspace.finalize(&mut (), &Default::default()),
        ErrorKind::WorkspaceNotFinalizable,
    );
    // A Workspace whose keycode could not be stored, or whose creation was stopped, is deleted again.
    let before = emulator.admin_json("GET", "/packages", &Value::Null);
    emulator.refuse_once("package_public_keys", "FAIL");
    assert_kind(
        Package::create_workspace(&client, &mut (), ""),
        ErrorKind::Refused,
    );
    emulator.fault(
        json!({"endpoint": "package_public_keys", "times": 1, "action": {"hang_ms": 20_000}}),
    );
    let mut reports = 0;
    let mut stop = Watch::stopping(move |_| {
        reports += 1;
        reports == 6
    });
    assert_kind(
        Package::create_workspace(&client, &mut stop, ""),
        ErrorKind::Stopped,
    );
    assert_eq!(emulator.count("delete_package"), 2);
    let after = emulator.admin_json("GET", "/packages", &Value::Null);
    let live = |ids: &Value| {
        let ids = ids.as_array().unwrap().iter();
        ids.filter(|id| {
            let state = emulator.package(id.as_str().unwrap())["state"].clone();
            !state.as_str().unwrap_or_default().contains("DELETED")
        })
        .count()
    };
    assert_eq!(live(&before), live(&after), "{after}");
}
