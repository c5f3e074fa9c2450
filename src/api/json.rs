//! JSON as the service writes it, read tolerantly (`protocol` 2.4): numbers and booleans as strings or not, members
//! absent or null, members and codes that nobody knows.

use serde_json::Value;

/// One JSON value with tolerant readers for its members.
#[derive(Clone, Debug)]
pub(crate) struct Json(Value);

impl Json {
    pub(crate) fn new(value: Value) -> Self {
        Self(value)
    }

    /// The whole, as JSON text.
    pub(crate) fn to_text(&self) -> String {
        self.0.to_string()
    }

    fn member(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    /// A text; numbers and booleans are given as text.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        as_text(self.member(name)?)
    }

    /// A text that is not empty.
    pub(crate) fn filled(&self, name: &str) -> Option<String> {
        self.text(name).filter(|text| !text.is_empty())
    }

    /// A whole number, also as text.
    pub(crate) fn number(&self, name: &str) -> Option<i64> {
        match self.member(name)? {
            Value::Number(number) => number.as_i64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        }
    }

    /// A size or count.
    pub(crate) fn size(&self, name: &str) -> Option<u64> {
        self.number(name)
            .and_then(|number| u64::try_from(number).ok())
    }

    /// A small count.
    pub(crate) fn count(&self, name: &str) -> Option<u32> {
        self.number(name)
            .and_then(|number| u32::try_from(number).ok())
    }

    /// A yes or no, also as text; absent means not known.
    pub(crate) fn flag(&self, name: &str) -> Option<bool> {
        match self.member(name)? {
            Value::Bool(flag) => Some(*flag),
            Value::String(text) => text.trim().to_ascii_lowercase().parse().ok(),
            Value::Number(number) => Some(number.as_i64() != Some(0)),
            _ => None,
        }
    }

    /// The elements of a list; a single object is read as a list of one.
    pub(crate) fn list(&self, name: &str) -> Vec<Json> {
        match self.member(name) {
            Some(Value::Array(items)) => items.iter().cloned().map(Json).collect(),
            Some(object @ Value::Object(_)) => vec![Json(object.clone())],
            _ => Vec::new(),
        }
    }

    /// The elements of a list as they are.
    pub(crate) fn values(&self, name: &str) -> Vec<Value> {
        match self.member(name) {
            Some(Value::Array(items)) => items.clone(),
            _ => Vec::new(),
        }
    }

    /// The texts of a list of texts; objects give their `email`.
    pub(crate) fn texts(&self, name: &str) -> Vec<String> {
        let Some(Value::Array(items)) = self.member(name) else {
            return Vec::new();
        };
        items
            .iter()
            .filter_map(|item| as_text(item.get("email").unwrap_or(item)))
            .collect()
    }

    /// An object.
    pub(crate) fn object(&self, name: &str) -> Option<Json> {
        self.member(name)
            .filter(|value| value.is_object())
            .cloned()
            .map(Json)
    }
}

fn as_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

#[cfg(test)]
pub(crate) mod arbitrary {
    use proptest::{collection, prelude::*};
    use serde_json::Value;

    /// Any JSON, a few levels deep, whose members have names that readers look for.
    pub(crate) fn anything(names: &'static str) -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            ".{0,12}".prop_map(Value::from),
            "-?[0-9]{1,20}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 48, 8, move |inner| {
            prop_oneof![
                collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                collection::btree_map(names, inner, 0..8).prop_map(Value::from_iter),
            ]
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::Json;
    use super::arbitrary::anything;

    #[test]
    fn reads_every_form_of_the_wire() {
        let json = Json::new(json!({
            "fileSize": "12344", "size": 12344, "flag": "True", "no": false, "nothing": null,
            "recipients": ["a@x.test", {"email": "b@x.test"}, 7], "confirmations": {"ipAddress": "192.0.2.1"},
        }));
        assert_eq!(json.size("fileSize"), Some(12344));
        assert_eq!(json.size("size"), Some(12344));
        assert_eq!(json.text("size").as_deref(), Some("12344"));
        assert_eq!(json.flag("flag"), Some(true));
        assert_eq!(json.flag("no"), Some(false));
        assert_eq!(json.flag("nothing"), None);
        assert_eq!(json.texts("recipients"), ["a@x.test", "b@x.test", "7"]);
        assert_eq!(json.list("confirmations").len(), 1);
        assert_eq!(json.list("absent").len(), 0);
        assert_eq!(json.size("flag"), None);
    }

    proptest! {
        #[test]
        fn nothing_that_arrives_is_too_odd(value in anything("x|email|list")) {
            let json = Json::new(value.clone());
            let within = json!({ "x": value });
            let inner = Json::new(within);
            for json in [&json, &inner] {
                let _ = (json.text("x"), json.filled("x"), json.number("x"), json.size("x"), json.count("x"));
                let _ = (json.flag("x"), json.list("x"), json.texts("x"), json.object("x"));
            }
        }

        #[test]
        fn a_number_may_be_a_text(number in any::<i64>(), blanks in " {0,2}") {
            let (as_number, as_text) = (json!({ "x": number }), json!({ "x": format!("{blanks}{number}{blanks}") }));
            for json in [Json::new(as_number), Json::new(as_text)] {
                prop_assert_eq!(json.number("x"), Some(number));
                prop_assert_eq!(json.size("x"), u64::try_from(number).ok());
                prop_assert_eq!(json.count("x"), u32::try_from(number).ok());
            }
        }

        #[test]
        fn a_flag_may_be_a_text(flag in any::<bool>()) {
            let (capital, text) = (format!("{flag:?}").to_uppercase(), flag.to_string());
            for value in [json!(flag), json!(capital), json!(text), json!(i32::from(flag))] {
                prop_assert_eq!(Json::new(json!({ "x": value })).flag("x"), Some(flag));
            }
        }

        #[test]
        fn absent_is_like_null_and_others_do_not_matter(name in "[a-w]{1,8}", value in anything("x|email|list")) {
            let mut object = json!({ "x": null });
            object[&name] = value;
            for json in [Json::new(object), Json::new(json!({}))] {
                prop_assert_eq!((json.text("x"), json.number("x"), json.flag("x")), (None, None, None));
                prop_assert!(json.list("x").is_empty() && json.texts("x").is_empty() && json.object("x").is_none());
            }
        }
    }

    #[test]
    fn negative_sizes_are_not_sizes() {
        let json = Json::new(json!({"size": -1, "text": "-5", "count": 4_294_967_296_u64}));
        assert_eq!(json.size("size"), None);
        assert_eq!(json.size("text"), None);
        assert_eq!(json.count("count"), None);
    }
}
