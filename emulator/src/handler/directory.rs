//! Directories of Workspaces.

use serde_json::{Value, json};

use crate::call::Call;
use crate::dates::{now_ms, timestamp};
use crate::envelope::{Refusal, Response, done, refuse, success};
use crate::handler::file::{check_name, file_json, files_json};
use crate::random;
use crate::settings::Settings;
use crate::state::access::Right;
use crate::state::package::{Directory, Package};

const PAGE: usize = 100;

pub(crate) fn directory_json(directory: &Directory) -> Value {
    json!({
        "directoryId": directory.id,
        "name": directory.name,
        "created": timestamp(directory.created_ms),
        "subDirectories": [],
    })
}

/// The directories below a directory, with their files, recursively.
pub(crate) fn directories_json(settings: &Settings, package: &Package, parent: &str) -> Vec<Value> {
    let below = package
        .directories
        .values()
        .filter(|directory| directory.parent == parent);
    below
        .map(|directory| {
            let mut object = directory_json(directory);
            object["files"] = files_json(settings, package, &directory.id).into();
            object["subDirectories"] = directories_json(settings, package, &directory.id).into();
            object
        })
        .collect()
}

fn require_workspace(package: &Package) -> Result<(), Refusal> {
    match package.workspace {
        true => Ok(()),
        false => Err(refuse("DENIED", "only Workspaces have directories")),
    }
}

pub(crate) fn get(call: &mut Call) -> Response {
    let settings = call.settings;
    let (package, input) = call.open(Right::View)?;
    require_workspace(package)?;
    let id = input.param("directory");
    package.require_directory(id)?;
    let name = package
        .directories
        .get(id)
        .map_or("", |directory| directory.name.as_str());
    let mut files: Vec<_> = package
        .files
        .iter()
        .filter(|file| file.directory_id == id && (file.complete || settings.list_incomplete_files))
        .collect();
    let mut below: Vec<_> = package
        .directories
        .values()
        .filter(|directory| directory.parent == id)
        .collect();
    let query = |name: &str| input.query.get(name).map_or("", String::as_str);
    // The default order is that of creation.
    below.sort_by_key(|directory| directory.created_ms);
    if query("sortField").eq_ignore_ascii_case("name") {
        files.sort_by(|a, b| a.name.cmp(&b.name));
        below.sort_by(|a, b| a.name.cmp(&b.name));
    }
    if query("sortOrder").eq_ignore_ascii_case("desc") {
        files.reverse();
        below.reverse();
    }
    let files: Vec<Value> = files
        .into_iter()
        .skip(input.query_index("fileIndex"))
        .take(PAGE)
        .map(|file| file_json(settings, file))
        .collect();
    let below: Vec<Value> = below
        .into_iter()
        .skip(input.query_index("directoryIndex"))
        .take(PAGE)
        .map(directory_json)
        .collect();
    success(
        json!({"directoryId": id, "directoryName": name, "files": files, "subDirectories": below}),
    )
}

/// Creates a directory in that of the path, or in the root if the path has none.
pub(crate) fn create(call: &mut Call) -> Response {
    let settings = call.settings;
    let me = call.me();
    let (package, input) = call.open(Right::Contribute)?;
    require_workspace(package)?;
    let parent = match input.param("directory") {
        "" => package.root_directory_id.clone(),
        id => id.to_owned(),
    };
    package.require_directory(&parent)?;
    let name = input.required("directoryName")?.to_owned();
    check_name(settings, &name)?;
    let directory = Directory {
        id: random::uuid(),
        name,
        parent,
        created_ms: now_ms(),
    };
    let response = json!({"message": directory.id, "directoryId": directory.id, "directoryName": directory.name});
    package.log(
        &me,
        "DIRECTORY_CREATED",
        &directory.id,
        &format!("created {}", directory.name),
    );
    package.directories.insert(directory.id.clone(), directory);
    success(response)
}

/// A directory; fails for the root, which cannot be changed.
fn named<'a>(package: &'a mut Package, id: &str) -> Result<&'a mut Directory, Refusal> {
    require_workspace(package)?;
    if id == package.root_directory_id {
        return Err(refuse("DENIED", "not possible with the root directory"));
    }
    package
        .directories
        .get_mut(id)
        .ok_or_else(|| refuse("FAIL", "unknown directory"))
}

pub(crate) fn rename(call: &mut Call) -> Response {
    let settings = call.settings;
    let me = call.me();
    let (package, input) = call.open(Right::Contribute)?;
    let name = input.required("directoryName")?.to_owned();
    check_name(settings, &name)?;
    let directory = named(package, input.param("directory"))?;
    let description = format!("renamed {} to {name}", directory.name);
    directory.name = name;
    package.log(
        &me,
        "DIRECTORY_RENAMED",
        input.param("directory"),
        &description,
    );
    done()
}

pub(crate) fn move_to(call: &mut Call) -> Response {
    let me = call.me();
    let (package, input) = call.open(Right::Contribute)?;
    let (source, target) = (input.param("source"), input.param("target"));
    package.require_directory(target)?;
    if package.subtree(source).contains(target) {
        return Err(refuse("FAIL", "a directory cannot be moved into itself"));
    }
    let directory = named(package, source)?;
    directory.parent = target.to_owned();
    let description = format!("moved {}", directory.name);
    package.log(&me, "DIRECTORY_MOVED", source, &description);
    done()
}

/// Deletes a directory with everything in it.
pub(crate) fn delete(call: &mut Call) -> Response {
    let me = call.me();
    let (package, input) = call.open(Right::Contribute)?;
    let id = input.param("directory");
    let description = format!("deleted {}", named(package, id)?.name);
    let deleted = package.subtree(id);
    let (inside, kept): (Vec<_>, Vec<_>) = std::mem::take(&mut package.files)
        .into_iter()
        .partition(|file| deleted.contains(&file.directory_id));
    package.files = kept;
    package.directories.retain(|id, _| !deleted.contains(id));
    package.log(&me, "DIRECTORY_DELETED", id, &description);
    for file in inside
        .iter()
        .flat_map(|file| std::iter::once(file).chain(&file.old_versions))
    {
        call.parts.remove(&file.id);
    }
    done()
}
