//! Handles. A handle is a ticket into the table of live objects, not an address: it is made without provenance, never
//! dereferenced and never reused, so that a stale or foreign one is an error instead of undefined behavior.

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::error::{Error, ErrorKind, Result};

use super::process::{NEXT_SERIAL, Process};

/// An object that a handle stands for.
pub(crate) trait Handle: Send + Sync + 'static {
    /// The opaque type that C sees.
    type Ticket;
    /// The kind's number in the ticket, 1 to 7.
    const KIND: usize;
    /// Its name in messages.
    const NAME: &'static str;
    /// The error of a call with NULL.
    const WHEN_NULL: ErrorKind;
}

// A ticket: serial number, three bits of kind, a one. It is odd, so that no aligned address of C's looks like one.
const KIND_SHIFT: u32 = 1;
const SERIAL_SHIFT: u32 = 4;
const KIND_MASK: usize = 0b111;

/// Puts an object into the table and returns its ticket.
pub(crate) fn insert<H: Handle>(object: H) -> Result<*mut H::Ticket> {
    const { assert!(H::KIND != 0 && H::KIND <= KIND_MASK) };
    let process = Process::current();
    let serial = NEXT_SERIAL.fetch_add(1, Ordering::Relaxed);
    if serial > usize::MAX >> SERIAL_SHIFT {
        return Err(Error::new(ErrorKind::Internal, "out of handle numbers"));
    }
    let ticket = serial << SERIAL_SHIFT | H::KIND << KIND_SHIFT | 1;
    process.handles.lock().insert(ticket, Arc::new(object));
    Ok(std::ptr::without_provenance_mut(ticket))
}

/// The object of a ticket. The reference keeps it alive, even if another thread frees the handle meanwhile.
pub(crate) fn get<H: Handle>(ticket: *const H::Ticket) -> Result<Arc<H>> {
    if ticket.is_null() {
        return Err(Error::new(H::WHEN_NULL, format!("the {} is NULL", H::NAME)));
    }
    let ticket = ticket.addr();
    let process = Process::current();
    check::<H>(process, ticket)?;
    if is_called_back(ticket) {
        return Err(Error::new(
            ErrorKind::Busy,
            format!("called on a {} from inside its own callback", H::NAME),
        ));
    }
    let object = process.handles.lock().get(&ticket).map(Arc::clone);
    object
        .and_then(|object| object.downcast().ok())
        .ok_or_else(not_live::<H>)
}

/// Takes an object out of the table, if it is there. A forked child does not even touch the memory of its parent's
/// objects.
pub(crate) fn free<H: Handle>(ticket: *mut H::Ticket) {
    let process = Process::current();
    if check::<H>(process, ticket.addr()).is_err() {
        return;
    }
    let object = Process::take(&mut process.handles.lock(), ticket.addr());
    // Here, after the lock: dropping may take a while.
    drop(object);
}

fn check<H: Handle>(process: &Process, ticket: usize) -> Result<()> {
    if ticket & 1 == 0 || ticket >> KIND_SHIFT & KIND_MASK != H::KIND {
        return Err(not_live::<H>());
    }
    // No handle has the number 0.
    if (1..process.first_serial).contains(&(ticket >> SERIAL_SHIFT)) {
        return Err(Error::new(
            ErrorKind::Forked,
            format!("the {} belongs to the parent process", H::NAME),
        ));
    }
    Ok(())
}

fn not_live<H: Handle>() -> Error {
    Error::new(
        ErrorKind::InvalidHandle,
        format!("not a live {} handle", H::NAME),
    )
}

thread_local! {
    /// Tickets of the objects whose callbacks this thread is in, innermost last.
    static CALLED_BACK: RefCell<Vec<usize>> = const { RefCell::new(Vec::new()) };
}

fn is_called_back(ticket: usize) -> bool {
    CALLED_BACK
        .try_with(|stack| stack.borrow().contains(&ticket))
        .unwrap_or(false)
}

/// Runs a callback of the program; meanwhile calls with the same object from this thread fail as busy.
pub(crate) fn call_back<T>(ticket: usize, callback: impl FnOnce() -> T) -> T {
    struct Leave;
    impl Drop for Leave {
        fn drop(&mut self) {
            CALLED_BACK.with(|stack| stack.borrow_mut().pop());
        }
    }
    CALLED_BACK.with(|stack| stack.borrow_mut().push(ticket));
    let _leave = Leave;
    callback()
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Thing(u8);
    impl Handle for Thing {
        type Ticket = u32;
        const KIND: usize = 7;
        const NAME: &'static str = "thing";
        const WHEN_NULL: ErrorKind = ErrorKind::NullArgument;
    }

    struct Other;
    impl Handle for Other {
        type Ticket = u32;
        const KIND: usize = 1;
        const NAME: &'static str = "other thing";
        const WHEN_NULL: ErrorKind = ErrorKind::PackageNotCreated;
    }

    fn kind<T>(result: Result<T>) -> Option<ErrorKind> {
        result.err().map(|error| error.kind())
    }

    #[test]
    fn only_live_tickets_of_the_right_kind_are_taken() {
        let ticket = insert(Thing(5)).unwrap();
        assert_eq!(ticket.addr() % 2, 1);
        assert_eq!(get::<Thing>(ticket).unwrap().0, 5);
        assert_eq!(kind(get::<Other>(ticket)), Some(ErrorKind::InvalidHandle));
        assert_eq!(
            kind(get::<Thing>(std::ptr::null())),
            Some(ErrorKind::NullArgument)
        );
        assert_eq!(
            kind(get::<Other>(std::ptr::null())),
            Some(ErrorKind::PackageNotCreated)
        );
        assert_eq!(
            kind(get::<Thing>(&raw const *Box::new(7_u32))),
            Some(ErrorKind::InvalidHandle)
        );
        free::<Other>(ticket);
        assert!(get::<Thing>(ticket).is_ok());
        let during_a_call = get::<Thing>(ticket).unwrap();
        free::<Thing>(ticket);
        free::<Thing>(ticket);
        free::<Thing>(std::ptr::null_mut());
        assert_eq!(during_a_call.0, 5);
        assert_eq!(kind(get::<Thing>(ticket)), Some(ErrorKind::InvalidHandle));
        assert_ne!(insert(Thing(6)).unwrap(), ticket);
    }

    #[test]
    fn an_object_is_busy_inside_its_own_callback_only() {
        let inner = insert(Thing(1)).unwrap();
        let outer = insert(Thing(2)).unwrap();
        call_back(outer.addr(), || {
            assert_eq!(kind(get::<Thing>(outer)), Some(ErrorKind::Busy));
            call_back(inner.addr(), || {
                assert_eq!(kind(get::<Thing>(outer)), Some(ErrorKind::Busy));
                assert_eq!(kind(get::<Thing>(inner)), Some(ErrorKind::Busy));
            });
            assert!(get::<Thing>(inner).is_ok());
            std::thread::scope(|scope| {
                let (address, other_thread) = (outer.addr(), scope);
                other_thread.spawn(move || {
                    assert!(get::<Thing>(std::ptr::without_provenance(address)).is_ok())
                });
            });
        });
        assert!(get::<Thing>(outer).is_ok());
    }

    #[test]
    fn tickets_from_before_a_fork_are_known_without_the_old_table() {
        let mut child = Process::new();
        child.first_serial = 100;
        let ticket = |serial: usize| serial << SERIAL_SHIFT | Thing::KIND << KIND_SHIFT | 1;
        assert_eq!(
            kind(check::<Thing>(&child, ticket(99))),
            Some(ErrorKind::Forked)
        );
        assert_eq!(kind(check::<Thing>(&child, ticket(100))), None);
    }
}
