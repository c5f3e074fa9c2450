using System;
using System.Threading;
using System.Threading.Tasks;

namespace Sendsafely
{
    /// <summary>
    /// A portal with the credentials of an account, and everything that its calls share. No network until the first call.
    /// </summary>
    public sealed partial class Client : Resource
    {
        internal readonly ClientHandle Handle;

        /// <summary>
        /// Creates a client for a host, such as "https://acme.sendsafely.com", with the API key and secret of an account. No
        /// network.
        /// </summary>
        /// <remarks>A host without a scheme means https. <see cref="Status.MalformedHost"/>: give host and at most scheme and
        /// port. <see cref="Status.InsecureHost"/>: use https://. <see cref="Status.NoTrustStore"/>: install the system's
        /// certificates or set <see cref="ClientOptions.CaBundle"/>. A wrong key or secret shows at the first call that
        /// touches the network, as <see cref="Status.AuthenticationFailed"/>. SendSafely Client API: signed requests
        /// (protocol 1.2).</remarks>
        public Client(string host, string apiKey, string apiSecret, ClientOptions options = null)
            : this(options, (ref Native.sendsafely_client_options native, out ClientHandle it, out ErrorHandle error) =>
                Native.sendsafely_client_new(Texts.Required(host, nameof(host)), Texts.Required(apiKey, nameof(apiKey)),
                    Texts.Required(apiSecret, nameof(apiSecret)), ref native, out it, out error))
        {
        }

        /// <summary>
        /// Creates a client that can only log in and register, for who has no API key yet; see <see cref="GenerateApiKey"/>.
        /// Any other call fails with <see cref="Status.NoCredentials"/>. No network.
        /// </summary>
        /// <remarks>Everything else as for <see cref="Client(string, string, string, ClientOptions)"/>.</remarks>
        public static Client WithoutCredentials(string host, ClientOptions options = null) =>
            new Client(options, (ref Native.sendsafely_client_options native, out ClientHandle it, out ErrorHandle error) =>
                Native.sendsafely_client_new_without_credentials(Texts.Required(host, nameof(host)), ref native, out it, out error));

        /// <summary>
        /// Creates a client for an anonymous sender to a Dropzone, by the id of that Dropzone. No network.
        /// </summary>
        /// <remarks>It can create a package, upload files, set a message and finalize, with
        /// <see cref="FinalizeOptions.UnconfirmedSender"/> or <see cref="FinalizeOptions.ConfirmedSenderToken"/>; the
        /// recipients are those of the Dropzone. See <see cref="Package.SubmitHostedDropzone"/>. Everything else as for
        /// <see cref="Client(string, string, string, ClientOptions)"/>. SendSafely Client API: Dropzone submission (protocol
        /// 1.3, 6.13).</remarks>
        public static Client ForDropzone(string host, string dropzoneId, ClientOptions options = null) =>
            new Client(options, (ref Native.sendsafely_client_options native, out ClientHandle it, out ErrorHandle error) =>
                Native.sendsafely_client_new_for_dropzone(Texts.Required(host, nameof(host)),
                    Texts.Required(dropzoneId, nameof(dropzoneId)), ref native, out it, out error));

        private delegate Status NewFunction(ref Native.sendsafely_client_options native, out ClientHandle client, out ErrorHandle error);

        private Client(ClientOptions options, NewFunction function) : this(New(options, function), new Listeners(options))
        {
        }

        private Client(ClientHandle handle, Listeners listeners) : base(handle, listeners)
        {
            Handle = handle;
        }

        private static ClientHandle New(ClientOptions options, NewFunction function)
        {
            using (var texts = new Texts())
            {
                Native.sendsafely_client_options native = ClientOptions.ToNative(options, texts);
                native.on_progress = Call.ProgressAddress;
                native.on_log = options?.Log == null ? IntPtr.Zero : Call.LogAddress;
                ClientHandle client = null;
                new Call().Run((out ErrorHandle error) => function(ref native, out client, out error));
                return client;
            }
        }

        /// <summary>Creates a package on the service, with a keycode made on this machine.</summary>
        /// <remarks>The first step; then add recipients, upload files and set a message, in any order, and finalize at
        /// last. <see cref="Resource.Dispose"/> leaves it on the service. <see cref="Status.AuthenticationFailed"/>:
        /// check key, secret, host and clock. <see cref="Status.LimitExceeded"/>, <see cref="Status.Denied"/>: the
        /// account may not send. SendSafely Client API: create package (protocol 4.1).</remarks>
        public Package CreatePackage(
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            Open(progress, cancellationToken,
                (out PackageHandle it, out ErrorHandle error) => Native.sendsafely_package_create(Handle, out it, out error));

        /// <summary>Creates a package in the name of another user of the organization, for its
        /// administrators.</summary>
        /// <remarks>The package belongs to that user, and the administrator goes on working with it, as the vendor's .NET
        /// client does. The user opens it with its id and keycode. Everything else as for <see cref="CreatePackage"/>. <see
        /// cref="Status.MalformedEmail"/>, <see cref="Status.UserNotFound"/>: correct the address. <see
        /// cref="Status.Denied"/>: the account is no administrator. SendSafely Client API: create package (protocol
        /// 4.1).</remarks>
        public Package CreatePackageForUser(string email,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            Open(progress, cancellationToken,
                (out PackageHandle it, out ErrorHandle error) => Native.sendsafely_package_create_for_user(
                    Handle, Texts.Required(email, nameof(email)), out it, out error));

        /// <summary>Creates a Workspace: a package with directories and collaborators that stays. It is usable at once
        /// and never finalized; its recipients are its collaborators.</summary>
        /// <remarks>Its keycode is encrypted at once for the trusted devices of its owner. Everything else as for <see
        /// cref="CreatePackage"/>. SendSafely Client API: create package (protocol 4.1), Workspaces (protocol
        /// 7.3).</remarks>
        public Workspace CreateWorkspace(string name = null,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            (Workspace)Open(progress, cancellationToken,
                (out PackageHandle it, out ErrorHandle error) => Native.sendsafely_package_create_workspace(
                    Handle, Texts.Optional(name, nameof(name)), out it, out error));

        /// <summary>Opens a package by its id and keycode, to receive it or to go on with it.</summary>
        /// <remarks>Keep both from <see cref="Package.Id"/> and <see cref="Package.Keycode"/>; the service does not
        /// know the keycode. <see cref="Status.UnknownPackage"/>: it expired, was deleted, or is not for this account.
        /// A keycode that is another package's or that was cut shows when it is used, before anything is written: as
        /// <see cref="Status.WrongKeycode"/> or <see cref="Status.KeycodeTooShort"/>, when reading as <see
        /// cref="Status.DecryptFailed"/> or <see cref="Status.Denied"/>. SendSafely Client API: package information
        /// (protocol 6.2.2).</remarks>
        public Package OpenPackage(string packageId, string keycode,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            Open(progress, cancellationToken,
                (out PackageHandle it, out ErrorHandle error) => Native.sendsafely_package_open(
                    Handle, Texts.Required(packageId, nameof(packageId)), Texts.Required(keycode, nameof(keycode)),
                    out it, out error));

        /// <summary>Opens a package by its secure link, to receive it.</summary>
        /// <remarks>The link may stand in quotes or angle brackets. The host is the client's, even if the link names
        /// another; <see cref="SecureLink.Parse"/> shows it. <see cref="Status.MalformedLink"/>: not such a link. <see
        /// cref="Status.UnknownPackage"/>: it expired, was deleted, or is not for this account. SendSafely Client API:
        /// secure links (protocol 5.1).</remarks>
        public Package OpenLink(string link,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            Open(progress, cancellationToken,
                (out PackageHandle it, out ErrorHandle error) => Native.sendsafely_package_open_link(
                    Handle, Texts.Required(link, nameof(link)), out it, out error));

        /// <summary>Opens a package without its keycode, with the private key of a trusted device, to receive it or to
        /// go on with it.</summary>
        /// <remarks><paramref name="publicKeyId"/> is the id that the service gave to the device's public key;
        /// <paramref name="privateKey"/> is the armored OpenPGP key. <see cref="Status.InvalidKey"/>: not such a key.
        /// <see cref="Status.Refused"/>: the service holds no keycode for this device, which was registered after the
        /// package was finalized. <see cref="Status.DecryptFailed"/>: the private key is another device's. SendSafely
        /// Client API: without a keycode, trusted device (protocol 5.6).</remarks>
        public Package OpenWithPrivateKey(string packageId, string publicKeyId, string privateKey,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            Open(progress, cancellationToken,
                (out PackageHandle it, out ErrorHandle error) => Native.sendsafely_package_open_with_private_key(
                    Handle, Texts.Required(packageId, nameof(packageId)), Texts.Required(publicKeyId,
                    nameof(publicKeyId)), Texts.Required(privateKey, nameof(privateKey)), out it, out error));

        /// <summary>Opens a Workspace by its id and keycode.</summary>
        /// <remarks><see cref="Status.OnlyInWorkspace"/>: it is another package. Everything else as for
        /// <see cref="OpenPackage"/>.</remarks>
        public Workspace OpenWorkspace(string packageId, string keycode,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default)
        {
            Package package = OpenPackage(packageId, keycode, progress, cancellationToken);
            if (package is Workspace workspace) return workspace;
            package.Dispose();
            throw new SendsafelyException(Status.OnlyInWorkspace, packageId + " is no Workspace");
        }

        private delegate Status OpenFunction(out PackageHandle package, out ErrorHandle error);

        private Package Open(IProgress<TransferProgress> progress, CancellationToken token, OpenFunction function)
        {
            PackageHandle package = null;
            int isWorkspace = 0;
            try
            {
                On(progress, token).Run((out ErrorHandle error) => function(out package, out error));
                new Call().Run((out ErrorHandle error) => Native.sendsafely_package_is_workspace(package, out isWorkspace, out error));
            }
            catch
            {
                // The call may have gone well, and a callback have thrown at its very end.
                package?.Dispose();
                throw;
            }
            return isWorkspace != 0 ? new Workspace(package, Listeners) : new Package(package, Listeners);
        }

        /// <summary>Asks the service for what it knows of a package, by its id, package code or secure link, without
        /// opening it: the keycode is not needed.</summary>
        /// <remarks><see cref="Status.UnknownPackage"/>: it expired, was deleted, or is not for this account. <see
        /// cref="Status.InvalidArgument"/>: neither an id nor a code nor a link. SendSafely Client API: package
        /// information (protocol 6.2.2, 5.2).</remarks>
        public PackageInformation GetPackageInformation(string packageId,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Record(
                (out IntPtr it, out ErrorHandle error) => Native.sendsafely_client_get_package_information(
                    Handle, Texts.Required(packageId, nameof(packageId)), out it, out error),
                it => new PackageInformation(it), Native.sendsafely_package_information_free);

        /// <summary>Makes a signed REST call to a path of the host's API, such as "/package/", for what no method
        /// covers.</summary>
        /// <remarks><paramref name="method"/> is GET, PUT, POST, PATCH or DELETE. Gives the answer's JSON text as it
        /// came; its member "response" is not judged, and a lost answer is not asked for again unless the method is
        /// GET. SendSafely Client API: response envelope (protocol 2.1), endpoint reference (protocol 6).</remarks>
        public string Request(string method, string path, string jsonBody = null,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Text(
                (out IntPtr it, out ErrorHandle error) => Native.sendsafely_client_request(
                    Handle, Texts.Required(method, nameof(method)), Texts.Required(path, nameof(path)),
                    Texts.Optional(jsonBody, nameof(jsonBody)), out it, out error));

        /// <summary>Signs a request of the REST API with the client's key and secret, without sending it.</summary>
        /// <remarks>Path begins with "/api/v2.0/" or with what follows that; a query in it is not signed. body is the
        /// text as it will be sent, of a multipart upload that of its requestData; null: none. timestamp is like
        /// "2024-01-02T03:04:05+0000"; null: now. <see cref="Status.InvalidArgument"/>: correct path or timestamp. <see
        /// cref="Status.NoCredentials"/>: the client has no API key. SendSafely Client API: signed requests (protocol
        /// 1.2).</remarks>
        public RequestHeaders Sign(string path, string body = null, string timestamp = null) =>
            On().Record(
                (out IntPtr it, out ErrorHandle error) => Native.sendsafely_client_sign(
                    Handle, Texts.Required(path, nameof(path)), Texts.Optional(body, nameof(body)),
                    Texts.Optional(timestamp, nameof(timestamp)), out it, out error),
                it => new RequestHeaders(it), Native.sendsafely_request_headers_free);
    }
}
