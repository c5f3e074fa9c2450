// Made from include/sendsafely.h by tools/csharp_table.py, not by hand.

using System;
using System.Runtime.InteropServices;

namespace LibSendSafely
{
    /// <summary>The C library: its functions and structs under their own names.</summary>
    internal static class Native
    {
        private const string Library = "sendsafely";
        private const CallingConvention C = CallingConvention.Cdecl;

        internal const uint SENDSAFELY_VERSION_MAJOR = 0;
        internal const uint SENDSAFELY_VERSION_MINOR = 1;
        internal const uint SENDSAFELY_VERSION_PATCH = 0;
        internal const uint SENDSAFELY_VERSION_NUMBER = 1000;
        internal const ulong SENDSAFELY_SIZE_UNKNOWN = 18446744073709551615;
        internal const int SENDSAFELY_CONTINUE = 1;
        internal const int SENDSAFELY_STOP = 0;
        internal const long SENDSAFELY_TIME_UNKNOWN = -9223372036854775807;
        internal const ulong SENDSAFELY_NO_RETRY = 18446744073709551615;

        [UnmanagedFunctionPointer(C)]
        internal delegate int sendsafely_progress_callback(IntPtr user_data, IntPtr progress);

        [UnmanagedFunctionPointer(C)]
        internal delegate void sendsafely_log_callback(IntPtr user_data, IntPtr line);

        [UnmanagedFunctionPointer(C)]
        internal delegate long sendsafely_read_callback(IntPtr user_data, IntPtr buffer, UIntPtr capacity);

        [UnmanagedFunctionPointer(C)]
        internal delegate int sendsafely_write_callback(IntPtr user_data, IntPtr data, UIntPtr size);

        [StructLayout(LayoutKind.Sequential)]
        internal struct sendsafely_string_list
        {
            internal UIntPtr count;
            internal IntPtr items;
        }

        [StructLayout(LayoutKind.Sequential)]
        internal struct sendsafely_buffer
        {
            internal UIntPtr size;
            internal IntPtr data;
        }

        [StructLayout(LayoutKind.Sequential)]
        internal struct sendsafely_progress
        {
            internal UIntPtr struct_size;
            internal int phase;
            internal uint retries;
            internal ulong bytes_done;
            internal ulong bytes_sent;
            internal ulong bytes_total;
            internal ulong bytes_per_second;
            internal uint parts_done;
            internal uint parts_total;
        }

        [StructLayout(LayoutKind.Sequential)]
        internal struct sendsafely_client_options
        {
            internal UIntPtr struct_size;
            internal IntPtr request_api;
            internal IntPtr client_version;
            internal IntPtr locale;
            internal IntPtr proxy;
            internal IntPtr ca_bundle;
            internal ulong connect_timeout_ms;
            internal ulong stall_timeout_ms;
            internal ulong retry_window_ms;
            internal ulong part_size;
            internal ulong memory_budget;
            internal ulong max_part_bytes;
            internal uint parts_in_flight;
            internal int force_api_route;
            internal int allow_plain_http;
            internal IntPtr on_progress;
            internal IntPtr user_data;
            internal IntPtr on_log;
            internal IntPtr log_user_data;
            internal ulong deadline_ms;
        }

        [StructLayout(LayoutKind.Sequential)]
        internal struct sendsafely_request_headers
        {
            internal IntPtr api_key;
            internal IntPtr timestamp;
            internal IntPtr signature;
        }

        [StructLayout(LayoutKind.Sequential)]
        internal struct sendsafely_link
        {
            internal IntPtr host;
            internal IntPtr package_id;
            internal IntPtr package_code;
            internal IntPtr keycode;
        }

        [StructLayout(LayoutKind.Sequential)]
        internal struct sendsafely_keycode
        {
            internal IntPtr package_id;
            internal IntPtr keycode;
            internal int status;
        }

        [StructLayout(LayoutKind.Sequential)]
        internal struct sendsafely_keycode_list
        {
            internal UIntPtr count;
            internal IntPtr items;
        }

        [StructLayout(LayoutKind.Sequential)]
        internal struct sendsafely_sync_failure
        {
            internal IntPtr package_id;
            internal IntPtr public_key_id;
            internal int status;
            internal IntPtr message;
        }

        [StructLayout(LayoutKind.Sequential)]
        internal struct sendsafely_sync_failure_list
        {
            internal UIntPtr count;
            internal IntPtr items;
        }

        [StructLayout(LayoutKind.Sequential)]
        internal struct sendsafely_sync_result
        {
            internal uint synchronized;
            internal IntPtr failures;
        }

        [StructLayout(LayoutKind.Sequential)]
        internal struct sendsafely_public_key
        {
            internal IntPtr public_key_id;
            internal IntPtr public_key;
        }

        [StructLayout(LayoutKind.Sequential)]
        internal struct sendsafely_public_key_list
        {
            internal UIntPtr count;
            internal IntPtr items;
        }

        [StructLayout(LayoutKind.Sequential)]
        internal struct sendsafely_recipient_options
        {
            internal UIntPtr struct_size;
            internal IntPtr phone_number;
            internal IntPtr country_code;
            internal int auto_enable_sms;
        }

        [StructLayout(LayoutKind.Sequential)]
        internal struct sendsafely_confirmation
        {
            internal IntPtr ip_address;
            internal long time;
            internal IntPtr time_text;
            internal int is_message;
            internal IntPtr file_id;
            internal IntPtr file_name;
        }

        [StructLayout(LayoutKind.Sequential)]
        internal struct sendsafely_confirmation_list
        {
            internal UIntPtr count;
            internal IntPtr items;
        }

        [StructLayout(LayoutKind.Sequential)]
        internal struct sendsafely_recipient
        {
            internal IntPtr recipient_id;
            internal IntPtr email;
            internal IntPtr full_name;
            internal IntPtr role;
            internal IntPtr approvers;
            internal IntPtr phone_numbers;
            internal int needs_approval;
            internal int is_package_owner;
            internal int sms_auth;
            internal IntPtr recipient_code;
            internal IntPtr confirmations;
            internal IntPtr public_keys;
        }

        [StructLayout(LayoutKind.Sequential)]
        internal struct sendsafely_recipient_result
        {
            internal IntPtr email;
            internal int status;
            internal IntPtr server_code;
            internal IntPtr server_message;
            internal IntPtr recipient;
        }

        [StructLayout(LayoutKind.Sequential)]
        internal struct sendsafely_recipient_result_list
        {
            internal UIntPtr count;
            internal IntPtr items;
        }

        [StructLayout(LayoutKind.Sequential)]
        internal struct sendsafely_recipient_list
        {
            internal UIntPtr count;
            internal IntPtr items;
        }

        [StructLayout(LayoutKind.Sequential)]
        internal struct sendsafely_country_code
        {
            internal IntPtr country_code;
            internal uint dialling_code;
        }

        [StructLayout(LayoutKind.Sequential)]
        internal struct sendsafely_country_code_list
        {
            internal UIntPtr count;
            internal IntPtr items;
        }

        [StructLayout(LayoutKind.Sequential)]
        internal struct sendsafely_contact_group_member
        {
            internal IntPtr user_id;
            internal IntPtr email;
        }

        [StructLayout(LayoutKind.Sequential)]
        internal struct sendsafely_contact_group_member_list
        {
            internal UIntPtr count;
            internal IntPtr items;
        }

        [StructLayout(LayoutKind.Sequential)]
        internal struct sendsafely_contact_group
        {
            internal IntPtr contact_group_id;
            internal IntPtr name;
            internal int is_organization_group;
            internal IntPtr members;
        }

        [StructLayout(LayoutKind.Sequential)]
        internal struct sendsafely_contact_group_list
        {
            internal UIntPtr count;
            internal IntPtr items;
        }

        [StructLayout(LayoutKind.Sequential)]
        internal struct sendsafely_file
        {
            internal IntPtr file_id;
            internal IntPtr file_name;
            internal ulong size;
            internal long uploaded;
            internal IntPtr uploaded_text;
            internal IntPtr created_by;
            internal int parts;
            internal uint version;
            internal IntPtr created_by_id;
        }

        [StructLayout(LayoutKind.Sequential)]
        internal struct sendsafely_file_list
        {
            internal UIntPtr count;
            internal IntPtr items;
        }

        [StructLayout(LayoutKind.Sequential)]
        internal struct sendsafely_file_information
        {
            internal IntPtr file;
            internal IntPtr old_versions;
        }

        [StructLayout(LayoutKind.Sequential)]
        internal struct sendsafely_directory_options
        {
            internal UIntPtr struct_size;
            internal IntPtr sort_field;
            internal int descending;
            internal int one_page;
            internal ulong file_index;
            internal ulong directory_index;
        }

        [StructLayout(LayoutKind.Sequential)]
        internal struct sendsafely_subdirectory
        {
            internal IntPtr directory_id;
            internal IntPtr name;
            internal long created;
            internal IntPtr created_text;
        }

        [StructLayout(LayoutKind.Sequential)]
        internal struct sendsafely_subdirectory_list
        {
            internal UIntPtr count;
            internal IntPtr items;
        }

        [StructLayout(LayoutKind.Sequential)]
        internal struct sendsafely_directory
        {
            internal IntPtr directory_id;
            internal IntPtr name;
            internal IntPtr files;
            internal IntPtr directories;
        }

        [StructLayout(LayoutKind.Sequential)]
        internal struct sendsafely_report_item
        {
            internal IntPtr path;
            internal IntPtr local_path;
            internal IntPtr file_id;
            internal ulong size;
            internal int status;
            internal int action;
            internal IntPtr message;
            internal int renamed;
            internal ulong declared_size;
            internal int reason;
        }

        [StructLayout(LayoutKind.Sequential)]
        internal struct sendsafely_report
        {
            internal UIntPtr count;
            internal IntPtr items;
        }

        [StructLayout(LayoutKind.Sequential)]
        internal struct sendsafely_upload_options
        {
            internal UIntPtr struct_size;
            internal IntPtr file_name;
            internal IntPtr directory_id;
            internal IntPtr on_progress;
            internal IntPtr user_data;
            internal int replace_characters;
            internal int allow_growth;
            internal IntPtr resume_file;
        }

        [StructLayout(LayoutKind.Sequential)]
        internal struct sendsafely_upload_all_options
        {
            internal UIntPtr struct_size;
            internal IntPtr directory_id;
            internal int existing;
            internal IntPtr on_progress;
            internal IntPtr user_data;
            internal int replace_characters;
            internal int allow_growth;
            internal int compare;
            internal IntPtr resume_file;
        }

        [StructLayout(LayoutKind.Sequential)]
        internal struct sendsafely_finalize_options
        {
            internal UIntPtr struct_size;
            internal IntPtr password;
            internal int undisclosed_recipients;
            internal int allow_reply_all;
            internal int notify_recipients;
            internal int read_only_pdf;
            internal IntPtr on_progress;
            internal IntPtr user_data;
            internal IntPtr unconfirmed_sender;
            internal IntPtr confirmed_sender_token;
        }

        [StructLayout(LayoutKind.Sequential)]
        internal struct sendsafely_finalized
        {
            internal IntPtr link;
            internal IntPtr approvers;
            internal IntPtr recipients;
            internal int needs_approval;
        }

        [StructLayout(LayoutKind.Sequential)]
        internal struct sendsafely_package_information
        {
            internal IntPtr package_id;
            internal IntPtr package_code;
            internal IntPtr sender;
            internal long created;
            internal IntPtr created_text;
            internal IntPtr state_name;
            internal int state;
            internal int status;
            internal int life;
            internal IntPtr label;
            internal IntPtr recipients;
            internal IntPtr contact_groups;
            internal IntPtr files;
            internal IntPtr approvers;
            internal int needs_approval;
            internal int password_required;
            internal int is_workspace;
            internal int is_archived;
            internal int allow_reply_all;
            internal int contains_message;
            internal IntPtr root_directory_id;
            internal IntPtr parent_id;
            internal IntPtr url;
            internal IntPtr directories;
        }

        [StructLayout(LayoutKind.Sequential)]
        internal struct sendsafely_download_options
        {
            internal UIntPtr struct_size;
            internal IntPtr password;
            internal IntPtr directory_id;
            internal int existing;
            internal int sync;
            internal IntPtr on_progress;
            internal IntPtr user_data;
            internal int strict_size;
            internal int compare;
            internal IntPtr resume_file;
        }

        [StructLayout(LayoutKind.Sequential)]
        internal struct sendsafely_download
        {
            internal IntPtr file_id;
            internal IntPtr file_name;
            internal IntPtr path;
            internal ulong size;
            internal int skipped;
            internal ulong declared_size;
        }

        [StructLayout(LayoutKind.Sequential)]
        internal struct sendsafely_sync_options
        {
            internal UIntPtr struct_size;
            internal IntPtr directory_id;
            internal int direction;
            internal int delete_files;
            internal int force;
            internal int dry_run;
            internal int checksum;
            internal int follow_links;
            internal int replace_characters;
            internal IntPtr include;
            internal IntPtr exclude;
            internal IntPtr state_directory;
            internal IntPtr on_progress;
            internal IntPtr user_data;
        }

        [StructLayout(LayoutKind.Sequential)]
        internal struct sendsafely_activity_entry
        {
            internal IntPtr activity_log_id;
            internal long time;
            internal IntPtr time_text;
            internal IntPtr time_for_people;
            internal IntPtr ip_address;
            internal IntPtr package_id;
            internal IntPtr target_id;
            internal IntPtr action;
            internal IntPtr action_description;
            internal IntPtr user_email;
            internal IntPtr user_id;
        }

        [StructLayout(LayoutKind.Sequential)]
        internal struct sendsafely_list_options
        {
            internal UIntPtr struct_size;
            internal ulong first_row;
            internal uint page_size;
        }

        [StructLayout(LayoutKind.Sequential)]
        internal struct sendsafely_search_options
        {
            internal UIntPtr struct_size;
            internal ulong first_row;
            internal uint page_size;
            internal int whole_organization;
            internal long from;
            internal long to;
            internal IntPtr sender;
            internal IntPtr recipient;
            internal IntPtr file_name;
            internal int status;
        }

        [StructLayout(LayoutKind.Sequential)]
        internal struct sendsafely_package_summary
        {
            internal IntPtr package_id;
            internal IntPtr package_code;
            internal IntPtr parent_id;
            internal IntPtr sender;
            internal IntPtr sender_id;
            internal long updated;
            internal IntPtr updated_text;
            internal int state;
            internal int status;
            internal IntPtr state_text;
            internal int life;
            internal int recipient_count;
            internal IntPtr label;
            internal IntPtr recipients;
            internal IntPtr file_names;
            internal IntPtr contact_groups;
            internal int contains_message;
            internal int is_workspace;
            internal int is_dropzone;
            internal IntPtr recipient;
        }

        [StructLayout(LayoutKind.Sequential)]
        internal struct sendsafely_package_summary_list
        {
            internal UIntPtr count;
            internal IntPtr items;
        }

        [StructLayout(LayoutKind.Sequential)]
        internal struct sendsafely_user
        {
            internal IntPtr user_id;
            internal IntPtr email;
            internal IntPtr first_name;
            internal IntPtr last_name;
            internal IntPtr client_key;
            internal int is_beta_user;
            internal int is_administrator;
            internal int may_use_trusted_devices;
            internal int package_life;
        }

        [StructLayout(LayoutKind.Sequential)]
        internal struct sendsafely_enterprise
        {
            internal IntPtr host;
            internal IntPtr system_name;
            internal IntPtr header_color;
            internal IntPtr link_color;
            internal int allow_undisclosed_recipients;
            internal int message_encryption;
            internal int outlook_beta;
            internal int allow_all_languages;
        }

        [StructLayout(LayoutKind.Sequential)]
        internal struct sendsafely_audit_log_options
        {
            internal UIntPtr struct_size;
            internal IntPtr event_type;
            internal IntPtr ip_address;
            internal IntPtr authenticated_user;
            internal IntPtr impersonated_user;
            internal IntPtr package_owner;
            internal IntPtr min_timestamp;
            internal IntPtr max_timestamp;
            internal ulong first_row;
            internal uint page_size;
        }

        [StructLayout(LayoutKind.Sequential)]
        internal struct sendsafely_audit_log_entry
        {
            internal IntPtr event_id;
            internal long time;
            internal IntPtr time_text;
            internal IntPtr event_type;
            internal IntPtr action;
            internal IntPtr ip_address;
            internal IntPtr authenticated_user;
            internal IntPtr impersonated_user;
            internal IntPtr details;
        }

        [StructLayout(LayoutKind.Sequential)]
        internal struct sendsafely_login
        {
            internal IntPtr api_key;
            internal IntPtr api_secret;
            internal IntPtr email;
            internal int second_factor_required;
            internal IntPtr validation_token;
            internal IntPtr second_factor_kind;
        }

        [StructLayout(LayoutKind.Sequential)]
        internal struct sendsafely_registration_options
        {
            internal UIntPtr struct_size;
            internal IntPtr token;
            internal IntPtr email;
            internal IntPtr pin;
            internal IntPtr password;
            internal IntPtr question;
            internal IntPtr answer;
            internal IntPtr first_name;
            internal IntPtr last_name;
        }

        [StructLayout(LayoutKind.Sequential)]
        internal struct sendsafely_key_pair
        {
            internal IntPtr public_key_id;
            internal IntPtr description;
            internal IntPtr public_key;
            internal IntPtr private_key;
        }

        [DllImport(Library, CallingConvention = C)]
        internal static extern IntPtr sendsafely_status_name(int status);

        [DllImport(Library, CallingConvention = C)]
        internal static extern IntPtr sendsafely_status_description(int status);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_error_status(ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern IntPtr sendsafely_error_message(ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern int sendsafely_error_http_status(ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern IntPtr sendsafely_error_server_code(ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern IntPtr sendsafely_error_server_message(ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern IntPtr sendsafely_error_remedy(ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern int sendsafely_error_is_retryable(ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern void sendsafely_error_free(IntPtr error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern void sendsafely_string_free(IntPtr text);

        [DllImport(Library, CallingConvention = C)]
        internal static extern void sendsafely_string_list_free(IntPtr list);

        [DllImport(Library, CallingConvention = C)]
        internal static extern void sendsafely_buffer_free(IntPtr buffer);

        [DllImport(Library, CallingConvention = C)]
        internal static extern ulong sendsafely_live_objects();

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_client_options_init(out sendsafely_client_options options, UIntPtr size);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_client_new(byte[] host, byte[] api_key, byte[] api_secret, ref sendsafely_client_options options, out ClientHandle out_client, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_client_new_without_credentials(byte[] host, ref sendsafely_client_options options, out ClientHandle out_client, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_client_new_for_dropzone(byte[] host, byte[] dropzone_id, ref sendsafely_client_options options, out ClientHandle out_client, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_client_request(ClientHandle client, byte[] method, byte[] path, byte[] json_body, out IntPtr out_json, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_client_verify_credentials(ClientHandle client, out IntPtr out_email, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_client_sign(ClientHandle client, byte[] path, byte[] body, byte[] timestamp, out IntPtr out_headers, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern void sendsafely_client_free(IntPtr client);

        [DllImport(Library, CallingConvention = C)]
        internal static extern void sendsafely_request_headers_free(IntPtr headers);

        [DllImport(Library, CallingConvention = C)]
        internal static extern uint sendsafely_version();

        [DllImport(Library, CallingConvention = C)]
        internal static extern IntPtr sendsafely_version_string();

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_client_verify_version(ClientHandle client, out IntPtr out_text, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_package_create(ClientHandle client, out PackageHandle out_package, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_package_create_for_user(ClientHandle client, byte[] email, out PackageHandle out_package, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_package_create_workspace(ClientHandle client, byte[] name, out PackageHandle out_package, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_package_open(ClientHandle client, byte[] package_id, byte[] keycode, out PackageHandle out_package, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_package_open_with_private_key(ClientHandle client, byte[] package_id, byte[] public_key_id, byte[] private_key, out PackageHandle out_package, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_package_id(PackageHandle package, out IntPtr out_text, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_package_code(PackageHandle package, out IntPtr out_text, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_package_is_workspace(PackageHandle package, out int out_is_workspace, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_package_set_life(PackageHandle package, int days, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_package_set_label(PackageHandle package, byte[] label, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_package_update(PackageHandle package, byte[] json_object, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_package_get_collaborators(PackageHandle package, out IntPtr out_json, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_package_get_permissions(PackageHandle package, out IntPtr out_json, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_package_notify(PackageHandle package, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_package_delete(PackageHandle package, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_package_delete_unfinished(PackageHandle package, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern void sendsafely_package_free(IntPtr package);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_link_parse(byte[] text, out IntPtr out_link, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_link_find(byte[] text, out IntPtr out_links, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_package_open_link(ClientHandle client, byte[] link, out PackageHandle out_package, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_package_link(PackageHandle package, out IntPtr out_text, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern void sendsafely_link_free(IntPtr link);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_package_keycode(PackageHandle package, out IntPtr out_text, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_client_get_keycodes(ClientHandle client, byte[] public_key_id, byte[] private_key, IntPtr[] package_ids, UIntPtr count, out IntPtr out_keycodes, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_client_sync_keycodes(ClientHandle client, byte[] public_key_id, byte[] private_key, out IntPtr out_result, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_keycode_generate(out IntPtr out_keycode, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_keycode_encrypt(byte[] keycode, byte[] public_key, out IntPtr out_armored, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_keycode_decrypt(byte[] armored, byte[] private_key, out IntPtr out_keycode, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern void sendsafely_keycode_list_free(IntPtr keycodes);

        [DllImport(Library, CallingConvention = C)]
        internal static extern void sendsafely_sync_result_free(IntPtr result);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_client_register_public_key(ClientHandle client, byte[] public_key, byte[] description, out IntPtr out_public_key_id, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_client_get_public_key(ClientHandle client, byte[] public_key_id, out IntPtr out_public_key, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_client_revoke_public_key(ClientHandle client, byte[] public_key_id, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_package_get_public_keys(PackageHandle package, byte[] recipient_id, out IntPtr out_keys, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern void sendsafely_public_key_list_free(IntPtr keys);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_recipient_options_init(out sendsafely_recipient_options options, UIntPtr size);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_package_add_recipient(PackageHandle package, byte[] email, ref sendsafely_recipient_options options, out IntPtr out_recipient, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_package_add_recipients(PackageHandle package, IntPtr[] emails, UIntPtr count, ref sendsafely_recipient_options options, out IntPtr out_results, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_package_get_recipient(PackageHandle package, byte[] recipient_id, out IntPtr out_recipient, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_package_set_recipient_phone(PackageHandle package, byte[] recipient_id, byte[] phone_number, byte[] country_code, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_package_set_recipient_role(PackageHandle package, byte[] recipient_id, byte[] role, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_package_remove_recipient(PackageHandle package, byte[] recipient_id, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_package_remove_all_recipients(PackageHandle package, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern void sendsafely_recipient_free(IntPtr recipient);

        [DllImport(Library, CallingConvention = C)]
        internal static extern void sendsafely_recipient_result_list_free(IntPtr results);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_country_codes(out IntPtr out_countries, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern void sendsafely_country_code_list_free(IntPtr countries);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_client_create_contact_group(ClientHandle client, byte[] name, int is_organization_group, out IntPtr out_group, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_client_get_contact_group(ClientHandle client, byte[] contact_group_id, out IntPtr out_group, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_client_get_contact_groups(ClientHandle client, int whole_organization, out IntPtr out_groups, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_client_delete_contact_group(ClientHandle client, byte[] contact_group_id, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_client_add_contact_group_member(ClientHandle client, byte[] contact_group_id, byte[] email, out IntPtr out_member, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_client_remove_contact_group_member(ClientHandle client, byte[] contact_group_id, byte[] user_id, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_package_add_contact_group(PackageHandle package, byte[] contact_group_id, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_package_remove_contact_group(PackageHandle package, byte[] contact_group_id, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern void sendsafely_contact_group_free(IntPtr group);

        [DllImport(Library, CallingConvention = C)]
        internal static extern void sendsafely_contact_group_list_free(IntPtr groups);

        [DllImport(Library, CallingConvention = C)]
        internal static extern void sendsafely_contact_group_member_free(IntPtr member);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_package_get_file_information(PackageHandle package, byte[] file_id, byte[] directory_id, out IntPtr out_information, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_package_delete_file(PackageHandle package, byte[] file_id, byte[] directory_id, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_package_move_file(PackageHandle package, byte[] file_id, byte[] target_directory_id, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_package_rename_file(PackageHandle package, byte[] file_id, byte[] new_name, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_package_copy_file(PackageHandle source_package, byte[] file_id, PackageHandle target_package, byte[] target_directory_id, out IntPtr out_file_id, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern void sendsafely_file_information_free(IntPtr information);

        [DllImport(Library, CallingConvention = C)]
        internal static extern void sendsafely_file_free(IntPtr file);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_directory_options_init(out sendsafely_directory_options options, UIntPtr size);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_package_get_directory(PackageHandle package, byte[] directory_id, ref sendsafely_directory_options options, out IntPtr out_directory, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_package_create_directory(PackageHandle package, byte[] parent_id, byte[] name, out IntPtr out_directory_id, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_package_rename_directory(PackageHandle package, byte[] directory_id, byte[] new_name, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_package_move_directory(PackageHandle package, byte[] directory_id, byte[] target_directory_id, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_package_delete_directory(PackageHandle package, byte[] directory_id, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern void sendsafely_directory_free(IntPtr directory);

        [DllImport(Library, CallingConvention = C)]
        internal static extern void sendsafely_report_free(IntPtr report);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_package_running_uploads(PackageHandle package, out UIntPtr out_count, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_upload_options_init(out sendsafely_upload_options options, UIntPtr size);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_upload_all_options_init(out sendsafely_upload_all_options options, UIntPtr size);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_package_upload_file(PackageHandle package, byte[] path, ref sendsafely_upload_options options, out IntPtr out_file, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_package_upload_memory(PackageHandle package, byte[] file_name, byte[] data, UIntPtr size, ref sendsafely_upload_options options, out IntPtr out_file, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_package_upload_callback(PackageHandle package, byte[] file_name, sendsafely_read_callback read, IntPtr read_user_data, ulong size, ref sendsafely_upload_options options, out IntPtr out_file, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_package_upload_all(PackageHandle package, byte[] directory, ref sendsafely_upload_all_options options, out IntPtr out_report, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_package_upload_keycodes(PackageHandle package, byte[] recipient_id, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_package_set_message(PackageHandle package, byte[] text, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_package_get_message(PackageHandle package, out IntPtr out_text, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_message_encrypt(byte[] server_secret, byte[] keycode, byte[] text, out IntPtr out_base64, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_message_decrypt(byte[] server_secret, byte[] keycode, byte[] base64, out IntPtr out_text, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_finalize_options_init(out sendsafely_finalize_options options, UIntPtr size);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_package_finalize(PackageHandle package, ref sendsafely_finalize_options options, out IntPtr out_finalized, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern void sendsafely_finalized_free(IntPtr finalized);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_package_get_information(PackageHandle package, out IntPtr out_information, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_client_get_package_information(ClientHandle client, byte[] package_id, out IntPtr out_information, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern void sendsafely_package_information_free(IntPtr information);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_download_options_init(out sendsafely_download_options options, UIntPtr size);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_package_download_file(PackageHandle package, byte[] file_id, byte[] path, ref sendsafely_download_options options, out IntPtr out_download, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_package_download_memory(PackageHandle package, byte[] file_id, ref sendsafely_download_options options, out IntPtr out_buffer, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_package_download_callback(PackageHandle package, byte[] file_id, sendsafely_write_callback write, IntPtr write_user_data, ref sendsafely_download_options options, out IntPtr out_download, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_package_download_all(PackageHandle package, byte[] directory, ref sendsafely_download_options options, out IntPtr out_report, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern void sendsafely_download_free(IntPtr download);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_sync_options_init(out sendsafely_sync_options options, UIntPtr size);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_package_sync(PackageHandle package, byte[] directory, ref sendsafely_sync_options options, out IntPtr out_report, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_package_list_activity(PackageHandle package, out ActivityIteratorHandle out_iterator, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_activity_iterator_next(ActivityIteratorHandle iterator, out IntPtr out_entry, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern void sendsafely_activity_iterator_free(IntPtr iterator);

        [DllImport(Library, CallingConvention = C)]
        internal static extern void sendsafely_activity_entry_free(IntPtr entry);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_list_options_init(out sendsafely_list_options options, UIntPtr size);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_search_options_init(out sendsafely_search_options options, UIntPtr size);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_client_list_packages(ClientHandle client, int list, ref sendsafely_list_options options, out PackageIteratorHandle out_iterator, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_client_search_packages(ClientHandle client, ref sendsafely_search_options options, out PackageIteratorHandle out_iterator, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_package_iterator_next(PackageIteratorHandle iterator, out IntPtr out_summary, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern void sendsafely_package_iterator_free(IntPtr iterator);

        [DllImport(Library, CallingConvention = C)]
        internal static extern void sendsafely_package_summary_free(IntPtr summary);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_client_get_recipient_history(ClientHandle client, byte[] email, out IntPtr out_packages, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern void sendsafely_package_summary_list_free(IntPtr packages);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_client_get_user(ClientHandle client, out IntPtr out_user, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern void sendsafely_user_free(IntPtr user);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_client_get_enterprise(ClientHandle client, out IntPtr out_enterprise, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern void sendsafely_enterprise_free(IntPtr enterprise);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_audit_log_options_init(out sendsafely_audit_log_options options, UIntPtr size);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_client_list_audit_log(ClientHandle client, ref sendsafely_audit_log_options options, out AuditLogIteratorHandle out_iterator, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_audit_log_iterator_next(AuditLogIteratorHandle iterator, out IntPtr out_entry, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern void sendsafely_audit_log_iterator_free(IntPtr iterator);

        [DllImport(Library, CallingConvention = C)]
        internal static extern void sendsafely_audit_log_entry_free(IntPtr entry);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_client_get_audit_log(ClientHandle client, ref sendsafely_audit_log_options options, out IntPtr out_json, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_client_generate_api_key(ClientHandle client, byte[] email, byte[] password, byte[] description, out IntPtr out_login, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_client_generate_api_key_second_factor(ClientHandle client, byte[] validation_token, byte[] code, byte[] description, out IntPtr out_login, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_client_generate_api_key_oauth(ClientHandle client, byte[] oauth_token, byte[] description, out IntPtr out_login, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern void sendsafely_login_free(IntPtr login);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_client_start_registration(ClientHandle client, byte[] email, int send_pin, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_registration_options_init(out sendsafely_registration_options options, UIntPtr size);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_client_finish_registration(ClientHandle client, ref sendsafely_registration_options options, out IntPtr out_email, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_client_get_dropzone_recipients(ClientHandle client, out IntPtr out_emails, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_client_add_dropzone_recipient(ClientHandle client, byte[] email, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_client_remove_dropzone_recipient(ClientHandle client, byte[] email, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_package_submit_hosted_dropzone(PackageHandle package, byte[] name, byte[] email, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_key_pair_generate(uint bits, out IntPtr out_key_pair, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_client_generate_key_pair(ClientHandle client, byte[] description, out IntPtr out_key_pair, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_key_pair_save(byte[] path, byte[] public_key_id, byte[] private_key, byte[] description, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_key_pair_load(byte[] path, out IntPtr out_key_pair, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern void sendsafely_key_pair_free(IntPtr key_pair);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_part_encrypt(byte[] server_secret, byte[] keycode, byte[] data, UIntPtr size, out IntPtr out_message, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_part_decrypt(byte[] server_secret, byte[] keycode, byte[] message, UIntPtr size, out IntPtr out_data, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        internal static extern Status sendsafely_checksum(byte[] keycode, byte[] package_code, out IntPtr out_checksum, out ErrorHandle error);
    }
}
