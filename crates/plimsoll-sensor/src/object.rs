//! The kernel programs as the build left them.

include!(concat!(env!("OUT_DIR"), "/object.rs"));

/// The compiled object, absent when the build had no clang for it.
pub fn object() -> Option<&'static [u8]> {
    OBJECT
}

/// The object that refuses connections, for [`crate::respond::Refusals`].
pub(crate) fn refuse() -> Option<&'static [u8]> {
    REFUSE
}
