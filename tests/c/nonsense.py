#!/usr/bin/env python3
"""Writes the tables that nonsense.c, storm.c and canaries.c work through, from the header: `tools/python tests/c/nonsense.py`, to standard output.

The tables below have what the header lacks. A parameter, a handle or a function that they do not know
is an error that names it.
"""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../tools"))
import header

# Valid values for parameters and fields, as C; "function.parameter" where the name alone is not enough.
VALUES = {
    "answer": '"Canary answer"',
    "api_key": '"key"',
    "api_secret": '"canary-api-secret"',
    "armored": "armored",
    "base64": '"ww0ECQMIAQIDBAUGBwhg0j0BINaZLlJ32W2mj2OKc0/KMF7tLQ0ljRbS2b+CYp9vfOOSe36GpXA5m/Xa5F9FP9qVQCH56cxtUar6Y5Pz"',
    "bits": "1024",
    "body": '"{}"',
    "code": '"123456"',
    "contact_group_id": '"group"',
    "count": "2",
    "country_code": '"US"',
    "data": '"bytes"',
    "days": "5",
    "description": '"nonsense"',
    "directory": "directory",
    "directory_id": '"directory"',
    "dropzone_id": '"dropzone"',
    "email": '"carl@customer.test"',
    "emails": "emails",
    "file_id": "file_id",
    "file_name": '"again.bin"',
    "first_name": '"First"',
    "host": '"https://acme.test"',
    "is_organization_group": "0",
    "json_body": '"{}"',
    "json_object": '"{}"',
    "keycode": "KEYCODE",
    "label": '"label"',
    "last_name": '"Last"',
    "link": "LINK",
    "list": "1",
    "message": '"bytes"',
    "method": '"PUT"',
    "name": '"Name"',
    "new_name": '"new.bin"',
    "oauth_token": '"canary-oauth-token"',
    "package_code": '"code"',
    "package_id": "package_id",
    "package_ids": "package_ids",
    "parent_id": '"directory"',
    "password": '"Correct horse 1"',
    "phone_number": '"415 555 0100"',
    "pin": '"123456"',
    "private_key": "private_key",
    "public_key": "public_key",
    "public_key_id": '"key"',
    "question": '"Question?"',
    "read": "read_end",
    "read_user_data": "NULL",
    "recipient_id": "recipient_id",
    "role": '"VIEWER"',
    "send_pin": "0",
    "sendsafely_client_request.path": '"/package/"',
    "sendsafely_client_sign.path": '"/user/"',
    "sendsafely_key_pair_load.path": "key_pair",
    "sendsafely_key_pair_save.path": "key_pair",
    "sendsafely_message_decrypt.keycode": '"KEYCODEexample"',
    "sendsafely_package_delete_file.directory_id": "NULL",
    "sendsafely_package_download_file.path": "target",
    "sendsafely_package_get_file_information.directory_id": "NULL",
    "sendsafely_package_upload_callback.size": "0",
    "sendsafely_package_upload_file.path": "source",
    "sendsafely_package_upload_memory.size": "5",
    "sendsafely_part_decrypt.size": "5",
    "sendsafely_part_encrypt.size": "5",
    "server_secret": '"SERVERSECRETexample"',
    "target_directory_id": '"directory"',
    "text": "LINK",
    "timestamp": '"2024-01-02T03:04:05+0000"',
    "user_id": '"user"',
    "validation_token": '"token"',
    "whole_organization": "0",
    "write": "write_on",
    "write_user_data": "NULL",
}

# Outputs that are set on failure, too, if the arguments are valid.
ON_FAILURE_TOO = {"out_report"}

# How a handle is made, with the client `of`.
HANDLES = {
    "sendsafely_activity_iterator": "made = make_activity(of)",
    "sendsafely_audit_log_iterator": "CHECK_OK(sendsafely_client_list_audit_log(of, NULL, &made, NULL))",
    "sendsafely_client": "made = new_client(NULL); (void)of",
    "sendsafely_package": "made = make_package(of)",
    "sendsafely_package_iterator": "CHECK_OK(sendsafely_client_list_packages(of, 1, NULL, &made, NULL))",
}

# Options that need values: NULL and the defaults are invalid. The fields to be filled:
FILLED = {
    "sendsafely_registration_options": ["email", "pin", "password", "question", "answer", "first_name", "last_name"],
}

# Calls that send no request here, so that no progress callback can stop them, and the status that they return.
SEND_NOTHING = {
    "sendsafely_checksum": "OK",
    "sendsafely_client_list_audit_log": "OK",  # its iterator asks
    "sendsafely_client_list_packages": "OK",  # its iterator asks
    "sendsafely_client_new": "OK",
    "sendsafely_client_new_for_dropzone": "OK",
    "sendsafely_client_new_without_credentials": "OK",
    "sendsafely_client_search_packages": "OK",  # its iterator asks
    "sendsafely_client_sign": "OK",
    "sendsafely_country_codes": "OK",
    "sendsafely_key_pair_generate": "INVALID_ARGUMENT",  # of a size that is none: a key pair takes long to make
    "sendsafely_key_pair_load": "OK",
    "sendsafely_key_pair_save": "FILE_EXISTS",  # never overwritten
    "sendsafely_keycode_decrypt": "OK",
    "sendsafely_keycode_encrypt": "OK",
    "sendsafely_keycode_generate": "OK",
    "sendsafely_link_find": "OK",
    "sendsafely_link_parse": "OK",
    "sendsafely_message_decrypt": "OK",
    "sendsafely_message_encrypt": "OK",
    "sendsafely_package_code": "OK",
    "sendsafely_package_copy_file": "ONLY_IN_WORKSPACE",
    "sendsafely_package_create_directory": "ONLY_IN_WORKSPACE",
    "sendsafely_package_delete_directory": "ONLY_IN_WORKSPACE",
    "sendsafely_package_get_directory": "ONLY_IN_WORKSPACE",
    "sendsafely_package_get_message": "OK",  # its sender knows that it has set none
    "sendsafely_package_id": "OK",
    "sendsafely_package_keycode": "OK",
    "sendsafely_package_is_workspace": "OK",
    "sendsafely_package_link": "NOT_FINALIZED",
    "sendsafely_package_list_activity": "ONLY_IN_WORKSPACE",
    "sendsafely_package_move_directory": "ONLY_IN_WORKSPACE",
    "sendsafely_package_move_file": "ONLY_IN_WORKSPACE",
    "sendsafely_package_notify": "NOT_FINALIZED",
    "sendsafely_package_rename_directory": "ONLY_IN_WORKSPACE",
    "sendsafely_package_running_uploads": "OK",
    "sendsafely_package_set_recipient_role": "ONLY_IN_WORKSPACE",
    "sendsafely_package_submit_hosted_dropzone": "INVALID_ARGUMENT",
    "sendsafely_package_sync": "ONLY_IN_WORKSPACE",
    "sendsafely_part_decrypt": "DECRYPT_FAILED",
    "sendsafely_part_encrypt": "OK",
}

# Functions without a status, which the tables cannot hold, with the place where they are tested.
ELSEWHERE = {
    "sendsafely_error_http_status": "misuse.c",
    "sendsafely_error_is_retryable": "misuse.c",
    "sendsafely_error_message": "misuse.c",
    "sendsafely_error_remedy": "misuse.c",
    "sendsafely_error_server_code": "misuse.c",
    "sendsafely_error_server_message": "misuse.c",
    "sendsafely_error_status": "misuse.c: its status is the error's",
    "sendsafely_live_objects": "takes nothing",
    "sendsafely_status_description": "misuse.c",
    "sendsafely_status_name": "misuse.c",
    "sendsafely_version": "takes nothing",
    "sendsafely_version_string": "takes nothing",
}

KINDS = {"text": "TEXT", "texts": "TEXTS", "bytes": "BYTES", "callback": "CALLBACK"}


class Unknown(Exception):
    pass


def right(owner, variable):
    """A valid value for a parameter of a function, or a field of a struct."""
    value = VALUES.get(f"{owner.name}.{variable.name}", VALUES.get(variable.name))
    if value is None:
        raise Unknown(f"{owner.name}: VALUES does not know what is right for {variable.name}")
    return value


def member(type_):
    """Of union value."""
    return "as_" + (type_.base or type_.name) if type_.role in ("integer", "callback") else "pointer"


def argument(api, function, parameter):
    name, role = parameter.name, parameter.type.role
    # Arrays and bytes may be NULL only if their size is 0; here it is not.
    optional = int(parameter.type.optional and role not in ("bytes", "texts"))
    free = api.free(parameter.type.name)
    if role == "handle":
        return f'{{"{name}", HANDLE, {optional}, &handles[AT_{parameter.type.name}], 0, NULL}}'
    if role == "options":
        return f'{{"{name}", OPTIONS, {optional}, (void *)&all_options[AT_{parameter.type.name}], 0, NULL}}'
    if role.endswith("_out"):
        size = f"sizeof({parameter.type.name})" if role == "integer_out" else "sizeof(void *)"
        kind = "REPORT" if name in ON_FAILURE_TOO else "OUTPUT"
        return f'{{"{name}", {kind}, {optional}, NULL, {size}, {f"call_{free}" if role != "integer_out" else "NULL"}}}'
    kind = KINDS.get(role, "OTHER")
    before = function.parameters[function.parameters.index(parameter) - 1].type.role
    if role == "integer":
        kind = {"int32_t": "INT32", "size_t": "SIZE_OF_ARRAY" if before in ("bytes", "texts") else "OTHER"}.get(parameter.type.base, "OTHER")
    cast = "" if member(parameter.type) != "pointer" else "(void *)"
    return f'{{"{name}", {kind}, {optional}, &(union value){{.{member(parameter.type)} = {cast}{right(function, parameter)}}}, 0, NULL}}'


def field(struct, variable):
    kind = {"boolean": "INT32", "enum": "ENUM"}.get(variable.type.meaning, "TEXT" if variable.type.role == "text" else "OTHER")
    return f'{{"{variable.name}", {kind}, offsetof({struct.name}, {variable.name})}}'


def write(api):
    functions = api.functions.values()
    of_status = [function for function in functions if function.parameters and function.parameters[-1].name == "error"
                 and function.result.name == "sendsafely_status" and function.parameters[-1].type.role == "handle_out"]
    frees = [function for function in functions if function.name.endswith("_free")]
    inits = [struct for struct in api.structs.values() if struct.init]
    known = {f.name for f in of_status + frees} | {struct.init for struct in inits} | set(ELSEWHERE)
    if unknown := sorted({f.name for f in functions} - known):
        raise Unknown(f"{', '.join(unknown)}: of no known shape and not in ELSEWHERE")
    used_handles = sorted({p.type.name for f in of_status for p in f.parameters if p.type.role == "handle"})
    if unknown := set(used_handles) - set(HANDLES):
        raise Unknown(f"{', '.join(unknown)}: HANDLES does not know how to make one")

    yield "union value {\n  void *pointer;"
    for name in [*header.INTEGERS, *api.callbacks]:
        yield f"  {name} as_{name};"
    yield "};"
    for function in frees:
        yield f"static void call_{function.name}(void *pointer) {{ {function.name}(pointer); }}"
    yield "static const struct free_function { const char *name; void (*free)(void *); } frees[] = {"
    for function in frees:
        yield f'  {{"{function.name}", call_{function.name}}},'
    yield "  {0}};"
    for names in used_handles, [struct.name for struct in inits]:
        yield f"enum {{ {', '.join('AT_' + name for name in names)} }};"
    for name in used_handles:
        yield f"static void *make_{name}(sendsafely_client *of) {{ {name} *made = NULL; {HANDLES[name]}; return made; }}"
    yield "static struct handle handles[] = {"
    for name in used_handles:
        yield f'  {{"{name}", make_{name}, call_{api.free(name)}, NULL, NULL}},'
    yield "  {0}};"
    for struct in inits:
        yield (f"static sendsafely_status call_{struct.init}(void *options, size_t size) "
               f"{{ return {struct.init}(options, size); }}")
        fills = "".join(f" known->{v.name} = {right(struct, v)};" for v in struct.fields if v.name in FILLED.get(struct.name, []))
        yield f"static void fill_{struct.name}(void *options) {{ {struct.name} *known = options; (void)known;{fills} }}"
    yield "static const struct options all_options[] = {"
    for struct in inits:
        fields = ", ".join(field(struct, variable) for variable in struct.fields[1:])
        yield f'  {{"{struct.name}", call_{struct.init}, fill_{struct.name}, sizeof({struct.name}), (const struct field[]){{{fields}, {{0}}}}}},'
    yield "  {0}};"
    for function in of_status:
        arguments = "".join(f"with[{i}].{member(p.type)}, " for i, p in enumerate(function.parameters[:-1]))
        yield (f"static sendsafely_status call_{function.name}(const union value *with, sendsafely_error **error) {{\n"
               f"  return {function.name}({arguments}error);\n}}")
    yield "static const struct call calls[] = {"
    for function in of_status:
        answer = f"SENDSAFELY_{SEND_NOTHING[function.name]}" if function.name in SEND_NOTHING else "ASKS"
        arguments = ",\n    ".join(argument(api, function, p) for p in function.parameters[:-1])
        yield (f'  {{"{function.name}", call_{function.name}, (const struct argument[]){{\n    {arguments}, {{0}}}}, '
               f"{answer}}},")
    yield "  {0}};"


if __name__ == "__main__":
    try:
        print("\n".join(write(header.read())))
    except Unknown as unknown:
        sys.exit(f"nonsense.py: {unknown}")
