//! Finalize (protocol 4.7).

use std::ffi::{c_char, c_void};
use std::mem::size_of;
use std::ptr;

use zeroize::Zeroize;

use crate::package::{FinalizeOptions, Finalized};
use crate::secret::SecretString;

use super::error::sendsafely_error;
use super::package::{call_with, sendsafely_package};
use super::progress::sendsafely_progress_callback;
use super::string::sendsafely_string_list;
use super::support::argument::boolean;
use super::support::caller::Caller;
use super::support::guard::guard_value;
use super::support::marks::Nullable;
use super::support::marks::number::sendsafely_status;
use super::support::memory::{Memory, Translate};
use super::support::options::{self, Options};
use super::support::record;
use super::types::sendsafely_bool;

/// Options of sendsafely_package_finalize.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sendsafely_finalize_options {
    /// Set by sendsafely_finalize_options_init.
    pub struct_size: usize,
    /// Password that downloads need, only together with undisclosed_recipients. Default: none.
    pub password: Nullable<*const c_char>,
    /// Whether no recipients are needed: whoever has the link may open the package. Default: no.
    pub undisclosed_recipients: sendsafely_bool,
    /// Whether recipients may reply to all. Default: no.
    pub allow_reply_all: sendsafely_bool,
    /// Whether the service sends its notification, without the keycode, to the recipients. Default: no.
    pub notify_recipients: sendsafely_bool,
    /// Whether PDF files can only be viewed. Default: no.
    pub read_only_pdf: sendsafely_bool,
    /// Progress of this call; see "Progress and stopping". Default: the client's callback.
    pub on_progress: Nullable<sendsafely_progress_callback>,
    /// Passed to on_progress.
    pub user_data: Nullable<*mut c_void>,
    /// For a Dropzone: e-mail address of the sender, as the sender gives it. Default: none.
    pub unconfirmed_sender: Nullable<*const c_char>,
    /// For a Dropzone: token of a sender whose address was confirmed. Default: none.
    pub confirmed_sender_token: Nullable<*const c_char>,
}

// SAFETY: repr(C), begins with a usize, and holds integers, pointers and optional functions only.
unsafe impl Options for sendsafely_finalize_options {
    const NAME: &'static str = "sendsafely_finalize_options";

    fn defaults() -> Self {
        Self {
            struct_size: size_of::<Self>(),
            password: ptr::null(),
            undisclosed_recipients: 0,
            allow_reply_all: 0,
            notify_recipients: 0,
            read_only_pdf: 0,
            on_progress: None,
            user_data: ptr::null_mut(),
            unconfirmed_sender: ptr::null(),
            confirmed_sender_token: ptr::null(),
        }
    }
}

/// The result of finalizing a package.
#[repr(C)]
#[derive(Debug)]
pub struct sendsafely_finalized {
    /// The secure link with the keycode in it: whoever has it opens the package.
    pub link: *const c_char,
    /// E-mail addresses of those who can approve it.
    pub approvers: *const sendsafely_string_list,
    /// E-mail addresses of the recipients, as the service lists them.
    pub recipients: *const sendsafely_string_list,
    /// Whether the package is finalized, but somebody has to approve it before recipients can open it.
    pub needs_approval: sendsafely_bool,
}

impl Translate for Finalized {
    type Record = sendsafely_finalized;
    fn translate(&self, memory: &mut Memory) -> sendsafely_finalized {
        sendsafely_finalized {
            link: memory.text(&self.link),
            approvers: memory.record(&self.approvers),
            recipients: memory.record(&self.recipients),
            needs_approval: self.needs_approval.into(),
        }
    }
}

/// Fills options with their defaults; size is sizeof *options.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_finalize_options_init(
    options: *mut sendsafely_finalize_options,
    size: usize,
) -> sendsafely_status {
    // SAFETY: the program says how large its struct is.
    unsafe { options::init(options, size) }
}

/// Finalizes a package: from now on, recipients can open it with its link. The last step.
///
/// The package needs a recipient (or undisclosed_recipients), and a file or a message; no upload may be running.
/// Leftovers of failed uploads through this handle are removed, or reported if they might be another upload's. A
/// package that waits for approval is finalized too: SENDSAFELY_OK with needs_approval. sendsafely_package_link returns
/// the link later.
/// SENDSAFELY_NO_RECIPIENT, SENDSAFELY_NO_FILE, SENDSAFELY_UPLOAD_RUNNING, SENDSAFELY_UPLOAD_INCOMPLETE: this is
/// missing. SENDSAFELY_PACKAGE_NOT_FINALIZABLE: create a new package. SENDSAFELY_APPROVER_REQUIRED: add an approver as
/// a recipient. SENDSAFELY_WORKSPACE_NOT_FINALIZABLE: hand out its link. SENDSAFELY_WRONG_KEYCODE,
/// SENDSAFELY_KEYCODE_NOT_PROVED, or a refusal of the keycode for every public key: as for
/// sendsafely_package_upload_keycodes.
/// After any other failure, and after a stop, the package may be finalized nevertheless: a second call looks first, and
/// sendsafely_package_delete_unfinished keeps the package.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_package_finalize(
    package: *mut sendsafely_package,
    options: Nullable<*const sendsafely_finalize_options>,
    out_finalized: Nullable<*mut *mut sendsafely_finalized>,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    let out_finalized = caller.out(out_finalized);
    caller.guard(|| {
        let options = caller.options(options)?;
        let for_core = FinalizeOptions {
            undisclosed_recipients: boolean(
                options.undisclosed_recipients,
                "undisclosed_recipients",
            )?,
            password: caller
                .optional_text(options.password, "password")?
                .map(SecretString::new),
            allow_reply_all: boolean(options.allow_reply_all, "allow_reply_all")?,
            notify_recipients: boolean(options.notify_recipients, "notify_recipients")?,
            read_only_pdf: boolean(options.read_only_pdf, "read_only_pdf")?,
            unconfirmed_sender: caller
                .optional_text(options.unconfirmed_sender, "unconfirmed_sender")?,
            confirmed_sender_token: caller
                .optional_text(options.confirmed_sender_token, "confirmed_sender_token")?
                .map(SecretString::new),
        };
        let mut finalized = call_with(
            package,
            options.on_progress,
            options.user_data,
            |package, observer| package.finalize(observer, &for_core),
        )?;
        out_finalized.give_record(&finalized);
        finalized.link.zeroize();
        Ok(())
    })
}

/// Frees the result of finalizing, and zeroes the link.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_finalized_free(finalized: Nullable<*mut sendsafely_finalized>) {
    guard_value((), || record::free(finalized));
}
