//! The admin interface, for tests: settings, faults, request log, raw packages. JSON over plain HTTP.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use hyper::body::Incoming;
use hyper::{Method, Request, Response, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::body::{Dropped, RequestBody, ResponseBody, WholeResponse, whole};
use crate::faults::{Faults, Rule};
use crate::percent::percent_decode;
use crate::proxy::Plan;
use crate::server::Server;
use crate::settings::Settings;
use crate::state::file::File;
use crate::state::package::Package;

struct Problem(StatusCode, String);

type Outcome = Result<WholeResponse, Problem>;

fn bad_request(reason: impl ToString) -> Problem {
    Problem(StatusCode::BAD_REQUEST, reason.to_string())
}

fn not_found(what: &str) -> Problem {
    Problem(StatusCode::NOT_FOUND, format!("unknown {what}"))
}

fn json_of(value: &impl Serialize) -> Outcome {
    serde_json::to_value(value)
        .map(|value| WholeResponse::json(&value))
        .map_err(bad_request)
}

fn done() -> Outcome {
    Ok(WholeResponse::json(&json!({"ok": true})))
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    serde_json::from_slice(body).map_err(bad_request)
}

/// Replaces members of the value with those of the body; fails if a member is unknown.
fn patch<T: Serialize + DeserializeOwned>(value: &T, body: &[u8]) -> Result<T, Problem> {
    let changes: Map<String, Value> = parse(body)?;
    let mut whole = serde_json::to_value(value).map_err(bad_request)?;
    if let Value::Object(object) = &mut whole {
        object.extend(changes);
    }
    serde_json::from_value(whole).map_err(bad_request)
}

pub(crate) async fn handle(
    server: Arc<Server>,
    request: Request<Incoming>,
) -> Result<Response<ResponseBody>, Dropped> {
    let (head, body) = request.into_parts();
    let body = RequestBody::new(body).collect().await?;
    let path = head.uri.path().trim_matches('/').to_owned();
    let segments: Vec<String> = path.split('/').map(percent_decode).collect();
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    let outcome = match (&head.method, segments.as_slice()) {
        (&Method::POST, ["outage"]) => outage(&server, &body).await,
        (method, segments) => server.parts.work(|| route(&server, method, segments, body)),
    };
    let plain = outcome.unwrap_or_else(|Problem(status, reason)| WholeResponse {
        status,
        ..WholeResponse::json(&json!({"error": reason}))
    });
    Ok(whole(plain))
}

async fn outage(server: &Server, body: &[u8]) -> Outcome {
    let request: Value = parse(body)?;
    let time = Duration::from_millis(
        request["ms"]
            .as_u64()
            .ok_or_else(|| bad_request("ms is missing"))?,
    );
    let silent = request["silent"].as_bool().unwrap_or(false);
    let names: Vec<&str> = match &request["listeners"] {
        Value::Null => vec!["api", "storage"],
        listed => listed
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect(),
    };
    for name in names {
        match name {
            "api" => server.api_switch.off_for(time, silent).await,
            "storage" => server.storage_switch.off_for(time, silent).await,
            _ => return Err(not_found("listener")),
        }
    }
    done()
}

fn route(server: &Server, method: &Method, segments: &[&str], body: Bytes) -> Outcome {
    const GET: &Method = &Method::GET;
    const PUT: &Method = &Method::PUT;
    const POST: &Method = &Method::POST;
    const DELETE: &Method = &Method::DELETE;
    let outcome = match (method, segments) {
        (GET, ["health"]) => done(),
        (POST, ["reset"]) => {
            reset(server);
            done()
        }
        (GET, ["settings"]) => json_of(&*server.settings()),
        (POST, ["settings"]) => {
            let settings: Settings = patch(&*server.settings(), &body)?;
            server.set_settings(settings);
            json_of(&*server.settings())
        }
        (GET, ["requests"]) => json_of(&server.requests.lock().all()),
        (DELETE, ["requests"]) => {
            server.requests.lock().clear();
            done()
        }
        (GET, ["faults"]) => json_of(&server.faults.lock().rules),
        (POST, ["faults"]) => {
            let rule: Rule = parse(&body)?;
            Ok(WholeResponse::json(
                &json!({"id": server.faults.lock().add(rule)}),
            ))
        }
        (DELETE, ["faults"]) => {
            server.faults.lock().rules.clear();
            done()
        }
        (GET, ["proxy"]) => json_of(&server.proxy.report()),
        (POST, ["proxy"]) => {
            let plan: Plan = parse(&body)?;
            server.proxy.set(Some(plan));
            done()
        }
        (DELETE, ["proxy"]) => {
            server.proxy.set(None);
            done()
        }
        (POST, ["handshake-hang"]) => {
            let request: Value = parse(&body)?;
            server.set_handshake_hang(request["on"].as_bool().unwrap_or(true));
            done()
        }
        (GET, ["packages"]) => {
            let state = server.state.lock();
            json_of(&state.packages.keys().collect::<Vec<_>>())
        }
        (GET, ["packages", id]) => json_of(
            server
                .state
                .lock()
                .packages
                .get(*id)
                .ok_or_else(|| not_found("package"))?,
        ),
        (POST, ["packages", id]) => patch_package(server, id, &body),
        (PUT, ["packages", id, "files"]) => add_file(server, id, &body),
        (PUT, ["files", file, "parts", part]) => put_part(server, file, part_number(part)?, body),
        (GET, ["files", file, "parts", part]) => server
            .parts
            .get(file, part_number(part)?)
            .map(WholeResponse::part)
            .ok_or_else(|| not_found("part")),
        (GET, ["users"]) => {
            let state = server.state.lock();
            json_of(
                &state
                    .users
                    .keys()
                    .map(|email| state.credentials(email))
                    .collect::<Vec<_>>(),
            )
        }
        (POST, ["users"]) => add_user(server, &body),
        (GET, ["registrations"]) => json_of(&server.state.lock().registrations),
        _ => Err(not_found("admin call")),
    };
    if method != GET {
        server.changed();
    }
    outcome
}

fn reset(server: &Server) {
    let files: Vec<String> = server
        .state
        .lock()
        .packages
        .values()
        .flat_map(|package| package.file_ids().map(str::to_owned).collect::<Vec<_>>())
        .collect();
    for file in files {
        server.parts.remove(&file);
    }
    server.state.lock().reset();
    *server.faults.lock() = Faults::default();
    server.proxy.set(None);
    server.set_settings(Settings::default());
    server.set_handshake_hang(false);
    server.requests.lock().clear();
}

fn patch_package(server: &Server, id: &str, body: &[u8]) -> Outcome {
    let mut changes: Map<String, Value> = parse(body)?;
    let mut state = server.state.lock();
    let package = state
        .packages
        .get_mut(id)
        .ok_or_else(|| not_found("package"))?;
    if changes.remove("expired") == Some(true.into()) {
        package.state = package.state.expired();
    }
    *package = patch::<Package>(package, Value::Object(changes).to_string().as_bytes())?;
    json_of(package)
}

/// Adds a file without any limits, as another client could have made it. `PUT /files/{id}/parts/{n}` adds its parts.
fn add_file(server: &Server, id: &str, body: &[u8]) -> Outcome {
    #[derive(serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct NewFile {
        name: String,
        size: u64,
        parts: u32,
        directory_id: Option<String>,
        file_key: Option<String>,
    }
    let new: NewFile = parse(body)?;
    let mut state = server.state.lock();
    let package = state
        .packages
        .get_mut(id)
        .ok_or_else(|| not_found("package"))?;
    let directory = new
        .directory_id
        .unwrap_or_else(|| package.root_directory_id.clone());
    let owner = package.owner.clone();
    let file = File {
        file_key: new.file_key.unwrap_or_default(),
        ..File::new(&new.name, new.size, new.parts, &directory, &owner)
    };
    let response = json!({"file_id": file.id});
    package.files.push(file);
    Ok(WholeResponse::json(&response))
}

fn part_number(text: &str) -> Result<u32, Problem> {
    text.parse().map_err(bad_request)
}

/// Stores a part; the file is complete with the last one.
fn put_part(server: &Server, file_id: &str, part: u32, bytes: Bytes) -> Outcome {
    let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    let mut state = server.state.lock();
    let package = state
        .packages
        .values_mut()
        .find(|package| package.file_ids().any(|id| id == file_id))
        .ok_or_else(|| not_found("file"))?;
    server
        .parts
        .put(file_id, part, bytes)
        .map_err(bad_request)?;
    if let Ok(file) = package.file(file_id) {
        file.stored.insert(part, length);
        if file.all_parts_stored() {
            package.complete_file(file_id);
        }
    }
    done()
}

fn add_user(server: &Server, body: &[u8]) -> Outcome {
    #[derive(serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct NewUser {
        email: String,
        #[serde(default)]
        admin: bool,
        password: Option<String>,
        #[serde(default)]
        two_factor: bool,
    }
    let new: NewUser = parse(body)?;
    let mut state = server.state.lock();
    let user = state.add_user(&new.email, new.admin);
    user.admin = new.admin;
    user.two_factor = new.two_factor;
    if let Some(password) = new.password {
        user.password = password;
    }
    state.ensure_api_key(&new.email);
    Ok(WholeResponse::json(&state.credentials(&new.email)))
}
