//! The JSON envelope of every response: `response`, sometimes `message` and `errors`.

use bytes::Bytes;
use serde_json::{Map, Value, json};

use crate::random;
use crate::settings::Settings;

pub(crate) enum Reply {
    Json(Value),
    /// The bytes of a part.
    Part(Bytes),
    Page(String),
}

/// A failure, which the service sends with HTTP status 200.
pub(crate) struct Refusal {
    pub(crate) code: &'static str,
    pub(crate) message: String,
    pub(crate) errors: Vec<String>,
    pub(crate) more: Map<String, Value>,
}

pub(crate) type Response = Result<Reply, Refusal>;

/// Adds `"response":"SUCCESS"`, unless the members have a `response`, such as `PACKAGE_NEEDS_APPROVAL`.
pub(crate) fn success(mut members: Value) -> Response {
    if let Value::Object(object) = &mut members {
        object.entry("response").or_insert_with(|| "SUCCESS".into());
    }
    Ok(Reply::Json(without_nulls(members)))
}

pub(crate) fn done() -> Response {
    success(Value::Object(Map::new()))
}

pub(crate) fn refuse(code: &'static str, message: impl Into<String>) -> Refusal {
    Refusal {
        code,
        message: message.into(),
        errors: Vec::new(),
        more: Map::new(),
    }
}

pub(crate) fn unknown_package() -> Refusal {
    refuse("UNKNOWN_PACKAGE", "Package ID does not exist")
}

/// An internal error of the service, in the recorded form.
pub(crate) fn internal_error() -> Value {
    let id = random::uuid();
    json!({"response": "FAIL", "message": format!("An error occurred.  Error Id {id}"), "errorId": id})
}

impl Refusal {
    pub(crate) fn into_json(self, settings: &Settings) -> Value {
        let mut object = self.more;
        if settings.error_ids {
            object.insert("errorId".into(), random::uuid().into());
        }
        object.insert("response".into(), self.code.into());
        object.insert("message".into(), self.message.into());
        if !self.errors.is_empty() {
            object.insert("errors".into(), self.errors.into());
        }
        Value::Object(object)
    }
}

/// JSON as Gson writes it, which escapes these characters. They occur in strings only.
pub(crate) fn gson(value: &Value) -> String {
    const ESCAPED: [char; 7] = ['<', '>', '&', '=', '\'', '\u{2028}', '\u{2029}'];
    let mut text = String::new();
    for character in value.to_string().chars() {
        match ESCAPED.contains(&character) {
            true => text += &format!("\\u{:04x}", u32::from(character)),
            false => text.push(character),
        }
    }
    text
}

/// Leaves out null members: the .NET client fails on an explicit null.
pub(crate) fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(object) => Value::Object(
            object
                .into_iter()
                .filter(|(_, member)| !member.is_null())
                .map(|(name, member)| (name, without_nulls(member)))
                .collect(),
        ),
        Value::Array(items) => Value::Array(items.into_iter().map(without_nulls).collect()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_json_like_gson() {
        let value = json!({"a<b": "x=1&y='2'>\u{2028}", "path": "C:\\=", "n": 1});
        let text = gson(&value);
        assert!(text.contains(r#""a\u003cb":"x\u003d1\u0026y\u003d\u00272\u0027\u003e\u2028""#));
        assert_eq!(serde_json::from_str::<Value>(&text).ok(), Some(value));
    }
}
