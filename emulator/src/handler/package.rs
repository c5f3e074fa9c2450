//! Packages: created, read, changed, finalized, deleted; notifications.

use serde_json::{Value, json};

use crate::call::Call;
use crate::dates::{now_ms, timestamp};
use crate::envelope::{Refusal, Reply, Response, done, refuse, success};
use crate::handler::contact_group::group_json;
use crate::handler::directory::directories_json;
use crate::handler::file::files_json;
use crate::handler::message::is_checksum;
use crate::handler::recipient::recipient_json;
use crate::random;
use crate::state::access::{Caller, Right};
use crate::state::package::Package;
use crate::state::package_state::PackageState;
use crate::state::recipient::Recipient;

pub(crate) fn create(call: &mut Call) -> Response {
    let workspace = call.input.flag("vdr");
    let dropzone = call.caller == Caller::Dropzone;
    let mut owner = if dropzone {
        call.state.dropzone_owner.clone()
    } else {
        call.me()
    };
    if let Some(other) = call
        .input
        .text("packageUserEmail")
        .filter(|email| !email.is_empty() && *email != owner)
    {
        call.require_admin()?;
        if !call.state.users.contains_key(other) {
            return Err(refuse("USER_NOT_FOUND", "unknown user"));
        }
        owner = other.to_owned();
    }
    if dropzone && workspace {
        return Err(refuse("DENIED", "a Dropzone cannot create Workspaces"));
    }
    let recipients = match dropzone {
        true => {
            let configured = call
                .state
                .dropzone_recipients
                .get(&owner)
                .cloned()
                .unwrap_or_default();
            let others = configured.into_iter().filter(|email| *email != owner);
            std::iter::once(owner.clone())
                .chain(others)
                .map(|email| Recipient::new(&email))
                .collect()
        }
        false => Vec::new(),
    };
    call.state.package_counter += 1;
    let now = now_ms();
    let state = match (workspace, call.settings.fresh_package_temp) {
        (true, _) => PackageState::ActiveIncomplete,
        (false, true) => PackageState::Temp,
        (false, false) => PackageState::InProgress,
    };
    let mut package = Package {
        id: random::package_id(),
        code: random::secret(),
        server_secret: random::secret(),
        owner,
        created_by: call.me(),
        storage_id: random::uuid(),
        workspace,
        dropzone,
        unconfirmed_sender: None,
        number: call.state.package_counter,
        created_ms: now,
        updated_ms: now,
        life: call.settings.default_life_days,
        label: None,
        parent_id: None,
        state,
        finalized: false,
        recipients,
        groups: Default::default(),
        root_directory_id: random::uuid(),
        directories: Default::default(),
        files: Vec::new(),
        message: None,
        keycodes: Default::default(),
        checksum: None,
        undisclosed: false,
        password: None,
        allow_reply_all: false,
        read_only_pdf: false,
        needs_approval: false,
        approvers: Vec::new(),
        fetched: Default::default(),
        notified: 0,
        activity: Vec::new(),
    };
    let creator = package.owner.clone();
    package.log(&creator, "WORKSPACE_CREATED", "", "created the Workspace");
    call.state
        .audit("PACKAGE_EVENT", "PACKAGE_CREATED", &creator, &package);
    let response = json!({
        "packageId": package.id,
        "packageCode": package.code,
        "serverSecret": package.server_secret,
        "rootDirectoryId": workspace.then_some(&package.root_directory_id),
    });
    call.state.packages.insert(package.id.clone(), package);
    success(response)
}

/// The service's failures carry the booleans and numbers of its response class, which cannot be absent.
fn without_package(refusal: Refusal) -> Refusal {
    let more = json!({
        "needsApproval": false, "passwordRequired": false, "isVDR": false, "isArchived": false, "allowReplyAll": false,
        "packageContainsMessage": false, "life": 0, "totalDirectories": 0, "totalFiles": 0,
    });
    Refusal {
        more: more.as_object().cloned().unwrap_or_default(),
        ..refusal
    }
}

pub(crate) fn information(call: &mut Call) -> Response {
    let settings = call.settings;
    let package = call.read().map_err(without_package)?.0.clone();
    let state = &*call.state;
    let recipients: Vec<Value> = package
        .recipients
        .iter()
        .map(|recipient| recipient_json(state, settings, &package, recipient))
        .collect();
    let groups: Vec<Value> = package
        .groups
        .iter()
        .filter_map(|id| state.groups.get(id))
        .map(group_json)
        .collect();
    success(json!({
        "packageId": package.id,
        "packageCode": package.code,
        "serverSecret": package.server_secret,
        "recipients": if package.undisclosed { Vec::new() } else { recipients },
        "contactGroups": groups,
        "files": files_json(settings, &package, &package.root_directory_id),
        "directories": directories_json(settings, &package, &package.root_directory_id),
        "approverList": package.approvers,
        "needsApproval": package.needs_approval,
        "state": package.effective_state().name(),
        "passwordRequired": package.password.is_some(),
        "life": package.life,
        "label": package.label,
        "isVDR": package.workspace,
        "isArchived": false,
        "packageSender": package.sender(),
        "packageTimestamp": timestamp(package.created_ms),
        "rootDirectoryId": package.workspace.then_some(&package.root_directory_id),
        "packageParentId": package.parent_id,
        "allowReplyAll": package.allow_reply_all,
        "packageContainsMessage": package.message.is_some(),
        "totalDirectories": package.directories.len(),
        "totalFiles": package.files.len(),
    }))
}

pub(crate) fn update(call: &mut Call) -> Response {
    let settings = call.settings;
    let me = call.me();
    let (package, input) = call.open(Right::Manage)?;
    if input.body.get("life").is_some_and(|life| !life.is_null()) {
        let life = input
            .number("life")
            .and_then(|life| u32::try_from(life).ok())
            .ok_or_else(|| refuse("INVALID_INPUT", "life is not a number of days"))?;
        if life > settings.max_life_days || life == 0 && !settings.allow_endless_life {
            return Err(refuse(
                "INVALID_INPUT",
                format!("life must be within 1 and {} days", settings.max_life_days),
            ));
        }
        package.life = life;
    }
    if let Some(label) = input.text("label") {
        package.label = Some(label.to_owned());
    }
    package.log(&me, "WORKSPACE_UPDATED", "", "changed the Workspace");
    done()
}

pub(crate) fn delete(call: &mut Call) -> Response {
    let (package, _) = call.open(Right::Own)?;
    package.delete();
    let deleted = package.clone();
    for file in deleted.file_ids() {
        call.parts.remove(file);
    }
    call.state
        .audit("PACKAGE_EVENT", "PACKAGE_DELETED", &call.me(), &deleted);
    done()
}

pub(crate) fn delete_temporary(call: &mut Call) -> Response {
    let (package, _) = call.open(Right::Own)?;
    if package.finalized || package.workspace {
        return Err(refuse("DENIED", "the package is not temporary"));
    }
    delete(call)
}

pub(crate) fn finalize(call: &mut Call) -> Response {
    let settings = call.settings;
    let me = call.me();
    let link_base = format!("{}/receive/", call.origins.api);
    let (package, input) = call.open(Right::Own)?;
    if package.workspace {
        return Err(denied("a Workspace is not finalized"));
    }
    if package.finalized && !settings.finalize_again {
        return Err(denied("the package is already finalized"));
    }
    let checksum = input
        .text("checksum")
        .filter(|text| is_checksum(text))
        .ok_or_else(|| denied("the checksum is missing or malformed"))?;
    let undisclosed = input.flag("undisclosedRecipients");
    let mut errors = Vec::new();
    if package.recipients.is_empty()
        && package.groups.is_empty()
        && !undisclosed
        && !package.dropzone
    {
        errors.push("the package has no recipients".to_owned());
    }
    if undisclosed && !settings.allow_undisclosed_recipients {
        errors.push("undisclosed recipients are not allowed".to_owned());
    }
    if package.files.is_empty() && package.message.is_none() {
        errors.push("the package has neither files nor a message".to_owned());
    }
    errors.extend(
        package
            .files
            .iter()
            .filter(|file| !file.complete)
            .map(|file| format!("the file {} is incomplete", file.name)),
    );
    if !errors.is_empty() {
        return Err(Refusal {
            errors,
            ..refuse("DENIED", "the package cannot be finalized")
        });
    }
    let any_in = |domain: &str| {
        package
            .recipients
            .iter()
            .any(|recipient| recipient.email.rsplit('@').next() == Some(domain))
    };
    if any_in(&settings.approver_required_domain) {
        return Err(refuse(
            "APPROVER_REQUIRED",
            "an approver has to be added first",
        ));
    }
    package.needs_approval = any_in(&settings.approval_domain);
    package.approvers = if package.needs_approval {
        vec![settings.approver.clone()]
    } else {
        Vec::new()
    };
    package.checksum = Some(checksum.to_ascii_lowercase());
    package.undisclosed = undisclosed;
    package.password = input
        .text("password")
        .filter(|password| undisclosed && !password.is_empty())
        .map(str::to_owned);
    package.allow_reply_all = input.flag("allowReplyAll");
    package.read_only_pdf = input.flag("readOnlyPdf");
    package.notified += u32::from(input.flag("notifyRecipients"));
    package.unconfirmed_sender = input
        .text("unconfirmedSender")
        .filter(|sender| !sender.is_empty())
        .map(str::to_owned);
    package.finalized = true;
    package.state = PackageState::ActiveIncomplete;
    package.updated_ms = now_ms();
    let recipients: Vec<&str> = package
        .recipients
        .iter()
        .map(|recipient| recipient.email.as_str())
        .collect();
    let response = json!({
        "response": if package.needs_approval { "PACKAGE_NEEDS_APPROVAL" } else { "SUCCESS" },
        "message": format!("{link_base}?thread={}&packageCode={}", package.id, package.code),
        "recipients": recipients,
        "approvers": package.approvers,
        "needsLink": true,
    });
    let finalized = package.clone();
    call.state
        .audit("FINALIZE_PACKAGE", "PACKAGE_FINALIZED", &me, &finalized);
    success(response)
}

fn denied(error: &str) -> Refusal {
    Refusal {
        errors: vec![error.into()],
        ..refuse("DENIED", error)
    }
}

pub(crate) fn notify(call: &mut Call) -> Response {
    let (package, input) = call.open(Right::Manage)?;
    input.required("keycode")?;
    if !package.finalized && !package.workspace {
        return Err(refuse("DENIED", "the package is not finalized"));
    }
    package.notified += 1;
    done()
}

/// The page of a secure link is for people; clients parse the link and do not fetch the page.
pub(crate) fn receive_page(_call: &mut Call) -> Response {
    Ok(Reply::Page(
        "This is the SendSafely emulator: open the link with a client.\n".into(),
    ))
}
