//! Checks of the names of files and directories.

use crate::error::{Error, ErrorKind, Result};
use crate::os::is_temporary;

/// Characters that official clients replace in names from the server (`protocol` 5.4.3).
const FORBIDDEN: &str = "<>:\"/\\|?*";

/// The longest name, in bytes, that all usual file systems support.
const LONGEST_NAME: usize = 255;

/// So many characters of a name that is refused stand in the message.
const LONGEST_SHOWN: usize = 300;

/// A longer ending is not treated as the extension of a file.
const LONGEST_EXTENSION: usize = 32;

/// Refuses a name under which a recipient could not store the file or directory.
pub(crate) fn check_name(name: &str) -> Result<()> {
    let bad = |what: &str| {
        let shown: String = name.chars().take(LONGEST_SHOWN).collect();
        let more = if shown == name { "" } else { "..." };
        let message = format!("{shown}{more}: the name {what}");
        let error = Error::new(ErrorKind::MalformedFileName, message);
        Err(error.with_remedy("choose another name"))
    };
    if name.is_empty() {
        let error = Error::new(ErrorKind::MalformedFileName, "the name is empty");
        return Err(error.with_remedy("give a name"));
    }
    if name == "." || name == ".." {
        return bad("is that of a directory");
    }
    if name.len() > LONGEST_NAME {
        return bad("is longer than 255 bytes");
    }
    if name
        .chars()
        .any(|c| c.is_control() || FORBIDDEN.contains(c))
    {
        return bad("has a control character or one of < > : \" / \\ | ? *");
    }
    Ok(())
}

/// The name under which a file or directory is sent. With `replace`, one that a recipient could not store is made safe
/// in the same way as a name from the server; otherwise it is refused.
pub(crate) fn name_to_send(name: &str, replace: bool) -> Result<String> {
    match check_name(name) {
        Err(_) if replace && !name.is_empty() => Ok(safe_name(name)),
        Err(error) => Err(error.with_remedy(
            "choose another name, as file_name, or set replace_characters to have it made safe",
        )),
        Ok(()) => Ok(name.to_owned()),
    }
}

/// Makes a name from the server safe: any system can store a file under it, and it does not lead out of its directory.
/// A safe name stays as it is.
pub(crate) fn safe_name(name: &str) -> String {
    let safe = |c: char| match c.is_control() || FORBIDDEN.contains(c) {
        true => '_',
        false => c,
    };
    let mut safe = fitted(&name.chars().map(safe).collect::<String>());
    // A download would take a file of a temporary one's name for what a killed program has left.
    if is_device(&safe) || is_temporary(&safe) {
        safe = fitted(&format!("_{safe}"));
    }
    match safe.is_empty() {
        true => "_".to_owned(),
        false => safe,
    }
}

/// Puts a mark before the extension of a name. Where the whole would be too long for usual file systems, the part
/// before the mark is cut, so that the extension stays.
pub(crate) fn marked(name: &str, mark: &str) -> String {
    let dot = name.rfind('.').filter(|dot| *dot > 0);
    let (stem, extension) = match dot {
        Some(dot) if name.len() - dot <= LONGEST_EXTENSION => name.split_at(dot),
        _ => (name, ""),
    };
    let mut kept = stem.len();
    while kept + mark.len() + extension.len() > LONGEST_NAME || !stem.is_char_boundary(kept) {
        kept -= 1;
    }
    format!("{}{mark}{extension}", &stem[..kept])
}

/// Without dots and blanks at the end, which Windows drops, and not too long.
fn fitted(name: &str) -> String {
    let trimmed = |name: &str| name.trim_end_matches(['.', ' ']).len();
    let mut fitted = marked(&name[..trimmed(name)], "");
    fitted.truncate(trimmed(&fitted));
    fitted
}

/// Whether Windows takes a name, or what stands before its first dot, for a device.
fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end();
    let stem = stem.to_ascii_uppercase();
    let numbered = |device: &str| {
        stem.strip_prefix(device)
            .is_some_and(|rest| rest.len() == 1 && rest.bytes().all(|b| b.is_ascii_digit()))
    };
    matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL") || numbered("COM") || numbered("LPT")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_from_the_server_stay_in_their_directory() {
        for (name, safe) in [
            ("report.pdf", "report.pdf"),
            ("../../etc/passwd", ".._.._etc_passwd"),
            ("/etc/passwd", "_etc_passwd"),
            ("..", "_"),
            (".", "_"),
            ("", "_"),
            ("a\\b:c*d?e\"f<g>h|i", "a_b_c_d_e_f_g_h_i"),
            ("line\nbreak\u{7f}", "line_break_"),
            ("trailing. . ", "trailing"),
            ("con", "_con"),
            ("COM1.txt", "_COM1.txt"),
            ("Common.txt", "Common.txt"),
            (
                ".sendsafely-0123456789abcdef.part",
                "_.sendsafely-0123456789abcdef.part",
            ),
            (".sendsafely-notes.part", ".sendsafely-notes.part"),
            ("Grüße 世界.txt", "Grüße 世界.txt"),
        ] {
            assert_eq!(safe_name(name), safe, "{name:?}");
        }
    }

    #[test]
    fn names_that_are_too_long_keep_their_extension() {
        let stem = "ü".repeat(300);
        let safe = safe_name(&format!("{stem}.pdf"));
        assert!(
            safe.len() <= 255 && safe.len() > 250 && safe.ends_with("ü.pdf"),
            "{safe}"
        );
        assert!(safe_name(&stem).len() <= 255);
        assert_eq!(safe_name(&format!("con{}.txt", " ".repeat(300))).len(), 255);
        // An ending so long is no extension.
        let ending = format!("a.{}", "x".repeat(300));
        assert_eq!(safe_name(&ending), ending[..255]);
        let number = marked(&safe, " (2)");
        assert!(
            number.len() <= 255 && number.ends_with("ü (2).pdf"),
            "{number}"
        );
    }

    proptest! {
        #[test]
        fn a_safe_name_stays_as_it_is(
            start in "(CON|com1|)[a.: /\\u{0}-\\u{1f}üé]{0,6}",
            middle in "([a. ü]|){0,300}",
            end in "[.x: ]{0,5}",
        ) {
            let safe = safe_name(&format!("{start}{middle}{end}"));
            prop_assert_eq!(&safe_name(&safe), &safe);
            prop_assert!(check_name(&safe).is_ok());
        }
    }

    #[test]
    fn names_to_send_are_judged() {
        for good in ["a", "report.pdf", "Grüße 世界.txt", &"a".repeat(255)] {
            check_name(good).expect(good);
        }
        for bad in [
            "",
            ".",
            "..",
            "a/b",
            "a\\b",
            "a\nb",
            "a:b",
            &"a".repeat(256),
        ] {
            assert_eq!(
                check_name(bad).expect_err(bad).kind(),
                ErrorKind::MalformedFileName
            );
        }
    }

    #[test]
    fn a_name_that_is_refused_can_be_made_safe_instead() {
        for (name, sent) in [
            ("report.pdf", "report.pdf"),
            ("12:30.pdf", "12_30.pdf"),
            ("a\nb", "a_b"),
            ("a\\b", "a_b"),
            // These are not refused, so they stay.
            ("trailing.", "trailing."),
            ("con", "con"),
        ] {
            assert_eq!(name_to_send(name, true).expect(name), sent);
        }
        let error = name_to_send("12:30.pdf", false).expect_err("a colon");
        assert!(error.message().starts_with("12:30.pdf: the name has"));
        assert!(name_to_send("", true).is_err());
        let long = check_name(&"x".repeat(100_000)).expect_err("too long");
        assert!(long.message().len() < 400, "{}", long.message());
    }
}
