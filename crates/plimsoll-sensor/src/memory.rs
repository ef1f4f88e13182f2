//! Hands back what loading took: the kernel's types alone are some twenty megabytes as long as they
//! are needed, in many small pieces that an allocator keeps for later.

#![expect(unsafe_code, reason = "a call that no safe crate offers")]

/// Gives free memory back to the system. Other allocators than glibc's do so by themselves or not.
pub(crate) fn give_back() {
    #[cfg(target_env = "gnu")]
    // SAFETY: takes no pointers; the allocator locks itself.
    unsafe {
        libc::malloc_trim(0);
    }
}
