//! Checks of ids, which become parts of paths.

use super::trimmed;
use crate::error::{Error, ErrorKind, Result};
use crate::secret::SecretString;

/// No id that a message repeats is longer: package codes and keycodes are.
const LONGEST_SHOWN: usize = 42;

/// An id from the caller, trimmed.
pub(crate) fn identifier(what: &str, text: &str) -> Result<String> {
    let id = trimmed(text);
    if is_identifier(id) {
        return Ok(id.to_owned());
    }
    check_filled(&format!("the {what}"), id)?;
    // The message does not repeat the text, which may be a link with its keycode.
    let invalid = |how: &str| {
        let message = format!("the {what} is {how}");
        Error::new(ErrorKind::InvalidArgument, message)
    };
    Err(match id.contains("://") {
        true => invalid("a link").with_remedy(
            "give the id alone; a package opens by its link with the function for links",
        ),
        false => invalid("malformed")
            .with_remedy("an id has up to 256 characters, which are letters, digits and -_.~=+"),
    })
}

/// An id as a message shows it. What may be something else, such as a keycode, is not repeated.
pub(crate) fn shown_identifier(id: &str) -> String {
    match is_identifier(id) && id.len() <= LONGEST_SHOWN {
        true => format!("the id {id:?}"),
        false => "this id".to_owned(),
    }
}

/// A token or code from the caller, trimmed.
pub(crate) fn filled(what: &str, text: &SecretString) -> Result<SecretString> {
    let text = trimmed(text.expose());
    check_filled(what, text)?;
    Ok(SecretString::from(text))
}

/// Checks that a text from the caller is not empty.
pub(crate) fn check_filled(what: &str, text: &str) -> Result<()> {
    if text.is_empty() {
        let message = format!("{what} is empty");
        return Err(Error::new(ErrorKind::InvalidArgument, message));
    }
    Ok(())
}

/// Whether a text has the form of the service's ids and codes, so that it cannot lead to another path.
pub(crate) fn is_identifier(text: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~=+".contains(&byte);
    (1..=256).contains(&text.len())
        && text.bytes().all(is_allowed)
        && text.bytes().any(|byte| byte != b'.')
}

/// Checks the id of a directory, if there is one; `None` is the root.
pub(crate) fn directory_identifier(directory_id: Option<&str>) -> Result<Option<String>> {
    directory_id
        .map(|id| identifier("directory id", id))
        .transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_lead_to_no_other_path() {
        for good in [
            "GVG2-MNZT",
            "M0AEMIrTQe9XWRgGDKiKta1pXobmpKwAVafWgXjnBsw",
            "123e4567-e89b-12d3-a456-426614174000",
            "a..b",
            "7",
        ] {
            assert_eq!(identifier("id", good).expect(good), good);
            let copied = format!(" {good}\u{200b}\n");
            assert_eq!(identifier("id", &copied).expect(good), good);
        }
        let long = "a".repeat(257);
        for bad in [
            "",
            ".",
            "..",
            "...",
            "a/b",
            "../user",
            "%2e%2e",
            "a?b",
            "a#b",
            "a\\b",
            "a b",
            "a\u{200b}b",
            "\u{fc}",
            &long,
        ] {
            let error = identifier("id", bad).expect_err(bad);
            assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        }
    }

    #[test]
    fn messages_show_ids_only() {
        let id = "123e4567-e89b-12d3-a456-426614174000";
        assert_eq!(shown_identifier(id), format!("the id {id:?}"));
        for other in ["k".repeat(43).as_str(), "", "a#b", "https://x.test"] {
            assert_eq!(shown_identifier(other), "this id");
        }
    }
}
