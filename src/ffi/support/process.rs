//! The live objects of this process.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::os::lock::Mutex;
use once_cell::race::OnceBox;

use super::memory::Memory;

/// Not reset in a forked child, so that a ticket of the parent never becomes one of the child.
pub(crate) static NEXT_SERIAL: AtomicUsize = AtomicUsize::new(1);

/// The objects of one process. A forked child has a table of its own and never touches its parent's, whose locks may be
/// held by threads that the child does not have, and whose connections are the parent's.
pub(crate) struct Process {
    id: u32,
    pub(crate) first_serial: usize,
    /// By ticket.
    pub(crate) handles: Mutex<HashMap<usize, Arc<dyn Any + Send + Sync>>>,
    /// By address.
    pub(crate) records: Mutex<HashMap<usize, (TypeId, Memory)>>,
    child: OnceBox<Process>,
}

impl Process {
    pub(crate) fn new(id: u32) -> Box<Self> {
        Box::new(Self {
            id,
            first_serial: NEXT_SERIAL.load(Ordering::Relaxed),
            handles: Mutex::default(),
            records: Mutex::default(),
            child: OnceBox::new(),
        })
    }

    /// The table of this process. Takes no lock, so that it works after any fork.
    pub(crate) fn current() -> &'static Self {
        static FIRST: OnceBox<Process> = OnceBox::new();
        let id = std::process::id();
        let mut process = FIRST.get_or_init(|| Self::new(id));
        while let Some(child) = process.child.get() {
            process = child;
        }
        if process.id == id {
            process
        } else {
            process.child.get_or_init(|| Self::new(id))
        }
    }

    /// Takes an entry out of one of the tables. An empty table has no memory: a program that freed everything has no
    /// blocks of the library for a leak checker to find.
    pub(crate) fn take<V>(table: &mut HashMap<usize, V>, key: usize) -> Option<V> {
        let value = table.remove(&key);
        if table.is_empty() {
            *table = HashMap::new();
        }
        value
    }

    pub(crate) fn live_objects(&self) -> usize {
        self.handles.lock().len() + self.records.lock().len()
    }

    #[cfg(feature = "test-hooks")]
    pub(crate) fn panic_while_locked(&self) {
        let _handles = self.handles.lock();
        panic!("injected while the table was locked");
    }
}
