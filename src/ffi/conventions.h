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
#define SENDSAFELY_VERSION_MAJOR @MAJOR@

/** Version of this header: minor. */
#define SENDSAFELY_VERSION_MINOR @MINOR@

/** Version of this header: patch. */
#define SENDSAFELY_VERSION_PATCH @PATCH@

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

@SECTIONS@
#ifdef __cplusplus
}
#endif

#endif
