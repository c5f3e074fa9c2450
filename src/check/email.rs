//! Checks of e-mail addresses.

use super::trimmed;
use crate::error::{Error, ErrorKind, Result};
use crate::printable::is_invisible;

pub(crate) fn is_among<'a>(email: &str, mut emails: impl Iterator<Item = &'a String>) -> bool {
    emails.any(|other| other.eq_ignore_ascii_case(email))
}

/// An e-mail address from the caller, trimmed. Refuses a text that cannot be one; the service checks the rest.
pub(crate) fn email_address(text: &str) -> Result<String> {
    let email = trimmed(text);
    let well_formed = email.len() <= 254
        && email.split_once('@').is_some_and(|(local, domain)| {
            let dotted =
                !domain.starts_with('.') && !domain.ends_with('.') && !domain.contains("..");
            !local.is_empty() && !domain.is_empty() && dotted && !domain.contains('@')
        })
        && !email.chars().any(|c| {
            c.is_whitespace() || c.is_control() || is_invisible(c) || "<>(),;:\"[]\\".contains(c)
        });
    if well_formed {
        return Ok(email.to_owned());
    }
    Err(Error::new(
        ErrorKind::MalformedEmail,
        format!("{email:?} is not an e-mail address, such as name@company.example"),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e_mail_addresses() {
        for good in [
            "a@x.test",
            "first.last+tag@sub.company.example",
            "jürgen@example.com",
            "o'neil@x.test",
        ] {
            assert_eq!(email_address(good).expect(good), good);
            let copied = format!("\u{feff} {good}\u{200b}\r\n");
            assert_eq!(email_address(&copied).expect(good), good);
        }
        for bad in [
            "",
            "a",
            "@",
            "a@",
            "@x",
            "a@x@y",
            "a b@x",
            "a\u{200b}@x",
            "<a@x>",
            "a@.x",
            "a@x..y",
            "a,b@x",
        ] {
            assert_eq!(
                email_address(bad).expect_err(bad).kind(),
                ErrorKind::MalformedEmail
            );
        }
        assert!(email_address(&format!("{}@x.test", "a".repeat(300))).is_err());
    }
}
