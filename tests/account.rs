//! The account, login and registration, and the Dropzone, against the emulator.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use sendsafely::{
    ApiKey, AuditLogEntry, AuditLogFilter, Client, ClientOptions, ErrorKind, FinalizeOptions,
    Login, Package, Registration, RegistrationProof, SecretString,
};
use serde_json::{Value, json};
use support::*;

#[test]
fn the_account_and_its_organization() {
    let emulator = Emulator::start();
    let client = emulator.client();
    assert_eq!(
        client.verify_credentials(&mut ()).unwrap(),
        "admin@acme.test"
    );
    assert_eq!(client.verify_version(&mut ()).unwrap(), "OK");
    emulator.settings(json!({"client_version": "UPGRADE_AVAILABLE"}));
    assert_eq!(client.verify_version(&mut ()).unwrap(), "UPGRADE_AVAILABLE");
    let user = client.user(&mut ()).unwrap();
    assert_eq!(user.email, "admin@acme.test");
    assert!(user.is_administrator);
    assert_eq!(user.package_life, Some(14));
    assert_eq!(user.may_use_trusted_devices, Some(true));
    assert!(
        !client_of_second(&emulator)
            .user(&mut ())
            .unwrap()
            .is_administrator
    );
    let enterprise = client.enterprise(&mut ()).unwrap();
    assert!(enterprise.host.is_some() && enterprise.system_name.is_some());
    assert!(enterprise.allow_undisclosed_recipients);
    emulator.settings(json!({"allow_undisclosed_recipients": false}));
    let enterprise = client.enterprise(&mut ()).unwrap();
    assert!(!enterprise.allow_undisclosed_recipients);

    // Every member has an unexpected form, or is absent.
    let odd = json!({"response": "SUCCESS", "email": "a@x.test", "packageLife": "30", "adminUser": "True", "publicKey": null, "new": [1]});
    emulator
        .fault(json!({"endpoint": "user_information", "times": 1, "action": {"envelope": odd}}));
    let user = client.user(&mut ()).unwrap();
    assert_eq!((user.package_life, user.is_administrator), (Some(30), true));
    assert_eq!((user.may_use_trusted_devices, user.user_id), (None, None));
}

fn client_of_second(emulator: &Emulator) -> Client {
    emulator.client_of(1, options())
}

#[test]
fn the_audit_log_is_for_administrators() {
    let emulator = Emulator::start();
    let filter = AuditLogFilter {
        event_type: "LOGIN".to_owned(),
        first_row: 3,
        page_size: 7,
        ..AuditLogFilter::default()
    };
    let json = emulator.client().audit_log(&mut (), &filter).unwrap();
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["response"], "SUCCESS");
    let sent = emulator.requests().last().unwrap()["body"].clone();
    let sent: Value = serde_json::from_str(sent.as_str().unwrap()).unwrap();
    assert_eq!(
        (&sent["eventType"], &sent["rowIndex"], &sent["pageSize"]),
        (&json!("LOGIN"), &json!(3), &json!(7))
    );
    assert_kind(
        client_of_second(&emulator).audit_log(&mut (), &AuditLogFilter::default()),
        ErrorKind::Denied,
    );
    let too_many = AuditLogFilter {
        page_size: 101,
        ..AuditLogFilter::default()
    };
    assert_kind(
        emulator.client().audit_log(&mut (), &too_many),
        ErrorKind::InvalidArgument,
    );
}

#[test]
fn the_audit_log_is_listed_page_by_page() {
    let emulator = Emulator::start();
    let client = emulator.client();
    let made: Vec<String> = (0..5)
        .map(|_| Package::create(&client, &mut ()).unwrap().id().to_owned())
        .collect();
    let filter = AuditLogFilter {
        min_timestamp: "2026-01-31".to_owned(),
        max_timestamp: "2099-01-31 13:45:00".to_owned(),
        first_row: 1,
        page_size: 2,
        ..AuditLogFilter::default()
    };
    let all = |filter: &AuditLogFilter| {
        let pages = client.list_audit_log(filter).unwrap();
        let entries = std::iter::from_fn(|| pages.next(&mut ()).unwrap());
        entries.collect::<Vec<_>>()
    };
    let entries = all(&filter);
    let packages = entries.iter().map(|entry| {
        let details: Value = serde_json::from_str(entry.details.as_deref().unwrap()).unwrap();
        details["packageId"].as_str().unwrap().to_owned()
    });
    // Newest first; the options skip the first row.
    assert!(packages.eq(made.into_iter().rev().skip(1)));
    let first = &entries[0];
    assert_eq!(first.event_type.as_deref(), Some("PACKAGE_EVENT"));
    assert_eq!(first.authenticated_user.as_deref(), Some("admin@acme.test"));
    assert!(first.time.as_ref().unwrap().seconds > Some(1_700_000_000));
    let sent = emulator.requests();
    let sent = sent.iter().filter(|sent| sent["endpoint"] == "audit_log");
    let bodies: Vec<Value> = sent
        .map(|sent| serde_json::from_str(sent["body"].as_str().unwrap()).unwrap())
        .collect();
    let rows: Vec<_> = bodies.iter().map(|body| &body["rowIndex"]).collect();
    // The last page is full, and does not say that it is the last.
    assert_eq!(rows, [&json!(1), &json!(3), &json!(5)]);
    assert_eq!(bodies[0]["pageSize"], 2);
    assert_eq!(bodies[0]["minTimestamp"], "2026-01-31");
    assert_eq!(bodies[0]["maxTimestamp"], "2099-01-31 13:45:00");

    // The list under another name, with a null, and with the row of the next page.
    let record = json!({"eventId": "E", "eventType": "USER_EVENT", "authenticatedUser": "Anonymous Recipient",
        "impersonatedUser": null, "timestamp": "2026-01-31T13:45:00Z"});
    let page =
        json!({"response": "SUCCESS", "events": [record], "pagination": {"nextRowIndex": "1"}});
    let last = json!({"response": "SUCCESS", "events": [{"eventId": "F", "impersonatedUser": "b@acme.test"}],
        "pagination": {"rowsReturned": "1"}});
    for response in [page, last] {
        emulator
            .fault(json!({"endpoint": "audit_log", "times": 1, "action": {"envelope": response}}));
    }
    let entries = all(&AuditLogFilter::default());
    assert_eq!(entries.len(), 2);
    assert_eq!(
        entries[0].authenticated_user.as_deref(),
        Some("Anonymous Recipient")
    );
    assert_eq!(entries[0].impersonated_user, None);
    assert_eq!(entries[1].impersonated_user.as_deref(), Some("b@acme.test"));

    // Pages without the next row, and a response without a list at their end.
    let rows = |rows: Value, count: &str| json!({"response": "SUCCESS", "events": rows, "pagination": {"rowsReturned": count}});
    let full = json!([{"eventId": "G"}, {"eventId": "H"}]);
    let none = json!({"response": "SUCCESS", "pagination": {"rowsReturned": "0"}});
    for response in [rows(full, "2"), rows(json!([{"eventId": "I"}]), "1"), none] {
        emulator
            .fault(json!({"endpoint": "audit_log", "times": 1, "action": {"envelope": response}}));
    }
    let ids = |entries: Vec<AuditLogEntry>| entries.into_iter().map(|entry| entry.event_id);
    let of_two = AuditLogFilter {
        page_size: 2,
        ..AuditLogFilter::default()
    };
    assert!(ids(all(&of_two)).eq(["G", "H", "I"]));
    assert_eq!(ids(all(&of_two)).count(), 0);

    let second = client_of_second(&emulator);
    let others = second.list_audit_log(&AuditLogFilter::default()).unwrap();
    assert_kind(others.next(&mut ()), ErrorKind::Denied);
    let too_many = AuditLogFilter {
        page_size: 101,
        ..AuditLogFilter::default()
    };
    assert_kind(client.list_audit_log(&too_many), ErrorKind::InvalidArgument);
    emulator
        .fault(json!({"endpoint": "audit_log", "action": {"envelope": {"response": "SUCCESS"}}}));
    let lacking = client.list_audit_log(&AuditLogFilter::default()).unwrap();
    assert_kind(lacking.next(&mut ()), ErrorKind::BadAnswer);
}

fn without_credentials(emulator: &Emulator) -> Client {
    Client::without_credentials(&emulator.text("url"), options()).unwrap()
}

#[track_caller]
fn key(login: Login) -> ApiKey {
    match login {
        Login::Done(key) => key,
        other => panic!("{other:?}"),
    }
}

fn password() -> SecretString {
    "correct horse battery".into()
}

#[test]
fn logging_in_gives_a_key_that_works() {
    let emulator = Emulator::start();
    let client = without_credentials(&emulator);
    assert_kind(client.user(&mut ()), ErrorKind::NoCredentials);
    assert_kind(Package::create(&client, &mut ()), ErrorKind::NoCredentials);
    assert_eq!(emulator.requests().len(), 0);

    let right = SecretString::new(emulator.of_user(1, "password"));
    let key = key(client
        .generate_api_key(&mut (), "second@acme.test", right.clone(), "laptop")
        .unwrap());
    assert_eq!(key.email.as_deref(), Some("second@acme.test"));
    assert!(!format!("{key:?}").contains(key.api_secret.expose()));
    let secret = key.api_secret.clone();
    let user = Client::new(&emulator.text("url"), &key.api_key, secret, options()).unwrap();
    assert_eq!(
        user.verify_credentials(&mut ()).unwrap(),
        "second@acme.test"
    );

    let wrong = client.generate_api_key(&mut (), "second@acme.test", "wrong".into(), "laptop");
    assert_kind(wrong, ErrorKind::AuthenticationFailed);
    // Unlike a signature, a password depends on no clock: a wrong one is sent only once, whatever the clocks.
    emulator.settings(json!({"clock_offset_ms": 7_200_000}));
    let before = emulator.count("generate_key");
    let wrong = client.generate_api_key(&mut (), "second@acme.test", "wrong".into(), "laptop");
    assert_kind(wrong, ErrorKind::AuthenticationFailed);
    assert_eq!(emulator.count("generate_key"), before + 1);
    emulator.settings(json!({"clock_offset_ms": 0}));
    let malformed = client.generate_api_key(&mut (), "second", right.clone(), "laptop");
    assert_kind(malformed, ErrorKind::MalformedEmail);
    // Requests of a login have no key or signature, and none is repeated when its response is lost.
    emulator.forget_requests();
    emulator.lose_response("generate_key");
    let lost = client.generate_api_key(&mut (), "second@acme.test", right, "laptop");
    assert_kind(lost, ErrorKind::OutcomeUnknown);
    let requests = emulator.requests();
    assert_eq!(requests.len(), 1);
    let headers = requests[0]["headers"].as_object().unwrap();
    assert!(!headers.contains_key("ss-api-key") && !headers.contains_key("ss-request-signature"));
}

#[test]
fn a_second_factor_is_asked_for() {
    let emulator = Emulator::start();
    let careful = json!({"email": "careful@acme.test", "password": "p4ssw0rd-of-careful", "two_factor": true});
    emulator.admin_json("POST", "/users", &careful);
    let client = without_credentials(&emulator);
    let password = SecretString::from("p4ssw0rd-of-careful");
    let login = client.generate_api_key(&mut (), "careful@acme.test", password, "laptop");
    let Login::SecondFactorRequired {
        validation_token,
        kind,
    } = login.unwrap()
    else {
        panic!("no second factor");
    };
    assert_eq!(kind.as_deref(), Some("SMS"));
    let enter = |code: &str| {
        client.generate_api_key_second_factor(
            &mut (),
            validation_token.clone(),
            code.into(),
            "laptop",
        )
    };
    assert_kind(enter("000000"), ErrorKind::AuthenticationFailed);
    assert_kind(enter("000000"), ErrorKind::AuthenticationFailed);
    assert_kind(enter("000000"), ErrorKind::PinResent);
    emulator.lose_response("generate_key_second_factor");
    assert_kind(enter("123456"), ErrorKind::OutcomeUnknown);
    let unknown =
        client.generate_api_key_second_factor(&mut (), "none".into(), "123456".into(), "laptop");
    assert_kind(unknown, ErrorKind::AuthenticationFailed);
    // For other calls, "second factor required" is a failure, and its token is in no text.
    let odd = json!({"response": "TWO_FA_REQUIRED", "message": "the-secret-token"});
    emulator
        .fault(json!({"endpoint": "user_information", "times": 1, "action": {"envelope": odd}}));
    let error = emulator.client().user(&mut ()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Refused);
    assert_eq!(error.server_code(), Some("TWO_FA_REQUIRED"));
    assert!(!format!("{error:?} {:?}", error.server_message()).contains("the-secret-token"));
    let empty = client.generate_api_key_second_factor(&mut (), "".into(), "1".into(), "laptop");
    assert_kind(empty, ErrorKind::InvalidArgument);
}

#[test]
fn an_oauth_token_is_exchanged() {
    let emulator = Emulator::start();
    let client = without_credentials(&emulator);
    let token = emulator.of_user(2, "oauth_token");
    let exchange = |token: &str| client.generate_api_key_oauth(&mut (), token.into(), "plug-in");
    let key = key(exchange(&token).unwrap());
    assert_eq!(key.email.as_deref(), Some("third@acme.test"));
    assert_kind(exchange("another/../token"), ErrorKind::AuthForbidden);
    emulator.refuse_once("generate_key_oauth", "USER_ALREADY_EXISTS");
    assert_kind(exchange(&token), ErrorKind::UserAlreadyExists);
    emulator.lose_response("generate_key_oauth");
    assert_kind(exchange(&token), ErrorKind::OutcomeUnknown);
}

fn registration(proof: RegistrationProof) -> Registration {
    Registration {
        proof,
        password: password(),
        question: "The first pet?".to_owned(),
        answer: "Müller".into(),
        first_name: "Neu".to_owned(),
        last_name: "Ling".to_owned(),
    }
}

#[test]
fn registering_by_link_and_by_pin() {
    let emulator = Emulator::start();
    let client = without_credentials(&emulator);
    client
        .start_registration(&mut (), "new@acme.test", false)
        .unwrap();
    let waiting = emulator.admin_json("GET", "/registrations", &Value::Null);
    let token = waiting.as_object().unwrap().keys().next().unwrap().clone();
    let by_link = |token: &str| registration(RegistrationProof::Token(token.into()));
    let weak = Registration {
        password: "weak".into(),
        ..by_link(&token)
    };
    assert_kind(
        client.finish_registration(&mut (), weak),
        ErrorKind::PasswordTooWeak,
    );
    let unknown = by_link("unknown");
    assert_kind(
        client.finish_registration(&mut (), unknown),
        ErrorKind::InvalidToken,
    );
    emulator.refuse_once("finish_registration", "TOKEN_EXPIRED");
    assert_kind(
        client.finish_registration(&mut (), by_link(&token)),
        ErrorKind::TokenExpired,
    );
    let email = client
        .finish_registration(&mut (), by_link(&token))
        .unwrap();
    assert_eq!(email, "new@acme.test");
    let login = client.generate_api_key(&mut (), "new@acme.test", password(), "first");
    assert_eq!(key(login.unwrap()).email.as_deref(), Some("new@acme.test"));

    client
        .start_registration(&mut (), "pin@acme.test", true)
        .unwrap();
    let by_pin = |pin: &str| {
        registration(RegistrationProof::Pin {
            email: "pin@acme.test".to_owned(),
            pin: pin.into(),
        })
    };
    assert_kind(
        client.finish_registration(&mut (), by_pin("000000")),
        ErrorKind::PinResent,
    );
    emulator.lose_response("finish_pin_registration");
    assert_kind(
        client.finish_registration(&mut (), by_pin("123456")),
        ErrorKind::OutcomeUnknown,
    );
    let login = client.generate_api_key(&mut (), "pin@acme.test", password(), "first");
    assert_eq!(key(login.unwrap()).email.as_deref(), Some("pin@acme.test"));

    for (code, kind) in [
        ("INVALID_EMAIL", ErrorKind::InvalidEmail),
        ("AUTH_FORBIDDEN", ErrorKind::AuthForbidden),
        ("TWO_FA_ENFORCED", ErrorKind::SecondFactorEnforced),
        ("USER_NOT_FOUND", ErrorKind::UserNotFound),
    ] {
        emulator.refuse_once("register", code);
        assert_kind(
            client.start_registration(&mut (), "x@acme.test", true),
            kind,
        );
    }
    emulator.lose_response("register");
    assert_kind(
        client.start_registration(&mut (), "x@acme.test", true),
        ErrorKind::OutcomeUnknown,
    );
}

#[test]
fn dropzone_recipients_are_listed_added_and_removed() {
    let emulator = Emulator::start();
    let client = emulator.client();
    let emails = || client.dropzone_recipients(&mut ()).unwrap();
    assert_eq!(emails(), Vec::<String>::new());
    let add = |email: &str| client.add_dropzone_recipient(&mut (), email);
    add("a@acme.test").unwrap();
    emulator.lose_response("add_dropzone_recipient");
    add("b@acme.test").unwrap();
    assert_eq!(emails(), ["a@acme.test", "b@acme.test"]);
    assert_kind(add("a@acme.test"), ErrorKind::DuplicateEmail);
    assert_kind(add("nonsense"), ErrorKind::MalformedEmail);
    emulator.refuse_once("add_dropzone_recipient", "GUESTS_PROHIBITED");
    assert_kind(add("c@acme.test"), ErrorKind::GuestsProhibited);
    let remove = |email: &str| client.remove_dropzone_recipient(&mut (), email);
    emulator.lose_response("remove_dropzone_recipient");
    remove("a@acme.test").unwrap();
    assert_eq!(emails(), ["b@acme.test"]);
    assert_kind(remove("a@acme.test"), ErrorKind::Refused);
}

/// Creates a package as an anonymous sender, with a file of several parts and a message.
fn anonymous(emulator: &Emulator, options: ClientOptions) -> Package {
    let dropzone = emulator.text("dropzone_id");
    let client = Client::for_dropzone(&emulator.text("url"), &dropzone, options).unwrap();
    let package = Package::create(&client, &mut ()).unwrap();
    upload(&package, "drop.bin", &noise(1, 3 * PART)).unwrap();
    package.set_message(&mut (), "Grüße").unwrap();
    package
}

#[test]
fn an_anonymous_sender_drops_a_package() {
    let emulator = Emulator::start();
    for force_api_route in [false, true] {
        emulator.admin("POST", "/reset", b"");
        let client_options = ClientOptions {
            force_api_route,
            ..options()
        };
        let package = anonymous(&emulator, client_options);
        assert_kind(
            package.submit_hosted_dropzone(&mut (), "Label", "a@x.test"),
            ErrorKind::NotFinalized,
        );
        let finalize = FinalizeOptions {
            unconfirmed_sender: Some("stranger@x.test".to_owned()),
            ..FinalizeOptions::default()
        };
        emulator.lose_response("finalize");
        let link = package.finalize(&mut (), &finalize).unwrap().link;
        for request in emulator.requests() {
            if request["listener"] == "api" {
                let headers = request["headers"].as_object().unwrap();
                assert!(!headers.contains_key("ss-request-signature"), "{request}");
                let path = request["path"].as_str().unwrap();
                assert!(path.starts_with("/drop-zone/v2.0/"), "{path}");
                assert!(!path.contains(package.id()), "{path}");
            }
        }
        let state = emulator.package(package.id());
        assert_eq!(state["unconfirmed_sender"], "stranger@x.test");

        // The Dropzone's owner reads it.
        let received = Package::open_link(&emulator.client(), &mut (), &link).unwrap();
        assert_eq!(received.message(&mut ()).unwrap().as_deref(), Some("Grüße"));
        let directory = TempDir::new();
        let done = received
            .download_all(&mut (), &directory.0, &Default::default())
            .unwrap();
        assert_eq!(done.items[0].size, 3 * PART as u64);
    }
}

#[test]
fn a_hosted_dropzone_hands_over_to_its_connectors() {
    let emulator = Emulator::start();
    emulator.settings(json!({"integrations": 2}));
    let package = anonymous(&emulator, options());
    let link = finalize(&package);
    emulator.forget_requests();
    let submit = |email: &str| package.submit_hosted_dropzone(&mut (), "My label", email);
    submit("stranger@x.test").unwrap();
    let handed: Vec<_> = emulator
        .requests()
        .into_iter()
        .filter(|request| request["endpoint"] == "dropzone_connector")
        .collect();
    assert_eq!(handed.len(), 2, "each connector once");
    assert_ne!(handed[0]["path"], handed[1]["path"]);
    let keycode = link.rsplit_once('=').unwrap().1;
    assert!(handed[0]["body"].as_str().unwrap().contains(keycode));

    // The request to a connector is repeated twice, that to the Dropzone is not.
    assert_kind(submit("nonsense"), ErrorKind::MalformedEmail);
    emulator.forget_requests();
    emulator.fault(json!({"endpoint": "dropzone_connector", "path_contains": "/2/", "times": 0, "action": {"envelope": {"result": "error"}}}));
    assert_kind(submit("stranger@x.test"), ErrorKind::Refused);
    assert_eq!(emulator.count("dropzone_connector"), 4);
    emulator.clear_faults();
    emulator.lose_response("submit_hosted_dropzone");
    assert_kind(submit("stranger@x.test"), ErrorKind::OutcomeUnknown);

    // A user's package belongs to no Dropzone.
    let own = package_with_file(&emulator.client());
    finalize(&own);
    assert_kind(
        own.submit_hosted_dropzone(&mut (), "Label", "a@x.test"),
        ErrorKind::InvalidArgument,
    );
}

fn package_with_file(client: &Client) -> Package {
    let package = package(client);
    upload(&package, "a.bin", b"a").unwrap();
    package
}

#[test]
fn only_a_dropzone_takes_the_name_of_a_sender() {
    let emulator = Emulator::start();
    let package = package_with_file(&emulator.client());
    let with_sender = FinalizeOptions {
        unconfirmed_sender: Some("a@x.test".to_owned()),
        ..FinalizeOptions::default()
    };
    assert_kind(
        package.finalize(&mut (), &with_sender),
        ErrorKind::InvalidArgument,
    );
    let package = anonymous(&emulator, options());
    let malformed = FinalizeOptions {
        unconfirmed_sender: Some("a".to_owned()),
        ..FinalizeOptions::default()
    };
    assert_kind(
        package.finalize(&mut (), &malformed),
        ErrorKind::MalformedEmail,
    );
    let token = FinalizeOptions {
        confirmed_sender_token: Some("token-of-the-sender".into()),
        ..FinalizeOptions::default()
    };
    package.finalize(&mut (), &token).unwrap();
    let finalize = emulator.requests().into_iter().rev();
    let body = finalize
        .filter(|request| request["endpoint"] == "finalize")
        .find_map(|request| request["body"].as_str().map(str::to_owned));
    assert!(body.unwrap().contains("token-of-the-sender"));
}
