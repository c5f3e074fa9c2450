//! Writes verified parts in their order.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::atomic::{AtomicU32, Ordering};

use zeroize::Zeroize as _;

use super::budget::Lease;
use super::outlet::Outlet;
use super::resume::Proved;
use crate::call::{Call, Watched};
use crate::error::Result;
use crate::os::lock::Mutex;

/// A verified part on its way to the outlet.
pub(super) struct Piece {
    memory: Lease,
    /// Empty once it is written.
    plaintext: Range<usize>,
    proved: Proved,
}

impl Piece {
    pub(super) fn new(memory: Lease, plaintext: Range<usize>, proved: Proved) -> Self {
        Self {
            memory,
            plaintext,
            proved,
        }
    }

    pub(super) fn plaintext(&self) -> &[u8] {
        &self.memory.buffer[self.plaintext.clone()]
    }

    pub(super) fn proved(&self) -> Proved {
        self.proved
    }
}

impl Drop for Piece {
    fn drop(&mut self) {
        if !self.plaintext.is_empty() {
            self.memory.buffer.zeroize();
        }
    }
}

/// A file that is being written, and parts in memory that wait until those before them are written.
pub(super) struct Assembly {
    order: Watched<Order>,
    /// The part that is written next: a copy of `next` that can be read without the lock.
    awaited: AtomicU32,
    /// Only the worker that writes has this lock for long: the disk, or the caller's function, may be slow.
    outlet: Mutex<Outlet>,
}

struct Order {
    next: u32,
    waiting: BTreeMap<u32, Piece>,
    /// Whether a worker is writing. It also writes the parts that are next in order when it has finished its own.
    is_writing: bool,
    /// How many workers have begun to write.
    writers: u64,
    size: Size,
}

/// How large the file is so far.
#[derive(Clone, Copy, Default)]
pub(super) struct Size {
    pub(super) written: u64,
    /// Bytes of ciphertext of the parts that are written.
    pub(super) received: u64,
    /// Bytes that the total of the call includes for this file.
    pub(super) counted: u64,
}

impl Assembly {
    /// `next` is the part that is to be written next.
    pub(super) fn new(outlet: Outlet, next: u32, size: Size) -> Self {
        Self {
            order: Watched::new(Order {
                next,
                waiting: BTreeMap::new(),
                is_writing: false,
                writers: 0,
                size,
            }),
            awaited: AtomicU32::new(next),
            outlet: Mutex::new(outlet),
        }
    }

    /// Whether this part is the one to be written next. It gets memory at once: until it is written, all others wait.
    pub(super) fn awaits(&self, part: u32) -> bool {
        self.awaited.load(Ordering::Relaxed) == part
    }

    pub(super) fn size(&self) -> Size {
        self.order.lock().size
    }

    /// Waits until no more than `ahead` parts are missing before this one.
    pub(super) fn wait_for_turn(&self, call: &Call, part: u32, ahead: u32) -> Result<()> {
        let is_early = || part > self.awaited.load(Ordering::Relaxed).saturating_add(ahead);
        if is_early() {
            drop(self.order.wait_while(call, |_| is_early())?);
        }
        Ok(())
    }

    /// Takes over a part, and writes all parts that are next in order. Before each of them, `check` judges the size
    /// that the file then has.
    ///
    /// One worker writes at a time, without the lock. Another worker waits here until its part is taken, or until
    /// nobody writes: so each worker has at most one part in memory beside those that wait for an earlier one. Returns
    /// false if that takes long: this worker should do nothing more.
    pub(super) fn deliver(
        &self,
        call: &Call,
        part: u32,
        piece: Piece,
        check: impl Fn(Size) -> Result<()>,
    ) -> Result<bool> {
        let mut order = self.order.lock();
        order.waiting.insert(part, piece);
        let is_writing = std::mem::replace(&mut order.is_writing, true);
        order.writers += u64::from(!is_writing);
        let writers = order.writers;
        drop(order);
        if is_writing {
            let waits = |order: &mut Order| {
                order.is_writing && order.writers == writers && order.waiting.contains_key(&part)
            };
            let taken = self.order.wait_for_a_while(call, waits)?;
            return Ok(taken.is_some());
        }
        // After a failure the mark stays, so that no other worker writes.
        while let Some((part, mut piece, before)) = self.take_next() {
            let length = piece.plaintext.len() as u64;
            let written = before.written + length;
            let size = Size {
                written,
                received: before.received.saturating_add(piece.proved.received),
                counted: before.counted.max(written),
            };
            check(size)?;
            let buffer = std::mem::take(&mut piece.memory.buffer);
            let plaintext = std::mem::take(&mut piece.plaintext);
            let (memory, proved) = (&piece.memory, piece.proved);
            let written =
                (self.outlet.lock()).write(call, memory, buffer, plaintext, (part, proved))?;
            piece.memory.buffer = written;
            let mut order = self.order.lock();
            order.size = size;
            order.next += 1;
            self.awaited.store(order.next, Ordering::Relaxed);
            drop(order);
            self.order.notify();
            if size.counted > before.counted {
                call.correct_total(before.counted, size.counted);
            }
            call.part_done(length);
            // Giving the memory back wakes workers that wait for memory. By now `awaited` must name the next part, so
            // that its worker sees that it is urgent.
            drop(piece);
        }
        Ok(true)
    }

    /// The part that is to be written next, if it is there, and the size of the file before it.
    fn take_next(&self) -> Option<(u32, Piece, Size)> {
        let mut order = self.order.lock();
        let next = order.next;
        let piece = order.waiting.remove(&next);
        order.is_writing = piece.is_some();
        let taken = piece.map(|piece| (next, piece, order.size));
        drop(order);
        self.order.notify();
        taken
    }

    /// Ends a download: drops the parts that wait, and closes the outlet, so that a stuck worker cannot write later.
    pub(super) fn close(&self) -> Outlet {
        let waiting = std::mem::take(&mut self.order.lock().waiting);
        drop(waiting);
        std::mem::replace(&mut *self.outlet.lock(), Outlet::Closed)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::thread;
    use std::time::Duration;

    use crossbeam_channel::unbounded;

    use super::*;
    use crate::error::ErrorKind;
    use crate::transfer::budget::Budget;
    use crate::transfer::outlet::SinkEvent;

    /// A part of one byte.
    fn piece(budget: &Arc<Budget>, call: &Call) -> Piece {
        let mut memory = budget.lease(call, 1, || true).expect("memory");
        memory.buffer.clear();
        memory.buffer.push(7);
        Piece::new(memory, 0..1, Proved::new(1, [0; 8], None))
    }

    #[test]
    fn a_delivery_can_be_stopped_while_the_callers_function_runs() {
        let (call, budget) = (Call::alone(), Arc::new(Budget::new(100)));
        let (events, from_workers) = unbounded::<SinkEvent<()>>();
        let assembly = Assembly::new(Outlet::pushed(events), 1, Size::default());
        let deliver = |part| assembly.deliver(&call, part, piece(&budget, &call), |_| Ok(()));
        thread::scope(|scope| {
            let writer = scope.spawn(|| deliver(1));
            let event = from_workers.recv().expect("a part to write");
            let others = [
                scope.spawn(|| deliver(2)),
                scope.spawn(|| deliver(9)),
                scope.spawn(|| assembly.wait_for_turn(&call, 30, 8).map(|()| true)),
            ];
            thread::sleep(Duration::from_millis(50));
            assert!(others.iter().all(|other| !other.is_finished()));
            assert_eq!(assembly.size().written, 0, "it can be read meanwhile");
            call.stop();
            for other in others {
                let error = other.join().expect("no panic").expect_err("stopped");
                assert_eq!(error.kind(), ErrorKind::Stopped);
            }
            assert!(!writer.is_finished(), "the caller's function still runs");
            drop(event);
            assert!(writer.join().expect("no panic").is_err());
        });
    }

    /// Its memory is not held up by others; it notices when its turn comes while it waits.
    #[test]
    fn the_part_that_is_next_gets_memory() {
        let (call, budget) = (Call::alone(), Arc::new(Budget::new(100)));
        let _others = budget.lease(&call, 100, || true).expect("urgent");
        let (events, from_workers) = unbounded::<SinkEvent<()>>();
        let assembly = Assembly::new(Outlet::pushed(events), 1, Size::default());
        thread::scope(|scope| {
            scope.spawn(move || {
                while let Ok(SinkEvent::Write(write)) = from_workers.recv() {
                    let _ = write.written.send(write.buffer);
                }
            });
            let next = scope.spawn(|| budget.lease(&call, 50, || assembly.awaits(2)).map(|_| ()));
            thread::sleep(Duration::from_millis(50));
            assert!(!next.is_finished(), "part 1 is awaited");
            let first = piece(&budget, &call);
            let delivered = assembly.deliver(&call, 1, first, |_| Ok(()));
            delivered.expect("nothing fails");
            next.join().expect("no panic").expect("memory");
            drop(assembly.close());
        });
    }

    #[test]
    fn parts_that_come_early_are_written_in_their_order() {
        let (call, budget) = (Call::alone(), Arc::new(Budget::new(100)));
        let (events, from_workers) = unbounded::<SinkEvent<()>>();
        let assembly = Assembly::new(Outlet::pushed(events), 1, Size::default());
        let caller = thread::spawn(move || {
            let mut written = Vec::new();
            while let Ok(SinkEvent::Write(write)) = from_workers.recv() {
                written.extend_from_slice(&write.buffer[write.plaintext]);
                let _ = write.written.send(write.buffer);
            }
            written
        });
        for part in [3, 1, 4, 2] {
            let mut piece = piece(&budget, &call);
            piece.memory.buffer[0] = part;
            let checked = |size: Size| {
                assert!(size.written <= 4 && size.written == size.received);
                Ok(())
            };
            let delivered = assembly.deliver(&call, u32::from(part), piece, checked);
            delivered.expect("nothing fails");
        }
        assert!(assembly.awaits(5));
        drop(assembly.close());
        assert_eq!(caller.join().expect("no panic"), [1, 2, 3, 4]);
    }
}
