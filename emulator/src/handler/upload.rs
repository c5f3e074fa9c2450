//! Parts of files: pre-signed URLs, completion, and the route through the API server.

use hyper::Method;
use serde_json::{Value, json};

use crate::call::{Call, Input};
use crate::envelope::{Answer, Refusal, Reply, refuse, success};
use crate::handler::file::check_directory;
use crate::handler::message::check_checksum;
use crate::settings::Settings;
use crate::state::{File, Package, Right};
use crate::storage::Presigner;

pub(crate) fn upload_urls(call: &mut Call) -> Answer {
    let settings = call.settings;
    let presigner = Presigner::new(call, Method::PUT);
    let (package, input) = call.open(Right::Contribute)?;
    let file = package.file(input.param("file"))?.clone();
    let first = part_number(input, "part")?;
    // A surplus part is given its own URL, never one ahead: Python stores a part for each URL that it gets.
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

fn part_number(input: &Input, name: &str) -> Result<u32, Refusal> {
    let number = input
        .number(name)
        .and_then(|number| u32::try_from(number).ok())
        .filter(|&number| number > 0);
    number.ok_or_else(|| refuse("INVALID_INPUT", format!("{name} must be a number from 1")))
}

pub(crate) fn upload_complete(call: &mut Call) -> Answer {
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

/// Whether a part may be stored, by whichever route it comes.
pub(crate) fn check_part(file: &File, settings: &Settings, part: u32) -> Result<(), &'static str> {
    if part == 0 || part > file.parts && !settings.surplus_parts {
        return Err("the file has no such part");
    }
    if file.complete && !settings.parts_after_complete {
        return Err("the file is complete");
    }
    Ok(())
}

/// A part through the API server; the file is complete when all parts have arrived, without another call.
pub(crate) fn part_post(call: &mut Call) -> Answer {
    let settings = call.settings;
    let parts = call.parts;
    let me = call.me();
    let (package, input) = call.open(Right::Contribute)?;
    let part = part_number(input, "filePart")?;
    let file = package.file(input.param("file"))?;
    let id = file.id.clone();
    check_part(file, settings, part).map_err(|reason| refuse("FAIL", reason))?;
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

/// The file of a download, once checksum and password are right.
fn downloadable<'a>(package: &'a mut Package, input: &Input) -> Result<&'a File, Refusal> {
    check_checksum(package, input.text("checksum"))?;
    if let Some(password) = &package.password
        && input.text("password") != Some(password)
    {
        return Err(refuse(
            "PASSWORD_REQUIRED",
            "the package is protected by a password",
        ));
    }
    let file = package.file(input.param("file"))?.clone();
    check_directory(package, input.param("directory"), &file)?;
    let file = package.file(&file.id)?;
    match file.complete {
        true => Ok(file),
        false => Err(refuse("DENIED", "the file is incomplete")),
    }
}

pub(crate) fn download_urls(call: &mut Call) -> Answer {
    let settings = call.settings;
    let presigner = Presigner::new(call, Method::GET);
    let (package, input) = call.read()?;
    let file = downloadable(package, input)?.clone();
    let first = part_number(input, "startSegment")?;
    let last = part_number(input, "endSegment")?
        .min(file.last_part())
        .min(first.saturating_add(settings.download_urls_per_call - 1));
    let through_api = input.flag("forceProxy");
    let directory = match input.param("directory") {
        "" => String::new(),
        id => format!("/directory/{id}"),
    };
    let urls: Vec<Value> = (first..=last)
        .map(|part| {
            let url = match through_api {
                true => format!(
                    "/package/{}{directory}/file/{}/download/",
                    package.id, file.id
                ),
                false => presigner.url(package, &file, part),
            };
            json!({"part": part, "url": url})
        })
        .collect();
    success(json!({"downloadUrls": urls}))
}

/// A part through the API server.
pub(crate) fn part_download(call: &mut Call) -> Answer {
    let me = call.me();
    let parts = call.parts;
    let (package, input) = call.read()?;
    let file = downloadable(package, input)?;
    let part = part_number(input, "part")?;
    let (id, is_last) = (file.id.clone(), part == file.parts);
    let bytes = parts
        .get(&id, part)
        .ok_or_else(|| refuse("FAIL", "the file has no such part"))?;
    if is_last {
        package.confirm(&me, Some(&id));
    }
    Ok(Reply::Part(bytes))
}
