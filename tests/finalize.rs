//! Finalize: its outcome when responses are lost, the keycodes for trusted devices, and the host of the link.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::thread;
use std::time::{Duration, Instant};

use sendsafely::{Client, ClientOptions, Error, ErrorKind, FinalizeOptions, Package};
use serde_json::{Value, json};
use support::*;

const KEY: &str = include_str!("vectors/node/trusted-device-public.asc");

/// A package with a recipient and a file.
fn ready(client: &Client) -> Package {
    let package = package(client);
    upload(&package, "a.bin", b"bytes").unwrap();
    package
}

fn without_retries(emulator: &Emulator) -> Client {
    emulator.client_with(ClientOptions {
        retry_window: Duration::ZERO,
        ..options()
    })
}

/// The response to finalize is lost, and so is the one to the look at its outcome.
fn lose_finalize(emulator: &Emulator) {
    emulator.lose_response("finalize");
    emulator.fault(json!({"endpoint": "package_information", "action": {"close": true}}));
}

fn fails(package: &Package) -> Error {
    let result = package.finalize(&mut (), &FinalizeOptions::default());
    result.err().expect("finalize has to fail")
}

fn opens(emulator: &Emulator, link: &str) {
    let received = Package::open_link(&emulator.client_of(1, options()), &mut (), link).unwrap();
    let files = received.information(&mut ()).unwrap().files;
    assert!(download(&received, &files[0].file_id).unwrap() == b"bytes");
}

fn is_deleted(emulator: &Emulator, package: &Package) -> bool {
    let state = &emulator.package(package.id())["state"];
    state.as_str().unwrap().contains("DELETED")
}

/// A gateway responds like this also when it has lost the response of the server behind it.
#[test]
fn after_a_gateways_error_the_outcome_is_looked_up() {
    for status in [503, 429] {
        let emulator = Emulator::start();
        for endpoint in ["add_recipient", "add_recipients", "finalize"] {
            emulator.fault(
                json!({"endpoint": endpoint, "when": "after", "action": {"status": status}}),
            );
        }
        let package = ready(&emulator.client());
        let more = ["third@acme.test".to_owned(), "b@x.test".to_owned()];
        for result in package.add_recipients(&mut (), &more, false).unwrap() {
            assert!(result.error.is_none(), "{result:?}");
        }
        opens(&emulator, &finalize(&package));
        assert_eq!(emulator.fault_hits(), 3);
        for endpoint in ["add_recipient", "add_recipients", "finalize"] {
            assert_eq!(emulator.count(endpoint), 1, "{endpoint} {status}");
        }
    }
}

/// Without a retry window nothing is sent again, but the outcome is looked up.
#[test]
fn the_outcome_is_looked_up_without_a_retry_window() {
    let emulator = Emulator::start();
    let late = |seconds: u64, response: Value| {
        let mut action = response;
        action["headers"] = json!({"Retry-After": seconds.to_string()});
        emulator.fault(json!({"endpoint": "finalize", "when": "after", "action": action}));
    };
    for (client, seconds) in [
        (emulator.client(), 3600),
        (without_retries(&emulator), 3600),
        (without_retries(&emulator), 0),
    ] {
        let package = ready(&client);
        late(seconds, json!({"status": 503}));
        emulator.forget_requests();
        opens(&emulator, &finalize(&package));
        assert_eq!(emulator.count("finalize"), 1);
    }
    // If the package is not finalized yet, it may still become so: the outcome is unknown.
    let package = ready(&without_retries(&emulator));
    emulator.fault(json!({"endpoint": "finalize", "action": {"status": 503}}));
    assert_eq!(fails(&package).kind(), ErrorKind::OutcomeUnknown);
}

/// The first attempt takes effect after the look that follows it, and the second one is refused because of that.
#[test]
fn after_a_refusal_that_follows_a_lost_response_the_outcome_is_looked_up() {
    let emulator = Emulator::start();
    let package = Package::create(&emulator.client(), &mut ()).unwrap();
    let shows_late = |endpoint: &str, before: Value| {
        emulator.lose_response(endpoint);
        emulator
            .fault(json!({"endpoint": "package_information", "action": {"replace_json": before}}));
    };
    shows_late("add_recipient", json!({"recipients": []}));
    let recipient = package.add_recipient(&mut (), "second@acme.test", None);
    assert_eq!(recipient.unwrap().email, "second@acme.test");
    assert_eq!(emulator.count("add_recipient"), 2);

    shows_late("add_recipients", json!({"recipients": []}));
    let more = ["third@acme.test".to_owned(), "b@x.test".to_owned()];
    for result in package.add_recipients(&mut (), &more, false).unwrap() {
        assert!(
            result.recipient.is_some() && result.error.is_none(),
            "{result:?}"
        );
    }

    upload(&package, "a.bin", b"bytes").unwrap();
    shows_late(
        "finalize",
        json!({"packageState": "PACKAGE_STATE_IN_PROGRESS", "state": 0}),
    );
    opens(&emulator, &finalize(&package));
    assert_eq!(emulator.count("finalize"), 2);
}

#[test]
fn a_recipient_of_before_is_still_a_duplicate() {
    let emulator = Emulator::start();
    let package = package(&emulator.client());
    emulator.lose_response("add_recipient");
    refused(
        package.add_recipient(&mut (), "second@acme.test", None),
        ErrorKind::DuplicateEmail,
    );
}

/// The next call looks before the first one takes effect, and its own attempt is refused.
#[test]
fn a_finalize_that_was_cut_off_is_found_by_the_next_one() {
    let emulator = Emulator::start();
    let package = ready(&without_retries(&emulator));
    lose_finalize(&emulator);
    let error = fails(&package);
    assert_eq!(error.kind(), ErrorKind::OutcomeUnknown);
    assert!(error.remedy().unwrap().contains("finalize again"));
    let early = json!({"packageState": "PACKAGE_STATE_IN_PROGRESS", "state": 0});
    emulator.fault(json!({"endpoint": "package_information", "action": {"replace_json": early}}));
    opens(&emulator, &finalize(&package));
    assert_eq!(emulator.count("finalize"), 2);
}

#[test]
fn a_package_that_may_be_finalized_is_not_deleted_as_unfinished() {
    let emulator = Emulator::start();
    let client = without_retries(&emulator);
    let lost = ready(&client);
    lose_finalize(&emulator);
    assert_eq!(fails(&lost).kind(), ErrorKind::OutcomeUnknown);
    refused(lost.delete_unfinished(&mut ()), ErrorKind::OutcomeUnknown);
    opens(&emulator, &finalize(&lost));
    refused(lost.delete_unfinished(&mut ()), ErrorKind::AlreadyFinalized);

    // Finalized by a call that was stopped, whether the service has acted or not.
    for when in ["before", "after"] {
        let stopped = ready(&client);
        emulator
            .fault(json!({"endpoint": "finalize", "when": when, "action": {"hang_ms": 60_000}}));
        let mut watch = Watch::stopping_after(Duration::from_millis(500));
        let result = stopped.finalize(&mut watch, &FinalizeOptions::default());
        assert_kind(result.map(|_| ()), ErrorKind::Stopped);
        refused(
            stopped.delete_unfinished(&mut ()),
            ErrorKind::OutcomeUnknown,
        );
        assert!(!is_deleted(&emulator, &stopped));
        emulator.clear_faults();
    }

    // Finalized by another program.
    let ours = ready(&client);
    let keycode = ours.keycode().unwrap().into();
    finalize(&Package::open(&client, &mut (), ours.id(), keycode).unwrap());
    refused(ours.delete_unfinished(&mut ()), ErrorKind::AlreadyFinalized);
    assert!(!is_deleted(&emulator, &ours));
    assert_eq!(emulator.count("delete_package"), 0);

    let workspace = Package::create_workspace(&client, &mut (), "W").unwrap();
    refused(
        workspace.delete_unfinished(&mut ()),
        ErrorKind::WorkspaceNotFinalizable,
    );
    // An explicit `delete` deletes it.
    lost.delete(&mut ()).unwrap();
    assert!(is_deleted(&emulator, &lost));
}

#[test]
fn a_package_that_cannot_be_finalized_is_deleted_as_unfinished() {
    let emulator = Emulator::start();
    let client = emulator.client();
    let begun = ready(&client);
    emulator.lose_response("delete_temporary_package");
    begun.delete_unfinished(&mut ()).unwrap();
    assert!(is_deleted(&emulator, &begun));
    refused(begun.delete_unfinished(&mut ()), ErrorKind::PackageDeleted);

    let refused_one = ready(&client);
    emulator.refuse_once("finalize", "DENIED");
    assert_eq!(fails(&refused_one).kind(), ErrorKind::Denied);
    refused_one.delete_unfinished(&mut ()).unwrap();
    assert!(is_deleted(&emulator, &refused_one));

    // Stopped before the service was asked.
    let stopped = ready(&client);
    emulator.fault(json!({"endpoint": "package_public_keys", "action": {"hang_ms": 60_000}}));
    let mut watch = Watch::stopping_after(Duration::from_millis(500));
    let result = stopped.finalize(&mut watch, &FinalizeOptions::default());
    assert_kind(result.map(|_| ()), ErrorKind::Stopped);
    let end = Instant::now() + Duration::from_secs(20);
    while let Err(error) = stopped.delete_unfinished(&mut ()) {
        // The worker of the stopped call may not have ended yet.
        assert_eq!(error.kind(), ErrorKind::AlreadyFinalized);
        assert!(Instant::now() < end, "{error}");
        thread::sleep(Duration::from_millis(50));
    }
    assert!(is_deleted(&emulator, &stopped));
}

/// Some services lack the call for temporary packages, or refuse it for a package that is one.
#[test]
fn a_package_refused_as_temporary_is_deleted_by_delete() {
    let emulator = Emulator::start();
    let client = emulator.client();
    for code in ["DENIED", "UNKNOWN_PACKAGE", "UNKNOWN_ENDPOINT", "FAIL"] {
        let begun = ready(&client);
        emulator.forget_requests();
        emulator.refuse_once("delete_temporary_package", code);
        begun.delete(&mut ()).unwrap();
        assert!(is_deleted(&emulator, &begun), "{code}");
        assert_eq!(emulator.count("delete_package"), 1, "{code}");
    }

    // A failure of the network is no refusal.
    let begun = ready(&without_retries(&emulator));
    emulator.forget_requests();
    emulator.fault(json!({"endpoint": "delete_temporary_package", "action": {"close": true}}));
    refused(begun.delete(&mut ()), ErrorKind::Unreachable);
    assert_eq!(emulator.count("delete_package"), 0);
    begun.delete(&mut ()).unwrap();
}

/// It may be another user's package.
#[test]
fn a_package_that_the_service_does_not_know_is_not_deleted() {
    let emulator = Emulator::start();
    let client = emulator.client();
    let unknown = |endpoint| emulator.refuse_once(endpoint, "UNKNOWN_PACKAGE");
    let is_refused = |package: &Package| {
        let error = refused(package.delete(&mut ()), ErrorKind::UnknownPackage);
        assert_eq!(error.server_code(), Some("UNKNOWN_PACKAGE"));
        assert!(!is_deleted(&emulator, package));
        package.set_life(&mut (), 7).unwrap();
    };
    let (begun, sent) = (ready(&client), ready(&client));
    finalize(&sent);
    unknown("delete_package");
    is_refused(&sent);
    unknown("delete_temporary_package");
    unknown("delete_package");
    is_refused(&begun);

    // Attempts that were never sent have done nothing.
    unknown("delete_package");
    emulator.outage(700, &["api"]);
    is_refused(&sent);
}

/// The second attempt is refused, and not with the code of a package that is gone.
#[test]
fn after_a_lost_delete_and_a_refusal_the_outcome_is_unknown() {
    let emulator = Emulator::start();
    let client = emulator.client();
    for (when, code) in [("after", "DENIED"), ("after", "FAIL"), ("before", "DENIED")] {
        let begun = ready(&client);
        let close = json!({"close": true});
        emulator.fault(json!({"endpoint": "delete_temporary_package", "times": 1, "when": when, "action": close}));
        emulator.refuse_once("delete_temporary_package", code);
        if when == "before" {
            emulator.refuse_once("delete_package", "UNKNOWN_PACKAGE");
        }
        let error = refused(begun.delete(&mut ()), ErrorKind::OutcomeUnknown);
        assert_eq!(error.server_code(), Some("UNKNOWN_PACKAGE"));
        assert_eq!(is_deleted(&emulator, &begun), when == "after");
    }
}

#[test]
fn after_a_lost_delete_a_package_that_is_gone_counts_as_deleted() {
    let emulator = Emulator::start();
    let client = emulator.client();
    for action in [json!({"status": 503}), json!({"close": true})] {
        let (begun, sent) = (ready(&client), ready(&client));
        finalize(&sent);
        let calls = [
            (&begun, "delete_temporary_package", [2, 0]),
            (&sent, "delete_package", [0, 2]),
        ];
        for (package, endpoint, expected) in calls {
            emulator.forget_requests();
            emulator.fault(
                json!({"endpoint": endpoint, "times": 1, "when": "after", "action": action}),
            );
            package.delete(&mut ()).unwrap();
            assert!(is_deleted(&emulator, package));
            let counts = ["delete_temporary_package", "delete_package"];
            assert_eq!(counts.map(|name| emulator.count(name)), expected);
        }
    }
}

#[test]
fn after_a_refused_finalize_a_package_refused_as_temporary_is_deleted_as_unfinished() {
    let emulator = Emulator::start();
    let client = emulator.client();
    let begun = ready(&client);
    for (code, kind) in [
        ("DENIED", ErrorKind::Denied),
        ("UNKNOWN_PACKAGE", ErrorKind::UnknownPackage),
    ] {
        emulator.refuse_once("delete_temporary_package", code);
        refused(begun.delete_unfinished(&mut ()), kind);
    }
    // Another program finalizes what this one could not.
    let lost = ready(&client);
    emulator.refuse_once("finalize", "DENIED");
    assert_eq!(fails(&lost).kind(), ErrorKind::Denied);
    let keycode = lost.keycode().unwrap().into();
    finalize(&Package::open(&client, &mut (), lost.id(), keycode).unwrap());
    refused(lost.delete_unfinished(&mut ()), ErrorKind::AlreadyFinalized);
    assert_eq!(emulator.count("delete_package"), 0);
    assert!(!is_deleted(&emulator, &begun) && !is_deleted(&emulator, &lost));

    emulator.refuse_once("finalize", "DENIED");
    assert_eq!(fails(&begun).kind(), ErrorKind::Denied);
    emulator.refuse_once("delete_temporary_package", "DENIED");
    begun.delete_unfinished(&mut ()).unwrap();
    assert!(is_deleted(&emulator, &begun));
}

/// A lost request may take effect later.
#[test]
fn a_refusal_after_a_lost_response_makes_no_package_unfinished() {
    let emulator = Emulator::start();
    let early = json!({"packageState": "PACKAGE_STATE_IN_PROGRESS", "state": 0});
    for client in [emulator.client(), without_retries(&emulator)] {
        let package = ready(&client);
        emulator.fault(
            json!({"endpoint": "finalize", "times": 1, "when": "after", "action": {"status": 503}}),
        );
        emulator.fault(json!({"endpoint": "package_information", "times": 0, "action": {"replace_json": early}}));
        // Without a retry window, the next call is refused instead of the next attempt.
        let kinds = [fails(&package).kind(), fails(&package).kind()];
        assert_eq!(kinds[1], ErrorKind::Denied);
        refused(
            package.delete_unfinished(&mut ()),
            ErrorKind::OutcomeUnknown,
        );
        emulator.clear_faults();
        assert!(!is_deleted(&emulator, &package));
        assert_eq!(emulator.count("delete_package"), 0);
    }
}

/// Recipients who are added during finalize, by this program or another one, need the keycode as well.
#[test]
fn recipients_who_are_added_during_finalize_get_the_keycode() {
    for by_another in [false, true] {
        let emulator = Emulator::start();
        let (client, third) = (emulator.client(), emulator.client_of(2, options()));
        let key_id = third.register_public_key(&mut (), KEY, "d").unwrap();
        let package = ready(&client);
        let keycode = package.keycode().unwrap().into();
        let other = Package::open(&client, &mut (), package.id(), keycode).unwrap();
        emulator.fault(json!({"endpoint": "finalize", "action": {"hang_ms": 1500}}));
        thread::scope(|scope| {
            let finalizing = scope.spawn(|| finalize(&package));
            let end = Instant::now() + Duration::from_secs(20);
            while emulator.fault_hits() == 0 {
                assert!(Instant::now() < end);
                thread::sleep(Duration::from_millis(10));
            }
            let by = if by_another { &other } else { &package };
            by.add_recipient(&mut (), "third@acme.test", None).unwrap();
            finalizing.join().unwrap();
        });
        let keycodes = &emulator.package(package.id())["keycodes"];
        assert!(keycodes.get(&key_id).is_some(), "{by_another}: {keycodes}");
    }
}

#[test]
fn without_unknown_recipients_keys_are_asked_for_once() {
    let emulator = Emulator::start();
    let second = emulator.client_of(1, options());
    second.register_public_key(&mut (), KEY, "d").unwrap();
    finalize(&ready(&emulator.client()));
    assert_eq!(emulator.count("package_public_keys"), 1);
    assert_eq!(emulator.count("set_keycode"), 1);
}

/// The package is finalized, even if a keycode cannot be stored afterwards.
#[test]
fn keycodes_that_cannot_be_stored_after_finalize_are_logged() {
    let emulator = Emulator::start();
    let package = ready(&emulator.client());
    let unknown = json!({"recipients": ["second@acme.test", "late@x.test"]});
    emulator.fault(
        json!({"endpoint": "finalize", "when": "after", "action": {"replace_json": unknown}}),
    );
    let denied = json!({"response": "DENIED", "message": "no"});
    emulator.fault(
        json!({"endpoint": "package_public_keys", "skip": 1, "action": {"envelope": denied}}),
    );
    let mut watch = Watch::new();
    let finalized = package.finalize(&mut watch, &FinalizeOptions::default());
    opens(&emulator, &finalized.unwrap().link);
    assert_eq!(emulator.fault_hits(), 2);
    assert!(watch.log.iter().any(|line| line.contains("late@x.test")));
}

#[test]
fn a_link_to_another_host_gets_no_keycode() {
    for named in [
        "http://evil.test/receive/?thread=A&packageCode=C",
        "https://127.0.0.1/receive/?packageCode=C",
        "httpx",
        "",
    ] {
        let emulator = Emulator::start();
        let package = ready(&emulator.client());
        let message = json!({ "message": named });
        emulator.fault(
            json!({"endpoint": "finalize", "when": "after", "action": {"replace_json": message}}),
        );
        let link = finalize(&package);
        assert_eq!(link, package.link().unwrap(), "{named}");
        assert!(link.starts_with(&emulator.text("url")), "{link}");
    }
}
