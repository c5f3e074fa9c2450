//! Files on their way: cut into parts (`plan`), encrypted and sent (`upload`), fetched and put together (`download`),
//! by whichever way works (`route`, `urls`), within one budget of memory (`budget`).

pub(crate) mod budget;
pub(crate) mod crew;
pub(crate) mod download;
pub(crate) mod plan;
pub(crate) mod route;
pub(crate) mod upload;
pub(crate) mod urls;
