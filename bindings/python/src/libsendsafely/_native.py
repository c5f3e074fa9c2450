"""The C library as ctypes sees it: made from include/sendsafely.h by tools/python_table.py, not by hand."""

from ctypes import CFUNCTYPE, POINTER, Structure, c_char_p, c_int32, c_int64, c_size_t, c_ubyte, c_uint32, c_uint64, c_void_p
from enum import IntEnum


class Status(IntEnum):
    OK = 0
    NULL_ARGUMENT = 1
    INVALID_ARGUMENT = 2
    INVALID_UTF8 = 3
    INVALID_HANDLE = 4
    BUSY = 5
    FORKED = 6
    MALFORMED_EMAIL = 7
    MALFORMED_PHONE_NUMBER = 8
    MALFORMED_LINK = 9
    MALFORMED_HOST = 10
    INSECURE_HOST = 11
    INVALID_KEY = 12
    PACKAGE_NOT_CREATED = 100
    RECIPIENT_NOT_ON_PACKAGE = 101
    NO_RECIPIENT = 102
    NO_FILE = 103
    UPLOAD_RUNNING = 104
    UPLOAD_INCOMPLETE = 105
    ALREADY_FINALIZED = 106
    WORKSPACE_NOT_FINALIZABLE = 107
    ONLY_IN_WORKSPACE = 108
    PACKAGE_DELETED = 109
    KEYCODE_UNKNOWN = 110
    NOT_FINALIZED = 111
    FILE_NOT_ON_PACKAGE = 112
    NO_CREDENTIALS = 113
    TOO_MANY_RECIPIENTS = 200
    LIFE_OUT_OF_RANGE = 201
    FILE_TOO_LARGE = 202
    KEYCODE_TOO_SHORT = 203
    MALFORMED_FILE_NAME = 204
    REFUSED = 300
    AUTHENTICATION_FAILED = 301
    UNKNOWN_PACKAGE = 302
    DENIED = 303
    LIMIT_EXCEEDED = 304
    INVALID_EMAIL = 305
    DUPLICATE_EMAIL = 306
    INVALID_RECIPIENT = 307
    INVALID_INPUT = 308
    PASSWORD_REQUIRED = 309
    APPROVER_REQUIRED = 310
    GUESTS_PROHIBITED = 311
    OUTDATED_VERSION = 312
    INVALID_FILE_NAME = 313
    INVALID_FILE_EXTENSION = 314
    DUPLICATE_FILE = 315
    SESSION_TIMEOUT = 316
    UNKNOWN_ENDPOINT = 317
    FILE_INCOMPLETE = 318
    AUTH_FORBIDDEN = 319
    SECOND_FACTOR_ENFORCED = 320
    PIN_RESENT = 321
    TOKEN_EXPIRED = 322
    INVALID_TOKEN = 323
    PASSWORD_TOO_WEAK = 324
    USER_ALREADY_EXISTS = 325
    USER_NOT_FOUND = 326
    UNREACHABLE = 400
    UNKNOWN_HOST = 401
    TIMED_OUT = 402
    TLS_FAILED = 403
    NO_TRUST_STORE = 404
    BAD_ANSWER = 405
    HTTP_ERROR = 406
    OUTCOME_UNKNOWN = 407
    STORAGE_REFUSED = 408
    DECRYPT_FAILED = 500
    UNSUPPORTED_FORMAT = 501
    PART_TOO_LARGE = 502
    SIZE_MISMATCH = 503
    WRONG_KEYCODE = 504
    FILE_NOT_FOUND = 600
    ACCESS_DENIED = 601
    NOT_A_FILE = 602
    FILE_CHANGED = 603
    FILE_EXISTS = 604
    DISK_FULL = 605
    DIRECTORY_NOT_FOUND = 606
    READ_FAILED = 607
    WRITE_FAILED = 608
    STOPPED = 700
    INTERNAL = 900


class Phase(IntEnum):
    CONNECTING = 1
    PREPARING = 2
    TRANSFERRING = 3
    WAITING = 4
    COMPLETING = 5
    FINALIZING = 6


class PackageState(IntEnum):
    UNKNOWN = -100
    DELETED_PARTIALLY_COMPLETE = -4
    DELETED_INCOMPLETE = -3
    TEMP = -2
    DELETED_COMPLETE = -1
    IN_PROGRESS = 0
    EXPIRED_INCOMPLETE = 1
    EXPIRED_COMPLETE = 2
    ACTIVE_COMPLETE = 3
    ACTIVE_INCOMPLETE = 4
    ACTIVE_PARTIALLY_COMPLETE = 5
    EXPIRED_PARTIALLY_COMPLETE = 6


class PackageStatus(IntEnum):
    ANY = 0
    ACTIVE = 1
    EXPIRED = 2
    ARCHIVED = 3


class Existing(IntEnum):
    REFUSE = 0
    OVERWRITE = 1
    SKIP = 2


class Action(IntEnum):
    NONE = 0
    UPLOADED = 1
    DOWNLOADED = 2
    SKIPPED = 3
    IGNORED = 4


class PackageList(IntEnum):
    SENT = 0
    RECEIVED = 1
    ARCHIVED = 2
    WORKSPACES = 3


STOP = 0
CONTINUE = 1
SIZE_UNKNOWN = 18446744073709551615
TIME_UNKNOWN = -9223372036854775807


class sendsafely_string_list(Structure):
    _fields_ = (
        ("count", c_size_t),
        ("items", POINTER(c_char_p)),
    )


class sendsafely_progress(Structure):
    _fields_ = (
        ("struct_size", c_size_t),
        ("phase", c_int32),
        ("retries", c_uint32),
        ("bytes_done", c_uint64),
        ("bytes_sent", c_uint64),
        ("bytes_total", c_uint64),
        ("bytes_per_second", c_uint64),
        ("parts_done", c_uint32),
        ("parts_total", c_uint32),
    )

sendsafely_progress_callback = CFUNCTYPE(c_int32, c_void_p, POINTER(sendsafely_progress))

sendsafely_log_callback = CFUNCTYPE(None, c_void_p, c_char_p)


class sendsafely_client_options(Structure):
    _fields_ = (
        ("struct_size", c_size_t),
        ("request_api", c_char_p),
        ("client_version", c_char_p),
        ("locale", c_char_p),
        ("proxy", c_char_p),
        ("ca_bundle", c_char_p),
        ("connect_timeout_ms", c_uint64),
        ("stall_timeout_ms", c_uint64),
        ("retry_window_ms", c_uint64),
        ("part_size", c_uint64),
        ("memory_budget", c_uint64),
        ("max_part_bytes", c_uint64),
        ("parts_in_flight", c_uint32),
        ("force_api_route", c_int32),
        ("allow_plain_http", c_int32),
        ("on_progress", sendsafely_progress_callback),
        ("user_data", c_void_p),
        ("on_log", sendsafely_log_callback),
        ("log_user_data", c_void_p),
    )


class sendsafely_recipient_options(Structure):
    _fields_ = (
        ("struct_size", c_size_t),
        ("phone_number", c_char_p),
        ("country_code", c_char_p),
        ("auto_enable_sms", c_int32),
    )


class sendsafely_confirmation(Structure):
    _fields_ = (
        ("ip_address", c_char_p),
        ("time", c_int64),
        ("time_text", c_char_p),
        ("is_message", c_int32),
        ("file_id", c_char_p),
        ("file_name", c_char_p),
    )


class sendsafely_confirmation_list(Structure):
    _fields_ = (
        ("count", c_size_t),
        ("items", POINTER(POINTER(sendsafely_confirmation))),
    )


class sendsafely_public_key(Structure):
    _fields_ = (
        ("public_key_id", c_char_p),
        ("public_key", c_char_p),
    )


class sendsafely_public_key_list(Structure):
    _fields_ = (
        ("count", c_size_t),
        ("items", POINTER(POINTER(sendsafely_public_key))),
    )


class sendsafely_recipient(Structure):
    _fields_ = (
        ("recipient_id", c_char_p),
        ("email", c_char_p),
        ("full_name", c_char_p),
        ("role", c_char_p),
        ("approvers", POINTER(sendsafely_string_list)),
        ("phone_numbers", POINTER(sendsafely_string_list)),
        ("needs_approval", c_int32),
        ("is_package_owner", c_int32),
        ("sms_auth", c_int32),
        ("recipient_code", c_char_p),
        ("confirmations", POINTER(sendsafely_confirmation_list)),
        ("public_keys", POINTER(sendsafely_public_key_list)),
    )


class sendsafely_recipient_result(Structure):
    _fields_ = (
        ("email", c_char_p),
        ("status", c_int32),
        ("server_code", c_char_p),
        ("server_message", c_char_p),
        ("recipient", POINTER(sendsafely_recipient)),
    )


class sendsafely_recipient_result_list(Structure):
    _fields_ = (
        ("count", c_size_t),
        ("items", POINTER(POINTER(sendsafely_recipient_result))),
    )


class sendsafely_country_code(Structure):
    _fields_ = (
        ("country_code", c_char_p),
        ("dialling_code", c_uint32),
    )


class sendsafely_country_code_list(Structure):
    _fields_ = (
        ("count", c_size_t),
        ("items", POINTER(POINTER(sendsafely_country_code))),
    )


class sendsafely_recipient_list(Structure):
    _fields_ = (
        ("count", c_size_t),
        ("items", POINTER(POINTER(sendsafely_recipient))),
    )


class sendsafely_contact_group_member(Structure):
    _fields_ = (
        ("user_id", c_char_p),
        ("email", c_char_p),
    )


class sendsafely_contact_group_member_list(Structure):
    _fields_ = (
        ("count", c_size_t),
        ("items", POINTER(POINTER(sendsafely_contact_group_member))),
    )


class sendsafely_contact_group(Structure):
    _fields_ = (
        ("contact_group_id", c_char_p),
        ("name", c_char_p),
        ("is_organization_group", c_int32),
        ("members", POINTER(sendsafely_contact_group_member_list)),
    )


class sendsafely_contact_group_list(Structure):
    _fields_ = (
        ("count", c_size_t),
        ("items", POINTER(POINTER(sendsafely_contact_group))),
    )


class sendsafely_file(Structure):
    _fields_ = (
        ("file_id", c_char_p),
        ("file_name", c_char_p),
        ("size", c_uint64),
        ("uploaded", c_int64),
        ("uploaded_text", c_char_p),
        ("created_by", c_char_p),
        ("parts", c_uint32),
        ("version", c_uint32),
        ("created_by_id", c_char_p),
    )


class sendsafely_file_list(Structure):
    _fields_ = (
        ("count", c_size_t),
        ("items", POINTER(POINTER(sendsafely_file))),
    )


class sendsafely_file_information(Structure):
    _fields_ = (
        ("file", POINTER(sendsafely_file)),
        ("old_versions", POINTER(sendsafely_file_list)),
    )


class sendsafely_subdirectory(Structure):
    _fields_ = (
        ("directory_id", c_char_p),
        ("name", c_char_p),
        ("created", c_int64),
        ("created_text", c_char_p),
    )


class sendsafely_subdirectory_list(Structure):
    _fields_ = (
        ("count", c_size_t),
        ("items", POINTER(POINTER(sendsafely_subdirectory))),
    )


class sendsafely_package_information(Structure):
    _fields_ = (
        ("package_id", c_char_p),
        ("package_code", c_char_p),
        ("sender", c_char_p),
        ("created", c_int64),
        ("created_text", c_char_p),
        ("state_name", c_char_p),
        ("state", c_int32),
        ("status", c_int32),
        ("life", c_int32),
        ("label", c_char_p),
        ("recipients", POINTER(sendsafely_recipient_list)),
        ("contact_groups", POINTER(sendsafely_contact_group_list)),
        ("files", POINTER(sendsafely_file_list)),
        ("approvers", POINTER(sendsafely_string_list)),
        ("needs_approval", c_int32),
        ("password_required", c_int32),
        ("is_workspace", c_int32),
        ("is_archived", c_int32),
        ("allow_reply_all", c_int32),
        ("contains_message", c_int32),
        ("root_directory_id", c_char_p),
        ("parent_id", c_char_p),
        ("url", c_char_p),
        ("directories", POINTER(sendsafely_subdirectory_list)),
    )


class sendsafely_upload_options(Structure):
    _fields_ = (
        ("struct_size", c_size_t),
        ("file_name", c_char_p),
        ("directory_id", c_char_p),
        ("on_progress", sendsafely_progress_callback),
        ("user_data", c_void_p),
    )


class sendsafely_finalize_options(Structure):
    _fields_ = (
        ("struct_size", c_size_t),
        ("password", c_char_p),
        ("undisclosed_recipients", c_int32),
        ("allow_reply_all", c_int32),
        ("notify_recipients", c_int32),
        ("read_only_pdf", c_int32),
        ("on_progress", sendsafely_progress_callback),
        ("user_data", c_void_p),
        ("unconfirmed_sender", c_char_p),
        ("confirmed_sender_token", c_char_p),
    )


class sendsafely_finalized(Structure):
    _fields_ = (
        ("link", c_char_p),
        ("approvers", POINTER(sendsafely_string_list)),
        ("recipients", POINTER(sendsafely_string_list)),
        ("needs_approval", c_int32),
    )


class sendsafely_link(Structure):
    _fields_ = (
        ("host", c_char_p),
        ("package_id", c_char_p),
        ("package_code", c_char_p),
        ("keycode", c_char_p),
    )


class sendsafely_download_options(Structure):
    _fields_ = (
        ("struct_size", c_size_t),
        ("password", c_char_p),
        ("directory_id", c_char_p),
        ("existing", c_int32),
        ("sync", c_int32),
        ("on_progress", sendsafely_progress_callback),
        ("user_data", c_void_p),
    )


class sendsafely_download(Structure):
    _fields_ = (
        ("file_id", c_char_p),
        ("file_name", c_char_p),
        ("path", c_char_p),
        ("size", c_uint64),
        ("skipped", c_int32),
    )


class sendsafely_buffer(Structure):
    _fields_ = (
        ("size", c_size_t),
        ("data", POINTER(c_ubyte)),
    )


class sendsafely_directory_options(Structure):
    _fields_ = (
        ("struct_size", c_size_t),
        ("sort_field", c_char_p),
        ("descending", c_int32),
        ("one_page", c_int32),
        ("file_index", c_uint64),
        ("directory_index", c_uint64),
    )


class sendsafely_directory(Structure):
    _fields_ = (
        ("directory_id", c_char_p),
        ("name", c_char_p),
        ("files", POINTER(sendsafely_file_list)),
        ("directories", POINTER(sendsafely_subdirectory_list)),
    )


class sendsafely_activity_entry(Structure):
    _fields_ = (
        ("activity_log_id", c_char_p),
        ("time", c_int64),
        ("time_text", c_char_p),
        ("time_for_people", c_char_p),
        ("ip_address", c_char_p),
        ("package_id", c_char_p),
        ("target_id", c_char_p),
        ("action", c_char_p),
        ("action_description", c_char_p),
        ("user_email", c_char_p),
        ("user_id", c_char_p),
    )


class sendsafely_upload_all_options(Structure):
    _fields_ = (
        ("struct_size", c_size_t),
        ("directory_id", c_char_p),
        ("existing", c_int32),
        ("on_progress", sendsafely_progress_callback),
        ("user_data", c_void_p),
    )


class sendsafely_report_item(Structure):
    _fields_ = (
        ("path", c_char_p),
        ("local_path", c_char_p),
        ("file_id", c_char_p),
        ("size", c_uint64),
        ("status", c_int32),
        ("action", c_int32),
        ("message", c_char_p),
        ("renamed", c_int32),
    )


class sendsafely_report(Structure):
    _fields_ = (
        ("count", c_size_t),
        ("items", POINTER(POINTER(sendsafely_report_item))),
    )


class sendsafely_list_options(Structure):
    _fields_ = (
        ("struct_size", c_size_t),
        ("first_row", c_uint64),
        ("page_size", c_uint32),
    )


class sendsafely_search_options(Structure):
    _fields_ = (
        ("struct_size", c_size_t),
        ("first_row", c_uint64),
        ("page_size", c_uint32),
        ("whole_organization", c_int32),
        ("from", c_int64),
        ("to", c_int64),
        ("sender", c_char_p),
        ("recipient", c_char_p),
        ("file_name", c_char_p),
        ("status", c_int32),
    )


class sendsafely_package_summary(Structure):
    _fields_ = (
        ("package_id", c_char_p),
        ("package_code", c_char_p),
        ("parent_id", c_char_p),
        ("sender", c_char_p),
        ("sender_id", c_char_p),
        ("updated", c_int64),
        ("updated_text", c_char_p),
        ("state", c_int32),
        ("status", c_int32),
        ("state_text", c_char_p),
        ("life", c_int32),
        ("recipient_count", c_int32),
        ("label", c_char_p),
        ("recipients", POINTER(sendsafely_string_list)),
        ("file_names", POINTER(sendsafely_string_list)),
        ("contact_groups", POINTER(sendsafely_string_list)),
        ("contains_message", c_int32),
        ("is_workspace", c_int32),
        ("is_dropzone", c_int32),
        ("recipient", POINTER(sendsafely_recipient)),
    )


class sendsafely_package_summary_list(Structure):
    _fields_ = (
        ("count", c_size_t),
        ("items", POINTER(POINTER(sendsafely_package_summary))),
    )


class sendsafely_user(Structure):
    _fields_ = (
        ("user_id", c_char_p),
        ("email", c_char_p),
        ("first_name", c_char_p),
        ("last_name", c_char_p),
        ("client_key", c_char_p),
        ("is_beta_user", c_int32),
        ("is_administrator", c_int32),
        ("may_use_trusted_devices", c_int32),
        ("package_life", c_int32),
    )


class sendsafely_enterprise(Structure):
    _fields_ = (
        ("host", c_char_p),
        ("system_name", c_char_p),
        ("header_color", c_char_p),
        ("link_color", c_char_p),
        ("allow_undisclosed_recipients", c_int32),
        ("message_encryption", c_int32),
        ("outlook_beta", c_int32),
        ("allow_all_languages", c_int32),
    )


class sendsafely_audit_log_options(Structure):
    _fields_ = (
        ("struct_size", c_size_t),
        ("event_type", c_char_p),
        ("ip_address", c_char_p),
        ("authenticated_user", c_char_p),
        ("impersonated_user", c_char_p),
        ("package_owner", c_char_p),
        ("min_timestamp", c_char_p),
        ("max_timestamp", c_char_p),
        ("first_row", c_uint64),
        ("page_size", c_uint32),
    )


class sendsafely_login(Structure):
    _fields_ = (
        ("api_key", c_char_p),
        ("api_secret", c_char_p),
        ("email", c_char_p),
        ("second_factor_required", c_int32),
        ("validation_token", c_char_p),
        ("second_factor_kind", c_char_p),
    )


class sendsafely_registration_options(Structure):
    _fields_ = (
        ("struct_size", c_size_t),
        ("token", c_char_p),
        ("email", c_char_p),
        ("pin", c_char_p),
        ("password", c_char_p),
        ("question", c_char_p),
        ("answer", c_char_p),
        ("first_name", c_char_p),
        ("last_name", c_char_p),
    )


class sendsafely_key_pair(Structure):
    _fields_ = (
        ("public_key_id", c_char_p),
        ("description", c_char_p),
        ("public_key", c_char_p),
        ("private_key", c_char_p),
    )


class sendsafely_keycode(Structure):
    _fields_ = (
        ("package_id", c_char_p),
        ("keycode", c_char_p),
        ("status", c_int32),
    )


class sendsafely_keycode_list(Structure):
    _fields_ = (
        ("count", c_size_t),
        ("items", POINTER(POINTER(sendsafely_keycode))),
    )


class sendsafely_sync_failure(Structure):
    _fields_ = (
        ("package_id", c_char_p),
        ("public_key_id", c_char_p),
        ("status", c_int32),
        ("message", c_char_p),
    )


class sendsafely_sync_failure_list(Structure):
    _fields_ = (
        ("count", c_size_t),
        ("items", POINTER(POINTER(sendsafely_sync_failure))),
    )


class sendsafely_sync_result(Structure):
    _fields_ = (
        ("synchronized", c_uint32),
        ("failures", POINTER(sendsafely_sync_failure_list)),
    )


class sendsafely_request_headers(Structure):
    _fields_ = (
        ("api_key", c_char_p),
        ("timestamp", c_char_p),
        ("signature", c_char_p),
    )

sendsafely_read_callback = CFUNCTYPE(c_int64, c_void_p, POINTER(c_ubyte), c_size_t)

sendsafely_write_callback = CFUNCTYPE(c_int32, c_void_p, POINTER(c_ubyte), c_size_t)


# Result and parameters of each function.
FUNCTIONS = {
    "sendsafely_version": (c_uint32, ()),
    "sendsafely_version_string": (c_char_p, ()),
    "sendsafely_live_objects": (c_uint64, ()),
    "sendsafely_status_name": (c_char_p, (c_int32,)),
    "sendsafely_status_description": (c_char_p, (c_int32,)),
    "sendsafely_error_status": (c_int32, (c_void_p,)),
    "sendsafely_error_message": (c_char_p, (c_void_p,)),
    "sendsafely_error_http_status": (c_int32, (c_void_p,)),
    "sendsafely_error_server_code": (c_char_p, (c_void_p,)),
    "sendsafely_error_server_message": (c_char_p, (c_void_p,)),
    "sendsafely_error_remedy": (c_char_p, (c_void_p,)),
    "sendsafely_error_is_retryable": (c_int32, (c_void_p,)),
    "sendsafely_error_free": (None, (c_void_p,)),
    "sendsafely_string_free": (None, (c_void_p,)),
    "sendsafely_string_list_free": (None, (POINTER(sendsafely_string_list),)),
    "sendsafely_client_options_init": (c_int32, (POINTER(sendsafely_client_options), c_size_t,)),
    "sendsafely_client_new": (c_int32, (c_char_p, c_char_p, c_char_p, POINTER(sendsafely_client_options), POINTER(c_void_p), POINTER(c_void_p),)),
    "sendsafely_client_new_without_credentials": (c_int32, (c_char_p, POINTER(sendsafely_client_options), POINTER(c_void_p), POINTER(c_void_p),)),
    "sendsafely_client_new_for_dropzone": (c_int32, (c_char_p, c_char_p, POINTER(sendsafely_client_options), POINTER(c_void_p), POINTER(c_void_p),)),
    "sendsafely_client_request": (c_int32, (c_void_p, c_char_p, c_char_p, c_char_p, POINTER(c_void_p), POINTER(c_void_p),)),
    "sendsafely_client_free": (None, (c_void_p,)),
    "sendsafely_package_create": (c_int32, (c_void_p, POINTER(c_void_p), POINTER(c_void_p),)),
    "sendsafely_package_create_for_user": (c_int32, (c_void_p, c_char_p, POINTER(c_void_p), POINTER(c_void_p),)),
    "sendsafely_package_create_workspace": (c_int32, (c_void_p, c_char_p, POINTER(c_void_p), POINTER(c_void_p),)),
    "sendsafely_package_open": (c_int32, (c_void_p, c_char_p, c_char_p, POINTER(c_void_p), POINTER(c_void_p),)),
    "sendsafely_package_open_link": (c_int32, (c_void_p, c_char_p, POINTER(c_void_p), POINTER(c_void_p),)),
    "sendsafely_package_open_with_private_key": (c_int32, (c_void_p, c_char_p, c_char_p, c_char_p, POINTER(c_void_p), POINTER(c_void_p),)),
    "sendsafely_package_id": (c_int32, (c_void_p, POINTER(c_void_p), POINTER(c_void_p),)),
    "sendsafely_package_code": (c_int32, (c_void_p, POINTER(c_void_p), POINTER(c_void_p),)),
    "sendsafely_package_is_workspace": (c_int32, (c_void_p, POINTER(c_int32), POINTER(c_void_p),)),
    "sendsafely_package_keycode": (c_int32, (c_void_p, POINTER(c_void_p), POINTER(c_void_p),)),
    "sendsafely_package_link": (c_int32, (c_void_p, POINTER(c_void_p), POINTER(c_void_p),)),
    "sendsafely_package_set_life": (c_int32, (c_void_p, c_int32, POINTER(c_void_p),)),
    "sendsafely_package_set_label": (c_int32, (c_void_p, c_char_p, POINTER(c_void_p),)),
    "sendsafely_package_update": (c_int32, (c_void_p, c_char_p, POINTER(c_void_p),)),
    "sendsafely_package_notify": (c_int32, (c_void_p, POINTER(c_void_p),)),
    "sendsafely_package_delete": (c_int32, (c_void_p, POINTER(c_void_p),)),
    "sendsafely_package_free": (None, (c_void_p,)),
    "sendsafely_recipient_options_init": (c_int32, (POINTER(sendsafely_recipient_options), c_size_t,)),
    "sendsafely_package_add_recipient": (c_int32, (c_void_p, c_char_p, POINTER(sendsafely_recipient_options), POINTER(POINTER(sendsafely_recipient)), POINTER(c_void_p),)),
    "sendsafely_package_add_recipients": (c_int32, (c_void_p, POINTER(c_char_p), c_size_t, POINTER(sendsafely_recipient_options), POINTER(POINTER(sendsafely_recipient_result_list)), POINTER(c_void_p),)),
    "sendsafely_package_get_recipient": (c_int32, (c_void_p, c_char_p, POINTER(POINTER(sendsafely_recipient)), POINTER(c_void_p),)),
    "sendsafely_package_set_recipient_phone": (c_int32, (c_void_p, c_char_p, c_char_p, c_char_p, POINTER(c_void_p),)),
    "sendsafely_package_set_recipient_role": (c_int32, (c_void_p, c_char_p, c_char_p, POINTER(c_void_p),)),
    "sendsafely_package_remove_recipient": (c_int32, (c_void_p, c_char_p, POINTER(c_void_p),)),
    "sendsafely_package_remove_all_recipients": (c_int32, (c_void_p, POINTER(c_void_p),)),
    "sendsafely_package_get_collaborators": (c_int32, (c_void_p, POINTER(c_void_p), POINTER(c_void_p),)),
    "sendsafely_package_get_permissions": (c_int32, (c_void_p, POINTER(c_void_p), POINTER(c_void_p),)),
    "sendsafely_country_codes": (c_int32, (POINTER(POINTER(sendsafely_country_code_list)), POINTER(c_void_p),)),
    "sendsafely_recipient_free": (None, (POINTER(sendsafely_recipient),)),
    "sendsafely_recipient_result_list_free": (None, (POINTER(sendsafely_recipient_result_list),)),
    "sendsafely_country_code_list_free": (None, (POINTER(sendsafely_country_code_list),)),
    "sendsafely_client_create_contact_group": (c_int32, (c_void_p, c_char_p, c_int32, POINTER(POINTER(sendsafely_contact_group)), POINTER(c_void_p),)),
    "sendsafely_client_get_contact_group": (c_int32, (c_void_p, c_char_p, POINTER(POINTER(sendsafely_contact_group)), POINTER(c_void_p),)),
    "sendsafely_client_get_contact_groups": (c_int32, (c_void_p, c_int32, POINTER(POINTER(sendsafely_contact_group_list)), POINTER(c_void_p),)),
    "sendsafely_client_delete_contact_group": (c_int32, (c_void_p, c_char_p, POINTER(c_void_p),)),
    "sendsafely_client_add_contact_group_member": (c_int32, (c_void_p, c_char_p, c_char_p, POINTER(POINTER(sendsafely_contact_group_member)), POINTER(c_void_p),)),
    "sendsafely_client_remove_contact_group_member": (c_int32, (c_void_p, c_char_p, c_char_p, POINTER(c_void_p),)),
    "sendsafely_package_add_contact_group": (c_int32, (c_void_p, c_char_p, POINTER(c_void_p),)),
    "sendsafely_package_remove_contact_group": (c_int32, (c_void_p, c_char_p, POINTER(c_void_p),)),
    "sendsafely_contact_group_free": (None, (POINTER(sendsafely_contact_group),)),
    "sendsafely_contact_group_list_free": (None, (POINTER(sendsafely_contact_group_list),)),
    "sendsafely_contact_group_member_free": (None, (POINTER(sendsafely_contact_group_member),)),
    "sendsafely_package_get_file_information": (c_int32, (c_void_p, c_char_p, c_char_p, POINTER(POINTER(sendsafely_file_information)), POINTER(c_void_p),)),
    "sendsafely_package_delete_file": (c_int32, (c_void_p, c_char_p, c_char_p, POINTER(c_void_p),)),
    "sendsafely_package_move_file": (c_int32, (c_void_p, c_char_p, c_char_p, POINTER(c_void_p),)),
    "sendsafely_package_rename_file": (c_int32, (c_void_p, c_char_p, c_char_p, POINTER(c_void_p),)),
    "sendsafely_package_copy_file": (c_int32, (c_void_p, c_char_p, c_void_p, c_char_p, POINTER(c_void_p), POINTER(c_void_p),)),
    "sendsafely_file_information_free": (None, (POINTER(sendsafely_file_information),)),
    "sendsafely_file_free": (None, (POINTER(sendsafely_file),)),
    "sendsafely_package_get_information": (c_int32, (c_void_p, POINTER(POINTER(sendsafely_package_information)), POINTER(c_void_p),)),
    "sendsafely_client_get_package_information": (c_int32, (c_void_p, c_char_p, POINTER(POINTER(sendsafely_package_information)), POINTER(c_void_p),)),
    "sendsafely_package_information_free": (None, (POINTER(sendsafely_package_information),)),
    "sendsafely_package_running_uploads": (c_int32, (c_void_p, POINTER(c_size_t), POINTER(c_void_p),)),
    "sendsafely_upload_options_init": (c_int32, (POINTER(sendsafely_upload_options), c_size_t,)),
    "sendsafely_package_upload_file": (c_int32, (c_void_p, c_char_p, POINTER(sendsafely_upload_options), POINTER(POINTER(sendsafely_file)), POINTER(c_void_p),)),
    "sendsafely_package_upload_memory": (c_int32, (c_void_p, c_char_p, POINTER(c_ubyte), c_size_t, POINTER(sendsafely_upload_options), POINTER(POINTER(sendsafely_file)), POINTER(c_void_p),)),
    "sendsafely_package_upload_callback": (c_int32, (c_void_p, c_char_p, sendsafely_read_callback, c_void_p, c_uint64, POINTER(sendsafely_upload_options), POINTER(POINTER(sendsafely_file)), POINTER(c_void_p),)),
    "sendsafely_package_set_message": (c_int32, (c_void_p, c_char_p, POINTER(c_void_p),)),
    "sendsafely_package_get_message": (c_int32, (c_void_p, POINTER(c_void_p), POINTER(c_void_p),)),
    "sendsafely_finalize_options_init": (c_int32, (POINTER(sendsafely_finalize_options), c_size_t,)),
    "sendsafely_package_finalize": (c_int32, (c_void_p, POINTER(sendsafely_finalize_options), POINTER(POINTER(sendsafely_finalized)), POINTER(c_void_p),)),
    "sendsafely_finalized_free": (None, (POINTER(sendsafely_finalized),)),
    "sendsafely_link_parse": (c_int32, (c_char_p, POINTER(POINTER(sendsafely_link)), POINTER(c_void_p),)),
    "sendsafely_link_find": (c_int32, (c_char_p, POINTER(POINTER(sendsafely_string_list)), POINTER(c_void_p),)),
    "sendsafely_link_free": (None, (POINTER(sendsafely_link),)),
    "sendsafely_download_options_init": (c_int32, (POINTER(sendsafely_download_options), c_size_t,)),
    "sendsafely_package_download_file": (c_int32, (c_void_p, c_char_p, c_char_p, POINTER(sendsafely_download_options), POINTER(POINTER(sendsafely_download)), POINTER(c_void_p),)),
    "sendsafely_package_download_memory": (c_int32, (c_void_p, c_char_p, POINTER(sendsafely_download_options), POINTER(POINTER(sendsafely_buffer)), POINTER(c_void_p),)),
    "sendsafely_package_download_callback": (c_int32, (c_void_p, c_char_p, sendsafely_write_callback, c_void_p, POINTER(sendsafely_download_options), POINTER(POINTER(sendsafely_download)), POINTER(c_void_p),)),
    "sendsafely_download_free": (None, (POINTER(sendsafely_download),)),
    "sendsafely_directory_options_init": (c_int32, (POINTER(sendsafely_directory_options), c_size_t,)),
    "sendsafely_package_get_directory": (c_int32, (c_void_p, c_char_p, POINTER(sendsafely_directory_options), POINTER(POINTER(sendsafely_directory)), POINTER(c_void_p),)),
    "sendsafely_package_create_directory": (c_int32, (c_void_p, c_char_p, c_char_p, POINTER(c_void_p), POINTER(c_void_p),)),
    "sendsafely_package_rename_directory": (c_int32, (c_void_p, c_char_p, c_char_p, POINTER(c_void_p),)),
    "sendsafely_package_move_directory": (c_int32, (c_void_p, c_char_p, c_char_p, POINTER(c_void_p),)),
    "sendsafely_package_delete_directory": (c_int32, (c_void_p, c_char_p, POINTER(c_void_p),)),
    "sendsafely_directory_free": (None, (POINTER(sendsafely_directory),)),
    "sendsafely_package_list_activity": (c_int32, (c_void_p, POINTER(c_void_p), POINTER(c_void_p),)),
    "sendsafely_activity_iterator_next": (c_int32, (c_void_p, POINTER(POINTER(sendsafely_activity_entry)), POINTER(c_void_p),)),
    "sendsafely_activity_iterator_free": (None, (c_void_p,)),
    "sendsafely_activity_entry_free": (None, (POINTER(sendsafely_activity_entry),)),
    "sendsafely_upload_all_options_init": (c_int32, (POINTER(sendsafely_upload_all_options), c_size_t,)),
    "sendsafely_package_upload_all": (c_int32, (c_void_p, c_char_p, POINTER(sendsafely_upload_all_options), POINTER(POINTER(sendsafely_report)), POINTER(c_void_p),)),
    "sendsafely_package_download_all": (c_int32, (c_void_p, c_char_p, POINTER(sendsafely_download_options), POINTER(POINTER(sendsafely_report)), POINTER(c_void_p),)),
    "sendsafely_report_free": (None, (POINTER(sendsafely_report),)),
    "sendsafely_list_options_init": (c_int32, (POINTER(sendsafely_list_options), c_size_t,)),
    "sendsafely_search_options_init": (c_int32, (POINTER(sendsafely_search_options), c_size_t,)),
    "sendsafely_client_list_packages": (c_int32, (c_void_p, c_int32, POINTER(sendsafely_list_options), POINTER(c_void_p), POINTER(c_void_p),)),
    "sendsafely_client_search_packages": (c_int32, (c_void_p, POINTER(sendsafely_search_options), POINTER(c_void_p), POINTER(c_void_p),)),
    "sendsafely_package_iterator_next": (c_int32, (c_void_p, POINTER(POINTER(sendsafely_package_summary)), POINTER(c_void_p),)),
    "sendsafely_client_get_recipient_history": (c_int32, (c_void_p, c_char_p, POINTER(POINTER(sendsafely_package_summary_list)), POINTER(c_void_p),)),
    "sendsafely_package_iterator_free": (None, (c_void_p,)),
    "sendsafely_package_summary_free": (None, (POINTER(sendsafely_package_summary),)),
    "sendsafely_package_summary_list_free": (None, (POINTER(sendsafely_package_summary_list),)),
    "sendsafely_client_verify_credentials": (c_int32, (c_void_p, POINTER(c_void_p), POINTER(c_void_p),)),
    "sendsafely_client_verify_version": (c_int32, (c_void_p, POINTER(c_void_p), POINTER(c_void_p),)),
    "sendsafely_client_get_user": (c_int32, (c_void_p, POINTER(POINTER(sendsafely_user)), POINTER(c_void_p),)),
    "sendsafely_client_get_enterprise": (c_int32, (c_void_p, POINTER(POINTER(sendsafely_enterprise)), POINTER(c_void_p),)),
    "sendsafely_audit_log_options_init": (c_int32, (POINTER(sendsafely_audit_log_options), c_size_t,)),
    "sendsafely_client_get_audit_log": (c_int32, (c_void_p, POINTER(sendsafely_audit_log_options), POINTER(c_void_p), POINTER(c_void_p),)),
    "sendsafely_user_free": (None, (POINTER(sendsafely_user),)),
    "sendsafely_enterprise_free": (None, (POINTER(sendsafely_enterprise),)),
    "sendsafely_client_generate_api_key": (c_int32, (c_void_p, c_char_p, c_char_p, c_char_p, POINTER(POINTER(sendsafely_login)), POINTER(c_void_p),)),
    "sendsafely_client_generate_api_key_second_factor": (c_int32, (c_void_p, c_char_p, c_char_p, c_char_p, POINTER(POINTER(sendsafely_login)), POINTER(c_void_p),)),
    "sendsafely_client_generate_api_key_oauth": (c_int32, (c_void_p, c_char_p, c_char_p, POINTER(POINTER(sendsafely_login)), POINTER(c_void_p),)),
    "sendsafely_client_start_registration": (c_int32, (c_void_p, c_char_p, c_int32, POINTER(c_void_p),)),
    "sendsafely_registration_options_init": (c_int32, (POINTER(sendsafely_registration_options), c_size_t,)),
    "sendsafely_client_finish_registration": (c_int32, (c_void_p, POINTER(sendsafely_registration_options), POINTER(c_void_p), POINTER(c_void_p),)),
    "sendsafely_login_free": (None, (POINTER(sendsafely_login),)),
    "sendsafely_client_get_dropzone_recipients": (c_int32, (c_void_p, POINTER(POINTER(sendsafely_string_list)), POINTER(c_void_p),)),
    "sendsafely_client_add_dropzone_recipient": (c_int32, (c_void_p, c_char_p, POINTER(c_void_p),)),
    "sendsafely_client_remove_dropzone_recipient": (c_int32, (c_void_p, c_char_p, POINTER(c_void_p),)),
    "sendsafely_package_submit_hosted_dropzone": (c_int32, (c_void_p, c_char_p, c_char_p, POINTER(c_void_p),)),
    "sendsafely_key_pair_generate": (c_int32, (c_uint32, POINTER(POINTER(sendsafely_key_pair)), POINTER(c_void_p),)),
    "sendsafely_client_register_public_key": (c_int32, (c_void_p, c_char_p, c_char_p, POINTER(c_void_p), POINTER(c_void_p),)),
    "sendsafely_client_generate_key_pair": (c_int32, (c_void_p, c_char_p, POINTER(POINTER(sendsafely_key_pair)), POINTER(c_void_p),)),
    "sendsafely_client_get_public_key": (c_int32, (c_void_p, c_char_p, POINTER(c_void_p), POINTER(c_void_p),)),
    "sendsafely_client_revoke_public_key": (c_int32, (c_void_p, c_char_p, POINTER(c_void_p),)),
    "sendsafely_key_pair_save": (c_int32, (c_char_p, c_char_p, c_char_p, c_char_p, POINTER(c_void_p),)),
    "sendsafely_key_pair_load": (c_int32, (c_char_p, POINTER(POINTER(sendsafely_key_pair)), POINTER(c_void_p),)),
    "sendsafely_package_get_public_keys": (c_int32, (c_void_p, c_char_p, POINTER(POINTER(sendsafely_public_key_list)), POINTER(c_void_p),)),
    "sendsafely_package_upload_keycodes": (c_int32, (c_void_p, c_char_p, POINTER(c_void_p),)),
    "sendsafely_client_get_keycodes": (c_int32, (c_void_p, c_char_p, c_char_p, POINTER(c_char_p), c_size_t, POINTER(POINTER(sendsafely_keycode_list)), POINTER(c_void_p),)),
    "sendsafely_client_sync_keycodes": (c_int32, (c_void_p, c_char_p, c_char_p, POINTER(POINTER(sendsafely_sync_result)), POINTER(c_void_p),)),
    "sendsafely_key_pair_free": (None, (POINTER(sendsafely_key_pair),)),
    "sendsafely_public_key_list_free": (None, (POINTER(sendsafely_public_key_list),)),
    "sendsafely_keycode_list_free": (None, (POINTER(sendsafely_keycode_list),)),
    "sendsafely_sync_result_free": (None, (POINTER(sendsafely_sync_result),)),
    "sendsafely_keycode_generate": (c_int32, (POINTER(c_void_p), POINTER(c_void_p),)),
    "sendsafely_checksum": (c_int32, (c_char_p, c_char_p, POINTER(c_void_p), POINTER(c_void_p),)),
    "sendsafely_part_encrypt": (c_int32, (c_char_p, c_char_p, POINTER(c_ubyte), c_size_t, POINTER(POINTER(sendsafely_buffer)), POINTER(c_void_p),)),
    "sendsafely_part_decrypt": (c_int32, (c_char_p, c_char_p, POINTER(c_ubyte), c_size_t, POINTER(POINTER(sendsafely_buffer)), POINTER(c_void_p),)),
    "sendsafely_message_encrypt": (c_int32, (c_char_p, c_char_p, c_char_p, POINTER(c_void_p), POINTER(c_void_p),)),
    "sendsafely_message_decrypt": (c_int32, (c_char_p, c_char_p, c_char_p, POINTER(c_void_p), POINTER(c_void_p),)),
    "sendsafely_keycode_encrypt": (c_int32, (c_char_p, c_char_p, POINTER(c_void_p), POINTER(c_void_p),)),
    "sendsafely_keycode_decrypt": (c_int32, (c_char_p, c_char_p, POINTER(c_void_p), POINTER(c_void_p),)),
    "sendsafely_client_sign": (c_int32, (c_void_p, c_char_p, c_char_p, c_char_p, POINTER(POINTER(sendsafely_request_headers)), POINTER(c_void_p),)),
    "sendsafely_request_headers_free": (None, (POINTER(sendsafely_request_headers),)),
    "sendsafely_buffer_free": (None, (POINTER(sendsafely_buffer),)),
}

# The function that frees each kind of record or handle.
FREE = {
    "sendsafely_string_list": "sendsafely_string_list_free",
    "sendsafely_public_key_list": "sendsafely_public_key_list_free",
    "sendsafely_recipient": "sendsafely_recipient_free",
    "sendsafely_recipient_result_list": "sendsafely_recipient_result_list_free",
    "sendsafely_country_code_list": "sendsafely_country_code_list_free",
    "sendsafely_contact_group_member": "sendsafely_contact_group_member_free",
    "sendsafely_contact_group": "sendsafely_contact_group_free",
    "sendsafely_contact_group_list": "sendsafely_contact_group_list_free",
    "sendsafely_file": "sendsafely_file_free",
    "sendsafely_file_information": "sendsafely_file_information_free",
    "sendsafely_package_information": "sendsafely_package_information_free",
    "sendsafely_finalized": "sendsafely_finalized_free",
    "sendsafely_link": "sendsafely_link_free",
    "sendsafely_download": "sendsafely_download_free",
    "sendsafely_buffer": "sendsafely_buffer_free",
    "sendsafely_directory": "sendsafely_directory_free",
    "sendsafely_activity_entry": "sendsafely_activity_entry_free",
    "sendsafely_report": "sendsafely_report_free",
    "sendsafely_package_summary": "sendsafely_package_summary_free",
    "sendsafely_package_summary_list": "sendsafely_package_summary_list_free",
    "sendsafely_user": "sendsafely_user_free",
    "sendsafely_enterprise": "sendsafely_enterprise_free",
    "sendsafely_login": "sendsafely_login_free",
    "sendsafely_key_pair": "sendsafely_key_pair_free",
    "sendsafely_keycode_list": "sendsafely_keycode_list_free",
    "sendsafely_sync_result": "sendsafely_sync_result_free",
    "sendsafely_request_headers": "sendsafely_request_headers_free",
    "sendsafely_error": "sendsafely_error_free",
    "sendsafely_client": "sendsafely_client_free",
    "sendsafely_package": "sendsafely_package_free",
    "sendsafely_activity_iterator": "sendsafely_activity_iterator_free",
    "sendsafely_package_iterator": "sendsafely_package_iterator_free",
}
