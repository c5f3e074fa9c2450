//! Fault rules: which requests fail, and how.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::random::Seeded;

#[derive(Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum When {
    /// The fault takes the place of the request's effect.
    #[default]
    Before,
    /// The request takes effect, then the fault changes or drops the response.
    After,
}

/// What a fault does. Members may be combined where that makes sense.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Action {
    // Another response:
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
    /// The response is sent before the request body is read.
    #[serde(skip_serializing_if = "is_default")]
    pub(crate) early: bool,
    // No response:
    #[serde(skip_serializing_if = "is_default")]
    pub(crate) close: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) close_after_request_bytes: Option<usize>,
    // The true response, changed:
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) close_after_response_bytes: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) short_response_bytes: Option<usize>,
    /// A negative offset counts from the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) flip_response_byte: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) replace_json: Option<Map<String, Value>>,
    // Slowness:
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
    /// The pause before the headers: none if a byte count places it into a body.
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
    /// So many matching requests pass without a fault first.
    #[serde(default)]
    pub(crate) skip: u64,
    /// 0: for ever.
    #[serde(default = "once")]
    pub(crate) times: u64,
    /// So many of 1000 matching requests fail, by the seed; the others pass.
    #[serde(default = "always")]
    pub(crate) per_mille: u64,
    #[serde(default)]
    pub(crate) seed: u64,
    #[serde(default)]
    pub(crate) when: When,
    pub(crate) action: Action,
    /// Number of matching requests, also of those that passed without a fault.
    #[serde(default, skip_deserializing)]
    pub(crate) matched: u64,
    #[serde(default, skip_deserializing)]
    pub(crate) hits: u64,
}

fn once() -> u64 {
    1
}

fn always() -> u64 {
    1000
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

    /// Finds the first rule that applies to this request, and counts it.
    pub(crate) fn rule_for(
        &mut self,
        endpoint: &str,
        path: &str,
        part: Option<u32>,
    ) -> Option<Rule> {
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
            let by_chance = Seeded::of([rule.seed, rule.matched]).below(1000) < rule.per_mille;
            if rule.matched > rule.skip && !exhausted && by_chance {
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
    fn a_rule_skips_applies_and_is_used_up() {
        let rule: Rule = serde_json::from_value(json!({"endpoint": "part_put", "part": 2, "skip": 1, "times": 2, "action": {"close": true}})).expect("a rule");
        let mut faults = Faults::default();
        faults.add(rule);
        assert!(faults.rule_for("part_put", "/", Some(1)).is_none());
        assert!(faults.rule_for("part_get", "/", Some(2)).is_none());
        let applied: Vec<bool> = (0..4)
            .map(|_| faults.rule_for("part_put", "/", Some(2)).is_some())
            .collect();
        assert_eq!(applied, [false, true, true, false]);
        assert_eq!(faults.rules[0].hits, 2);
    }

    #[test]
    fn a_rule_applies_by_chance() {
        let rule: Rule = serde_json::from_value(
            json!({"endpoint": "*", "times": 0, "per_mille": 100, "seed": 3, "action": {}}),
        )
        .expect("a rule");
        let mut faults = Faults::default();
        faults.add(rule);
        for _ in 0..2000 {
            faults.rule_for("part_put", "/", None);
        }
        let hits = faults.rules[0].hits;
        assert!((150..250).contains(&hits), "{hits}");
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
