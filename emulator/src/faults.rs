//! Fault rules: which requests go wrong, and how.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

#[derive(Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum When {
    /// Instead of acting.
    #[default]
    Before,
    /// The server acts, then its answer is lost or changed.
    After,
}

/// What goes wrong. Members may be combined where that makes sense.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Action {
    // Another answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) status: Option<u16>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) headers: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) body: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) content_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) redirect: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) envelope: Option<Value>,
    #[serde(skip_serializing_if = "is_default")]
    pub(crate) internal_error: bool,
    #[serde(skip_serializing_if = "is_default")]
    pub(crate) garbage: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) huge_bytes: Option<usize>,
    /// Answers without reading the request body first.
    #[serde(skip_serializing_if = "is_default")]
    pub(crate) early: bool,
    // No answer.
    #[serde(skip_serializing_if = "is_default")]
    pub(crate) close: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) close_after_request_bytes: Option<usize>,
    // The true answer, but ...
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) close_after_response_bytes: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) short_response_bytes: Option<usize>,
    /// Counted from the end if negative.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) flip_response_byte: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) replace_json: Option<Map<String, Value>>,
    // Slowness.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) hang_ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) hang_after_request_bytes: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) hang_after_response_bytes: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) bytes_per_second: Option<usize>,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl Action {
    /// Silence before the headers; with a byte count the silence falls into a body instead.
    pub(crate) fn silence_ms(&self) -> Option<u64> {
        self.hang_ms.filter(|_| {
            self.hang_after_request_bytes.is_none() && self.hang_after_response_bytes.is_none()
        })
    }
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rule {
    #[serde(default, skip_deserializing)]
    pub(crate) id: u64,
    /// An endpoint label, or `*`.
    pub(crate) endpoint: String,
    #[serde(default)]
    pub(crate) path_contains: Option<String>,
    #[serde(default)]
    pub(crate) part: Option<u32>,
    /// So many matching requests pass unharmed first.
    #[serde(default)]
    pub(crate) skip: u64,
    /// 0: for ever.
    #[serde(default = "once")]
    pub(crate) times: u64,
    #[serde(default)]
    pub(crate) when: When,
    pub(crate) action: Action,
    /// Matching requests, spared ones included.
    #[serde(default, skip_deserializing)]
    pub(crate) matched: u64,
    #[serde(default, skip_deserializing)]
    pub(crate) hits: u64,
}

fn once() -> u64 {
    1
}

#[derive(Default)]
pub(crate) struct Faults {
    pub(crate) rules: Vec<Rule>,
    last_id: u64,
}

impl Faults {
    pub(crate) fn add(&mut self, rule: Rule) -> u64 {
        self.last_id += 1;
        self.rules.push(Rule {
            id: self.last_id,
            matched: 0,
            hits: 0,
            ..rule
        });
        self.last_id
    }

    /// The first rule that strikes this request.
    pub(crate) fn strike(&mut self, endpoint: &str, path: &str, part: Option<u32>) -> Option<Rule> {
        let matching = self.rules.iter_mut().filter(|rule| {
            (rule.endpoint == "*" || rule.endpoint == endpoint)
                && rule
                    .path_contains
                    .as_ref()
                    .is_none_or(|text| path.contains(text))
                && (rule.part.is_none() || rule.part == part)
        });
        for rule in matching {
            rule.matched += 1;
            let exhausted = rule.times > 0 && rule.hits >= rule.times;
            if rule.matched > rule.skip && !exhausted {
                rule.hits += 1;
                return Some(rule.clone());
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn skips_strikes_and_is_exhausted() {
        let rule: Rule = serde_json::from_value(json!({"endpoint": "part_put", "part": 2, "skip": 1, "times": 2, "action": {"close": true}})).expect("a rule");
        let mut faults = Faults::default();
        faults.add(rule);
        assert!(faults.strike("part_put", "/", Some(1)).is_none());
        assert!(faults.strike("part_get", "/", Some(2)).is_none());
        let struck: Vec<bool> = (0..4)
            .map(|_| faults.strike("part_put", "/", Some(2)).is_some())
            .collect();
        assert_eq!(struck, [false, true, true, false]);
        assert_eq!(faults.rules[0].hits, 2);
    }

    #[test]
    fn refuses_misspelt_rules() {
        for bad in [
            json!({"endpoint": "*", "action": {"clos": true}}),
            json!({"endpoint": "*", "tiems": 2, "action": {}}),
            json!({"action": {}}),
        ] {
            assert!(serde_json::from_value::<Rule>(bad).is_err());
        }
    }
}
