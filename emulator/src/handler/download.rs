//! Download of parts: pre-signed URLs, and the route through the API server.

use hyper::Method;
use serde_json::{Value, json};

use crate::call::{Call, Input};
use crate::envelope::{Refusal, Reply, Response, refuse, success};
use crate::handler::file::check_directory;
use crate::handler::message::check_checksum;
use crate::handler::upload::part_number;
use crate::presigned::Presigner;
use crate::state::file::File;
use crate::state::package::Package;

/// The file to download; fails if checksum or password are wrong.
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

pub(crate) fn download_urls(call: &mut Call) -> Response {
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

/// Returns a part through the API server.
pub(crate) fn part_download(call: &mut Call) -> Response {
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
