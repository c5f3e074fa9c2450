//! When a fault strikes on a connection: computed, without a socket.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Value, json};

use crate::proxy::rule::{Action, Chance, Direction, Rule};
use crate::random::Seeded;

/// What has passed on a connection.
pub(crate) struct Record {
    pub(crate) listener: &'static str,
    pub(crate) number: u64,
    request: AtomicU64,
    response: AtomicU64,
}

impl Record {
    pub(crate) fn new(listener: &'static str, number: u64) -> Self {
        Self {
            listener,
            number,
            request: AtomicU64::new(0),
            response: AtomicU64::new(0),
        }
    }

    fn counter(&self, direction: Direction) -> &AtomicU64 {
        match direction {
            Direction::Request => &self.request,
            Direction::Response => &self.response,
        }
    }

    pub(crate) fn passed(&self, direction: Direction) -> u64 {
        self.counter(direction).load(Ordering::Relaxed)
    }

    pub(crate) fn add(&self, direction: Direction, bytes: u64) {
        self.counter(direction).fetch_add(bytes, Ordering::Relaxed);
    }

    pub(crate) fn report(&self) -> Value {
        json!({
            "listener": self.listener,
            "number": self.number,
            "request": self.passed(Direction::Request),
            "response": self.passed(Direction::Response),
        })
    }
}

/// A fault that chance has placed on a connection.
struct Placed {
    direction: Direction,
    offset: u64,
    action: Action,
}

/// How far the faults of one connection are.
pub(crate) struct Course {
    exchange: u64,
    last: Direction,
    placed: Option<Placed>,
    /// Indices of the rules that have struck.
    struck: Vec<usize>,
}

impl Default for Course {
    fn default() -> Self {
        Self {
            exchange: 0,
            last: Direction::Response,
            placed: None,
            struck: Vec::new(),
        }
    }
}

pub(crate) struct Script {
    pub(crate) rules: Vec<Rule>,
    chance: Option<Chance>,
    pub(crate) chance_hits: u64,
    numbers: BTreeMap<&'static str, u64>,
}

impl Script {
    pub(crate) fn new(rules: &[Rule], chance: Option<Chance>) -> Self {
        Self {
            rules: rules.to_vec(),
            chance,
            chance_hits: 0,
            numbers: BTreeMap::new(),
        }
    }

    pub(crate) fn next_number(&mut self, listener: &'static str) -> u64 {
        let number = self.numbers.entry(listener).or_default();
        *number += 1;
        *number
    }

    /// Has to be called with all bytes that arrive, before they pass.
    pub(crate) fn arrives(&self, record: &Record, course: &mut Course, direction: Direction) {
        let begins = direction == Direction::Request && course.last == Direction::Response;
        course.last = direction;
        if !begins {
            return;
        }
        course.exchange += 1;
        let Some(chance) = self
            .chance
            .as_ref()
            .filter(|chance| !chance.actions.is_empty())
        else {
            return;
        };
        let listener = record.listener.bytes().map(u64::from).sum();
        let mut random = Seeded::of([chance.seed, listener, record.number, course.exchange]);
        if course.placed.is_some() || random.below(1000) >= chance.per_mille {
            return;
        }
        let direction = match random.below(2) {
            0 => Direction::Request,
            _ => Direction::Response,
        };
        let magnitude = random.below(u64::from(u64::BITS - chance.span.leading_zeros()) + 1);
        let limit = (1_u64 << magnitude.min(62)).min(chance.span.saturating_add(1));
        let picked = usize::try_from(random.below(chance.actions.len() as u64)).unwrap_or(0);
        course.placed = Some(Placed {
            direction,
            offset: record.passed(direction) + random.below(limit),
            action: chance.actions[picked],
        });
    }

    /// The next fault at this place of the connection, which counts as struck.
    pub(crate) fn strike(
        &mut self,
        record: &Record,
        course: &mut Course,
        direction: Direction,
    ) -> Option<Action> {
        let here = record.passed(direction);
        let rules = self.rules.iter_mut().enumerate();
        for (index, rule) in rules {
            if rule.offset == here
                && rule.is_for(record.listener, record.number, direction)
                && !course.struck.contains(&index)
            {
                rule.hits += 1;
                course.struck.push(index);
                return Some(rule.action);
            }
        }
        let placed = course
            .placed
            .take_if(|placed| placed.direction == direction && placed.offset == here)?;
        self.chance_hits += 1;
        Some(placed.action)
    }

    /// How many of so many bytes pass before the next fault, if there is none here.
    pub(crate) fn room(
        &self,
        record: &Record,
        course: &Course,
        direction: Direction,
        bytes: usize,
    ) -> usize {
        let here = record.passed(direction);
        let rules = self
            .rules
            .iter()
            .filter(|rule| rule.is_for(record.listener, record.number, direction))
            .map(|rule| rule.offset);
        let placed = course
            .placed
            .iter()
            .filter(|placed| placed.direction == direction)
            .map(|placed| placed.offset);
        let next = rules
            .chain(placed)
            .filter(|offset| *offset > here)
            .min()
            .unwrap_or(u64::MAX);
        usize::try_from(next - here).unwrap_or(bytes).min(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(text: &str) -> Rule {
        serde_json::from_str(text).expect("a rule")
    }

    #[test]
    fn a_rule_strikes_its_connection_at_its_offset_once() {
        let rules = [rule(
            r#"{"listener":"api","connection":2,"direction":"response","offset":5,"times":0,"action":{"flip":3}}"#,
        )];
        let mut script = Script::new(&rules, None);
        for (listener, number, expected) in [("api", 2, 5), ("api", 1, 9), ("storage", 2, 9)] {
            let (record, mut course) = (Record::new(listener, number), Course::default());
            let there = Direction::Response;
            assert_eq!(script.strike(&record, &mut course, there), None);
            assert_eq!(script.room(&record, &course, there, 9), expected);
            record.add(there, 5);
            let action = script.strike(&record, &mut course, there);
            assert_eq!(action, (expected == 5).then_some(Action::Flip(3)));
            assert_eq!(script.strike(&record, &mut course, there), None);
            assert_eq!(script.room(&record, &course, there, 9), 9);
        }
        assert_eq!(script.rules[0].hits, 1);
    }

    #[test]
    fn chance_strikes_as_often_as_it_says_and_the_same_for_a_seed() {
        let strikes = |seed| {
            let chance = Chance {
                per_mille: 100,
                seed,
                actions: vec![Action::Flip(0), Action::HalfOpen],
                span: 100,
            };
            let mut script = Script::new(&[], Some(chance));
            let mut places = Vec::new();
            for number in 1..=2000 {
                let (record, mut course) = (Record::new("api", number), Course::default());
                for direction in [Direction::Request, Direction::Response] {
                    script.arrives(&record, &mut course, direction);
                    for at in 0..=100 {
                        if let Some(action) = script.strike(&record, &mut course, direction) {
                            places.push((number, direction, at, action));
                        }
                        record.add(direction, 1);
                    }
                }
            }
            places
        };
        let first = strikes(1);
        assert!((150..250).contains(&first.len()), "{}", first.len());
        assert!(first.iter().any(|(_, _, at, _)| *at == 0));
        assert!(first.iter().any(|(_, _, at, _)| *at > 64));
        assert_eq!(first, strikes(1));
        assert_ne!(first, strikes(2));
    }

    #[test]
    fn refuses_misspelt_rules() {
        for bad in [
            r#"{"direction":"response","action":{"flop":3}}"#,
            r#"{"direction":"up","action":{"flip":3}}"#,
            r#"{"direction":"request","ofset":1,"action":{"flip":3}}"#,
            r#"{"action":"half_open"}"#,
        ] {
            assert!(serde_json::from_str::<Rule>(bad).is_err(), "{bad}");
        }
    }
}
