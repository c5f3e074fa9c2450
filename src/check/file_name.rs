//! Checks of the names of files and directories.

use crate::error::{Error, ErrorKind, Result};

/// Characters that official clients replace in names from the server (`protocol` 5.4.3).
const FORBIDDEN: &str = "<>:\"/\\|?*";

/// The longest name, in bytes, that all usual file systems support.
const LONGEST_NAME: usize = 255;

/// Refuses a name under which a recipient could not store the file or directory.
pub(crate) fn check_name(name: &str) -> Result<()> {
    let bad = |what: &str| {
        let error = Error::new(ErrorKind::MalformedFileName, format!("the name {what}"));
        Err(error.with_remedy("choose another name; an upload takes one as file_name"))
    };
    if name.is_empty() || name == "." || name == ".." {
        return bad("is empty or names a directory");
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

/// Makes a name from the server safe: any system can store a file under it, and it does not lead out of its directory.
pub(crate) fn safe_name(name: &str) -> String {
    let mut safe: String = name
        .chars()
        .map(|c| {
            if c.is_control() || FORBIDDEN.contains(c) {
                '_'
            } else {
                c
            }
        })
        .collect();
    let kept = safe.trim_end_matches(['.', ' ']).len();
    safe.truncate(kept);
    while safe.len() > LONGEST_NAME {
        safe.pop();
    }
    let stem = safe
        .split('.')
        .next()
        .unwrap_or_default()
        .trim_end()
        .to_ascii_uppercase();
    let numbered = |device: &str| {
        stem.strip_prefix(device)
            .is_some_and(|rest| rest.len() == 1 && rest.bytes().all(|b| b.is_ascii_digit()))
    };
    if matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL") || numbered("COM") || numbered("LPT")
    {
        safe.insert(0, '_');
        while safe.len() > LONGEST_NAME {
            safe.pop();
        }
    }
    if safe.is_empty() {
        "_".to_owned()
    } else {
        safe
    }
}

#[cfg(test)]
mod tests {
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
            ("Grüße 世界.txt", "Grüße 世界.txt"),
        ] {
            assert_eq!(safe_name(name), safe, "{name:?}");
        }
        assert!(safe_name(&"ü".repeat(300)).len() <= 255);
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
}
