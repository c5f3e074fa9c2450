//! What the proxy is set to, and what it has seen since.

use std::collections::VecDeque;
use std::sync::Arc;

use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::proxy::line::{Line, Lines};
use crate::proxy::rule::{Chance, Rule};
use crate::proxy::script::{Record, Script};

/// Most connections that a report has.
const MAX_RECORDS: usize = 10_000;

/// What the proxy does, as a test says it.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Plan {
    pub(crate) rules: Vec<Rule>,
    pub(crate) chance: Option<Chance>,
    pub(crate) line: Option<Line>,
}

/// A plan that is carried out.
pub(crate) struct Setup {
    plan: Plan,
    pub(super) script: Mutex<Script>,
    pub(super) lines: Option<Lines>,
    records: Mutex<VecDeque<Arc<Record>>>,
    /// Turns true when another plan takes its place: what is silent for ever ends then.
    over: watch::Sender<bool>,
}

impl Setup {
    pub(crate) fn new(plan: Plan) -> Self {
        Self {
            script: Mutex::new(Script::new(&plan.rules, plan.chance.clone())),
            lines: plan.line.as_ref().map(Lines::new),
            plan,
            records: Mutex::default(),
            over: watch::Sender::new(false),
        }
    }

    pub(super) fn end(&self) {
        self.over.send_replace(true);
    }

    /// A record for a new connection.
    pub(super) fn record(&self, listener: &'static str) -> Arc<Record> {
        let number = self.script.lock().next_number(listener);
        let record = Arc::new(Record::new(listener, number));
        let mut records = self.records.lock();
        if records.len() == MAX_RECORDS {
            records.pop_front();
        }
        records.push_back(record.clone());
        record
    }

    pub(super) async fn is_over(&self) {
        // Cannot fail: the sender lives as long as the setup.
        drop(self.over.subscribe().wait_for(|over| *over).await);
    }

    pub(super) fn report(&self) -> Value {
        let script = self.script.lock();
        json!({
            "rules": script.rules,
            "chance": self.plan.chance,
            "chance_hits": script.chance_hits,
            "line": self.plan.line,
            "connections": self.records.lock().iter().map(|record| record.report()).collect::<Vec<_>>(),
        })
    }
}
