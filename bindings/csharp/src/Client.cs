using System;
using System.Threading;

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

        /// <summary>Asks whether the service takes key and secret, and gives the e-mail address of their
        /// owner.</summary>
        /// <remarks><see cref="Status.AuthenticationFailed"/>: check key, secret, host and clock. SendSafely Client
        /// API: verify credentials (protocol 6.1.1).</remarks>
        public string VerifyCredentials(
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Text(
                (out IntPtr it, out ErrorHandle error) => Native.sendsafely_client_verify_credentials(Handle, out it, out error));

        /// <summary>Asks what the service thinks of <see cref="ClientOptions.ClientVersion"/>, or else of the library's own: "OK",
        /// "UPGRADE_AVAILABLE", "OUTDATED_VERSION", or a later word.</summary>
        /// <remarks>SendSafely Client API: verify version (protocol 6.1.2).</remarks>
        public string VerifyVersion(
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Text(
                (out IntPtr it, out ErrorHandle error) => Native.sendsafely_client_verify_version(Handle, out it, out error));
    }
}
