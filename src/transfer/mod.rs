//! Files on their way: cut into parts (`plan`), encrypted and sent (`upload`), fetched and put together (`download`), with the
//! one that nobody has counted (`surplus`), or no further than proves a keycode (`proof`), by whichever way works (`route`, `urls`), within one budget of memory
//! (`budget`).

mod assembly;
mod attempt;
pub(crate) mod budget;
mod claims;
pub(crate) mod crew;
pub(crate) mod download;
pub(crate) mod fetch;
pub(crate) mod outlet;
pub(crate) mod own_passphrase;
pub(crate) mod plan;
pub(crate) mod proof;
pub(crate) mod queue;
pub(crate) mod route;
pub(crate) mod source;
mod surplus;
pub(crate) mod upload;
pub(crate) mod urls;
