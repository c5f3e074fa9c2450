// Made from include/sendsafely.h by tools/csharp_table.py, not by hand.

using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;

namespace LibSendSafely
{
    /// <summary>The progress of a call.</summary>
    public sealed partial class TransferProgress
    {
        /// <summary>What the call is doing.</summary>
        public Phase Phase { get; }

        /// <summary>Attempts that failed and were, or will be, repeated.</summary>
        public int Retries { get; }

        /// <summary>Bytes of the file that are safely stored. Never decreases; ends exactly at BytesTotal.</summary>
        public long BytesDone { get; }

        /// <summary>Encrypted bytes on the wire: for the rate and the time left. Decreases when a part has to be sent
        /// again.</summary>
        public long BytesSent { get; }

        /// <summary>Bytes in all, once known. A download corrects it where a file has more or fewer than its sender
        /// declared.</summary>
        public long? BytesTotal { get; }

        /// <summary>Bytes of the file per second over the last few seconds.</summary>
        public long BytesPerSecond { get; }

        /// <summary>Parts that are safely stored.</summary>
        public int PartsDone { get; }

        /// <summary>Parts in all, 0 while unknown.</summary>
        public int PartsTotal { get; }

        internal TransferProgress(IntPtr record)
        {
            var native = Marshal.PtrToStructure<Native.sendsafely_progress>(record);
            Phase = (Phase)native.phase;
            Retries = (int)native.retries;
            BytesDone = (long)native.bytes_done;
            BytesSent = (long)native.bytes_sent;
            BytesTotal = native.bytes_total == Native.SENDSAFELY_SIZE_UNKNOWN ? (long?)null : (long)native.bytes_total;
            BytesPerSecond = (long)native.bytes_per_second;
            PartsDone = (int)native.parts_done;
            PartsTotal = (int)native.parts_total;
        }
    }

    /// <summary>The headers that sign a request.</summary>
    public sealed partial class RequestHeaders
    {
        /// <summary>Value of ss-api-key.</summary>
        public string ApiKey { get; }

        /// <summary>Value of ss-request-timestamp, which an anonymous sender does not have. May be null.</summary>
        public string Timestamp { get; }

        /// <summary>Value of ss-request-signature, which an anonymous sender does not have. May be null.</summary>
        public string Signature { get; }

        internal RequestHeaders(IntPtr record)
        {
            var native = Marshal.PtrToStructure<Native.sendsafely_request_headers>(record);
            ApiKey = Read.Text(native.api_key);
            Timestamp = Read.Text(native.timestamp);
            Signature = Read.Text(native.signature);
        }
    }

    /// <summary>The parts of a secure link.</summary>
    public sealed partial class SecureLink
    {
        /// <summary>The host with its scheme, such as "https://acme.sendsafely.com".</summary>
        public string Host { get; }

        /// <summary>The package id, if the link has one. May be null.</summary>
        public string PackageId { get; }

        /// <summary>The package code.</summary>
        public string PackageCode { get; }

        /// <summary>The keycode, which opens the package, if the link has one. May be null.</summary>
        public string Keycode { get; }

        internal SecureLink(IntPtr record)
        {
            var native = Marshal.PtrToStructure<Native.sendsafely_link>(record);
            Host = Read.Text(native.host);
            PackageId = Read.Text(native.package_id);
            PackageCode = Read.Text(native.package_code);
            Keycode = Read.Text(native.keycode);
        }
    }

    /// <summary>The keycode of one package among several.</summary>
    public sealed partial class PackageKeycode
    {
        /// <summary>The package id.</summary>
        public string PackageId { get; }

        /// <summary>The keycode, unless status says why there is none. May be null.</summary>
        public string Keycode { get; }

        /// <summary><see cref="Status.Ok"/>; <see cref="Status.Refused"/> if the service holds none for the device;
        /// <see cref="Status.DecryptFailed"/> if it is another device's or damaged.</summary>
        public Status Status { get; }

        internal PackageKeycode(IntPtr record)
        {
            var native = Marshal.PtrToStructure<Native.sendsafely_keycode>(record);
            PackageId = Read.Text(native.package_id);
            Keycode = Read.Text(native.keycode);
            Status = (Status)native.status;
        }
    }

    /// <summary>A keycode that another device did not get.</summary>
    public sealed partial class SyncFailure
    {
        /// <summary>The package id.</summary>
        public string PackageId { get; }

        /// <summary>Id of the other device's public key.</summary>
        public string PublicKeyId { get; }

        /// <summary>Why it was not handed on.</summary>
        public Status Status { get; }

        /// <summary>What happened.</summary>
        public string Message { get; }

        internal SyncFailure(IntPtr record)
        {
            var native = Marshal.PtrToStructure<Native.sendsafely_sync_failure>(record);
            PackageId = Read.Text(native.package_id);
            PublicKeyId = Read.Text(native.public_key_id);
            Status = (Status)native.status;
            Message = Read.Message(native.message);
        }
    }

    /// <summary>The result of <see cref="Client.SyncKeycodes"/>.</summary>
    public sealed partial class SyncResult
    {
        /// <summary>How many keycodes were handed on.</summary>
        public int Synchronized { get; }

        /// <summary>Those that were not.</summary>
        public IReadOnlyList<SyncFailure> Failures { get; }

        internal SyncResult(IntPtr record)
        {
            var native = Marshal.PtrToStructure<Native.sendsafely_sync_result>(record);
            Synchronized = (int)native.synchronized;
            Failures = Read.List(native.failures, item => new SyncFailure(item));
        }
    }

    /// <summary>A public key to which the keycode of a package is encrypted.</summary>
    public sealed partial class DevicePublicKey
    {
        /// <summary>The service's id.</summary>
        public string PublicKeyId { get; }

        /// <summary>The armored OpenPGP key.</summary>
        public string PublicKey { get; }

        internal DevicePublicKey(IntPtr record)
        {
            var native = Marshal.PtrToStructure<Native.sendsafely_public_key>(record);
            PublicKeyId = Read.Text(native.public_key_id);
            PublicKey = Read.Text(native.public_key);
        }
    }

    /// <summary>A download by a recipient: of a file, or of the message.</summary>
    public sealed partial class Confirmation
    {
        /// <summary>IP address of the recipient. May be null.</summary>
        public string IpAddress { get; }

        /// <summary>When it was downloaded.</summary>
        public DateTimeOffset? Time { get; }

        /// <summary>When it was downloaded, as the service writes it. May be null.</summary>
        public string TimeText { get; }

        /// <summary>Whether it was the message.</summary>
        public bool IsMessage { get; }

        /// <summary>Id of the file, unless it was the message. May be null.</summary>
        public string FileId { get; }

        /// <summary>Name of the file, unless it was the message. May be null.</summary>
        public string FileName { get; }

        internal Confirmation(IntPtr record)
        {
            var native = Marshal.PtrToStructure<Native.sendsafely_confirmation>(record);
            IpAddress = Read.Text(native.ip_address);
            Time = Read.Time(native.time);
            TimeText = Read.Text(native.time_text);
            IsMessage = native.is_message != 0;
            FileId = Read.Text(native.file_id);
            FileName = Read.Text(native.file_name);
        }
    }

    /// <summary>A recipient of a package.</summary>
    public sealed partial class Recipient
    {
        /// <summary>Its id on this package.</summary>
        public string RecipientId { get; }

        /// <summary>E-mail address.</summary>
        public string Email { get; }

        /// <summary>Full name. May be null.</summary>
        public string FullName { get; }

        /// <summary>Role in a Workspace, such as "VIEWER". May be null.</summary>
        public string Role { get; }

        /// <summary>E-mail addresses of those who may approve the package for this recipient.</summary>
        public IReadOnlyList<string> Approvers { get; }

        /// <summary>Phone numbers that the service knows of this recipient, with the dialling code where it gives one,
        /// such as "+1 4155550100".</summary>
        public IReadOnlyList<string> PhoneNumbers { get; }

        /// <summary>Whether somebody has to approve the package for this recipient.</summary>
        public bool NeedsApproval { get; }

        /// <summary>Whether this is the sender.</summary>
        public bool IsPackageOwner { get; }

        /// <summary>Whether the recipient has to give a code sent by SMS.</summary>
        public bool SmsAuth { get; }

        /// <summary>The service's code of this recipient. May be null.</summary>
        public string RecipientCode { get; }

        /// <summary>The recipient's downloads.</summary>
        public IReadOnlyList<Confirmation> Confirmations { get; }

        /// <summary>Public keys of the recipient's trusted devices, if they came with it. See <see
        /// cref="Package.GetPublicKeys"/>.</summary>
        public IReadOnlyList<DevicePublicKey> PublicKeys { get; }

        internal Recipient(IntPtr record)
        {
            var native = Marshal.PtrToStructure<Native.sendsafely_recipient>(record);
            RecipientId = Read.Text(native.recipient_id);
            Email = Read.Text(native.email);
            FullName = Read.Text(native.full_name);
            Role = Read.Text(native.role);
            Approvers = Read.Texts(native.approvers);
            PhoneNumbers = Read.Texts(native.phone_numbers);
            NeedsApproval = native.needs_approval != 0;
            IsPackageOwner = native.is_package_owner != 0;
            SmsAuth = native.sms_auth != 0;
            RecipientCode = Read.Text(native.recipient_code);
            Confirmations = Read.List(native.confirmations, item => new Confirmation(item));
            PublicKeys = Read.List(native.public_keys, item => new DevicePublicKey(item));
        }
    }

    /// <summary>The outcome for one address of <see cref="Package.AddRecipients"/>.</summary>
    public sealed partial class RecipientResult
    {
        /// <summary>The address as it was given.</summary>
        public string Email { get; }

        /// <summary><see cref="Status.Ok"/>, or why the recipient is not on the package. If there is a recipient: why
        /// its trusted devices did not get the keycode, see <see cref="Package.UploadKeycodes"/>.</summary>
        public Status Status { get; }

        /// <summary>The service's own code, such as "DUPLICATE_EMAIL", if it refused. May be null.</summary>
        public string ServerCode { get; }

        /// <summary>The service's own words, if there are any. May be null.</summary>
        public string ServerMessage { get; }

        /// <summary>The recipient, unless it was refused. May be null.</summary>
        public Recipient Recipient { get; }

        internal RecipientResult(IntPtr record)
        {
            var native = Marshal.PtrToStructure<Native.sendsafely_recipient_result>(record);
            Email = Read.Text(native.email);
            Status = (Status)native.status;
            ServerCode = Read.Text(native.server_code);
            ServerMessage = Read.Text(native.server_message);
            Recipient = native.recipient == IntPtr.Zero ? null : new Recipient(native.recipient);
        }
    }

    /// <summary>A country whose phone numbers need no dialling code.</summary>
    public sealed partial class Country
    {
        /// <summary>Two letters, such as "US".</summary>
        public string CountryCode { get; }

        /// <summary>The dialling code, such as 1.</summary>
        public int DiallingCode { get; }

        internal Country(IntPtr record)
        {
            var native = Marshal.PtrToStructure<Native.sendsafely_country_code>(record);
            CountryCode = Read.Text(native.country_code);
            DiallingCode = (int)native.dialling_code;
        }
    }

    /// <summary>Somebody in a contact group.</summary>
    public sealed partial class ContactGroupMember
    {
        /// <summary>The service's id of this user. May be null.</summary>
        public string UserId { get; }

        /// <summary>E-mail address.</summary>
        public string Email { get; }

        internal ContactGroupMember(IntPtr record)
        {
            var native = Marshal.PtrToStructure<Native.sendsafely_contact_group_member>(record);
            UserId = Read.Text(native.user_id);
            Email = Read.Text(native.email);
        }
    }

    /// <summary>A contact group.</summary>
    public sealed partial class ContactGroup
    {
        /// <summary>Its id.</summary>
        public string ContactGroupId { get; }

        /// <summary>Its name.</summary>
        public string Name { get; }

        /// <summary>Whether it is the organization's, which all its users may use.</summary>
        public bool IsOrganizationGroup { get; }

        /// <summary>Its members.</summary>
        public IReadOnlyList<ContactGroupMember> Members { get; }

        internal ContactGroup(IntPtr record)
        {
            var native = Marshal.PtrToStructure<Native.sendsafely_contact_group>(record);
            ContactGroupId = Read.Text(native.contact_group_id);
            Name = Read.Text(native.name);
            IsOrganizationGroup = native.is_organization_group != 0;
            Members = Read.List(native.members, item => new ContactGroupMember(item));
        }
    }

    /// <summary>A file on a package.</summary>
    public sealed partial class PackageFile
    {
        /// <summary>Its id.</summary>
        public string FileId { get; }

        /// <summary>Its name as the sender gave it. Not safe as a path; <see cref="Package.DownloadFile"/> makes it
        /// safe.</summary>
        public string FileName { get; }

        /// <summary>Bytes of the file before encryption, as its sender declared them, if the service says it; often
        /// wrong. A download reports how many it received.</summary>
        public long? Size { get; }

        /// <summary>When it was uploaded.</summary>
        public DateTimeOffset? Uploaded { get; }

        /// <summary>When it was uploaded, as the service writes it. May be null.</summary>
        public string UploadedText { get; }

        /// <summary>E-mail address of who uploaded it. May be null.</summary>
        public string CreatedBy { get; }

        /// <summary>Parts into which it was cut, if the service says it.</summary>
        public int? Parts { get; }

        /// <summary>Version of the file in a Workspace, 0 if not known.</summary>
        public int Version { get; }

        /// <summary>The service's id of who uploaded it. Only <see cref="Package.GetFileInformation"/> returns it. May
        /// be null.</summary>
        public string CreatedById { get; }

        internal PackageFile(IntPtr record)
        {
            var native = Marshal.PtrToStructure<Native.sendsafely_file>(record);
            FileId = Read.Text(native.file_id);
            FileName = Read.Text(native.file_name);
            Size = native.size == Native.SENDSAFELY_SIZE_UNKNOWN ? (long?)null : (long)native.size;
            Uploaded = Read.Time(native.uploaded);
            UploadedText = Read.Text(native.uploaded_text);
            CreatedBy = Read.Text(native.created_by);
            Parts = native.parts < 0 ? (int?)null : native.parts;
            Version = (int)native.version;
            CreatedById = Read.Text(native.created_by_id);
        }
    }

    /// <summary>What the service knows of a file.</summary>
    public sealed partial class PackageFileInformation
    {
        /// <summary>The file as it is now.</summary>
        public PackageFile File { get; }

        /// <summary>Its earlier versions, the latest first, each to be downloaded by its own FileId.</summary>
        public IReadOnlyList<PackageFile> OldVersions { get; }

        internal PackageFileInformation(IntPtr record)
        {
            var native = Marshal.PtrToStructure<Native.sendsafely_file_information>(record);
            File = new PackageFile(native.file);
            OldVersions = Read.List(native.old_versions, item => new PackageFile(item));
        }
    }

    /// <summary>A directory as an entry of the one above it.</summary>
    public sealed partial class Subdirectory
    {
        /// <summary>Its id.</summary>
        public string DirectoryId { get; }

        /// <summary>Its name. Not safe as a path; <see cref="Package.DownloadAll"/> makes it safe.</summary>
        public string Name { get; }

        /// <summary>When it was created.</summary>
        public DateTimeOffset? Created { get; }

        /// <summary>When it was created, as the service writes it. May be null.</summary>
        public string CreatedText { get; }

        internal Subdirectory(IntPtr record)
        {
            var native = Marshal.PtrToStructure<Native.sendsafely_subdirectory>(record);
            DirectoryId = Read.Text(native.directory_id);
            Name = Read.Text(native.name);
            Created = Read.Time(native.created);
            CreatedText = Read.Text(native.created_text);
        }
    }

    /// <summary>A directory of a Workspace with what is in it.</summary>
    public sealed partial class WorkspaceDirectory
    {
        /// <summary>Its id.</summary>
        public string DirectoryId { get; }

        /// <summary>Its name; that of the root directory may be empty.</summary>
        public string Name { get; }

        /// <summary>The files in it.</summary>
        public IReadOnlyList<PackageFile> Files { get; }

        /// <summary>The directories in it.</summary>
        public IReadOnlyList<Subdirectory> Directories { get; }

        internal WorkspaceDirectory(IntPtr record)
        {
            var native = Marshal.PtrToStructure<Native.sendsafely_directory>(record);
            DirectoryId = Read.Text(native.directory_id);
            Name = Read.Text(native.name);
            Files = Read.List(native.files, item => new PackageFile(item));
            Directories = Read.List(native.directories, item => new Subdirectory(item));
        }
    }

    /// <summary>The outcome for one file of a tree.</summary>
    public sealed partial class ReportItem
    {
        /// <summary>Its path in the tree with the sender's names, / between directories. Not safe as a path on this
        /// machine.</summary>
        public string Path { get; }

        /// <summary>Its path on this machine, if it has one. May be null.</summary>
        public string LocalPath { get; }

        /// <summary>Its id, if it has one. May be null.</summary>
        public string FileId { get; }

        /// <summary>Bytes of the file; after a download, the bytes received.</summary>
        public long Size { get; }

        /// <summary><see cref="Status.Ok"/>, or why the call did nothing with it.</summary>
        public Status Status { get; }

        /// <summary>What the call did with it.</summary>
        public TreeAction Action { get; }

        /// <summary>The error in words, if the status is not <see cref="Status.Ok"/>. May be null.</summary>
        public string Message { get; }

        /// <summary>Whether it has another name on this machine than on the service: that one is not safe or belongs to
        /// another file here, or the same file was here already under this one.</summary>
        public bool Renamed { get; }

        /// <summary>Size that the sender declared, if any; often wrong.</summary>
        public long? DeclaredSize { get; }

        /// <summary>Why the call transferred it, or how the target differs that it kept.</summary>
        public Reason Reason { get; }

        internal ReportItem(IntPtr record)
        {
            var native = Marshal.PtrToStructure<Native.sendsafely_report_item>(record);
            Path = Read.Text(native.path);
            LocalPath = Read.Text(native.local_path);
            FileId = Read.Text(native.file_id);
            Size = (long)native.size;
            Status = (Status)native.status;
            Action = (TreeAction)native.action;
            Message = Read.Message(native.message);
            Renamed = native.renamed != 0;
            DeclaredSize = native.declared_size == Native.SENDSAFELY_SIZE_UNKNOWN ? (long?)null : (long)native.declared_size;
            Reason = (Reason)native.reason;
        }
    }

    /// <summary>The result of finalizing a package.</summary>
    public sealed partial class Finalized
    {
        /// <summary>The secure link with the keycode in it: whoever has it opens the package.</summary>
        public string Link { get; }

        /// <summary>E-mail addresses of those who can approve it.</summary>
        public IReadOnlyList<string> Approvers { get; }

        /// <summary>E-mail addresses of the recipients, as the service lists them.</summary>
        public IReadOnlyList<string> Recipients { get; }

        /// <summary>Whether the package is finalized, but somebody has to approve it before recipients can open
        /// it.</summary>
        public bool NeedsApproval { get; }

        internal Finalized(IntPtr record)
        {
            var native = Marshal.PtrToStructure<Native.sendsafely_finalized>(record);
            Link = Read.Text(native.link);
            Approvers = Read.Texts(native.approvers);
            Recipients = Read.Texts(native.recipients);
            NeedsApproval = native.needs_approval != 0;
        }
    }

    /// <summary>A package, as the service describes it.</summary>
    public sealed partial class PackageInformation
    {
        /// <summary>The package id, such as "GVG2-MNZT".</summary>
        public string PackageId { get; }

        /// <summary>The package code, as in the secure link.</summary>
        public string PackageCode { get; }

        /// <summary>E-mail address of the sender. May be null.</summary>
        public string Sender { get; }

        /// <summary>When it was created.</summary>
        public DateTimeOffset? Created { get; }

        /// <summary>When it was created, as the service writes it. May be null.</summary>
        public string CreatedText { get; }

        /// <summary>The state as the service names it, such as "PACKAGE_STATE_ACTIVE_INCOMPLETE". May be
        /// null.</summary>
        public string StateName { get; }

        /// <summary>The state.</summary>
        public PackageState State { get; }

        /// <summary>The class of the state.</summary>
        public PackageStatus Status { get; }

        /// <summary>Days for which it can be opened, 0 for ever.</summary>
        public int? Life { get; }

        /// <summary>Name of a Workspace, or a label. May be null.</summary>
        public string Label { get; }

        /// <summary>The recipients.</summary>
        public IReadOnlyList<Recipient> Recipients { get; }

        /// <summary>The contact groups.</summary>
        public IReadOnlyList<ContactGroup> ContactGroups { get; }

        /// <summary>The files, of a Workspace those in its root directory.</summary>
        public IReadOnlyList<PackageFile> Files { get; }

        /// <summary>E-mail addresses of possible approvers.</summary>
        public IReadOnlyList<string> Approvers { get; }

        /// <summary>Whether somebody has to approve it before recipients can open it.</summary>
        public bool NeedsApproval { get; }

        /// <summary>Whether downloads need a password.</summary>
        public bool PasswordRequired { get; }

        /// <summary>Whether it is a Workspace.</summary>
        public bool IsWorkspace { get; }

        /// <summary>Whether it is archived: expired or deleted.</summary>
        public bool IsArchived { get; }

        /// <summary>Whether recipients may reply to all.</summary>
        public bool AllowReplyAll { get; }

        /// <summary>Whether there is a message.</summary>
        public bool? ContainsMessage { get; }

        /// <summary>Id of a Workspace's root directory. May be null.</summary>
        public string RootDirectoryId { get; }

        /// <summary>Id of the package that this one replies to, if it is a reply. May be null.</summary>
        public string ParentId { get; }

        /// <summary>The service's own address of it. May be null.</summary>
        public string Url { get; }

        /// <summary>The directories in a Workspace's root directory, as far as the service lists them here; <see
        /// cref="Workspace.GetDirectory"/> lists them all.</summary>
        public IReadOnlyList<Subdirectory> Directories { get; }

        internal PackageInformation(IntPtr record)
        {
            var native = Marshal.PtrToStructure<Native.sendsafely_package_information>(record);
            PackageId = Read.Text(native.package_id);
            PackageCode = Read.Text(native.package_code);
            Sender = Read.Text(native.sender);
            Created = Read.Time(native.created);
            CreatedText = Read.Text(native.created_text);
            StateName = Read.Text(native.state_name);
            State = (PackageState)native.state;
            Status = (PackageStatus)native.status;
            Life = native.life < 0 ? (int?)null : native.life;
            Label = Read.Text(native.label);
            Recipients = Read.List(native.recipients, item => new Recipient(item));
            ContactGroups = Read.List(native.contact_groups, item => new ContactGroup(item));
            Files = Read.List(native.files, item => new PackageFile(item));
            Approvers = Read.Texts(native.approvers);
            NeedsApproval = native.needs_approval != 0;
            PasswordRequired = native.password_required != 0;
            IsWorkspace = native.is_workspace != 0;
            IsArchived = native.is_archived != 0;
            AllowReplyAll = native.allow_reply_all != 0;
            ContainsMessage = native.contains_message < 0 ? (bool?)null : native.contains_message != 0;
            RootDirectoryId = Read.Text(native.root_directory_id);
            ParentId = Read.Text(native.parent_id);
            Url = Read.Text(native.url);
            Directories = Read.List(native.directories, item => new Subdirectory(item));
        }
    }

    /// <summary>A file that was downloaded.</summary>
    public sealed partial class DownloadedFile
    {
        /// <summary>Its id.</summary>
        public string FileId { get; }

        /// <summary>Its name as the sender gave it.</summary>
        public string FileName { get; }

        /// <summary>Where it was written, if it was written to a path. May be null.</summary>
        public string Path { get; }

        /// <summary>Bytes received; of a file that was skipped, the bytes that its sender declared.</summary>
        public long Size { get; }

        /// <summary>Whether the target existed and was kept.</summary>
        public bool Skipped { get; }

        /// <summary>Size that the sender declared, if any; often wrong.</summary>
        public long? DeclaredSize { get; }

        internal DownloadedFile(IntPtr record)
        {
            var native = Marshal.PtrToStructure<Native.sendsafely_download>(record);
            FileId = Read.Text(native.file_id);
            FileName = Read.Text(native.file_name);
            Path = Read.Text(native.path);
            Size = (long)native.size;
            Skipped = native.skipped != 0;
            DeclaredSize = native.declared_size == Native.SENDSAFELY_SIZE_UNKNOWN ? (long?)null : (long)native.declared_size;
        }
    }

    /// <summary>An event in a Workspace.</summary>
    public sealed partial class ActivityEntry
    {
        /// <summary>Id of the entry.</summary>
        public string ActivityLogId { get; }

        /// <summary>When it was done.</summary>
        public DateTimeOffset? Time { get; }

        /// <summary>When it was done, as the service writes it. May be null.</summary>
        public string TimeText { get; }

        /// <summary>When it was done, as the service writes it for people. May be null.</summary>
        public string TimeForPeople { get; }

        /// <summary>IP address of who did it. May be null.</summary>
        public string IpAddress { get; }

        /// <summary>Id of the package. May be null.</summary>
        public string PackageId { get; }

        /// <summary>Id of the file, directory or recipient in question. May be null.</summary>
        public string TargetId { get; }

        /// <summary>What was done, in the service's word for it. May be null.</summary>
        public string Action { get; }

        /// <summary>What was done, in a sentence. May be null.</summary>
        public string ActionDescription { get; }

        /// <summary>E-mail address of who did it. May be null.</summary>
        public string UserEmail { get; }

        /// <summary>Id of who did it. May be null.</summary>
        public string UserId { get; }

        internal ActivityEntry(IntPtr record)
        {
            var native = Marshal.PtrToStructure<Native.sendsafely_activity_entry>(record);
            ActivityLogId = Read.Text(native.activity_log_id);
            Time = Read.Time(native.time);
            TimeText = Read.Text(native.time_text);
            TimeForPeople = Read.Text(native.time_for_people);
            IpAddress = Read.Text(native.ip_address);
            PackageId = Read.Text(native.package_id);
            TargetId = Read.Text(native.target_id);
            Action = Read.Text(native.action);
            ActionDescription = Read.Text(native.action_description);
            UserEmail = Read.Text(native.user_email);
            UserId = Read.Text(native.user_id);
        }
    }

    /// <summary>A package as a list shows it.</summary>
    public sealed partial class PackageSummary
    {
        /// <summary>The package id, such as "GVG2-MNZT".</summary>
        public string PackageId { get; }

        /// <summary>The package code, as in the secure link. May be null.</summary>
        public string PackageCode { get; }

        /// <summary>Id of the package that this one replies to, if it is a reply. May be null.</summary>
        public string ParentId { get; }

        /// <summary>E-mail address of the sender. May be null.</summary>
        public string Sender { get; }

        /// <summary>The service's id of the sender. May be null.</summary>
        public string SenderId { get; }

        /// <summary>When it last changed.</summary>
        public DateTimeOffset? Updated { get; }

        /// <summary>When it last changed, as the service writes it. May be null.</summary>
        public string UpdatedText { get; }

        /// <summary>The state.</summary>
        public PackageState State { get; }

        /// <summary>The class of the state.</summary>
        public PackageStatus Status { get; }

        /// <summary>The state in the service's words, such as "Active - Waiting for Pickup". May be null.</summary>
        public string StateText { get; }

        /// <summary>Days for which it can be opened, 0 for ever.</summary>
        public int? Life { get; }

        /// <summary>How many recipients there are.</summary>
        public int? RecipientCount { get; }

        /// <summary>Name of a Workspace, or a label. May be null.</summary>
        public string Label { get; }

        /// <summary>E-mail addresses of recipients, as far as the list has them.</summary>
        public IReadOnlyList<string> Recipients { get; }

        /// <summary>Names of the files.</summary>
        public IReadOnlyList<string> FileNames { get; }

        /// <summary>Names of the contact groups.</summary>
        public IReadOnlyList<string> ContactGroups { get; }

        /// <summary>Whether there is a message.</summary>
        public bool? ContainsMessage { get; }

        /// <summary>Whether it is a Workspace.</summary>
        public bool IsWorkspace { get; }

        /// <summary>Whether it came by a Dropzone.</summary>
        public bool IsDropzone { get; }

        /// <summary>In the history of a recipient: this recipient with its downloads. May be null.</summary>
        public Recipient Recipient { get; }

        internal PackageSummary(IntPtr record)
        {
            var native = Marshal.PtrToStructure<Native.sendsafely_package_summary>(record);
            PackageId = Read.Text(native.package_id);
            PackageCode = Read.Text(native.package_code);
            ParentId = Read.Text(native.parent_id);
            Sender = Read.Text(native.sender);
            SenderId = Read.Text(native.sender_id);
            Updated = Read.Time(native.updated);
            UpdatedText = Read.Text(native.updated_text);
            State = (PackageState)native.state;
            Status = (PackageStatus)native.status;
            StateText = Read.Text(native.state_text);
            Life = native.life < 0 ? (int?)null : native.life;
            RecipientCount = native.recipient_count < 0 ? (int?)null : native.recipient_count;
            Label = Read.Text(native.label);
            Recipients = Read.Texts(native.recipients);
            FileNames = Read.Texts(native.file_names);
            ContactGroups = Read.Texts(native.contact_groups);
            ContainsMessage = native.contains_message < 0 ? (bool?)null : native.contains_message != 0;
            IsWorkspace = native.is_workspace != 0;
            IsDropzone = native.is_dropzone != 0;
            Recipient = native.recipient == IntPtr.Zero ? null : new Recipient(native.recipient);
        }
    }

    /// <summary>A user, as the service describes it.</summary>
    public sealed partial class User
    {
        /// <summary>The service's id. May be null.</summary>
        public string UserId { get; }

        /// <summary>E-mail address.</summary>
        public string Email { get; }

        /// <summary>First name. May be null.</summary>
        public string FirstName { get; }

        /// <summary>Last name. May be null.</summary>
        public string LastName { get; }

        /// <summary>A secret of the user, for encrypting the user's own data. May be null.</summary>
        public string ClientKey { get; }

        /// <summary>Whether the user tests new versions.</summary>
        public bool IsBetaUser { get; }

        /// <summary>Whether the user is an administrator of the organization.</summary>
        public bool IsAdministrator { get; }

        /// <summary>Whether the user may have trusted devices.</summary>
        public bool? MayUseTrustedDevices { get; }

        /// <summary>Days for which a new package can be opened, 0 for ever.</summary>
        public int? PackageLife { get; }

        internal User(IntPtr record)
        {
            var native = Marshal.PtrToStructure<Native.sendsafely_user>(record);
            UserId = Read.Text(native.user_id);
            Email = Read.Text(native.email);
            FirstName = Read.Text(native.first_name);
            LastName = Read.Text(native.last_name);
            ClientKey = Read.Text(native.client_key);
            IsBetaUser = native.is_beta_user != 0;
            IsAdministrator = native.is_administrator != 0;
            MayUseTrustedDevices = native.may_use_trusted_devices < 0 ? (bool?)null : native.may_use_trusted_devices != 0;
            PackageLife = native.package_life < 0 ? (int?)null : native.package_life;
        }
    }

    /// <summary>An organization, as the service describes it.</summary>
    public sealed partial class Enterprise
    {
        /// <summary>Host of its portal. May be null.</summary>
        public string Host { get; }

        /// <summary>Its name. May be null.</summary>
        public string SystemName { get; }

        /// <summary>Colour of the header of its pages, as in CSS. May be null.</summary>
        public string HeaderColor { get; }

        /// <summary>Colour of the links on its pages. May be null.</summary>
        public string LinkColor { get; }

        /// <summary>Whether packages may be finalized with UndisclosedRecipients.</summary>
        public bool AllowUndisclosedRecipients { get; }

        /// <summary>Whether messages are encrypted.</summary>
        public bool MessageEncryption { get; }

        /// <summary>Whether it tests new versions of the plug-in for Outlook.</summary>
        public bool OutlookBeta { get; }

        /// <summary>Whether it offers all languages.</summary>
        public bool AllowAllLanguages { get; }

        internal Enterprise(IntPtr record)
        {
            var native = Marshal.PtrToStructure<Native.sendsafely_enterprise>(record);
            Host = Read.Text(native.host);
            SystemName = Read.Text(native.system_name);
            HeaderColor = Read.Text(native.header_color);
            LinkColor = Read.Text(native.link_color);
            AllowUndisclosedRecipients = native.allow_undisclosed_recipients != 0;
            MessageEncryption = native.message_encryption != 0;
            OutlookBeta = native.outlook_beta != 0;
            AllowAllLanguages = native.allow_all_languages != 0;
        }
    }

    /// <summary>An event in the audit log of an organization.</summary>
    public sealed partial class AuditLogEntry
    {
        /// <summary>Id of the event.</summary>
        public string EventId { get; }

        /// <summary>When it was done.</summary>
        public DateTimeOffset? Time { get; }

        /// <summary>When it was done, as the service writes it. May be null.</summary>
        public string TimeText { get; }

        /// <summary>Kind of event, in the service's word for it, such as "PACKAGE_EVENT". May be null.</summary>
        public string EventType { get; }

        /// <summary>What was done, in the service's word for it. May be null.</summary>
        public string Action { get; }

        /// <summary>IP address of who did it. May be null.</summary>
        public string IpAddress { get; }

        /// <summary>Who did it: an e-mail address, or words such as "Anonymous Recipient". May be null.</summary>
        public string AuthenticatedUser { get; }

        /// <summary>E-mail address of the one in whose name it was done, if in somebody else's. May be null.</summary>
        public string ImpersonatedUser { get; }

        /// <summary>More about it as JSON text, different for each action. May be null.</summary>
        public string Details { get; }

        internal AuditLogEntry(IntPtr record)
        {
            var native = Marshal.PtrToStructure<Native.sendsafely_audit_log_entry>(record);
            EventId = Read.Text(native.event_id);
            Time = Read.Time(native.time);
            TimeText = Read.Text(native.time_text);
            EventType = Read.Text(native.event_type);
            Action = Read.Text(native.action);
            IpAddress = Read.Text(native.ip_address);
            AuthenticatedUser = Read.Text(native.authenticated_user);
            ImpersonatedUser = Read.Text(native.impersonated_user);
            Details = Read.Text(native.details);
        }
    }

    /// <summary>The result of a login.</summary>
    public sealed partial class Login
    {
        /// <summary>The new API key, unless a second factor is needed first. May be null.</summary>
        public string ApiKey { get; }

        /// <summary>The secret of the API key, unless a second factor is needed first. The service shows it only now.
        /// May be null.</summary>
        public string ApiSecret { get; }

        /// <summary>E-mail address of the owner. May be null.</summary>
        public string Email { get; }

        /// <summary>Whether a second factor is needed: call <see cref="Client.GenerateApiKeySecondFactor"/>.</summary>
        public bool SecondFactorRequired { get; }

        /// <summary>The parameter of that call, if the second factor is needed. May be null.</summary>
        public string ValidationToken { get; }

        /// <summary>The kind of second factor in the service's words. May be null.</summary>
        public string SecondFactorKind { get; }

        internal Login(IntPtr record)
        {
            var native = Marshal.PtrToStructure<Native.sendsafely_login>(record);
            ApiKey = Read.Text(native.api_key);
            ApiSecret = Read.Text(native.api_secret);
            Email = Read.Text(native.email);
            SecondFactorRequired = native.second_factor_required != 0;
            ValidationToken = Read.Text(native.validation_token);
            SecondFactorKind = Read.Text(native.second_factor_kind);
        }
    }

    /// <summary>The key pair of a trusted device.</summary>
    public sealed partial class KeyPair
    {
        /// <summary>The service's id of the public key, once it is registered. May be null.</summary>
        public string PublicKeyId { get; }

        /// <summary>What the user calls the device. May be null.</summary>
        public string Description { get; }

        /// <summary>The armored OpenPGP public key.</summary>
        public string PublicKey { get; }

        /// <summary>The armored OpenPGP private key, without a password: who has it opens the device's
        /// packages.</summary>
        public string PrivateKey { get; }

        internal KeyPair(IntPtr record)
        {
            var native = Marshal.PtrToStructure<Native.sendsafely_key_pair>(record);
            PublicKeyId = Read.Text(native.public_key_id);
            Description = Read.Text(native.description);
            PublicKey = Read.Text(native.public_key);
            PrivateKey = Read.Text(native.private_key);
        }
    }
}
