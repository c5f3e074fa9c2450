#!/usr/bin/env python3
"""Writes what bindings/csharp takes from the C header, into a directory: `tools/python tools/csharp_table.py DIRECTORY`.

Native.cs has every function and struct as .NET imports them; Enums.cs, Records.cs and Options.cs have the public types
that follow from the header's enums and structs, with its comments as documentation; Words.cs has the texts
of the library's messages that have names of C, in the words of .NET; csharp_async.py makes Async.cs.
"""

import os
import re
import sys
import textwrap
from xml.sax.saxutils import escape

import csharp_async
import header

# Where the C name is a word that System, System.IO or the language has already, or a class of that name would hold a
# property of the same name.
CLASSES = {
    "sendsafely_action": "TreeAction",
    "sendsafely_country_code": "Country",
    "sendsafely_directory": "WorkspaceDirectory",
    "sendsafely_download": "DownloadedFile",
    "sendsafely_file": "PackageFile",
    "sendsafely_file_information": "PackageFileInformation",
    "sendsafely_keycode": "PackageKeycode",
    "sendsafely_link": "SecureLink",
    "sendsafely_progress": "TransferProgress",
    "sendsafely_public_key": "DevicePublicKey",
}

# Functions whose C# member does not follow from the name.
MEMBERS = {
    "sendsafely_activity_iterator_next": "Workspace.ListActivity",
    "sendsafely_audit_log_iterator_next": "Client.ListAuditLog",
    "sendsafely_checksum": "Crypto.Checksum",
    "sendsafely_client_generate_api_key_oauth": "Client.GenerateApiKeyOAuth",
    "sendsafely_client_new": "Client",
    "sendsafely_client_new_for_dropzone": "Client.ForDropzone",
    "sendsafely_client_new_without_credentials": "Client.WithoutCredentials",
    "sendsafely_country_codes": "Country.All",
    "sendsafely_error_http_status": "SendsafelyException.HttpStatus",
    "sendsafely_error_server_code": "SendsafelyException.ServerCode",
    "sendsafely_error_server_message": "SendsafelyException.ServerMessage",
    "sendsafely_keycode_decrypt": "Crypto.DecryptKeycode",
    "sendsafely_keycode_encrypt": "Crypto.EncryptKeycode",
    "sendsafely_keycode_generate": "Crypto.GenerateKeycode",
    "sendsafely_link_find": "SecureLink.Find",
    "sendsafely_link_parse": "SecureLink.Parse",
    "sendsafely_message_decrypt": "Crypto.DecryptMessage",
    "sendsafely_message_encrypt": "Crypto.EncryptMessage",
    "sendsafely_package_create": "Client.CreatePackage",
    "sendsafely_package_create_for_user": "Client.CreatePackageForUser",
    "sendsafely_package_create_workspace": "Client.CreateWorkspace",
    "sendsafely_package_download_callback": "Package.DownloadStream",
    "sendsafely_package_iterator_next": "Client.ListPackages",
    "sendsafely_package_open": "Client.OpenPackage",
    "sendsafely_package_open_link": "Client.OpenLink",
    "sendsafely_package_open_with_private_key": "Client.OpenWithPrivateKey",
    "sendsafely_package_upload_callback": "Package.UploadStream",
    "sendsafely_part_decrypt": "Crypto.DecryptPart",
    "sendsafely_part_encrypt": "Crypto.EncryptPart",
}
MEMBERS |= {f"sendsafely_package_{verb}": f"Workspace.{header_verb}" for verb, header_verb in {
    "create_directory": "CreateDirectory", "delete_directory": "DeleteDirectory", "get_collaborators": "GetCollaborators",
    "get_directory": "GetDirectory", "list_activity": "ListActivity", "move_directory": "MoveDirectory", "move_file": "MoveFile",
    "rename_directory": "RenameDirectory", "set_recipient_role": "SetRecipientRole", "sync": "Sync"}.items()}

# Texts of several lines in C, which are several texts in C#: what C says of that, and what is left of it.
LINES = {"include": (", one on each line, such", ", such"), "exclude": ("", "")}

BANNER = "// Made from include/sendsafely.h by tools/csharp_table.py, not by hand.\n"

api = header.read()


def pascal(name):
    return "".join(word[:1].upper() + word[1:].lower() for word in name.split("_"))


def class_of(name):
    return CLASSES.get(name) or pascal(name.removeprefix("sendsafely_"))


def enum_values(enum):
    """C name, C# name and number of each value."""
    return [(name, pascal(enum.short(name)), value) for name, value in enum.values.items()]


def element(struct):
    """The class of the elements of a list."""
    items = struct.fields[1].type
    return "string" if items.role == "texts" else class_of(items.name)


# --- Documentation: what C says, said of C# ---------------------------------------------------------------------

VALUES = {c_name: f"{class_of(enum.name)}.{name}" for enum in api.enums.values() for c_name, name, _ in enum_values(enum)}
VALUES["SENDSAFELY_NO_RETRY"] = "TimeSpan.Zero"


def member(function):
    if function in MEMBERS:
        return MEMBERS[function]
    if function.endswith("_free"):
        return "Resource.Dispose"
    noun, _, verb = function.removeprefix("sendsafely_").partition("_")
    if function.startswith("sendsafely_key_pair_"):
        noun, verb = "key_pair", function.removeprefix("sendsafely_key_pair_")
    return f"{pascal(noun)}.{pascal(verb)}"


def reference(match):
    name = match[0]
    if name in VALUES:
        return f'<see cref="{VALUES[name]}"/>'
    if name in api.functions:
        return f'<see cref="{member(name)}"/>'
    if name in api.structs or name in api.enums:
        return f'<see cref="{class_of(name)}"/>'
    return name


def document(text):
    text = escape(text.strip())
    text = re.sub(r"\bsendsafely_\w+|\bSENDSAFELY_\w+", reference, text)
    text = re.sub(r"\b(?:" + "|".join(PHRASES) + r")\b", lambda match: PHRASES[match[0]], text)
    # Fields, by the names that they have here.
    return re.sub(r"(?<![\w\"=.&/])[a-z]+(?:_[a-z]+)+(?![\w/])", lambda match: pascal(match[0]) if match[0] in FIELDS else match[0], text)


FIELDS = {field.name for struct in api.structs.values() for field in struct.fields}


def summary(text, indent):
    prefix = " " * indent + "/// "
    first, _, rest = text.partition("\n\n")
    first, rest = (document(" ".join(part.split())) for part in (first, rest))
    lines = textwrap.wrap(f"<summary>{first}</summary>", 120 - len(prefix), break_long_words=False,
                          break_on_hyphens=False)
    if rest:
        lines += textwrap.wrap(f"<remarks>{rest}</remarks>", 120 - len(prefix), break_long_words=False,
                               break_on_hyphens=False)
    return [prefix + line for line in lines]


# --- Words.cs: what the library's messages say, said of C# --------------------------------------------------------

# Records with an error of the library in words.
MESSAGES = {"sendsafely_report_item.message", "sendsafely_sync_failure.message"}

# A caller of .NET gives a progress, a log and streams where one of C gives callbacks.
PHRASES = {
    "a read callback or stream": "a stream",
    "a write callback or stream": "a stream",
    "download into a callback": "download into a stream",
    "its own callback": "its own progress, log or stream",
    "one of its own callbacks": "its own progress, log or stream",
    "the callback has returned": "that has returned",
    "the progress callback": "the progress",
    "the read callback": "the stream",
    "the write callback": "the stream",
    "upload from a callback": "upload from a stream",
}


def words():
    """The words of C in the library's messages, and those of .NET: names of options, parameters and enums."""
    return dict(sorted((names() | {name: class_of(name) for name in api.enums} | PHRASES).items()))


def names():
    """Names of parameters and options that differ in .NET."""
    parameters = [variable.name for function in api.functions.values() for variable in function.parameters if variable.type.role != "callback"]
    fields = [field.name for struct in api.structs.values() if struct.init for field in struct.fields if field.type.role not in ("callback", "any")]
    found = {name: pascal(name)[:1].lower() + pascal(name)[1:] for name in parameters if not name.startswith("out_")}
    for name in fields:
        found[name] = found[name.removesuffix("_ms")] = pascal(name.removesuffix("_ms"))
    return {name: word for name, word in sorted(found.items()) if "_" in name and "user_data" not in name and name != "struct_size"}


# Of Rust: comments, raw strings, strings and characters.
TOKEN = re.compile(r'//[^\n]*|r(#*)"(?s:.*?)"\1|"(?P<text>(?:[^"\\]|\\(?s:.))*)"|\'(?:[^\'\\\n]|\\[^\n]+?)\'')

# Messages that no caller of .NET gets.
NOT_IN_DOTNET = (
    "is NULL", "is not valid UTF-8",  # The wrapper has looked before.
    ".struct_size is", "SENDSAFELY_STOP", "more than the {} bytes of its buffer",  # It makes no such mistake.
)

CORE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../src")


def core_messages():
    """Texts of the core with several words, outside of its unit tests, as (file, text)."""
    for folder, _, files in os.walk(CORE):
        for name in files:
            if name.endswith(".rs") and name != "tests.rs" and os.path.basename(folder) != "tests":
                with open(os.path.join(folder, name), encoding="utf-8") as file:
                    source = file.read().partition("#[cfg(test)]\nmod ")[0]
                for match in TOKEN.finditer(source):
                    message = re.sub(r"\\\n\s*", "", match["text"] or "")
                    if " " in message and not any(part in message for part in NOT_IN_DOTNET):
                        yield name, message


def fixed_texts():
    """The texts between the values that messages of the core quote, if they have words of C, and how they read in .NET."""
    table = words()
    known = re.compile(r'(?<![\w./"\\-])(?:' + "|".join(table) + r')(?![\w/"-]|\.\w)')
    texts = {text for _, message in core_messages() for text in re.split(r"\{[^}]*\}", message) if known.search(text)}
    # A text comes before one that is its beginning.
    return {text: known.sub(lambda match: table[match[0]], text) for text in sorted(texts, reverse=True)}


# What follows the name of a parameter or option at the beginning of a message.
AFTER_NAME = r" is -?\d+;| has to be "


def entries(table):
    return [f'            {{ "{name}", "{word}" }},' for name, word in table.items()]


def words_file():
    dictionary = "        private static readonly Dictionary<string, string> {} = new Dictionary<string, string>"
    return ["// Made from include/sendsafely.h and the messages in src by tools/csharp_table.py, not by hand.\n",
            "using System.Collections.Generic;", "using System.Linq;", "using System.Text.RegularExpressions;", "", "namespace LibSendSafely", "{",
            "    /// <summary>The words of C in the library's messages, and those of .NET. Only the library's own texts are replaced:",
            "    /// a message may quote the name of a file or the words of the service, which may be the same.</summary>",
            "    internal static class Words", "    {",
            dictionary.format("Texts"), "        {", *entries(fixed_texts()), "        };", "",
            "        // At the beginning of a message.",
            dictionary.format("Names"), "        {", *entries(names()), "        };", "",
            "        private static readonly Regex Any = new Regex(",
            f'            "^(?:" + string.Join("|", Names.Keys) + @")(?={AFTER_NAME})|" + string.Join("|", Texts.Keys.Select(Regex.Escape)),',
            "            RegexOptions.CultureInvariant);", "",
            "        internal static string OfDotNet(string text) =>",
            "            text == null ? null : Any.Replace(text, match => (Names.ContainsKey(match.Value) ? Names : Texts)[match.Value]);",
            "    }", "}"]


# --- Native.cs --------------------------------------------------------------------------------------------------


def integer(type_):
    if type_.bits == 0:
        return "UIntPtr"
    return {8: ("byte", "sbyte"), 16: ("ushort", "short"), 32: ("uint", "int"), 64: ("ulong", "long")}[type_.bits][type_.signed]


def handle(name):
    return pascal(name.removeprefix("sendsafely_")) + "Handle"


def parameter(function, variable):
    type_, name = variable.type, "@" + variable.name if variable.name in ("params", "object", "string") else variable.name
    # A finalizer has the address alone.
    frees = function == api.free(type_.name)
    kind = {
        "integer": lambda: integer(type_),
        "integer_out": lambda: "out " + integer(type_),
        "text": lambda: "byte[]",
        "texts": lambda: "IntPtr[]",
        "bytes": lambda: "byte[]",
        "callback": lambda: type_.name,
        "handle": lambda: "IntPtr" if frees else handle(type_.name),
        "handle_out": lambda: "out " + handle(type_.name),
        "options": lambda: "ref " + type_.name,
        "options_out": lambda: "out " + type_.name,
        "record_out": lambda: "out IntPtr",
        "text_out": lambda: "out IntPtr",
    }.get(type_.role, lambda: "IntPtr")()
    return f"{kind} {name}"


def result(type_):
    if type_.name == "sendsafely_status":
        return "Status"
    return {"nothing": "void", "integer": integer(type_) if type_.role == "integer" else ""}.get(type_.role, "IntPtr")


def field_type(type_):
    return integer(type_) if type_.role == "integer" else "IntPtr"


def native():
    lines = [BANNER, "using System;", "using System.Runtime.InteropServices;", "", "namespace LibSendSafely", "{",
             "    /// <summary>The C library: its functions and structs under their own names.</summary>",
             "    internal static class Native", "    {",
             '        private const string Library = "sendsafely";',
             "        private const CallingConvention C = CallingConvention.Cdecl;", ""]
    for name, value in api.constants.items():
        kind = "ulong" if value >= 1 << 63 else "long" if value < -(1 << 31) else "uint" if name.startswith("SENDSAFELY_VERSION") else "int"
        lines.append(f"        internal const {kind} {name} = {value};")
    for function in api.callbacks.values():
        parameters = ", ".join(f"{field_type(variable.type)} {variable.name}" for variable in function.parameters)
        lines += ["", "        [UnmanagedFunctionPointer(C)]",
                  f"        internal delegate {result(function.result)} {function.name}({parameters});"]
    for struct in api.structs.values():
        lines += ["", "        [StructLayout(LayoutKind.Sequential)]", f"        internal struct {struct.name}", "        {"]
        lines += [f"            internal {field_type(field.type)} {field.name};" for field in struct.fields]
        lines.append("        }")
    for function in api.functions.values():
        parameters = ", ".join(parameter(function.name, variable) for variable in function.parameters)
        lines += ["", "        [DllImport(Library, CallingConvention = C)]",
                  f"        internal static extern {result(function.result)} {function.name}({parameters});"]
    return lines + ["    }", "}"]


# --- Enums.cs, Records.cs, Options.cs ---------------------------------------------------------------------------


def enums():
    lines = [BANNER, "namespace LibSendSafely", "{"]
    for enum in api.enums.values():
        lines += ["" if lines[-1] == "    }" else None, *summary(enum.doc, 4), f"    public enum {class_of(enum.name)}", "    {"]
        for c_name, name, value in enum_values(enum):
            lines += [*summary(enum.docs[c_name].replace(".\n", ".\n\n", 1), 8), f"        {name} = {value},"]
        lines.append("    }")
    return [line for line in lines if line is not None] + ["}"]


def property_of(field, is_message=False):
    """Type of a record's property, and the expression that reads it."""
    type_, value = field.type, f"native.{field.name}"
    if type_.role == "text":
        return "string", f"Read.{'Message' if is_message else 'Text'}({value})"
    if type_.role == "record":
        struct = api.structs[type_.name]
        if struct.name == "sendsafely_string_list":
            return "IReadOnlyList<string>", f"Read.Texts({value})"
        if struct.is_list:
            return f"IReadOnlyList<{element(struct)}>", f"Read.List({value}, item => new {element(struct)}(item))"
        name = class_of(struct.name)
        return name, f"{value} == IntPtr.Zero ? null : new {name}({value})" if type_.optional else f"new {name}({value})"
    if type_.meaning == "time":
        return "DateTimeOffset?", f"Read.Time({value})"
    if type_.meaning == "boolean":
        return ("bool?", f"{value} < 0 ? (bool?)null : {value} != 0") if type_.optional else ("bool", f"{value} != 0")
    if type_.meaning == "enum":
        return class_of(type_.name), f"({class_of(type_.name)}){value}"
    if type_.bits == 64:
        return ("long?", f"{value} == Native.SENDSAFELY_SIZE_UNKNOWN ? (long?)null : (long){value}") if type_.optional else ("long", f"(long){value}")
    if type_.optional:
        return "int?", f"{value} < 0 ? (int?)null : {value}"
    return "int", value if type_.signed else f"(int){value}"


def records():
    lines = [BANNER, "using System;", "using System.Collections.Generic;", "using System.Runtime.InteropServices;", "", "namespace LibSendSafely", "{"]
    first = True
    for struct in api.structs.values():
        if not struct.is_record:
            continue
        name = class_of(struct.name)
        fields = [(pascal(field.name), field, *property_of(field, f"{struct.name}.{field.name}" in MESSAGES))
                  for field in struct.fields if field.name != "struct_size"]
        lines += [] if first else [""]
        first = False
        lines += [*summary(struct.doc, 4), f"    public sealed partial class {name}", "    {"]
        for property_name, field, kind, _ in fields:
            # Of these the type does not say it.
            may_be_null = " May be null." if field.type.optional and field.type.role in ("text", "record") else ""
            lines += [*summary(field.doc + may_be_null, 8), f"        public {kind} {property_name} {{ get; }}", ""]
        lines += [f"        internal {name}(IntPtr record)", "        {",
                  f"            var native = Marshal.PtrToStructure<Native.{struct.name}>(record);"]
        lines += [f"            {property_name} = {read};" for property_name, _, _, read in fields]
        lines += ["        }", "    }"]
    return lines + ["}"]


def option_of(field):
    """Type of an option's property, and the statement that hands it on."""
    type_, name, value = field.type, f"native.{field.name}", f"options.{pascal(field.name.removesuffix('_ms'))}"
    if field.name in LINES:
        return "IEnumerable<string>", f"{name} = texts.AddPatterns({value}, nameof({value}));"
    if type_.role == "text":
        return "string", f"{name} = texts.Add({value}, nameof({value}));"
    if type_.meaning == "boolean":
        return "bool", f"{name} = {value} ? 1 : 0;"
    if type_.meaning == "time":
        return "DateTimeOffset?", f"if ({value} != null) {name} = {value}.Value.ToUnixTimeSeconds();"
    if type_.meaning == "enum":
        return class_of(type_.name) + "?", f"if ({value} != null) {name} = (int){value}.Value;"
    # Zero is not the default here: null is.
    if field.name == "retry_window_ms":
        window = f"{value}.Value == TimeSpan.Zero ? Native.SENDSAFELY_NO_RETRY : Texts.Milliseconds({value}.Value, 0, nameof({value}))"
        return "TimeSpan?", f"if ({value} != null) {name} = {window};"
    least = int(type_.meaning != "index")  # the first position
    if field.name.endswith("_ms"):
        return "TimeSpan?", f"if ({value} != null) {name} = Texts.Milliseconds({value}.Value, {least}, nameof({value}));"
    kind = "long" if type_.bits == 64 else "int"
    return kind + "?", f"if ({value} != null) {name} = ({integer(type_)})Texts.Count({value}.Value, {least}, nameof({value}));"


def copy(name, collections):
    """The method that copies the options, which a caller may change while a task runs."""
    if not collections:
        return [f"        internal {name} Copy() => ({name})MemberwiseClone();"]
    return [f"        internal {name} Copy()", "        {", f"            var copy = ({name})MemberwiseClone();",
            *(f"            copy.{collection} = {collection}?.ToArray();" for collection in collections),
            "            return copy;", "        }"]


def options():
    lines = [BANNER, "using System;", "using System.Collections.Generic;", "using System.Linq;", "using System.Runtime.InteropServices;",
             "", "namespace LibSendSafely", "{"]
    first = True
    for struct in api.structs.values():
        if not struct.init:
            continue
        name = class_of(struct.name)
        # Callbacks are the same for every call: see Call.
        fields = [field for field in struct.fields if field.name != "struct_size" and field.type.role not in ("callback", "any")]
        lines += [] if first else [""]
        first = False
        lines += [*summary(struct.doc, 4), f"    public sealed partial class {name}", "    {"]
        for field in fields:
            lines += [*summary(field.doc.replace(*LINES.get(field.name, ("", ""))), 8),
                      f"        public {option_of(field)[0]} {pascal(field.name.removesuffix('_ms'))} {{ get; set; }}", ""]
        lines += [*copy(name, [pascal(field.name) for field in fields if field.name in LINES]), ""]
        lines += [f"        internal static Native.{struct.name} ToNative({name} options, Texts texts)", "        {",
                  f"            Native.{struct.name} native;",
                  "            Library.Load();",
                  f"            Call.Check(Native.{struct.init}(out native, (UIntPtr)Marshal.SizeOf<Native.{struct.name}>()));",
                  "            if (options == null) return native;"]
        lines += [f"            {option_of(field)[1]}" for field in fields]
        lines += ["            return native;", "        }", "    }"]
    return lines + ["}"]


def main(directory):
    for name, lines in (("Native", native()), ("Enums", enums()), ("Records", records()), ("Options", options()),
                        ("Words", words_file()), ("Async", csharp_async.asynchronous())):
        with open(os.path.join(directory, name + ".cs"), "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
