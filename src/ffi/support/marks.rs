//! What the types of exported functions and structs say beyond their layout. cbindgen does not read this file, so that it
//! writes these names as they stand.

/// A pointer that may be NULL: `T *SENDSAFELY_NULLABLE` in the header. All others have to point to something; if they
/// do not, that is a status, never a fault.
pub(crate) type Nullable<T> = T;

/// Enums as fields and parameters: numbers, since C may put any number there. The header has the enum's name.
pub(crate) mod number {
    pub(crate) type sendsafely_action = i32;
    pub(crate) type sendsafely_compare = i32;
    pub(crate) type sendsafely_direction = i32;
    pub(crate) type sendsafely_existing = i32;
    pub(crate) type sendsafely_package_list = i32;
    pub(crate) type sendsafely_package_state = i32;
    pub(crate) type sendsafely_package_status = i32;
    pub(crate) type sendsafely_phase = i32;
    pub(crate) type sendsafely_reason = i32;
    pub(crate) type sendsafely_status = i32;
}
