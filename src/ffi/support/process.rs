//! The live objects of this process.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::os::PerProcess;
use crate::os::lock::Mutex;

use super::memory::Memory;

/// Not reset in a forked child, so that a ticket of the parent never becomes one of the child.
pub(crate) static NEXT_SERIAL: AtomicUsize = AtomicUsize::new(1);

/// The objects of one process. A forked child never touches its parent's, whose connections are the parent's.
pub(crate) struct Process {
    pub(crate) first_serial: usize,
    /// By ticket.
    pub(crate) handles: Mutex<Table<Arc<dyn Any + Send + Sync>>>,
    /// By address.
    pub(crate) records: Mutex<Table<(TypeId, Memory)>>,
}

type Table<V> = HashMap<usize, V, BuildHasherDefault<NumberHasher>>;

/// Nobody chooses tickets or addresses so that they collide, and this takes a tenth of the time of the usual hash.
#[derive(Default)]
pub(crate) struct NumberHasher(u64);

impl Hasher for NumberHasher {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_usize(usize::from(*byte));
        }
    }

    fn write_usize(&mut self, number: usize) {
        let mixed = (self.0 ^ number as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        // Addresses end with zeros, and the table takes the low bits.
        self.0 = mixed.rotate_left(32);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

impl Process {
    pub(crate) fn new() -> Self {
        Self {
            first_serial: NEXT_SERIAL.load(Ordering::Relaxed),
            handles: Mutex::default(),
            records: Mutex::default(),
        }
    }

    /// The table of this process.
    pub(crate) fn current() -> &'static Self {
        static PROCESSES: PerProcess<Process> = PerProcess::new();
        PROCESSES.get(|_| Self::new())
    }

    /// Takes an entry out of one of the tables. An empty table has no memory: a program that freed everything has no
    /// blocks of the library for a leak checker to find.
    pub(crate) fn take<V>(table: &mut Table<V>, key: usize) -> Option<V> {
        let value = table.remove(&key);
        if table.is_empty() {
            *table = HashMap::default();
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
