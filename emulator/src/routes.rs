//! The table of routes: method and path to endpoint label and handler. `{name}` matches one segment that is not empty,
//! `{name?}` also an empty one.
//! A slash at the end makes no difference.

use std::collections::HashMap;

use hyper::Method;

use crate::call::Call;
use crate::envelope::Response;
use crate::handler::{
    account, activity, audit_log, contact_group, directory, download, dropzone, file, keycode,
    login, message, package, package_list, public_key, recipient, upload,
};

pub(crate) type Handler = fn(&mut Call) -> Response;

/// The prefixes of a route's path, and how its requests are authenticated.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// `/api/v2.0`, signed.
    Signed,
    /// The same, or `/drop-zone/v2.0` with the Dropzone id instead of a signature.
    SignedOrDropzone,
    /// No prefix, no authentication.
    Open,
}

pub(crate) struct Route {
    pub(crate) method: Method,
    pub(crate) pattern: &'static str,
    pub(crate) access: Access,
    /// Name in fault rules and in the request log; it never changes.
    pub(crate) endpoint: &'static str,
    pub(crate) handler: Handler,
}

const fn route(
    access: Access,
    method: Method,
    pattern: &'static str,
    endpoint: &'static str,
    handler: Handler,
) -> Route {
    Route {
        method,
        pattern,
        access,
        endpoint,
        handler,
    }
}

const GET: Method = Method::GET;
const PUT: Method = Method::PUT;
const POST: Method = Method::POST;
const PATCH: Method = Method::PATCH;
const DELETE: Method = Method::DELETE;
use Access::{Open, Signed, SignedOrDropzone};

/// The first match counts: patterns with a fixed word stand before those with a variable in the same place.
#[rustfmt::skip]
static ROUTES: &[Route] = &[
    // Account, enterprise, configuration
    route(Signed, GET, "/config/verify-credentials/", "verify_credentials", account::verify_credentials),
    route(Signed, PUT, "/config/version/info/", "version_info", account::ignored),
    route(Signed, GET, "/config/version/{api}/{version}/", "verify_version", account::verify_version),
    route(Signed, GET, "/config/version/{version}/", "verify_version", account::verify_version),
    route(Signed, PUT, "/feedback/", "feedback", account::ignored),
    route(Signed, GET, "/user/", "user_information", account::user_information),
    route(Signed, GET, "/enterprise/", "enterprise_information", account::enterprise_information),
    route(Signed, POST, "/enterprise/audit-logs/", "audit_log", audit_log::list),
    // Dropzone recipients
    route(Signed, GET, "/user/dropzone-recipients/", "list_dropzone_recipients", dropzone::list_recipients),
    route(Signed, PUT, "/user/dropzone-recipients/", "add_dropzone_recipient", dropzone::add_recipient),
    route(Signed, DELETE, "/user/dropzone-recipients/", "remove_dropzone_recipient", dropzone::remove_recipient),
    // Contact groups
    route(Signed, GET, "/user/groups/", "list_groups", contact_group::list_own),
    route(Signed, GET, "/enterprise/groups/", "list_enterprise_groups", contact_group::list_enterprise),
    route(Signed, PUT, "/group/", "create_group", contact_group::create),
    route(Signed, GET, "/group/{group}/", "get_group", contact_group::get),
    route(Signed, DELETE, "/group/{group}/", "delete_group", contact_group::delete),
    route(Signed, PUT, "/group/{group}/user/", "add_group_member", contact_group::add_member),
    route(Signed, DELETE, "/group/{group}/{user}/", "remove_group_member", contact_group::remove_member),
    route(Signed, PUT, "/package/{package}/group/{group}/", "add_group_to_package", contact_group::add_to_package),
    route(Signed, DELETE, "/package/{package}/group/{group}/", "remove_group_from_package", contact_group::remove_from_package),
    // Package lists and search
    route(Signed, GET, "/package/", "list_sent_packages", package_list::sent),
    route(Signed, GET, "/package/received/", "list_received_packages", package_list::received),
    route(Signed, GET, "/package/archived/", "list_archived_packages", package_list::archived),
    route(Signed, GET, "/package/workspaces/", "list_workspaces", package_list::workspaces),
    route(Signed, POST, "/package/organization/", "organization_packages", package_list::organization_old),
    route(Signed, POST, "/package/organization/search/", "search_organization_packages", package_list::organization),
    route(Signed, POST, "/package/search/", "search_packages", package_list::search),
    // Packages
    route(SignedOrDropzone, PUT, "/package/", "create_package", package::create),
    route(SignedOrDropzone, GET, "/package/{package}/", "package_information", package::information),
    route(Signed, POST, "/package/{package}/", "update_package", package::update),
    route(Signed, DELETE, "/package/{package}/", "delete_package", package::delete),
    route(Signed, DELETE, "/package/{package}/temp/", "delete_temporary_package", package::delete_temporary),
    route(SignedOrDropzone, POST, "/package/{package}/finalize/", "finalize", package::finalize),
    route(Signed, POST, "/package/{package}/notify/", "notify", package::notify),
    route(Signed, POST, "/package/{package}/activityLog/", "activity_log", activity::list),
    route(Signed, PUT, "/package/{package}/topic/", "set_topic", account::ignored),
    route(Signed, GET, "/package/{package}/collaborators/", "collaborators", recipient::collaborators),
    route(Signed, GET, "/package/{package}/permissions/", "permissions", recipient::permissions),
    // Recipients
    route(Signed, PUT, "/package/{package}/recipient/", "add_recipient", recipient::add_one),
    route(Signed, PUT, "/package/{package}/recipients/", "add_recipients", recipient::add_many),
    route(Signed, DELETE, "/package/{package}/recipients/", "remove_recipients", recipient::remove_all),
    route(Signed, GET, "/package/{package}/recipient/{recipient}/", "get_recipient", recipient::get),
    route(Signed, POST, "/package/{package}/recipient/{recipient}/", "update_recipient", recipient::update),
    route(Signed, DELETE, "/package/{package}/recipient/{recipient}/", "remove_recipient", recipient::remove),
    route(Signed, GET, "/recipient/history/{email}/", "recipient_history", recipient::history),
    // Messages
    route(SignedOrDropzone, PUT, "/package/{package}/message/", "set_message", message::set),
    route(SignedOrDropzone, GET, "/package/{package}/message/{checksum}/", "get_message", message::get),
    // Public keys and keycodes
    route(Signed, PUT, "/public-key/", "register_public_key", public_key::register),
    route(Signed, GET, "/public-key/{key}/", "get_public_key", public_key::get),
    route(Signed, DELETE, "/public-key/{key}/", "revoke_public_key", public_key::revoke),
    route(Signed, POST, "/public-key/{key}/links/", "get_keycodes", keycode::get_many),
    route(Signed, GET, "/sync/{key}/", "sync_keycodes", keycode::sync),
    route(SignedOrDropzone, GET, "/package/{package}/public-keys/", "package_public_keys", public_key::of_package),
    route(Signed, GET, "/package/{package}/{recipient}/public-keys/", "recipient_public_keys", public_key::of_recipient),
    route(SignedOrDropzone, PUT, "/package/{package}/link/{key}/", "set_keycode", keycode::set),
    route(Signed, GET, "/package/{package}/link/{key}/", "get_keycode", keycode::get),
    // Files
    route(SignedOrDropzone, PUT, "/package/{package}/file/", "create_file", file::create),
    route(Signed, GET, "/package/{package}/file/{file}/", "file_information", file::information),
    route(Signed, GET, "/package/{package}/directory/{directory}/file/{file}/", "file_information", file::information),
    route(Signed, GET, "/package/{package}/file/{file}/history/", "file_history", file::history),
    route(SignedOrDropzone, DELETE, "/package/{package}/file/{file}/", "delete_file", file::delete),
    route(Signed, DELETE, "/package/{package}/directory/{directory}/file/{file}/", "delete_file", file::delete),
    route(Signed, POST, "/package/{package}/directory/{directory}/file/{file}/", "move_file", file::move_to),
    route(Signed, PATCH, "/package/{package}/file/{file}/", "rename_file", file::rename),
    route(Signed, POST, "/package/{package}/file/{file}/copy/", "copy_file", file::copy),
    // Parts of files; for a file in the root, the Node client sends an empty directory: `/package/P//file/F/` (protocol 4.4.2)
    route(SignedOrDropzone, POST, "/package/{package}/file/{file}/upload-urls/", "upload_urls", upload::upload_urls),
    route(SignedOrDropzone, POST, "/package/{package}/file/{file}/upload-complete/", "upload_complete", upload::upload_complete),
    route(SignedOrDropzone, POST, "/package/{package}/file/{file}/", PART_POST, upload::part_post),
    route(SignedOrDropzone, POST, "/package/{package}/{directory?}/file/{file}/", PART_POST, upload::part_post),
    route(Signed, POST, "/package/{package}/file/{file}/download-urls/", "download_urls", download::download_urls),
    route(Signed, POST, "/package/{package}/directory/{directory}/file/{file}/download-urls/", "download_urls", download::download_urls),
    route(Signed, POST, "/package/{package}/file/{file}/download/", "part_download", download::part_download),
    route(Signed, POST, "/package/{package}/directory/{directory}/file/{file}/download/", "part_download", download::part_download),
    // Directories
    route(Signed, GET, "/package/{package}/directory/{directory}/", "get_directory", directory::get),
    route(Signed, PUT, "/package/{package}/directory/", "create_directory", directory::create),
    route(Signed, PUT, "/package/{package}/directory/{directory}/subdirectory/", "create_directory", directory::create),
    route(Signed, POST, "/package/{package}/directory/{directory}/", "rename_directory", directory::rename),
    route(Signed, DELETE, "/package/{package}/directory/{directory}/", "delete_directory", directory::delete),
    route(Signed, POST, "/package/{package}/move/{source}/{target}/", "move_directory", directory::move_to),
    // Log-in and registration
    route(Open, PUT, "/auth-api/generate-key/", "generate_key", login::generate_key),
    route(Open, POST, "/auth-api/generate-key/{token}/", "generate_key_second_factor", login::generate_key_second_factor),
    route(Open, PUT, "/auth-api/generate-key/oauth/{token}/", "generate_key_oauth", login::generate_key_oauth),
    route(Open, PUT, "/auth-api/register/", "register", login::register),
    route(Open, POST, "/auth-api/register/{token}/", "finish_registration", login::finish_registration),
    route(Open, POST, "/auth-api/pin-register/", "finish_pin_registration", login::finish_pin_registration),
    // Hosted Dropzone, and the page behind a link
    route(Open, POST, "/auth/json/", "submit_hosted_dropzone", dropzone::submit_hosted),
    route(Open, POST, "/connector/{number}/", "dropzone_connector", dropzone::connector),
    route(Open, GET, "/receive/", "receive_page", package::receive_page),
];

pub(crate) const PART_POST: &str = "part_post";
pub(crate) const UNKNOWN: &str = "unknown";
const API: &str = "/api/v2.0";
const DROPZONE: &str = "/drop-zone/v2.0";

/// The prefix of a request's path.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Prefix {
    Api,
    Dropzone,
    None,
}

pub(crate) struct Target {
    pub(crate) prefix: Prefix,
    pub(crate) route: Option<&'static Route>,
    pub(crate) params: HashMap<&'static str, String>,
}

impl Target {
    pub(crate) fn endpoint(&self) -> &'static str {
        self.route.map_or(UNKNOWN, |route| route.endpoint)
    }
}

fn segments(path: &str) -> Vec<&str> {
    let path = path.strip_prefix('/').unwrap_or(path);
    path.strip_suffix('/').unwrap_or(path).split('/').collect()
}

fn match_pattern(pattern: &'static str, path: &[&str]) -> Option<HashMap<&'static str, String>> {
    let pattern = segments(pattern);
    if pattern.len() != path.len() {
        return None;
    }
    let mut params = HashMap::new();
    for (wanted, given) in pattern.into_iter().zip(path) {
        match wanted
            .strip_prefix('{')
            .and_then(|name| name.strip_suffix('}'))
        {
            Some(name) => {
                let optional = name.strip_suffix('?');
                if given.is_empty() && optional.is_none() {
                    return None;
                }
                let value = crate::percent::percent_decode(given);
                params.insert(optional.unwrap_or(name), value);
            }
            None if wanted == *given => {}
            None => return None,
        }
    }
    Some(params)
}

pub(crate) fn find(method: &Method, path: &str) -> Target {
    let below = |prefix| {
        path.strip_prefix(prefix)
            .filter(|rest: &&str| rest.starts_with('/'))
    };
    let (prefix, rest) = match (below(API), below(DROPZONE)) {
        (Some(rest), _) => (Prefix::Api, rest),
        (_, Some(rest)) => (Prefix::Dropzone, rest),
        _ => (Prefix::None, path),
    };
    let admits = |access| match prefix {
        Prefix::Api => access != Access::Open,
        Prefix::Dropzone => access == Access::SignedOrDropzone,
        Prefix::None => access == Access::Open,
    };
    let path = segments(rest);
    let found = ROUTES
        .iter()
        .filter(|route| admits(route.access) && route.method == *method)
        .find_map(|route| match_pattern(route.pattern, &path).map(|params| (route, params)));
    match found {
        Some((route, params)) => Target {
            prefix,
            route: Some(route),
            params,
        },
        None => Target {
            prefix,
            route: None,
            params: HashMap::new(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoint(method: Method, path: &str) -> &'static str {
        find(&method, path).endpoint()
    }

    #[test]
    fn slash_or_no_slash() {
        for path in ["/api/v2.0/package/P", "/api/v2.0/package/P/"] {
            assert_eq!(endpoint(GET, path), "package_information");
        }
        assert_eq!(endpoint(GET, "/api/v2.0/package"), "list_sent_packages");
        assert_eq!(
            endpoint(GET, "/api/v2.0/package/received"),
            "list_received_packages"
        );
    }

    #[test]
    fn the_three_forms_of_a_part_upload() {
        for path in [
            "/api/v2.0/package/P/file/F/",
            "/api/v2.0/package/P/D/file/F/",
            "/api/v2.0/package/P//file/F/",
        ] {
            assert_eq!(endpoint(POST, path), PART_POST, "{path}");
        }
        assert_eq!(
            endpoint(POST, "/api/v2.0/package/P/directory/D/file/F"),
            "move_file"
        );
    }

    #[test]
    fn no_segment_is_empty_but_a_part_uploads_directory() {
        for (method, path) in [
            (GET, "/api/v2.0/package//"),
            (PUT, "/api/v2.0/package//file/"),
            (GET, "/api/v2.0/package/P/file//"),
            (POST, "/api/v2.0/package//file/F/"),
            (POST, "/api/v2.0/package/P//file//"),
            (DELETE, "/api/v2.0/package/P//file/F/"),
            (POST, "/api/v2.0/package/P/directory//file/F/download/"),
            (PUT, "/api/v2.0/package/P/link//"),
            (GET, "/api/v2.0//user/"),
        ] {
            assert_eq!(endpoint(method, path), UNKNOWN, "{path}");
        }
    }

    #[test]
    fn every_label_is_in_the_readme() {
        for route in ROUTES {
            let label = format!("`{}`", route.endpoint);
            assert!(include_str!("../README.md").contains(&label), "{label}");
        }
    }

    #[test]
    fn doors() {
        assert_eq!(endpoint(PUT, "/drop-zone/v2.0/package/"), "create_package");
        assert_eq!(endpoint(DELETE, "/drop-zone/v2.0/package/P/"), UNKNOWN);
        assert_eq!(endpoint(PUT, "/auth-api/generate-key/"), "generate_key");
        assert_eq!(endpoint(PUT, "/api/v2.0/auth-api/generate-key/"), UNKNOWN);
        assert_eq!(endpoint(GET, "/user/"), UNKNOWN);
    }

    #[test]
    fn parameters_are_decoded() {
        let target = find(&GET, "/api/v2.0/recipient/history/a%2Bb@x.test/");
        assert_eq!(target.params["email"], "a+b@x.test");
    }
}
