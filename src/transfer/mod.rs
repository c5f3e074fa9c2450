//! Files on their way.
//!
//! `upload` reads parts (`source`), encrypts and sends them; `download` fetches and verifies them (`fetch`, `claims`,
//! `own_passphrase`) and writes them in order (`assembly`, `outlet`), with a part that the service does not count
//! (`surplus`), or only compares them with a local file (`compare`). A later call goes on with what `resume` has noted:
//! of a download with its temporary file (`kept`), which gets parts before their turn too (`early`); of an upload with
//! the parts that are there, some of which it compares (`parts_there`). `proof` fetches no more of a file than proves a
//! keycode. Each part is moved by `attempt`, by whichever `route` works, to or from its URL (`urls`). `completion` knows
//! whether the service may complete a file after its upload has failed. `plan` cuts a file into parts, `flight` finds out
//! how many of them go best at once, `crew` and `queue` share work among threads, and `budget` limits the memory of them
//! all.

mod assembly;
mod attempt;
pub(crate) mod budget;
mod claims;
pub(crate) mod compare;
pub(crate) mod completion;
pub(crate) mod crew;
pub(crate) mod download;
mod early;
mod fetch;
pub(crate) mod file_to_fetch;
pub(crate) mod flight;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzz;
pub(crate) mod kept;
pub(crate) mod outlet;
pub(crate) mod own_passphrase;
pub(crate) mod parts_there;
pub(crate) mod plan;
pub(crate) mod proof;
pub(crate) mod queue;
pub(crate) mod resume;
pub(crate) mod route;
pub(crate) mod source;
mod surplus;
pub(crate) mod upload;
pub(crate) mod urls;
