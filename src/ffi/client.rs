//! Client (protocol 1, 2).

use std::ffi::{c_char, c_void};
use std::mem::size_of;
use std::path::PathBuf;
use std::ptr;
use std::time::Duration;

use zeroize::Zeroize;

use crate::api::options::ClientOptions;
use crate::call::Observer;
use crate::client::Client;
use crate::error::{ErrorKind, Result};
use crate::raw::RequestHeaders;
use crate::secret::SecretString;

use super::error::sendsafely_error;
use super::progress::{sendsafely_log_callback, sendsafely_progress_callback};
use super::support::argument::boolean;
use super::support::callbacks::Callbacks;
use super::support::caller::Caller;
use super::support::guard::guard_value;
use super::support::handle::{self, Handle};
use super::support::marks::Nullable;
use super::support::marks::number::sendsafely_status;
use super::support::memory::{Memory, Translate};
use super::support::options::{self, Options};
use super::support::output::Out;
use super::support::record;
use super::types::sendsafely_bool;

/// A host with the credentials of an account, and all that its calls share. A handle.
pub struct sendsafely_client {
    _private: (),
}

/// A retry_window_ms that repeats no failed request.
pub const SENDSAFELY_NO_RETRY: u64 = u64::MAX;

/// Options of sendsafely_client_new.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sendsafely_client_options {
    /// Set by sendsafely_client_options_init.
    pub struct_size: usize,
    /// Name of the API client as the service's logs show it. Default: "RUST_API".
    pub request_api: Nullable<*const c_char>,
    /// Version of the program as the service's logs show it. Default: not sent.
    pub client_version: Nullable<*const c_char>,
    /// Language of the service's texts, such as "en-US". Default: the service's own.
    pub locale: Nullable<*const c_char>,
    /// URL of a proxy by http, https, socks5 or socks5h, such as "http://proxy:3128"; "" for none. Default: the first
    /// of https_proxy, HTTPS_PROXY, all_proxy and ALL_PROXY in the environment (http_proxy, all_proxy and ALL_PROXY for
    /// http:// hosts), except for the hosts in no_proxy or NO_PROXY, whose entries mean what they mean to curl. This
    /// machine itself is never reached through a proxy. A proxy that cannot be used is an error and never bypassed.
    pub proxy: Nullable<*const c_char>,
    /// Path of a PEM file with certificate authorities to trust besides the system's. Default: none.
    pub ca_bundle: Nullable<*const c_char>,
    /// Time that one attempt to connect may take. Default: 10 seconds.
    pub connect_timeout_ms: u64,
    /// Time without a byte moving after which an attempt fails. Default: 60 seconds.
    pub stall_timeout_ms: u64,
    /// Time without progress for which failed requests are repeated; SENDSAFELY_NO_RETRY for none. Default: 300
    /// seconds, but 5 for a host that has never responded, since it may be the wrong one; a time that is set holds
    /// for such a host too. A response that has begun must be complete within this time (5 to 300 seconds; 60 without
    /// retries); a part may take as long as it moves 1 KiB in a second, on average over this time (5 to 60 seconds).
    pub retry_window_ms: u64,
    /// Bytes per part of an upload, 1 to 10,485,760. Default: 2,621,440.
    pub part_size: u64,
    /// Bytes of memory that all transfers of this client share, 1,048,576 or more. Default: 33,554,432. A part counts
    /// with the memory that it takes, a compressed one with what it unpacks to. However many calls run at once, the
    /// client takes no more than this, one part, and 32 MiB for connections and threads, of which it has at most 64;
    /// calls beyond that wait for their turn. At most 24 parts, which wait for longer than two seconds for the program
    /// to read or write their bytes, do not count meanwhile. A transfer that the program begins inside such a read or
    /// write has one thread and one part more.
    pub memory_budget: u64,
    /// Bytes of the largest part that a download takes, 65,536 to 1,073,741,824. Default: 67,108,864.
    pub max_part_bytes: u64,
    /// Parts that one transfer sends or receives at once, 1 to 16. Default: as many as make it faster: 4 at first, more
    /// while the throughput grows and memory_budget has room for them, fewer while the service refuses some.
    pub parts_in_flight: u32,
    /// Whether to transfer through the API host, not directly with the storage. Default: only if that is needed.
    pub force_api_route: sendsafely_bool,
    /// Whether to allow http:// for every host, where anyone on the way can read the requests and change the responses.
    /// Default: only for this machine itself.
    pub allow_plain_http: sendsafely_bool,
    /// Progress of every call that has no callback of its own; see "Progress and stopping". Default: none. It may run
    /// on any thread that calls the library.
    pub on_progress: Nullable<sendsafely_progress_callback>,
    /// Passed to on_progress.
    pub user_data: Nullable<*mut c_void>,
    /// Takes lines for a log: retries, changes of route; never a secret. Default: none.
    pub on_log: Nullable<sendsafely_log_callback>,
    /// Passed to on_log.
    pub log_user_data: Nullable<*mut c_void>,
    /// Longest time of each call, transfers too, whatever it waits for: it then ends like one that the program stops,
    /// with SENDSAFELY_DEADLINE_EXCEEDED. The program's own functions are not interrupted. Default: none.
    pub deadline_ms: u64,
}

// SAFETY: repr(C), begins with a usize, and holds integers, pointers and optional functions only.
unsafe impl Options for sendsafely_client_options {
    const NAME: &'static str = "sendsafely_client_options";

    fn defaults() -> Self {
        let core = ClientOptions::default();
        Self {
            struct_size: size_of::<Self>(),
            request_api: c"RUST_API".as_ptr(),
            client_version: ptr::null(),
            locale: ptr::null(),
            proxy: ptr::null(),
            ca_bundle: ptr::null(),
            connect_timeout_ms: milliseconds(core.connect_timeout),
            stall_timeout_ms: milliseconds(core.stall_timeout),
            // Only so is the default distinguished from the same time that somebody has set.
            retry_window_ms: 0,
            part_size: core.part_size,
            memory_budget: core.memory_budget,
            max_part_bytes: core.max_part_bytes,
            parts_in_flight: u32::try_from(core.parts_in_flight).unwrap_or(u32::MAX),
            force_api_route: core.force_api_route.into(),
            allow_plain_http: core.allow_plain_http.into(),
            on_progress: None,
            user_data: ptr::null_mut(),
            on_log: None,
            log_user_data: ptr::null_mut(),
            deadline_ms: 0,
        }
    }
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

impl sendsafely_client_options {
    fn for_core(&self, caller: Caller) -> Result<ClientOptions> {
        let default = ClientOptions::default();
        let or_default = |value: u64, default: u64| if value == 0 { default } else { value };
        let duration = |value: u64, default| {
            if value == 0 {
                default
            } else {
                Duration::from_millis(value)
            }
        };
        let (retry_window, first_contact_window) = match self.retry_window_ms {
            0 => (default.retry_window, default.first_contact_window),
            SENDSAFELY_NO_RETRY => (Duration::ZERO, Duration::ZERO),
            set => (Duration::from_millis(set), Duration::from_millis(set)),
        };
        Ok(ClientOptions {
            request_api: caller
                .optional_text(self.request_api, "request_api")?
                .unwrap_or(default.request_api),
            client_version: caller.optional_text(self.client_version, "client_version")?,
            locale: caller.optional_text(self.locale, "locale")?,
            proxy: caller.optional_text(self.proxy, "proxy")?,
            ca_bundle: caller
                .optional_text(self.ca_bundle, "ca_bundle")?
                .map(PathBuf::from),
            connect_timeout: duration(self.connect_timeout_ms, default.connect_timeout),
            stall_timeout: duration(self.stall_timeout_ms, default.stall_timeout),
            retry_window,
            first_contact_window,
            parts_in_flight: match self.parts_in_flight {
                0 => default.parts_in_flight,
                parts => parts as usize,
            },
            part_size: or_default(self.part_size, default.part_size),
            memory_budget: or_default(self.memory_budget, default.memory_budget),
            max_part_bytes: or_default(self.max_part_bytes, default.max_part_bytes),
            force_api_route: boolean(self.force_api_route, "force_api_route")?,
            allow_plain_http: boolean(self.allow_plain_http, "allow_plain_http")?,
        })
    }
}

/// A client, and the callbacks of every call that has none of its own.
pub(super) struct ClientObject {
    pub(super) client: Client,
    pub(super) callbacks: Callbacks,
}

impl Handle for ClientObject {
    type Ticket = sendsafely_client;
    const KIND: usize = 1;
    const NAME: &'static str = "client";
    const WHEN_NULL: ErrorKind = ErrorKind::NullArgument;
}

/// Calls the core with a client; its callbacks observe the call.
pub(super) fn call<T>(
    client: *mut sendsafely_client,
    call: impl FnOnce(&Client, &mut dyn Observer) -> Result<T>,
) -> Result<T> {
    let object = handle::get::<ClientObject>(client)?;
    object
        .callbacks
        .observe(0, |observer| call(&object.client, observer))
}

/// Puts a new client out.
fn give(
    caller: Caller,
    out_client: Out<sendsafely_client>,
    host: *const c_char,
    options: *const sendsafely_client_options,
    make: impl FnOnce(&str, ClientOptions) -> Result<Client>,
) -> Result<()> {
    let out_client = out_client.required("out_client")?;
    let host = caller.text(host, "host")?;
    let options = caller.options(options)?;
    let client = make(&host, options.for_core(caller)?)?;
    let callbacks = Callbacks {
        on_progress: options.on_progress,
        user_data: options.user_data,
        on_log: options.on_log,
        log_user_data: options.log_user_data,
        deadline: (options.deadline_ms > 0).then(|| Duration::from_millis(options.deadline_ms)),
    };
    out_client.give_handle(ClientObject { client, callbacks })
}

/// Fills options with their defaults; size is sizeof *options.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_client_options_init(
    options: *mut sendsafely_client_options,
    size: usize,
) -> sendsafely_status {
    // SAFETY: the program says how large its struct is.
    unsafe { options::init(options, size) }
}

/// Creates a client for a host, such as "https://acme.sendsafely.com", with the API key and secret of an account. No
/// network.
///
/// A host without a scheme means https.
/// SENDSAFELY_MALFORMED_HOST: use a host and at most scheme and port. SENDSAFELY_INSECURE_HOST: use https://.
/// SENDSAFELY_NO_TRUST_STORE: install the system's certificates or set ca_bundle. A wrong key or secret shows at the
/// first call on the network, as SENDSAFELY_AUTHENTICATION_FAILED.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_client_new(
    host: *const c_char,
    api_key: *const c_char,
    api_secret: *const c_char,
    options: Nullable<*const sendsafely_client_options>,
    out_client: *mut *mut sendsafely_client,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    let out_client = caller.out(out_client);
    caller.guard(|| {
        let api_key = caller.text(api_key, "api_key")?;
        let api_secret = SecretString::new(caller.text(api_secret, "api_secret")?);
        give(caller, out_client, host, options, |host, options| {
            Client::new(host, &api_key, api_secret, options)
        })
    })
}

/// Creates a client that can only log in and register, for a user without an API key; see
/// sendsafely_client_generate_api_key. No network.
///
/// Every other call with it fails with SENDSAFELY_NO_CREDENTIALS. Everything else as for sendsafely_client_new.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_client_new_without_credentials(
    host: *const c_char,
    options: Nullable<*const sendsafely_client_options>,
    out_client: *mut *mut sendsafely_client,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    let out_client = caller.out(out_client);
    caller.guard(|| {
        give(caller, out_client, host, options, |host, options| {
            Client::without_credentials(host, options)
        })
    })
}

/// Creates a client for an anonymous sender to a Dropzone, by the id of that Dropzone. No network.
///
/// It can create a package, upload files, set a message, and finalize with unconfirmed_sender or
/// confirmed_sender_token; the recipients are those of the Dropzone. See sendsafely_package_submit_hosted_dropzone.
/// Everything else as for sendsafely_client_new.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_client_new_for_dropzone(
    host: *const c_char,
    dropzone_id: *const c_char,
    options: Nullable<*const sendsafely_client_options>,
    out_client: *mut *mut sendsafely_client,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    let out_client = caller.out(out_client);
    caller.guard(|| {
        let dropzone_id = caller.text(dropzone_id, "dropzone_id")?;
        give(caller, out_client, host, options, |host, options| {
            Client::for_dropzone(host, &dropzone_id, options)
        })
    })
}

/// Makes a signed REST call to a path of the host's API, such as "/package/", for what no function covers.
///
/// method is GET, PUT, POST, PATCH or DELETE. out_json is the JSON text of the response as it came; the library does
/// not look at its member "response". After a lost response it repeats only a GET.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_client_request(
    client: *mut sendsafely_client,
    method: *const c_char,
    path: *const c_char,
    json_body: Nullable<*const c_char>,
    out_json: *mut *mut c_char,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    let out_json = caller.out(out_json);
    caller.guard(|| {
        let out_json = out_json.required("out_json")?;
        let object = handle::get::<ClientObject>(client)?;
        let method = caller.text(method, "method")?;
        let path = caller.text(path, "path")?;
        let json_body = caller.optional_text(json_body, "json_body")?;
        let mut json = object.callbacks.observe(0, |observer| {
            object
                .client
                .request(observer, &method, &path, json_body.as_deref())
        })?;
        out_json.give_text(&json);
        json.zeroize();
        Ok(())
    })
}

/// Checks key and secret with the service; out_email is the e-mail address of their owner.
///
/// SENDSAFELY_AUTHENTICATION_FAILED: check key, secret, host and clock.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_client_verify_credentials(
    client: *mut sendsafely_client,
    out_email: Nullable<*mut *mut c_char>,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    let out_email = caller.out(out_email);
    caller.guard(|| {
        let email = call(client, |client, observer| {
            client.verify_credentials(observer)
        })?;
        out_email.give_optional_text(&email);
        Ok(())
    })
}

/// The headers that sign a request.
#[repr(C)]
#[derive(Debug)]
pub struct sendsafely_request_headers {
    /// Value of ss-api-key.
    pub api_key: *const c_char,
    /// Value of ss-request-timestamp, which an anonymous sender does not have.
    pub timestamp: Nullable<*const c_char>,
    /// Value of ss-request-signature, which an anonymous sender does not have.
    pub signature: Nullable<*const c_char>,
}

impl Translate for RequestHeaders {
    type Record = sendsafely_request_headers;
    fn translate(&self, memory: &mut Memory) -> sendsafely_request_headers {
        sendsafely_request_headers {
            api_key: memory.text(&self.api_key),
            timestamp: memory.optional_text(self.timestamp.as_deref()),
            signature: memory.optional_text(self.signature.as_deref()),
        }
    }
}

/// Signs a request of the REST API with the client's key and secret, without sending it.
///
/// path begins with "/api/v2.0/" or with what follows that; a query in it is not signed. body is the text that will be
/// sent, of a multipart upload its requestData; NULL for none. timestamp is like "2024-01-02T03:04:05+0000"; NULL for
/// now.
/// SENDSAFELY_INVALID_ARGUMENT: correct path or timestamp. SENDSAFELY_NO_CREDENTIALS: the client has no API key.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_client_sign(
    client: *mut sendsafely_client,
    path: *const c_char,
    body: Nullable<*const c_char>,
    timestamp: Nullable<*const c_char>,
    out_headers: *mut *mut sendsafely_request_headers,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    let out_headers = caller.out(out_headers);
    caller.guard(|| {
        let out_headers = out_headers.required("out_headers")?;
        let object = handle::get::<ClientObject>(client)?;
        let path = caller.text(path, "path")?;
        let mut body = caller.optional_text(body, "body")?;
        let timestamp = caller.optional_text(timestamp, "timestamp")?;
        let client = &object.client;
        let headers = client.sign(&path, body.as_deref(), timestamp.as_deref());
        // It may hold a password.
        body.zeroize();
        out_headers.give_record(&headers?);
        Ok(())
    })
}

/// Frees a client. Packages made with it keep working.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_client_free(client: Nullable<*mut sendsafely_client>) {
    guard_value((), || handle::free::<ClientObject>(client));
}

/// Frees the headers of a request.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_request_headers_free(
    headers: Nullable<*mut sendsafely_request_headers>,
) {
    guard_value((), || record::free(headers));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_retry_window_that_is_set_holds_for_the_first_contact() {
        // SAFETY: NULL is allowed.
        let caller = unsafe { Caller::new(ptr::null_mut()) };
        let windows = |retry_window_ms| {
            let options = sendsafely_client_options {
                retry_window_ms,
                ..sendsafely_client_options::defaults()
            };
            let options = options.for_core(caller).expect("the options are valid");
            let windows = [options.retry_window, options.first_contact_window];
            windows.map(|window| window.as_millis())
        };
        let default = sendsafely_client_options::defaults().retry_window_ms;
        assert_eq!(windows(default), [300_000, 5_000]);
        assert_eq!(windows(0), [300_000, 5_000]);
        assert_eq!(windows(300_000), [300_000, 300_000]);
        assert_eq!(windows(7_000), [7_000, 7_000]);
        assert_eq!(windows(SENDSAFELY_NO_RETRY), [0, 0]);
    }
}
