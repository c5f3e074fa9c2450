//! Tasks for several workers, with a limit on what they use together.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::call::{Call, FILE_GRACE, Watched};
use crate::error::Result;
use crate::transfer::crew;

/// Tasks in order. A task may bring further ones.
pub(crate) struct Queue<T>(Watched<Tasks<T>>);

struct Tasks<T> {
    tasks: VecDeque<T>,
    /// Workers that have a task.
    busy: usize,
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
        let queue = Self(Watched::new(Tasks {
            tasks: tasks.into_iter().collect(),
            busy: 0,
            free: limit,
        }));
        let worker = Arc::clone(call);
        crew::run(call, limit, FILE_GRACE, move || {
            let weight = |task: &T| weight(task).clamp(1, limit);
            while let Some((task, turn)) = queue.next(&worker, &weight)? {
                work(&queue, task)?;
                drop(turn);
            }
            Ok(())
        })
    }

    /// Adds tasks at the end.
    pub(crate) fn add(&self, tasks: impl IntoIterator<Item = T>) {
        self.0.lock().tasks.extend(tasks);
        self.0.notify();
    }

    /// Adds tasks that bring others: they come first, so that there is always enough to do.
    pub(crate) fn add_first(&self, tasks: impl IntoIterator<Item = T>) {
        let mut state = self.0.lock();
        for task in tasks {
            state.tasks.push_front(task);
        }
        drop(state);
        self.0.notify();
    }

    /// The next task, once there is room for it; `None` when all are done.
    fn next(&self, call: &Call, weight: &dyn Fn(&T) -> usize) -> Result<Option<(T, Turn<'_, T>)>> {
        call.check()?;
        let mut state = self
            .0
            .wait_while(call, |state| match state.tasks.front().map(weight) {
                Some(weight) => weight > state.free,
                None => state.busy > 0,
            })?;
        let Some(task) = state.tasks.pop_front() else {
            return Ok(None);
        };
        let weight = weight(&task);
        state.free -= weight;
        state.busy += 1;
        Ok(Some((
            task,
            Turn {
                queue: self,
                weight,
            },
        )))
    }
}

/// A task under way.
struct Turn<'a, T> {
    queue: &'a Queue<T>,
    weight: usize,
}

impl<T> Drop for Turn<'_, T> {
    fn drop(&mut self) {
        let mut state = self.queue.0.lock();
        state.free += self.weight;
        state.busy -= 1;
        drop(state);
        self.queue.0.notify();
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
        let (call, _notices) = Call::new();
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
        let (call, _notices) = Call::new();
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
