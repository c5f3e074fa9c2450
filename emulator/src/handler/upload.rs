//! Upload of parts: pre-signed URLs, the route through the API server, and completion.

use hyper::Method;
use serde_json::{Value, json};

use crate::call::{Call, Input};
use crate::envelope::{Refusal, Response, refuse, success};
use crate::presigned::Presigner;
use crate::state::access::Right;
use crate::state::package::Package;

pub(crate) fn upload_urls(call: &mut Call) -> Response {
    let settings = call.settings;
    let presigner = Presigner::new(call, Method::PUT);
    let (package, input) = call.open(Right::Contribute)?;
    let file = package.file(input.param("file"))?.clone();
    let first = part_number(input, "part")?;
    // At most one URL for a surplus part, the one in the request: the Python client stores a part for each URL.
    let end = match settings.surplus_parts {
        true => first.max(file.parts),
        false => file.parts,
    };
    let last = end.min(first.saturating_add(settings.upload_urls_per_call - 1));
    let urls: Vec<Value> = (first..=last)
        .map(|part| json!({"part": part, "url": presigner.url(package, &file, part)}))
        .collect();
    success(json!({"uploadUrls": urls}))
}

pub(crate) fn part_number(input: &Input, name: &str) -> Result<u32, Refusal> {
    let number = input
        .number(name)
        .and_then(|number| u32::try_from(number).ok())
        .filter(|&number| number > 0);
    number.ok_or_else(|| refuse("INVALID_INPUT", format!("{name} must be a number from 1")))
}

pub(crate) fn upload_complete(call: &mut Call) -> Response {
    let settings = call.settings;
    let me = call.me();
    let (package, input) = call.open(Right::Contribute)?;
    let file = package.file(input.param("file"))?;
    file.complete_calls += 1;
    let complete = file.all_parts_stored() && file.complete_calls > settings.upload_complete_delay;
    let id = file.id.clone();
    if complete {
        finish(package, &id, &me);
    }
    success(json!({"message": complete.to_string()}))
}

fn finish(package: &mut Package, file_id: &str, user: &str) {
    let name = package
        .file(file_id)
        .map(|file| file.name.clone())
        .unwrap_or_default();
    package.complete_file(file_id);
    package.log(user, "FILE_UPLOADED", file_id, &format!("uploaded {name}"));
}

/// Stores a part through the API server. The file is complete with its last part, without `upload-complete`.
pub(crate) fn part_post(call: &mut Call) -> Response {
    let settings = call.settings;
    let parts = call.parts;
    let me = call.me();
    let (package, input) = call.open(Right::Contribute)?;
    let part = part_number(input, "filePart")?;
    let file = package.file(input.param("file"))?;
    let id = file.id.clone();
    file.check_part(settings, part)
        .map_err(|reason| refuse("FAIL", reason))?;
    parts
        .put(&id, part, input.part.clone())
        .map_err(|error| refuse("FAIL", error.to_string()))?;
    file.stored
        .insert(part, u64::try_from(input.part.len()).unwrap_or(u64::MAX));
    if file.all_parts_stored() && !file.complete {
        finish(package, &id, &me);
    }
    success(json!({"message": id}))
}
