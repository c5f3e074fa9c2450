//! What each process has one of.

use once_cell::race::OnceBox;

use super::process_id::process_id;

/// A value of each process. A forked child has one of its own and never waits for its parent's, whose locks may be held
/// by threads that the child does not have.
pub(crate) struct PerProcess<T>(OnceBox<Node<T>>);

struct Node<T> {
    id: u32,
    value: T,
    child: PerProcess<T>,
}

impl<T> PerProcess<T> {
    pub(crate) const fn new() -> Self {
        Self(OnceBox::new())
    }

    /// The value of this process. The first use makes it, from that of the parent if this is a forked child. Takes no
    /// lock, so that it works after any fork; threads that come at the same time may each make one.
    pub(crate) fn get(&self, make: impl Fn(Option<&T>) -> T) -> &T {
        self.of(process_id(), make)
    }

    pub(super) fn of(&self, id: u32, make: impl Fn(Option<&T>) -> T) -> &T {
        let (mut place, mut last) = (&self.0, None);
        while let Some(node) = place.get() {
            (place, last) = (&node.child.0, Some(node));
        }
        match last {
            Some(node) if node.id == id => &node.value,
            _ => {
                let made = || {
                    Box::new(Node {
                        id,
                        value: make(last.map(|node| &node.value)),
                        child: Self::new(),
                    })
                };
                &place.get_or_init(made).value
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::lock::Mutex;
    use super::*;

    #[test]
    fn a_forked_child_does_not_wait_for_a_thread_of_its_parent() {
        let numbers = PerProcess::new();
        let make = |parent: Option<&Mutex<u32>>| Mutex::new(if parent.is_some() { 2 } else { 1 });
        let parent = numbers.of(10, make);
        let locked = parent.lock();
        let child = numbers.of(20, make);
        assert_eq!((*locked, *child.lock()), (1, 2));
        assert!(std::ptr::eq(numbers.of(20, make), child));
    }
}
