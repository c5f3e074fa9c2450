//! The number of this process, without a system call each time: that would take longer than all else that most calls
//! without network do.

/// The number of this process, which a forked child has not.
#[cfg(not(target_os = "linux"))]
pub(crate) fn process_id() -> u32 {
    std::process::id()
}

#[cfg(target_os = "linux")]
pub(crate) use linux::process_id;

#[cfg(target_os = "linux")]
mod linux {
    use std::ptr;
    use std::sync::atomic::{AtomicPtr, AtomicU32, Ordering};

    /// A page that the system empties in a forked child; null until the first use.
    static PAGE: AtomicPtr<AtomicU32> = AtomicPtr::new(ptr::null_mut());
    /// Stands for the page where the system has none of that kind. Always 0.
    static NONE: AtomicU32 = AtomicU32::new(0);

    pub(crate) fn process_id() -> u32 {
        let page = page();
        match page.load(Ordering::Relaxed) {
            0 => {
                let id = std::process::id();
                if !ptr::eq(page, &raw const NONE) {
                    page.store(id, Ordering::Relaxed);
                }
                id
            }
            id => id,
        }
    }

    #[allow(unsafe_code, reason = "the page is known by its address alone")]
    fn page() -> &'static AtomicU32 {
        let mut page = PAGE.load(Ordering::Acquire);
        if page.is_null() {
            page = new_page().unwrap_or((&raw const NONE).cast_mut());
            let raced =
                PAGE.compare_exchange(ptr::null_mut(), page, Ordering::AcqRel, Ordering::Acquire);
            // Of threads that come first at the same time, one leaves its page to all.
            page = raced.err().unwrap_or(page);
        }
        // SAFETY: `NONE`, or the start of a page that is never given back.
        unsafe { &*page }
    }

    #[allow(unsafe_code, reason = "there is no safe interface to pages")]
    fn new_page() -> Option<*mut AtomicU32> {
        const LEN: usize = size_of::<AtomicU32>();
        // SAFETY: a new page of its own, which nothing else refers to; where it cannot be had, the call fails.
        let page = unsafe {
            libc::mmap(
                ptr::null_mut(),
                LEN,
                libc::PROT_READ | libc::PROT_WRITE,
                libc::MAP_PRIVATE | libc::MAP_ANONYMOUS,
                -1,
                0,
            )
        };
        if page == libc::MAP_FAILED {
            return None;
        }
        // Some emulators of processors ignore all advice, and say that they have followed it: even what has no meaning.
        // SAFETY: the page is ours, and advice changes nothing else.
        let is_emptied = unsafe {
            libc::madvise(page, LEN, libc::MADV_WIPEONFORK) == 0
                && libc::madvise(page, LEN, -1) != 0
        };
        if !is_emptied {
            // SAFETY: the page is ours, and nothing refers to it.
            unsafe { libc::munmap(page, LEN) };
            return None;
        }
        Some(page.cast())
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        #[allow(unsafe_code, reason = "there is no safe interface to fork")]
        fn a_forked_child_has_its_own() {
            assert_eq!(process_id(), std::process::id());
            // SAFETY: the child uses only functions that are safe after a fork.
            match unsafe { libc::fork() } {
                0 => {
                    let right = process_id() == std::process::id();
                    // SAFETY: ends the child at once.
                    unsafe { libc::_exit(if right { 0 } else { 1 }) }
                }
                child => {
                    let mut status = -1;
                    // SAFETY: waits for the child above.
                    assert_eq!(unsafe { libc::waitpid(child, &raw mut status, 0) }, child);
                    assert_eq!(status, 0);
                }
            }
            assert_eq!(process_id(), std::process::id());
        }
    }
}
