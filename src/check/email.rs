//! Checks of e-mail addresses.

use crate::error::{Error, ErrorKind, Result};

pub(crate) fn is_among<'a>(email: &str, mut emails: impl Iterator<Item = &'a String>) -> bool {
    emails.any(|other| other.eq_ignore_ascii_case(email))
}

/// Refuses a text that cannot be an e-mail address; the service checks the rest.
pub(crate) fn check_email(email: &str) -> Result<()> {
    let well_formed = email.len() <= 254
        && email.split_once('@').is_some_and(|(local, domain)| {
            let dotted =
                !domain.starts_with('.') && !domain.ends_with('.') && !domain.contains("..");
            !local.is_empty() && !domain.is_empty() && dotted && !domain.contains('@')
        })
        && !email
            .chars()
            .any(|c| c.is_whitespace() || c.is_control() || "<>(),;:\"[]\\".contains(c));
    if well_formed {
        return Ok(());
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
            check_email(good).expect(good);
        }
        for bad in [
            "", "a", "@", "a@", "@x", "a@x@y", "a b@x", "a@x\n", "<a@x>", "a@.x", "a@x..y", "a,b@x",
        ] {
            assert_eq!(
                check_email(bad).expect_err(bad).kind(),
                ErrorKind::MalformedEmail
            );
        }
        assert!(check_email(&format!("{}@x.test", "a".repeat(300))).is_err());
    }
}
