"""The C library as ctypes sees it: made from include/sendsafely.h by tools/python_table.py, not by hand."""

from ctypes import CFUNCTYPE, POINTER, Structure, c_char_p, c_int32, c_int64, c_size_t, c_ubyte, c_uint32, c_uint64, c_void_p
from typing import Any

VERSION_NUMBER = 1000
SIZE_UNKNOWN = 18446744073709551615
CONTINUE = 1
STOP = 0
TIME_UNKNOWN = -9223372036854775807
NO_RETRY = 18446744073709551615


class sendsafely_string_list(Structure):
    _fields_ = (
        ("count", c_size_t),
        ("items", POINTER(c_char_p)),
    )


class sendsafely_buffer(Structure):
    _fields_ = (
        ("size", c_size_t),
        ("data", POINTER(c_ubyte)),
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
        ("deadline_ms", c_uint64),
    )


class sendsafely_request_headers(Structure):
    _fields_ = (
        ("api_key", c_char_p),
        ("timestamp", c_char_p),
        ("signature", c_char_p),
    )


class sendsafely_link(Structure):
    _fields_ = (
        ("host", c_char_p),
        ("package_id", c_char_p),
        ("package_code", c_char_p),
        ("keycode", c_char_p),
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


class sendsafely_recipient_list(Structure):
    _fields_ = (
        ("count", c_size_t),
        ("items", POINTER(POINTER(sendsafely_recipient))),
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
        ("parts", c_int32),
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


class sendsafely_directory_options(Structure):
    _fields_ = (
        ("struct_size", c_size_t),
        ("sort_field", c_char_p),
        ("descending", c_int32),
        ("one_page", c_int32),
        ("file_index", c_uint64),
        ("directory_index", c_uint64),
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


class sendsafely_directory(Structure):
    _fields_ = (
        ("directory_id", c_char_p),
        ("name", c_char_p),
        ("files", POINTER(sendsafely_file_list)),
        ("directories", POINTER(sendsafely_subdirectory_list)),
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
        ("declared_size", c_uint64),
        ("reason", c_int32),
    )


class sendsafely_report(Structure):
    _fields_ = (
        ("count", c_size_t),
        ("items", POINTER(POINTER(sendsafely_report_item))),
    )


class sendsafely_upload_options(Structure):
    _fields_ = (
        ("struct_size", c_size_t),
        ("file_name", c_char_p),
        ("directory_id", c_char_p),
        ("on_progress", sendsafely_progress_callback),
        ("user_data", c_void_p),
        ("replace_characters", c_int32),
        ("allow_growth", c_int32),
        ("resume_file", c_char_p),
    )


class sendsafely_upload_all_options(Structure):
    _fields_ = (
        ("struct_size", c_size_t),
        ("directory_id", c_char_p),
        ("existing", c_int32),
        ("on_progress", sendsafely_progress_callback),
        ("user_data", c_void_p),
        ("replace_characters", c_int32),
        ("allow_growth", c_int32),
        ("compare", c_int32),
        ("resume_file", c_char_p),
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


class sendsafely_download_options(Structure):
    _fields_ = (
        ("struct_size", c_size_t),
        ("password", c_char_p),
        ("directory_id", c_char_p),
        ("existing", c_int32),
        ("sync", c_int32),
        ("on_progress", sendsafely_progress_callback),
        ("user_data", c_void_p),
        ("strict_size", c_int32),
        ("compare", c_int32),
        ("resume_file", c_char_p),
    )


class sendsafely_download(Structure):
    _fields_ = (
        ("file_id", c_char_p),
        ("file_name", c_char_p),
        ("path", c_char_p),
        ("size", c_uint64),
        ("skipped", c_int32),
        ("declared_size", c_uint64),
    )


class sendsafely_sync_options(Structure):
    _fields_ = (
        ("struct_size", c_size_t),
        ("directory_id", c_char_p),
        ("direction", c_int32),
        ("delete_files", c_int32),
        ("force", c_int32),
        ("dry_run", c_int32),
        ("checksum", c_int32),
        ("follow_links", c_int32),
        ("replace_characters", c_int32),
        ("include", c_char_p),
        ("exclude", c_char_p),
        ("state_directory", c_char_p),
        ("on_progress", sendsafely_progress_callback),
        ("user_data", c_void_p),
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


class sendsafely_audit_log_entry(Structure):
    _fields_ = (
        ("event_id", c_char_p),
        ("time", c_int64),
        ("time_text", c_char_p),
        ("event_type", c_char_p),
        ("action", c_char_p),
        ("ip_address", c_char_p),
        ("authenticated_user", c_char_p),
        ("impersonated_user", c_char_p),
        ("details", c_char_p),
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

sendsafely_read_callback = CFUNCTYPE(c_int64, c_void_p, POINTER(c_ubyte), c_size_t)

sendsafely_write_callback = CFUNCTYPE(c_int32, c_void_p, POINTER(c_ubyte), c_size_t)


# Of each function the result and the parameters: name, role (see tools/header.py), type, and what it means.
FUNCTIONS: dict[str, tuple[Any, tuple[tuple[str, str, Any, str], ...]]] = {
    "sendsafely_status_name": (c_char_p, (
        ("status", "integer", c_int32, "Status"),
    )),
    "sendsafely_status_description": (c_char_p, (
        ("status", "integer", c_int32, "Status"),
    )),
    "sendsafely_error_status": (c_int32, (
        ("error", "handle", c_void_p, ""),
    )),
    "sendsafely_error_message": (c_char_p, (
        ("error", "handle", c_void_p, ""),
    )),
    "sendsafely_error_http_status": (c_int32, (
        ("error", "handle", c_void_p, ""),
    )),
    "sendsafely_error_server_code": (c_char_p, (
        ("error", "handle", c_void_p, ""),
    )),
    "sendsafely_error_server_message": (c_char_p, (
        ("error", "handle", c_void_p, ""),
    )),
    "sendsafely_error_remedy": (c_char_p, (
        ("error", "handle", c_void_p, ""),
    )),
    "sendsafely_error_is_retryable": (c_int32, (
        ("error", "handle", c_void_p, ""),
    )),
    "sendsafely_error_free": (None, (
        ("error", "handle", c_void_p, ""),
    )),
    "sendsafely_string_free": (None, (
        ("text", "owned_text", c_void_p, ""),
    )),
    "sendsafely_string_list_free": (None, (
        ("list", "record", POINTER(sendsafely_string_list), "record"),
    )),
    "sendsafely_buffer_free": (None, (
        ("buffer", "record", POINTER(sendsafely_buffer), "record"),
    )),
    "sendsafely_live_objects": (c_uint64, (
    )),
    "sendsafely_client_options_init": (c_int32, (
        ("options", "options_out", POINTER(sendsafely_client_options), ""),
        ("size", "integer", c_size_t, "int"),
    )),
    "sendsafely_client_new": (c_int32, (
        ("host", "text", c_char_p, "text"),
        ("api_key", "text", c_char_p, "text"),
        ("api_secret", "text", c_char_p, "text"),
        ("options", "options", POINTER(sendsafely_client_options), ""),
        ("out_client", "handle_out", POINTER(c_void_p), ""),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_client_new_without_credentials": (c_int32, (
        ("host", "text", c_char_p, "text"),
        ("options", "options", POINTER(sendsafely_client_options), ""),
        ("out_client", "handle_out", POINTER(c_void_p), ""),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_client_new_for_dropzone": (c_int32, (
        ("host", "text", c_char_p, "text"),
        ("dropzone_id", "text", c_char_p, "text"),
        ("options", "options", POINTER(sendsafely_client_options), ""),
        ("out_client", "handle_out", POINTER(c_void_p), ""),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_client_request": (c_int32, (
        ("client", "handle", c_void_p, ""),
        ("method", "text", c_char_p, "text"),
        ("path", "text", c_char_p, "text"),
        ("json_body", "text", c_char_p, "text?"),
        ("out_json", "text_out", POINTER(c_void_p), ""),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_client_verify_credentials": (c_int32, (
        ("client", "handle", c_void_p, ""),
        ("out_email", "text_out", POINTER(c_void_p), ""),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_client_sign": (c_int32, (
        ("client", "handle", c_void_p, ""),
        ("path", "text", c_char_p, "text"),
        ("body", "text", c_char_p, "text?"),
        ("timestamp", "text", c_char_p, "text?"),
        ("out_headers", "record_out", POINTER(POINTER(sendsafely_request_headers)), ""),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_client_free": (None, (
        ("client", "handle", c_void_p, ""),
    )),
    "sendsafely_request_headers_free": (None, (
        ("headers", "record", POINTER(sendsafely_request_headers), "record"),
    )),
    "sendsafely_version": (c_uint32, (
    )),
    "sendsafely_version_string": (c_char_p, (
    )),
    "sendsafely_client_verify_version": (c_int32, (
        ("client", "handle", c_void_p, ""),
        ("out_text", "text_out", POINTER(c_void_p), ""),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_package_create": (c_int32, (
        ("client", "handle", c_void_p, ""),
        ("out_package", "handle_out", POINTER(c_void_p), ""),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_package_create_for_user": (c_int32, (
        ("client", "handle", c_void_p, ""),
        ("email", "text", c_char_p, "text"),
        ("out_package", "handle_out", POINTER(c_void_p), ""),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_package_create_workspace": (c_int32, (
        ("client", "handle", c_void_p, ""),
        ("name", "text", c_char_p, "text?"),
        ("out_package", "handle_out", POINTER(c_void_p), ""),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_package_open": (c_int32, (
        ("client", "handle", c_void_p, ""),
        ("package_id", "text", c_char_p, "text"),
        ("keycode", "text", c_char_p, "text"),
        ("out_package", "handle_out", POINTER(c_void_p), ""),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_package_open_with_private_key": (c_int32, (
        ("client", "handle", c_void_p, ""),
        ("package_id", "text", c_char_p, "text"),
        ("public_key_id", "text", c_char_p, "text"),
        ("private_key", "text", c_char_p, "text"),
        ("out_package", "handle_out", POINTER(c_void_p), ""),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_package_id": (c_int32, (
        ("package", "handle", c_void_p, ""),
        ("out_text", "text_out", POINTER(c_void_p), ""),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_package_code": (c_int32, (
        ("package", "handle", c_void_p, ""),
        ("out_text", "text_out", POINTER(c_void_p), ""),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_package_is_workspace": (c_int32, (
        ("package", "handle", c_void_p, ""),
        ("out_is_workspace", "integer_out", POINTER(c_int32), "bool"),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_package_set_life": (c_int32, (
        ("package", "handle", c_void_p, ""),
        ("days", "integer", c_int32, "int"),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_package_set_label": (c_int32, (
        ("package", "handle", c_void_p, ""),
        ("label", "text", c_char_p, "text"),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_package_update": (c_int32, (
        ("package", "handle", c_void_p, ""),
        ("json_object", "text", c_char_p, "text"),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_package_get_collaborators": (c_int32, (
        ("package", "handle", c_void_p, ""),
        ("out_json", "text_out", POINTER(c_void_p), ""),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_package_get_permissions": (c_int32, (
        ("package", "handle", c_void_p, ""),
        ("out_json", "text_out", POINTER(c_void_p), ""),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_package_notify": (c_int32, (
        ("package", "handle", c_void_p, ""),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_package_delete": (c_int32, (
        ("package", "handle", c_void_p, ""),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_package_delete_unfinished": (c_int32, (
        ("package", "handle", c_void_p, ""),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_package_free": (None, (
        ("package", "handle", c_void_p, ""),
    )),
    "sendsafely_link_parse": (c_int32, (
        ("text", "text", c_char_p, "text"),
        ("out_link", "record_out", POINTER(POINTER(sendsafely_link)), ""),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_link_find": (c_int32, (
        ("text", "text", c_char_p, "text"),
        ("out_links", "record_out", POINTER(POINTER(sendsafely_string_list)), ""),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_package_open_link": (c_int32, (
        ("client", "handle", c_void_p, ""),
        ("link", "text", c_char_p, "text"),
        ("out_package", "handle_out", POINTER(c_void_p), ""),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_package_link": (c_int32, (
        ("package", "handle", c_void_p, ""),
        ("out_text", "text_out", POINTER(c_void_p), ""),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_link_free": (None, (
        ("link", "record", POINTER(sendsafely_link), "record"),
    )),
    "sendsafely_package_keycode": (c_int32, (
        ("package", "handle", c_void_p, ""),
        ("out_text", "text_out", POINTER(c_void_p), ""),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_client_get_keycodes": (c_int32, (
        ("client", "handle", c_void_p, ""),
        ("public_key_id", "text", c_char_p, "text"),
        ("private_key", "text", c_char_p, "text"),
        ("package_ids", "texts", POINTER(c_char_p), ""),
        ("count", "integer", c_size_t, "int"),
        ("out_keycodes", "record_out", POINTER(POINTER(sendsafely_keycode_list)), ""),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_client_sync_keycodes": (c_int32, (
        ("client", "handle", c_void_p, ""),
        ("public_key_id", "text", c_char_p, "text"),
        ("private_key", "text", c_char_p, "text"),
        ("out_result", "record_out", POINTER(POINTER(sendsafely_sync_result)), ""),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_keycode_generate": (c_int32, (
        ("out_keycode", "text_out", POINTER(c_void_p), ""),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_keycode_encrypt": (c_int32, (
        ("keycode", "text", c_char_p, "text"),
        ("public_key", "text", c_char_p, "text"),
        ("out_armored", "text_out", POINTER(c_void_p), ""),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_keycode_decrypt": (c_int32, (
        ("armored", "text", c_char_p, "text"),
        ("private_key", "text", c_char_p, "text"),
        ("out_keycode", "text_out", POINTER(c_void_p), ""),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_keycode_list_free": (None, (
        ("keycodes", "record", POINTER(sendsafely_keycode_list), "record"),
    )),
    "sendsafely_sync_result_free": (None, (
        ("result", "record", POINTER(sendsafely_sync_result), "record"),
    )),
    "sendsafely_client_register_public_key": (c_int32, (
        ("client", "handle", c_void_p, ""),
        ("public_key", "text", c_char_p, "text"),
        ("description", "text", c_char_p, "text"),
        ("out_public_key_id", "text_out", POINTER(c_void_p), ""),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_client_get_public_key": (c_int32, (
        ("client", "handle", c_void_p, ""),
        ("public_key_id", "text", c_char_p, "text"),
        ("out_public_key", "text_out", POINTER(c_void_p), ""),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_client_revoke_public_key": (c_int32, (
        ("client", "handle", c_void_p, ""),
        ("public_key_id", "text", c_char_p, "text"),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_package_get_public_keys": (c_int32, (
        ("package", "handle", c_void_p, ""),
        ("recipient_id", "text", c_char_p, "text?"),
        ("out_keys", "record_out", POINTER(POINTER(sendsafely_public_key_list)), ""),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_public_key_list_free": (None, (
        ("keys", "record", POINTER(sendsafely_public_key_list), "record"),
    )),
    "sendsafely_recipient_options_init": (c_int32, (
        ("options", "options_out", POINTER(sendsafely_recipient_options), ""),
        ("size", "integer", c_size_t, "int"),
    )),
    "sendsafely_package_add_recipient": (c_int32, (
        ("package", "handle", c_void_p, ""),
        ("email", "text", c_char_p, "text"),
        ("options", "options", POINTER(sendsafely_recipient_options), ""),
        ("out_recipient", "record_out", POINTER(POINTER(sendsafely_recipient)), ""),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_package_add_recipients": (c_int32, (
        ("package", "handle", c_void_p, ""),
        ("emails", "texts", POINTER(c_char_p), ""),
        ("count", "integer", c_size_t, "int"),
        ("options", "options", POINTER(sendsafely_recipient_options), ""),
        ("out_results", "record_out", POINTER(POINTER(sendsafely_recipient_result_list)), ""),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_package_get_recipient": (c_int32, (
        ("package", "handle", c_void_p, ""),
        ("recipient_id", "text", c_char_p, "text"),
        ("out_recipient", "record_out", POINTER(POINTER(sendsafely_recipient)), ""),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_package_set_recipient_phone": (c_int32, (
        ("package", "handle", c_void_p, ""),
        ("recipient_id", "text", c_char_p, "text"),
        ("phone_number", "text", c_char_p, "text"),
        ("country_code", "text", c_char_p, "text?"),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_package_set_recipient_role": (c_int32, (
        ("package", "handle", c_void_p, ""),
        ("recipient_id", "text", c_char_p, "text"),
        ("role", "text", c_char_p, "text"),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_package_remove_recipient": (c_int32, (
        ("package", "handle", c_void_p, ""),
        ("recipient_id", "text", c_char_p, "text"),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_package_remove_all_recipients": (c_int32, (
        ("package", "handle", c_void_p, ""),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_recipient_free": (None, (
        ("recipient", "record", POINTER(sendsafely_recipient), "record"),
    )),
    "sendsafely_recipient_result_list_free": (None, (
        ("results", "record", POINTER(sendsafely_recipient_result_list), "record"),
    )),
    "sendsafely_country_codes": (c_int32, (
        ("out_countries", "record_out", POINTER(POINTER(sendsafely_country_code_list)), ""),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_country_code_list_free": (None, (
        ("countries", "record", POINTER(sendsafely_country_code_list), "record"),
    )),
    "sendsafely_client_create_contact_group": (c_int32, (
        ("client", "handle", c_void_p, ""),
        ("name", "text", c_char_p, "text"),
        ("is_organization_group", "integer", c_int32, "bool"),
        ("out_group", "record_out", POINTER(POINTER(sendsafely_contact_group)), ""),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_client_get_contact_group": (c_int32, (
        ("client", "handle", c_void_p, ""),
        ("contact_group_id", "text", c_char_p, "text"),
        ("out_group", "record_out", POINTER(POINTER(sendsafely_contact_group)), ""),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_client_get_contact_groups": (c_int32, (
        ("client", "handle", c_void_p, ""),
        ("whole_organization", "integer", c_int32, "bool"),
        ("out_groups", "record_out", POINTER(POINTER(sendsafely_contact_group_list)), ""),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_client_delete_contact_group": (c_int32, (
        ("client", "handle", c_void_p, ""),
        ("contact_group_id", "text", c_char_p, "text"),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_client_add_contact_group_member": (c_int32, (
        ("client", "handle", c_void_p, ""),
        ("contact_group_id", "text", c_char_p, "text"),
        ("email", "text", c_char_p, "text"),
        ("out_member", "record_out", POINTER(POINTER(sendsafely_contact_group_member)), ""),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_client_remove_contact_group_member": (c_int32, (
        ("client", "handle", c_void_p, ""),
        ("contact_group_id", "text", c_char_p, "text"),
        ("user_id", "text", c_char_p, "text"),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_package_add_contact_group": (c_int32, (
        ("package", "handle", c_void_p, ""),
        ("contact_group_id", "text", c_char_p, "text"),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_package_remove_contact_group": (c_int32, (
        ("package", "handle", c_void_p, ""),
        ("contact_group_id", "text", c_char_p, "text"),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_contact_group_free": (None, (
        ("group", "record", POINTER(sendsafely_contact_group), "record"),
    )),
    "sendsafely_contact_group_list_free": (None, (
        ("groups", "record", POINTER(sendsafely_contact_group_list), "record"),
    )),
    "sendsafely_contact_group_member_free": (None, (
        ("member", "record", POINTER(sendsafely_contact_group_member), "record"),
    )),
    "sendsafely_package_get_file_information": (c_int32, (
        ("package", "handle", c_void_p, ""),
        ("file_id", "text", c_char_p, "text"),
        ("directory_id", "text", c_char_p, "text?"),
        ("out_information", "record_out", POINTER(POINTER(sendsafely_file_information)), ""),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_package_delete_file": (c_int32, (
        ("package", "handle", c_void_p, ""),
        ("file_id", "text", c_char_p, "text"),
        ("directory_id", "text", c_char_p, "text?"),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_package_move_file": (c_int32, (
        ("package", "handle", c_void_p, ""),
        ("file_id", "text", c_char_p, "text"),
        ("target_directory_id", "text", c_char_p, "text?"),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_package_rename_file": (c_int32, (
        ("package", "handle", c_void_p, ""),
        ("file_id", "text", c_char_p, "text"),
        ("new_name", "text", c_char_p, "text"),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_package_copy_file": (c_int32, (
        ("source_package", "handle", c_void_p, ""),
        ("file_id", "text", c_char_p, "text"),
        ("target_package", "handle", c_void_p, ""),
        ("target_directory_id", "text", c_char_p, "text?"),
        ("out_file_id", "text_out", POINTER(c_void_p), ""),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_file_information_free": (None, (
        ("information", "record", POINTER(sendsafely_file_information), "record"),
    )),
    "sendsafely_file_free": (None, (
        ("file", "record", POINTER(sendsafely_file), "record"),
    )),
    "sendsafely_directory_options_init": (c_int32, (
        ("options", "options_out", POINTER(sendsafely_directory_options), ""),
        ("size", "integer", c_size_t, "int"),
    )),
    "sendsafely_package_get_directory": (c_int32, (
        ("package", "handle", c_void_p, ""),
        ("directory_id", "text", c_char_p, "text?"),
        ("options", "options", POINTER(sendsafely_directory_options), ""),
        ("out_directory", "record_out", POINTER(POINTER(sendsafely_directory)), ""),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_package_create_directory": (c_int32, (
        ("package", "handle", c_void_p, ""),
        ("parent_id", "text", c_char_p, "text?"),
        ("name", "text", c_char_p, "text"),
        ("out_directory_id", "text_out", POINTER(c_void_p), ""),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_package_rename_directory": (c_int32, (
        ("package", "handle", c_void_p, ""),
        ("directory_id", "text", c_char_p, "text"),
        ("new_name", "text", c_char_p, "text"),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_package_move_directory": (c_int32, (
        ("package", "handle", c_void_p, ""),
        ("directory_id", "text", c_char_p, "text"),
        ("target_directory_id", "text", c_char_p, "text?"),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_package_delete_directory": (c_int32, (
        ("package", "handle", c_void_p, ""),
        ("directory_id", "text", c_char_p, "text"),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_directory_free": (None, (
        ("directory", "record", POINTER(sendsafely_directory), "record"),
    )),
    "sendsafely_report_free": (None, (
        ("report", "record", POINTER(sendsafely_report), "record"),
    )),
    "sendsafely_package_running_uploads": (c_int32, (
        ("package", "handle", c_void_p, ""),
        ("out_count", "integer_out", POINTER(c_size_t), ""),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_upload_options_init": (c_int32, (
        ("options", "options_out", POINTER(sendsafely_upload_options), ""),
        ("size", "integer", c_size_t, "int"),
    )),
    "sendsafely_upload_all_options_init": (c_int32, (
        ("options", "options_out", POINTER(sendsafely_upload_all_options), ""),
        ("size", "integer", c_size_t, "int"),
    )),
    "sendsafely_package_upload_file": (c_int32, (
        ("package", "handle", c_void_p, ""),
        ("path", "text", c_char_p, "text"),
        ("options", "options", POINTER(sendsafely_upload_options), ""),
        ("out_file", "record_out", POINTER(POINTER(sendsafely_file)), ""),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_package_upload_memory": (c_int32, (
        ("package", "handle", c_void_p, ""),
        ("file_name", "text", c_char_p, "text"),
        ("data", "bytes", POINTER(c_ubyte), ""),
        ("size", "integer", c_size_t, "int"),
        ("options", "options", POINTER(sendsafely_upload_options), ""),
        ("out_file", "record_out", POINTER(POINTER(sendsafely_file)), ""),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_package_upload_callback": (c_int32, (
        ("package", "handle", c_void_p, ""),
        ("file_name", "text", c_char_p, "text"),
        ("read", "callback", sendsafely_read_callback, ""),
        ("read_user_data", "any", c_void_p, ""),
        ("size", "integer", c_uint64, "size"),
        ("options", "options", POINTER(sendsafely_upload_options), ""),
        ("out_file", "record_out", POINTER(POINTER(sendsafely_file)), ""),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_package_upload_all": (c_int32, (
        ("package", "handle", c_void_p, ""),
        ("directory", "text", c_char_p, "text"),
        ("options", "options", POINTER(sendsafely_upload_all_options), ""),
        ("out_report", "record_out", POINTER(POINTER(sendsafely_report)), ""),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_package_upload_keycodes": (c_int32, (
        ("package", "handle", c_void_p, ""),
        ("recipient_id", "text", c_char_p, "text?"),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_package_set_message": (c_int32, (
        ("package", "handle", c_void_p, ""),
        ("text", "text", c_char_p, "text"),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_package_get_message": (c_int32, (
        ("package", "handle", c_void_p, ""),
        ("out_text", "text_out", POINTER(c_void_p), ""),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_message_encrypt": (c_int32, (
        ("server_secret", "text", c_char_p, "text"),
        ("keycode", "text", c_char_p, "text"),
        ("text", "text", c_char_p, "text"),
        ("out_base64", "text_out", POINTER(c_void_p), ""),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_message_decrypt": (c_int32, (
        ("server_secret", "text", c_char_p, "text"),
        ("keycode", "text", c_char_p, "text"),
        ("base64", "text", c_char_p, "text"),
        ("out_text", "text_out", POINTER(c_void_p), ""),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_finalize_options_init": (c_int32, (
        ("options", "options_out", POINTER(sendsafely_finalize_options), ""),
        ("size", "integer", c_size_t, "int"),
    )),
    "sendsafely_package_finalize": (c_int32, (
        ("package", "handle", c_void_p, ""),
        ("options", "options", POINTER(sendsafely_finalize_options), ""),
        ("out_finalized", "record_out", POINTER(POINTER(sendsafely_finalized)), ""),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_finalized_free": (None, (
        ("finalized", "record", POINTER(sendsafely_finalized), "record"),
    )),
    "sendsafely_package_get_information": (c_int32, (
        ("package", "handle", c_void_p, ""),
        ("out_information", "record_out", POINTER(POINTER(sendsafely_package_information)), ""),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_client_get_package_information": (c_int32, (
        ("client", "handle", c_void_p, ""),
        ("package_id", "text", c_char_p, "text"),
        ("out_information", "record_out", POINTER(POINTER(sendsafely_package_information)), ""),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_package_information_free": (None, (
        ("information", "record", POINTER(sendsafely_package_information), "record"),
    )),
    "sendsafely_download_options_init": (c_int32, (
        ("options", "options_out", POINTER(sendsafely_download_options), ""),
        ("size", "integer", c_size_t, "int"),
    )),
    "sendsafely_package_download_file": (c_int32, (
        ("package", "handle", c_void_p, ""),
        ("file_id", "text", c_char_p, "text"),
        ("path", "text", c_char_p, "text"),
        ("options", "options", POINTER(sendsafely_download_options), ""),
        ("out_download", "record_out", POINTER(POINTER(sendsafely_download)), ""),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_package_download_memory": (c_int32, (
        ("package", "handle", c_void_p, ""),
        ("file_id", "text", c_char_p, "text"),
        ("options", "options", POINTER(sendsafely_download_options), ""),
        ("out_buffer", "record_out", POINTER(POINTER(sendsafely_buffer)), ""),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_package_download_callback": (c_int32, (
        ("package", "handle", c_void_p, ""),
        ("file_id", "text", c_char_p, "text"),
        ("write", "callback", sendsafely_write_callback, ""),
        ("write_user_data", "any", c_void_p, ""),
        ("options", "options", POINTER(sendsafely_download_options), ""),
        ("out_download", "record_out", POINTER(POINTER(sendsafely_download)), ""),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_package_download_all": (c_int32, (
        ("package", "handle", c_void_p, ""),
        ("directory", "text", c_char_p, "text"),
        ("options", "options", POINTER(sendsafely_download_options), ""),
        ("out_report", "record_out", POINTER(POINTER(sendsafely_report)), ""),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_download_free": (None, (
        ("download", "record", POINTER(sendsafely_download), "record"),
    )),
    "sendsafely_sync_options_init": (c_int32, (
        ("options", "options_out", POINTER(sendsafely_sync_options), ""),
        ("size", "integer", c_size_t, "int"),
    )),
    "sendsafely_package_sync": (c_int32, (
        ("package", "handle", c_void_p, ""),
        ("directory", "text", c_char_p, "text"),
        ("options", "options", POINTER(sendsafely_sync_options), ""),
        ("out_report", "record_out", POINTER(POINTER(sendsafely_report)), ""),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_package_list_activity": (c_int32, (
        ("package", "handle", c_void_p, ""),
        ("out_iterator", "handle_out", POINTER(c_void_p), ""),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_activity_iterator_next": (c_int32, (
        ("iterator", "handle", c_void_p, ""),
        ("out_entry", "record_out", POINTER(POINTER(sendsafely_activity_entry)), ""),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_activity_iterator_free": (None, (
        ("iterator", "handle", c_void_p, ""),
    )),
    "sendsafely_activity_entry_free": (None, (
        ("entry", "record", POINTER(sendsafely_activity_entry), "record"),
    )),
    "sendsafely_list_options_init": (c_int32, (
        ("options", "options_out", POINTER(sendsafely_list_options), ""),
        ("size", "integer", c_size_t, "int"),
    )),
    "sendsafely_search_options_init": (c_int32, (
        ("options", "options_out", POINTER(sendsafely_search_options), ""),
        ("size", "integer", c_size_t, "int"),
    )),
    "sendsafely_client_list_packages": (c_int32, (
        ("client", "handle", c_void_p, ""),
        ("list", "integer", c_int32, "PackageList"),
        ("options", "options", POINTER(sendsafely_list_options), ""),
        ("out_iterator", "handle_out", POINTER(c_void_p), ""),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_client_search_packages": (c_int32, (
        ("client", "handle", c_void_p, ""),
        ("options", "options", POINTER(sendsafely_search_options), ""),
        ("out_iterator", "handle_out", POINTER(c_void_p), ""),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_package_iterator_next": (c_int32, (
        ("iterator", "handle", c_void_p, ""),
        ("out_summary", "record_out", POINTER(POINTER(sendsafely_package_summary)), ""),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_package_iterator_free": (None, (
        ("iterator", "handle", c_void_p, ""),
    )),
    "sendsafely_package_summary_free": (None, (
        ("summary", "record", POINTER(sendsafely_package_summary), "record"),
    )),
    "sendsafely_client_get_recipient_history": (c_int32, (
        ("client", "handle", c_void_p, ""),
        ("email", "text", c_char_p, "text"),
        ("out_packages", "record_out", POINTER(POINTER(sendsafely_package_summary_list)), ""),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_package_summary_list_free": (None, (
        ("packages", "record", POINTER(sendsafely_package_summary_list), "record"),
    )),
    "sendsafely_client_get_user": (c_int32, (
        ("client", "handle", c_void_p, ""),
        ("out_user", "record_out", POINTER(POINTER(sendsafely_user)), ""),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_user_free": (None, (
        ("user", "record", POINTER(sendsafely_user), "record"),
    )),
    "sendsafely_client_get_enterprise": (c_int32, (
        ("client", "handle", c_void_p, ""),
        ("out_enterprise", "record_out", POINTER(POINTER(sendsafely_enterprise)), ""),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_enterprise_free": (None, (
        ("enterprise", "record", POINTER(sendsafely_enterprise), "record"),
    )),
    "sendsafely_audit_log_options_init": (c_int32, (
        ("options", "options_out", POINTER(sendsafely_audit_log_options), ""),
        ("size", "integer", c_size_t, "int"),
    )),
    "sendsafely_client_list_audit_log": (c_int32, (
        ("client", "handle", c_void_p, ""),
        ("options", "options", POINTER(sendsafely_audit_log_options), ""),
        ("out_iterator", "handle_out", POINTER(c_void_p), ""),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_audit_log_iterator_next": (c_int32, (
        ("iterator", "handle", c_void_p, ""),
        ("out_entry", "record_out", POINTER(POINTER(sendsafely_audit_log_entry)), ""),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_audit_log_iterator_free": (None, (
        ("iterator", "handle", c_void_p, ""),
    )),
    "sendsafely_audit_log_entry_free": (None, (
        ("entry", "record", POINTER(sendsafely_audit_log_entry), "record"),
    )),
    "sendsafely_client_get_audit_log": (c_int32, (
        ("client", "handle", c_void_p, ""),
        ("options", "options", POINTER(sendsafely_audit_log_options), ""),
        ("out_json", "text_out", POINTER(c_void_p), ""),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_client_generate_api_key": (c_int32, (
        ("client", "handle", c_void_p, ""),
        ("email", "text", c_char_p, "text"),
        ("password", "text", c_char_p, "text"),
        ("description", "text", c_char_p, "text"),
        ("out_login", "record_out", POINTER(POINTER(sendsafely_login)), ""),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_client_generate_api_key_second_factor": (c_int32, (
        ("client", "handle", c_void_p, ""),
        ("validation_token", "text", c_char_p, "text"),
        ("code", "text", c_char_p, "text"),
        ("description", "text", c_char_p, "text"),
        ("out_login", "record_out", POINTER(POINTER(sendsafely_login)), ""),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_client_generate_api_key_oauth": (c_int32, (
        ("client", "handle", c_void_p, ""),
        ("oauth_token", "text", c_char_p, "text"),
        ("description", "text", c_char_p, "text"),
        ("out_login", "record_out", POINTER(POINTER(sendsafely_login)), ""),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_login_free": (None, (
        ("login", "record", POINTER(sendsafely_login), "record"),
    )),
    "sendsafely_client_start_registration": (c_int32, (
        ("client", "handle", c_void_p, ""),
        ("email", "text", c_char_p, "text"),
        ("send_pin", "integer", c_int32, "bool"),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_registration_options_init": (c_int32, (
        ("options", "options_out", POINTER(sendsafely_registration_options), ""),
        ("size", "integer", c_size_t, "int"),
    )),
    "sendsafely_client_finish_registration": (c_int32, (
        ("client", "handle", c_void_p, ""),
        ("options", "options", POINTER(sendsafely_registration_options), ""),
        ("out_email", "text_out", POINTER(c_void_p), ""),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_client_get_dropzone_recipients": (c_int32, (
        ("client", "handle", c_void_p, ""),
        ("out_emails", "record_out", POINTER(POINTER(sendsafely_string_list)), ""),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_client_add_dropzone_recipient": (c_int32, (
        ("client", "handle", c_void_p, ""),
        ("email", "text", c_char_p, "text"),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_client_remove_dropzone_recipient": (c_int32, (
        ("client", "handle", c_void_p, ""),
        ("email", "text", c_char_p, "text"),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_package_submit_hosted_dropzone": (c_int32, (
        ("package", "handle", c_void_p, ""),
        ("name", "text", c_char_p, "text"),
        ("email", "text", c_char_p, "text"),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_key_pair_generate": (c_int32, (
        ("bits", "integer", c_uint32, "int"),
        ("out_key_pair", "record_out", POINTER(POINTER(sendsafely_key_pair)), ""),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_client_generate_key_pair": (c_int32, (
        ("client", "handle", c_void_p, ""),
        ("description", "text", c_char_p, "text"),
        ("out_key_pair", "record_out", POINTER(POINTER(sendsafely_key_pair)), ""),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_key_pair_save": (c_int32, (
        ("path", "text", c_char_p, "text"),
        ("public_key_id", "text", c_char_p, "text?"),
        ("private_key", "text", c_char_p, "text"),
        ("description", "text", c_char_p, "text?"),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_key_pair_load": (c_int32, (
        ("path", "text", c_char_p, "text"),
        ("out_key_pair", "record_out", POINTER(POINTER(sendsafely_key_pair)), ""),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_key_pair_free": (None, (
        ("key_pair", "record", POINTER(sendsafely_key_pair), "record"),
    )),
    "sendsafely_part_encrypt": (c_int32, (
        ("server_secret", "text", c_char_p, "text"),
        ("keycode", "text", c_char_p, "text"),
        ("data", "bytes", POINTER(c_ubyte), ""),
        ("size", "integer", c_size_t, "int"),
        ("out_message", "record_out", POINTER(POINTER(sendsafely_buffer)), ""),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_part_decrypt": (c_int32, (
        ("server_secret", "text", c_char_p, "text"),
        ("keycode", "text", c_char_p, "text"),
        ("message", "bytes", POINTER(c_ubyte), ""),
        ("size", "integer", c_size_t, "int"),
        ("out_data", "record_out", POINTER(POINTER(sendsafely_buffer)), ""),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
    "sendsafely_checksum": (c_int32, (
        ("keycode", "text", c_char_p, "text"),
        ("package_code", "text", c_char_p, "text"),
        ("out_checksum", "text_out", POINTER(c_void_p), ""),
        ("error", "handle_out", POINTER(c_void_p), ""),
    )),
}

# The function that frees each kind of record or handle.
FREE = {
    "sendsafely_string_list": "sendsafely_string_list_free",
    "sendsafely_buffer": "sendsafely_buffer_free",
    "sendsafely_request_headers": "sendsafely_request_headers_free",
    "sendsafely_link": "sendsafely_link_free",
    "sendsafely_keycode_list": "sendsafely_keycode_list_free",
    "sendsafely_sync_result": "sendsafely_sync_result_free",
    "sendsafely_public_key_list": "sendsafely_public_key_list_free",
    "sendsafely_recipient": "sendsafely_recipient_free",
    "sendsafely_recipient_result_list": "sendsafely_recipient_result_list_free",
    "sendsafely_country_code_list": "sendsafely_country_code_list_free",
    "sendsafely_contact_group_member": "sendsafely_contact_group_member_free",
    "sendsafely_contact_group": "sendsafely_contact_group_free",
    "sendsafely_contact_group_list": "sendsafely_contact_group_list_free",
    "sendsafely_file": "sendsafely_file_free",
    "sendsafely_file_information": "sendsafely_file_information_free",
    "sendsafely_directory": "sendsafely_directory_free",
    "sendsafely_report": "sendsafely_report_free",
    "sendsafely_finalized": "sendsafely_finalized_free",
    "sendsafely_package_information": "sendsafely_package_information_free",
    "sendsafely_download": "sendsafely_download_free",
    "sendsafely_activity_entry": "sendsafely_activity_entry_free",
    "sendsafely_package_summary": "sendsafely_package_summary_free",
    "sendsafely_package_summary_list": "sendsafely_package_summary_list_free",
    "sendsafely_user": "sendsafely_user_free",
    "sendsafely_enterprise": "sendsafely_enterprise_free",
    "sendsafely_audit_log_entry": "sendsafely_audit_log_entry_free",
    "sendsafely_login": "sendsafely_login_free",
    "sendsafely_key_pair": "sendsafely_key_pair_free",
    "sendsafely_error": "sendsafely_error_free",
    "sendsafely_client": "sendsafely_client_free",
    "sendsafely_package": "sendsafely_package_free",
    "sendsafely_activity_iterator": "sendsafely_activity_iterator_free",
    "sendsafely_package_iterator": "sendsafely_package_iterator_free",
    "sendsafely_audit_log_iterator": "sendsafely_audit_log_iterator_free",
}

# What the fields of each struct mean: a ? after what may be None, the name of an enum for its values.
FIELDS: dict[str, dict[str, str]] = {
    "sendsafely_progress": {
        "phase": "Phase",
        "retries": "int",
        "bytes_done": "int",
        "bytes_sent": "int",
        "bytes_total": "size",
        "bytes_per_second": "int",
        "parts_done": "int",
        "parts_total": "int",
    },
    "sendsafely_client_options": {
        "request_api": "text?",
        "client_version": "text?",
        "locale": "text?",
        "proxy": "text?",
        "ca_bundle": "text?",
        "connect_timeout_ms": "int",
        "stall_timeout_ms": "int",
        "retry_window_ms": "int",
        "part_size": "int",
        "memory_budget": "int",
        "max_part_bytes": "int",
        "parts_in_flight": "int",
        "force_api_route": "bool",
        "allow_plain_http": "bool",
        "deadline_ms": "int",
    },
    "sendsafely_request_headers": {
        "api_key": "text",
        "timestamp": "text?",
        "signature": "text?",
    },
    "sendsafely_link": {
        "host": "text",
        "package_id": "text?",
        "package_code": "text",
        "keycode": "text?",
    },
    "sendsafely_keycode": {
        "package_id": "text",
        "keycode": "text?",
        "status": "Status",
    },
    "sendsafely_sync_failure": {
        "package_id": "text",
        "public_key_id": "text",
        "status": "Status",
        "message": "text",
    },
    "sendsafely_sync_result": {
        "synchronized": "int",
        "failures": "record",
    },
    "sendsafely_public_key": {
        "public_key_id": "text",
        "public_key": "text",
    },
    "sendsafely_recipient_options": {
        "phone_number": "text?",
        "country_code": "text?",
        "auto_enable_sms": "bool",
    },
    "sendsafely_confirmation": {
        "ip_address": "text?",
        "time": "time",
        "time_text": "text?",
        "is_message": "bool",
        "file_id": "text?",
        "file_name": "text?",
    },
    "sendsafely_recipient": {
        "recipient_id": "text",
        "email": "text",
        "full_name": "text?",
        "role": "text?",
        "approvers": "record",
        "phone_numbers": "record",
        "needs_approval": "bool",
        "is_package_owner": "bool",
        "sms_auth": "bool",
        "recipient_code": "text?",
        "confirmations": "record",
        "public_keys": "record",
    },
    "sendsafely_recipient_result": {
        "email": "text",
        "status": "Status",
        "server_code": "text?",
        "server_message": "text?",
        "recipient": "record",
    },
    "sendsafely_country_code": {
        "country_code": "text",
        "dialling_code": "int",
    },
    "sendsafely_contact_group_member": {
        "user_id": "text?",
        "email": "text",
    },
    "sendsafely_contact_group": {
        "contact_group_id": "text",
        "name": "text",
        "is_organization_group": "bool",
        "members": "record",
    },
    "sendsafely_file": {
        "file_id": "text",
        "file_name": "text",
        "size": "size",
        "uploaded": "time",
        "uploaded_text": "text?",
        "created_by": "text?",
        "parts": "int?",
        "version": "int",
        "created_by_id": "text?",
    },
    "sendsafely_file_information": {
        "file": "record",
        "old_versions": "record",
    },
    "sendsafely_directory_options": {
        "sort_field": "text?",
        "descending": "bool",
        "one_page": "bool",
        "file_index": "int",
        "directory_index": "int",
    },
    "sendsafely_subdirectory": {
        "directory_id": "text",
        "name": "text",
        "created": "time",
        "created_text": "text?",
    },
    "sendsafely_directory": {
        "directory_id": "text",
        "name": "text",
        "files": "record",
        "directories": "record",
    },
    "sendsafely_report_item": {
        "path": "text",
        "local_path": "text?",
        "file_id": "text?",
        "size": "int",
        "status": "Status",
        "action": "Action",
        "message": "text?",
        "renamed": "bool",
        "declared_size": "size",
        "reason": "Reason",
    },
    "sendsafely_upload_options": {
        "file_name": "text?",
        "directory_id": "text?",
        "replace_characters": "bool",
        "allow_growth": "bool",
        "resume_file": "text?",
    },
    "sendsafely_upload_all_options": {
        "directory_id": "text?",
        "existing": "Existing",
        "replace_characters": "bool",
        "allow_growth": "bool",
        "compare": "Compare",
        "resume_file": "text?",
    },
    "sendsafely_finalize_options": {
        "password": "text?",
        "undisclosed_recipients": "bool",
        "allow_reply_all": "bool",
        "notify_recipients": "bool",
        "read_only_pdf": "bool",
        "unconfirmed_sender": "text?",
        "confirmed_sender_token": "text?",
    },
    "sendsafely_finalized": {
        "link": "text",
        "approvers": "record",
        "recipients": "record",
        "needs_approval": "bool",
    },
    "sendsafely_package_information": {
        "package_id": "text",
        "package_code": "text",
        "sender": "text?",
        "created": "time",
        "created_text": "text?",
        "state_name": "text?",
        "state": "PackageState",
        "status": "PackageStatus",
        "life": "int?",
        "label": "text?",
        "recipients": "record",
        "contact_groups": "record",
        "files": "record",
        "approvers": "record",
        "needs_approval": "bool",
        "password_required": "bool",
        "is_workspace": "bool",
        "is_archived": "bool",
        "allow_reply_all": "bool",
        "contains_message": "bool?",
        "root_directory_id": "text?",
        "parent_id": "text?",
        "url": "text?",
        "directories": "record",
    },
    "sendsafely_download_options": {
        "password": "text?",
        "directory_id": "text?",
        "existing": "Existing",
        "sync": "bool",
        "strict_size": "bool",
        "compare": "Compare",
        "resume_file": "text?",
    },
    "sendsafely_download": {
        "file_id": "text",
        "file_name": "text",
        "path": "text?",
        "size": "int",
        "skipped": "bool",
        "declared_size": "size",
    },
    "sendsafely_sync_options": {
        "directory_id": "text?",
        "direction": "Direction",
        "delete_files": "bool",
        "force": "bool",
        "dry_run": "bool",
        "checksum": "bool",
        "follow_links": "bool",
        "replace_characters": "bool",
        "include": "text?",
        "exclude": "text?",
        "state_directory": "text?",
    },
    "sendsafely_activity_entry": {
        "activity_log_id": "text",
        "time": "time",
        "time_text": "text?",
        "time_for_people": "text?",
        "ip_address": "text?",
        "package_id": "text?",
        "target_id": "text?",
        "action": "text?",
        "action_description": "text?",
        "user_email": "text?",
        "user_id": "text?",
    },
    "sendsafely_list_options": {
        "first_row": "int",
        "page_size": "int",
    },
    "sendsafely_search_options": {
        "first_row": "int",
        "page_size": "int",
        "whole_organization": "bool",
        "from": "time",
        "to": "time",
        "sender": "text?",
        "recipient": "text?",
        "file_name": "text?",
        "status": "PackageStatus",
    },
    "sendsafely_package_summary": {
        "package_id": "text",
        "package_code": "text?",
        "parent_id": "text?",
        "sender": "text?",
        "sender_id": "text?",
        "updated": "time",
        "updated_text": "text?",
        "state": "PackageState",
        "status": "PackageStatus",
        "state_text": "text?",
        "life": "int?",
        "recipient_count": "int?",
        "label": "text?",
        "recipients": "record",
        "file_names": "record",
        "contact_groups": "record",
        "contains_message": "bool?",
        "is_workspace": "bool",
        "is_dropzone": "bool",
        "recipient": "record",
    },
    "sendsafely_user": {
        "user_id": "text?",
        "email": "text",
        "first_name": "text?",
        "last_name": "text?",
        "client_key": "text?",
        "is_beta_user": "bool",
        "is_administrator": "bool",
        "may_use_trusted_devices": "bool?",
        "package_life": "int?",
    },
    "sendsafely_enterprise": {
        "host": "text?",
        "system_name": "text?",
        "header_color": "text?",
        "link_color": "text?",
        "allow_undisclosed_recipients": "bool",
        "message_encryption": "bool",
        "outlook_beta": "bool",
        "allow_all_languages": "bool",
    },
    "sendsafely_audit_log_options": {
        "event_type": "text?",
        "ip_address": "text?",
        "authenticated_user": "text?",
        "impersonated_user": "text?",
        "package_owner": "text?",
        "min_timestamp": "text?",
        "max_timestamp": "text?",
        "first_row": "int",
        "page_size": "int",
    },
    "sendsafely_audit_log_entry": {
        "event_id": "text",
        "time": "time",
        "time_text": "text?",
        "event_type": "text?",
        "action": "text?",
        "ip_address": "text?",
        "authenticated_user": "text?",
        "impersonated_user": "text?",
        "details": "text?",
    },
    "sendsafely_login": {
        "api_key": "text?",
        "api_secret": "text?",
        "email": "text?",
        "second_factor_required": "bool",
        "validation_token": "text?",
        "second_factor_kind": "text?",
    },
    "sendsafely_registration_options": {
        "token": "text?",
        "email": "text?",
        "pin": "text?",
        "password": "text",
        "question": "text",
        "answer": "text",
        "first_name": "text",
        "last_name": "text",
    },
    "sendsafely_key_pair": {
        "public_key_id": "text?",
        "description": "text?",
        "public_key": "text",
        "private_key": "text",
    },
}
