//! One API request as a handler sees it.

use std::collections::HashMap;

use bytes::Bytes;
use serde_json::Value;

use crate::envelope::{Refusal, refuse};
use crate::settings::Settings;
use crate::state::State;
use crate::state::access::{Caller, Named, Right};
use crate::state::package::Package;
use crate::store::PartStore;

/// URLs of the three listeners.
#[derive(Clone)]
pub(crate) struct Origins {
    pub(crate) api: String,
    pub(crate) storage: String,
    pub(crate) admin: String,
}

/// The content of the request: path, query, body.
#[derive(Default)]
pub(crate) struct Input {
    pub(crate) params: HashMap<&'static str, String>,
    pub(crate) query: HashMap<String, String>,
    /// JSON body, `requestData` of a multipart body, or the fields of a form.
    pub(crate) body: Value,
    /// The part of a multipart upload.
    pub(crate) part: Bytes,
}

impl Input {
    /// A variable of the route's pattern; empty if the pattern does not have it.
    pub(crate) fn param(&self, name: &str) -> &str {
        self.params.get(name).map_or("", String::as_str)
    }

    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.body.get(name)?.as_str()
    }

    /// A text of the body; fails if it is absent or empty.
    pub(crate) fn required(&self, name: &str) -> Result<&str, Refusal> {
        self.text(name)
            .filter(|text| !text.is_empty())
            .ok_or_else(|| refuse("INVALID_INPUT", format!("{name} is missing")))
    }

    /// A number, or its digits as a string.
    pub(crate) fn number(&self, name: &str) -> Option<u64> {
        number(self.body.get(name)?)
    }

    /// A boolean, or `"true"`/`"false"`, which the Python client sends.
    pub(crate) fn flag(&self, name: &str) -> bool {
        match self.body.get(name) {
            Some(Value::Bool(flag)) => *flag,
            Some(Value::String(text)) => text.eq_ignore_ascii_case("true"),
            _ => false,
        }
    }

    pub(crate) fn query_index(&self, name: &str) -> usize {
        self.query
            .get(name)
            .and_then(|text| text.parse().ok())
            .unwrap_or(0)
    }
}

pub(crate) fn number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

pub(crate) struct Call<'a> {
    pub(crate) state: &'a mut State,
    pub(crate) settings: &'a Settings,
    pub(crate) parts: &'a PartStore,
    pub(crate) origins: &'a Origins,
    pub(crate) caller: Caller,
    pub(crate) input: Input,
}

impl Call<'_> {
    /// E-mail of the caller; empty for a Dropzone.
    pub(crate) fn me(&self) -> String {
        self.caller.email().to_owned()
    }

    /// The package of the path; fails if the caller lacks the right. Returns the input, too, because the package
    /// borrows `self`.
    pub(crate) fn open(&mut self, needed: Right) -> Result<(&mut Package, &Input), Refusal> {
        let package = self.state.open(
            &self.caller,
            self.settings,
            self.input.param("package"),
            Named::ById,
            needed,
        )?;
        Ok((package, &self.input))
    }

    /// As `open`, for calls that only read and accept the package code, too.
    pub(crate) fn read(&mut self) -> Result<(&mut Package, &Input), Refusal> {
        let package = self.state.open(
            &self.caller,
            self.settings,
            self.input.param("package"),
            Named::ByIdOrCode,
            Right::View,
        )?;
        Ok((package, &self.input))
    }

    pub(crate) fn require_admin(&self) -> Result<(), Refusal> {
        match self.state.is_admin(&self.caller) {
            true => Ok(()),
            false => Err(refuse("DENIED", "only for enterprise administrators")),
        }
    }
}

/// It is not known which addresses the service accepts. This check refuses only what cannot be an address.
pub(crate) fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else {
        return false;
    };
    let plain = |part: &str| {
        !part.is_empty()
            && !part.contains(['@', ' ', ',', ';', '<', '>'])
            && !part.chars().any(char::is_control)
    };
    plain(local)
        && plain(domain)
        && domain.contains('.')
        && !domain.starts_with('.')
        && !domain.ends_with('.')
}

#[cfg(test)]
mod tests {
    use super::is_email;

    #[test]
    fn judges_addresses() {
        for good in ["a@x.test", "jürgen@example.com", "o'neil+tag@sub.x.test"] {
            assert!(is_email(good), "{good}");
        }
        for bad in [
            "",
            "a",
            "@x.test",
            "a@",
            "a@x",
            "a b@x.test",
            "a@@x.test",
            "a@.test",
            "a@x.",
            "a@x.test\r\n",
        ] {
            assert!(!is_email(bad), "{bad}");
        }
    }
}
