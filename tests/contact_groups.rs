//! Contact groups: created, filled, added to packages; refusals and lost responses.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use sendsafely::{Client, ContactGroup, ErrorKind, FinalizeOptions, Package};
use serde_json::{Value, json};
use support::*;

const KEY: &str = include_str!("vectors/node/trusted-device-public.asc");

fn create(client: &Client, name: &str) -> ContactGroup {
    client.create_contact_group(&mut (), name, false).unwrap()
}

fn add(client: &Client, group: &ContactGroup, email: &str) -> String {
    let member = client
        .add_contact_group_member(&mut (), &group.contact_group_id, email)
        .unwrap();
    assert_eq!(member.email, email);
    member.user_id.unwrap()
}

/// The group as the server stores it.
fn on_server(client: &Client, id: &str) -> Value {
    let text = client
        .request(&mut (), "GET", &format!("/group/{id}/"), None)
        .unwrap();
    serde_json::from_str(&text).unwrap()
}

fn groups_on(emulator: &Emulator, package: &Package) -> Vec<String> {
    let raw = emulator.package(package.id());
    let groups = raw["groups"].as_array().unwrap().iter();
    groups.map(|id| id.as_str().unwrap().to_owned()).collect()
}

fn refuses<T>(emulator: &Emulator, endpoint: &str, call: impl Fn() -> sendsafely::Result<T>) {
    for (code, kind) in [
        ("DENIED", ErrorKind::Denied),
        ("FAIL", ErrorKind::Refused),
        ("LIMIT_EXCEEDED", ErrorKind::LimitExceeded),
        ("INVALID_EMAIL", ErrorKind::InvalidEmail),
        ("DUPLICATE_EMAIL", ErrorKind::DuplicateEmail),
        ("USER_NOT_FOUND", ErrorKind::UserNotFound),
        ("UNKNOWN_PACKAGE", ErrorKind::UnknownPackage),
        ("AUTHENTICATION_FAILED", ErrorKind::AuthenticationFailed),
        ("A_LATER_CODE", ErrorKind::Refused),
    ] {
        let envelope = json!({"response": code, "message": "its words"});
        emulator.fault(json!({"endpoint": endpoint, "action": {"envelope": envelope}}));
        let error = refused(call(), kind);
        assert_eq!(error.server_code(), Some(code));
        emulator.clear_faults();
    }
}

#[test]
fn a_group_is_made_filled_emptied_and_deleted() {
    let emulator = Emulator::start();
    let client = emulator.client();
    let group = create(&client, "Sales & Söhne");
    let id = group.contact_group_id.as_str();
    assert_eq!(group.name, "Sales & Söhne");
    assert!(!group.is_organization_group && group.members.is_empty());
    assert_eq!(
        on_server(&client, id)["contactGroup"]["contactGroupName"],
        "Sales & Söhne"
    );
    let (a, b) = (
        add(&client, &group, "a@x.test"),
        add(&client, &group, "second@acme.test"),
    );
    let there = client.contact_group(&mut (), id).unwrap();
    let mut members: Vec<_> = there
        .members
        .iter()
        .map(|member| (member.email.as_str(), member.user_id.as_deref()))
        .collect();
    members.sort();
    assert_eq!(
        members,
        [("a@x.test", Some(&*a)), ("second@acme.test", Some(&*b))]
    );
    assert_eq!(
        client.contact_groups(&mut (), false).unwrap(),
        std::slice::from_ref(&there)
    );
    client.remove_contact_group_member(&mut (), id, &a).unwrap();
    let users = on_server(&client, id)["contactGroup"]["users"].clone();
    assert_eq!(
        users,
        json!([{"userEmail": "second@acme.test", "userId": b}])
    );
    client.delete_contact_group(&mut (), id).unwrap();
    assert!(client.contact_groups(&mut (), false).unwrap().is_empty());
    assert_eq!(on_server(&client, id)["response"], "FAIL");
}

#[test]
fn groups_of_the_organization_are_its_administrators() {
    let emulator = Emulator::start();
    let (admin, user) = (emulator.client(), emulator.client_of(1, options()));
    refused(
        user.create_contact_group(&mut (), "all", true),
        ErrorKind::Denied,
    );
    let group = admin.create_contact_group(&mut (), "all", true).unwrap();
    assert!(group.is_organization_group);
    let id = group.contact_group_id.as_str();
    assert_eq!(
        on_server(&admin, id)["contactGroup"]["contactGroupIsOrganizationGroup"],
        true
    );
    assert!(admin.contact_groups(&mut (), false).unwrap().is_empty());
    let seen = user.contact_groups(&mut (), true).unwrap();
    assert_eq!(seen.len(), 1);
    assert!(seen[0].is_organization_group);
    refused(
        user.add_contact_group_member(&mut (), id, "a@x.test"),
        ErrorKind::Denied,
    );
    refused(user.delete_contact_group(&mut (), id), ErrorKind::Denied);
    // A user does not see the groups of others.
    let own = create(&user, "own");
    refused(
        admin.contact_group(&mut (), &own.contact_group_id),
        ErrorKind::Refused,
    );
}

#[test]
fn mistakes_have_their_kinds() {
    let emulator = Emulator::start();
    let client = emulator.client();
    let group = create(&client, "g");
    let id = group.contact_group_id.as_str();
    let user = add(&client, &group, "a@x.test");
    emulator.forget_requests();
    for blank in ["", "  "] {
        refused(
            client.create_contact_group(&mut (), blank, false),
            ErrorKind::InvalidArgument,
        );
    }
    refused(
        client.add_contact_group_member(&mut (), id, "nobody"),
        ErrorKind::MalformedEmail,
    );
    assert_eq!(emulator.requests().len(), 0);
    refused(
        client.add_contact_group_member(&mut (), id, "a@x.test"),
        ErrorKind::DuplicateEmail,
    );
    refused(
        client.remove_contact_group_member(&mut (), id, "nobody"),
        ErrorKind::UserNotFound,
    );
    for unknown in ["unknown", "", "a/b"] {
        assert!(client.contact_group(&mut (), unknown).is_err());
        assert!(client.delete_contact_group(&mut (), unknown).is_err());
    }
    refuses(&emulator, "create_group", || {
        client.create_contact_group(&mut (), "g", false)
    });
    refuses(&emulator, "get_group", || client.contact_group(&mut (), id));
    refuses(&emulator, "list_groups", || {
        client.contact_groups(&mut (), false)
    });
    refuses(&emulator, "list_enterprise_groups", || {
        client.contact_groups(&mut (), true)
    });
    refuses(&emulator, "delete_group", || {
        client.delete_contact_group(&mut (), id)
    });
    refuses(&emulator, "add_group_member", || {
        client.add_contact_group_member(&mut (), id, "b@x.test")
    });
    refuses(&emulator, "remove_group_member", || {
        client.remove_contact_group_member(&mut (), id, &user)
    });
    let package = Package::create(&client, &mut ()).unwrap();
    refuses(&emulator, "add_group_to_package", || {
        package.add_contact_group(&mut (), id)
    });
    package.add_contact_group(&mut (), id).unwrap();
    refuses(&emulator, "remove_group_from_package", || {
        package.remove_contact_group(&mut (), id)
    });
    assert_eq!(groups_on(&emulator, &package), [id]);
    package.delete(&mut ()).unwrap();
    emulator.forget_requests();
    refused(
        package.add_contact_group(&mut (), id),
        ErrorKind::PackageDeleted,
    );
    refused(
        package.remove_contact_group(&mut (), id),
        ErrorKind::PackageDeleted,
    );
    assert_eq!(emulator.requests().len(), 0);
}

#[test]
fn a_group_is_a_recipient() {
    let emulator = Emulator::start();
    let (client, second) = (emulator.client(), emulator.client_of(1, options()));
    let group = create(&client, "g");
    let id = group.contact_group_id.as_str();
    add(&client, &group, "second@acme.test");
    let package = Package::create(&client, &mut ()).unwrap();
    package.set_message(&mut (), "hello").unwrap();
    let added = package.add_contact_group(&mut (), id).unwrap();
    assert_eq!(added.contact_group_id, id);
    assert_eq!(added.name, "g");
    assert_eq!(added.members.len(), 1);
    assert_eq!(groups_on(&emulator, &package), [id]);
    let information = package.information(&mut ()).unwrap();
    assert_eq!(
        information.contact_groups,
        [client.contact_group(&mut (), id).unwrap()]
    );

    package.remove_contact_group(&mut (), id).unwrap();
    assert!(groups_on(&emulator, &package).is_empty());
    emulator.forget_requests();
    refused(
        package.finalize(&mut (), &FinalizeOptions::default()),
        ErrorKind::NoRecipient,
    );
    assert_eq!(emulator.requests().len(), 0);
    refused(
        package.remove_contact_group(&mut (), id),
        ErrorKind::Refused,
    );

    package.add_contact_group(&mut (), id).unwrap();
    let link = finalize(&package);
    assert!(
        emulator.package(package.id())["recipients"]
            .as_array()
            .unwrap()
            .is_empty()
    );
    let received = Package::open_link(&second, &mut (), &link).unwrap();
    assert_eq!(received.message(&mut ()).unwrap().as_deref(), Some("hello"));

    // A package that is opened again has its groups.
    let package = Package::create(&client, &mut ()).unwrap();
    package.set_message(&mut (), "hello").unwrap();
    package.add_contact_group(&mut (), id).unwrap();
    let keycode = package.keycode().unwrap().into();
    let again = Package::open(&client, &mut (), package.id(), keycode).unwrap();
    finalize(&again);
}

#[test]
fn members_of_a_group_that_comes_later_get_the_keycode() {
    let emulator = Emulator::start();
    let (client, second) = (emulator.client(), emulator.client_of(1, options()));
    let key_id = second.register_public_key(&mut (), KEY, "d").unwrap();
    let group = create(&client, "g");
    add(&client, &group, "second@acme.test");
    let finalized = package(&client);
    finalized.remove_all_recipients(&mut ()).unwrap();
    finalized.add_recipient(&mut (), "a@x.test", None).unwrap();
    finalized.set_message(&mut (), "m").unwrap();
    finalize(&finalized);
    let workspace = Package::create_workspace(&client, &mut (), "").unwrap();
    let private = include_str!("vectors/node/trusted-device-private.asc").into();
    for package in [finalized, workspace] {
        let keycodes = |package: &Package| emulator.package(package.id())["keycodes"].clone();
        assert!(keycodes(&package)[&key_id].is_null());
        package
            .add_contact_group(&mut (), &group.contact_group_id)
            .unwrap();
        let opened =
            Package::open_with_private_key(&second, &mut (), package.id(), &key_id, &private)
                .unwrap();
        assert_eq!(opened.keycode(), package.keycode());
    }
}

#[test]
fn lost_responses_leave_one_effect() {
    let emulator = Emulator::start();
    let client = emulator.client();
    emulator.lose_response("create_group");
    let error = refused(
        client.create_contact_group(&mut (), "g", false),
        ErrorKind::OutcomeUnknown,
    );
    assert!(error.remedy().unwrap().contains("contact groups"));
    assert_eq!(emulator.count("create_group"), 1);
    emulator.clear_faults();
    let groups = client.contact_groups(&mut (), false).unwrap();
    assert_eq!(groups.len(), 1);
    let id = groups[0].contact_group_id.as_str();

    emulator.lose_response("add_group_member");
    let member = client
        .add_contact_group_member(&mut (), id, "a@x.test")
        .unwrap();
    let users = on_server(&client, id)["contactGroup"]["users"].clone();
    assert_eq!(
        users,
        json!([{"userEmail": "a@x.test", "userId": member.user_id}])
    );
    let package = Package::create(&client, &mut ()).unwrap();
    emulator.lose_response("add_group_to_package");
    package.add_contact_group(&mut (), id).unwrap();
    assert_eq!(groups_on(&emulator, &package), [id]);
    emulator.lose_response("remove_group_from_package");
    package.remove_contact_group(&mut (), id).unwrap();
    assert!(groups_on(&emulator, &package).is_empty());
    // A service that refuses to add a group or member twice.
    emulator.lose_response("add_group_to_package");
    emulator.fault(
        json!({"endpoint": "add_group_to_package", "action": {"envelope": {"response": "FAIL"}}}),
    );
    let added = package.add_contact_group(&mut (), id).unwrap();
    assert_eq!(added.contact_group_id, id);
    assert_eq!(groups_on(&emulator, &package), [id]);
    emulator.lose_response("remove_group_member");
    client
        .remove_contact_group_member(&mut (), id, &member.user_id.unwrap())
        .unwrap();
    assert_eq!(on_server(&client, id)["contactGroup"]["users"], json!([]));
    emulator.lose_response("delete_group");
    client.delete_contact_group(&mut (), id).unwrap();
    assert!(client.contact_groups(&mut (), false).unwrap().is_empty());
    assert_eq!(emulator.fault_hits(), 7);
}

/// The first attempt does not reach the server, the second is refused for another reason: the call must fail.
#[test]
fn a_refusal_after_a_lost_request_is_a_refusal() {
    let emulator = Emulator::start();
    let client = emulator.client();
    let group = create(&client, "g");
    let id = group.contact_group_id.as_str();
    let user = add(&client, &group, "a@x.test");
    let package = Package::create(&client, &mut ()).unwrap();
    let other = create(&client, "other").contact_group_id;
    package.add_contact_group(&mut (), id).unwrap();
    let refused_twice = |endpoint: &str, call: &dyn Fn() -> sendsafely::Result<()>| {
        emulator.fault(json!({"endpoint": endpoint, "action": {"close": true}}));
        emulator
            .fault(json!({"endpoint": endpoint, "action": {"envelope": {"response": "DENIED"}}}));
        refused(call(), ErrorKind::Denied);
        assert_eq!(emulator.fault_hits(), 2, "{endpoint}");
        emulator.clear_faults();
    };
    refused_twice("delete_group", &|| client.delete_contact_group(&mut (), id));
    refused_twice("add_group_member", &|| {
        client
            .add_contact_group_member(&mut (), id, "b@x.test")
            .map(|_| ())
    });
    refused_twice("remove_group_member", &|| {
        client.remove_contact_group_member(&mut (), id, &user)
    });
    refused_twice("add_group_to_package", &|| {
        package.add_contact_group(&mut (), &other).map(|_| ())
    });
    refused_twice("remove_group_from_package", &|| {
        package.remove_contact_group(&mut (), id)
    });
}

#[test]
fn members_come_in_pages_if_the_service_says_so() {
    let emulator = Emulator::start();
    let client = emulator.client();
    let group = create(&client, "g");
    add(&client, &group, "z@x.test");
    emulator.forget_requests();
    emulator.fault(json!({"endpoint": "get_group", "action": {"envelope": {"response": "SUCCESS",
        "contactGroup": {"contactGroupId": "G", "contactGroupName": "first", "users": [{"userEmail": "a@x.test", "userId": 1}]},
        "pagination": {"rowIndex": "0", "nextRowIndex": "1"}}}}));
    let whole = client
        .contact_group(&mut (), &group.contact_group_id)
        .unwrap();
    let addresses: Vec<_> = whole
        .members
        .iter()
        .map(|member| member.email.as_str())
        .collect();
    assert_eq!(addresses, ["a@x.test", "z@x.test"]);
    assert_eq!(emulator.requests()[1]["query"], "rowIndex=1");
    // A list without end is ended.
    emulator.fault(json!({"endpoint": "get_group", "times": 0, "action": {"envelope": {"response": "SUCCESS",
        "contactGroup": {"users": [{"userEmail": "a@x.test"}]}, "pagination": {"nextRowIndex": "1"}}}}));
    let ended = client
        .contact_group(&mut (), &group.contact_group_id)
        .unwrap();
    assert_eq!(ended.members.len(), 2);
    emulator.clear_faults();
    emulator
        .fault(json!({"endpoint": "get_group", "action": {"envelope": {"response": "SUCCESS"}}}));
    refused(client.contact_group(&mut (), "g"), ErrorKind::BadAnswer);
    emulator.fault(
        json!({"endpoint": "create_group", "action": {"envelope": {"response": "SUCCESS"}}}),
    );
    refused(
        client.create_contact_group(&mut (), "g", false),
        ErrorKind::BadAnswer,
    );
}
