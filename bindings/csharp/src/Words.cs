// Made from include/sendsafely.h and the messages in src by tools/csharp_table.py, not by hand.

using System.Collections.Generic;
using System.Linq;
using System.Text.RegularExpressions;

namespace LibSendSafely
{
    /// <summary>The words of C in the library's messages, and those of .NET. Only the library's own texts are replaced:
    /// a message may quote the name of a file or the words of the service, which may be the same.</summary>
    internal static class Words
    {
        private static readonly Dictionary<string, string> Texts = new Dictionary<string, string>
        {
            { "without strict_size such a file is kept", "without StrictSize such a file is kept" },
            { "use https://, or set allow_plain_http for a host that you trust on a network that you trust", "use https://, or set AllowPlainHttp for a host that you trust on a network that you trust" },
            { "upload the file again when nothing writes to it, or set allow_growth to send what it holds at the start", "upload the file again when nothing writes to it, or set AllowGrowth to send what it holds at the start" },
            { "the write callback", "the stream" },
            { "the read callback failed with ", "the stream failed with " },
            { "the progress callback", "the progress" },
            { "stopped by the progress callback", "stopped by the progress" },
            { "rename it, or set replace_characters to have its name made safe", "rename it, or set ReplaceCharacters to have its name made safe" },
            { "raise max_part_bytes if the sender is to be trusted with that much space", "raise MaxPartBytes if the sender is to be trusted with that much space" },
            { "raise max_part_bytes if the sender is to be trusted with that much memory", "raise MaxPartBytes if the sender is to be trusted with that much memory" },
            { "phone_number is for one recipient, not for a list", "PhoneNumber is for one recipient, not for a list" },
            { "phone_number and auto_enable_sms exclude each other", "PhoneNumber and AutoEnableSms exclude each other" },
            { "name a regular file, or upload from a callback", "name a regular file, or upload from a stream" },
            { "name a regular file or none, or download into a callback for a pipe or device", "name a regular file or none, or download into a stream for a pipe or device" },
            { "install the system's certificates (package ca-certificates) or give a ca_bundle", "install the system's certificates (package ca-certificates) or give a CaBundle" },
            { "give the process more memory, or set smaller parts and a smaller memory_budget", "give the process more memory, or set smaller parts and a smaller MemoryBudget" },
            { "give a state_directory in the options", "give a StateDirectory in the options" },
            { "give a file_name in the options", "give a FileName in the options" },
            { "file_name is given twice, as a parameter and in the options", "FileName is given twice, as a parameter and in the options" },
            { "file_index and directory_index need one_page", "FileIndex and DirectoryIndex need OnePage" },
            { "country_code is given without a phone_number", "CountryCode is given without a PhoneNumber" },
            { "connect_timeout and stall_timeout have to be longer than zero", "ConnectTimeout and StallTimeout have to be longer than zero" },
            { "close files or connections of the program, raise its limits (ulimit -n and -u), or set fewer parts_in_flight", "close files or connections of the program, raise its limits (ulimit -n and -u), or set fewer PartsInFlight" },
            { "choose another name, as file_name, or set replace_characters to have it made safe", "choose another name, as FileName, or set ReplaceCharacters to have it made safe" },
            { "check that the host is right; for a private certificate authority give its certificate as ca_bundle", "check that the host is right; for a private certificate authority give its certificate as CaBundle" },
            { "called on a package from inside one of its own callbacks", "called on a package from inside its own progress, log or stream" },
            { "call again after the callback has returned", "call again after that has returned" },
            { "add a recipient, or finalize with undisclosed_recipients", "add a recipient, or finalize with UndisclosedRecipients" },
            { "a part is larger than max_part_bytes", "a part is larger than MaxPartBytes" },
            { "; see sendsafely_package_status", "; see PackageStatus" },
            { "; see sendsafely_package_list", "; see PackageList" },
            { ", which is no sendsafely_existing", ", which is no Existing" },
            { ", which is no sendsafely_compare", ", which is no Compare" },
            { " from inside its own callback", " from inside its own progress, log or stream" },
        };

        // At the beginning of a message.
        private static readonly Dictionary<string, string> Names = new Dictionary<string, string>
        {
            { "allow_growth", "AllowGrowth" },
            { "allow_plain_http", "AllowPlainHttp" },
            { "allow_reply_all", "AllowReplyAll" },
            { "api_key", "apiKey" },
            { "api_secret", "apiSecret" },
            { "authenticated_user", "AuthenticatedUser" },
            { "auto_enable_sms", "AutoEnableSms" },
            { "ca_bundle", "CaBundle" },
            { "client_version", "ClientVersion" },
            { "confirmed_sender_token", "ConfirmedSenderToken" },
            { "connect_timeout", "ConnectTimeout" },
            { "connect_timeout_ms", "ConnectTimeout" },
            { "contact_group_id", "contactGroupId" },
            { "country_code", "CountryCode" },
            { "deadline_ms", "Deadline" },
            { "delete_files", "DeleteFiles" },
            { "directory_id", "DirectoryId" },
            { "directory_index", "DirectoryIndex" },
            { "dropzone_id", "dropzoneId" },
            { "dry_run", "DryRun" },
            { "event_type", "EventType" },
            { "file_id", "fileId" },
            { "file_index", "FileIndex" },
            { "file_name", "FileName" },
            { "first_name", "FirstName" },
            { "first_row", "FirstRow" },
            { "follow_links", "FollowLinks" },
            { "force_api_route", "ForceApiRoute" },
            { "impersonated_user", "ImpersonatedUser" },
            { "ip_address", "IpAddress" },
            { "is_organization_group", "isOrganizationGroup" },
            { "json_body", "jsonBody" },
            { "json_object", "jsonObject" },
            { "key_pair", "keyPair" },
            { "last_name", "LastName" },
            { "max_part_bytes", "MaxPartBytes" },
            { "max_timestamp", "MaxTimestamp" },
            { "memory_budget", "MemoryBudget" },
            { "min_timestamp", "MinTimestamp" },
            { "new_name", "newName" },
            { "notify_recipients", "NotifyRecipients" },
            { "oauth_token", "oauthToken" },
            { "one_page", "OnePage" },
            { "package_code", "packageCode" },
            { "package_id", "packageId" },
            { "package_ids", "packageIds" },
            { "package_owner", "PackageOwner" },
            { "page_size", "PageSize" },
            { "parent_id", "parentId" },
            { "part_size", "PartSize" },
            { "parts_in_flight", "PartsInFlight" },
            { "phone_number", "PhoneNumber" },
            { "private_key", "privateKey" },
            { "public_key", "publicKey" },
            { "public_key_id", "publicKeyId" },
            { "read_only_pdf", "ReadOnlyPdf" },
            { "recipient_id", "recipientId" },
            { "replace_characters", "ReplaceCharacters" },
            { "request_api", "RequestApi" },
            { "resume_file", "ResumeFile" },
            { "retry_window", "RetryWindow" },
            { "retry_window_ms", "RetryWindow" },
            { "send_pin", "sendPin" },
            { "server_secret", "serverSecret" },
            { "sort_field", "SortField" },
            { "source_package", "sourcePackage" },
            { "stall_timeout", "StallTimeout" },
            { "stall_timeout_ms", "StallTimeout" },
            { "state_directory", "StateDirectory" },
            { "strict_size", "StrictSize" },
            { "target_directory_id", "targetDirectoryId" },
            { "target_package", "targetPackage" },
            { "unconfirmed_sender", "UnconfirmedSender" },
            { "undisclosed_recipients", "UndisclosedRecipients" },
            { "user_id", "userId" },
            { "validation_token", "validationToken" },
            { "whole_organization", "WholeOrganization" },
        };

        private static readonly Regex Any = new Regex(
            "^(?:" + string.Join("|", Names.Keys) + @")(?= is -?\d+;| has to be )|" + string.Join("|", Texts.Keys.Select(Regex.Escape)),
            RegexOptions.CultureInvariant);

        internal static string OfDotNet(string text) =>
            text == null ? null : Any.Replace(text, match => (Names.ContainsKey(match.Value) ? Names : Texts)[match.Value]);
    }
}
