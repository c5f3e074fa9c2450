/*
 * sendsafely.h - libsendsafely: send and receive files with SendSafely, end-to-end encrypted.
 *
 * Generated from src/ffi; edit there, then run `make header`.
 *
 *
 * API CONVENTIONS
 *
 * These rules hold for every function. The comments below add only what is particular to one.
 *
 * Names      sendsafely_<noun>_<verb>; types sendsafely_<noun>; constants SENDSAFELY_<...>. create and delete act on
 *            the service; new and free act on this machine only.
 *
 * Shape      sendsafely_status sendsafely_noun_verb(object, inputs..., out_..., sendsafely_error **error)
 *            Functions that cannot fail return their value instead.
 *
 * Errors     SENDSAFELY_OK is 0; every other status is a failure, in families of a hundred (see sendsafely_status).
 *            If error is not NULL, *error becomes NULL on success and an error object on failure: its message says what
 *            happened to what; it also has the service's own code and words, whether a retry can help, and what to do.
 *            Free it with sendsafely_error_free before you pass the same variable again.
 *
 * Outputs    Set on success (to NULL where its comment says so), NULL after a failure. Only an out_report is set in
 *            either case: it lists the outcome for each file.
 *
 * NULL       What is marked SENDSAFELY_NULLABLE may be NULL: a field of a record where the service gives no value, an
 *            option for its default, an output that you do not want. An array or bytes may be NULL if their count or
 *            size is 0. If another pointer is NULL, the call fails with SENDSAFELY_NULL_ARGUMENT, for a package with
 *            SENDSAFELY_PACKAGE_NOT_CREATED.
 *
 * Strings    In: UTF-8, terminated by NUL; the library copies them before the call returns. Other bytes fail with
 *            SENDSAFELY_INVALID_UTF8. Paths are UTF-8 too, on every system. Values that become HTTP headers (key,
 *            secret, names, locale) may hold no control characters. Blanks and invisible characters at the ends of
 *            hosts, keys, secrets, tokens, keycodes, ids, e-mail addresses and phone numbers are ignored.
 *            Out: UTF-8, terminated by NUL. Free a char * that a call returns through a char ** with
 *            sendsafely_string_free. A const char * belongs to the object or record that holds it.
 *
 * Secrets    API secret, keycode, password, private key, message and the part of a link after '#' never appear in an
 *            error or a log line. The library zeroes its own copies as soon as it no longer needs them, those in
 *            records and strings when you free them, and the buffers of a connection when it closes. It cannot reach
 *            your copies, nor those of TLS and the system.
 *
 * Handles    sendsafely_client, sendsafely_package, the iterators and sendsafely_error are tickets, not addresses. A
 *            call with a handle that was freed, is of another kind or is none at all fails with
 *            SENDSAFELY_INVALID_HANDLE and does no harm. _free only frees: it sends nothing, does not wait, loses
 *            nothing, and may come in any order and twice. A call that still runs on another thread goes on.
 *
 * Records    Plain structs in memory that you only read: files, recipients, lists. Free each as a whole with the _free
 *            of its type, once, because its address may be another record's afterwards; not with free(), and not in
 *            parts. A list is { count, items }, items an array of pointers.
 *
 * Integers   Sizes are uint64_t, lengths in memory size_t, durations milliseconds with _ms in the name. The type says
 *            what else a number means: sendsafely_bool, sendsafely_time and others below; enums are int32_t. A number
 *            that is out of range fails with SENDSAFELY_INVALID_ARGUMENT.
 *
 * Options    A struct whose first field is struct_size. Fill it with its _init(&options, sizeof options), then change
 *            what you like. What you leave as _init set it is the default. NULL in a field, and 0 for a number or a
 *            size, mean the default too; not in an enum, nor in a sendsafely_time, whose default is
 *            SENDSAFELY_TIME_UNKNOWN. NULL instead of the struct means all defaults. An _init returns
 *            SENDSAFELY_NULL_ARGUMENT, or SENDSAFELY_INVALID_ARGUMENT for a size that no such struct has.
 *
 * Progress and stopping
 *            sendsafely_continue on_progress(void *user_data, const sendsafely_progress *progress), in the options of a
 *            long call, or in the client's options for every call on the network that has none of its own. It runs only
 *            on the thread that made the call and never after the call has returned. It runs at each change of phase
 *            and 4 to 10 times a second in between, even while nothing moves. It returns SENDSAFELY_CONTINUE (1) or
 *            SENDSAFELY_STOP (0). After SENDSAFELY_STOP the call undoes what it can and soon returns
 *            SENDSAFELY_STOPPED. This is the way to stop a call. Read and write callbacks move at most 64 KiB at once,
 *            so that progress comes between them. While one of your callbacks blocks, what is under way goes on, but
 *            nothing is reported and the call cannot be stopped: let them wait no longer than you want to wait for a
 *            stop.
 *
 * Callbacks  All of them run on the thread that made the call, and must return: a C++ exception or a pthread_exit that
 *            leaves a callback ends the process, and a longjmp out of one is undefined. Inside a callback every call
 *            on the same package fails with SENDSAFELY_BUSY, except sendsafely_package_free.
 *
 * Threads    Clients and packages may be used from any number of threads at once; no lock is held over the network.
 *            An error, a record or a string belongs to one thread at a time. The calls of a client share its threads,
 *            at most 64 (see memory_budget of its options), of which some are kept for calls that are no transfers. A
 *            callback may wait for such calls of other threads, and for transfers that it begins itself; at most 24
 *            at a time may wait for transfers of other threads. If the system starts no more threads, calls go on with
 *            fewer; one that gets none fails with SENDSAFELY_SYSTEM_LIMIT, before it sends anything.
 *
 * fork       A handle belongs to the process that made it. In a forked child, calls with it fail with
 *            SENDSAFELY_FORKED, and its _free releases it without touching a connection; create a new client there.
 *            Records and strings of the parent stay readable in the child; their _free does nothing there.
 *
 * Signals    The library installs no handlers and prints nothing. Each of its threads blocks all signals as its first
 *            act; the signal mask of your threads is never changed.
 *
 * Network    The library reconnects by itself and repeats what may safely be repeated, until nothing has moved for
 *            retry_window_ms. It never repeats what the service has refused.
 *
 * Growth     New versions add functions, statuses and fields at the end of structs. Treat a status that you do not
 *            know like its family. sendsafely_version() is the version that runs, SENDSAFELY_VERSION_NUMBER the one of
 *            this header.
 *
 * Sections   "protocol 6.4" beside a section's title is the section of docs/protocol.md in the library's sources that
 *            describes the service. This header is complete without it.
 *
 * A mistake of the library itself is SENDSAFELY_INTERNAL with a message; all objects remain usable.
 *
 *
 * WHICH CALL DO I USE?
 *
 *   send       sendsafely_client_new
 *              -> sendsafely_package_create
 *              -> in any order: sendsafely_package_add_recipient for each recipient, sendsafely_package_upload_file (or
 *                 _memory, _callback) for each file or _upload_all for a directory, sendsafely_package_set_message,
 *                 sendsafely_package_set_life
 *              -> sendsafely_package_finalize: returns the link
 *   receive    sendsafely_client_new
 *              -> sendsafely_package_open_link, or _open, or _open_with_private_key
 *              -> sendsafely_package_download_all, into a directory
 *                 or sendsafely_package_get_information, then _download_file, _memory or _callback for a file
 *              -> sendsafely_package_get_message
 *   go on      keep sendsafely_package_id and sendsafely_package_keycode -> later sendsafely_package_open
 *   many       sendsafely_package_add_recipients; sendsafely_client_create_contact_group and
 *              sendsafely_package_add_contact_group for those who come again and again
 *   devices    sendsafely_client_generate_key_pair once, sendsafely_key_pair_save
 *              -> later sendsafely_key_pair_load, sendsafely_package_open_with_private_key: no link is needed
 *   Workspace  sendsafely_package_create_workspace, usable at once: add recipients, _set_recipient_role,
 *              _create_directory, uploads with directory_id; sendsafely_package_get_directory shows what is there;
 *              sendsafely_package_upload_all and _download_all move whole trees
 *   look back  sendsafely_client_list_packages, _search_packages, _list_audit_log, sendsafely_package_list_activity
 *   no key yet sendsafely_client_new_without_credentials -> sendsafely_client_generate_api_key
 *   Dropzone   sendsafely_client_new_for_dropzone, then as in send, without recipients
 *   give up    sendsafely_package_delete_unfinished after a failure; sendsafely_package_delete for any package
 *   links      sendsafely_link_find in a text, sendsafely_link_parse into its parts
 *   else       sendsafely_client_request: any signed call of the service's API
 *   at last    the _free of everything that you were given; sendsafely_live_objects() is 0 then
 *
 *
 * A WHOLE PROGRAM
 *
 *   #include <stdio.h>
 *   #include <sendsafely.h>
 *
 *   int main(int argc, char **argv) {
 *     sendsafely_client *client = NULL;
 *     sendsafely_package *package = NULL;
 *     sendsafely_finalized *finalized = NULL;
 *     sendsafely_error *error = NULL;
 *     if (argc == 6 &&
 *         !sendsafely_client_new(argv[1], argv[2], argv[3], NULL, &client, &error) &&
 *         !sendsafely_package_create(client, &package, &error) &&
 *         !sendsafely_package_add_recipient(package, argv[4], NULL, NULL, &error) &&
 *         !sendsafely_package_upload_file(package, argv[5], NULL, NULL, &error) &&
 *         !sendsafely_package_finalize(package, NULL, &finalized, &error))
 *       printf("%s\n", finalized->link);
 *     else
 *       fprintf(stderr, "%s\n", error ? sendsafely_error_message(error) : "HOST KEY SECRET RECIPIENT FILE");
 *     int failed = finalized == NULL;
 *     sendsafely_finalized_free(finalized);
 *     sendsafely_package_free(package);
 *     sendsafely_client_free(client);
 *     sendsafely_error_free(error);
 *     return failed;
 *   }
 */

#ifndef SENDSAFELY_H
#define SENDSAFELY_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Version of this header: major. */
#define SENDSAFELY_VERSION_MAJOR 0

/** Version of this header: minor. */
#define SENDSAFELY_VERSION_MINOR 1

/** Version of this header: patch. */
#define SENDSAFELY_VERSION_PATCH 0

/** Version of this header as one number, to be compared with sendsafely_version(). */
#define SENDSAFELY_VERSION_NUMBER \
  (SENDSAFELY_VERSION_MAJOR * 1000000u + SENDSAFELY_VERSION_MINOR * 1000u + SENDSAFELY_VERSION_PATCH)

/* Declares an enum that is an int32_t, in C99 too, where an enum cannot choose its type. */
#if defined(__cplusplus)
#define SENDSAFELY_ENUM(name) enum name : int32_t
#elif __STDC_VERSION__ >= 202311L
#define SENDSAFELY_ENUM(name) enum name : int32_t; typedef enum name name; enum name : int32_t
#else
#define SENDSAFELY_ENUM(name) typedef int32_t name; enum name
#endif

/* Marks a pointer that may be NULL. Empty, unless you define it first, for instance as clang's _Nullable. */
#ifndef SENDSAFELY_NULLABLE
#define SENDSAFELY_NULLABLE
#endif

/* === BASIC TYPES ========================================================================================= */

/** A size in bytes, or SENDSAFELY_SIZE_UNKNOWN. */
typedef uint64_t sendsafely_optional_size;

/** Whether a call goes on, as its callback decides: SENDSAFELY_CONTINUE or SENDSAFELY_STOP. */
typedef int32_t sendsafely_continue;

/** A time in seconds since 1970 UTC, or SENDSAFELY_TIME_UNKNOWN. */
typedef int64_t sendsafely_time;

/** Whether something is so: 1 or 0. */
typedef int32_t sendsafely_bool;

/** Whether something is so: 1 or 0, or -1 if that is not known. */
typedef int32_t sendsafely_optional_bool;

/** A number, or -1 if it is not known. */
typedef int32_t sendsafely_optional_int;

/** A position in a list, counted from 0. */
typedef uint64_t sendsafely_index;

/** A size that is not known. */
#define SENDSAFELY_SIZE_UNKNOWN UINT64_MAX

/** Returned by a callback: the call goes on. */
#define SENDSAFELY_CONTINUE 1

/** Returned by a callback: the call stops. */
#define SENDSAFELY_STOP 0

/** A time that the service did not give, or gave in a form that the library cannot read. */
#define SENDSAFELY_TIME_UNKNOWN (INT64_MIN + 1)

/* === STATUS ============================================================================================== */

/**
 * The outcome of a call. Families: 0 success, 1 the caller's mistake, 100 the order of steps, 200 limits, 300 the
 * service refused, 400 the network, 500 integrity, 600 local files, 700 stopped, 900 the library's own mistake.
 *
 * Numbers are never reused. A later version may add some: treat an unknown one like the first of its family.
 */
SENDSAFELY_ENUM(sendsafely_status) {
  /**
   * The call did what it says.
   * With every other status it did not, and its outputs are empty.
   */
  SENDSAFELY_OK = 0,
  /**
   * A required argument is missing.
   * The message names the argument.
   */
  SENDSAFELY_NULL_ARGUMENT = 1,
  /**
   * An argument is out of its range.
   * The message names the argument and its range. Also: a control character in a value that becomes an HTTP header,
   * an option that this version of the library does not know, and a callback that returned a number with no meaning.
   */
  SENDSAFELY_INVALID_ARGUMENT = 2,
  /**
   * A string is not valid UTF-8.
   * The message names the argument. A file whose name is not UTF-8 goes through
   * sendsafely_package_upload_callback.
   */
  SENDSAFELY_INVALID_UTF8 = 3,
  /**
   * Not a live handle of this kind.
   * It was released, is of another kind, or was never given out by this library.
   */
  SENDSAFELY_INVALID_HANDLE = 4,
  /**
   * Called on a package from inside one of its own callbacks.
   * Call again after the callback has returned. Only sendsafely_package_free is allowed there. Or another transfer
   * uses the resume_file: call again when that has ended.
   */
  SENDSAFELY_BUSY = 5,
  /**
   * The handle belongs to the process that made it.
   * In a forked child create the client again, then open the package again. Releasing the old one is allowed
   * and touches no connection.
   */
  SENDSAFELY_FORKED = 6,
  /**
   * Not an e-mail address.
   * Nothing was sent.
   */
  SENDSAFELY_MALFORMED_EMAIL = 7,
  /**
   * Not a phone number.
   * It may have digits, blanks, ()-./ and a + in front; the country is two letters.
   */
  SENDSAFELY_MALFORMED_PHONE_NUMBER = 8,
  /**
   * Not a secure link.
   * A link has the form https://HOST/receive/?thread=...&packageCode=...#keyCode=...
   */
  SENDSAFELY_MALFORMED_LINK = 9,
  /**
   * Not a host.
   * Give https://HOST with an optional port and no path.
   */
  SENDSAFELY_MALFORMED_HOST = 10,
  /**
   * Plain http to a host that is not this machine.
   * Use https://, or set allow_plain_http for a network that you trust.
   */
  SENDSAFELY_INSECURE_HOST = 11,
  /**
   * Not a usable private key.
   * An armored OpenPGP private key without a passphrase is expected.
   */
  SENDSAFELY_INVALID_KEY = 12,
  /**
   * There is no package yet.
   * Create or open it first.
   */
  SENDSAFELY_PACKAGE_NOT_CREATED = 100,
  /**
   * The recipient is not on the package.
   * Add the recipient first; sendsafely_package_get_information lists those that are there.
   */
  SENDSAFELY_RECIPIENT_NOT_ON_PACKAGE = 101,
  /**
   * The package has no recipient.
   * Add one, or finalize with undisclosed_recipients.
   */
  SENDSAFELY_NO_RECIPIENT = 102,
  /**
   * The package has neither a file nor a message.
   * Upload a file or set a message, then finalize.
   */
  SENDSAFELY_NO_FILE = 103,
  /**
   * An upload into the package is still running.
   * Finalize after every upload has returned.
   */
  SENDSAFELY_UPLOAD_RUNNING = 104,
  /**
   * A file of the package is incomplete.
   * Delete the file or upload it again, then finalize.
   */
  SENDSAFELY_UPLOAD_INCOMPLETE = 105,
  /**
   * The package is finalized.
   * Create a new package.
   */
  SENDSAFELY_ALREADY_FINALIZED = 106,
  /**
   * A Workspace cannot be finalized.
   * It is usable at once: hand out its secure link.
   */
  SENDSAFELY_WORKSPACE_NOT_FINALIZABLE = 107,
  /**
   * Only Workspaces have directories and roles.
   * Leave directory_id out; recipients of a package all have the same rights.
   */
  SENDSAFELY_ONLY_IN_WORKSPACE = 108,
  /**
   * The package was deleted.
   * Create a new package.
   */
  SENDSAFELY_PACKAGE_DELETED = 109,
  /**
   * The keycode of the package is not known.
   * Open the package with its keycode or with a secure link that holds it.
   */
  SENDSAFELY_KEYCODE_UNKNOWN = 110,
  /**
   * The package is not finalized yet.
   * Finalize it; then there is a link.
   */
  SENDSAFELY_NOT_FINALIZED = 111,
  /**
   * No such file on the package.
   * Look at the files of sendsafely_package_get_information.
   */
  SENDSAFELY_FILE_NOT_ON_PACKAGE = 112,
  /**
   * The client has no API key.
   * Create it with sendsafely_client_new; this one is for logging in, for registering or for a Dropzone.
   */
  SENDSAFELY_NO_CREDENTIALS = 113,
  /**
   * A file that the service does not show may keep the package from being finalized.
   * The response to its creation was lost. Create a new package and upload the files again.
   */
  SENDSAFELY_PACKAGE_NOT_FINALIZABLE = 114,
  /**
   * A package has at most 99 recipients.
   * Send the rest with another package.
   */
  SENDSAFELY_TOO_MANY_RECIPIENTS = 200,
  /**
   * Package life is 0 to 365 days.
   * 0 means that the package never expires; an organization may allow less.
   */
  SENDSAFELY_LIFE_OUT_OF_RANGE = 201,
  /**
   * The file is larger than the service accepts.
   * The limit is 107,374,182,400 bytes.
   */
  SENDSAFELY_FILE_TOO_LARGE = 202,
  /**
   * The keycode is too short.
   * Keycodes have at least 32 characters; check that the link was not cut.
   */
  SENDSAFELY_KEYCODE_TOO_SHORT = 203,
  /**
   * Not a name for a file or directory.
   * Choose another one of 1 to 255 bytes, without control characters and < > : " / \\ | ? *; an upload takes it as
   * file_name.
   */
  SENDSAFELY_MALFORMED_FILE_NAME = 204,
  /**
   * A package, or a directory of a Workspace, has at most 100,000 files.
   * The service could not list more. Use another package or directory, or pack many files into one.
   */
  SENDSAFELY_TOO_MANY_FILES = 205,
  /**
   * The service refused.
   * Its code has no status of its own: see sendsafely_error_server_code.
   */
  SENDSAFELY_REFUSED = 300,
  /**
   * The service refused the API key or the signature.
   * Check the API key, the API secret, the host and this machine's clock.
   */
  SENDSAFELY_AUTHENTICATION_FAILED = 301,
  /**
   * The service knows no such package.
   * It expired, was deleted, or this account has no access to it.
   */
  SENDSAFELY_UNKNOWN_PACKAGE = 302,
  /**
   * The service denies this to the account.
   * Finalize fails with it too when something is missing; sendsafely_error_server_message lists what.
   */
  SENDSAFELY_DENIED = 303,
  /**
   * A limit of the account or the package is reached.
   * It is one of size, number of recipients, or the like: see sendsafely_error_server_message.
   */
  SENDSAFELY_LIMIT_EXCEEDED = 304,
  /**
   * The service does not accept the e-mail address.
   * Correct the address.
   */
  SENDSAFELY_INVALID_EMAIL = 305,
  /**
   * The recipient is on the package already.
   * Find its id with sendsafely_package_get_information.
   */
  SENDSAFELY_DUPLICATE_EMAIL = 306,
  /**
   * The service does not accept the recipient.
   * It does not know the recipient id.
   */
  SENDSAFELY_INVALID_RECIPIENT = 307,
  /**
   * The service does not accept a value.
   * For a phone number: check it and its country.
   */
  SENDSAFELY_INVALID_INPUT = 308,
  /**
   * The package needs a password, or another one.
   * Use the password that its sender has set.
   */
  SENDSAFELY_PASSWORD_REQUIRED = 309,
  /**
   * An approver has to be added first.
   * Nothing was finalized; add an approver as a recipient, then finalize again.
   */
  SENDSAFELY_APPROVER_REQUIRED = 310,
  /**
   * Not allowed for guest users.
   * The account or the recipient has to be a registered user.
   */
  SENDSAFELY_GUESTS_PROHIBITED = 311,
  /**
   * The service no longer supports this client version.
   * Update the library, or set client_version.
   */
  SENDSAFELY_OUTDATED_VERSION = 312,
  /**
   * The service does not accept the file name.
   * Set another file_name.
   */
  SENDSAFELY_INVALID_FILE_NAME = 313,
  /**
   * The organization blocks files of this type.
   * Send another type of file.
   */
  SENDSAFELY_INVALID_FILE_EXTENSION = 314,
  /**
   * A file of that name is on the package already.
   * Delete that one first, or set another file_name.
   */
  SENDSAFELY_DUPLICATE_FILE = 315,
  /**
   * The session at the service has timed out.
   * Create the client again.
   */
  SENDSAFELY_SESSION_TIMEOUT = 316,
  /**
   * The host has no such API path.
   * Check the host, and for sendsafely_client_request the path.
   */
  SENDSAFELY_UNKNOWN_ENDPOINT = 317,
  /**
   * The service does not have all parts of the file yet.
   * Try again later: the sender may still be uploading.
   */
  SENDSAFELY_FILE_INCOMPLETE = 318,
  /**
   * This way of logging in or registering is not allowed.
   * The organization decides; ask its administrator, or use another way.
   */
  SENDSAFELY_AUTH_FORBIDDEN = 319,
  /**
   * The organization enforces a second factor.
   * Registration by PIN is not possible there; register by link.
   */
  SENDSAFELY_SECOND_FACTOR_ENFORCED = 320,
  /**
   * The code was wrong or tried too often.
   * The service has sent a new one: call again with that.
   */
  SENDSAFELY_PIN_RESENT = 321,
  /**
   * The token has expired.
   * Start the registration or the login again.
   */
  SENDSAFELY_TOKEN_EXPIRED = 322,
  /**
   * The service does not know the token.
   * Start the registration or the login again.
   */
  SENDSAFELY_INVALID_TOKEN = 323,
  /**
   * The password is too weak.
   * sendsafely_error_server_message has the service's rules.
   */
  SENDSAFELY_PASSWORD_TOO_WEAK = 324,
  /**
   * The user exists already.
   * Log in instead of registering.
   */
  SENDSAFELY_USER_ALREADY_EXISTS = 325,
  /**
   * The service knows no such user.
   * Check the e-mail address, or register.
   */
  SENDSAFELY_USER_NOT_FOUND = 326,
  /**
   * The host cannot be reached.
   * Check the network, the proxy and the host.
   */
  SENDSAFELY_UNREACHABLE = 400,
  /**
   * The name of the host cannot be resolved.
   * Check the spelling of the host and the name server.
   */
  SENDSAFELY_UNKNOWN_HOST = 401,
  /**
   * Nothing moved for too long.
   * Check the network, or set a longer retry_window_ms.
   */
  SENDSAFELY_TIMED_OUT = 402,
  /**
   * No trusted TLS connection to the host.
   * Check the host; for a private certificate authority set ca_bundle to its certificate.
   */
  SENDSAFELY_TLS_FAILED = 403,
  /**
   * This machine has no trusted certificates.
   * Install them (package ca-certificates) or set ca_bundle.
   */
  SENDSAFELY_NO_TRUST_STORE = 404,
  /**
   * The response is not one of this service.
   * A proxy or a login page may have sent it instead, or it lacks what the call needs.
   */
  SENDSAFELY_BAD_ANSWER = 405,
  /**
   * The host returned an HTTP error.
   * See sendsafely_error_http_status.
   */
  SENDSAFELY_HTTP_ERROR = 406,
  /**
   * The response was lost, and repeating is not safe.
   * The service may have acted, also after a gateway's 503 or 429: look at the package before you call again.
   */
  SENDSAFELY_OUTCOME_UNKNOWN = 407,
  /**
   * The storage refused a part on every route.
   * The cause is the upload URL or the network in between: try again later.
   */
  SENDSAFELY_STORAGE_REFUSED = 408,
  /**
   * The data cannot be decrypted.
   * The keycode is wrong, or the data was damaged or changed; the library cannot know which.
   */
  SENDSAFELY_DECRYPT_FAILED = 500,
  /**
   * Encrypted in a format that the library does not read.
   * The sender used an unusual program.
   */
  SENDSAFELY_UNSUPPORTED_FORMAT = 501,
  /**
   * A part is larger than max_part_bytes.
   * Raise max_part_bytes if the sender is trusted.
   */
  SENDSAFELY_PART_TOO_LARGE = 502,
  /**
   * The file does not have the expected size.
   * Its own parts, or the program that uploads it, gave another size; with strict_size also its sender.
   */
  SENDSAFELY_SIZE_MISMATCH = 503,
  /**
   * The keycode is not that of this package.
   * Open the package with the keycode of its secure link.
   */
  SENDSAFELY_WRONG_KEYCODE = 504,
  /**
   * A part of the file is not the requested one.
   * Parts were swapped, repeated or taken from another file; the sender has to send the file again.
   */
  SENDSAFELY_WRONG_PART = 505,
  /**
   * The keycode is not proved, so it is not passed on.
   * The library did not read all that might prove it. Download a file or read the message through the same package,
   * then call again, or ask the owner.
   */
  SENDSAFELY_KEYCODE_NOT_PROVED = 506,
  /**
   * No such file.
   * The message names the path.
   */
  SENDSAFELY_FILE_NOT_FOUND = 600,
  /**
   * The operating system denies access to the file.
   * The message names the path.
   */
  SENDSAFELY_ACCESS_DENIED = 601,
  /**
   * Not a regular file.
   * Directories and devices are neither uploaded nor replaced. A symbolic link at the target is replaced. For a pipe
   * use sendsafely_package_upload_callback and sendsafely_package_download_callback.
   */
  SENDSAFELY_NOT_A_FILE = 602,
  /**
   * The file changed while it was uploaded.
   * Upload it again when nothing writes to it, or see allow_growth in the upload options. The library has deleted
   * what it sent.
   */
  SENDSAFELY_FILE_CHANGED = 603,
  /**
   * The target exists already.
   * Choose another directory, or set existing in the options.
   */
  SENDSAFELY_FILE_EXISTS = 604,
  /**
   * No room on the disk.
   * Make room and call again. The target of a download was left as it was; the download of a large file reserves the
   * declared size, so that this is found before anything is fetched, where the file system can do that. An upload of
   * unknown size needs room for temporary files.
   */
  SENDSAFELY_DISK_FULL = 605,
  /**
   * No such directory.
   * Check the path; create the directory first if files are downloaded into it.
   */
  SENDSAFELY_DIRECTORY_NOT_FOUND = 606,
  /**
   * Reading the source failed.
   * Also: a read callback or stream of the program reported a failure.
   */
  SENDSAFELY_READ_FAILED = 607,
  /**
   * Writing the target failed.
   * Also: a write callback or stream of the program refused the bytes.
   */
  SENDSAFELY_WRITE_FAILED = 608,
  /**
   * There is no memory for a part or a response.
   * Set smaller parts and a smaller memory_budget. The target was left as it was.
   */
  SENDSAFELY_OUT_OF_MEMORY = 609,
  /**
   * The process has no descriptor or thread left.
   * Close files or connections of the program, raise its limits (ulimit -n and -u), or set fewer parts_in_flight. A
   * transfer that has connections already goes on with fewer.
   */
  SENDSAFELY_SYSTEM_LIMIT = 610,
  /**
   * Another program syncs the same local directory.
   * Call again when it has ended.
   */
  SENDSAFELY_SYNC_RUNNING = 611,
  /**
   * A sync would delete more than half of the files of a side.
   * It has changed nothing. Check that both directories are the right ones and complete, and set force if they are.
   */
  SENDSAFELY_MANY_DELETIONS = 612,
  /**
   * Stopped by the program.
   * The call undid what it could: a stopped upload deletes its file, a stopped download leaves no file.
   */
  SENDSAFELY_STOPPED = 700,
  /**
   * The call took longer than its deadline allows.
   * It ended as if the program had stopped it: it undid what it could, but the service may have acted. Look at what
   * it has done before you call again, or set a longer deadline_ms.
   */
  SENDSAFELY_DEADLINE_EXCEEDED = 701,
  /**
   * An error of the library itself.
   * Please report it with the message. Everything remains usable.
   */
  SENDSAFELY_INTERNAL = 900,
};

/**
 * Returns the name of a status, such as "SENDSAFELY_NO_RECIPIENT", or "SENDSAFELY_UNKNOWN_STATUS". The text is static.
 */
const char *sendsafely_status_name(sendsafely_status status);

/**
 * Returns a status in a few words, such as "the package has no recipient". The text is static.
 * sendsafely_error_message says more: what happened to what.
 */
const char *sendsafely_status_description(sendsafely_status status);

/* === ERRORS (PROTOCOL 2.2) =============================================================================== */

/** The error of one call. A handle. */
typedef struct sendsafely_error sendsafely_error;

/**
 * Returns the status that the call returned; SENDSAFELY_OK for NULL, SENDSAFELY_INVALID_HANDLE for what is not a live
 * error.
 */
sendsafely_status sendsafely_error_status(const sendsafely_error *SENDSAFELY_NULLABLE error);

/**
 * Returns what happened to what, for people to read: lower case, no full stop, no secrets. It includes the id that the
 * service gives to a failure, which the vendor's support asks for.
 *
 * It is one line, in which control characters and invisible ones, such as those of a file name, are replaced. It is
 * valid until the error is freed, and never NULL: "" for NULL and for what is not a live error.
 */
const char *sendsafely_error_message(const sendsafely_error *SENDSAFELY_NULLABLE error);

/** Returns the HTTP status of the response that reported the failure, 0 if there was none. */
int32_t sendsafely_error_http_status(const sendsafely_error *SENDSAFELY_NULLABLE error);

/** Returns the service's own code, such as "DENIED", or NULL if it gave none. Valid until the error is freed. */
const char *SENDSAFELY_NULLABLE sendsafely_error_server_code(const sendsafely_error *SENDSAFELY_NULLABLE error);

/**
 * Returns the service's own words, made printable like the message, or NULL if it gave none. Valid until the error is
 * freed.
 */
const char *SENDSAFELY_NULLABLE sendsafely_error_server_message(const sendsafely_error *SENDSAFELY_NULLABLE error);

/** Returns what to do about the error, or NULL if no advice fits every case. Valid until the error is freed. */
const char *SENDSAFELY_NULLABLE sendsafely_error_remedy(const sendsafely_error *SENDSAFELY_NULLABLE error);

/**
 * Returns 1 if the same call may succeed later without a change by the program, else 0. Among HTTP statuses that is so
 * for 408, 425, 429 and 5xx; after SENDSAFELY_OUTCOME_UNKNOWN it is 0.
 */
sendsafely_bool sendsafely_error_is_retryable(const sendsafely_error *SENDSAFELY_NULLABLE error);

/** Frees an error and the texts that its accessors returned. */
void sendsafely_error_free(sendsafely_error *SENDSAFELY_NULLABLE error);

/* === STRINGS ============================================================================================= */

/** A list of strings. */
typedef struct {
  /** How many there are. */
  size_t count;
  /** The strings, count of them. */
  const char *const *items;
} sendsafely_string_list;

/**
 * Frees a string that a call returned through a char **, and zeroes it first. Not for strings in records, nor for
 * those that an accessor returned.
 */
void sendsafely_string_free(char *SENDSAFELY_NULLABLE text);

/** Frees a list of strings with its strings. */
void sendsafely_string_list_free(sendsafely_string_list *SENDSAFELY_NULLABLE list);

/* === BUFFERS ============================================================================================= */

/** Bytes in memory. */
typedef struct {
  /** How many bytes there are. */
  size_t size;
  /** The bytes. */
  const uint8_t *data;
} sendsafely_buffer;

/** Frees a buffer with its bytes. */
void sendsafely_buffer_free(sendsafely_buffer *SENDSAFELY_NULLABLE buffer);

/* === LIVE OBJECTS ======================================================================================== */

/**
 * Returns how many handles, records and strings the program has yet to free: 0 at the end of a program without leaks.
 */
uint64_t sendsafely_live_objects(void);

/* === PROGRESS, AND THE OTHER CALLBACKS OF A PROGRAM ====================================================== */

/** What a call does at the moment. A later version may add phases. */
SENDSAFELY_ENUM(sendsafely_phase) {
  /** Resolving and connecting to the host, or exchanging something short with it. */
  SENDSAFELY_PHASE_CONNECTING = 1,
  /** Preparing: opening files, creating a file on the service, fetching URLs. */
  SENDSAFELY_PHASE_PREPARING = 2,
  /** Encrypting and sending, or receiving and decrypting. */
  SENDSAFELY_PHASE_TRANSFERRING = 3,
  /** Waiting before a failed request is repeated. */
  SENDSAFELY_PHASE_WAITING = 4,
  /** Completing the file, all of whose bytes are stored. */
  SENDSAFELY_PHASE_COMPLETING = 5,
  /** Finalizing the package. */
  SENDSAFELY_PHASE_FINALIZING = 6,
};

/** The progress of a call. */
typedef struct {
  /** Size of this struct in the library that runs; a later version may add fields at the end. */
  size_t struct_size;
  /** What the call is doing. */
  sendsafely_phase phase;
  /** Attempts that failed and were, or will be, repeated. */
  uint32_t retries;
  /** Bytes of the file that are safely stored. Never decreases; ends exactly at bytes_total. */
  uint64_t bytes_done;
  /** Encrypted bytes on the wire: for the rate and the time left. Decreases when a part has to be sent again. */
  uint64_t bytes_sent;
  /** Bytes in all, once known. A download corrects it where a file has more or fewer than its sender declared. */
  sendsafely_optional_size bytes_total;
  /** Bytes of the file per second over the last few seconds. */
  uint64_t bytes_per_second;
  /** Parts that are safely stored. */
  uint32_t parts_done;
  /** Parts in all, 0 while unknown. */
  uint32_t parts_total;
} sendsafely_progress;

/**
 * Reports progress: at each change of phase and otherwise 4 to 10 times a second, even while nothing moves. Runs on
 * the thread that made the call; progress is valid only inside the callback. Returns SENDSAFELY_CONTINUE or
 * SENDSAFELY_STOP; see "Progress and stopping" above.
 */
typedef sendsafely_continue (*sendsafely_progress_callback)(void *SENDSAFELY_NULLABLE user_data,
                                                            const sendsafely_progress *progress);

/**
 * Takes one line for a log: printable, without a line end and without secrets. Runs on the thread that made the call;
 * the line is valid only inside the callback. If lines come faster than the callback returns, equal ones are joined,
 * and those beyond a hundred are only counted. None comes after a stop.
 */
typedef void (*sendsafely_log_callback)(void *SENDSAFELY_NULLABLE user_data,
                                        const char *line);

/**
 * Reads the next bytes of an upload into buffer, at most capacity of them (always more than 0). Runs on the thread
 * that made the call.
 *
 * Returns the number of bytes, 0 at the end, or a negative number on failure, after which the upload fails with
 * SENDSAFELY_READ_FAILED. Fewer bytes than capacity do not mean the end.
 */
typedef int64_t (*sendsafely_read_callback)(void *SENDSAFELY_NULLABLE user_data,
                                            uint8_t *buffer,
                                            size_t capacity);

/**
 * Takes the next bytes of a download, decrypted and verified, in order. Runs on the thread that made the call.
 *
 * Returns SENDSAFELY_CONTINUE, or SENDSAFELY_STOP if it cannot take them, after which the download fails with
 * SENDSAFELY_WRITE_FAILED.
 */
typedef sendsafely_continue (*sendsafely_write_callback)(void *SENDSAFELY_NULLABLE user_data,
                                                         const uint8_t *data,
                                                         size_t size);

/* === CLIENT (PROTOCOL 1, 2) ============================================================================== */

/** A retry_window_ms that repeats no failed request. */
#define SENDSAFELY_NO_RETRY UINT64_MAX

/** A host with the credentials of an account, and all that its calls share. A handle. */
typedef struct sendsafely_client sendsafely_client;

/** Options of sendsafely_client_new. */
typedef struct {
  /** Set by sendsafely_client_options_init. */
  size_t struct_size;
  /** Name of the API client as the service's logs show it. Default: "RUST_API". */
  const char *SENDSAFELY_NULLABLE request_api;
  /** Version of the program as the service's logs show it. Default: not sent. */
  const char *SENDSAFELY_NULLABLE client_version;
  /** Language of the service's texts, such as "en-US". Default: the service's own. */
  const char *SENDSAFELY_NULLABLE locale;
  /**
   * URL of a proxy by http, https, socks5 or socks5h, such as "http://proxy:3128"; "" for none. Default: the first
   * of https_proxy, HTTPS_PROXY, all_proxy and ALL_PROXY in the environment (http_proxy, all_proxy and ALL_PROXY for
   * http:// hosts), except for the hosts in no_proxy or NO_PROXY, whose entries mean what they mean to curl. This
   * machine itself is never reached through a proxy. A proxy that cannot be used is an error and never bypassed.
   */
  const char *SENDSAFELY_NULLABLE proxy;
  /** Path of a PEM file with certificate authorities to trust besides the system's. Default: none. */
  const char *SENDSAFELY_NULLABLE ca_bundle;
  /** Time that one attempt to connect may take. Default: 10 seconds. */
  uint64_t connect_timeout_ms;
  /** Time without a byte moving after which an attempt fails. Default: 60 seconds. */
  uint64_t stall_timeout_ms;
  /**
   * Time without progress for which failed requests are repeated; SENDSAFELY_NO_RETRY for none. Default: 300
   * seconds, but 5 for a host that has never responded, since it may be the wrong one; a time that is set holds
   * for such a host too. A response that has begun must be complete within this time (5 to 300 seconds; 60 without
   * retries); a part may take as long as it moves 1 KiB in a second, on average over this time (5 to 60 seconds).
   */
  uint64_t retry_window_ms;
  /** Bytes per part of an upload, 1 to 10,485,760. Default: 2,621,440. */
  uint64_t part_size;
  /**
   * Bytes of memory that all transfers of this client share, 1,048,576 or more. Default: 33,554,432. A part counts
   * with the memory that it takes, a compressed one with what it unpacks to. However many calls run at once, the
   * client takes no more than this, one part, and 32 MiB for connections and threads, of which it has at most 64;
   * calls beyond that wait for their turn. At most 24 parts, which wait for longer than two seconds for the program
   * to read or write their bytes, do not count meanwhile. A transfer that the program begins inside such a read or
   * write has one thread and one part more.
   */
  uint64_t memory_budget;
  /** Bytes of the largest part that a download takes, 65,536 to 1,073,741,824. Default: 67,108,864. */
  uint64_t max_part_bytes;
  /**
   * Parts that one transfer sends or receives at once, 1 to 16. Default: as many as make it faster: 4 at first, more
   * while the throughput grows and memory_budget has room for them, fewer while the service refuses some.
   */
  uint32_t parts_in_flight;
  /** Whether to transfer through the API host, not directly with the storage. Default: only if that is needed. */
  sendsafely_bool force_api_route;
  /**
   * Whether to allow http:// for every host, where anyone on the way can read the requests and change the responses.
   * Default: only for this machine itself.
   */
  sendsafely_bool allow_plain_http;
  /**
   * Progress of every call that has no callback of its own; see "Progress and stopping". Default: none. It may run
   * on any thread that calls the library.
   */
  sendsafely_progress_callback SENDSAFELY_NULLABLE on_progress;
  /** Passed to on_progress. */
  void *SENDSAFELY_NULLABLE user_data;
  /** Takes lines for a log: retries, changes of route; never a secret. Default: none. */
  sendsafely_log_callback SENDSAFELY_NULLABLE on_log;
  /** Passed to on_log. */
  void *SENDSAFELY_NULLABLE log_user_data;
  /**
   * Longest time of each call, transfers too, whatever it waits for: it then ends like one that the program stops,
   * with SENDSAFELY_DEADLINE_EXCEEDED. The program's own functions are not interrupted. Default: none.
   */
  uint64_t deadline_ms;
} sendsafely_client_options;

/** The headers that sign a request. */
typedef struct {
  /** Value of ss-api-key. */
  const char *api_key;
  /** Value of ss-request-timestamp, which an anonymous sender does not have. */
  const char *SENDSAFELY_NULLABLE timestamp;
  /** Value of ss-request-signature, which an anonymous sender does not have. */
  const char *SENDSAFELY_NULLABLE signature;
} sendsafely_request_headers;

/** Fills options with their defaults; size is sizeof *options. */
sendsafely_status sendsafely_client_options_init(sendsafely_client_options *options,
                                                 size_t size);

/**
 * Creates a client for a host, such as "https://acme.sendsafely.com", with the API key and secret of an account. No
 * network.
 *
 * A host without a scheme means https.
 * SENDSAFELY_MALFORMED_HOST: use a host and at most scheme and port. SENDSAFELY_INSECURE_HOST: use https://.
 * SENDSAFELY_NO_TRUST_STORE: install the system's certificates or set ca_bundle. A wrong key or secret shows at the
 * first call on the network, as SENDSAFELY_AUTHENTICATION_FAILED.
 */
sendsafely_status sendsafely_client_new(const char *host,
                                        const char *api_key,
                                        const char *api_secret,
                                        const sendsafely_client_options *SENDSAFELY_NULLABLE options,
                                        sendsafely_client **out_client,
                                        sendsafely_error **SENDSAFELY_NULLABLE error);

/**
 * Creates a client that can only log in and register, for a user without an API key; see
 * sendsafely_client_generate_api_key. No network.
 *
 * Every other call with it fails with SENDSAFELY_NO_CREDENTIALS. Everything else as for sendsafely_client_new.
 */
sendsafely_status sendsafely_client_new_without_credentials(
    const char *host,
    const sendsafely_client_options *SENDSAFELY_NULLABLE options,
    sendsafely_client **out_client,
    sendsafely_error **SENDSAFELY_NULLABLE error);

/**
 * Creates a client for an anonymous sender to a Dropzone, by the id of that Dropzone. No network.
 *
 * It can create a package, upload files, set a message, and finalize with unconfirmed_sender or
 * confirmed_sender_token; the recipients are those of the Dropzone. See sendsafely_package_submit_hosted_dropzone.
 * Everything else as for sendsafely_client_new.
 */
sendsafely_status sendsafely_client_new_for_dropzone(const char *host,
                                                     const char *dropzone_id,
                                                     const sendsafely_client_options *SENDSAFELY_NULLABLE options,
                                                     sendsafely_client **out_client,
                                                     sendsafely_error **SENDSAFELY_NULLABLE error);

/**
 * Makes a signed REST call to a path of the host's API, such as "/package/", for what no function covers.
 *
 * method is GET, PUT, POST, PATCH or DELETE. out_json is the JSON text of the response as it came; the library does
 * not look at its member "response". After a lost response it repeats only a GET.
 */
sendsafely_status sendsafely_client_request(sendsafely_client *client,
                                            const char *method,
                                            const char *path,
                                            const char *SENDSAFELY_NULLABLE json_body,
                                            char **out_json,
                                            sendsafely_error **SENDSAFELY_NULLABLE error);

/**
 * Checks key and secret with the service; out_email is the e-mail address of their owner.
 *
 * SENDSAFELY_AUTHENTICATION_FAILED: check key, secret, host and clock.
 */
sendsafely_status sendsafely_client_verify_credentials(sendsafely_client *client,
                                                       char **SENDSAFELY_NULLABLE out_email,
                                                       sendsafely_error **SENDSAFELY_NULLABLE error);

/**
 * Signs a request of the REST API with the client's key and secret, without sending it.
 *
 * path begins with "/api/v2.0/" or with what follows that; a query in it is not signed. body is the text that will be
 * sent, of a multipart upload its requestData; NULL for none. timestamp is like "2024-01-02T03:04:05+0000"; NULL for
 * now.
 * SENDSAFELY_INVALID_ARGUMENT: correct path or timestamp. SENDSAFELY_NO_CREDENTIALS: the client has no API key.
 */
sendsafely_status sendsafely_client_sign(sendsafely_client *client,
                                         const char *path,
                                         const char *SENDSAFELY_NULLABLE body,
                                         const char *SENDSAFELY_NULLABLE timestamp,
                                         sendsafely_request_headers **out_headers,
                                         sendsafely_error **SENDSAFELY_NULLABLE error);

/** Frees a client. Packages made with it keep working. */
void sendsafely_client_free(sendsafely_client *SENDSAFELY_NULLABLE client);

/** Frees the headers of a request. */
void sendsafely_request_headers_free(sendsafely_request_headers *SENDSAFELY_NULLABLE headers);

/* === VERSION (PROTOCOL 6.1.2) ============================================================================ */

/**
 * Returns the version of the library that runs, to be compared with SENDSAFELY_VERSION_NUMBER of this header:
 * 1,000,000 * major + 1,000 * minor + patch.
 */
uint32_t sendsafely_version(void);

/** Returns the version of the library that runs, such as "0.1.0". The text is static. */
const char *sendsafely_version_string(void);

/**
 * Asks the service whether client_version, or else the library's own, is still supported: out_text is "OK",
 * "UPGRADE_AVAILABLE", "OUTDATED_VERSION", or a later word.
 */
sendsafely_status sendsafely_client_verify_version(sendsafely_client *client,
                                                   char **out_text,
                                                   sendsafely_error **SENDSAFELY_NULLABLE error);

/* === PACKAGE (PROTOCOL 4.1, 6.2) ========================================================================= */

/** A package: files and a message for recipients. A handle. */
typedef struct sendsafely_package sendsafely_package;

/**
 * Creates a package on the service, with a keycode made on this machine.
 *
 * This is the first step. Then add recipients, upload files and set a message, in any order; finalize last.
 * SENDSAFELY_AUTHENTICATION_FAILED: check key, secret, host and clock. SENDSAFELY_LIMIT_EXCEEDED, SENDSAFELY_DENIED:
 * the account may not send.
 */
sendsafely_status sendsafely_package_create(sendsafely_client *client,
                                            sendsafely_package **out_package,
                                            sendsafely_error **SENDSAFELY_NULLABLE error);

/**
 * Creates a package in the name of another user of the organization, for its administrators.
 *
 * The package belongs to that user, who opens it with its id and keycode; the administrator goes on with it, as in the
 * vendor's .NET client.
 * SENDSAFELY_MALFORMED_EMAIL, SENDSAFELY_USER_NOT_FOUND: correct the address. SENDSAFELY_DENIED: the account is no
 * administrator. Everything else as for sendsafely_package_create.
 */
sendsafely_status sendsafely_package_create_for_user(sendsafely_client *client,
                                                     const char *email,
                                                     sendsafely_package **out_package,
                                                     sendsafely_error **SENDSAFELY_NULLABLE error);

/**
 * Creates a Workspace: a lasting package with directories and collaborators, which are its recipients. It is usable at
 * once and never finalized.
 *
 * Its keycode is encrypted at once for the trusted devices of its owner. Everything else as for
 * sendsafely_package_create.
 */
sendsafely_status sendsafely_package_create_workspace(sendsafely_client *client,
                                                      const char *SENDSAFELY_NULLABLE name,
                                                      sendsafely_package **out_package,
                                                      sendsafely_error **SENDSAFELY_NULLABLE error);

/**
 * Opens a package by its id and keycode, to receive it or to go on with it.
 *
 * Keep both from sendsafely_package_id and sendsafely_package_keycode: the service does not know the keycode.
 * The library proves the keycode before the first write: once for each client and package, it fetches the message or,
 * as a rule, 4 KiB of a file; first writes that begin at the same time may each do so. What this client has written
 * itself proves nothing. A keycode that is another package's fails with SENDSAFELY_WRONG_KEYCODE before anything is
 * written, and when reading with SENDSAFELY_DECRYPT_FAILED or SENDSAFELY_DENIED.
 * SENDSAFELY_INVALID_ARGUMENT, SENDSAFELY_KEYCODE_TOO_SHORT: the keycode has characters that no keycode has, or fewer
 * than 32. SENDSAFELY_UNKNOWN_PACKAGE: it expired, was deleted, or is not for this account.
 * SENDSAFELY_KEYCODE_NOT_PROVED: the storage returned the beginning of a part and later not that part; nothing was
 * written.
 */
sendsafely_status sendsafely_package_open(sendsafely_client *client,
                                          const char *package_id,
                                          const char *keycode,
                                          sendsafely_package **out_package,
                                          sendsafely_error **SENDSAFELY_NULLABLE error);

/**
 * Opens a package without its keycode, with the private key of a trusted device, to receive it or to go on with it.
 *
 * public_key_id is the service's id of the device's public key; private_key is the armored OpenPGP key.
 * SENDSAFELY_INVALID_KEY: not such a key. SENDSAFELY_REFUSED: the service has no keycode for this device, which was
 * registered after the package was finalized. SENDSAFELY_DECRYPT_FAILED: the private key is another device's.
 */
sendsafely_status sendsafely_package_open_with_private_key(sendsafely_client *client,
                                                           const char *package_id,
                                                           const char *public_key_id,
                                                           const char *private_key,
                                                           sendsafely_package **out_package,
                                                           sendsafely_error **SENDSAFELY_NULLABLE error);

/** Returns the id of a package, such as "GVG2-MNZT". No network. */
sendsafely_status sendsafely_package_id(sendsafely_package *package,
                                        char **out_text,
                                        sendsafely_error **SENDSAFELY_NULLABLE error);

/** Returns the package code, the part of the secure link by which the service finds the package. No network. */
sendsafely_status sendsafely_package_code(sendsafely_package *package,
                                          char **out_text,
                                          sendsafely_error **SENDSAFELY_NULLABLE error);

/** Returns whether a package is a Workspace. No network. */
sendsafely_status sendsafely_package_is_workspace(sendsafely_package *package,
                                                  sendsafely_bool *out_is_workspace,
                                                  sendsafely_error **SENDSAFELY_NULLABLE error);

/**
 * Sets for how many days the package can be opened: 1 to 365, or 0 for ever where the organization allows it. Before
 * or after finalize.
 *
 * SENDSAFELY_LIFE_OUT_OF_RANGE: not in that range. SENDSAFELY_DENIED, SENDSAFELY_REFUSED: not in the organization's
 * own, narrower range.
 */
sendsafely_status sendsafely_package_set_life(sendsafely_package *package,
                                              int32_t days,
                                              sendsafely_error **SENDSAFELY_NULLABLE error);

/**
 * Sets the label of a package, or the name of a Workspace. Before or after finalize.
 *
 * SENDSAFELY_DENIED: the package is not the account's own.
 */
sendsafely_status sendsafely_package_set_label(sendsafely_package *package,
                                               const char *label,
                                               sendsafely_error **SENDSAFELY_NULLABLE error);

/**
 * Sets members of the package that have no function of their own: the library sends the JSON object as it is. Before
 * or after finalize.
 *
 * SENDSAFELY_INVALID_ARGUMENT: not a JSON object. SENDSAFELY_LIFE_OUT_OF_RANGE: "life" is not 0 to 365.
 * SENDSAFELY_DENIED, SENDSAFELY_INVALID_INPUT: the service does not take it.
 */
sendsafely_status sendsafely_package_update(sendsafely_package *package,
                                            const char *json_object,
                                            sendsafely_error **SENDSAFELY_NULLABLE error);

/**
 * Fetches the collaborators of a Workspace, as the JSON array that the service returns. At any step.
 *
 * The service does not document its elements; sendsafely_package_get_information has the recipients as records.
 */
sendsafely_status sendsafely_package_get_collaborators(sendsafely_package *package,
                                                       char **out_json,
                                                       sendsafely_error **SENDSAFELY_NULLABLE error);

/**
 * Fetches the permissions of a package, as the JSON array that the service returns. Everything else as for
 * sendsafely_package_get_collaborators.
 */
sendsafely_status sendsafely_package_get_permissions(sendsafely_package *package,
                                                     char **out_json,
                                                     sendsafely_error **SENDSAFELY_NULLABLE error);

/**
 * Makes the service mail the whole secure link to the recipients. FOR THAT THE SERVICE GETS THE KEYCODE IN CLEAR, so
 * that the files are no longer secret to it; no other function does this.
 *
 * The package must be finalized, or a Workspace.
 * SENDSAFELY_NOT_FINALIZED: finalize first. SENDSAFELY_KEYCODE_UNKNOWN, SENDSAFELY_WRONG_KEYCODE: open it with its
 * keycode. SENDSAFELY_KEYCODE_NOT_PROVED: as for sendsafely_package_upload_keycodes. SENDSAFELY_OUTCOME_UNKNOWN: the
 * mails may be on their way; ask a recipient before you call again.
 */
sendsafely_status sendsafely_package_notify(sendsafely_package *package,
                                            sendsafely_error **SENDSAFELY_NULLABLE error);

/**
 * Deletes the package with its files from the service, for good. At any step.
 *
 * Every later call on the package fails with SENDSAFELY_PACKAGE_DELETED, except for its id, package code and keycode.
 * The handle still has to be freed.
 * SENDSAFELY_UNKNOWN_PACKAGE: it is already deleted, or not yours. SENDSAFELY_OUTCOME_UNKNOWN: so too, but after a
 * lost response, so that this call may have deleted it. SENDSAFELY_DENIED: it is not yours.
 */
sendsafely_status sendsafely_package_delete(sendsafely_package *package,
                                            sendsafely_error **SENDSAFELY_NULLABLE error);

/**
 * Deletes a package that could not be finished: call it after a failure or a stop, so that nothing is left on the
 * service.
 *
 * It keeps a package that recipients have or may have. It asks for the state just before it deletes, so no other
 * program may finalize the package at that moment. A package that the service does not delete as unfinished is deleted
 * only if the service has refused to finalize it.
 * SENDSAFELY_ALREADY_FINALIZED: the package is finalized, or is being finalized. SENDSAFELY_OUTCOME_UNKNOWN: a call of
 * sendsafely_package_finalize was stopped, or its response was lost; call that again, which finds out and returns the
 * link. SENDSAFELY_WORKSPACE_NOT_FINALIZABLE: a Workspace is never unfinished. Everything else as for
 * sendsafely_package_delete.
 */
sendsafely_status sendsafely_package_delete_unfinished(sendsafely_package *package,
                                                       sendsafely_error **SENDSAFELY_NULLABLE error);

/**
 * Frees the handle of a package; the package stays on the service as it is. Allowed inside a callback of the package
 * too.
 */
void sendsafely_package_free(sendsafely_package *SENDSAFELY_NULLABLE package);

/* === SECURE LINKS (PROTOCOL 5.1) ========================================================================= */

/** The parts of a secure link. */
typedef struct {
  /** The host with its scheme, such as "https://acme.sendsafely.com". */
  const char *host;
  /** The package id, if the link has one. */
  const char *SENDSAFELY_NULLABLE package_id;
  /** The package code. */
  const char *package_code;
  /** The keycode, which opens the package, if the link has one. */
  const char *SENDSAFELY_NULLABLE keycode;
} sendsafely_link;

/**
 * Splits a secure link into its parts. No network, no client.
 *
 * The text may contain more than the link, and a mail filter or another program may have wrapped or encoded the link.
 * The parts are read by their length and alphabet: a link that was cut short or changed is refused.
 * SENDSAFELY_MALFORMED_LINK: no such link, or several.
 */
sendsafely_status sendsafely_link_parse(const char *text,
                                        sendsafely_link **out_link,
                                        sendsafely_error **SENDSAFELY_NULLABLE error);

/**
 * Finds the secure links in a text, such as an e-mail: each once and in their order, maybe none. No network, no
 * client.
 *
 * Links are read as by sendsafely_link_parse, and returned in the service's form, without what is around them.
 */
sendsafely_status sendsafely_link_find(const char *text,
                                       sendsafely_string_list **out_links,
                                       sendsafely_error **SENDSAFELY_NULLABLE error);

/**
 * Opens a package by its secure link, to receive it.
 *
 * The link is read as by sendsafely_link_parse. The host is the client's, even if the link names another;
 * sendsafely_link_parse shows it.
 * SENDSAFELY_MALFORMED_LINK: not such a link. SENDSAFELY_UNKNOWN_PACKAGE: it expired, was deleted, or is not for this
 * account.
 */
sendsafely_status sendsafely_package_open_link(sendsafely_client *client,
                                               const char *link,
                                               sendsafely_package **out_package,
                                               sendsafely_error **SENDSAFELY_NULLABLE error);

/**
 * Returns the secure link with the keycode in it: whoever has it opens the package. No network.
 *
 * The package must be finalized, unless it is a Workspace.
 * SENDSAFELY_NOT_FINALIZED: finalize first. SENDSAFELY_KEYCODE_UNKNOWN: the package was opened with a link that has
 * none.
 */
sendsafely_status sendsafely_package_link(sendsafely_package *package,
                                          char **out_text,
                                          sendsafely_error **SENDSAFELY_NULLABLE error);

/** Frees the parts of a link, and zeroes the keycode. */
void sendsafely_link_free(sendsafely_link *SENDSAFELY_NULLABLE link);

/* === KEYCODES (PROTOCOL 3.7, 6.10) ======================================================================= */

/** The keycode of one package among several. */
typedef struct {
  /** The package id. */
  const char *package_id;
  /** The keycode, unless status says why there is none. */
  const char *SENDSAFELY_NULLABLE keycode;
  /**
   * SENDSAFELY_OK; SENDSAFELY_REFUSED if the service holds none for the device; SENDSAFELY_DECRYPT_FAILED if it is
   * another device's or damaged.
   */
  sendsafely_status status;
} sendsafely_keycode;

/** A list of keycodes. */
typedef struct {
  /** How many there are. */
  size_t count;
  /** The keycodes, count of them. */
  const sendsafely_keycode *const *items;
} sendsafely_keycode_list;

/** A keycode that another device did not get. */
typedef struct {
  /** The package id. */
  const char *package_id;
  /** Id of the other device's public key. */
  const char *public_key_id;
  /** Why it was not handed on. */
  sendsafely_status status;
  /** What happened. */
  const char *message;
} sendsafely_sync_failure;

/** A list of failures. */
typedef struct {
  /** How many there are. */
  size_t count;
  /** The failures, count of them. */
  const sendsafely_sync_failure *const *items;
} sendsafely_sync_failure_list;

/** The result of sendsafely_client_sync_keycodes. */
typedef struct {
  /** How many keycodes were handed on. */
  uint32_t synchronized;
  /** Those that were not. */
  const sendsafely_sync_failure_list *failures;
} sendsafely_sync_result;

/**
 * Returns the keycode, the secret that opens the package. No network.
 *
 * Keep it with the id, to open the package again with sendsafely_package_open. SENDSAFELY_KEYCODE_UNKNOWN: the package
 * was opened with a link that has none.
 */
sendsafely_status sendsafely_package_keycode(sendsafely_package *package,
                                             char **out_text,
                                             sendsafely_error **SENDSAFELY_NULLABLE error);

/**
 * Fetches the keycodes of several packages with one request, and decrypts them with the private key of a trusted
 * device. For one package see sendsafely_package_open_with_private_key.
 *
 * package_ids are count ids; the list has one item for each, in their order, with the failure if there is one.
 * SENDSAFELY_INVALID_KEY: private_key is not an armored OpenPGP private key. SENDSAFELY_REFUSED: the user has no such
 * device.
 */
sendsafely_status sendsafely_client_get_keycodes(sendsafely_client *client,
                                                 const char *public_key_id,
                                                 const char *private_key,
                                                 const char *const *SENDSAFELY_NULLABLE package_ids,
                                                 size_t count,
                                                 sendsafely_keycode_list **out_keycodes,
                                                 sendsafely_error **SENDSAFELY_NULLABLE error);

/**
 * Gives the user's other trusted devices the keycodes that this device has and they lack: decrypts each keycode that
 * the service names with private_key, encrypts it to the other device's key and stores it on the service.
 *
 * public_key_id and private_key are this device's. The result has the failures of single keycodes; after a failure of
 * the network call again.
 * SENDSAFELY_INVALID_KEY: not an armored OpenPGP private key. SENDSAFELY_REFUSED: the user has no such device.
 */
sendsafely_status sendsafely_client_sync_keycodes(sendsafely_client *client,
                                                  const char *public_key_id,
                                                  const char *private_key,
                                                  sendsafely_sync_result **out_result,
                                                  sendsafely_error **SENDSAFELY_NULLABLE error);

/** Generates a keycode of 43 characters, for programs with a transport of their own. No network. */
sendsafely_status sendsafely_keycode_generate(char **out_keycode,
                                              sendsafely_error **SENDSAFELY_NULLABLE error);

/**
 * Encrypts a keycode to the public key of a trusted device, as an armored message. No network.
 *
 * SENDSAFELY_INVALID_KEY: not an armored OpenPGP public key that can encrypt. SENDSAFELY_INVALID_ARGUMENT: the keycode
 * is empty.
 */
sendsafely_status sendsafely_keycode_encrypt(const char *keycode,
                                             const char *public_key,
                                             char **out_armored,
                                             sendsafely_error **SENDSAFELY_NULLABLE error);

/**
 * Decrypts a keycode with the private key of a trusted device. No network.
 *
 * SENDSAFELY_INVALID_KEY: not an armored OpenPGP private key without a password. SENDSAFELY_DECRYPT_FAILED: it was
 * encrypted to another key, or is damaged. SENDSAFELY_UNSUPPORTED_FORMAT: no client writes such messages.
 */
sendsafely_status sendsafely_keycode_decrypt(const char *armored,
                                             const char *private_key,
                                             char **out_keycode,
                                             sendsafely_error **SENDSAFELY_NULLABLE error);

/** Frees a list of keycodes, and zeroes them first. */
void sendsafely_keycode_list_free(sendsafely_keycode_list *SENDSAFELY_NULLABLE keycodes);

/** Frees the result of a synchronization. */
void sendsafely_sync_result_free(sendsafely_sync_result *SENDSAFELY_NULLABLE result);

/* === PUBLIC KEYS OF TRUSTED DEVICES (PROTOCOL 6.10) ====================================================== */

/** A public key to which the keycode of a package is encrypted. */
typedef struct {
  /** The service's id. */
  const char *public_key_id;
  /** The armored OpenPGP key. */
  const char *public_key;
} sendsafely_public_key;

/** A list of public keys. */
typedef struct {
  /** How many there are. */
  size_t count;
  /** The public keys, count of them. */
  const sendsafely_public_key *const *items;
} sendsafely_public_key_list;

/**
 * Registers a public key as a trusted device of the user: from now on, keycodes of packages are encrypted to it.
 * out_public_key_id is the service's id of it.
 *
 * SENDSAFELY_INVALID_KEY: not an armored OpenPGP public key. SENDSAFELY_LIMIT_EXCEEDED: revoke one first.
 * SENDSAFELY_OUTCOME_UNKNOWN: the response was lost; the key may be registered under an id that nobody knows, so
 * register another.
 */
sendsafely_status sendsafely_client_register_public_key(sendsafely_client *client,
                                                        const char *public_key,
                                                        const char *description,
                                                        char **out_public_key_id,
                                                        sendsafely_error **SENDSAFELY_NULLABLE error);

/**
 * Fetches the armored public key of one of the user's trusted devices.
 *
 * SENDSAFELY_REFUSED: the user has no such device.
 */
sendsafely_status sendsafely_client_get_public_key(sendsafely_client *client,
                                                   const char *public_key_id,
                                                   char **out_public_key,
                                                   sendsafely_error **SENDSAFELY_NULLABLE error);

/**
 * Revokes a public key: the service forgets it, and the device needs a link to open packages.
 *
 * SENDSAFELY_REFUSED: the user has no such device.
 */
sendsafely_status sendsafely_client_revoke_public_key(sendsafely_client *client,
                                                      const char *public_key_id,
                                                      sendsafely_error **SENDSAFELY_NULLABLE error);

/**
 * Fetches the public keys to which the keycode of a package is to be encrypted: those of its readers and of the
 * organization, or with a recipient_id those of one recipient. At any step.
 *
 * SENDSAFELY_RECIPIENT_NOT_ON_PACKAGE: no such id.
 */
sendsafely_status sendsafely_package_get_public_keys(sendsafely_package *package,
                                                     const char *SENDSAFELY_NULLABLE recipient_id,
                                                     sendsafely_public_key_list **out_keys,
                                                     sendsafely_error **SENDSAFELY_NULLABLE error);

/** Frees a list of public keys with the keys in it. */
void sendsafely_public_key_list_free(sendsafely_public_key_list *SENDSAFELY_NULLABLE keys);

/* === RECIPIENTS (PROTOCOL 6.4) =========================================================================== */

/** Options of sendsafely_package_add_recipient and sendsafely_package_add_recipients. */
typedef struct {
  /** Set by sendsafely_recipient_options_init. */
  size_t struct_size;
  /**
   * Number to which the service sends a code by SMS before the recipient can open the package, such as
   * "(415) 555-0100" or "+82 2 312 3456". Default: no such check.
   */
  const char *SENDSAFELY_NULLABLE phone_number;
  /**
   * Country of phone_number: one of sendsafely_country_codes, or "OTHER" for a number that begins with +. Default:
   * "US".
   */
  const char *SENDSAFELY_NULLABLE country_code;
  /**
   * Whether the code goes to the number that the service knows of the recipient, if it knows one. Not together with
   * phone_number. Default: no such check.
   */
  sendsafely_bool auto_enable_sms;
} sendsafely_recipient_options;

/** A download by a recipient: of a file, or of the message. */
typedef struct {
  /** IP address of the recipient. */
  const char *SENDSAFELY_NULLABLE ip_address;
  /** When it was downloaded. */
  sendsafely_time time;
  /** When it was downloaded, as the service writes it. */
  const char *SENDSAFELY_NULLABLE time_text;
  /** Whether it was the message. */
  sendsafely_bool is_message;
  /** Id of the file, unless it was the message. */
  const char *SENDSAFELY_NULLABLE file_id;
  /** Name of the file, unless it was the message. */
  const char *SENDSAFELY_NULLABLE file_name;
} sendsafely_confirmation;

/** A list of confirmations. */
typedef struct {
  /** How many there are. */
  size_t count;
  /** The confirmations, count of them. */
  const sendsafely_confirmation *const *items;
} sendsafely_confirmation_list;

/** A recipient of a package. */
typedef struct {
  /** Its id on this package. */
  const char *recipient_id;
  /** E-mail address. */
  const char *email;
  /** Full name. */
  const char *SENDSAFELY_NULLABLE full_name;
  /** Role in a Workspace, such as "VIEWER". */
  const char *SENDSAFELY_NULLABLE role;
  /** E-mail addresses of those who may approve the package for this recipient. */
  const sendsafely_string_list *approvers;
  /**
   * Phone numbers that the service knows of this recipient, with the dialling code where it gives one, such as
   * "+1 4155550100".
   */
  const sendsafely_string_list *phone_numbers;
  /** Whether somebody has to approve the package for this recipient. */
  sendsafely_bool needs_approval;
  /** Whether this is the sender. */
  sendsafely_bool is_package_owner;
  /** Whether the recipient has to give a code sent by SMS. */
  sendsafely_bool sms_auth;
  /** The service's code of this recipient. */
  const char *SENDSAFELY_NULLABLE recipient_code;
  /** The recipient's downloads. */
  const sendsafely_confirmation_list *confirmations;
  /** Public keys of the recipient's trusted devices, if they came with it. See sendsafely_package_get_public_keys. */
  const sendsafely_public_key_list *public_keys;
} sendsafely_recipient;

/** The outcome for one address of sendsafely_package_add_recipients. */
typedef struct {
  /** The address as it was given. */
  const char *email;
  /**
   * SENDSAFELY_OK, or why the recipient is not on the package. If there is a recipient: why its trusted devices did
   * not get the keycode, see sendsafely_package_upload_keycodes.
   */
  sendsafely_status status;
  /** The service's own code, such as "DUPLICATE_EMAIL", if it refused. */
  const char *SENDSAFELY_NULLABLE server_code;
  /** The service's own words, if there are any. */
  const char *SENDSAFELY_NULLABLE server_message;
  /** The recipient, unless it was refused. */
  const sendsafely_recipient *SENDSAFELY_NULLABLE recipient;
} sendsafely_recipient_result;

/** A list of results, one for each address and in their order. */
typedef struct {
  /** How many there are. */
  size_t count;
  /** The results, count of them. */
  const sendsafely_recipient_result *const *items;
} sendsafely_recipient_result_list;

/** A list of recipients. */
typedef struct {
  /** How many there are. */
  size_t count;
  /** The recipients, count of them. */
  const sendsafely_recipient *const *items;
} sendsafely_recipient_list;

/** Fills options with their defaults; size is sizeof *options. */
sendsafely_status sendsafely_recipient_options_init(sendsafely_recipient_options *options,
                                                    size_t size);

/**
 * Adds a recipient by e-mail address, with a check by SMS if the options say so. A package has at most 99.
 *
 * SENDSAFELY_MALFORMED_EMAIL, SENDSAFELY_INVALID_EMAIL: correct the address. SENDSAFELY_DUPLICATE_EMAIL: it is on the
 * package already. SENDSAFELY_TOO_MANY_RECIPIENTS: use another package. In a Workspace or a finalized package also
 * SENDSAFELY_WRONG_KEYCODE, SENDSAFELY_KEYCODE_NOT_PROVED, as for sendsafely_package_upload_keycodes; then nobody was
 * added.
 */
sendsafely_status sendsafely_package_add_recipient(sendsafely_package *package,
                                                   const char *email,
                                                   const sendsafely_recipient_options *SENDSAFELY_NULLABLE options,
                                                   sendsafely_recipient **SENDSAFELY_NULLABLE out_recipient,
                                                   sendsafely_error **SENDSAFELY_NULLABLE error);

/**
 * Adds several recipients, count e-mail addresses, with one request. A package has at most 99.
 *
 * out_results has the outcome for each address, in their order; SENDSAFELY_OK says only that the service took the
 * list. An address whose result has a recipient is on the package; a failure beside it means that its trusted devices
 * did not get the keycode. An address that is in the list twice has SENDSAFELY_DUPLICATE_EMAIL the second time. Of the
 * options only auto_enable_sms has a meaning here. A count of 0 sends nothing.
 * SENDSAFELY_MALFORMED_EMAIL, SENDSAFELY_TOO_MANY_RECIPIENTS: correct the list; nothing was sent.
 * SENDSAFELY_INVALID_ARGUMENT: a phone number is for one recipient, see sendsafely_package_set_recipient_phone. In a
 * Workspace or a finalized package also SENDSAFELY_WRONG_KEYCODE, SENDSAFELY_KEYCODE_NOT_PROVED, as for
 * sendsafely_package_upload_keycodes; then nobody was added.
 */
sendsafely_status sendsafely_package_add_recipients(sendsafely_package *package,
                                                    const char *const *SENDSAFELY_NULLABLE emails,
                                                    size_t count,
                                                    const sendsafely_recipient_options *SENDSAFELY_NULLABLE options,
                                                    sendsafely_recipient_result_list **out_results,
                                                    sendsafely_error **SENDSAFELY_NULLABLE error);

/**
 * Fetches a recipient: phone numbers, role, and which files it has downloaded.
 *
 * SENDSAFELY_RECIPIENT_NOT_ON_PACKAGE: no such id.
 */
sendsafely_status sendsafely_package_get_recipient(sendsafely_package *package,
                                                   const char *recipient_id,
                                                   sendsafely_recipient **out_recipient,
                                                   sendsafely_error **SENDSAFELY_NULLABLE error);

/**
 * Sets the phone number of a recipient, to which the service sends a code by SMS before the recipient can open the
 * package.
 *
 * This handle must know that the recipient is on the package: after another program has added it, call
 * sendsafely_package_get_information. country_code is as in sendsafely_recipient_options; NULL means "US".
 * SENDSAFELY_RECIPIENT_NOT_ON_PACKAGE: add the recipient first. SENDSAFELY_MALFORMED_PHONE_NUMBER,
 * SENDSAFELY_INVALID_INPUT: correct the number or its country.
 */
sendsafely_status sendsafely_package_set_recipient_phone(sendsafely_package *package,
                                                         const char *recipient_id,
                                                         const char *phone_number,
                                                         const char *SENDSAFELY_NULLABLE country_code,
                                                         sendsafely_error **SENDSAFELY_NULLABLE error);

/**
 * Sets the role of a collaborator in a Workspace: "VIEWER", "CONTRIBUTOR", "MANAGER", "OWNER", or one that the service
 * has added since.
 *
 * SENDSAFELY_ONLY_IN_WORKSPACE: recipients of other packages have no roles. SENDSAFELY_INVALID_ARGUMENT: the role is
 * empty. SENDSAFELY_RECIPIENT_NOT_ON_PACKAGE: add the collaborator first. SENDSAFELY_INVALID_INPUT: the service does
 * not know the role. SENDSAFELY_DENIED: only owners and managers may.
 */
sendsafely_status sendsafely_package_set_recipient_role(sendsafely_package *package,
                                                        const char *recipient_id,
                                                        const char *role,
                                                        sendsafely_error **SENDSAFELY_NULLABLE error);

/**
 * Removes a recipient. Before or after finalize.
 *
 * SENDSAFELY_RECIPIENT_NOT_ON_PACKAGE: no such id. SENDSAFELY_INVALID_RECIPIENT: somebody else has just removed it.
 */
sendsafely_status sendsafely_package_remove_recipient(sendsafely_package *package,
                                                      const char *recipient_id,
                                                      sendsafely_error **SENDSAFELY_NULLABLE error);

/** Removes all recipients but the owner. Contact groups stay. Before or after finalize. */
sendsafely_status sendsafely_package_remove_all_recipients(sendsafely_package *package,
                                                           sendsafely_error **SENDSAFELY_NULLABLE error);

/** Frees a recipient with all that is in it. */
void sendsafely_recipient_free(sendsafely_recipient *SENDSAFELY_NULLABLE recipient);

/** Frees a list of results with the results in it. */
void sendsafely_recipient_result_list_free(sendsafely_recipient_result_list *SENDSAFELY_NULLABLE results);

/* === COUNTRY CODES (PROTOCOL 6.4.4) ====================================================================== */

/** A country whose phone numbers need no dialling code. */
typedef struct {
  /** Two letters, such as "US". */
  const char *country_code;
  /** The dialling code, such as 1. */
  uint32_t dialling_code;
} sendsafely_country_code;

/** A list of countries. */
typedef struct {
  /** How many there are. */
  size_t count;
  /** The countries, count of them. */
  const sendsafely_country_code *const *items;
} sendsafely_country_code_list;

/**
 * Returns the countries whose phone numbers need no dialling code; numbers of all others begin with + and theirs. No
 * network.
 */
sendsafely_status sendsafely_country_codes(sendsafely_country_code_list **out_countries,
                                           sendsafely_error **SENDSAFELY_NULLABLE error);

/** Frees a list of countries with the countries in it. */
void sendsafely_country_code_list_free(sendsafely_country_code_list *SENDSAFELY_NULLABLE countries);

/* === CONTACT GROUPS (PROTOCOL 6.5) ======================================================================= */

/** Somebody in a contact group. */
typedef struct {
  /** The service's id of this user. */
  const char *SENDSAFELY_NULLABLE user_id;
  /** E-mail address. */
  const char *email;
} sendsafely_contact_group_member;

/** A list of members. */
typedef struct {
  /** How many there are. */
  size_t count;
  /** The members, count of them. */
  const sendsafely_contact_group_member *const *items;
} sendsafely_contact_group_member_list;

/** A contact group. */
typedef struct {
  /** Its id. */
  const char *contact_group_id;
  /** Its name. */
  const char *name;
  /** Whether it is the organization's, which all its users may use. */
  sendsafely_bool is_organization_group;
  /** Its members. */
  const sendsafely_contact_group_member_list *members;
} sendsafely_contact_group;

/** A list of contact groups. */
typedef struct {
  /** How many there are. */
  size_t count;
  /** The contact groups, count of them. */
  const sendsafely_contact_group *const *items;
} sendsafely_contact_group_list;

/**
 * Creates an empty contact group: recipients under one name.
 *
 * Only administrators of the organization may set is_organization_group, which makes it the organization's.
 * SENDSAFELY_INVALID_ARGUMENT: the name is empty. SENDSAFELY_DENIED: the user is no administrator.
 * SENDSAFELY_OUTCOME_UNKNOWN: the response was lost; list the groups before you call again.
 */
sendsafely_status sendsafely_client_create_contact_group(sendsafely_client *client,
                                                         const char *name,
                                                         sendsafely_bool is_organization_group,
                                                         sendsafely_contact_group **SENDSAFELY_NULLABLE out_group,
                                                         sendsafely_error **SENDSAFELY_NULLABLE error);

/**
 * Fetches a contact group with its members.
 *
 * SENDSAFELY_REFUSED: there is no such group, or it is somebody else's.
 */
sendsafely_status sendsafely_client_get_contact_group(sendsafely_client *client,
                                                      const char *contact_group_id,
                                                      sendsafely_contact_group **out_group,
                                                      sendsafely_error **SENDSAFELY_NULLABLE error);

/** Fetches the contact groups of the user with their members, or with whole_organization those of the organization. */
sendsafely_status sendsafely_client_get_contact_groups(sendsafely_client *client,
                                                       sendsafely_bool whole_organization,
                                                       sendsafely_contact_group_list **out_groups,
                                                       sendsafely_error **SENDSAFELY_NULLABLE error);

/**
 * Deletes a contact group, also from the packages that it is on.
 *
 * SENDSAFELY_REFUSED, SENDSAFELY_DENIED: there is no such group, or the user may not change it.
 */
sendsafely_status sendsafely_client_delete_contact_group(sendsafely_client *client,
                                                         const char *contact_group_id,
                                                         sendsafely_error **SENDSAFELY_NULLABLE error);

/**
 * Adds somebody to a contact group.
 *
 * SENDSAFELY_MALFORMED_EMAIL, SENDSAFELY_INVALID_EMAIL: correct the address. SENDSAFELY_DUPLICATE_EMAIL: it is in the
 * group already. SENDSAFELY_REFUSED, SENDSAFELY_DENIED: there is no such group, or the user may not change it.
 */
sendsafely_status sendsafely_client_add_contact_group_member(
    sendsafely_client *client,
    const char *contact_group_id,
    const char *email,
    sendsafely_contact_group_member **SENDSAFELY_NULLABLE out_member,
    sendsafely_error **SENDSAFELY_NULLABLE error);

/**
 * Removes somebody from a contact group, by the user_id of the member.
 *
 * SENDSAFELY_USER_NOT_FOUND, SENDSAFELY_REFUSED: the group has no such member. SENDSAFELY_DENIED: the user may not
 * change the group.
 */
sendsafely_status sendsafely_client_remove_contact_group_member(sendsafely_client *client,
                                                                const char *contact_group_id,
                                                                const char *user_id,
                                                                sendsafely_error **SENDSAFELY_NULLABLE error);

/**
 * Adds a contact group to a package: all its members can open it. Finalize counts it as a recipient. Before or after
 * finalize.
 *
 * SENDSAFELY_REFUSED: there is no such group, or it is somebody else's. In a Workspace or a finalized package also
 * SENDSAFELY_WRONG_KEYCODE, SENDSAFELY_KEYCODE_NOT_PROVED, as for sendsafely_package_upload_keycodes; then the group
 * was not added.
 */
sendsafely_status sendsafely_package_add_contact_group(sendsafely_package *package,
                                                       const char *contact_group_id,
                                                       sendsafely_error **SENDSAFELY_NULLABLE error);

/**
 * Removes a contact group from a package. Before or after finalize.
 *
 * SENDSAFELY_REFUSED: it is not on the package.
 */
sendsafely_status sendsafely_package_remove_contact_group(sendsafely_package *package,
                                                          const char *contact_group_id,
                                                          sendsafely_error **SENDSAFELY_NULLABLE error);

/** Frees a contact group with its members. */
void sendsafely_contact_group_free(sendsafely_contact_group *SENDSAFELY_NULLABLE group);

/** Frees a list of contact groups with the groups in it. */
void sendsafely_contact_group_list_free(sendsafely_contact_group_list *SENDSAFELY_NULLABLE groups);

/** Frees a member of a contact group. */
void sendsafely_contact_group_member_free(sendsafely_contact_group_member *SENDSAFELY_NULLABLE member);

/* === FILES OF A PACKAGE (PROTOCOL 6.7) =================================================================== */

/** What a download, or the upload of a tree, does with a target that exists already. */
SENDSAFELY_ENUM(sendsafely_existing) {
  /** Keep it and fail with SENDSAFELY_FILE_EXISTS. */
  SENDSAFELY_EXISTING_REFUSE = 0,
  /** Replace it, once everything has arrived and is verified. Only a regular file or a symbolic link is replaced. */
  SENDSAFELY_EXISTING_OVERWRITE = 1,
  /** Keep it and go on: a download reports it as skipped, a tree with SENDSAFELY_ACTION_SKIPPED. */
  SENDSAFELY_EXISTING_SKIP = 2,
};

/**
 * How a file that exists at the target is found to be the same as the source, when the target is skipped or replaced.
 */
SENDSAFELY_ENUM(sendsafely_compare) {
  /** It has the same size. Without network, and blind to an edit that keeps the size. */
  SENDSAFELY_COMPARE_SIZE = 0,
  /**
   * It has the same size, and the source is not newer. Of a local file the time of its last modification counts, of
   * a file on the service that of its upload, in whole seconds and by the clock of each. Downloaded files get the
   * time of their upload.
   */
  SENDSAFELY_COMPARE_TIME = 1,
  /**
   * It has the same content. The library downloads the file on the service, decrypts and verifies it, and keeps
   * nothing of it but a digest in memory, so that the same client need not download it for this again.
   */
  SENDSAFELY_COMPARE_CONTENT = 2,
};

/** A file on a package. */
typedef struct {
  /** Its id. */
  const char *file_id;
  /** Its name as the sender gave it. Not safe as a path; sendsafely_package_download_file makes it safe. */
  const char *file_name;
  /**
   * Bytes of the file before encryption, as its sender declared them, if the service says it; often wrong. A
   * download reports how many it received.
   */
  sendsafely_optional_size size;
  /** When it was uploaded. */
  sendsafely_time uploaded;
  /** When it was uploaded, as the service writes it. */
  const char *SENDSAFELY_NULLABLE uploaded_text;
  /** E-mail address of who uploaded it. */
  const char *SENDSAFELY_NULLABLE created_by;
  /** Parts into which it was cut, if the service says it. */
  sendsafely_optional_int parts;
  /** Version of the file in a Workspace, 0 if not known. */
  uint32_t version;
  /** The service's id of who uploaded it. Only sendsafely_package_get_file_information returns it. */
  const char *SENDSAFELY_NULLABLE created_by_id;
} sendsafely_file;

/** A list of files. */
typedef struct {
  /** How many there are. */
  size_t count;
  /** The files, count of them. */
  const sendsafely_file *const *items;
} sendsafely_file_list;

/** What the service knows of a file. */
typedef struct {
  /** The file as it is now. */
  const sendsafely_file *file;
  /** Its earlier versions, the latest first, each to be downloaded by its own file_id. */
  const sendsafely_file_list *old_versions;
} sendsafely_file_information;

/**
 * Fetches a file's record, with its earlier versions.
 *
 * directory_id is the directory of a Workspace that the file is in; NULL for the root directory, and for any other
 * package.
 * SENDSAFELY_FILE_NOT_ON_PACKAGE: no such file there. SENDSAFELY_ONLY_IN_WORKSPACE: leave directory_id NULL.
 */
sendsafely_status sendsafely_package_get_file_information(sendsafely_package *package,
                                                          const char *file_id,
                                                          const char *SENDSAFELY_NULLABLE directory_id,
                                                          sendsafely_file_information **out_information,
                                                          sendsafely_error **SENDSAFELY_NULLABLE error);

/**
 * Deletes a file from a package, with its earlier versions, or one of these by its own id. After finalize too, if the
 * service allows it.
 *
 * directory_id is the directory of a Workspace that the file is in; NULL for the root directory, and for any other
 * package.
 * SENDSAFELY_FILE_NOT_ON_PACKAGE: no such file there. SENDSAFELY_ONLY_IN_WORKSPACE: leave directory_id NULL.
 */
sendsafely_status sendsafely_package_delete_file(sendsafely_package *package,
                                                 const char *file_id,
                                                 const char *SENDSAFELY_NULLABLE directory_id,
                                                 sendsafely_error **SENDSAFELY_NULLABLE error);

/**
 * Moves a file of a Workspace into another of its directories; a target_directory_id of NULL is the root directory.
 *
 * SENDSAFELY_ONLY_IN_WORKSPACE: other packages have no directories. SENDSAFELY_REFUSED: no such file or directory.
 * SENDSAFELY_DENIED: the account may only read.
 */
sendsafely_status sendsafely_package_move_file(sendsafely_package *package,
                                               const char *file_id,
                                               const char *SENDSAFELY_NULLABLE target_directory_id,
                                               sendsafely_error **SENDSAFELY_NULLABLE error);

/**
 * Renames a file of a package or Workspace.
 *
 * SENDSAFELY_MALFORMED_FILE_NAME, SENDSAFELY_INVALID_FILE_NAME: choose another name. SENDSAFELY_FILE_NOT_ON_PACKAGE,
 * in a Workspace SENDSAFELY_REFUSED: no such file. SENDSAFELY_DENIED: the account may only read.
 */
sendsafely_status sendsafely_package_rename_file(sendsafely_package *package,
                                                 const char *file_id,
                                                 const char *new_name,
                                                 sendsafely_error **SENDSAFELY_NULLABLE error);

/**
 * Copies a file into a Workspace of the same portal, without sending its bytes again. Whoever opens the Workspace can
 * read the copy, and nothing else of the source.
 *
 * The keycodes of both packages must be known; the two may be the same. A target_directory_id of NULL is the root
 * directory. out_file_id is the copy's id, NULL if the service does not return it.
 * SENDSAFELY_ONLY_IN_WORKSPACE: target_package is no Workspace. SENDSAFELY_FILE_NOT_ON_PACKAGE: no such file.
 * SENDSAFELY_WRONG_KEYCODE: one of the two was opened with another package's keycode; nothing was written.
 * SENDSAFELY_INVALID_ARGUMENT: the packages are on different portals. SENDSAFELY_OUTCOME_UNKNOWN: the response was
 * lost; list the directory before you copy again.
 */
sendsafely_status sendsafely_package_copy_file(sendsafely_package *source_package,
                                               const char *file_id,
                                               sendsafely_package *target_package,
                                               const char *SENDSAFELY_NULLABLE target_directory_id,
                                               char *SENDSAFELY_NULLABLE *SENDSAFELY_NULLABLE out_file_id,
                                               sendsafely_error **SENDSAFELY_NULLABLE error);

/** Frees the information on a file, with the versions in it. */
void sendsafely_file_information_free(sendsafely_file_information *SENDSAFELY_NULLABLE information);

/** Frees a file that an upload returned. */
void sendsafely_file_free(sendsafely_file *SENDSAFELY_NULLABLE file);

/* === DIRECTORIES OF A WORKSPACE (PROTOCOL 6.8) =========================================================== */

/** Options of sendsafely_package_get_directory. */
typedef struct {
  /** Set by sendsafely_directory_options_init. */
  size_t struct_size;
  /** Field to sort by: "name", or another one that the service knows. Default: its own order. */
  const char *SENDSAFELY_NULLABLE sort_field;
  /** Whether the last come first. Default: no. */
  sendsafely_bool descending;
  /** Whether to fetch only one page, of at most 100 files and 100 directories. Default: all of them. */
  sendsafely_bool one_page;
  /** With one_page, else SENDSAFELY_INVALID_ARGUMENT: the first file, from 0, the default. */
  sendsafely_index file_index;
  /** With one_page, else SENDSAFELY_INVALID_ARGUMENT: the first directory, from 0, the default. */
  sendsafely_index directory_index;
} sendsafely_directory_options;

/** A directory as an entry of the one above it. */
typedef struct {
  /** Its id. */
  const char *directory_id;
  /** Its name. Not safe as a path; sendsafely_package_download_all makes it safe. */
  const char *name;
  /** When it was created. */
  sendsafely_time created;
  /** When it was created, as the service writes it. */
  const char *SENDSAFELY_NULLABLE created_text;
} sendsafely_subdirectory;

/** A list of directories. */
typedef struct {
  /** How many there are. */
  size_t count;
  /** The directories, count of them. */
  const sendsafely_subdirectory *const *items;
} sendsafely_subdirectory_list;

/** A directory of a Workspace with what is in it. */
typedef struct {
  /** Its id. */
  const char *directory_id;
  /** Its name; that of the root directory may be empty. */
  const char *name;
  /** The files in it. */
  const sendsafely_file_list *files;
  /** The directories in it. */
  const sendsafely_subdirectory_list *directories;
} sendsafely_directory;

/** Fills options with their defaults; size is sizeof *options. */
sendsafely_status sendsafely_directory_options_init(sendsafely_directory_options *options,
                                                    size_t size);

/**
 * Lists a directory of a Workspace: its files and the directories in it.
 *
 * A directory_id of NULL is the root directory. Without options the whole list is fetched, page by page.
 * SENDSAFELY_ONLY_IN_WORKSPACE: other packages have no directories. SENDSAFELY_REFUSED: no such directory.
 */
sendsafely_status sendsafely_package_get_directory(sendsafely_package *package,
                                                   const char *SENDSAFELY_NULLABLE directory_id,
                                                   const sendsafely_directory_options *SENDSAFELY_NULLABLE options,
                                                   sendsafely_directory **out_directory,
                                                   sendsafely_error **SENDSAFELY_NULLABLE error);

/**
 * Creates a directory in a Workspace.
 *
 * parent_id is the directory in which to create it, NULL for the root directory.
 * SENDSAFELY_MALFORMED_FILE_NAME, SENDSAFELY_INVALID_FILE_NAME: choose another name. SENDSAFELY_ONLY_IN_WORKSPACE:
 * other packages have no directories. SENDSAFELY_DENIED: the account may only read. SENDSAFELY_REFUSED: no such
 * parent.
 */
sendsafely_status sendsafely_package_create_directory(sendsafely_package *package,
                                                      const char *SENDSAFELY_NULLABLE parent_id,
                                                      const char *name,
                                                      char **SENDSAFELY_NULLABLE out_directory_id,
                                                      sendsafely_error **SENDSAFELY_NULLABLE error);

/**
 * Renames a directory of a Workspace. The root directory has no name: SENDSAFELY_DENIED.
 *
 * Everything else as for sendsafely_package_create_directory.
 */
sendsafely_status sendsafely_package_rename_directory(sendsafely_package *package,
                                                      const char *directory_id,
                                                      const char *new_name,
                                                      sendsafely_error **SENDSAFELY_NULLABLE error);

/**
 * Moves a directory of a Workspace, with everything in it, into another one of the same Workspace.
 *
 * A target_directory_id of NULL is the root directory. SENDSAFELY_REFUSED: there is no such directory, or the target
 * is inside it. Everything else as for sendsafely_package_create_directory.
 */
sendsafely_status sendsafely_package_move_directory(sendsafely_package *package,
                                                    const char *directory_id,
                                                    const char *SENDSAFELY_NULLABLE target_directory_id,
                                                    sendsafely_error **SENDSAFELY_NULLABLE error);

/**
 * Deletes a directory of a Workspace with everything in it, for good. The root directory cannot be deleted:
 * SENDSAFELY_DENIED.
 *
 * Everything else as for sendsafely_package_create_directory.
 */
sendsafely_status sendsafely_package_delete_directory(sendsafely_package *package,
                                                      const char *directory_id,
                                                      sendsafely_error **SENDSAFELY_NULLABLE error);

/** Frees a directory with everything that is in the record. */
void sendsafely_directory_free(sendsafely_directory *SENDSAFELY_NULLABLE directory);

/* === REPORTS OF DIRECTORY TREES ========================================================================== */

/** What a call did with a file of a tree. A later version may add actions. */
SENDSAFELY_ENUM(sendsafely_action) {
  /** Nothing: see the item's status. */
  SENDSAFELY_ACTION_NONE = 0,
  /** The call uploaded it. */
  SENDSAFELY_ACTION_UPLOADED = 1,
  /** The call downloaded it. */
  SENDSAFELY_ACTION_DOWNLOADED = 2,
  /**
   * The call kept what was there already: complete, and of the declared size if that is known, or of the same
   * content.
   */
  SENDSAFELY_ACTION_SKIPPED = 3,
  /**
   * The call did not send it, which is no failure: it is a symbolic link, a pipe or the like, or the temporary file
   * of a download. A sync also leaves a file alone that another program is writing, and a download one that is not
   * complete beside a complete one of the same name.
   */
  SENDSAFELY_ACTION_IGNORED = 4,
  /** A sync deleted it on this machine, because it was deleted in the Workspace. */
  SENDSAFELY_ACTION_DELETED_HERE = 5,
  /** A sync deleted it in the Workspace, because it was deleted on this machine. */
  SENDSAFELY_ACTION_DELETED_THERE = 6,
  /**
   * It had changed on both sides. A sync kept both contents: the newer one under the name, the other one under the
   * marked name that local_path ends with.
   */
  SENDSAFELY_ACTION_KEPT_BOTH = 7,
  /**
   * After a dry run of a sync: both sides have a file of this size, and no sync has seen them equal. The sync would
   * download it to compare the contents, and keep both if they differ.
   */
  SENDSAFELY_ACTION_COMPARED = 8,
};

/** Why a call transferred a file of a tree, or how a target differs that it kept. A later version may add reasons. */
SENDSAFELY_ENUM(sendsafely_reason) {
  /** For none: the target is the same, or the call did not come to compare them. */
  SENDSAFELY_REASON_NONE = 0,
  /** There was no such file. */
  SENDSAFELY_REASON_NEW = 1,
  /** The sizes differ. */
  SENDSAFELY_REASON_SIZE = 2,
  /** The source is newer. */
  SENDSAFELY_REASON_TIME = 3,
  /** The content differs. */
  SENDSAFELY_REASON_CONTENT = 4,
  /** The file on the service is not complete. */
  SENDSAFELY_REASON_INCOMPLETE = 5,
  /** The options ask for all files. */
  SENDSAFELY_REASON_OVERWRITE = 6,
};

/** The outcome for one file of a tree. */
typedef struct {
  /** Its path in the tree with the sender's names, / between directories. Not safe as a path on this machine. */
  const char *path;
  /** Its path on this machine, if it has one. */
  const char *SENDSAFELY_NULLABLE local_path;
  /** Its id, if it has one. */
  const char *SENDSAFELY_NULLABLE file_id;
  /** Bytes of the file; after a download, the bytes received. */
  uint64_t size;
  /** SENDSAFELY_OK, or why the call did nothing with it. */
  sendsafely_status status;
  /** What the call did with it. */
  sendsafely_action action;
  /** The error in words, if the status is not SENDSAFELY_OK. */
  const char *SENDSAFELY_NULLABLE message;
  /**
   * Whether it has another name on this machine than on the service: that one is not safe or belongs to another file
   * here, or the same file was here already under this one.
   */
  sendsafely_bool renamed;
  /** Size that the sender declared, if any; often wrong. */
  sendsafely_optional_size declared_size;
  /** Why the call transferred it, or how the target differs that it kept. */
  sendsafely_reason reason;
} sendsafely_report_item;

/** The outcome for every file of a tree. */
typedef struct {
  /** How many there are. */
  size_t count;
  /** The items, count of them, directory by directory. */
  const sendsafely_report_item *const *items;
} sendsafely_report;

/** Frees a report with the items in it. */
void sendsafely_report_free(sendsafely_report *SENDSAFELY_NULLABLE report);

/* === UPLOADS (PROTOCOL 4) ================================================================================ */

/** Options of the three upload calls. */
typedef struct {
  /** Set by sendsafely_upload_options_init. */
  size_t struct_size;
  /**
   * Name for the recipients. Default: that of the path. Only for sendsafely_package_upload_file; the other calls
   * have it as a parameter of its own.
   */
  const char *SENDSAFELY_NULLABLE file_name;
  /** Directory of a Workspace. Default: its root directory. */
  const char *SENDSAFELY_NULLABLE directory_id;
  /** Progress of this call; see "Progress and stopping". Default: the client's callback. */
  sendsafely_progress_callback SENDSAFELY_NULLABLE on_progress;
  /** Passed to on_progress. */
  void *SENDSAFELY_NULLABLE user_data;
  /**
   * Whether to replace characters that a file name may not have, such as a colon, by _ instead of failing with
   * SENDSAFELY_MALFORMED_FILE_NAME. Default: no.
   */
  sendsafely_bool replace_characters;
  /**
   * Whether to send a file to which another program appends meanwhile as long as it is at the start, instead of
   * failing with SENDSAFELY_FILE_CHANGED. Only for a path. Then nothing notices if what was there is overwritten.
   * Default: no.
   */
  sendsafely_bool allow_growth;
  /**
   * A file on this machine in which the upload notes what it has sent; only for a path. If the upload fails, is
   * stopped or is killed, what it sent stays in the package, and the same call goes on from there, in another
   * process too: parts that are stored are only read and compared. If size or time of the source have changed since,
   * the upload begins anew. The file is private and small, and has neither content nor keys nor names. It is created
   * if it is missing, and removed when nothing is left to go on with.
   * SENDSAFELY_BUSY: another transfer uses it. SENDSAFELY_INVALID_ARGUMENT: it is no such file, and was not changed.
   * Default: none, and a failed upload deletes what it sent.
   */
  const char *SENDSAFELY_NULLABLE resume_file;
} sendsafely_upload_options;

/** Options of sendsafely_package_upload_all. */
typedef struct {
  /** Set by sendsafely_upload_all_options_init. */
  size_t struct_size;
  /** Directory of a Workspace into which everything goes. Default: its root directory. */
  const char *SENDSAFELY_NULLABLE directory_id;
  /**
   * What to do with files that are on the package already. SENDSAFELY_EXISTING_SKIP, the default, keeps those that
   * are complete and the same, by their size unless compare says otherwise; SENDSAFELY_EXISTING_OVERWRITE sends a
   * new version of each, in a Workspace; SENDSAFELY_EXISTING_REFUSE fails with SENDSAFELY_FILE_EXISTS before
   * anything is changed.
   */
  sendsafely_existing existing;
  /** Progress of this call, of all files together; see "Progress and stopping". Default: the client's callback. */
  sendsafely_progress_callback SENDSAFELY_NULLABLE on_progress;
  /** Passed to on_progress. */
  void *SENDSAFELY_NULLABLE user_data;
  /**
   * Whether to replace characters that the name of a file or directory may not have, such as a colon, by _ instead
   * of failing with SENDSAFELY_MALFORMED_FILE_NAME. If two names would become the same, the second one gets a
   * number. Default: no.
   */
  sendsafely_bool replace_characters;
  /** As in sendsafely_upload_options. Default: no. */
  sendsafely_bool allow_growth;
  /**
   * How a file that is on the package already is compared: the call does not send what is the same. With
   * SENDSAFELY_COMPARE_SIZE, the default, SENDSAFELY_EXISTING_OVERWRITE sends all files.
   */
  sendsafely_compare compare;
  /**
   * As in sendsafely_upload_options: one file for all files of the directory, outside of it. The same call does not
   * send again what it has completed before, whatever existing is, unless the local file has changed since. Default:
   * none.
   */
  const char *SENDSAFELY_NULLABLE resume_file;
} sendsafely_upload_all_options;

/**
 * Returns how many uploads into a package run at the moment, on any thread: sendsafely_package_finalize needs 0. No
 * network.
 */
sendsafely_status sendsafely_package_running_uploads(sendsafely_package *package,
                                                     size_t *out_count,
                                                     sendsafely_error **SENDSAFELY_NULLABLE error);

/** Fills options with their defaults; size is sizeof *options. */
sendsafely_status sendsafely_upload_options_init(sendsafely_upload_options *options,
                                                 size_t size);

/** Fills options with their defaults; size is sizeof *options. */
sendsafely_status sendsafely_upload_all_options_init(sendsafely_upload_all_options *options,
                                                     size_t size);

/**
 * Uploads a file, encrypted on this machine in parts.
 *
 * The package must not be finalized, unless it is a Workspace. Several threads may upload into it at once. A failed or
 * stopped upload deletes what it sent; a file that is complete nevertheless stays in a Workspace, as the current
 * version, and so does one that the service may complete yet.
 * A file whose size is not that of its content, as under /proc, is sent like a callback of unknown size.
 * SENDSAFELY_FILE_NOT_FOUND, SENDSAFELY_NOT_A_FILE, SENDSAFELY_ACCESS_DENIED: check the path. SENDSAFELY_FILE_CHANGED:
 * something wrote to it meanwhile; upload again, or see allow_growth. SENDSAFELY_FILE_TOO_LARGE: it has more than
 * 107,374,182,400 bytes. SENDSAFELY_TOO_MANY_FILES: with one more, the service could not list the package or
 * directory.
 */
sendsafely_status sendsafely_package_upload_file(sendsafely_package *package,
                                                 const char *path,
                                                 const sendsafely_upload_options *SENDSAFELY_NULLABLE options,
                                                 sendsafely_file **SENDSAFELY_NULLABLE out_file,
                                                 sendsafely_error **SENDSAFELY_NULLABLE error);

/**
 * Uploads size bytes at data as a file. They must not change until the call returns.
 *
 * Everything else as for sendsafely_package_upload_file.
 */
sendsafely_status sendsafely_package_upload_memory(sendsafely_package *package,
                                                   const char *file_name,
                                                   const uint8_t *SENDSAFELY_NULLABLE data,
                                                   size_t size,
                                                   const sendsafely_upload_options *SENDSAFELY_NULLABLE options,
                                                   sendsafely_file **SENDSAFELY_NULLABLE out_file,
                                                   sendsafely_error **SENDSAFELY_NULLABLE error);

/**
 * Uploads what a read callback returns as a file: from a pipe, an archive, a file whose name is not UTF-8.
 *
 * size is the number of bytes to come, after which the callback is not called again. If it is SENDSAFELY_SIZE_UNKNOWN,
 * the library first encrypts everything, into a temporary file if it is more than 50 kB, because the service needs the
 * size before the first part.
 * SENDSAFELY_READ_FAILED: the callback returned a negative number. SENDSAFELY_SIZE_MISMATCH: it ended before size
 * bytes. Everything else as for sendsafely_package_upload_file.
 */
sendsafely_status sendsafely_package_upload_callback(sendsafely_package *package,
                                                     const char *file_name,
                                                     sendsafely_read_callback read,
                                                     void *SENDSAFELY_NULLABLE read_user_data,
                                                     sendsafely_optional_size size,
                                                     const sendsafely_upload_options *SENDSAFELY_NULLABLE options,
                                                     sendsafely_file **SENDSAFELY_NULLABLE out_file,
                                                     sendsafely_error **SENDSAFELY_NULLABLE error);

/**
 * Uploads all files in a local directory; into a Workspace also its directories with everything in them.
 *
 * A file that is there under a name which a download made safe, or which differs in Unicode's form (NFC, NFD), is the
 * same; so is one whose name differs in case if the local file system takes both for one, and with replace_characters
 * one under the name with _ in place of those characters. A new version has the name that is there.
 * It creates missing directories of the Workspace, uploads several files at once, and does not follow symbolic links:
 * they and whatever else is no regular file are only in the report.
 * If a file fails, the others go on; at the end the call fails with the first failure and the number of all. A stop, a
 * network that is down, or a refusal of the account ends the call. Call again to go on: complete files are skipped. An
 * incomplete file that a killed upload of this user and machine has left is removed and sent again; beside any other
 * incomplete file, which somebody may be uploading, a new version is sent.
 * OUT_REPORT IS SET ON FAILURE TOO, unless an argument is wrong. It is empty if nothing was begun; if the whole call
 * was refused, each file that was not tried has that status.
 * SENDSAFELY_ONLY_IN_WORKSPACE: there are directories in it, and the package is no Workspace; nothing was sent.
 * SENDSAFELY_DIRECTORY_NOT_FOUND: no such local directory. SENDSAFELY_REFUSED: the service does not know directory_id.
 * Everything else as for sendsafely_package_upload_file.
 */
sendsafely_status sendsafely_package_upload_all(sendsafely_package *package,
                                                const char *directory,
                                                const sendsafely_upload_all_options *SENDSAFELY_NULLABLE options,
                                                sendsafely_report **SENDSAFELY_NULLABLE out_report,
                                                sendsafely_error **SENDSAFELY_NULLABLE error);

/**
 * Encrypts the keycode of a package to the public keys of its readers, or with a recipient_id to those of one
 * recipient, and stores the results on the service. Before or after finalize.
 *
 * It is for devices that were registered later: finalize does it by itself, and so does adding recipients to a
 * Workspace or a finalized package. Up to four requests run at once, or parts_in_flight if that is less.
 * A key that cannot be used, or for which the service refuses the keycode, is skipped with a line in the log. If the
 * service refuses the keycode for every key, the call fails with the first refusal. It also fails if the service
 * refuses the caller or the package, such as with SENDSAFELY_SESSION_TIMEOUT.
 * A keycode with which a package was opened is passed on only if it opens what is in the package.
 * SENDSAFELY_KEYCODE_UNKNOWN, SENDSAFELY_WRONG_KEYCODE: open the package with its keycode.
 * SENDSAFELY_KEYCODE_NOT_PROVED: the library did not read enough to prove it; download a file or read the message
 * through the same package, then call again. SENDSAFELY_RECIPIENT_NOT_ON_PACKAGE: no such id.
 */
sendsafely_status sendsafely_package_upload_keycodes(sendsafely_package *package,
                                                     const char *SENDSAFELY_NULLABLE recipient_id,
                                                     sendsafely_error **SENDSAFELY_NULLABLE error);

/* === MESSAGE (PROTOCOL 3.5) ============================================================================== */

/**
 * Sets the message of a package, encrypted like the files; it replaces an earlier one.
 *
 * The package must not be finalized.
 */
sendsafely_status sendsafely_package_set_message(sendsafely_package *package,
                                                 const char *text,
                                                 sendsafely_error **SENDSAFELY_NULLABLE error);

/**
 * Fetches and decrypts the message of a package; out_text is NULL if there is none.
 *
 * SENDSAFELY_KEYCODE_UNKNOWN: open the package with its keycode. SENDSAFELY_DECRYPT_FAILED: the keycode is wrong, or
 * the message was damaged.
 */
sendsafely_status sendsafely_package_get_message(sendsafely_package *package,
                                                 char *SENDSAFELY_NULLABLE *out_text,
                                                 sendsafely_error **SENDSAFELY_NULLABLE error);

/**
 * Encrypts the message of a package to base64 text, for programs with a transport of their own. Everything else as for
 * sendsafely_part_encrypt.
 */
sendsafely_status sendsafely_message_encrypt(const char *server_secret,
                                             const char *keycode,
                                             const char *text,
                                             char **out_base64,
                                             sendsafely_error **SENDSAFELY_NULLABLE error);

/**
 * Decrypts the message of a package from its base64 text. Line ends are those of the sender's client: CR LF from the
 * official Node client.
 *
 * A compressed message unpacks to at most 16 MiB. Everything else as for sendsafely_part_decrypt.
 */
sendsafely_status sendsafely_message_decrypt(const char *server_secret,
                                             const char *keycode,
                                             const char *base64,
                                             char **out_text,
                                             sendsafely_error **SENDSAFELY_NULLABLE error);

/* === FINALIZE (PROTOCOL 4.7) ============================================================================= */

/** Options of sendsafely_package_finalize. */
typedef struct {
  /** Set by sendsafely_finalize_options_init. */
  size_t struct_size;
  /** Password that downloads need, only together with undisclosed_recipients. Default: none. */
  const char *SENDSAFELY_NULLABLE password;
  /** Whether no recipients are needed: whoever has the link may open the package. Default: no. */
  sendsafely_bool undisclosed_recipients;
  /** Whether recipients may reply to all. Default: no. */
  sendsafely_bool allow_reply_all;
  /** Whether the service sends its notification, without the keycode, to the recipients. Default: no. */
  sendsafely_bool notify_recipients;
  /** Whether PDF files can only be viewed. Default: no. */
  sendsafely_bool read_only_pdf;
  /** Progress of this call; see "Progress and stopping". Default: the client's callback. */
  sendsafely_progress_callback SENDSAFELY_NULLABLE on_progress;
  /** Passed to on_progress. */
  void *SENDSAFELY_NULLABLE user_data;
  /** For a Dropzone: e-mail address of the sender, as the sender gives it. Default: none. */
  const char *SENDSAFELY_NULLABLE unconfirmed_sender;
  /** For a Dropzone: token of a sender whose address was confirmed. Default: none. */
  const char *SENDSAFELY_NULLABLE confirmed_sender_token;
} sendsafely_finalize_options;

/** The result of finalizing a package. */
typedef struct {
  /** The secure link with the keycode in it: whoever has it opens the package. */
  const char *link;
  /** E-mail addresses of those who can approve it. */
  const sendsafely_string_list *approvers;
  /** E-mail addresses of the recipients, as the service lists them. */
  const sendsafely_string_list *recipients;
  /** Whether the package is finalized, but somebody has to approve it before recipients can open it. */
  sendsafely_bool needs_approval;
} sendsafely_finalized;

/** Fills options with their defaults; size is sizeof *options. */
sendsafely_status sendsafely_finalize_options_init(sendsafely_finalize_options *options,
                                                   size_t size);

/**
 * Finalizes a package: from now on, recipients can open it with its link. The last step.
 *
 * The package needs a recipient (or undisclosed_recipients), and a file or a message; no upload may be running.
 * Leftovers of failed uploads through this handle are removed, or reported if they might be another upload's. A
 * package that waits for approval is finalized too: SENDSAFELY_OK with needs_approval. sendsafely_package_link returns
 * the link later.
 * SENDSAFELY_NO_RECIPIENT, SENDSAFELY_NO_FILE, SENDSAFELY_UPLOAD_RUNNING, SENDSAFELY_UPLOAD_INCOMPLETE: this is
 * missing. SENDSAFELY_PACKAGE_NOT_FINALIZABLE: create a new package. SENDSAFELY_APPROVER_REQUIRED: add an approver as
 * a recipient. SENDSAFELY_WORKSPACE_NOT_FINALIZABLE: hand out its link. SENDSAFELY_WRONG_KEYCODE,
 * SENDSAFELY_KEYCODE_NOT_PROVED, or a refusal of the keycode for every public key: as for
 * sendsafely_package_upload_keycodes.
 * After any other failure, and after a stop, the package may be finalized nevertheless: a second call looks first, and
 * sendsafely_package_delete_unfinished keeps the package.
 */
sendsafely_status sendsafely_package_finalize(sendsafely_package *package,
                                              const sendsafely_finalize_options *SENDSAFELY_NULLABLE options,
                                              sendsafely_finalized **SENDSAFELY_NULLABLE out_finalized,
                                              sendsafely_error **SENDSAFELY_NULLABLE error);

/** Frees the result of finalizing, and zeroes the link. */
void sendsafely_finalized_free(sendsafely_finalized *SENDSAFELY_NULLABLE finalized);

/* === PACKAGE INFORMATION (PROTOCOL 6.2.2, 7.4) =========================================================== */

/** The state of a package, as the service reports it. */
SENDSAFELY_ENUM(sendsafely_package_state) {
  /** Not reported, or none of these. */
  SENDSAFELY_PACKAGE_STATE_UNKNOWN = -100,
  /** Deleted; some recipients had it. */
  SENDSAFELY_PACKAGE_STATE_DELETED_PARTIALLY_COMPLETE = -4,
  /** Deleted; nobody had it. */
  SENDSAFELY_PACKAGE_STATE_DELETED_INCOMPLETE = -3,
  /** Created and not finalized. */
  SENDSAFELY_PACKAGE_STATE_TEMP = -2,
  /** Deleted; every recipient had it. */
  SENDSAFELY_PACKAGE_STATE_DELETED_COMPLETE = -1,
  /** Created and not finalized. */
  SENDSAFELY_PACKAGE_STATE_IN_PROGRESS = 0,
  /** Expired; nobody had it. */
  SENDSAFELY_PACKAGE_STATE_EXPIRED_INCOMPLETE = 1,
  /** Expired; every recipient had it. */
  SENDSAFELY_PACKAGE_STATE_EXPIRED_COMPLETE = 2,
  /** Finalized; every recipient had it. */
  SENDSAFELY_PACKAGE_STATE_ACTIVE_COMPLETE = 3,
  /** Finalized; nobody had it yet. */
  SENDSAFELY_PACKAGE_STATE_ACTIVE_INCOMPLETE = 4,
  /** Finalized; some recipients had it. */
  SENDSAFELY_PACKAGE_STATE_ACTIVE_PARTIALLY_COMPLETE = 5,
  /** Expired; some recipients had it. */
  SENDSAFELY_PACKAGE_STATE_EXPIRED_PARTIALLY_COMPLETE = 6,
};

/** The states of a package in three classes. */
SENDSAFELY_ENUM(sendsafely_package_status) {
  /** Any, or not reported. */
  SENDSAFELY_PACKAGE_STATUS_ANY = 0,
  /** It can be opened, or is not finalized yet. */
  SENDSAFELY_PACKAGE_STATUS_ACTIVE = 1,
  /** It has expired. */
  SENDSAFELY_PACKAGE_STATUS_EXPIRED = 2,
  /** It was deleted. */
  SENDSAFELY_PACKAGE_STATUS_ARCHIVED = 3,
};

/** A package, as the service describes it. */
typedef struct {
  /** The package id, such as "GVG2-MNZT". */
  const char *package_id;
  /** The package code, as in the secure link. */
  const char *package_code;
  /** E-mail address of the sender. */
  const char *SENDSAFELY_NULLABLE sender;
  /** When it was created. */
  sendsafely_time created;
  /** When it was created, as the service writes it. */
  const char *SENDSAFELY_NULLABLE created_text;
  /** The state as the service names it, such as "PACKAGE_STATE_ACTIVE_INCOMPLETE". */
  const char *SENDSAFELY_NULLABLE state_name;
  /** The state. */
  sendsafely_package_state state;
  /** The class of the state. */
  sendsafely_package_status status;
  /** Days for which it can be opened, 0 for ever. */
  sendsafely_optional_int life;
  /** Name of a Workspace, or a label. */
  const char *SENDSAFELY_NULLABLE label;
  /** The recipients. */
  const sendsafely_recipient_list *recipients;
  /** The contact groups. */
  const sendsafely_contact_group_list *contact_groups;
  /** The files, of a Workspace those in its root directory. */
  const sendsafely_file_list *files;
  /** E-mail addresses of possible approvers. */
  const sendsafely_string_list *approvers;
  /** Whether somebody has to approve it before recipients can open it. */
  sendsafely_bool needs_approval;
  /** Whether downloads need a password. */
  sendsafely_bool password_required;
  /** Whether it is a Workspace. */
  sendsafely_bool is_workspace;
  /** Whether it is archived: expired or deleted. */
  sendsafely_bool is_archived;
  /** Whether recipients may reply to all. */
  sendsafely_bool allow_reply_all;
  /** Whether there is a message. */
  sendsafely_optional_bool contains_message;
  /** Id of a Workspace's root directory. */
  const char *SENDSAFELY_NULLABLE root_directory_id;
  /** Id of the package that this one replies to, if it is a reply. */
  const char *SENDSAFELY_NULLABLE parent_id;
  /** The service's own address of it. */
  const char *SENDSAFELY_NULLABLE url;
  /**
   * The directories in a Workspace's root directory, as far as the service lists them here;
   * sendsafely_package_get_directory lists them all.
   */
  const sendsafely_subdirectory_list *directories;
} sendsafely_package_information;

/** Fetches the information on a package: recipients, files, state. At any step. */
sendsafely_status sendsafely_package_get_information(sendsafely_package *package,
                                                     sendsafely_package_information **out_information,
                                                     sendsafely_error **SENDSAFELY_NULLABLE error);

/**
 * Fetches the information on a package by its id, package code or secure link, without opening it and without its
 * keycode.
 *
 * SENDSAFELY_UNKNOWN_PACKAGE: it expired, was deleted, or is not for this account. SENDSAFELY_INVALID_ARGUMENT,
 * SENDSAFELY_MALFORMED_LINK: neither an id nor a code nor a link.
 */
sendsafely_status sendsafely_client_get_package_information(sendsafely_client *client,
                                                            const char *package_id,
                                                            sendsafely_package_information **out_information,
                                                            sendsafely_error **SENDSAFELY_NULLABLE error);

/** Frees package information with all that is in it. */
void sendsafely_package_information_free(sendsafely_package_information *SENDSAFELY_NULLABLE information);

/* === DOWNLOADS (PROTOCOL 5.3, 5.4) ======================================================================= */

/** Options of the download calls. */
typedef struct {
  /** Set by sendsafely_download_options_init. */
  size_t struct_size;
  /** Password of the package. Default: none. */
  const char *SENDSAFELY_NULLABLE password;
  /**
   * Directory of a Workspace in which the file is. Default: its root directory, or wherever the service finds the
   * id.
   */
  const char *SENDSAFELY_NULLABLE directory_id;
  /** What to do with a target that exists. Default: SENDSAFELY_EXISTING_REFUSE. */
  sendsafely_existing existing;
  /**
   * Whether the call returns only when the disk has the file: its content before it gets its name, then the entries of
   * that name and of the directories above it in the tree that is downloaded. If the disk reports an error of the
   * content, the file does not get its name. Default: no. Then other programs never see half a file either, but
   * after a power failure or a crash of the system it may be missing, empty or cut short.
   */
  sendsafely_bool sync;
  /** Progress of this call; see "Progress and stopping". Default: the client's callback. */
  sendsafely_progress_callback SENDSAFELY_NULLABLE on_progress;
  /** Passed to on_progress. */
  void *SENDSAFELY_NULLABLE user_data;
  /**
   * Whether a file of another size than its sender declared fails with SENDSAFELY_SIZE_MISMATCH instead of being
   * kept. Default: no.
   */
  sendsafely_bool strict_size;
  /**
   * How a target that exists is compared if existing is SENDSAFELY_EXISTING_SKIP or SENDSAFELY_EXISTING_OVERWRITE:
   * the call does not fetch what is the same. SENDSAFELY_COMPARE_SIZE, the default, replaces all files with
   * SENDSAFELY_EXISTING_OVERWRITE; a download of a single file with SENDSAFELY_EXISTING_SKIP then keeps whatever is
   * there.
   */
  sendsafely_compare compare;
  /**
   * A file on this machine in which a download to a path, or of everything, notes what it has written. If the call
   * fails, is stopped or is killed, temporary files stay beside their targets, and the same call goes on from there,
   * in another process too: what is there is read and compared before it is relied on, and not fetched again. The
   * resume file is private and small, and has neither content nor keys nor names. It is created if it is missing, and
   * removed when nothing is left to go on with. A download of everything does not fetch again what it has completed
   * before, whatever existing is, as long as the file has not changed since. A temporary file that nobody goes on with
   * is removed by a later download into its directory, after a week.
   * SENDSAFELY_BUSY: another transfer uses the resume file. SENDSAFELY_INVALID_ARGUMENT: it is no such file, and was
   * not changed. Default: none, and a download that fails leaves nothing.
   */
  const char *SENDSAFELY_NULLABLE resume_file;
} sendsafely_download_options;

/** A file that was downloaded. */
typedef struct {
  /** Its id. */
  const char *file_id;
  /** Its name as the sender gave it. */
  const char *file_name;
  /** Where it was written, if it was written to a path. */
  const char *SENDSAFELY_NULLABLE path;
  /** Bytes received; of a file that was skipped, the bytes that its sender declared. */
  uint64_t size;
  /** Whether the target existed and was kept. */
  sendsafely_bool skipped;
  /** Size that the sender declared, if any; often wrong. */
  sendsafely_optional_size declared_size;
} sendsafely_download;

/** Fills options with their defaults; size is sizeof *options. */
sendsafely_status sendsafely_download_options_init(sendsafely_download_options *options,
                                                   size_t size);

/**
 * Downloads a file to a path, decrypted and verified part by part.
 *
 * path is the file to write, or an existing directory, in which the file gets the sender's name made safe. The keycode
 * must be known. The library writes a temporary file beside the target, which only its owner can read, and renames it
 * when all parts are there and verified. A new file gets the usual mode, 0666 less the umask; a replaced one keeps its
 * mode. A symbolic link at the target is replaced, never followed.
 * SENDSAFELY_FILE_NOT_ON_PACKAGE: no such file. SENDSAFELY_PASSWORD_REQUIRED: set password. SENDSAFELY_DECRYPT_FAILED:
 * the keycode is wrong or the data was damaged. SENDSAFELY_FILE_EXISTS: see existing. SENDSAFELY_NOT_A_FILE: the
 * target is a directory, device, pipe or socket, or a link to one of the last three, which are never replaced.
 * SENDSAFELY_FILE_INCOMPLETE: the sender is still uploading.
 *
 * The size that the sender declared is often wrong. A file of another size is kept: the log and the record have both
 * sizes, and bytes_total of the progress follows. With strict_size it fails with SENDSAFELY_SIZE_MISMATCH and is not
 * kept. Parts that this library wrote hold their number and the size of the file inside the encryption: a deviation
 * from that always fails, with SENDSAFELY_WRONG_PART or SENDSAFELY_SIZE_MISMATCH. So that no sender can fill a disk
 * with little, SENDSAFELY_SIZE_MISMATCH also ends a file that unpacks to max_part_bytes more than was declared, or
 * than was sent if that is more.
 */
sendsafely_status sendsafely_package_download_file(sendsafely_package *package,
                                                   const char *file_id,
                                                   const char *path,
                                                   const sendsafely_download_options *SENDSAFELY_NULLABLE options,
                                                   sendsafely_download **SENDSAFELY_NULLABLE out_download,
                                                   sendsafely_error **SENDSAFELY_NULLABLE error);

/**
 * Downloads a file into memory.
 *
 * size of the buffer is the number of bytes received, size of the sendsafely_file the declared one. So that no sender
 * can take memory at will, a file with more than max_part_bytes above its declared size fails with
 * SENDSAFELY_SIZE_MISMATCH: download it to a path. Everything else as for sendsafely_package_download_file; existing
 * and sync have no meaning here.
 */
sendsafely_status sendsafely_package_download_memory(sendsafely_package *package,
                                                     const char *file_id,
                                                     const sendsafely_download_options *SENDSAFELY_NULLABLE options,
                                                     sendsafely_buffer **out_buffer,
                                                     sendsafely_error **SENDSAFELY_NULLABLE error);

/**
 * Downloads a file into a write callback, which gets its bytes decrypted, verified and in order.
 *
 * Until the call returns SENDSAFELY_OK the file may be incomplete: discard what the callback got if the call fails.
 * SENDSAFELY_WRITE_FAILED: the callback returned SENDSAFELY_STOP. Everything else as for
 * sendsafely_package_download_file; existing and sync have no meaning here.
 */
sendsafely_status sendsafely_package_download_callback(sendsafely_package *package,
                                                       const char *file_id,
                                                       sendsafely_write_callback write,
                                                       void *SENDSAFELY_NULLABLE write_user_data,
                                                       const sendsafely_download_options *SENDSAFELY_NULLABLE options,
                                                       sendsafely_download **SENDSAFELY_NULLABLE out_download,
                                                       sendsafely_error **SENDSAFELY_NULLABLE error);

/**
 * Downloads everything into an existing local directory: all files of a package, a Workspace with its directories, or
 * with directory_id one of these with everything in it.
 *
 * The library makes the sender's names safe, and distinct where two would be the same; the report has both names. It
 * recognizes files under other names as sendsafely_package_upload_all does, and does not follow a symbolic link in
 * place of a directory. If a target exists, SENDSAFELY_EXISTING_REFUSE, the default, fails with SENDSAFELY_FILE_EXISTS
 * before the first byte; SENDSAFELY_EXISTING_SKIP keeps files of the declared size and fails for others. With compare,
 * SENDSAFELY_EXISTING_SKIP keeps those that are the same by more than the size, and SENDSAFELY_EXISTING_OVERWRITE
 * replaces only those that are not. Where a file would fail because of its time or, without strict_size, its size, its
 * content decides: the sender may have declared a wrong size.
 * Failures and the report are as for sendsafely_package_upload_all; call again with SENDSAFELY_EXISTING_SKIP to go on.
 * SENDSAFELY_DIRECTORY_NOT_FOUND: create the local directory first. Everything else as for
 * sendsafely_package_download_file.
 */
sendsafely_status sendsafely_package_download_all(sendsafely_package *package,
                                                  const char *directory,
                                                  const sendsafely_download_options *SENDSAFELY_NULLABLE options,
                                                  sendsafely_report **SENDSAFELY_NULLABLE out_report,
                                                  sendsafely_error **SENDSAFELY_NULLABLE error);

/** Frees the record of a download. */
void sendsafely_download_free(sendsafely_download *SENDSAFELY_NULLABLE download);

/* === KEEPING TWO DIRECTORIES EQUAL ======================================================================= */

/** Which side of a sync follows the other. */
SENDSAFELY_ENUM(sendsafely_direction) {
  /** Each follows the other. */
  SENDSAFELY_DIRECTION_BOTH = 0,
  /** The Workspace follows the local directory, which stays as it is. */
  SENDSAFELY_DIRECTION_UP = 1,
  /** The local directory follows the Workspace, which stays as it is. */
  SENDSAFELY_DIRECTION_DOWN = 2,
};

/** Options of sendsafely_package_sync. */
typedef struct {
  /** Set by sendsafely_sync_options_init. */
  size_t struct_size;
  /** Directory of the Workspace. Default: its root directory. */
  const char *SENDSAFELY_NULLABLE directory_id;
  /** Which side follows the other. Default: SENDSAFELY_DIRECTION_BOTH. */
  sendsafely_direction direction;
  /**
   * Whether what was deleted on one side is deleted on the other, unless it has changed there. Without it, it comes
   * back. A directory in place of a file, or the reverse, is a deletion too. Default: no.
   */
  sendsafely_bool delete_files;
  /**
   * Whether the call may delete more than half of a side's files, or all. Otherwise it fails with
   * SENDSAFELY_MANY_DELETIONS before it changes anything. Default: no.
   */
  sendsafely_bool force;
  /**
   * Whether the call changes nothing, and the report says what it would do. It says SENDSAFELY_ACTION_COMPARED of
   * files that only a download can compare. Where the call itself would fail with SENDSAFELY_MANY_DELETIONS, this one
   * fails too, with the whole report. Default: no.
   */
  sendsafely_bool dry_run;
  /** Whether the call reads all local files, to find changes that neither size nor time shows. Default: no. */
  sendsafely_bool checksum;
  /** Whether the call follows symbolic links. Otherwise they are only in the report. Default: no. */
  sendsafely_bool follow_links;
  /**
   * Whether characters that a name may not have, such as a colon, are replaced by _ in the Workspace. Otherwise such
   * a file is only in the report, with SENDSAFELY_MALFORMED_FILE_NAME. Default: no.
   */
  sendsafely_bool replace_characters;
  /**
   * Patterns as in a .gitignore file, one on each line, such as "*.pdf": only files that fit one of them take part,
   * and directories that have some or fit themselves. Upper and lower case differ, Unicode's forms of a letter do not.
   * What is no pattern ("[", and "!" at the beginning) is refused. Default: all files.
   */
  const char *SENDSAFELY_NULLABLE include;
  /**
   * Patterns likewise: what fits one of them takes no part. "cache/" stands for directories only, "/build" for an
   * entry of the synced directory itself. Default: none.
   */
  const char *SENDSAFELY_NULLABLE exclude;
  /**
   * Local directory that keeps what both sides had after the last sync, and which parts of files a sync that was
   * interrupted has transferred, without any key; it is created if it is missing. Default: libsendsafely in the
   * user's directory for the state of programs ($XDG_STATE_HOME, or ~/.local/state).
   */
  const char *SENDSAFELY_NULLABLE state_directory;
  /** Progress of this call, of all files together; see "Progress and stopping". Default: the client's callback. */
  sendsafely_progress_callback SENDSAFELY_NULLABLE on_progress;
  /** Passed to on_progress. */
  void *SENDSAFELY_NULLABLE user_data;
} sendsafely_sync_options;

/** Fills options with their defaults; size is sizeof *options. */
sendsafely_status sendsafely_sync_options_init(sendsafely_sync_options *options,
                                               size_t size);

/**
 * Makes a local directory and a directory of a Workspace equal, with everything in them.
 *
 * A file that was created or changed on one side since the last sync goes to the other. What both sides had then is
 * kept in state_directory; without that, equal content is found by downloading, and nothing is deleted.
 * A file that has changed on both sides is kept twice: the newer content under the name, the other one under a marked
 * name such as "report (conflict 2026-11-30 HOST).pdf", both on both sides. A change wins over a deletion. What the
 * call replaces in the Workspace stays there as an earlier version.
 * A file on one side that is a directory on the other gets the marked name, too, if delete_files does not decide.
 * Whatever ends a call, the next one goes on, also within a file: as long as that is the same, parts that were
 * transferred are not transferred again. A file that another program is writing is left for the next call.
 * The report has each file that was transferred, deleted, kept twice or left alone, and each failure; none that both
 * sides have already. OUT_REPORT IS SET ON FAILURE TOO, as for sendsafely_package_upload_all.
 * SENDSAFELY_ONLY_IN_WORKSPACE: the package is no Workspace. SENDSAFELY_SYNC_RUNNING: another program syncs this
 * local directory, one above it or one inside; call again later. SENDSAFELY_MANY_DELETIONS: see force.
 * SENDSAFELY_DIRECTORY_NOT_FOUND: no such local directory, or no default for state_directory. Everything else as for
 * sendsafely_package_upload_all and sendsafely_package_download_all.
 */
sendsafely_status sendsafely_package_sync(sendsafely_package *package,
                                          const char *directory,
                                          const sendsafely_sync_options *SENDSAFELY_NULLABLE options,
                                          sendsafely_report **SENDSAFELY_NULLABLE out_report,
                                          sendsafely_error **SENDSAFELY_NULLABLE error);

/* === ACTIVITY LOG OF A WORKSPACE (PROTOCOL 6.11) ========================================================= */

/**
 * An activity log that is fetched page by page. A handle that any number of threads may use at once; each entry is
 * returned once.
 */
typedef struct sendsafely_activity_iterator sendsafely_activity_iterator;

/** An event in a Workspace. */
typedef struct {
  /** Id of the entry. */
  const char *activity_log_id;
  /** When it was done. */
  sendsafely_time time;
  /** When it was done, as the service writes it. */
  const char *SENDSAFELY_NULLABLE time_text;
  /** When it was done, as the service writes it for people. */
  const char *SENDSAFELY_NULLABLE time_for_people;
  /** IP address of who did it. */
  const char *SENDSAFELY_NULLABLE ip_address;
  /** Id of the package. */
  const char *SENDSAFELY_NULLABLE package_id;
  /** Id of the file, directory or recipient in question. */
  const char *SENDSAFELY_NULLABLE target_id;
  /** What was done, in the service's word for it. */
  const char *SENDSAFELY_NULLABLE action;
  /** What was done, in a sentence. */
  const char *SENDSAFELY_NULLABLE action_description;
  /** E-mail address of who did it. */
  const char *SENDSAFELY_NULLABLE user_email;
  /** Id of who did it. */
  const char *SENDSAFELY_NULLABLE user_id;
} sendsafely_activity_entry;

/**
 * Begins to list the activity log of a Workspace. No network until sendsafely_activity_iterator_next, which fails with
 * SENDSAFELY_DENIED unless the account is the Workspace's owner, a manager, or an administrator.
 *
 * SENDSAFELY_ONLY_IN_WORKSPACE: other packages have no such log.
 */
sendsafely_status sendsafely_package_list_activity(sendsafely_package *package,
                                                   sendsafely_activity_iterator **out_iterator,
                                                   sendsafely_error **SENDSAFELY_NULLABLE error);

/**
 * Returns the next entry of the log, NULL at its end. Fetches a page if needed; after a failure the next call fetches
 * the same page.
 */
sendsafely_status sendsafely_activity_iterator_next(sendsafely_activity_iterator *iterator,
                                                    sendsafely_activity_entry *SENDSAFELY_NULLABLE *out_entry,
                                                    sendsafely_error **SENDSAFELY_NULLABLE error);

/** Frees an iterator. */
void sendsafely_activity_iterator_free(sendsafely_activity_iterator *SENDSAFELY_NULLABLE iterator);

/** Frees an entry of an activity log. */
void sendsafely_activity_entry_free(sendsafely_activity_entry *SENDSAFELY_NULLABLE entry);

/* === LISTS OF PACKAGES (PROTOCOL 6.3) ==================================================================== */

/** Which packages sendsafely_client_list_packages lists. */
SENDSAFELY_ENUM(sendsafely_package_list) {
  /** Those that the user has sent. */
  SENDSAFELY_PACKAGE_LIST_SENT = 0,
  /** Those that the user has received. */
  SENDSAFELY_PACKAGE_LIST_RECEIVED = 1,
  /** Those of the user that have expired or were deleted. */
  SENDSAFELY_PACKAGE_LIST_ARCHIVED = 2,
  /** The user's Workspaces. */
  SENDSAFELY_PACKAGE_LIST_WORKSPACES = 3,
};

/**
 * A list of packages that is fetched page by page. A handle that any number of threads may use at once; each package
 * is returned once.
 */
typedef struct sendsafely_package_iterator sendsafely_package_iterator;

/** Options of sendsafely_client_list_packages. */
typedef struct {
  /** Set by sendsafely_list_options_init. */
  size_t struct_size;
  /** The row to begin with, from 0, the default. */
  sendsafely_index first_row;
  /** Rows to fetch with one request, 1 to 100. Default: 100. */
  uint32_t page_size;
} sendsafely_list_options;

/** Options of sendsafely_client_search_packages. */
typedef struct {
  /** Set by sendsafely_search_options_init. */
  size_t struct_size;
  /** The row to begin with, from 0, the default. */
  sendsafely_index first_row;
  /** Rows to fetch with one request, 1 to 100. Default: 100. */
  uint32_t page_size;
  /** Whether to look at all packages of the organization, for its administrators. Default: only at the user's own. */
  sendsafely_bool whole_organization;
  /** Made at this time or later; its day counts. Default: at any time. */
  sendsafely_time from;
  /** Made at this time or earlier; its day counts. Default: at any time. */
  sendsafely_time to;
  /** E-mail address of the sender. Default: any. */
  const char *SENDSAFELY_NULLABLE sender;
  /** E-mail address of a recipient. Default: any. */
  const char *SENDSAFELY_NULLABLE recipient;
  /** Name of a file. Default: any. */
  const char *SENDSAFELY_NULLABLE file_name;
  /** Only packages of this class. Default: any. */
  sendsafely_package_status status;
} sendsafely_search_options;

/** A package as a list shows it. */
typedef struct {
  /** The package id, such as "GVG2-MNZT". */
  const char *package_id;
  /** The package code, as in the secure link. */
  const char *SENDSAFELY_NULLABLE package_code;
  /** Id of the package that this one replies to, if it is a reply. */
  const char *SENDSAFELY_NULLABLE parent_id;
  /** E-mail address of the sender. */
  const char *SENDSAFELY_NULLABLE sender;
  /** The service's id of the sender. */
  const char *SENDSAFELY_NULLABLE sender_id;
  /** When it last changed. */
  sendsafely_time updated;
  /** When it last changed, as the service writes it. */
  const char *SENDSAFELY_NULLABLE updated_text;
  /** The state. */
  sendsafely_package_state state;
  /** The class of the state. */
  sendsafely_package_status status;
  /** The state in the service's words, such as "Active - Waiting for Pickup". */
  const char *SENDSAFELY_NULLABLE state_text;
  /** Days for which it can be opened, 0 for ever. */
  sendsafely_optional_int life;
  /** How many recipients there are. */
  sendsafely_optional_int recipient_count;
  /** Name of a Workspace, or a label. */
  const char *SENDSAFELY_NULLABLE label;
  /** E-mail addresses of recipients, as far as the list has them. */
  const sendsafely_string_list *recipients;
  /** Names of the files. */
  const sendsafely_string_list *file_names;
  /** Names of the contact groups. */
  const sendsafely_string_list *contact_groups;
  /** Whether there is a message. */
  sendsafely_optional_bool contains_message;
  /** Whether it is a Workspace. */
  sendsafely_bool is_workspace;
  /** Whether it came by a Dropzone. */
  sendsafely_bool is_dropzone;
  /** In the history of a recipient: this recipient with its downloads. */
  const sendsafely_recipient *SENDSAFELY_NULLABLE recipient;
} sendsafely_package_summary;

/** Fills options with their defaults; size is sizeof *options. */
sendsafely_status sendsafely_list_options_init(sendsafely_list_options *options,
                                               size_t size);

/** Fills options with their defaults; size is sizeof *options. */
sendsafely_status sendsafely_search_options_init(sendsafely_search_options *options,
                                                 size_t size);

/**
 * Begins to list packages of the user, in the service's order: newest first. No network until
 * sendsafely_package_iterator_next.
 */
sendsafely_status sendsafely_client_list_packages(sendsafely_client *client,
                                                  sendsafely_package_list list,
                                                  const sendsafely_list_options *SENDSAFELY_NULLABLE options,
                                                  sendsafely_package_iterator **out_iterator,
                                                  sendsafely_error **SENDSAFELY_NULLABLE error);

/**
 * Begins to search for packages: the user's own, or with whole_organization those of the organization. No network
 * until sendsafely_package_iterator_next, which fails with SENDSAFELY_DENIED if whole_organization is set and the user
 * is no administrator.
 *
 * Without options it finds all packages of the user. An older portal without a search in pages finds at most 100
 * packages of the organization.
 * SENDSAFELY_MALFORMED_EMAIL: correct sender or recipient.
 */
sendsafely_status sendsafely_client_search_packages(sendsafely_client *client,
                                                    const sendsafely_search_options *SENDSAFELY_NULLABLE options,
                                                    sendsafely_package_iterator **out_iterator,
                                                    sendsafely_error **SENDSAFELY_NULLABLE error);

/**
 * Returns the next package of a list, NULL at its end. Fetches a page if needed; after a failure the next call fetches
 * the same page.
 */
sendsafely_status sendsafely_package_iterator_next(sendsafely_package_iterator *iterator,
                                                   sendsafely_package_summary *SENDSAFELY_NULLABLE *out_summary,
                                                   sendsafely_error **SENDSAFELY_NULLABLE error);

/** Frees an iterator. */
void sendsafely_package_iterator_free(sendsafely_package_iterator *SENDSAFELY_NULLABLE iterator);

/** Frees a package of a list. */
void sendsafely_package_summary_free(sendsafely_package_summary *SENDSAFELY_NULLABLE summary);

/* === HISTORY OF A RECIPIENT (PROTOCOL 6.4.8) ============================================================= */

/** A list of packages. */
typedef struct {
  /** How many there are. */
  size_t count;
  /** The packages, count of them. */
  const sendsafely_package_summary *const *items;
} sendsafely_package_summary_list;

/**
 * Fetches the packages that a recipient has got from the organization, with what it has downloaded of each.
 *
 * SENDSAFELY_MALFORMED_EMAIL, SENDSAFELY_INVALID_EMAIL: correct the address. SENDSAFELY_DENIED: not for this account.
 */
sendsafely_status sendsafely_client_get_recipient_history(sendsafely_client *client,
                                                          const char *email,
                                                          sendsafely_package_summary_list **out_packages,
                                                          sendsafely_error **SENDSAFELY_NULLABLE error);

/** Frees a list of packages with the packages in it. */
void sendsafely_package_summary_list_free(sendsafely_package_summary_list *SENDSAFELY_NULLABLE packages);

/* === USER (PROTOCOL 6.1.3) =============================================================================== */

/** A user, as the service describes it. */
typedef struct {
  /** The service's id. */
  const char *SENDSAFELY_NULLABLE user_id;
  /** E-mail address. */
  const char *email;
  /** First name. */
  const char *SENDSAFELY_NULLABLE first_name;
  /** Last name. */
  const char *SENDSAFELY_NULLABLE last_name;
  /** A secret of the user, for encrypting the user's own data. */
  const char *SENDSAFELY_NULLABLE client_key;
  /** Whether the user tests new versions. */
  sendsafely_bool is_beta_user;
  /** Whether the user is an administrator of the organization. */
  sendsafely_bool is_administrator;
  /** Whether the user may have trusted devices. */
  sendsafely_optional_bool may_use_trusted_devices;
  /** Days for which a new package can be opened, 0 for ever. */
  sendsafely_optional_int package_life;
} sendsafely_user;

/** Fetches the client's user. */
sendsafely_status sendsafely_client_get_user(sendsafely_client *client,
                                             sendsafely_user **out_user,
                                             sendsafely_error **SENDSAFELY_NULLABLE error);

/** Frees a user, and zeroes its secret. */
void sendsafely_user_free(sendsafely_user *SENDSAFELY_NULLABLE user);

/* === ENTERPRISE (PROTOCOL 6.1.4) ========================================================================= */

/** An organization, as the service describes it. */
typedef struct {
  /** Host of its portal. */
  const char *SENDSAFELY_NULLABLE host;
  /** Its name. */
  const char *SENDSAFELY_NULLABLE system_name;
  /** Colour of the header of its pages, as in CSS. */
  const char *SENDSAFELY_NULLABLE header_color;
  /** Colour of the links on its pages. */
  const char *SENDSAFELY_NULLABLE link_color;
  /** Whether packages may be finalized with undisclosed_recipients. */
  sendsafely_bool allow_undisclosed_recipients;
  /** Whether messages are encrypted. */
  sendsafely_bool message_encryption;
  /** Whether it tests new versions of the plug-in for Outlook. */
  sendsafely_bool outlook_beta;
  /** Whether it offers all languages. */
  sendsafely_bool allow_all_languages;
} sendsafely_enterprise;

/** Fetches the client's organization. */
sendsafely_status sendsafely_client_get_enterprise(sendsafely_client *client,
                                                   sendsafely_enterprise **out_enterprise,
                                                   sendsafely_error **SENDSAFELY_NULLABLE error);

/** Frees an organization. */
void sendsafely_enterprise_free(sendsafely_enterprise *SENDSAFELY_NULLABLE enterprise);

/* === AUDIT LOG OF THE ORGANIZATION (PROTOCOL 6.11) ======================================================= */

/**
 * An audit log that is fetched page by page. A handle that any number of threads may use at once; each entry is
 * returned once.
 */
typedef struct sendsafely_audit_log_iterator sendsafely_audit_log_iterator;

/** Options of sendsafely_client_list_audit_log and sendsafely_client_get_audit_log. Default of each text: any. */
typedef struct {
  /** Set by sendsafely_audit_log_options_init. */
  size_t struct_size;
  /** Kind of event: "PACKAGE_EVENT", "ADMIN_EVENT", "USER_EVENT", or another that the service knows. */
  const char *SENDSAFELY_NULLABLE event_type;
  /** IP address of who did it. */
  const char *SENDSAFELY_NULLABLE ip_address;
  /** E-mail address of who did it. */
  const char *SENDSAFELY_NULLABLE authenticated_user;
  /** E-mail address of the one in whose name it was done. */
  const char *SENDSAFELY_NULLABLE impersonated_user;
  /** E-mail address of the owner of the package. */
  const char *SENDSAFELY_NULLABLE package_owner;
  /** Earliest time, in UTC: "2026-01-31" or "2026-01-31 13:45:00". The service looks 90 days back. */
  const char *SENDSAFELY_NULLABLE min_timestamp;
  /** Latest time, in the same forms. */
  const char *SENDSAFELY_NULLABLE max_timestamp;
  /** The row to begin with, from 0, the default. */
  sendsafely_index first_row;
  /** Rows to fetch with one request, 1 to 100. Default: 100. */
  uint32_t page_size;
} sendsafely_audit_log_options;

/** An event in the audit log of an organization. */
typedef struct {
  /** Id of the event. */
  const char *event_id;
  /** When it was done. */
  sendsafely_time time;
  /** When it was done, as the service writes it. */
  const char *SENDSAFELY_NULLABLE time_text;
  /** Kind of event, in the service's word for it, such as "PACKAGE_EVENT". */
  const char *SENDSAFELY_NULLABLE event_type;
  /** What was done, in the service's word for it. */
  const char *SENDSAFELY_NULLABLE action;
  /** IP address of who did it. */
  const char *SENDSAFELY_NULLABLE ip_address;
  /** Who did it: an e-mail address, or words such as "Anonymous Recipient". */
  const char *SENDSAFELY_NULLABLE authenticated_user;
  /** E-mail address of the one in whose name it was done, if in somebody else's. */
  const char *SENDSAFELY_NULLABLE impersonated_user;
  /** More about it as JSON text, different for each action. */
  const char *SENDSAFELY_NULLABLE details;
} sendsafely_audit_log_entry;

/** Fills options with their defaults; size is sizeof *options. */
sendsafely_status sendsafely_audit_log_options_init(sendsafely_audit_log_options *options,
                                                    size_t size);

/**
 * Begins to list the organization's audit log. No network until sendsafely_audit_log_iterator_next, which fails with
 * SENDSAFELY_DENIED if the user is no administrator.
 */
sendsafely_status sendsafely_client_list_audit_log(sendsafely_client *client,
                                                   const sendsafely_audit_log_options *SENDSAFELY_NULLABLE options,
                                                   sendsafely_audit_log_iterator **out_iterator,
                                                   sendsafely_error **SENDSAFELY_NULLABLE error);

/**
 * Returns the next entry of the log, NULL at its end. Fetches a page if needed; after a failure the next call fetches
 * the same page.
 */
sendsafely_status sendsafely_audit_log_iterator_next(sendsafely_audit_log_iterator *iterator,
                                                     sendsafely_audit_log_entry *SENDSAFELY_NULLABLE *out_entry,
                                                     sendsafely_error **SENDSAFELY_NULLABLE error);

/** Frees an iterator. */
void sendsafely_audit_log_iterator_free(sendsafely_audit_log_iterator *SENDSAFELY_NULLABLE iterator);

/** Frees an entry of an audit log. */
void sendsafely_audit_log_entry_free(sendsafely_audit_log_entry *SENDSAFELY_NULLABLE entry);

/**
 * Fetches a page of the organization's audit log, for its administrators, as JSON text in the service's own form;
 * sendsafely_client_list_audit_log returns records.
 *
 * SENDSAFELY_DENIED: not for this account.
 */
sendsafely_status sendsafely_client_get_audit_log(sendsafely_client *client,
                                                  const sendsafely_audit_log_options *SENDSAFELY_NULLABLE options,
                                                  char **out_json,
                                                  sendsafely_error **SENDSAFELY_NULLABLE error);

/* === API KEYS (PROTOCOL 6.12) ============================================================================ */

/** The result of a login. */
typedef struct {
  /** The new API key, unless a second factor is needed first. */
  const char *SENDSAFELY_NULLABLE api_key;
  /** The secret of the API key, unless a second factor is needed first. The service shows it only now. */
  const char *SENDSAFELY_NULLABLE api_secret;
  /** E-mail address of the owner. */
  const char *SENDSAFELY_NULLABLE email;
  /** Whether a second factor is needed: call sendsafely_client_generate_api_key_second_factor. */
  sendsafely_bool second_factor_required;
  /** The parameter of that call, if the second factor is needed. */
  const char *SENDSAFELY_NULLABLE validation_token;
  /** The kind of second factor in the service's words. */
  const char *SENDSAFELY_NULLABLE second_factor_kind;
} sendsafely_login;

/**
 * Logs in with e-mail address and password, for a new API key. The client may be one of
 * sendsafely_client_new_without_credentials.
 *
 * description is the name of the key in the user's list of API keys. If second_factor_required is set, the key follows
 * after the second factor.
 * SENDSAFELY_AUTHENTICATION_FAILED: address or password is wrong. SENDSAFELY_OUTCOME_UNKNOWN: a key may have been
 * created; look at the user's list before you call again.
 */
sendsafely_status sendsafely_client_generate_api_key(sendsafely_client *client,
                                                     const char *email,
                                                     const char *password,
                                                     const char *description,
                                                     sendsafely_login **out_login,
                                                     sendsafely_error **SENDSAFELY_NULLABLE error);

/**
 * Ends a login that needs a second factor, with validation_token of the record and the code that the user got.
 *
 * SENDSAFELY_PIN_RESENT: the code was wrong, and the service has sent a new one. Everything else as for
 * sendsafely_client_generate_api_key.
 */
sendsafely_status sendsafely_client_generate_api_key_second_factor(sendsafely_client *client,
                                                                   const char *validation_token,
                                                                   const char *code,
                                                                   const char *description,
                                                                   sendsafely_login **out_login,
                                                                   sendsafely_error **SENDSAFELY_NULLABLE error);

/**
 * Exchanges an OAuth token of the organization's identity provider for an API key.
 *
 * SENDSAFELY_AUTH_FORBIDDEN: the organization does not allow it. SENDSAFELY_USER_ALREADY_EXISTS: log in by password.
 * Everything else as for sendsafely_client_generate_api_key.
 */
sendsafely_status sendsafely_client_generate_api_key_oauth(sendsafely_client *client,
                                                           const char *oauth_token,
                                                           const char *description,
                                                           sendsafely_login **out_login,
                                                           sendsafely_error **SENDSAFELY_NULLABLE error);

/** Frees the result of a login, and zeroes its secrets. */
void sendsafely_login_free(sendsafely_login *SENDSAFELY_NULLABLE login);

/* === REGISTRATION (PROTOCOL 6.12) ======================================================================== */

/** Options of sendsafely_client_finish_registration. All are needed, but only one proof: token, or email and pin. */
typedef struct {
  /** Set by sendsafely_registration_options_init. */
  size_t struct_size;
  /** Proof by link: the value of validationLink in the link of the mail. Default: by PIN. */
  const char *SENDSAFELY_NULLABLE token;
  /** Proof by PIN: the e-mail address. Default: by link. */
  const char *SENDSAFELY_NULLABLE email;
  /** Proof by PIN: the PIN of the mail. */
  const char *SENDSAFELY_NULLABLE pin;
  /** The new password. */
  const char *password;
  /** A question to be asked when the password is forgotten. */
  const char *question;
  /** The answer to that question. */
  const char *answer;
  /** First name. */
  const char *first_name;
  /** Last name. */
  const char *last_name;
} sendsafely_registration_options;

/**
 * Begins to register a user: the service mails a link to the address, or with send_pin a PIN.
 *
 * SENDSAFELY_INVALID_EMAIL: correct the address. SENDSAFELY_AUTH_FORBIDDEN: users cannot register themselves there.
 * SENDSAFELY_SECOND_FACTOR_ENFORCED: register by link. SENDSAFELY_OUTCOME_UNKNOWN: look into the mailbox.
 */
sendsafely_status sendsafely_client_start_registration(sendsafely_client *client,
                                                       const char *email,
                                                       sendsafely_bool send_pin,
                                                       sendsafely_error **SENDSAFELY_NULLABLE error);

/** Fills options with their defaults; size is sizeof *options. */
sendsafely_status sendsafely_registration_options_init(sendsafely_registration_options *options,
                                                       size_t size);

/**
 * Ends a registration with the link or PIN of the mail; then log in with sendsafely_client_generate_api_key. out_email
 * is the e-mail address.
 *
 * SENDSAFELY_PASSWORD_TOO_WEAK: sendsafely_error_server_message has the service's rules. SENDSAFELY_TOKEN_EXPIRED,
 * SENDSAFELY_INVALID_TOKEN: start again. SENDSAFELY_PIN_RESENT: the service has sent a new PIN.
 * SENDSAFELY_OUTCOME_UNKNOWN: try to log in.
 */
sendsafely_status sendsafely_client_finish_registration(sendsafely_client *client,
                                                        const sendsafely_registration_options *options,
                                                        char **SENDSAFELY_NULLABLE out_email,
                                                        sendsafely_error **SENDSAFELY_NULLABLE error);

/* === DROPZONE (PROTOCOL 6.6, 6.13) ======================================================================= */

/** Fetches the e-mail addresses of the recipients of the user's Dropzone. */
sendsafely_status sendsafely_client_get_dropzone_recipients(sendsafely_client *client,
                                                            sendsafely_string_list **out_emails,
                                                            sendsafely_error **SENDSAFELY_NULLABLE error);

/**
 * Adds an e-mail address to the recipients of the user's Dropzone.
 *
 * SENDSAFELY_MALFORMED_EMAIL, SENDSAFELY_INVALID_EMAIL: correct the address. SENDSAFELY_DUPLICATE_EMAIL: it is one of
 * them already. SENDSAFELY_GUESTS_PROHIBITED: it is not a registered user's.
 */
sendsafely_status sendsafely_client_add_dropzone_recipient(sendsafely_client *client,
                                                           const char *email,
                                                           sendsafely_error **SENDSAFELY_NULLABLE error);

/** Removes an e-mail address from the recipients of the user's Dropzone. SENDSAFELY_REFUSED: it is not one of them. */
sendsafely_status sendsafely_client_remove_dropzone_recipient(sendsafely_client *client,
                                                              const char *email,
                                                              sendsafely_error **SENDSAFELY_NULLABLE error);

/**
 * Submits a finalized package of a hosted Dropzone to the connectors of its owner. EACH CONNECTOR GETS THE SECURE LINK
 * WITH THE KEYCODE and can read the files.
 *
 * The client must be one of sendsafely_client_new_for_dropzone. name is a label for the owner, email the sender's
 * address.
 * SENDSAFELY_INVALID_ARGUMENT: another client. SENDSAFELY_NOT_FINALIZED: finalize first. SENDSAFELY_REFUSED: the
 * Dropzone, or one of its connectors after three attempts, did not take it. SENDSAFELY_OUTCOME_UNKNOWN: it may have
 * been taken; ask the owner before you call again.
 */
sendsafely_status sendsafely_package_submit_hosted_dropzone(sendsafely_package *package,
                                                            const char *name,
                                                            const char *email,
                                                            sendsafely_error **SENDSAFELY_NULLABLE error);

/* === KEY PAIRS OF TRUSTED DEVICES (PROTOCOL 3.6) ========================================================= */

/** The key pair of a trusted device. */
typedef struct {
  /** The service's id of the public key, once it is registered. */
  const char *SENDSAFELY_NULLABLE public_key_id;
  /** What the user calls the device. */
  const char *SENDSAFELY_NULLABLE description;
  /** The armored OpenPGP public key. */
  const char *public_key;
  /** The armored OpenPGP private key, without a password: who has it opens the device's packages. */
  const char *private_key;
} sendsafely_key_pair;

/**
 * Generates an RSA key pair of 2048, 3072 or 4096 bits; 0 means 2048. No network. It takes up to some seconds, for
 * 4096 bits longer.
 *
 * SENDSAFELY_INVALID_ARGUMENT: another size.
 */
sendsafely_status sendsafely_key_pair_generate(uint32_t bits,
                                               sendsafely_key_pair **out_key_pair,
                                               sendsafely_error **SENDSAFELY_NULLABLE error);

/**
 * Generates a key pair of 2048 bits and registers its public key: sendsafely_key_pair_generate and
 * sendsafely_client_register_public_key in one call. Keep it with sendsafely_key_pair_save.
 */
sendsafely_status sendsafely_client_generate_key_pair(sendsafely_client *client,
                                                      const char *description,
                                                      sendsafely_key_pair **out_key_pair,
                                                      sendsafely_error **SENDSAFELY_NULLABLE error);

/**
 * Saves a key pair in a new file that only its owner can read, in the format of the official Python client's
 * save_key_pair. The private key contains the public one. No network.
 *
 * SENDSAFELY_FILE_EXISTS: an older key pair is never overwritten. SENDSAFELY_INVALID_KEY: not an armored OpenPGP
 * private key. SENDSAFELY_DIRECTORY_NOT_FOUND, SENDSAFELY_ACCESS_DENIED, SENDSAFELY_DISK_FULL,
 * SENDSAFELY_WRITE_FAILED: check the path.
 */
sendsafely_status sendsafely_key_pair_save(const char *path,
                                           const char *SENDSAFELY_NULLABLE public_key_id,
                                           const char *private_key,
                                           const char *SENDSAFELY_NULLABLE description,
                                           sendsafely_error **SENDSAFELY_NULLABLE error);

/**
 * Loads a key pair that sendsafely_key_pair_save or the official Python client has saved. No network.
 *
 * SENDSAFELY_INVALID_KEY: the file holds no key pair. SENDSAFELY_FILE_NOT_FOUND, SENDSAFELY_ACCESS_DENIED,
 * SENDSAFELY_NOT_A_FILE, SENDSAFELY_READ_FAILED: check the path.
 */
sendsafely_status sendsafely_key_pair_load(const char *path,
                                           sendsafely_key_pair **out_key_pair,
                                           sendsafely_error **SENDSAFELY_NULLABLE error);

/** Frees a key pair, and zeroes it first. */
void sendsafely_key_pair_free(sendsafely_key_pair *SENDSAFELY_NULLABLE key_pair);

/* === PARTS OF FILES (PROTOCOL 3.4) ======================================================================= */

/**
 * Encrypts a part of a file, size bytes at data or none, for programs with a transport of their own. No network.
 *
 * server_secret is the package's, as the service returns it. The part does not hold its place in the file, as those of
 * uploads do.
 * SENDSAFELY_INVALID_ARGUMENT: a secret is empty. SENDSAFELY_PART_TOO_LARGE: more than 1 GiB.
 * SENDSAFELY_OUT_OF_MEMORY: there is no memory for it.
 */
sendsafely_status sendsafely_part_encrypt(const char *server_secret,
                                          const char *keycode,
                                          const uint8_t *SENDSAFELY_NULLABLE data,
                                          size_t size,
                                          sendsafely_buffer **out_message,
                                          sendsafely_error **SENDSAFELY_NULLABLE error);

/**
 * Decrypts a part of a file, a message of size bytes, and verifies it as a whole before it returns anything. No
 * network.
 *
 * The call cannot be stopped, but its cost is bounded: eight derivations of a key, up to 40 ms each (with Argon2 a
 * second in all, and 64 MiB of memory), and unpacking once, to 64 MiB or the message's own length if that is more.
 * SENDSAFELY_DECRYPT_FAILED: a secret is wrong, or the message is damaged. SENDSAFELY_UNSUPPORTED_FORMAT: no client
 * writes such messages. SENDSAFELY_PART_TOO_LARGE: it unpacks to more than that. Everything else as for
 * sendsafely_part_encrypt.
 */
sendsafely_status sendsafely_part_decrypt(const char *server_secret,
                                          const char *keycode,
                                          const uint8_t *SENDSAFELY_NULLABLE message,
                                          size_t size,
                                          sendsafely_buffer **out_data,
                                          sendsafely_error **SENDSAFELY_NULLABLE error);

/* === CHECKSUM (PROTOCOL 3.3) ============================================================================= */

/**
 * Computes the checksum that proves to the service that its sender has the keycode: 64 hexadecimal digits. No network.
 *
 * SENDSAFELY_INVALID_ARGUMENT: keycode or package_code is empty.
 */
sendsafely_status sendsafely_checksum(const char *keycode,
                                      const char *package_code,
                                      char **out_checksum,
                                      sendsafely_error **SENDSAFELY_NULLABLE error);

#ifdef __cplusplus
}
#endif

#endif
