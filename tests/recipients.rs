//! Recipients: one and many, phone numbers, roles, removal; refusals and lost responses.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::time::Duration;

use sendsafely::{
    Client, ClientOptions, ErrorKind, FinalizeOptions, Package, PhoneNumber, Recipient,
    RecipientResult, Sms, country_codes,
};
use serde_json::{Value, json};
use support::*;

const KEY: &str = include_str!("vectors/node/trusted-device-public.asc");

fn emails(addresses: &[&str]) -> Vec<String> {
    addresses
        .iter()
        .map(|&address| address.to_owned())
        .collect()
}

fn add_many(package: &Package, addresses: &[&str]) -> Vec<RecipientResult> {
    package
        .add_recipients(&mut (), &emails(addresses), false)
        .unwrap()
}

fn number(number: &str, country: Option<&str>) -> PhoneNumber {
    PhoneNumber {
        number: number.into(),
        country: country.map(str::to_owned),
    }
}

/// Addresses of the recipients on the server, in its order.
fn on_server(emulator: &Emulator, package: &Package) -> Vec<String> {
    let raw = emulator.package(package.id());
    let recipients = raw["recipients"].as_array().unwrap().iter();
    recipients
        .map(|recipient| recipient["email"].as_str().unwrap().to_owned())
        .collect()
}

fn raw_recipient(emulator: &Emulator, package: &Package, recipient: &Recipient) -> Value {
    let raw = emulator.package(package.id());
    let mut recipients = raw["recipients"].as_array().unwrap().iter();
    let found = recipients.find(|raw| raw["id"] == json!(recipient.recipient_id));
    found.unwrap().clone()
}

fn respond(emulator: &Emulator, endpoint: &str, envelope: Value) {
    emulator.fault(json!({"endpoint": endpoint, "action": {"envelope": envelope}}));
}

fn kinds(results: &[RecipientResult]) -> Vec<Option<ErrorKind>> {
    let kind = |result: &RecipientResult| result.error.as_ref().map(|error| error.kind());
    results.iter().map(kind).collect()
}

/// Registers a device of the second user; returns the id of its key.
fn register_device(client: &Client) -> String {
    client.register_public_key(&mut (), KEY, "d").unwrap()
}

/// Asserts that a call fails with the kind of each of these codes.
fn refuses<T>(
    emulator: &Emulator,
    endpoint: &str,
    codes: &[(&str, ErrorKind)],
    call: impl Fn() -> sendsafely::Result<T>,
) {
    for (code, kind) in codes {
        respond(
            emulator,
            endpoint,
            json!({"response": code, "message": "its words"}),
        );
        let error = refused(call(), *kind);
        assert_eq!(error.server_code(), Some(*code));
        assert_eq!(error.server_message(), Some("its words"));
        emulator.clear_faults();
    }
}

const COMMON: [(&str, ErrorKind); 6] = [
    ("DENIED", ErrorKind::Denied),
    ("FAIL", ErrorKind::Refused),
    ("LIMIT_EXCEEDED", ErrorKind::LimitExceeded),
    ("UNKNOWN_PACKAGE", ErrorKind::UnknownPackage),
    ("AUTHENTICATION_FAILED", ErrorKind::AuthenticationFailed),
    ("A_LATER_CODE", ErrorKind::Refused),
];

#[test]
fn many_are_added_with_one_request_and_each_has_a_result() {
    let emulator = Emulator::start();
    let package = package(&emulator.client());
    let list = ["a@x.test", "SECOND@acme.test", "b@x.test", "A@x.test"];
    let results = add_many(&package, &list);
    assert_eq!(
        kinds(&results),
        [
            None,
            Some(ErrorKind::DuplicateEmail),
            None,
            Some(ErrorKind::DuplicateEmail)
        ]
    );
    for (result, email) in results.iter().zip(list) {
        assert_eq!(result.email, email);
        assert_eq!(result.recipient.is_some(), result.error.is_none());
    }
    let by_service = results[1].error.as_ref().unwrap();
    assert_eq!(by_service.server_code(), Some("DUPLICATE_EMAIL"));
    assert!(by_service.server_message().is_some());
    let here = results[3].error.as_ref().unwrap();
    assert_eq!(here.server_code(), None);
    assert_eq!(
        on_server(&emulator, &package),
        ["second@acme.test", "a@x.test", "b@x.test"]
    );
    assert_eq!(emulator.count("add_recipients"), 1);
    let first = results[0].recipient.as_ref().unwrap();
    assert_eq!(
        raw_recipient(&emulator, &package, first)["email"],
        "a@x.test"
    );
    // The handle remembers them as recipients.
    let phone = number("4155550100", None);
    package
        .set_recipient_phone(&mut (), &first.recipient_id, &phone)
        .unwrap();
    emulator.forget_requests();
    assert!(add_many(&package, &[]).is_empty());
    assert_eq!(emulator.requests().len(), 0);
}

#[test]
fn a_list_is_checked_before_anything_is_sent() {
    let emulator = Emulator::start();
    let package = package(&emulator.client());
    let many =
        |count: usize| -> Vec<String> { (0..count).map(|n| format!("r{n}@x.test")).collect() };
    emulator.forget_requests();
    let malformed = emails(&["a@x.test", "not an address"]);
    refused(
        package.add_recipients(&mut (), &malformed, false),
        ErrorKind::MalformedEmail,
    );
    refused(
        package.add_recipients(&mut (), &many(99), false),
        ErrorKind::TooManyRecipients,
    );
    assert_eq!(emulator.requests().len(), 0);
    let results = package.add_recipients(&mut (), &many(98), false).unwrap();
    assert!(results.iter().all(|result| result.error.is_none()));
    assert_eq!(on_server(&emulator, &package).len(), 99);
    emulator.forget_requests();
    refused(
        package.add_recipient(&mut (), "z@x.test", None),
        ErrorKind::TooManyRecipients,
    );
    assert_eq!(emulator.requests().len(), 0);
    // One recipient is removed.
    let freed = results[5].recipient.as_ref().unwrap();
    package
        .remove_recipient(&mut (), &freed.recipient_id)
        .unwrap();
    package.add_recipient(&mut (), "z@x.test", None).unwrap();
    package.delete(&mut ()).unwrap();
    emulator.forget_requests();
    refused(
        package.add_recipients(&mut (), &many(1), false),
        ErrorKind::PackageDeleted,
    );
    refused(
        package.remove_all_recipients(&mut ()),
        ErrorKind::PackageDeleted,
    );
    refused(
        package.remove_recipient(&mut (), &freed.recipient_id),
        ErrorKind::PackageDeleted,
    );
    refused(
        package.recipient(&mut (), &freed.recipient_id),
        ErrorKind::PackageDeleted,
    );
    refused(package.collaborators(&mut ()), ErrorKind::PackageDeleted);
    refused(package.permissions(&mut ()), ErrorKind::PackageDeleted);
    assert_eq!(emulator.requests().len(), 0);
}

#[test]
fn each_code_of_the_service_has_its_kind() {
    let emulator = Emulator::start();
    let package = package(&emulator.client());
    let here = package.information(&mut ()).unwrap().recipients[0].clone();
    let id = here.recipient_id.as_str();
    let adding = [
        ("INVALID_EMAIL", ErrorKind::InvalidEmail),
        ("DUPLICATE_EMAIL", ErrorKind::DuplicateEmail),
        ("GUESTS_PROHIBITED", ErrorKind::GuestsProhibited),
    ];
    let unknown = [("INVALID_RECIPIENT", ErrorKind::InvalidRecipient)];
    let list = emails(&["a@x.test"]);
    let codes = [&COMMON[..], &adding].concat();
    refuses(&emulator, "add_recipient", &codes, || {
        package.add_recipient(&mut (), "a@x.test", None)
    });
    refuses(&emulator, "add_recipients", &COMMON, || {
        package.add_recipients(&mut (), &list, false)
    });
    let codes = [&COMMON[..], &unknown].concat();
    refuses(&emulator, "get_recipient", &codes, || {
        package.recipient(&mut (), id)
    });
    refuses(&emulator, "remove_recipients", &COMMON, || {
        package.remove_all_recipients(&mut ())
    });
    refuses(&emulator, "collaborators", &COMMON, || {
        package.collaborators(&mut ())
    });
    refuses(&emulator, "permissions", &COMMON, || {
        package.permissions(&mut ())
    });
    refuses(&emulator, "remove_recipient", &COMMON, || {
        package.remove_recipient(&mut (), id)
    });
    // In a list, each address has its code.
    for (code, kind) in adding {
        let entry = json!({"response": code, "message": "its words", "email": "a@x.test"});
        emulator.fault(json!({"endpoint": "add_recipients", "action": {"envelope": {"response": "SUCCESS", "recipients": [entry]}}}));
        let results = add_many(&package, &["a@x.test"]);
        let error = results[0].error.as_ref().unwrap();
        assert_eq!(error.kind(), kind);
        assert_eq!(error.server_code(), Some(code));
        assert_eq!(error.server_message(), Some("its words"));
        assert!(results[0].recipient.is_none());
        emulator.clear_faults();
    }
    assert_eq!(on_server(&emulator, &package), ["second@acme.test"]);
    // Another program has removed the recipient: this handle forgets it, too.
    respond(
        &emulator,
        "remove_recipient",
        json!({"response": "INVALID_RECIPIENT"}),
    );
    refused(
        package.remove_recipient(&mut (), id),
        ErrorKind::InvalidRecipient,
    );
    upload(&package, "a.bin", b"a").unwrap();
    refused(
        package.finalize(&mut (), &FinalizeOptions::default()),
        ErrorKind::NoRecipient,
    );
}

#[test]
fn responses_to_a_list_are_read_in_every_form() {
    let emulator = Emulator::start();
    let package = package(&emulator.client());
    let entries = json!([
        {"response": "SUCCESS", "recipientId": 7, "email": "C@x.test", "later": {}},
        {"recipientId": "R2", "email": null},
        {"response": "SUCCESS", "email": "a@x.test", "recipientId": ""},
        {"response": "A_LATER_CODE", "message": null, "email": "d@x.test"},
        {"response": "SUCCESS", "recipientId": "R9", "email": "nobody@x.test"},
    ]);
    let envelope = json!({"response": "SUCCESS", "recipients": entries});
    emulator.fault(json!({"endpoint": "add_recipients", "action": {"envelope": envelope}}));
    let list = [
        "a@x.test", "b@x.test", "c@x.test", "d@x.test", "e@x.test", "f@x.test",
    ];
    let results = add_many(&package, &list);
    let id = |index: usize| {
        let recipient = results[index].recipient.as_ref();
        recipient.map(|recipient| recipient.recipient_id.as_str())
    };
    assert_eq!(
        kinds(&results),
        [
            Some(ErrorKind::BadAnswer),
            None,
            None,
            Some(ErrorKind::Refused),
            None,
            Some(ErrorKind::BadAnswer)
        ]
    );
    assert_eq!(
        [id(0), id(1), id(2), id(3), id(4), id(5)],
        [None, Some("R2"), Some("7"), None, Some("R9"), None]
    );
}

#[test]
fn after_a_lost_response_a_list_adopts_what_is_there_and_sends_the_rest() {
    let emulator = Emulator::start();
    emulator.settings(json!({"max_recipients": 3}));
    let package = package(&emulator.client());
    emulator.lose_response("add_recipients");
    let results = add_many(
        &package,
        &["a@x.test", "second@acme.test", "b@x.test", "c@x.test"],
    );
    assert_eq!(
        kinds(&results),
        [
            None,
            Some(ErrorKind::DuplicateEmail),
            None,
            Some(ErrorKind::LimitExceeded)
        ]
    );
    assert_eq!(
        on_server(&emulator, &package),
        ["second@acme.test", "a@x.test", "b@x.test"]
    );
    for index in [0, 2] {
        let recipient = results[index].recipient.as_ref().unwrap();
        let raw = raw_recipient(&emulator, &package, recipient);
        assert_eq!(raw["email"], json!(results[index].email));
    }
    let requests = emulator.requests();
    let bodies: Vec<_> = requests
        .iter()
        .filter(|request| request["endpoint"] == "add_recipients")
        .map(|request| {
            let body: Value = serde_json::from_str(request["body"].as_str().unwrap()).unwrap();
            body["emails"].clone()
        })
        .collect();
    assert_eq!(
        bodies,
        [
            json!(["a@x.test", "second@acme.test", "b@x.test", "c@x.test"]),
            json!(["second@acme.test", "c@x.test"])
        ]
    );
}

/// Neither the response nor what a look at the outcome finds arrives: the same call again finds what it has added.
#[test]
fn what_a_failed_call_has_added_is_no_duplicate_for_the_next_one() {
    let emulator = Emulator::start();
    let client = emulator.client_with(ClientOptions {
        retry_window: Duration::from_secs(1),
        ..options()
    });
    let package = Package::create(&client, &mut ()).unwrap();
    let add = |email: &str| package.add_recipient(&mut (), email, None);
    for endpoint in ["add_recipient", "add_recipients"] {
        emulator.lose_response(endpoint);
    }
    emulator
        .fault(json!({"endpoint": "package_information", "times": 0, "action": {"close": true}}));
    assert!(add("a@x.test").is_err());
    let many = ["b@x.test".to_owned(), "c@x.test".to_owned()];
    assert!(package.add_recipients(&mut (), &many, false).is_err());
    emulator.clear_faults();
    assert_eq!(add("A@x.test").unwrap().email, "a@x.test");
    let results = add_many(&package, &["b@x.test", "c@x.test"]);
    assert_eq!(kinds(&results), [None, None]);
    assert_eq!(
        on_server(&emulator, &package),
        ["a@x.test", "b@x.test", "c@x.test"]
    );
    refused(add("a@x.test"), ErrorKind::DuplicateEmail);
    package
        .set_message(&mut (), "now it can be finalized")
        .unwrap();
    package.finalize(&mut (), &Default::default()).unwrap();
}

#[test]
fn a_list_that_never_arrived_and_one_that_arrived_as_a_whole() {
    let emulator = Emulator::start();
    let package = package(&emulator.client());
    emulator.fault(json!({"endpoint": "add_recipients", "action": {"close": true}}));
    assert_eq!(kinds(&add_many(&package, &["a@x.test"])), [None]);
    assert_eq!(emulator.count("add_recipients"), 2);
    emulator.clear_faults();
    emulator.forget_requests();
    emulator.lose_response("add_recipients");
    assert_eq!(
        kinds(&add_many(&package, &["b@x.test", "c@x.test"])),
        [None, None]
    );
    assert_eq!(emulator.count("add_recipients"), 1);
    assert_eq!(
        on_server(&emulator, &package),
        ["second@acme.test", "a@x.test", "b@x.test", "c@x.test"]
    );
}

#[test]
fn new_collaborators_get_the_keycode_at_once() {
    let emulator = Emulator::start();
    let (client, second) = (emulator.client(), emulator.client_of(1, options()));
    let key_id = register_device(&second);
    let workspace = Package::create_workspace(&client, &mut (), "w").unwrap();
    emulator.forget_requests();
    let results = add_many(&workspace, &["second@acme.test", "third@acme.test"]);
    assert_eq!(kinds(&results), [None, None]);
    let keycodes = emulator.package(workspace.id())["keycodes"].clone();
    assert!(keycodes[&key_id].is_string(), "{keycodes}");
    // The response says that the third user has no keys.
    assert_eq!(emulator.count("recipient_public_keys"), 1);
    let private = include_str!("vectors/node/trusted-device-private.asc").into();
    let opened =
        Package::open_with_private_key(&second, &mut (), workspace.id(), &key_id, &private)
            .unwrap();
    assert_eq!(opened.keycode(), workspace.keycode());

    // A finalized package; a response that does not mention keys means that there are none.
    let package = package(&client);
    package.set_message(&mut (), "m").unwrap();
    package.remove_all_recipients(&mut ()).unwrap();
    package.add_recipient(&mut (), "a@x.test", None).unwrap();
    finalize(&package);
    emulator.forget_requests();
    let entry = json!({"response": "SUCCESS", "recipientId": "R", "email": "second@acme.test"});
    emulator.fault(json!({"endpoint": "add_recipients", "when": "after", "action": {"replace_json": {"recipients": [entry]}}}));
    add_many(&package, &["second@acme.test"]);
    assert_eq!(emulator.count("recipient_public_keys"), 0);
    emulator.clear_faults();
    // Adopted after a lost response.
    package.remove_all_recipients(&mut ()).unwrap();
    emulator.lose_response("add_recipients");
    assert_eq!(kinds(&add_many(&package, &["second@acme.test"])), [None]);
    assert!(emulator.package(package.id())["keycodes"][&key_id].is_string());
    emulator.clear_faults();

    // The keycode is refused, but the recipient is added: the result has both.
    package.remove_all_recipients(&mut ()).unwrap();
    respond(&emulator, "set_keycode", json!({"response": "DENIED"}));
    let results = add_many(&package, &["second@acme.test", "b@x.test"]);
    assert_eq!(kinds(&results), [Some(ErrorKind::Denied), None]);
    assert!(results[0].recipient.is_some());
    emulator.clear_faults();
    let added = results[0].recipient.as_ref().unwrap();
    emulator.forget_requests();
    package
        .upload_keycodes(&mut (), Some(&added.recipient_id))
        .unwrap();
    assert_eq!(emulator.count("set_keycode"), 1);
}

#[test]
fn a_recipient_has_all_its_members() {
    let emulator = Emulator::start();
    let package = package(&emulator.client());
    let file = upload(&package, "a.bin", b"data").unwrap();
    package.set_message(&mut (), "m").unwrap();
    let id = package.information(&mut ()).unwrap().recipients[0]
        .recipient_id
        .clone();
    package
        .set_recipient_phone(&mut (), &id, &number("(415) 555-0100", Some("US")))
        .unwrap();
    let link = finalize(&package);
    let before = package.recipient(&mut (), &id).unwrap();
    assert!(before.confirmations.is_empty() && before.public_keys.is_empty());
    let received = Package::open_link(&emulator.client_of(1, options()), &mut (), &link).unwrap();
    received.message(&mut ()).unwrap();
    download(&received, &file.file_id).unwrap();

    let recipient = package.recipient(&mut (), &id).unwrap();
    let raw = raw_recipient(&emulator, &package, &recipient);
    assert_eq!(recipient.email, "second@acme.test");
    assert_eq!(recipient.phone_numbers, ["+1 4155550100"]);
    assert!(recipient.sms_auth);
    assert_eq!(json!(recipient.recipient_code), raw["code"]);
    let (message, fetched): (Vec<_>, Vec<_>) = recipient
        .confirmations
        .iter()
        .partition(|confirmation| confirmation.is_message);
    assert_eq!((message.len(), fetched.len()), (1, 1));
    assert_eq!(message[0].file_id, None);
    assert_eq!(fetched[0].file_id.as_ref(), Some(&file.file_id));
    assert_eq!(fetched[0].file_name.as_deref(), Some("a.bin"));
    assert_eq!(fetched[0].ip_address.as_deref(), Some("127.0.0.1"));
    let raw_ms = raw["confirmations"][1]["time_ms"].as_i64().unwrap();
    let time = fetched[0].time.as_ref().unwrap();
    assert_eq!(time.seconds, Some(raw_ms / 1000));
    // The package information has the same.
    let information = package.information(&mut ()).unwrap();
    assert_eq!(
        information.recipients[0].confirmations,
        recipient.confirmations
    );

    // Members that other responses may have.
    let key = json!({"id": "K", "key": "armor"});
    emulator.fault(json!({"endpoint": "get_recipient", "action": {"envelope":
        {"response": "SUCCESS", "email": "x@x.test", "phoneNumber": 4155550100_u64, "publicKeys": [key, {"id": "L"}], "smsAuth": "true"}}}));
    let other = package.recipient(&mut (), &id).unwrap();
    assert_eq!(other.recipient_id, id);
    assert_eq!(other.phone_numbers, ["4155550100"]);
    assert_eq!(other.public_keys.len(), 1);
    assert_eq!(other.public_keys[0].public_key, "armor");
}

#[test]
fn known_numbers_are_enabled_when_asked_for() {
    let emulator = Emulator::start();
    let client = emulator.client();
    let first = Package::create(&client, &mut ()).unwrap();
    let sms = Sms::Number(number("+49 30 1234567", None));
    first
        .add_recipient(&mut (), "a@x.test", Some(&sms))
        .unwrap();

    let package = Package::create(&client, &mut ()).unwrap();
    let known = package
        .add_recipient(&mut (), "a@x.test", Some(&Sms::KnownNumber))
        .unwrap();
    assert!(known.sms_auth);
    assert_eq!(known.phone_numbers, ["+49 301234567"]);
    let unknown = package
        .add_recipient(&mut (), "b@x.test", Some(&Sms::KnownNumber))
        .unwrap();
    assert!(!unknown.sms_auth);

    let package = Package::create(&client, &mut ()).unwrap();
    let list = emails(&["a@x.test", "b@x.test"]);
    let results = package.add_recipients(&mut (), &list, true).unwrap();
    let enabled: Vec<_> = results
        .iter()
        .map(|result| result.recipient.as_ref().unwrap().sms_auth)
        .collect();
    assert_eq!(enabled, [true, false]);
    let raw = emulator.package(package.id());
    assert_eq!(raw["recipients"][0]["phone"]["number"], "301234567");
    assert!(raw["recipients"][1]["phone"].is_null());
}

#[test]
fn roles_are_for_workspaces() {
    let emulator = Emulator::start();
    let client = emulator.client();
    let package = package(&client);
    let id = package.information(&mut ()).unwrap().recipients[0]
        .recipient_id
        .clone();
    emulator.forget_requests();
    refused(
        package.set_recipient_role(&mut (), &id, "MANAGER"),
        ErrorKind::OnlyInWorkspace,
    );
    let workspace = Package::create_workspace(&client, &mut (), "").unwrap();
    let added = workspace
        .add_recipient(&mut (), "third@acme.test", None)
        .unwrap();
    let id = added.recipient_id.as_str();
    emulator.forget_requests();
    for bad in ["", "A\nB"] {
        refused(
            workspace.set_recipient_role(&mut (), id, bad),
            ErrorKind::InvalidArgument,
        );
    }
    assert_eq!(emulator.requests().len(), 0);
    for role in ["CONTRIBUTOR", "MANAGER", "OWNER", "VIEWER", "CONTRIBUTOR"] {
        workspace.set_recipient_role(&mut (), id, role).unwrap();
        assert_eq!(raw_recipient(&emulator, &workspace, &added)["role"], role);
        assert_eq!(
            workspace.recipient(&mut (), id).unwrap().role.as_deref(),
            Some(role)
        );
    }
    refused(
        workspace.set_recipient_role(&mut (), id, "KING"),
        ErrorKind::InvalidInput,
    );
    refuses(&emulator, "update_recipient", &COMMON, || {
        workspace.set_recipient_role(&mut (), id, "VIEWER")
    });
    respond(
        &emulator,
        "update_recipient",
        json!({"response": "SUCCESS"}),
    );
    workspace
        .set_recipient_role(&mut (), id, "LIMITED_CONTRIBUTOR")
        .unwrap();
    emulator.clear_faults();
    emulator.lose_response("update_recipient");
    workspace.set_recipient_role(&mut (), id, "VIEWER").unwrap();
    assert_eq!(
        raw_recipient(&emulator, &workspace, &added)["role"],
        "VIEWER"
    );
    refused(
        workspace.set_recipient_role(&mut (), "unknown", "VIEWER"),
        ErrorKind::RecipientNotOnPackage,
    );
}

#[test]
fn removed_recipients_are_gone_on_the_handle_and_the_server() {
    let emulator = Emulator::start();
    let client = emulator.client();
    let package = package(&client);
    package.set_message(&mut (), "m").unwrap();
    let first = package.information(&mut ()).unwrap().recipients[0].clone();
    package
        .remove_recipient(&mut (), &first.recipient_id)
        .unwrap();
    assert!(on_server(&emulator, &package).is_empty());
    emulator.forget_requests();
    refused(
        package.finalize(&mut (), &FinalizeOptions::default()),
        ErrorKind::NoRecipient,
    );
    refused(
        package.set_recipient_phone(&mut (), &first.recipient_id, &number("4155550100", None)),
        ErrorKind::RecipientNotOnPackage,
    );
    assert_eq!(emulator.requests().len(), 0);
    for unknown in [first.recipient_id.as_str(), "nobody", "a..b"] {
        refused(
            package.remove_recipient(&mut (), unknown),
            ErrorKind::RecipientNotOnPackage,
        );
        refused(
            package.recipient(&mut (), unknown),
            ErrorKind::RecipientNotOnPackage,
        );
    }
    assert_eq!(
        emulator.count("remove_recipient") + emulator.count("get_recipient"),
        0
    );

    // Added by another program: found by a look at the service.
    let keycode = package.keycode().unwrap().into();
    let other = Package::open(&client, &mut (), package.id(), keycode).unwrap();
    let elsewhere = other.add_recipient(&mut (), "a@x.test", None).unwrap();
    package
        .remove_recipient(&mut (), &elsewhere.recipient_id)
        .unwrap();
    assert!(on_server(&emulator, &package).is_empty());

    add_many(&package, &["a@x.test", "b@x.test", "c@x.test"]);
    package.remove_all_recipients(&mut ()).unwrap();
    assert!(on_server(&emulator, &package).is_empty());
    refused(
        package.finalize(&mut (), &FinalizeOptions::default()),
        ErrorKind::NoRecipient,
    );
    // Also after finalize.
    add_many(&package, &["a@x.test", "b@x.test"]);
    finalize(&package);
    let there = package.information(&mut ()).unwrap().recipients;
    package
        .remove_recipient(&mut (), &there[0].recipient_id)
        .unwrap();
    assert_eq!(on_server(&emulator, &package), ["b@x.test"]);
}

#[test]
fn after_a_lost_response_a_removal_counts_as_done() {
    let emulator = Emulator::start();
    let package = package(&emulator.client());
    let results = add_many(&package, &["a@x.test", "b@x.test"]);
    let id = &results[0].recipient.as_ref().unwrap().recipient_id;
    emulator.lose_response("remove_recipient");
    package.remove_recipient(&mut (), id).unwrap();
    assert_eq!(emulator.fault_hits(), 1);
    assert_eq!(
        on_server(&emulator, &package),
        ["second@acme.test", "b@x.test"]
    );
    emulator.clear_faults();
    emulator.lose_response("remove_recipients");
    package.remove_all_recipients(&mut ()).unwrap();
    assert_eq!(emulator.fault_hits(), 1);
    assert!(on_server(&emulator, &package).is_empty());
}

#[test]
fn collaborators_and_permissions_are_returned_unchanged() {
    let emulator = Emulator::start();
    let workspace = Package::create_workspace(&emulator.client(), &mut (), "").unwrap();
    add_many(&workspace, &["second@acme.test", "third@acme.test"]);
    let array = |text: String| -> Vec<Value> { serde_json::from_str(&text).unwrap() };
    let all = array(workspace.collaborators(&mut ()).unwrap());
    let addresses: Vec<_> = all
        .iter()
        .map(|item| item["email"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(addresses, on_server(&emulator, &workspace));
    let permissions = array(workspace.permissions(&mut ()).unwrap());
    assert_eq!(permissions.len(), addresses.len());
    assert!(permissions.iter().all(|item| item["roleName"].is_string()));

    // Pages are joined, and elements of any kind are returned.
    emulator.forget_requests();
    emulator.fault(json!({"endpoint": "collaborators", "when": "after", "action": {"replace_json":
        {"items": ["text", 1, {"a": null}], "pagination": {"rowIndex": "0", "nextRowIndex": "3"}}}}));
    let joined = array(workspace.collaborators(&mut ()).unwrap());
    assert_eq!(joined[..3], [json!("text"), json!(1), json!({"a": null})]);
    assert_eq!(joined[3..], all);
    let requests = emulator.requests();
    assert_eq!(requests.len(), 2);
    assert_eq!(requests[1]["query"], "rowIndex=3");
    emulator.fault(
        json!({"endpoint": "collaborators", "times": 0, "when": "after", "action": {"replace_json":
        {"items": [1], "pagination": {"nextRowIndex": "0"}}}}),
    );
    refused(workspace.collaborators(&mut ()), ErrorKind::BadAnswer);
    emulator.clear_faults();
    for empty in [
        json!({"response": "SUCCESS"}),
        json!({"response": "SUCCESS", "items": null, "permissions": {}}),
    ] {
        emulator.fault(json!({"endpoint": "*", "times": 2, "action": {"envelope": empty}}));
        assert_eq!(workspace.collaborators(&mut ()).unwrap(), "[]");
        assert_eq!(workspace.permissions(&mut ()).unwrap(), "[]");
    }
}

/// The list of protocol 6.4.4, word for word.
const DIALLING_CODES: &str = "US 1, GB 44, AU 61, AT 43, BE 32, BR 55, CN 86, DK 45, FI 358, FR 33, DE 49, IN 91, IQ 964, \
    IE 353, IT 39, JO 962, KW 965, LY 218, NL 31, NZ 64, OM 968, PL 48, PT 351, QA 974, RU 7, SA 966, ES 34, SE 46, CH 41, AE 971";

#[test]
fn countries_are_those_of_the_protocol() {
    let codes = country_codes();
    let listed: Vec<_> = codes
        .iter()
        .map(|country| format!("{} {}", country.country_code, country.dialling_code))
        .collect();
    assert_eq!(listed.join(", "), DIALLING_CODES);
    let emulator = Emulator::start();
    let package = Package::create(&emulator.client(), &mut ()).unwrap();
    let added = package.add_recipient(&mut (), "a@x.test", None).unwrap();
    for country in codes {
        let phone = number("301234567", Some(country.country_code));
        package
            .set_recipient_phone(&mut (), &added.recipient_id, &phone)
            .unwrap();
        let raw = raw_recipient(&emulator, &package, &added);
        assert_eq!(raw["phone"]["dialling_code"], country.dialling_code);
    }
}
