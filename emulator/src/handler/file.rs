//! Files of a package: created, renamed, moved, copied, deleted; information and versions.

use serde_json::{Value, json};

use crate::call::Call;
use crate::dates::{display, timestamp};
use crate::envelope::{Refusal, Response, done, refuse, success};
use crate::percent::percent_decode;
use crate::settings::Settings;
use crate::state::State;
use crate::state::access::{Named, Right};
use crate::state::file::File;
use crate::state::package::Package;

pub(crate) fn file_json(settings: &Settings, file: &File) -> Value {
    let (size, parts) = file.declared(settings);
    json!({
        "fileId": file.id,
        "fileName": file.name,
        "fileSize": size.to_string(),
        "parts": parts,
        "fileUploaded": timestamp(file.created_ms),
        "fileUploadedStr": display(file.created_ms),
        "fileVersion": file.version.to_string(),
        "createdByEmail": file.created_by,
    })
}

/// The files in a directory.
pub(crate) fn files_json(settings: &Settings, package: &Package, directory: &str) -> Vec<Value> {
    package
        .files
        .iter()
        .filter(|file| {
            file.directory_id == directory && (file.complete || settings.list_incomplete_files)
        })
        .map(|file| file_json(settings, file))
        .collect()
}

pub(crate) fn check_name(settings: &Settings, name: &str) -> Result<(), Refusal> {
    let forbidden = |character: char| {
        settings.forbidden_name_characters.contains(character) || character.is_control()
    };
    match name.trim().is_empty() || name.contains(forbidden) {
        true => Err(refuse("INVALID_FILE_NAME", "the name is not allowed")),
        false => Ok(()),
    }
}

/// The directory that a request names in its body; absent, null and empty mean the root.
fn directory_of(package: &Package, named: Option<&str>) -> Result<String, Refusal> {
    match named.filter(|id| !id.is_empty() && *id != package.root_directory_id) {
        None => Ok(package.root_directory_id.clone()),
        Some(id) => package.require_directory(id).map(|()| id.to_owned()),
    }
}

pub(crate) fn create(call: &mut Call) -> Response {
    let settings = call.settings;
    let me = call.me();
    let (package, input) = call.open(Right::Contribute)?;
    if package.finalized && !settings.files_after_finalize {
        return Err(refuse("DENIED", "the package is finalized"));
    }
    let name = input.text("filename").unwrap_or_default();
    let name = if settings.decode_file_names {
        percent_decode(name)
    } else {
        name.to_owned()
    };
    check_name(settings, &name)?;
    if settings.blocked_extensions.iter().any(|extension| {
        name.rsplit_once('.')
            .is_some_and(|(_, end)| end.eq_ignore_ascii_case(extension))
    }) {
        return Err(refuse(
            "INVALID_FILE_EXTENSION",
            "files of this type are blocked",
        ));
    }
    let size = input
        .number("filesize")
        .ok_or_else(|| refuse("INVALID_INPUT", "filesize is missing"))?;
    if size > settings.max_file_bytes {
        return Err(refuse(
            "LIMIT_EXCEEDED",
            format!("a file has at most {} bytes", settings.max_file_bytes),
        ));
    }
    let parts = input
        .number("parts")
        .and_then(|parts| u32::try_from(parts).ok())
        .filter(|&parts| parts > 0);
    let parts = parts.ok_or_else(|| refuse("INVALID_INPUT", "parts must be at least 1"))?;
    let directory = directory_of(package, input.text("directoryId"))?;
    let same_name = package
        .files
        .iter()
        .any(|file| file.complete && file.name == name);
    if same_name && !package.workspace && settings.refuse_duplicate_files {
        return Err(refuse(
            "DUPLICATE_FILE",
            "a file of that name is already there",
        ));
    }
    let mut file = File::new(&name, size, parts, &directory, &me);
    file.created_ms += settings.clock_offset_ms;
    let mut response = file_json(settings, &file);
    response["message"] = file.id.clone().into();
    package.files.push(file);
    success(response)
}

fn version_json(state: &State, settings: &Settings, file: &File) -> Value {
    let (size, parts) = file.declared(settings);
    json!({
        "fileId": file.id,
        "fileName": file.name,
        "fileSize": size.to_string(),
        "createdByEmail": file.created_by,
        "createdById": state.id_of_user(&file.created_by),
        "uploaded": timestamp(file.created_ms),
        "uploadedStr": display(file.created_ms),
        "fileVersion": file.version,
        "fileParts": parts,
        "fileKey": file.file_key,
    })
}

/// Fails if the path names a directory in which the file is not. A path without a directory fits every file.
pub(crate) fn check_directory(
    package: &Package,
    directory: &str,
    file: &File,
) -> Result<(), Refusal> {
    match directory.is_empty()
        || file.directory_id == directory && package.has_directory(directory)
        || !package.workspace && directory == package.root_directory_id
    {
        true => Ok(()),
        false => Err(refuse("FAIL", "the file is not in that directory")),
    }
}

pub(crate) fn information(call: &mut Call) -> Response {
    let settings = call.settings;
    let (package, input) = call.open(Right::View)?;
    let file = package.file(input.param("file"))?.clone();
    check_directory(package, input.param("directory"), &file)?;
    let mut object = version_json(call.state, settings, &file);
    object["oldVersions"] = file
        .old_versions
        .iter()
        .map(|old| version_json(call.state, settings, old))
        .collect();
    success(json!({"file": object}))
}

pub(crate) fn history(call: &mut Call) -> Response {
    let settings = call.settings;
    let (package, input) = call.open(Right::View)?;
    let file = package.file(input.param("file"))?.clone();
    let versions: Vec<Value> = std::iter::once(&file)
        .chain(&file.old_versions)
        .map(|version| version_json(call.state, settings, version))
        .collect();
    success(json!({"history": versions}))
}

pub(crate) fn delete(call: &mut Call) -> Response {
    let me = call.me();
    let (package, input) = call.open(Right::Contribute)?;
    let file = package.file(input.param("file"))?.clone();
    check_directory(package, input.param("directory"), &file)?;
    package.files.retain(|other| other.id != file.id);
    for other in &mut package.files {
        other.old_versions.retain(|old| old.id != file.id);
    }
    package.log(
        &me,
        "FILE_DELETED",
        &file.id,
        &format!("deleted {}", file.name),
    );
    for version in std::iter::once(&file).chain(&file.old_versions) {
        call.parts.remove(&version.id);
    }
    done()
}

pub(crate) fn move_to(call: &mut Call) -> Response {
    let me = call.me();
    let (package, input) = call.open(Right::Contribute)?;
    let target = input.param("directory").to_owned();
    package.require_directory(&target)?;
    let file = package.file(input.param("file"))?;
    file.directory_id.clone_from(&target);
    let (id, name) = (file.id.clone(), file.name.clone());
    package.log(&me, "FILE_MOVED", &id, &format!("moved {name}"));
    done()
}

pub(crate) fn rename(call: &mut Call) -> Response {
    let settings = call.settings;
    let me = call.me();
    let (package, input) = call.open(Right::Contribute)?;
    let name = input.required("fileName")?;
    check_name(settings, name)?;
    let file = package.file(input.param("file"))?;
    let old_name = std::mem::replace(&mut file.name, name.to_owned());
    let id = file.id.clone();
    package.log(
        &me,
        "FILE_RENAMED",
        &id,
        &format!("renamed {old_name} to {name}"),
    );
    done()
}

/// The parts of the copy are the same ciphertext; `fileKey` holds its passphrase, encrypted for the target.
pub(crate) fn copy(call: &mut Call) -> Response {
    let me = call.me();
    let (package, input) = call.open(Right::View)?;
    let source = package.file(input.param("file"))?.clone();
    let target_id = input.required("targetPackageId")?.to_owned();
    let file_key = input.required("fileKey")?.to_owned();
    let directory = input
        .text("targetDirectoryId")
        .unwrap_or_default()
        .to_owned();
    if !source.complete {
        return Err(refuse("DENIED", "the file is incomplete"));
    }
    let target = call.state.open(
        &call.caller,
        call.settings,
        &target_id,
        Named::ById,
        Right::Contribute,
    )?;
    if !target.workspace {
        return Err(refuse("DENIED", "the target is not a Workspace"));
    }
    let directory = directory_of(target, Some(&directory))?;
    let copy = File {
        stored: source.stored.clone(),
        file_key,
        ..File::new(&source.name, source.size, source.parts, &directory, &me)
    };
    let id = copy.id.clone();
    target.files.push(copy);
    target.complete_file(&id);
    target.log(&me, "FILE_COPIED", &id, &format!("copied {}", source.name));
    call.parts
        .copy(&source.id, &id, source.stored.keys().copied())
        .map_err(|error| refuse("FAIL", error.to_string()))?;
    success(json!({"message": id}))
}
