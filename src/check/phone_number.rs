//! Phone numbers for codes by SMS, and the countries whose dialling codes the service knows (`protocol` 6.4.4).

use super::trimmed;
use crate::error::{Error, ErrorKind, Result};

/// A phone number for authentication by SMS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhoneNumber {
    /// The number. With a `+` it has its dialling code, and the country is ignored.
    pub number: String,
    /// Two letters such as `US` (the default), one of those that `protocol` 6.4.4 lists, or `OTHER`.
    pub country: Option<String>,
}

/// A country whose dialling code the service knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CountryCode {
    /// Two letters, such as `US`.
    pub country_code: &'static str,
    /// The dialling code, such as 1.
    pub dialling_code: u32,
}

/// The countries whose phone numbers need no `+` (`protocol` 6.4.4).
pub fn country_codes() -> Vec<CountryCode> {
    let known = COUNTRIES.iter();
    known
        .map(|&(country_code, dialling_code)| CountryCode {
            country_code,
            dialling_code,
        })
        .collect()
}

/// Countries that the service knows by their code; any other is `OTHER` and needs a number with `+`.
const COUNTRIES: [(&str, u32); 30] = [
    ("US", 1),
    ("GB", 44),
    ("AU", 61),
    ("AT", 43),
    ("BE", 32),
    ("BR", 55),
    ("CN", 86),
    ("DK", 45),
    ("FI", 358),
    ("FR", 33),
    ("DE", 49),
    ("IN", 91),
    ("IQ", 964),
    ("IE", 353),
    ("IT", 39),
    ("JO", 962),
    ("KW", 965),
    ("LY", 218),
    ("NL", 31),
    ("NZ", 64),
    ("OM", 968),
    ("PL", 48),
    ("PT", 351),
    ("QA", 974),
    ("RU", 7),
    ("SA", 966),
    ("ES", 34),
    ("SE", 46),
    ("CH", 41),
    ("AE", 971),
];

impl PhoneNumber {
    /// Checks the number. Returns it, trimmed, and the country code to send.
    pub(crate) fn checked(&self) -> Result<(String, String)> {
        let number = trimmed(&self.number);
        let malformed = |what: &str| {
            let message = format!("phone number {number:?}: {what}");
            Error::new(ErrorKind::MalformedPhoneNumber, message)
        };
        let digits = number.bytes().filter(u8::is_ascii_digit).count();
        let allowed = number
            .chars()
            .all(|c| c.is_ascii_digit() || " +-()/.".contains(c));
        let plus_leads = number.rfind('+').is_none_or(|position| position == 0);
        if !allowed || !plus_leads || !(4..=15).contains(&digits) {
            return Err(malformed(
                "it has to have 4 to 15 digits, with + before a dialling code",
            ));
        }
        let country = trimmed(self.country.as_deref().unwrap_or("US")).to_ascii_uppercase();
        if COUNTRIES.iter().any(|(code, _)| *code == country) {
            return Ok((number.to_owned(), country));
        }
        let two_letters =
            country.len() == 2 && country.bytes().all(|byte| byte.is_ascii_uppercase());
        if !two_letters && country != "OTHER" {
            return Err(malformed(
                "the country has to be a code of two letters, or OTHER",
            ));
        }
        if !number.starts_with('+') {
            return Err(malformed(
                "a number of this country has to begin with + and its dialling code",
            ));
        }
        Ok((number.to_owned(), "OTHER".to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phone_numbers() {
        let country = |number: &str, country: Option<&str>| {
            PhoneNumber {
                number: number.to_owned(),
                country: country.map(str::to_owned),
            }
            .checked()
            .map(|(_, country)| country)
        };
        // What address books put around a number.
        let copied = PhoneNumber {
            number: "\u{202a}+1 415 555 0100\u{202c}\u{a0}".to_owned(),
            country: None,
        };
        assert_eq!(copied.checked().expect("US").0, "+1 415 555 0100");
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
