//! The tree of a Workspace, which package information repeats as a whole (`protocol` 6.2.2): directories within
//! directories with all their files. It is read while it arrives, and of each directory no more than a fingerprint is
//! kept, so that a hundred thousand files take the memory of their directories.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{BufReader, Read};

use serde_core::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::json;
use sha2::{Digest as _, Sha256};

/// What is in a directory, whatever its order: names and ids of its files, names of its directories.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Fingerprint {
    entries: u64,
    sum: u128,
}

impl Fingerprint {
    pub(crate) fn add_file(&mut self, name: &str, id: &str, version: Option<u32>) {
        let version = version.map_or(u64::MAX, u64::from);
        self.add(&[name.as_bytes(), id.as_bytes(), &version.to_le_bytes()]);
    }

    pub(crate) fn add_directory(&mut self, name: &str) {
        self.add(&[name.as_bytes()]);
    }

    fn add(&mut self, texts: &[&[u8]]) {
        let mut digest = Sha256::new();
        for text in texts {
            digest.update((text.len() as u64).to_le_bytes());
            digest.update(text);
        }
        let mut first = [0; 16];
        first.copy_from_slice(&digest.finalize()[..16]);
        self.entries += 1;
        self.sum = self.sum.wrapping_add(u128::from_le_bytes(first));
    }
}

/// A directory of the tree.
#[derive(Debug, Default)]
pub(crate) struct Branch {
    pub(crate) content: Fingerprint,
    /// Names and ids of the directories in it.
    pub(crate) below: Vec<(String, String)>,
}

/// All directories, by their ids.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    directories: BTreeMap<String, Branch>,
    files: u64,
    declared_files: Option<u64>,
    declared_directories: Option<u64>,
    /// What a reader of envelopes needs.
    response: String,
    message: Option<String>,
}

/// Directories deeper than this are not read. serde_json has a limit of its own for what nobody reads.
const DEEPEST: usize = 40;

impl Tree {
    /// Reads package information. Returns the tree and the envelope.
    pub(super) fn read(body: impl Read) -> serde_json::Result<(Self, Vec<u8>)> {
        let mut reader = serde_json::Deserializer::from_reader(BufReader::new(body));
        let mut tree = Self::default();
        let top = DirectorySeed {
            tree: &mut tree,
            depth: 0,
        };
        top.deserialize(&mut reader)?;
        reader.end()?;
        let envelope = json!({"response": tree.response, "message": tree.message});
        let envelope = envelope.to_string().into_bytes();
        Ok((tree, envelope))
    }

    /// Whether it has all files and directories that the service counts. If not, nothing is concluded from it.
    pub(super) fn is_whole(&self) -> bool {
        let below_root = (self.directories.len() as u64).checked_sub(1);
        self.declared_files == Some(self.files) && self.declared_directories == below_root
    }

    /// A directory by its id.
    pub(crate) fn directory(&self, id: &str) -> Option<&Branch> {
        self.directories.get(id)
    }
}

/// Reads one directory, or the whole response, which has the members of the root.
struct DirectorySeed<'t> {
    tree: &'t mut Tree,
    depth: usize,
}

impl<'de> DeserializeSeed<'de> for DirectorySeed<'_> {
    type Value = (String, String);

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        from.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for DirectorySeed<'_> {
    /// Its name and its id.
    type Value = (String, String);

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a directory")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Self::Value, A::Error> {
        use serde_core::de::Error as _;
        let Self { tree, depth } = self;
        if depth > DEEPEST {
            return Err(A::Error::custom("the directories are too deep"));
        }
        let (mut name, mut id) = (None, None);
        let mut branch = Branch::default();
        while let Some(member) = from.next_key::<String>()? {
            match (member.as_str(), depth) {
                ("files", _) => {
                    let content = &mut branch.content;
                    tree.files += from.next_value_seed(Files { content })?;
                }
                ("directories" | "subDirectories" | "subdirectories", _) => {
                    let depth = depth + 1;
                    let below = from.next_value_seed(Directories { tree, depth })?;
                    for (name, _) in &below {
                        branch.content.add_directory(name);
                    }
                    branch.below.extend(below);
                }
                ("rootDirectoryId", 0) | ("directoryId", 1..) => {
                    id = from.next_value_seed(Scalar)?
                }
                ("directoryName", 1..) => name = from.next_value_seed(Scalar)?,
                ("name", 1..) => {
                    let given: Option<String> = from.next_value_seed(Scalar)?;
                    name = name.or(given);
                }
                ("totalFiles", 0) => tree.declared_files = number(from.next_value_seed(Scalar)?),
                ("totalDirectories", 0) => {
                    tree.declared_directories = number(from.next_value_seed(Scalar)?);
                }
                ("response", 0) => {
                    tree.response = from.next_value_seed(Scalar)?.unwrap_or_default();
                }
                ("message", 0) => tree.message = from.next_value_seed(Scalar)?,
                _ => drop(from.next_value::<IgnoredAny>()?),
            }
        }
        match (name, id) {
            (Some(name), Some(id)) => {
                tree.directories.insert(id.clone(), branch);
                Ok((name, id))
            }
            (_, id) if depth == 0 => {
                if let Some(id) = id {
                    tree.directories.insert(id, branch);
                }
                Ok(<(String, String)>::default())
            }
            _ => Err(A::Error::custom("a directory has no name or no id")),
        }
    }
}

/// Reads the directories in a directory, as names and ids; null is none.
struct Directories<'t> {
    tree: &'t mut Tree,
    depth: usize,
}

impl<'de> DeserializeSeed<'de> for Directories<'_> {
    type Value = Vec<(String, String)>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Directories<'_> {
    type Value = Vec<(String, String)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of directories")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Vec::new())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<Self::Value, A::Error> {
        let Self { tree, depth } = self;
        let mut all = Vec::new();
        while let Some(one) = from.next_element_seed(DirectorySeed { tree, depth })? {
            all.push(one);
        }
        Ok(all)
    }
}

/// Adds the files in a directory to its fingerprint, and returns their number; null is none.
struct Files<'t> {
    content: &'t mut Fingerprint,
}

impl<'de> DeserializeSeed<'de> for Files<'_> {
    type Value = u64;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<u64, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Files<'_> {
    type Value = u64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of files")
    }

    fn visit_unit<E>(self) -> Result<u64, E> {
        Ok(0)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<u64, A::Error> {
        let mut count = 0;
        while let Some((name, id, version)) = from.next_element_seed(OneFile)? {
            self.content.add_file(&name, &id, version);
            count += 1;
        }
        Ok(count)
    }
}

/// Reads the name, the id and the version of a file.
struct OneFile;

impl<'de> DeserializeSeed<'de> for OneFile {
    type Value = (String, String, Option<u32>);

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        from.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for OneFile {
    type Value = (String, String, Option<u32>);

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a file")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Self::Value, A::Error> {
        use serde_core::de::Error as _;
        let (mut name, mut id, mut version) = (None, None, None);
        while let Some(member) = from.next_key::<String>()? {
            match member.as_str() {
                "fileName" => name = from.next_value_seed(Scalar)?,
                "fileId" => id = from.next_value_seed(Scalar)?,
                "fileVersion" => {
                    version = number(from.next_value_seed(Scalar)?)
                        .and_then(|version| u32::try_from(version).ok());
                }
                _ => drop(from.next_value::<IgnoredAny>()?),
            }
        }
        match (name, id) {
            (Some(name), Some(id)) => Ok((name, id, version)),
            _ => Err(A::Error::custom("a file has no name or no id")),
        }
    }
}

fn number(text: Option<String>) -> Option<u64> {
    text?.trim().parse().ok()
}

/// Reads a text or a number as text; null is none.
struct Scalar;

impl<'de> DeserializeSeed<'de> for Scalar {
    type Value = Option<String>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        from.deserialize_any(self)
    }
}

impl Visitor<'_> for Scalar {
    type Value = Option<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text or a number")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Some(number.to_string()))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Some(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn read(value: &Value) -> serde_json::Result<Tree> {
        Tree::read(value.to_string().as_bytes()).map(|(tree, _)| tree)
    }

    fn fingerprint(files: &[(&str, &str, Option<u32>)], directories: &[&str]) -> Fingerprint {
        let mut content = Fingerprint::default();
        for (name, id, version) in files {
            content.add_file(name, id, *version);
        }
        for name in directories {
            content.add_directory(name);
        }
        content
    }

    #[test]
    fn the_tree_of_package_information_is_read() {
        let file = |name: &str, id: &str| json!({"fileId": id, "fileName": name, "fileVersion": "2", "x": [{"y": 1}]});
        let information = json!({
            "response": "SUCCESS", "recipients": [{"confirmations": [{"file": {"fileId": "no"}}]}],
            "files": [file("a", "A"), file("b", "B")], "rootDirectoryId": "R",
            "directories": [{
                "directoryId": "D", "name": "d", "files": [file("c", "C")],
                "subDirectories": [{"name": "e", "directoryId": "E", "files": null, "subDirectories": []}],
            }],
            "totalFiles": 3, "totalDirectories": "2",
        });
        let tree = read(&information).expect("a tree");
        assert!(tree.is_whole());
        let of = |id: &str| tree.directory(id).expect("a directory");
        let files = [("b", "B", Some(2)), ("a", "A", Some(2))];
        assert_eq!(of("R").content, fingerprint(&files, &["d"]));
        assert_eq!(of("D").content, fingerprint(&[("c", "C", Some(2))], &["e"]));
        assert_eq!(of("E").content, Fingerprint::default());
        assert_eq!(of("D").below, [("e".to_owned(), "E".to_owned())]);
        // Of what the service does not count, or does not show, nothing is known.
        for (name, value) in [("totalFiles", json!(4)), ("totalDirectories", Value::Null)] {
            let mut other = information.clone();
            other[name] = value;
            assert!(!read(&other).expect("a tree").is_whole());
        }
    }

    #[test]
    fn fingerprints_differ() {
        let a = ("a", "A", Some(1));
        let all = [
            fingerprint(&[], &[]),
            fingerprint(&[a], &[]),
            fingerprint(&[a, a], &[]),
            fingerprint(&[], &["a"]),
            fingerprint(&[("a", "A", None)], &[]),
            fingerprint(&[("a", "A", Some(2))], &[]),
            fingerprint(&[("aA", "", Some(1))], &[]),
        ];
        for (at, one) in all.iter().enumerate() {
            assert!(all[..at].iter().all(|other| other != one), "{at}");
        }
    }

    #[test]
    fn what_is_no_tree_is_not_read() {
        for bad in [
            json!([]),
            json!({"files": [{"fileName": "a"}]}),
            json!({"files": {}}),
            json!({"directories": [{"directoryId": "D"}]}),
        ] {
            assert!(read(&bad).is_err(), "{bad}");
        }
        let mut deep = json!({});
        for _ in 0..50 {
            deep = json!({"directoryId": "D", "name": "d", "subDirectories": [deep]});
        }
        assert!(read(&deep).is_err());
        assert!(Tree::read(&b"{\"files\":["[..]).is_err());
    }
}
