//! Which bytes meet a fault, and which.

use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Direction {
    /// From the client.
    Request,
    /// To the client.
    Response,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Cut {
    /// As by a machine that was switched off: RST.
    Reset,
    /// As by a program that ended: FIN.
    Close,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Action {
    Cut(Cut),
    /// Silence of so many milliseconds in this direction; 0 is for ever.
    Stall(u64),
    /// So many bytes in a second from here on, in this direction.
    Throttle(u64),
    /// The next so many bytes come twice.
    Duplicate(usize),
    /// This bit of the next byte is wrong.
    Flip(u8),
    /// Nothing is read any more, in both directions, and the connection stays.
    HalfOpen,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rule {
    /// `api` or `storage`; both if it is missing.
    #[serde(default)]
    pub(crate) listener: Option<String>,
    /// Number of the connection at its listener, from 1, counted since the plan was set; any if it is missing.
    #[serde(default)]
    pub(crate) connection: Option<u64>,
    pub(crate) direction: Direction,
    /// So many bytes pass first.
    #[serde(default)]
    pub(crate) offset: u64,
    /// 0: for ever. On one connection a rule strikes once.
    #[serde(default = "once")]
    pub(crate) times: u64,
    pub(crate) action: Action,
    #[serde(default, skip_deserializing)]
    pub(crate) hits: u64,
}

fn once() -> u64 {
    1
}

impl Rule {
    pub(crate) fn is_for(&self, listener: &str, connection: u64, direction: Direction) -> bool {
        self.direction == direction
            && self
                .listener
                .as_ref()
                .is_none_or(|wanted| wanted == listener)
            && self.connection.is_none_or(|wanted| wanted == connection)
            && (self.times == 0 || self.hits < self.times)
    }
}

/// Faults by chance. An exchange is what the client sends up to the response, and that response.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Chance {
    /// So many of 1000 exchanges meet a fault.
    pub(crate) per_mille: u64,
    pub(crate) seed: u64,
    /// Each as often as the others.
    pub(crate) actions: Vec<Action>,
    /// The largest offset in an exchange. All magnitudes below it are as frequent; a fault behind the end of its
    /// exchange strikes a later one.
    #[serde(default = "span")]
    pub(crate) span: u64,
}

fn span() -> u64 {
    65_536
}
