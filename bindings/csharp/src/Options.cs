// Made from include/sendsafely.h by tools/csharp_table.py, not by hand.

using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.InteropServices;

namespace LibSendSafely
{
    /// <summary>Options of <see cref="Client"/>.</summary>
    public sealed partial class ClientOptions
    {
        /// <summary>Name of the API client as the service's logs show it. Default: "RUST_API".</summary>
        public string RequestApi { get; set; }

        /// <summary>Version of the program as the service's logs show it. Default: not sent.</summary>
        public string ClientVersion { get; set; }

        /// <summary>Language of the service's texts, such as "en-US". Default: the service's own.</summary>
        public string Locale { get; set; }

        /// <summary>URL of a proxy by http, https, socks5 or socks5h, such as "http://proxy:3128"; "" for none.
        /// Default: the first of https_proxy, HTTPS_PROXY, all_proxy and ALL_PROXY in the environment (http_proxy,
        /// all_proxy and ALL_PROXY for http:// hosts), except for the hosts in no_proxy or NO_PROXY, whose entries mean
        /// what they mean to curl. This machine itself is never reached through a proxy. A proxy that cannot be used is
        /// an error and never bypassed.</summary>
        public string Proxy { get; set; }

        /// <summary>Path of a PEM file with certificate authorities to trust besides the system's. Default:
        /// none.</summary>
        public string CaBundle { get; set; }

        /// <summary>Time that one attempt to connect may take. Default: 10 seconds.</summary>
        public TimeSpan? ConnectTimeout { get; set; }

        /// <summary>Time without a byte moving after which an attempt fails. Default: 60 seconds.</summary>
        public TimeSpan? StallTimeout { get; set; }

        /// <summary>Time without progress for which failed requests are repeated; <see cref="TimeSpan.Zero"/> for none.
        /// Default: 300 seconds, but 5 for a host that has never responded, since it may be the wrong one; a time that
        /// is set holds for such a host too. A response that has begun must be complete within this time (5 to 300
        /// seconds; 60 without retries); a part may take as long as it moves 1 KiB in a second, on average over this
        /// time (5 to 60 seconds).</summary>
        public TimeSpan? RetryWindow { get; set; }

        /// <summary>Bytes per part of an upload, 1 to 10,485,760. Default: 2,621,440.</summary>
        public long? PartSize { get; set; }

        /// <summary>Bytes of memory that all transfers of this client share, 1,048,576 or more. Default: 33,554,432. A
        /// part counts with the memory that it takes, a compressed one with what it unpacks to. However many calls run
        /// at once, the client takes no more than this, one part, and 32 MiB for connections and threads, of which it
        /// has at most 64; calls beyond that wait for their turn. At most 24 parts, which wait for longer than two
        /// seconds for the program to read or write their bytes, do not count meanwhile. A transfer that the program
        /// begins inside such a read or write has one thread and one part more.</summary>
        public long? MemoryBudget { get; set; }

        /// <summary>Bytes of the largest part that a download takes, 65,536 to 1,073,741,824. Default:
        /// 67,108,864.</summary>
        public long? MaxPartBytes { get; set; }

        /// <summary>Parts that one transfer sends or receives at once, 1 to 16. Default: as many as make it faster: 4
        /// at first, more while the throughput grows and MemoryBudget has room for them, fewer while the service
        /// refuses some.</summary>
        public int? PartsInFlight { get; set; }

        /// <summary>Whether to transfer through the API host, not directly with the storage. Default: only if that is
        /// needed.</summary>
        public bool ForceApiRoute { get; set; }

        /// <summary>Whether to allow http:// for every host, where anyone on the way can read the requests and change
        /// the responses. Default: only for this machine itself.</summary>
        public bool AllowPlainHttp { get; set; }

        /// <summary>Longest time of each call, transfers too, whatever it waits for: it then ends like one that the
        /// program stops, with <see cref="Status.DeadlineExceeded"/>. The program's own functions are not interrupted.
        /// Default: none.</summary>
        public TimeSpan? Deadline { get; set; }

        internal ClientOptions Copy() => (ClientOptions)MemberwiseClone();

        internal static Native.sendsafely_client_options ToNative(ClientOptions options, Texts texts)
        {
            Native.sendsafely_client_options native;
            Library.Load();
            Call.Check(Native.sendsafely_client_options_init(out native, (UIntPtr)Marshal.SizeOf<Native.sendsafely_client_options>()));
            if (options == null) return native;
            native.request_api = texts.Add(options.RequestApi, nameof(options.RequestApi));
            native.client_version = texts.Add(options.ClientVersion, nameof(options.ClientVersion));
            native.locale = texts.Add(options.Locale, nameof(options.Locale));
            native.proxy = texts.Add(options.Proxy, nameof(options.Proxy));
            native.ca_bundle = texts.Add(options.CaBundle, nameof(options.CaBundle));
            if (options.ConnectTimeout != null) native.connect_timeout_ms = Texts.Milliseconds(options.ConnectTimeout.Value, 1, nameof(options.ConnectTimeout));
            if (options.StallTimeout != null) native.stall_timeout_ms = Texts.Milliseconds(options.StallTimeout.Value, 1, nameof(options.StallTimeout));
            if (options.RetryWindow != null) native.retry_window_ms = options.RetryWindow.Value == TimeSpan.Zero ? Native.SENDSAFELY_NO_RETRY : Texts.Milliseconds(options.RetryWindow.Value, 0, nameof(options.RetryWindow));
            if (options.PartSize != null) native.part_size = (ulong)Texts.Count(options.PartSize.Value, 1, nameof(options.PartSize));
            if (options.MemoryBudget != null) native.memory_budget = (ulong)Texts.Count(options.MemoryBudget.Value, 1, nameof(options.MemoryBudget));
            if (options.MaxPartBytes != null) native.max_part_bytes = (ulong)Texts.Count(options.MaxPartBytes.Value, 1, nameof(options.MaxPartBytes));
            if (options.PartsInFlight != null) native.parts_in_flight = (uint)Texts.Count(options.PartsInFlight.Value, 1, nameof(options.PartsInFlight));
            native.force_api_route = options.ForceApiRoute ? 1 : 0;
            native.allow_plain_http = options.AllowPlainHttp ? 1 : 0;
            if (options.Deadline != null) native.deadline_ms = Texts.Milliseconds(options.Deadline.Value, 1, nameof(options.Deadline));
            return native;
        }
    }

    /// <summary>Options of <see cref="Package.AddRecipient"/> and <see cref="Package.AddRecipients"/>.</summary>
    public sealed partial class RecipientOptions
    {
        /// <summary>Number to which the service sends a code by SMS before the recipient can open the package, such as
        /// "(415) 555-0100" or "+82 2 312 3456". Default: no such check.</summary>
        public string PhoneNumber { get; set; }

        /// <summary>Country of PhoneNumber: one of <see cref="Country.All"/>, or "OTHER" for a number that begins with
        /// +. Default: "US".</summary>
        public string CountryCode { get; set; }

        /// <summary>Whether the code goes to the number that the service knows of the recipient, if it knows one. Not
        /// together with PhoneNumber. Default: no such check.</summary>
        public bool AutoEnableSms { get; set; }

        internal RecipientOptions Copy() => (RecipientOptions)MemberwiseClone();

        internal static Native.sendsafely_recipient_options ToNative(RecipientOptions options, Texts texts)
        {
            Native.sendsafely_recipient_options native;
            Library.Load();
            Call.Check(Native.sendsafely_recipient_options_init(out native, (UIntPtr)Marshal.SizeOf<Native.sendsafely_recipient_options>()));
            if (options == null) return native;
            native.phone_number = texts.Add(options.PhoneNumber, nameof(options.PhoneNumber));
            native.country_code = texts.Add(options.CountryCode, nameof(options.CountryCode));
            native.auto_enable_sms = options.AutoEnableSms ? 1 : 0;
            return native;
        }
    }

    /// <summary>Options of <see cref="Workspace.GetDirectory"/>.</summary>
    public sealed partial class DirectoryOptions
    {
        /// <summary>Field to sort by: "name", or another one that the service knows. Default: its own order.</summary>
        public string SortField { get; set; }

        /// <summary>Whether the last come first. Default: no.</summary>
        public bool Descending { get; set; }

        /// <summary>Whether to fetch only one page, of at most 100 files and 100 directories. Default: all of
        /// them.</summary>
        public bool OnePage { get; set; }

        /// <summary>With OnePage, else <see cref="Status.InvalidArgument"/>: the first file, from 0, the
        /// default.</summary>
        public long? FileIndex { get; set; }

        /// <summary>With OnePage, else <see cref="Status.InvalidArgument"/>: the first directory, from 0, the
        /// default.</summary>
        public long? DirectoryIndex { get; set; }

        internal DirectoryOptions Copy() => (DirectoryOptions)MemberwiseClone();

        internal static Native.sendsafely_directory_options ToNative(DirectoryOptions options, Texts texts)
        {
            Native.sendsafely_directory_options native;
            Library.Load();
            Call.Check(Native.sendsafely_directory_options_init(out native, (UIntPtr)Marshal.SizeOf<Native.sendsafely_directory_options>()));
            if (options == null) return native;
            native.sort_field = texts.Add(options.SortField, nameof(options.SortField));
            native.descending = options.Descending ? 1 : 0;
            native.one_page = options.OnePage ? 1 : 0;
            if (options.FileIndex != null) native.file_index = (ulong)Texts.Count(options.FileIndex.Value, 0, nameof(options.FileIndex));
            if (options.DirectoryIndex != null) native.directory_index = (ulong)Texts.Count(options.DirectoryIndex.Value, 0, nameof(options.DirectoryIndex));
            return native;
        }
    }

    /// <summary>Options of the three upload calls.</summary>
    public sealed partial class UploadOptions
    {
        /// <summary>Name for the recipients. Default: that of the path. Only for <see cref="Package.UploadFile"/>; the
        /// other calls have it as a parameter of its own.</summary>
        public string FileName { get; set; }

        /// <summary>Directory of a Workspace. Default: its root directory.</summary>
        public string DirectoryId { get; set; }

        /// <summary>Whether to replace characters that a file name may not have, such as a colon, by _ instead of
        /// failing with <see cref="Status.MalformedFileName"/>. Default: no.</summary>
        public bool ReplaceCharacters { get; set; }

        /// <summary>Whether to send a file to which another program appends meanwhile as long as it is at the start,
        /// instead of failing with <see cref="Status.FileChanged"/>. Only for a path. Then nothing notices if what was
        /// there is overwritten. Default: no.</summary>
        public bool AllowGrowth { get; set; }

        /// <summary>A file on this machine in which the upload notes what it has sent; only for a path. If the upload
        /// fails, is stopped or is killed, what it sent stays in the package, and the same call goes on from there, in
        /// another process too: parts that are stored are only read and compared. If size or time of the source have
        /// changed since, the upload begins anew. The file is private and small, and has neither content nor keys nor
        /// names. It is created if it is missing, and removed when nothing is left to go on with. <see
        /// cref="Status.Busy"/>: another transfer uses it. <see cref="Status.InvalidArgument"/>: it is no such file,
        /// and was not changed. Default: none, and a failed upload deletes what it sent.</summary>
        public string ResumeFile { get; set; }

        internal UploadOptions Copy() => (UploadOptions)MemberwiseClone();

        internal static Native.sendsafely_upload_options ToNative(UploadOptions options, Texts texts)
        {
            Native.sendsafely_upload_options native;
            Library.Load();
            Call.Check(Native.sendsafely_upload_options_init(out native, (UIntPtr)Marshal.SizeOf<Native.sendsafely_upload_options>()));
            if (options == null) return native;
            native.file_name = texts.Add(options.FileName, nameof(options.FileName));
            native.directory_id = texts.Add(options.DirectoryId, nameof(options.DirectoryId));
            native.replace_characters = options.ReplaceCharacters ? 1 : 0;
            native.allow_growth = options.AllowGrowth ? 1 : 0;
            native.resume_file = texts.Add(options.ResumeFile, nameof(options.ResumeFile));
            return native;
        }
    }

    /// <summary>Options of <see cref="Package.UploadAll"/>.</summary>
    public sealed partial class UploadAllOptions
    {
        /// <summary>Directory of a Workspace into which everything goes. Default: its root directory.</summary>
        public string DirectoryId { get; set; }

        /// <summary>What to do with files that are on the package already. <see cref="Existing.Skip"/>, the default,
        /// keeps those that are complete and the same, by their size unless compare says otherwise; <see
        /// cref="Existing.Overwrite"/> sends a new version of each, in a Workspace; <see cref="Existing.Refuse"/> fails
        /// with <see cref="Status.FileExists"/> before anything is changed.</summary>
        public Existing? Existing { get; set; }

        /// <summary>Whether to replace characters that the name of a file or directory may not have, such as a colon,
        /// by _ instead of failing with <see cref="Status.MalformedFileName"/>. If two names would become the same, the
        /// second one gets a number. Default: no.</summary>
        public bool ReplaceCharacters { get; set; }

        /// <summary>As in <see cref="UploadOptions"/>. Default: no.</summary>
        public bool AllowGrowth { get; set; }

        /// <summary>How a file that is on the package already is compared: the call does not send what is the same.
        /// With <see cref="Compare.Size"/>, the default, <see cref="Existing.Overwrite"/> sends all files.</summary>
        public Compare? Compare { get; set; }

        /// <summary>As in <see cref="UploadOptions"/>: one file for all files of the directory, outside of it. The same
        /// call does not send again what it has completed before, whatever existing is, unless the local file has
        /// changed since. Default: none.</summary>
        public string ResumeFile { get; set; }

        internal UploadAllOptions Copy() => (UploadAllOptions)MemberwiseClone();

        internal static Native.sendsafely_upload_all_options ToNative(UploadAllOptions options, Texts texts)
        {
            Native.sendsafely_upload_all_options native;
            Library.Load();
            Call.Check(Native.sendsafely_upload_all_options_init(out native, (UIntPtr)Marshal.SizeOf<Native.sendsafely_upload_all_options>()));
            if (options == null) return native;
            native.directory_id = texts.Add(options.DirectoryId, nameof(options.DirectoryId));
            if (options.Existing != null) native.existing = (int)options.Existing.Value;
            native.replace_characters = options.ReplaceCharacters ? 1 : 0;
            native.allow_growth = options.AllowGrowth ? 1 : 0;
            if (options.Compare != null) native.compare = (int)options.Compare.Value;
            native.resume_file = texts.Add(options.ResumeFile, nameof(options.ResumeFile));
            return native;
        }
    }

    /// <summary>Options of <see cref="Package.Finalize"/>.</summary>
    public sealed partial class FinalizeOptions
    {
        /// <summary>Password that downloads need, only together with UndisclosedRecipients. Default: none.</summary>
        public string Password { get; set; }

        /// <summary>Whether no recipients are needed: whoever has the link may open the package. Default: no.</summary>
        public bool UndisclosedRecipients { get; set; }

        /// <summary>Whether recipients may reply to all. Default: no.</summary>
        public bool AllowReplyAll { get; set; }

        /// <summary>Whether the service sends its notification, without the keycode, to the recipients. Default:
        /// no.</summary>
        public bool NotifyRecipients { get; set; }

        /// <summary>Whether PDF files can only be viewed. Default: no.</summary>
        public bool ReadOnlyPdf { get; set; }

        /// <summary>For a Dropzone: e-mail address of the sender, as the sender gives it. Default: none.</summary>
        public string UnconfirmedSender { get; set; }

        /// <summary>For a Dropzone: token of a sender whose address was confirmed. Default: none.</summary>
        public string ConfirmedSenderToken { get; set; }

        internal FinalizeOptions Copy() => (FinalizeOptions)MemberwiseClone();

        internal static Native.sendsafely_finalize_options ToNative(FinalizeOptions options, Texts texts)
        {
            Native.sendsafely_finalize_options native;
            Library.Load();
            Call.Check(Native.sendsafely_finalize_options_init(out native, (UIntPtr)Marshal.SizeOf<Native.sendsafely_finalize_options>()));
            if (options == null) return native;
            native.password = texts.Add(options.Password, nameof(options.Password));
            native.undisclosed_recipients = options.UndisclosedRecipients ? 1 : 0;
            native.allow_reply_all = options.AllowReplyAll ? 1 : 0;
            native.notify_recipients = options.NotifyRecipients ? 1 : 0;
            native.read_only_pdf = options.ReadOnlyPdf ? 1 : 0;
            native.unconfirmed_sender = texts.Add(options.UnconfirmedSender, nameof(options.UnconfirmedSender));
            native.confirmed_sender_token = texts.Add(options.ConfirmedSenderToken, nameof(options.ConfirmedSenderToken));
            return native;
        }
    }

    /// <summary>Options of the download calls.</summary>
    public sealed partial class DownloadOptions
    {
        /// <summary>Password of the package. Default: none.</summary>
        public string Password { get; set; }

        /// <summary>Directory of a Workspace in which the file is. Default: its root directory, or wherever the service
        /// finds the id.</summary>
        public string DirectoryId { get; set; }

        /// <summary>What to do with a target that exists. Default: <see cref="Existing.Refuse"/>.</summary>
        public Existing? Existing { get; set; }

        /// <summary>Whether the call returns only when the disk has the file: its content before it gets its name, then
        /// the entries of that name and of the directories above it in the tree that is downloaded. If the disk reports
        /// an error of the content, the file does not get its name. Default: no. Then other programs never see half a
        /// file either, but after a power failure or a crash of the system it may be missing, empty or cut
        /// short.</summary>
        public bool Sync { get; set; }

        /// <summary>Whether a file of another size than its sender declared fails with <see
        /// cref="Status.SizeMismatch"/> instead of being kept. Default: no.</summary>
        public bool StrictSize { get; set; }

        /// <summary>How a target that exists is compared if existing is <see cref="Existing.Skip"/> or <see
        /// cref="Existing.Overwrite"/>: the call does not fetch what is the same. <see cref="Compare.Size"/>, the
        /// default, replaces all files with <see cref="Existing.Overwrite"/>; a download of a single file with <see
        /// cref="Existing.Skip"/> then keeps whatever is there.</summary>
        public Compare? Compare { get; set; }

        /// <summary>A file on this machine in which a download to a path, or of everything, notes what it has written.
        /// If the call fails, is stopped or is killed, temporary files stay beside their targets, and the same call
        /// goes on from there, in another process too: what is there is read and compared before it is relied on, and
        /// not fetched again. The resume file is private and small, and has neither content nor keys nor names. It is
        /// created if it is missing, and removed when nothing is left to go on with. A download of everything does not
        /// fetch again what it has completed before, whatever existing is, as long as the file has not changed since. A
        /// temporary file that nobody goes on with is removed by a later download into its directory, after a week.
        /// <see cref="Status.Busy"/>: another transfer uses the resume file. <see cref="Status.InvalidArgument"/>: it
        /// is no such file, and was not changed. Default: none, and a download that fails leaves nothing.</summary>
        public string ResumeFile { get; set; }

        internal DownloadOptions Copy() => (DownloadOptions)MemberwiseClone();

        internal static Native.sendsafely_download_options ToNative(DownloadOptions options, Texts texts)
        {
            Native.sendsafely_download_options native;
            Library.Load();
            Call.Check(Native.sendsafely_download_options_init(out native, (UIntPtr)Marshal.SizeOf<Native.sendsafely_download_options>()));
            if (options == null) return native;
            native.password = texts.Add(options.Password, nameof(options.Password));
            native.directory_id = texts.Add(options.DirectoryId, nameof(options.DirectoryId));
            if (options.Existing != null) native.existing = (int)options.Existing.Value;
            native.sync = options.Sync ? 1 : 0;
            native.strict_size = options.StrictSize ? 1 : 0;
            if (options.Compare != null) native.compare = (int)options.Compare.Value;
            native.resume_file = texts.Add(options.ResumeFile, nameof(options.ResumeFile));
            return native;
        }
    }

    /// <summary>Options of <see cref="Workspace.Sync"/>.</summary>
    public sealed partial class SyncOptions
    {
        /// <summary>Directory of the Workspace. Default: its root directory.</summary>
        public string DirectoryId { get; set; }

        /// <summary>Which side follows the other. Default: <see cref="Direction.Both"/>.</summary>
        public Direction? Direction { get; set; }

        /// <summary>Whether what was deleted on one side is deleted on the other, unless it has changed there. Without
        /// it, it comes back. A directory in place of a file, or the reverse, is a deletion too. Default: no.</summary>
        public bool DeleteFiles { get; set; }

        /// <summary>Whether the call may delete more than half of a side's files, or all. Otherwise it fails with <see
        /// cref="Status.ManyDeletions"/> before it changes anything. Default: no.</summary>
        public bool Force { get; set; }

        /// <summary>Whether the call changes nothing, and the report says what it would do. It says <see
        /// cref="TreeAction.Compared"/> of files that only a download can compare. Where the call itself would fail
        /// with <see cref="Status.ManyDeletions"/>, this one fails too, with the whole report. Default: no.</summary>
        public bool DryRun { get; set; }

        /// <summary>Whether the call reads all local files, to find changes that neither size nor time shows. Default:
        /// no.</summary>
        public bool Checksum { get; set; }

        /// <summary>Whether the call follows symbolic links. Otherwise they are only in the report. Default:
        /// no.</summary>
        public bool FollowLinks { get; set; }

        /// <summary>Whether characters that a name may not have, such as a colon, are replaced by _ in the Workspace.
        /// Otherwise such a file is only in the report, with <see cref="Status.MalformedFileName"/>. Default:
        /// no.</summary>
        public bool ReplaceCharacters { get; set; }

        /// <summary>Patterns as in a .gitignore file, such as "*.pdf": only files that fit one of them take part, and
        /// directories that have some or fit themselves. Upper and lower case differ, Unicode's forms of a letter do
        /// not. What is no pattern ("[", and "!" at the beginning) is refused. Default: all files.</summary>
        public IEnumerable<string> Include { get; set; }

        /// <summary>Patterns likewise: what fits one of them takes no part. "cache/" stands for directories only,
        /// "/build" for an entry of the synced directory itself. Default: none.</summary>
        public IEnumerable<string> Exclude { get; set; }

        /// <summary>Local directory that keeps what both sides had after the last sync, and which parts of files a sync
        /// that was interrupted has transferred, without any key; it is created if it is missing. Default:
        /// libsendsafely in the user's directory for the state of programs ($XDG_STATE_HOME, or
        /// ~/.local/state).</summary>
        public string StateDirectory { get; set; }

        internal SyncOptions Copy()
        {
            var copy = (SyncOptions)MemberwiseClone();
            copy.Include = Include?.ToArray();
            copy.Exclude = Exclude?.ToArray();
            return copy;
        }

        internal static Native.sendsafely_sync_options ToNative(SyncOptions options, Texts texts)
        {
            Native.sendsafely_sync_options native;
            Library.Load();
            Call.Check(Native.sendsafely_sync_options_init(out native, (UIntPtr)Marshal.SizeOf<Native.sendsafely_sync_options>()));
            if (options == null) return native;
            native.directory_id = texts.Add(options.DirectoryId, nameof(options.DirectoryId));
            if (options.Direction != null) native.direction = (int)options.Direction.Value;
            native.delete_files = options.DeleteFiles ? 1 : 0;
            native.force = options.Force ? 1 : 0;
            native.dry_run = options.DryRun ? 1 : 0;
            native.checksum = options.Checksum ? 1 : 0;
            native.follow_links = options.FollowLinks ? 1 : 0;
            native.replace_characters = options.ReplaceCharacters ? 1 : 0;
            native.include = texts.AddPatterns(options.Include, nameof(options.Include));
            native.exclude = texts.AddPatterns(options.Exclude, nameof(options.Exclude));
            native.state_directory = texts.Add(options.StateDirectory, nameof(options.StateDirectory));
            return native;
        }
    }

    /// <summary>Options of <see cref="Client.ListPackages"/>.</summary>
    public sealed partial class ListOptions
    {
        /// <summary>The row to begin with, from 0, the default.</summary>
        public long? FirstRow { get; set; }

        /// <summary>Rows to fetch with one request, 1 to 100. Default: 100.</summary>
        public int? PageSize { get; set; }

        internal ListOptions Copy() => (ListOptions)MemberwiseClone();

        internal static Native.sendsafely_list_options ToNative(ListOptions options, Texts texts)
        {
            Native.sendsafely_list_options native;
            Library.Load();
            Call.Check(Native.sendsafely_list_options_init(out native, (UIntPtr)Marshal.SizeOf<Native.sendsafely_list_options>()));
            if (options == null) return native;
            if (options.FirstRow != null) native.first_row = (ulong)Texts.Count(options.FirstRow.Value, 0, nameof(options.FirstRow));
            if (options.PageSize != null) native.page_size = (uint)Texts.Count(options.PageSize.Value, 1, nameof(options.PageSize));
            return native;
        }
    }

    /// <summary>Options of <see cref="Client.SearchPackages"/>.</summary>
    public sealed partial class SearchOptions
    {
        /// <summary>The row to begin with, from 0, the default.</summary>
        public long? FirstRow { get; set; }

        /// <summary>Rows to fetch with one request, 1 to 100. Default: 100.</summary>
        public int? PageSize { get; set; }

        /// <summary>Whether to look at all packages of the organization, for its administrators. Default: only at the
        /// user's own.</summary>
        public bool WholeOrganization { get; set; }

        /// <summary>Made at this time or later; its day counts. Default: at any time.</summary>
        public DateTimeOffset? From { get; set; }

        /// <summary>Made at this time or earlier; its day counts. Default: at any time.</summary>
        public DateTimeOffset? To { get; set; }

        /// <summary>E-mail address of the sender. Default: any.</summary>
        public string Sender { get; set; }

        /// <summary>E-mail address of a recipient. Default: any.</summary>
        public string Recipient { get; set; }

        /// <summary>Name of a file. Default: any.</summary>
        public string FileName { get; set; }

        /// <summary>Only packages of this class. Default: any.</summary>
        public PackageStatus? Status { get; set; }

        internal SearchOptions Copy() => (SearchOptions)MemberwiseClone();

        internal static Native.sendsafely_search_options ToNative(SearchOptions options, Texts texts)
        {
            Native.sendsafely_search_options native;
            Library.Load();
            Call.Check(Native.sendsafely_search_options_init(out native, (UIntPtr)Marshal.SizeOf<Native.sendsafely_search_options>()));
            if (options == null) return native;
            if (options.FirstRow != null) native.first_row = (ulong)Texts.Count(options.FirstRow.Value, 0, nameof(options.FirstRow));
            if (options.PageSize != null) native.page_size = (uint)Texts.Count(options.PageSize.Value, 1, nameof(options.PageSize));
            native.whole_organization = options.WholeOrganization ? 1 : 0;
            if (options.From != null) native.from = options.From.Value.ToUnixTimeSeconds();
            if (options.To != null) native.to = options.To.Value.ToUnixTimeSeconds();
            native.sender = texts.Add(options.Sender, nameof(options.Sender));
            native.recipient = texts.Add(options.Recipient, nameof(options.Recipient));
            native.file_name = texts.Add(options.FileName, nameof(options.FileName));
            if (options.Status != null) native.status = (int)options.Status.Value;
            return native;
        }
    }

    /// <summary>Options of <see cref="Client.ListAuditLog"/> and <see cref="Client.GetAuditLog"/>. Default of each
    /// text: any.</summary>
    public sealed partial class AuditLogOptions
    {
        /// <summary>Kind of event: "PACKAGE_EVENT", "ADMIN_EVENT", "USER_EVENT", or another that the service
        /// knows.</summary>
        public string EventType { get; set; }

        /// <summary>IP address of who did it.</summary>
        public string IpAddress { get; set; }

        /// <summary>E-mail address of who did it.</summary>
        public string AuthenticatedUser { get; set; }

        /// <summary>E-mail address of the one in whose name it was done.</summary>
        public string ImpersonatedUser { get; set; }

        /// <summary>E-mail address of the owner of the package.</summary>
        public string PackageOwner { get; set; }

        /// <summary>Earliest time, in UTC: "2026-01-31" or "2026-01-31 13:45:00". The service looks 90 days
        /// back.</summary>
        public string MinTimestamp { get; set; }

        /// <summary>Latest time, in the same forms.</summary>
        public string MaxTimestamp { get; set; }

        /// <summary>The row to begin with, from 0, the default.</summary>
        public long? FirstRow { get; set; }

        /// <summary>Rows to fetch with one request, 1 to 100. Default: 100.</summary>
        public int? PageSize { get; set; }

        internal AuditLogOptions Copy() => (AuditLogOptions)MemberwiseClone();

        internal static Native.sendsafely_audit_log_options ToNative(AuditLogOptions options, Texts texts)
        {
            Native.sendsafely_audit_log_options native;
            Library.Load();
            Call.Check(Native.sendsafely_audit_log_options_init(out native, (UIntPtr)Marshal.SizeOf<Native.sendsafely_audit_log_options>()));
            if (options == null) return native;
            native.event_type = texts.Add(options.EventType, nameof(options.EventType));
            native.ip_address = texts.Add(options.IpAddress, nameof(options.IpAddress));
            native.authenticated_user = texts.Add(options.AuthenticatedUser, nameof(options.AuthenticatedUser));
            native.impersonated_user = texts.Add(options.ImpersonatedUser, nameof(options.ImpersonatedUser));
            native.package_owner = texts.Add(options.PackageOwner, nameof(options.PackageOwner));
            native.min_timestamp = texts.Add(options.MinTimestamp, nameof(options.MinTimestamp));
            native.max_timestamp = texts.Add(options.MaxTimestamp, nameof(options.MaxTimestamp));
            if (options.FirstRow != null) native.first_row = (ulong)Texts.Count(options.FirstRow.Value, 0, nameof(options.FirstRow));
            if (options.PageSize != null) native.page_size = (uint)Texts.Count(options.PageSize.Value, 1, nameof(options.PageSize));
            return native;
        }
    }

    /// <summary>Options of <see cref="Client.FinishRegistration"/>. All are needed, but only one proof: token, or email
    /// and pin.</summary>
    public sealed partial class RegistrationOptions
    {
        /// <summary>Proof by link: the value of validationLink in the link of the mail. Default: by PIN.</summary>
        public string Token { get; set; }

        /// <summary>Proof by PIN: the e-mail address. Default: by link.</summary>
        public string Email { get; set; }

        /// <summary>Proof by PIN: the PIN of the mail.</summary>
        public string Pin { get; set; }

        /// <summary>The new password.</summary>
        public string Password { get; set; }

        /// <summary>A question to be asked when the password is forgotten.</summary>
        public string Question { get; set; }

        /// <summary>The answer to that question.</summary>
        public string Answer { get; set; }

        /// <summary>First name.</summary>
        public string FirstName { get; set; }

        /// <summary>Last name.</summary>
        public string LastName { get; set; }

        internal RegistrationOptions Copy() => (RegistrationOptions)MemberwiseClone();

        internal static Native.sendsafely_registration_options ToNative(RegistrationOptions options, Texts texts)
        {
            Native.sendsafely_registration_options native;
            Library.Load();
            Call.Check(Native.sendsafely_registration_options_init(out native, (UIntPtr)Marshal.SizeOf<Native.sendsafely_registration_options>()));
            if (options == null) return native;
            native.token = texts.Add(options.Token, nameof(options.Token));
            native.email = texts.Add(options.Email, nameof(options.Email));
            native.pin = texts.Add(options.Pin, nameof(options.Pin));
            native.password = texts.Add(options.Password, nameof(options.Password));
            native.question = texts.Add(options.Question, nameof(options.Question));
            native.answer = texts.Add(options.Answer, nameof(options.Answer));
            native.first_name = texts.Add(options.FirstName, nameof(options.FirstName));
            native.last_name = texts.Add(options.LastName, nameof(options.LastName));
            return native;
        }
    }
}
