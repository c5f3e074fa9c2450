//! Contact groups of a user and of the organization.

use serde_json::{Value, json};

use crate::call::{Call, is_email};
use crate::envelope::{Refusal, Response, done, refuse, success};
use crate::random;
use crate::state::ContactGroup;
use crate::state::access::Right;

pub(crate) fn group_json(group: &ContactGroup) -> Value {
    let users: Vec<Value> = group
        .members
        .iter()
        .map(|(id, email)| json!({"userEmail": email, "userId": id}))
        .collect();
    json!({
        "contactGroupId": group.id,
        "contactGroupName": group.name,
        "contactGroupIsOrganizationGroup": group.enterprise,
        "users": users,
    })
}

fn summary_json(group: &ContactGroup) -> Value {
    let emails: Vec<&String> = group.members.values().collect();
    json!({"contactGroupId": group.id, "contactGroupName": group.name, "contactGroupUserEmails": emails})
}

pub(crate) fn create(call: &mut Call) -> Response {
    let name = call.input.required("groupName")?.to_owned();
    let enterprise = call.input.flag("isEnterpriseGroup");
    if enterprise {
        call.require_admin()?;
    }
    let group = ContactGroup {
        id: random::uuid(),
        name,
        owner: call.me(),
        enterprise,
        members: Default::default(),
    };
    let response = summary_json(&group);
    call.state.groups.insert(group.id.clone(), group);
    success(response)
}

/// The group of the path; fails if it is neither the caller's nor the organization's.
fn usable<'a>(call: &'a Call) -> Result<&'a ContactGroup, Refusal> {
    let me = call.caller.email();
    let group = call
        .state
        .groups
        .get(call.input.param("group"))
        .filter(|group| group.enterprise || group.owner == me);
    group.ok_or_else(|| refuse("FAIL", "unknown contact group"))
}

/// As `usable`, for changes: only administrators change groups of the organization.
fn own<'a>(call: &'a mut Call) -> Result<&'a mut ContactGroup, Refusal> {
    let group = usable(call)?;
    if group.owner != call.caller.email() && !call.state.is_admin(&call.caller) {
        return Err(refuse("DENIED", "not allowed for this user"));
    }
    let id = group.id.clone();
    call.state
        .groups
        .get_mut(&id)
        .ok_or_else(|| refuse("FAIL", "unknown contact group"))
}

pub(crate) fn get(call: &mut Call) -> Response {
    let group = usable(call)?;
    let count = group.members.len().to_string();
    success(
        json!({"contactGroup": group_json(group), "pagination": {"rowIndex": "0", "rowsReturned": count, "rowsCapped": "false"}}),
    )
}

pub(crate) fn delete(call: &mut Call) -> Response {
    let id = own(call)?.id.clone();
    call.state.groups.remove(&id);
    for package in call.state.packages.values_mut() {
        package.groups.remove(&id);
    }
    done()
}

pub(crate) fn add_member(call: &mut Call) -> Response {
    let email = call.input.text("userEmail").unwrap_or_default().to_owned();
    if !is_email(&email) {
        return Err(refuse("INVALID_EMAIL", "the e-mail address is not valid"));
    }
    let user_id = call.state.id_of_user(&email).unwrap_or_else(random::uuid);
    let group = own(call)?;
    if group.members.values().any(|member| *member == email) {
        return Err(refuse("DUPLICATE_EMAIL", "already a member"));
    }
    group.members.insert(user_id.clone(), email.clone());
    success(json!({"userId": user_id, "userEmail": email}))
}

pub(crate) fn remove_member(call: &mut Call) -> Response {
    let user_id = call.input.param("user").to_owned();
    own(call)?
        .members
        .remove(&user_id)
        .ok_or_else(|| refuse("USER_NOT_FOUND", "not a member"))?;
    done()
}

pub(crate) fn list_own(call: &mut Call) -> Response {
    let me = call.me();
    list(call, |group| group.owner == me && !group.enterprise)
}

pub(crate) fn list_enterprise(call: &mut Call) -> Response {
    list(call, |group| group.enterprise)
}

fn list(call: &Call, matches: impl Fn(&ContactGroup) -> bool) -> Response {
    let groups: Vec<Value> = call
        .state
        .groups
        .values()
        .filter(|group| matches(group))
        .map(group_json)
        .collect();
    success(json!({"contactGroups": groups}))
}

pub(crate) fn add_to_package(call: &mut Call) -> Response {
    let me = call.me();
    call.open(Right::Manage)?;
    let group = usable(call)?.clone();
    let (package, _) = call.open(Right::Manage)?;
    package.groups.insert(group.id.clone());
    package.log(
        &me,
        "GROUP_ADDED",
        &group.id,
        &format!("added {}", group.name),
    );
    success(summary_json(&group))
}

pub(crate) fn remove_from_package(call: &mut Call) -> Response {
    let me = call.me();
    let (package, input) = call.open(Right::Manage)?;
    let id = input.param("group");
    if !package.groups.remove(id) {
        return Err(refuse("FAIL", "the contact group is not on the package"));
    }
    package.log(&me, "GROUP_REMOVED", id, "removed a contact group");
    done()
}
