//! Log lines that wait for the observer. Workers never wait for it, and a slow observer does not make lines pile up.

use std::collections::VecDeque;

/// The most lines that wait. Further lines are only counted.
const MOST: usize = 100;

/// The waiting lines of one call, oldest first.
#[derive(Default)]
pub(crate) struct Log {
    /// Each line, and how often it was added since it waits.
    waiting: VecDeque<(String, u32)>,
    left_out: u32,
}

impl Log {
    /// Adds a line. If the same line waits already, it is only counted.
    pub(crate) fn push(&mut self, line: String) {
        if let Some((_, times)) = self.waiting.iter_mut().find(|(other, _)| *other == line) {
            *times = times.saturating_add(1);
        } else if self.waiting.len() < MOST {
            self.waiting.push_back((line, 1));
        } else {
            self.left_out = self.left_out.saturating_add(1);
        }
    }

    /// Takes the next line.
    pub(crate) fn pop(&mut self) -> Option<String> {
        match self.waiting.pop_front() {
            Some((line, 1)) => Some(line),
            Some((line, times)) => Some(format!("{line} ({times} times)")),
            None => match std::mem::take(&mut self.left_out) {
                0 => None,
                left_out => Some(format!("{left_out} more lines were left out")),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeated_lines_are_joined_and_the_rest_is_counted() {
        let mut log = Log::default();
        for _ in 0..12 {
            log.push("again".into());
            log.push("and again".into());
        }
        assert_eq!(log.pop().as_deref(), Some("again (12 times)"));
        log.push("again".into());
        assert_eq!(log.pop().as_deref(), Some("and again (12 times)"));
        assert_eq!(log.pop().as_deref(), Some("again"));
        assert_eq!(log.pop(), None);
        for number in 0..MOST + 7 {
            log.push(number.to_string());
        }
        let lines: Vec<_> = std::iter::from_fn(|| log.pop()).collect();
        assert_eq!(lines.len(), MOST + 1);
        assert_eq!(lines[MOST], "7 more lines were left out");
    }
}
