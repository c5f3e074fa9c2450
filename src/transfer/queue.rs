//! Tasks for several workers, with a limit on what they use together.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::call::{Call, FILE_GRACE};
use crate::error::Result;
use crate::os::lock::Mutex;
use crate::transfer::crew;

/// Tasks in order. A task may bring further ones.
pub(crate) struct Queue<T>(Mutex<Tasks<T>>);

struct Tasks<T> {
    tasks: VecDeque<T>,
    /// What the tasks under way leave of the limit.
    free: usize,
}

impl<T: Send + 'static> Queue<T> {
    /// Works through the tasks, and those that they add, with `limit` workers. A task uses `weight` of the limit. An
    /// error of `work` ends all.
    pub(crate) fn run(
        call: &Arc<Call>,
        limit: usize,
        tasks: impl IntoIterator<Item = T>,
        weight: impl Fn(&T) -> usize + Send + Sync + 'static,
        work: impl Fn(&Self, T) -> Result<()> + Send + Sync + 'static,
    ) -> Result<()> {
        let queue = Self(Mutex::new(Tasks {
            tasks: tasks.into_iter().collect(),
            free: limit,
        }));
        let waiting = Arc::clone(call);
        let workers = move || limit;
        crew::run(call, workers, FILE_GRACE, move |worker| {
            let weight = |task: &T| weight(task).clamp(1, limit);
            // A worker that finds no task, or no room for one, ends. Those that have one find what it brings, and call
            // others to it.
            while queue.has_next(&weight) && worker.goes_on() {
                waiting.check()?;
                if let Some((task, turn)) = queue.next(&weight) {
                    work(&queue, task)?;
                    drop(turn);
                }
            }
            Ok(())
        })
    }

    /// Adds tasks at the end.
    pub(crate) fn add(&self, tasks: impl IntoIterator<Item = T>) {
        self.0.lock().tasks.extend(tasks);
    }

    /// Adds tasks that bring others: they come first, so that there is always enough to do.
    pub(crate) fn add_first(&self, tasks: impl IntoIterator<Item = T>) {
        let mut state = self.0.lock();
        for task in tasks {
            state.tasks.push_front(task);
        }
    }

    /// Whether there is a task, and room for it.
    fn has_next(&self, weight: &dyn Fn(&T) -> usize) -> bool {
        let state = self.0.lock();
        let next = state.tasks.front().map(weight);
        next.is_some_and(|weight| weight <= state.free)
    }

    fn next(&self, weight: &dyn Fn(&T) -> usize) -> Option<(T, Turn<'_, T>)> {
        let mut state = self.0.lock();
        let weight = state.tasks.front().map(weight)?;
        state.free = state.free.checked_sub(weight)?;
        let task = state.tasks.pop_front()?;
        let queue = self;
        Some((task, Turn { queue, weight }))
    }
}

/// A task under way.
struct Turn<'a, T> {
    queue: &'a Queue<T>,
    weight: usize,
}

impl<T> Drop for Turn<'_, T> {
    fn drop(&mut self) {
        self.queue.0.lock().free += self.weight;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use super::*;
    use crate::error::{Error, ErrorKind};

    #[test]
    fn tasks_bring_others_and_keep_within_the_limit() {
        let call = Call::alone();
        let (used, most, done) = (
            Arc::new(AtomicUsize::new(0)),
            Arc::new(AtomicUsize::new(0)),
            Arc::new(AtomicUsize::new(0)),
        );
        let seen = (Arc::clone(&most), Arc::clone(&done));
        Queue::run(
            &call,
            4,
            [3_usize],
            |task| *task,
            move |queue, task| {
                let now = used.fetch_add(task.min(4), Ordering::SeqCst) + task.min(4);
                most.fetch_max(now, Ordering::SeqCst);
                if task == 3 {
                    queue.add([1, 2, 9, 1, 1, 1, 2]);
                    queue.add_first([1, 4]);
                }
                std::thread::sleep(Duration::from_millis(5));
                used.fetch_sub(task.min(4), Ordering::SeqCst);
                done.fetch_add(1, Ordering::SeqCst);
                Ok(())
            },
        )
        .expect("nothing fails");
        assert_eq!(seen.1.load(Ordering::SeqCst), 10);
        assert!(seen.0.load(Ordering::SeqCst) <= 4);
    }

    #[test]
    fn an_error_ends_all() {
        let call = Call::alone();
        let refused = Queue::run(
            &call,
            3,
            0..1000,
            |_| 1,
            |_, task| match task {
                7 => Err(Error::new(ErrorKind::Denied, "no")),
                _ => Ok(()),
            },
        );
        assert_eq!(refused.expect_err("one fails").kind(), ErrorKind::Denied);
    }
}
