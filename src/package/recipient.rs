//! Recipients and their phone numbers (`protocol` 6.4).

use crate::api::json::Json;
use crate::error::{Error, ErrorKind, Result};

/// Somebody a package is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipient {
    /// The service's id of this recipient on this package.
    pub recipient_id: String,
    /// The e-mail address.
    pub email: String,
    /// The full name, where the service knows it.
    pub full_name: Option<String>,
    /// The role in a Workspace, such as `VIEWER`.
    pub role: Option<String>,
    /// Whether an approver has to approve what this recipient gets.
    pub needs_approval: bool,
    /// E-mail addresses of those who may approve.
    pub approvers: Vec<String>,
    /// Whether this is the owner of the package.
    pub is_package_owner: bool,
    /// Whether the recipient has to enter a code sent by SMS.
    pub sms_auth: bool,
    /// Phone numbers that the service knows, with their dialling codes.
    pub phone_numbers: Vec<String>,
}

impl Recipient {
    pub(crate) fn read(json: &Json) -> Self {
        let phone_numbers = json.list("phonenumbers").into_iter().filter_map(|phone| {
            let number = phone.filled("phonenumber")?;
            Some(match phone.number("countryCode") {
                Some(code) if !number.starts_with('+') => format!("+{code} {number}"),
                _ => number,
            })
        });
        Self {
            recipient_id: json.text("recipientId").unwrap_or_default(),
            email: json.text("email").unwrap_or_default(),
            full_name: json.filled("fullName"),
            role: json.filled("roleName"),
            needs_approval: json
                .flag("needsApproval")
                .or(json.flag("approvalRequired"))
                .unwrap_or(false),
            approvers: json.texts("approvers"),
            is_package_owner: json.flag("isPackageOwner").unwrap_or(false),
            sms_auth: json.flag("smsAuth").unwrap_or(false),
            phone_numbers: phone_numbers.collect(),
        }
    }
}

/// A phone number for authentication by SMS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhoneNumber {
    /// The number; with a `+` it carries its dialling code, which then counts.
    pub number: String,
    /// Two letters such as `US` (the default), one of those that `protocol` 6.4.4 lists, or `OTHER`.
    pub country: Option<String>,
}

/// Countries that the service knows by their code; any other is `OTHER` and needs a number with `+`.
const COUNTRIES: [&str; 30] = [
    "US", "GB", "AU", "AT", "BE", "BR", "CN", "DK", "FI", "FR", "DE", "IN", "IQ", "IE", "IT", "JO",
    "KW", "LY", "NL", "NZ", "OM", "PL", "PT", "QA", "RU", "SA", "ES", "SE", "CH", "AE",
];

impl PhoneNumber {
    /// Checks the number and answers the country code to send.
    pub(crate) fn checked_country(&self) -> Result<String> {
        let malformed = |what: &str| {
            let told = format!("phone number {:?}: {what}", self.number);
            Error::new(ErrorKind::MalformedPhoneNumber, told)
        };
        let digits = self.number.bytes().filter(u8::is_ascii_digit).count();
        let allowed = self
            .number
            .chars()
            .all(|c| c.is_ascii_digit() || " +-()/.".contains(c));
        let plus_leads = self
            .number
            .trim_start()
            .rfind('+')
            .is_none_or(|position| position == 0);
        if !allowed || !plus_leads || !(4..=15).contains(&digits) {
            return Err(malformed(
                "it has to have 4 to 15 digits, with + before a dialling code",
            ));
        }
        let country = self.country.as_deref().unwrap_or("US").to_ascii_uppercase();
        if COUNTRIES.contains(&country.as_str()) {
            return Ok(country);
        }
        let two_letters =
            country.len() == 2 && country.bytes().all(|byte| byte.is_ascii_uppercase());
        if !two_letters && country != "OTHER" {
            return Err(malformed(
                "the country has to be a code of two letters, or OTHER",
            ));
        }
        if !self.number.trim_start().starts_with('+') {
            return Err(malformed(
                "a number of this country has to begin with + and its dialling code",
            ));
        }
        Ok("OTHER".to_owned())
    }
}

/// Refuses what cannot be an e-mail address; the service judges the rest.
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

    #[test]
    fn phone_numbers() {
        let country = |number: &str, country: Option<&str>| {
            PhoneNumber {
                number: number.to_owned(),
                country: country.map(str::to_owned),
            }
            .checked_country()
        };
        assert_eq!(country("(415) 555-0100", None).expect("US"), "US");
        assert_eq!(country("+49 30 1234567", Some("de")).expect("DE"), "DE");
        assert_eq!(country("+82 2 123 4567", Some("KR")).expect("KR"), "OTHER");
        for (number, code) in [
            ("", None),
            ("12", None),
            ("call me", None),
            ("4155550100+1", None),
            ("1234567890123456", None),
            ("02 123 4567", Some("KR")),
            ("4155550100", Some("USA")),
            ("4155550100", Some("")),
        ] {
            assert_eq!(
                country(number, code).expect_err(number).kind(),
                ErrorKind::MalformedPhoneNumber
            );
        }
    }
}
