//! Reads the service's JSON tolerantly (`protocol` 2.4): numbers and booleans may be strings, members may be absent,
//! null or unknown, and what is not Unicode spoils the text that it is in, not the response.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use serde_core::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_core::ser::{Serialize, Serializer};
use serde_json::Number;

use crate::error::{Error, ErrorKind, Result};
use crate::mending;

const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();
/// Values deeper than this are skipped, without recursion. What the library reads is less than half as deep.
const DEEPEST: usize = 32;
/// The most values of one response: twenty for each of 100,000 files, and as many again.
const MOST_VALUES: usize = 4_000_000;

/// One JSON value with tolerant readers for its members.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Json {
    Null,
    Flag(bool),
    Number(Number),
    Text(Box<str>),
    List(Box<[Json]>),
    Object(Box<[(Arc<str>, Json)]>),
}

/// Why a text was not read.
#[derive(Debug)]
pub(crate) enum Unread {
    /// It is not JSON.
    Malformed(serde_json::Error),
    /// It is JSON with too many values.
    TooMuch(serde_json::Error),
    /// It is JSON, but there is not enough memory for it.
    NoMemory,
}

impl Json {
    /// Reads a whole text, and returns it as it was read: without a byte order mark, and with U+FFFD in the place of
    /// what is not Unicode. Values that are too deep become null.
    pub(crate) fn read(mut text: Vec<u8>) -> std::result::Result<(Vec<u8>, Self), Unread> {
        if text.starts_with(BYTE_ORDER_MARK) {
            text.drain(..BYTE_ORDER_MARK.len());
        }
        match Self::parse(&text) {
            Err(Unread::Malformed(error)) => {
                text = mending::mend(&text).map_err(|_| Unread::NoMemory)?;
                match Self::parse(&text) {
                    // The place of the first error is that in the text which arrived.
                    Err(Unread::Malformed(_)) => Err(Unread::Malformed(error)),
                    read => read.map(|json| (text, json)),
                }
            }
            read => read.map(|json| (text, json)),
        }
    }

    fn parse(text: &[u8]) -> std::result::Result<Self, Unread> {
        let mut reader = serde_json::Deserializer::from_slice(text);
        let mut kept = Kept::default();
        let value = kept.seed(DEEPEST).deserialize(&mut reader);
        let whole = value.and_then(|value| reader.end().map(|()| value));
        whole.map_err(|error| match error {
            _ if kept.no_memory => Unread::NoMemory,
            error if error.is_data() => Unread::TooMuch(error),
            error => Unread::Malformed(error),
        })
    }

    #[cfg(test)]
    pub(crate) fn new(value: serde_json::Value) -> Self {
        Self::parse(value.to_string().as_bytes()).expect("a value is JSON")
    }

    /// The whole, as JSON text.
    pub(crate) fn to_text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    pub(crate) fn is_object(&self) -> bool {
        matches!(self, Self::Object(_))
    }

    /// Whether there is such a member, of any value.
    pub(crate) fn has(&self, name: &str) -> bool {
        matches!(self, Self::Object(members) if members.iter().any(|(member, _)| **member == *name))
    }

    fn member(&self, name: &str) -> Option<&Json> {
        let Self::Object(members) = self else {
            return None;
        };
        let member = members.iter().rfind(|(member, _)| **member == *name);
        member
            .map(|(_, value)| value)
            .filter(|value| **value != Self::Null)
    }

    /// A text; numbers and booleans are given as text.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        self.member(name)?.as_text()
    }

    /// A text that is not empty.
    pub(crate) fn filled(&self, name: &str) -> Option<String> {
        self.text(name).filter(|text| !text.is_empty())
    }

    /// A text that has to be there.
    ///
    /// # Errors
    /// [`ErrorKind::BadAnswer`].
    pub(crate) fn required(&self, name: &str) -> Result<String> {
        self.filled(name).ok_or_else(|| self.lacks(name, "a text"))
    }

    /// A text that has to be there, be it empty.
    pub(crate) fn required_text(&self, name: &str) -> Result<String> {
        self.text(name).ok_or_else(|| self.lacks(name, "a text"))
    }

    /// A whole number, also as text, and with a fraction of zero.
    pub(crate) fn number(&self, name: &str) -> Option<i64> {
        match self.member(name)? {
            Self::Number(number) => whole(number),
            Self::Text(text) => {
                let text = text.trim();
                let number = || serde_json::from_str(text).ok();
                text.parse()
                    .ok()
                    .or_else(|| number().and_then(|number| whole(&number)))
            }
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
            Self::Flag(flag) => Some(*flag),
            Self::Text(text) => match text.trim() {
                "0" => Some(false),
                "1" => Some(true),
                text => text.to_ascii_lowercase().parse().ok(),
            },
            Self::Number(number) => Some(whole(number) != Some(0)),
            _ => None,
        }
    }

    /// The elements of a list; a single object is read as a list of one.
    pub(crate) fn list(&self, name: &str) -> &[Json] {
        self.find_list(name).unwrap_or_default()
    }

    /// The elements of a list that has to be there, if only empty.
    ///
    /// # Errors
    /// [`ErrorKind::BadAnswer`].
    pub(crate) fn required_list(&self, name: &str) -> Result<&[Json]> {
        self.find_list(name)
            .ok_or_else(|| self.lacks(name, "a list"))
    }

    /// The elements of a list as they are.
    pub(crate) fn values(&self, name: &str) -> &[Json] {
        match self.member(name) {
            Some(Self::List(items)) => items,
            _ => &[],
        }
    }

    /// The lists among the members, and then among those of its objects, with their names.
    pub(crate) fn lists(&self) -> impl Iterator<Item = (&str, &[Json])> {
        let below = self.members().iter().flat_map(|(_, value)| value.members());
        let members = self.members().iter().chain(below);
        members.filter_map(|(name, value)| match value {
            Self::List(items) => Some((&**name, &**items)),
            _ => None,
        })
    }

    fn members(&self) -> &[(Arc<str>, Json)] {
        match self {
            Self::Object(members) => members,
            _ => &[],
        }
    }

    fn find_list(&self, name: &str) -> Option<&[Json]> {
        match self.member(name)? {
            Self::List(items) => Some(items),
            object @ Self::Object(_) => Some(std::slice::from_ref(object)),
            _ => None,
        }
    }

    /// The texts of a list of texts; objects give their `email`.
    pub(crate) fn texts(&self, name: &str) -> Vec<String> {
        self.values(name)
            .iter()
            .filter_map(|item| item.member("email").unwrap_or(item).as_text())
            .collect()
    }

    /// An object.
    pub(crate) fn object(&self, name: &str) -> Option<&Json> {
        self.member(name).filter(|value| value.is_object())
    }

    /// Any value as JSON text; a text is taken for that.
    pub(crate) fn value_text(&self, name: &str) -> Option<String> {
        match self.member(name)? {
            Self::Text(text) => Some(text.to_string()),
            value => Some(value.to_text()),
        }
    }

    /// The error for a member that has to be there, as a text or list.
    fn lacks(&self, name: &str, wanted: &str) -> Error {
        let message = match self.member(name) {
            None => format!("the response has no {name}"),
            Some(Self::Text(_)) if wanted == "a text" => format!("{name} is empty in the response"),
            Some(_) => format!("{name} is not {wanted} in the response"),
        };
        Error::new(ErrorKind::BadAnswer, message)
    }

    fn as_text(&self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text.to_string()),
            Self::Number(number) => {
                Some(whole(number).map_or_else(|| number.to_string(), |n| n.to_string()))
            }
            Self::Flag(flag) => Some(flag.to_string()),
            _ => None,
        }
    }
}

/// A number without a fraction, however it is written: `5.0` is 5.
fn whole(number: &Number) -> Option<i64> {
    /// Above this, a number with a fraction is not exact.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    number.as_i64().or_else(|| {
        let number = number.as_f64()?;
        #[allow(
            clippy::cast_possible_truncation,
            reason = "it has no fraction and is small enough"
        )]
        (number.fract() == 0.0 && number.abs() <= EXACT).then_some(number as i64)
    })
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, to: S) -> std::result::Result<S::Ok, S::Error> {
        match self {
            Self::Null => to.serialize_unit(),
            Self::Flag(flag) => to.serialize_bool(*flag),
            Self::Number(number) => number.serialize(to),
            Self::Text(text) => to.serialize_str(text),
            Self::List(items) => to.collect_seq(items),
            Self::Object(members) => {
                to.collect_map(members.iter().map(|(name, value)| (&**name, value)))
            }
        }
    }
}

/// What was kept of a response so far.
struct Kept {
    /// Values that may still come.
    room: usize,
    /// Names of members, each once.
    names: BTreeSet<Arc<str>>,
    /// Whether there was no memory for more.
    no_memory: bool,
}

impl Default for Kept {
    fn default() -> Self {
        Self {
            room: MOST_VALUES,
            names: BTreeSet::new(),
            no_memory: false,
        }
    }
}

impl Kept {
    fn seed(&mut self, levels: usize) -> Seed<'_> {
        Seed { levels, kept: self }
    }

    fn count<E: serde_core::de::Error>(&mut self) -> std::result::Result<(), E> {
        let too_many = || E::custom(format_args!("it has more than {MOST_VALUES} values"));
        self.room = self.room.checked_sub(1).ok_or_else(too_many)?;
        Ok(())
    }

    /// Makes room for one more element or member.
    fn grow<T, E: serde_core::de::Error>(
        &mut self,
        list: &mut Vec<T>,
    ) -> std::result::Result<(), E> {
        let reserved = list.try_reserve(1);
        self.no_memory |= reserved.is_err();
        reserved.map_err(E::custom)
    }

    fn name(&mut self, name: &str) -> Arc<str> {
        match self.names.get(name) {
            Some(known) => Arc::clone(known),
            None => {
                let new: Arc<str> = name.into();
                self.names.insert(Arc::clone(&new));
                new
            }
        }
    }
}

/// Reads one value in which lists and objects are nested so many levels deep.
struct Seed<'k> {
    levels: usize,
    kept: &'k mut Kept,
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Json;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> std::result::Result<Json, D::Error> {
        self.kept.count()?;
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> std::result::Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, flag: bool) -> std::result::Result<Json, E> {
        Ok(Json::Flag(flag))
    }

    fn visit_i64<E>(self, number: i64) -> std::result::Result<Json, E> {
        Ok(Json::Number(number.into()))
    }

    fn visit_u64<E>(self, number: u64) -> std::result::Result<Json, E> {
        Ok(Json::Number(number.into()))
    }

    fn visit_f64<E>(self, number: f64) -> std::result::Result<Json, E> {
        Ok(Number::from_f64(number).map_or(Json::Null, Json::Number))
    }

    fn visit_str<E>(self, text: &str) -> std::result::Result<Json, E> {
        Ok(Json::Text(text.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> std::result::Result<Json, A::Error> {
        let Some(levels) = self.levels.checked_sub(1) else {
            while from.next_element::<IgnoredAny>()?.is_some() {}
            return Ok(Json::Null);
        };
        let mut items = Vec::new();
        while let Some(item) = from.next_element_seed(self.kept.seed(levels))? {
            self.kept.grow(&mut items)?;
            items.push(item);
        }
        Ok(Json::List(items.into_boxed_slice()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> std::result::Result<Json, A::Error> {
        let Some(levels) = self.levels.checked_sub(1) else {
            while from.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            return Ok(Json::Null);
        };
        let mut members = Vec::new();
        while let Some(name) = from.next_key_seed(Name(&mut *self.kept))? {
            let value = from.next_value_seed(self.kept.seed(levels))?;
            self.kept.grow(&mut members)?;
            members.push((name, value));
        }
        Ok(Json::Object(members.into_boxed_slice()))
    }
}

/// Reads the name of a member.
struct Name<'k>(&'k mut Kept);

impl<'de> DeserializeSeed<'de> for Name<'_> {
    type Value = Arc<str>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> std::result::Result<Arc<str>, D::Error> {
        from.deserialize_str(self)
    }
}

impl Visitor<'_> for Name<'_> {
    type Value = Arc<str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a member")
    }

    fn visit_str<E>(self, name: &str) -> std::result::Result<Arc<str>, E> {
        Ok(self.0.name(name))
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
    use crate::error::ErrorKind;

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
        for absent in [json.required("nothing"), json.required("confirmations")] {
            assert_eq!(absent.expect_err("nothing").kind(), ErrorKind::BadAnswer);
        }
        for absent in ["nothing", "flag", "size", "absent"] {
            assert!(json.required_list(absent).is_err(), "{absent}");
        }
    }

    #[test]
    fn what_is_kept_has_a_depth_and_a_number() {
        let (levels, end) = ("[{\"x\":".repeat(200_000), "}]".repeat(200_000));
        let text = format!("{{\"deep\":{levels}1{end},\"after\":[\"]\"]}}");
        let json = Json::parse(text.as_bytes()).expect("JSON of any depth");
        assert_eq!(json.texts("after"), ["]"]);
        let mut depth = 0;
        let mut inner = json.list("deep");
        while let Some(object) = inner.first() {
            (depth, inner) = (depth + 2, object.list("x"));
        }
        assert!((16..100).contains(&depth), "{depth}");
        assert!(Json::parse(&text.as_bytes()[..text.len() - 1]).is_err());

        let many = format!("[{}0]", "0,".repeat(super::MOST_VALUES));
        let error = Json::parse(many.as_bytes()).expect_err("too many");
        assert!(matches!(error, super::Unread::TooMuch(_)), "{error:?}");
    }

    #[test]
    fn text_stays_as_it_was() {
        let text =
            r#"{"b":[1,-2,2.5,18446744073709551615,null,true],"a":{"\u0001\"":"ü\n"},"b2":[]}"#;
        let json = Json::parse(text.as_bytes()).expect("JSON");
        assert_eq!(json.to_text(), text);
        assert_eq!(
            Json::parse(b"{\"x\":1,\"x\":2}").expect("JSON").number("x"),
            Some(2)
        );
        assert_eq!(
            Json::new(json!({"id": 12.0})).text("id").as_deref(),
            Some("12")
        );
        for odd in ["", "{", "{}x", "nul"] {
            assert!(Json::parse(odd.as_bytes()).is_err(), "{odd}");
        }
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
        fn a_number_may_have_a_fraction_of_zero(number in -(1_i64 << 40)..1 << 40) {
            let texts = [format!("{number}.0"), format!("{number}e0"), format!("\"{number}.00\"")];
            for text in texts {
                let (_, json) = Json::read(format!("{{\"x\":{text}}}").into_bytes()).expect("JSON");
                prop_assert_eq!(json.number("x"), Some(number), "{}", text);
                prop_assert_eq!(json.flag("x").unwrap_or(number != 0), number != 0, "{}", text);
            }
        }

        #[test]
        fn whatever_bytes_are_damaged_the_rest_is_read(
            name in proptest::collection::vec(prop_oneof![0x80..=0xff_u8, 0..0x20_u8, b'a'..=b'z'], 0..9),
            surrogate in 0xd800..0xe000_u32,
        ) {
            let text = [
                "\u{feff}{\"a\":\"".as_bytes(), &name, format!("\\u{surrogate:04X}").as_bytes(), b"\",\"after\":\"\\\"b\"}",
            ].concat();
            let (mended, json) = Json::read(text).expect("only a name is damaged");
            prop_assert_eq!(json.text("after"), Some("\"b".to_owned()));
            let expected = String::from_utf8_lossy(&name).into_owned() + "\u{fffd}";
            prop_assert_eq!(json.text("a"), Some(expected));
            prop_assert!(serde_json::from_slice::<serde_json::Value>(&mended).is_ok());
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
