// Made from include/sendsafely.h by tools/csharp_table.py, not by hand.

namespace LibSendSafely
{
    /// <summary>The outcome of a call. Families: 0 success, 1 the caller's mistake, 100 the order of steps, 200 limits,
    /// 300 the service refused, 400 the network, 500 integrity, 600 local files, 700 stopped, 900 the library's own
    /// mistake.</summary>
    /// <remarks>Numbers are never reused. A later version may add some: treat an unknown one like the first of its
    /// family.</remarks>
    public enum Status
    {
        /// <summary>The call did what it says.</summary>
        /// <remarks>With every other status it did not, and its outputs are empty.</remarks>
        Ok = 0,
        /// <summary>A required argument is missing.</summary>
        /// <remarks>The message names the argument.</remarks>
        NullArgument = 1,
        /// <summary>An argument is out of its range.</summary>
        /// <remarks>The message names the argument and its range. Also: a control character in a value that becomes an
        /// HTTP header, an option that this version of the library does not know, and a callback that returned a number
        /// with no meaning.</remarks>
        InvalidArgument = 2,
        /// <summary>A string is not valid UTF-8.</summary>
        /// <remarks>The message names the argument. A file whose name is not UTF-8 goes through <see
        /// cref="Package.UploadStream"/>.</remarks>
        InvalidUtf8 = 3,
        /// <summary>Not a live handle of this kind.</summary>
        /// <remarks>It was released, is of another kind, or was never given out by this library.</remarks>
        InvalidHandle = 4,
        /// <summary>Called on a package from inside its own progress, log or stream.</summary>
        /// <remarks>Call again after that has returned. Only <see cref="Resource.Dispose"/> is allowed there. Or
        /// another transfer uses the ResumeFile: call again when that has ended.</remarks>
        Busy = 5,
        /// <summary>The handle belongs to the process that made it.</summary>
        /// <remarks>In a forked child create the client again, then open the package again. Releasing the old one is
        /// allowed and touches no connection.</remarks>
        Forked = 6,
        /// <summary>Not an e-mail address.</summary>
        /// <remarks>Nothing was sent.</remarks>
        MalformedEmail = 7,
        /// <summary>Not a phone number.</summary>
        /// <remarks>It may have digits, blanks, ()-./ and a + in front; the country is two letters.</remarks>
        MalformedPhoneNumber = 8,
        /// <summary>Not a secure link.</summary>
        /// <remarks>A link has the form https://HOST/receive/?thread=...&amp;packageCode=...#keyCode=...</remarks>
        MalformedLink = 9,
        /// <summary>Not a host.</summary>
        /// <remarks>Give https://HOST with an optional port and no path.</remarks>
        MalformedHost = 10,
        /// <summary>Plain http to a host that is not this machine.</summary>
        /// <remarks>Use https://, or set AllowPlainHttp for a network that you trust.</remarks>
        InsecureHost = 11,
        /// <summary>Not a usable private key.</summary>
        /// <remarks>An armored OpenPGP private key without a passphrase is expected.</remarks>
        InvalidKey = 12,
        /// <summary>There is no package yet.</summary>
        /// <remarks>Create or open it first.</remarks>
        PackageNotCreated = 100,
        /// <summary>The recipient is not on the package.</summary>
        /// <remarks>Add the recipient first; <see cref="Package.GetInformation"/> lists those that are there.</remarks>
        RecipientNotOnPackage = 101,
        /// <summary>The package has no recipient.</summary>
        /// <remarks>Add one, or finalize with UndisclosedRecipients.</remarks>
        NoRecipient = 102,
        /// <summary>The package has neither a file nor a message.</summary>
        /// <remarks>Upload a file or set a message, then finalize.</remarks>
        NoFile = 103,
        /// <summary>An upload into the package is still running.</summary>
        /// <remarks>Finalize after every upload has returned.</remarks>
        UploadRunning = 104,
        /// <summary>A file of the package is incomplete.</summary>
        /// <remarks>Delete the file or upload it again, then finalize.</remarks>
        UploadIncomplete = 105,
        /// <summary>The package is finalized.</summary>
        /// <remarks>Create a new package.</remarks>
        AlreadyFinalized = 106,
        /// <summary>A Workspace cannot be finalized.</summary>
        /// <remarks>It is usable at once: hand out its secure link.</remarks>
        WorkspaceNotFinalizable = 107,
        /// <summary>Only Workspaces have directories and roles.</summary>
        /// <remarks>Leave DirectoryId out; recipients of a package all have the same rights.</remarks>
        OnlyInWorkspace = 108,
        /// <summary>The package was deleted.</summary>
        /// <remarks>Create a new package.</remarks>
        PackageDeleted = 109,
        /// <summary>The keycode of the package is not known.</summary>
        /// <remarks>Open the package with its keycode or with a secure link that holds it.</remarks>
        KeycodeUnknown = 110,
        /// <summary>The package is not finalized yet.</summary>
        /// <remarks>Finalize it; then there is a link.</remarks>
        NotFinalized = 111,
        /// <summary>No such file on the package.</summary>
        /// <remarks>Look at the files of <see cref="Package.GetInformation"/>.</remarks>
        FileNotOnPackage = 112,
        /// <summary>The client has no API key.</summary>
        /// <remarks>Create it with <see cref="Client"/>; this one is for logging in, for registering or for a
        /// Dropzone.</remarks>
        NoCredentials = 113,
        /// <summary>A file that the service does not show may keep the package from being finalized.</summary>
        /// <remarks>The response to its creation was lost. Create a new package and upload the files again.</remarks>
        PackageNotFinalizable = 114,
        /// <summary>A package has at most 99 recipients.</summary>
        /// <remarks>Send the rest with another package.</remarks>
        TooManyRecipients = 200,
        /// <summary>Package life is 0 to 365 days.</summary>
        /// <remarks>0 means that the package never expires; an organization may allow less.</remarks>
        LifeOutOfRange = 201,
        /// <summary>The file is larger than the service accepts.</summary>
        /// <remarks>The limit is 107,374,182,400 bytes.</remarks>
        FileTooLarge = 202,
        /// <summary>The keycode is too short.</summary>
        /// <remarks>Keycodes have at least 32 characters; check that the link was not cut.</remarks>
        KeycodeTooShort = 203,
        /// <summary>Not a name for a file or directory.</summary>
        /// <remarks>Choose another one of 1 to 255 bytes, without control characters and &lt; &gt; : " / \\ | ? *; an
        /// upload takes it as FileName.</remarks>
        MalformedFileName = 204,
        /// <summary>A package, or a directory of a Workspace, has at most 100,000 files.</summary>
        /// <remarks>The service could not list more. Use another package or directory, or pack many files into
        /// one.</remarks>
        TooManyFiles = 205,
        /// <summary>The service refused.</summary>
        /// <remarks>Its code has no status of its own: see <see cref="SendsafelyException.ServerCode"/>.</remarks>
        Refused = 300,
        /// <summary>The service refused the API key or the signature.</summary>
        /// <remarks>Check the API key, the API secret, the host and this machine's clock.</remarks>
        AuthenticationFailed = 301,
        /// <summary>The service knows no such package.</summary>
        /// <remarks>It expired, was deleted, or this account has no access to it.</remarks>
        UnknownPackage = 302,
        /// <summary>The service denies this to the account.</summary>
        /// <remarks>Finalize fails with it too when something is missing; <see
        /// cref="SendsafelyException.ServerMessage"/> lists what.</remarks>
        Denied = 303,
        /// <summary>A limit of the account or the package is reached.</summary>
        /// <remarks>It is one of size, number of recipients, or the like: see <see
        /// cref="SendsafelyException.ServerMessage"/>.</remarks>
        LimitExceeded = 304,
        /// <summary>The service does not accept the e-mail address.</summary>
        /// <remarks>Correct the address.</remarks>
        InvalidEmail = 305,
        /// <summary>The recipient is on the package already.</summary>
        /// <remarks>Find its id with <see cref="Package.GetInformation"/>.</remarks>
        DuplicateEmail = 306,
        /// <summary>The service does not accept the recipient.</summary>
        /// <remarks>It does not know the recipient id.</remarks>
        InvalidRecipient = 307,
        /// <summary>The service does not accept a value.</summary>
        /// <remarks>For a phone number: check it and its country.</remarks>
        InvalidInput = 308,
        /// <summary>The package needs a password, or another one.</summary>
        /// <remarks>Use the password that its sender has set.</remarks>
        PasswordRequired = 309,
        /// <summary>An approver has to be added first.</summary>
        /// <remarks>Nothing was finalized; add an approver as a recipient, then finalize again.</remarks>
        ApproverRequired = 310,
        /// <summary>Not allowed for guest users.</summary>
        /// <remarks>The account or the recipient has to be a registered user.</remarks>
        GuestsProhibited = 311,
        /// <summary>The service no longer supports this client version.</summary>
        /// <remarks>Update the library, or set ClientVersion.</remarks>
        OutdatedVersion = 312,
        /// <summary>The service does not accept the file name.</summary>
        /// <remarks>Set another FileName.</remarks>
        InvalidFileName = 313,
        /// <summary>The organization blocks files of this type.</summary>
        /// <remarks>Send another type of file.</remarks>
        InvalidFileExtension = 314,
        /// <summary>A file of that name is on the package already.</summary>
        /// <remarks>Delete that one first, or set another FileName.</remarks>
        DuplicateFile = 315,
        /// <summary>The session at the service has timed out.</summary>
        /// <remarks>Create the client again.</remarks>
        SessionTimeout = 316,
        /// <summary>The host has no such API path.</summary>
        /// <remarks>Check the host, and for <see cref="Client.Request"/> the path.</remarks>
        UnknownEndpoint = 317,
        /// <summary>The service does not have all parts of the file yet.</summary>
        /// <remarks>Try again later: the sender may still be uploading.</remarks>
        FileIncomplete = 318,
        /// <summary>This way of logging in or registering is not allowed.</summary>
        /// <remarks>The organization decides; ask its administrator, or use another way.</remarks>
        AuthForbidden = 319,
        /// <summary>The organization enforces a second factor.</summary>
        /// <remarks>Registration by PIN is not possible there; register by link.</remarks>
        SecondFactorEnforced = 320,
        /// <summary>The code was wrong or tried too often.</summary>
        /// <remarks>The service has sent a new one: call again with that.</remarks>
        PinResent = 321,
        /// <summary>The token has expired.</summary>
        /// <remarks>Start the registration or the login again.</remarks>
        TokenExpired = 322,
        /// <summary>The service does not know the token.</summary>
        /// <remarks>Start the registration or the login again.</remarks>
        InvalidToken = 323,
        /// <summary>The password is too weak.</summary>
        /// <remarks><see cref="SendsafelyException.ServerMessage"/> has the service's rules.</remarks>
        PasswordTooWeak = 324,
        /// <summary>The user exists already.</summary>
        /// <remarks>Log in instead of registering.</remarks>
        UserAlreadyExists = 325,
        /// <summary>The service knows no such user.</summary>
        /// <remarks>Check the e-mail address, or register.</remarks>
        UserNotFound = 326,
        /// <summary>The host cannot be reached.</summary>
        /// <remarks>Check the network, the proxy and the host.</remarks>
        Unreachable = 400,
        /// <summary>The name of the host cannot be resolved.</summary>
        /// <remarks>Check the spelling of the host and the name server.</remarks>
        UnknownHost = 401,
        /// <summary>Nothing moved for too long.</summary>
        /// <remarks>Check the network, or set a longer RetryWindowMs.</remarks>
        TimedOut = 402,
        /// <summary>No trusted TLS connection to the host.</summary>
        /// <remarks>Check the host; for a private certificate authority set CaBundle to its certificate.</remarks>
        TlsFailed = 403,
        /// <summary>This machine has no trusted certificates.</summary>
        /// <remarks>Install them (package ca-certificates) or set CaBundle.</remarks>
        NoTrustStore = 404,
        /// <summary>The response is not one of this service.</summary>
        /// <remarks>A proxy or a login page may have sent it instead, or it lacks what the call needs.</remarks>
        BadAnswer = 405,
        /// <summary>The host returned an HTTP error.</summary>
        /// <remarks>See <see cref="SendsafelyException.HttpStatus"/>.</remarks>
        HttpError = 406,
        /// <summary>The response was lost, and repeating is not safe.</summary>
        /// <remarks>The service may have acted, also after a gateway's 503 or 429: look at the package before you call
        /// again.</remarks>
        OutcomeUnknown = 407,
        /// <summary>The storage refused a part on every route.</summary>
        /// <remarks>The cause is the upload URL or the network in between: try again later.</remarks>
        StorageRefused = 408,
        /// <summary>The data cannot be decrypted.</summary>
        /// <remarks>The keycode is wrong, or the data was damaged or changed; the library cannot know which.</remarks>
        DecryptFailed = 500,
        /// <summary>Encrypted in a format that the library does not read.</summary>
        /// <remarks>The sender used an unusual program.</remarks>
        UnsupportedFormat = 501,
        /// <summary>A part is larger than MaxPartBytes.</summary>
        /// <remarks>Raise MaxPartBytes if the sender is trusted.</remarks>
        PartTooLarge = 502,
        /// <summary>The file does not have the expected size.</summary>
        /// <remarks>Its own parts, or the program that uploads it, gave another size; with StrictSize also its
        /// sender.</remarks>
        SizeMismatch = 503,
        /// <summary>The keycode is not that of this package.</summary>
        /// <remarks>Open the package with the keycode of its secure link.</remarks>
        WrongKeycode = 504,
        /// <summary>A part of the file is not the requested one.</summary>
        /// <remarks>Parts were swapped, repeated or taken from another file; the sender has to send the file
        /// again.</remarks>
        WrongPart = 505,
        /// <summary>The keycode is not proved, so it is not passed on.</summary>
        /// <remarks>The library did not read all that might prove it. Download a file or read the message through the
        /// same package, then call again, or ask the owner.</remarks>
        KeycodeNotProved = 506,
        /// <summary>No such file.</summary>
        /// <remarks>The message names the path.</remarks>
        FileNotFound = 600,
        /// <summary>The operating system denies access to the file.</summary>
        /// <remarks>The message names the path.</remarks>
        AccessDenied = 601,
        /// <summary>Not a regular file.</summary>
        /// <remarks>Directories and devices are neither uploaded nor replaced. A symbolic link at the target is
        /// replaced. For a pipe use <see cref="Package.UploadStream"/> and <see
        /// cref="Package.DownloadStream"/>.</remarks>
        NotAFile = 602,
        /// <summary>The file changed while it was uploaded.</summary>
        /// <remarks>Upload it again when nothing writes to it, or see AllowGrowth in the upload options. The library
        /// has deleted what it sent.</remarks>
        FileChanged = 603,
        /// <summary>The target exists already.</summary>
        /// <remarks>Choose another directory, or set existing in the options.</remarks>
        FileExists = 604,
        /// <summary>No room on the disk.</summary>
        /// <remarks>Make room and call again. The target of a download was left as it was; the download of a large file
        /// reserves the declared size, so that this is found before anything is fetched, where the file system can do
        /// that. An upload of unknown size needs room for temporary files.</remarks>
        DiskFull = 605,
        /// <summary>No such directory.</summary>
        /// <remarks>Check the path; create the directory first if files are downloaded into it.</remarks>
        DirectoryNotFound = 606,
        /// <summary>Reading the source failed.</summary>
        /// <remarks>Also: a stream of the program reported a failure.</remarks>
        ReadFailed = 607,
        /// <summary>Writing the target failed.</summary>
        /// <remarks>Also: a stream of the program refused the bytes.</remarks>
        WriteFailed = 608,
        /// <summary>There is no memory for a part or a response.</summary>
        /// <remarks>Set smaller parts and a smaller MemoryBudget. The target was left as it was.</remarks>
        OutOfMemory = 609,
        /// <summary>The process has no descriptor or thread left.</summary>
        /// <remarks>Close files or connections of the program, raise its limits (ulimit -n and -u), or set fewer
        /// PartsInFlight. A transfer that has connections already goes on with fewer.</remarks>
        SystemLimit = 610,
        /// <summary>Another program syncs the same local directory.</summary>
        /// <remarks>Call again when it has ended.</remarks>
        SyncRunning = 611,
        /// <summary>A sync would delete more than half of the files of a side.</summary>
        /// <remarks>It has changed nothing. Check that both directories are the right ones and complete, and set force
        /// if they are.</remarks>
        ManyDeletions = 612,
        /// <summary>Stopped by the program.</summary>
        /// <remarks>The call undid what it could: a stopped upload deletes its file, a stopped download leaves no
        /// file.</remarks>
        Stopped = 700,
        /// <summary>The call took longer than its deadline allows.</summary>
        /// <remarks>It ended as if the program had stopped it: it undid what it could, but the service may have acted.
        /// Look at what it has done before you call again, or set a longer DeadlineMs.</remarks>
        DeadlineExceeded = 701,
        /// <summary>An error of the library itself.</summary>
        /// <remarks>Please report it with the message. Everything remains usable.</remarks>
        Internal = 900,
    }

    /// <summary>What a call does at the moment. A later version may add phases.</summary>
    public enum Phase
    {
        /// <summary>Resolving and connecting to the host, or exchanging something short with it.</summary>
        Connecting = 1,
        /// <summary>Preparing: opening files, creating a file on the service, fetching URLs.</summary>
        Preparing = 2,
        /// <summary>Encrypting and sending, or receiving and decrypting.</summary>
        Transferring = 3,
        /// <summary>Waiting before a failed request is repeated.</summary>
        Waiting = 4,
        /// <summary>Completing the file, all of whose bytes are stored.</summary>
        Completing = 5,
        /// <summary>Finalizing the package.</summary>
        Finalizing = 6,
    }

    /// <summary>What a download, or the upload of a tree, does with a target that exists already.</summary>
    public enum Existing
    {
        /// <summary>Keep it and fail with <see cref="Status.FileExists"/>.</summary>
        Refuse = 0,
        /// <summary>Replace it, once everything has arrived and is verified. Only a regular file or a symbolic link is
        /// replaced.</summary>
        Overwrite = 1,
        /// <summary>Keep it and go on: a download reports it as skipped, a tree with <see
        /// cref="TreeAction.Skipped"/>.</summary>
        Skip = 2,
    }

    /// <summary>How a file that exists at the target is found to be the same as the source, when the target is skipped
    /// or replaced.</summary>
    public enum Compare
    {
        /// <summary>It has the same size. Without network, and blind to an edit that keeps the size.</summary>
        Size = 0,
        /// <summary>It has the same size, and the source is not newer. Of a local file the time of its last
        /// modification counts, of a file on the service that of its upload, in whole seconds and by the clock of each.
        /// Downloaded files get the time of their upload.</summary>
        Time = 1,
        /// <summary>It has the same content. The library downloads the file on the service, decrypts and verifies it,
        /// and keeps nothing of it but a digest in memory, so that the same client need not download it for this
        /// again.</summary>
        Content = 2,
    }

    /// <summary>What a call did with a file of a tree. A later version may add actions.</summary>
    public enum TreeAction
    {
        /// <summary>Nothing: see the item's status.</summary>
        None = 0,
        /// <summary>The call uploaded it.</summary>
        Uploaded = 1,
        /// <summary>The call downloaded it.</summary>
        Downloaded = 2,
        /// <summary>The call kept what was there already: complete, and of the declared size if that is known, or of
        /// the same content.</summary>
        Skipped = 3,
        /// <summary>The call did not send it, which is no failure: it is a symbolic link, a pipe or the like, or the
        /// temporary file of a download. A sync also leaves a file alone that another program is writing, and a
        /// download one that is not complete beside a complete one of the same name.</summary>
        Ignored = 4,
        /// <summary>A sync deleted it on this machine, because it was deleted in the Workspace.</summary>
        DeletedHere = 5,
        /// <summary>A sync deleted it in the Workspace, because it was deleted on this machine.</summary>
        DeletedThere = 6,
        /// <summary>It had changed on both sides. A sync kept both contents: the newer one under the name, the other
        /// one under the marked name that LocalPath ends with.</summary>
        KeptBoth = 7,
        /// <summary>After a dry run of a sync: both sides have a file of this size, and no sync has seen them equal.
        /// The sync would download it to compare the contents, and keep both if they differ.</summary>
        Compared = 8,
    }

    /// <summary>Why a call transferred a file of a tree, or how a target differs that it kept. A later version may add
    /// reasons.</summary>
    public enum Reason
    {
        /// <summary>For none: the target is the same, or the call did not come to compare them.</summary>
        None = 0,
        /// <summary>There was no such file.</summary>
        New = 1,
        /// <summary>The sizes differ.</summary>
        Size = 2,
        /// <summary>The source is newer.</summary>
        Time = 3,
        /// <summary>The content differs.</summary>
        Content = 4,
        /// <summary>The file on the service is not complete.</summary>
        Incomplete = 5,
        /// <summary>The options ask for all files.</summary>
        Overwrite = 6,
    }

    /// <summary>The state of a package, as the service reports it.</summary>
    public enum PackageState
    {
        /// <summary>Not reported, or none of these.</summary>
        Unknown = -100,
        /// <summary>Deleted; some recipients had it.</summary>
        DeletedPartiallyComplete = -4,
        /// <summary>Deleted; nobody had it.</summary>
        DeletedIncomplete = -3,
        /// <summary>Created and not finalized.</summary>
        Temp = -2,
        /// <summary>Deleted; every recipient had it.</summary>
        DeletedComplete = -1,
        /// <summary>Created and not finalized.</summary>
        InProgress = 0,
        /// <summary>Expired; nobody had it.</summary>
        ExpiredIncomplete = 1,
        /// <summary>Expired; every recipient had it.</summary>
        ExpiredComplete = 2,
        /// <summary>Finalized; every recipient had it.</summary>
        ActiveComplete = 3,
        /// <summary>Finalized; nobody had it yet.</summary>
        ActiveIncomplete = 4,
        /// <summary>Finalized; some recipients had it.</summary>
        ActivePartiallyComplete = 5,
        /// <summary>Expired; some recipients had it.</summary>
        ExpiredPartiallyComplete = 6,
    }

    /// <summary>The states of a package in three classes.</summary>
    public enum PackageStatus
    {
        /// <summary>Any, or not reported.</summary>
        Any = 0,
        /// <summary>It can be opened, or is not finalized yet.</summary>
        Active = 1,
        /// <summary>It has expired.</summary>
        Expired = 2,
        /// <summary>It was deleted.</summary>
        Archived = 3,
    }

    /// <summary>Which side of a sync follows the other.</summary>
    public enum Direction
    {
        /// <summary>Each follows the other.</summary>
        Both = 0,
        /// <summary>The Workspace follows the local directory, which stays as it is.</summary>
        Up = 1,
        /// <summary>The local directory follows the Workspace, which stays as it is.</summary>
        Down = 2,
    }

    /// <summary>Which packages <see cref="Client.ListPackages"/> lists.</summary>
    public enum PackageList
    {
        /// <summary>Those that the user has sent.</summary>
        Sent = 0,
        /// <summary>Those that the user has received.</summary>
        Received = 1,
        /// <summary>Those of the user that have expired or were deleted.</summary>
        Archived = 2,
        /// <summary>The user's Workspaces.</summary>
        Workspaces = 3,
    }
}
