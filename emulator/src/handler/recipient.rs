//! Recipients of packages, collaborators of Workspaces.

use serde_json::{Value, json};

use crate::call::{Call, is_email};
use crate::dates::{display, timestamp};
use crate::envelope::{Refusal, Response, refuse, success};
use crate::handler::file::file_json;
use crate::handler::package_list::list_entry;
use crate::settings::Settings;
use crate::state::State;
use crate::state::access::Right;
use crate::state::package::Package;
use crate::state::recipient::{Phone, ROLES, Recipient};

#[rustfmt::skip]
const DIALLING_CODES: [(&str, u32); 30] = [
    ("US", 1), ("GB", 44), ("AU", 61), ("AT", 43), ("BE", 32), ("BR", 55), ("CN", 86), ("DK", 45), ("FI", 358), ("FR", 33),
    ("DE", 49), ("IN", 91), ("IQ", 964), ("IE", 353), ("IT", 39), ("JO", 962), ("KW", 965), ("LY", 218), ("NL", 31), ("NZ", 64),
    ("OM", 968), ("PL", 48), ("PT", 351), ("QA", 974), ("RU", 7), ("SA", 966), ("ES", 34), ("SE", 46), ("CH", 41), ("AE", 971),
];

pub(crate) fn recipient_json(
    state: &State,
    settings: &Settings,
    package: &Package,
    recipient: &Recipient,
) -> Value {
    let phones: Vec<Value> = recipient.phone.iter().map(phone_json).collect();
    let confirmations: Vec<Value> = recipient
        .confirmations
        .iter()
        .map(|confirmation| {
            let file = package
                .files
                .iter()
                .find(|file| Some(&file.id) == confirmation.file_id.as_ref());
            json!({
                "ipAddress": "127.0.0.1",
                "timestamp": timestamp(confirmation.time_ms),
                "timeStampStr": display(confirmation.time_ms),
                "isMessage": confirmation.file_id.is_none(),
                "file": file.map(|file| file_json(settings, file)),
            })
        })
        .collect();
    json!({
        "recipientId": recipient.id,
        "email": recipient.email,
        "fullName": state.full_name(&recipient.email),
        "needsApproval": recipient.needs_approval,
        "approvalRequired": recipient.needs_approval,
        "recipientCode": recipient.code,
        "confirmations": confirmations,
        "isPackageOwner": recipient.email == package.owner,
        "checkForPublicKeys": state.public_keys.values().any(|key| key.email == recipient.email),
        "roleName": recipient.role,
        "phonenumbers": phones,
        "autoEnabledNumber": recipient.phone.as_ref().map_or("", |phone| phone.number.as_str()),
        "smsAuth": recipient.phone.is_some(),
    })
}

fn phone_json(phone: &Phone) -> Value {
    json!({"countryCode": phone.dialling_code, "phonenumber": phone.number, "wasUsedMostRecently": true})
}

/// A number with a `+` begins with its own dialling code, which counts instead of the country's.
fn parse_phone(number: &str, country: &str) -> Result<Phone, Refusal> {
    let invalid = || refuse("INVALID_INPUT", "the phone number is not valid");
    if !number
        .chars()
        .all(|character| character.is_ascii_digit() || "+-(). ".contains(character))
    {
        return Err(invalid());
    }
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    let known = |code: u32| {
        digits
            .strip_prefix(&code.to_string())
            .map(|rest| (code, rest.to_owned()))
    };
    let (dialling_code, local) = match number.trim_start().starts_with('+') {
        // A dialling code that is not in the table stays a part of the number.
        true => DIALLING_CODES
            .iter()
            .find_map(|&(_, code)| known(code))
            .unwrap_or((0, digits.clone())),
        false => {
            let (_, code) = DIALLING_CODES
                .iter()
                .find(|(name, _)| *name == country)
                .ok_or_else(invalid)?;
            (*code, digits.clone())
        }
    };
    if !(6..=15).contains(&digits.len()) {
        return Err(invalid());
    }
    Ok(Phone {
        country: country.into(),
        dialling_code,
        number: local,
    })
}

/// Adds one recipient; `add_one` and `add_many` have the same rules.
fn add_to(
    package: &mut Package,
    settings: &Settings,
    email: &str,
    is_user: bool,
    phone: Option<Phone>,
) -> Result<Recipient, Refusal> {
    if !is_email(email) {
        return Err(refuse("INVALID_EMAIL", "the e-mail address is not valid"));
    }
    if package
        .recipients
        .iter()
        .any(|recipient| recipient.email.eq_ignore_ascii_case(email))
    {
        return Err(refuse(
            "DUPLICATE_EMAIL",
            "the recipient is already on the package",
        ));
    }
    if package.recipients.len() >= settings.max_recipients {
        return Err(refuse(
            "LIMIT_EXCEEDED",
            format!(
                "a package has at most {} recipients",
                settings.max_recipients
            ),
        ));
    }
    if settings.guests_prohibited && !is_user {
        return Err(refuse(
            "GUESTS_PROHIBITED",
            "the recipient is not a registered user",
        ));
    }
    let recipient = Recipient {
        phone,
        needs_approval: email.rsplit('@').next() == Some(&settings.approval_domain),
        ..Recipient::new(email)
    };
    package.recipients.push(recipient.clone());
    Ok(recipient)
}

fn add(call: &mut Call, email: &str, phone: Option<Phone>) -> Result<Value, Refusal> {
    let settings = call.settings;
    let me = call.me();
    let is_user = call.state.users.contains_key(email);
    let phone = match phone {
        None if call.input.flag("autoEnableSMS") => call.state.phones.get(email).cloned(),
        given => given,
    };
    let (package, _) = call.open(Right::Manage)?;
    let recipient = add_to(package, settings, email, is_user, phone)?;
    package.log(
        &me,
        "RECIPIENT_ADDED",
        &recipient.id,
        &format!("added {email}"),
    );
    let package = package.clone();
    let mut entry = recipient_json(call.state, call.settings, &package, &recipient);
    entry["approvers"] = if recipient.needs_approval {
        vec![settings.approver.clone()]
    } else {
        Vec::new()
    }
    .into();
    Ok(entry)
}

pub(crate) fn add_one(call: &mut Call) -> Response {
    call.open(Right::Manage)?;
    let email = call.input.text("email").unwrap_or_default().to_owned();
    let phone = match call.input.text("phoneNumber") {
        Some(number) => Some(parse_phone(
            number,
            call.input.text("countryCode").unwrap_or("US"),
        )?),
        None => None,
    };
    success(add(call, &email, phone)?)
}

pub(crate) fn add_many(call: &mut Call) -> Response {
    call.open(Right::Manage)?;
    let emails = call
        .input
        .body
        .get("emails")
        .and_then(Value::as_array)
        .cloned()
        .ok_or_else(|| refuse("INVALID_INPUT", "emails is missing"))?;
    let mut approval_required = false;
    let mut entries = Vec::new();
    for email in &emails {
        let email = email.as_str().unwrap_or_default();
        entries.push(match add(call, email, None) {
            Ok(mut entry) => {
                approval_required |= entry["approvalRequired"] == true;
                entry["response"] = "SUCCESS".into();
                entry["message"] = "".into();
                entry
            }
            Err(refusal) => json!({
                "response": refusal.code, "message": refusal.message, "email": email,
                "needsApproval": false, "approvalRequired": false, "phonenumbers": [], "confirmations": [],
            }),
        });
    }
    let approvers = if approval_required {
        vec![call.settings.approver.clone()]
    } else {
        Vec::new()
    };
    success(
        json!({"approvalRequired": approval_required, "approvers": approvers, "recipients": entries}),
    )
}

pub(crate) fn get(call: &mut Call) -> Response {
    let (package, input) = call.open(Right::View)?;
    let recipient = package.recipient(input.param("recipient"))?.clone();
    let package = package.clone();
    success(recipient_json(
        call.state,
        call.settings,
        &package,
        &recipient,
    ))
}

pub(crate) fn update(call: &mut Call) -> Response {
    let me = call.me();
    let (package, input) = call.open(Right::Manage)?;
    let workspace = package.workspace;
    let recipient = package.recipient(input.param("recipient"))?;
    let email = recipient.email.clone();
    if let Some(role) = input.text("roleName") {
        if !workspace || !ROLES.contains(&role) {
            return Err(refuse("INVALID_INPUT", "unknown role, or not a Workspace"));
        }
        recipient.role = role.to_owned();
    }
    let phone = match input.text("phoneNumber") {
        Some(number) => Some(parse_phone(
            number,
            input.text("countrycode").unwrap_or("US"),
        )?),
        None => None,
    };
    if phone.is_some() {
        recipient.phone.clone_from(&phone);
    }
    let (id, role) = (recipient.id.clone(), recipient.role.clone());
    package.log(&me, "RECIPIENT_UPDATED", &id, &format!("changed {email}"));
    if let Some(phone) = phone {
        call.state.phones.insert(email, phone);
    }
    success(json!({"roleName": role}))
}

pub(crate) fn remove(call: &mut Call) -> Response {
    let me = call.me();
    let (package, input) = call.open(Right::Manage)?;
    let recipient = package.recipient(input.param("recipient"))?.clone();
    package.recipients.retain(|other| other.id != recipient.id);
    package.log(
        &me,
        "RECIPIENT_REMOVED",
        &recipient.id,
        &format!("removed {}", recipient.email),
    );
    success(json!({"approvalRequired": false}))
}

pub(crate) fn remove_all(call: &mut Call) -> Response {
    let me = call.me();
    let (package, _) = call.open(Right::Manage)?;
    let owner = package.owner.clone();
    package
        .recipients
        .retain(|recipient| recipient.email == owner);
    package.log(&me, "RECIPIENT_REMOVED", "", "removed all recipients");
    success(json!({"packageId": package.id, "results": {}}))
}

pub(crate) fn history(call: &mut Call) -> Response {
    let email = call.input.param("email");
    if !is_email(email) {
        return Err(refuse("INVALID_EMAIL", "the e-mail address is not valid"));
    }
    let admin = call.state.is_admin(&call.caller);
    let mine = |package: &&Package| admin || package.owner == call.caller.email();
    let mut entries = Vec::new();
    for package in call.state.packages.values().filter(mine) {
        if let Some(recipient) = package
            .recipients
            .iter()
            .find(|recipient| recipient.email == email)
        {
            let mut entry = list_entry(call.state, package);
            entry["packageRecipientResponse"] =
                recipient_json(call.state, call.settings, package, recipient);
            entries.push(entry);
        }
    }
    success(json!({"packages": entries}))
}

pub(crate) fn collaborators(call: &mut Call) -> Response {
    let package = call.open(Right::View)?.0.clone();
    let items: Vec<Value> = package
        .recipients
        .iter()
        .map(|recipient| recipient_json(call.state, call.settings, &package, recipient))
        .collect();
    let count = items.len().to_string();
    success(
        json!({"items": items, "pagination": {"rowIndex": "0", "rowsReturned": count, "rowsCapped": "false"}}),
    )
}

pub(crate) fn permissions(call: &mut Call) -> Response {
    let (package, _) = call.open(Right::View)?;
    let permissions: Vec<Value> = package
        .recipients
        .iter()
        .map(|recipient| json!({"email": recipient.email, "roleName": recipient.role}))
        .collect();
    success(json!({"permissions": permissions}))
}

#[cfg(test)]
mod tests {
    use super::parse_phone;

    #[test]
    fn reads_phone_numbers() {
        let read = |number, country| {
            parse_phone(number, country)
                .map(|phone| (phone.dialling_code, phone.number))
                .map_err(|refusal| refusal.code)
        };
        assert_eq!(read("(415) 555-0100", "US"), Ok((1, "4155550100".into())));
        assert_eq!(read("+49 30 123456", "US"), Ok((49, "30123456".into())));
        assert_eq!(
            read("+82 2 1234 5678", "OTHER"),
            Ok((0, "82212345678".into()))
        );
        assert_eq!(read("030 123456", "OTHER"), Err("INVALID_INPUT"));
        assert_eq!(read("12", "US"), Err("INVALID_INPUT"));
        assert_eq!(read("call me", "US"), Err("INVALID_INPUT"));
    }
}
