using System;
using System.Threading;

// The requests: docs/protocol.md 1.2, 1.3, 2.1 and 6.1.
namespace LibSendSafely
{
    /// <summary>A portal, the credentials of an account, and what all calls share. It sends nothing before the first
    /// call.</summary>
    public sealed partial class Client : Resource
    {
        internal readonly ClientHandle Handle;

        /// <summary>Creates a client for a host, such as "https://acme.sendsafely.com", with the API key and secret of
        /// an account. Sends nothing.</summary>
        /// <remarks>A host without a scheme means https. <see cref="Status.MalformedHost"/>: pass host and at most
        /// scheme and port. <see cref="Status.InsecureHost"/>: use https://. <see cref="Status.NoTrustStore"/>: install
        /// the system's certificates or set <see cref="ClientOptions.CaBundle"/>. If key or secret is wrong, the first
        /// call that sends a request fails with <see cref="Status.AuthenticationFailed"/>.</remarks>
        public Client(string host, string apiKey, string apiSecret, ClientOptions options = null)
            : this(options, (ref Native.sendsafely_client_options native, out ClientHandle it, out ErrorHandle error) =>
                Native.sendsafely_client_new(Texts.Required(host, nameof(host)), Texts.Required(apiKey, nameof(apiKey)),
                    Texts.Required(apiSecret, nameof(apiSecret)), ref native, out it, out error))
        {
        }

        /// <summary>Creates a client for a user without an API key. It can only log in and register; see
        /// <see cref="GenerateApiKey"/>. Sends nothing.</summary>
        /// <remarks>Other calls fail with <see cref="Status.NoCredentials"/>. Everything else as for
        /// <see cref="Client(string, string, string, ClientOptions)"/>.</remarks>
        public static Client WithoutCredentials(string host, ClientOptions options = null) =>
            new Client(options, (ref Native.sendsafely_client_options native, out ClientHandle it, out ErrorHandle error) =>
                Native.sendsafely_client_new_without_credentials(Texts.Required(host, nameof(host)), ref native, out it, out error));

        /// <summary>Creates a client for an anonymous sender to the Dropzone with this id. Sends nothing.</summary>
        /// <remarks>It can create a package, upload files, set a message and finalize, with
        /// <see cref="FinalizeOptions.UnconfirmedSender"/> or <see cref="FinalizeOptions.ConfirmedSenderToken"/>. The
        /// recipients are those of the Dropzone. See also <see cref="Package.SubmitHostedDropzone"/>. Everything else
        /// as for <see cref="Client(string, string, string, ClientOptions)"/>.</remarks>
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

        /// <summary>Sends a signed request to a path of the host's API, such as "/package/", for what no other method
        /// covers.</summary>
        /// <remarks><paramref name="method"/> is GET, PUT, POST, PATCH or DELETE. Returns the JSON text of the response
        /// unchanged: a refusal in its member "response" is not thrown. If the response is lost, only a GET is sent
        /// again.</remarks>
        public string Request(string method, string path, string jsonBody = null,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Text(
                (out IntPtr it, out ErrorHandle error) => Native.sendsafely_client_request(
                    Handle, Texts.Required(method, nameof(method)), Texts.Required(path, nameof(path)),
                    Texts.Optional(jsonBody, nameof(jsonBody)), out it, out error));

        /// <summary>Signs a request of the REST API with the client's key and secret. Sends nothing.</summary>
        /// <remarks><paramref name="path"/> begins with "/api/v2.0/" or with what follows that; its query is not
        /// signed. <paramref name="body"/> is the text that will be sent, or the requestData of a multipart upload;
        /// null means no body. <paramref name="timestamp"/> has the form "2024-01-02T03:04:05+0000"; null means now.
        /// <see cref="Status.InvalidArgument"/>: correct path or timestamp. <see cref="Status.NoCredentials"/>: the
        /// client has no API key.</remarks>
        public RequestHeaders Sign(string path, string body = null, string timestamp = null) =>
            On().Record(
                (out IntPtr it, out ErrorHandle error) => Native.sendsafely_client_sign(
                    Handle, Texts.Required(path, nameof(path)), Texts.Optional(body, nameof(body)),
                    Texts.Optional(timestamp, nameof(timestamp)), out it, out error),
                it => new RequestHeaders(it), Native.sendsafely_request_headers_free);

        /// <summary>Checks key and secret with the service, and returns the e-mail address of their owner.</summary>
        /// <remarks><see cref="Status.AuthenticationFailed"/>: check key, secret, host and clock.</remarks>
        public string VerifyCredentials(
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Text(
                (out IntPtr it, out ErrorHandle error) => Native.sendsafely_client_verify_credentials(Handle, out it, out error));

        /// <summary>Returns how the service rates <see cref="ClientOptions.ClientVersion"/>, by default the version of
        /// the library: "OK", "UPGRADE_AVAILABLE", "OUTDATED_VERSION", or a word that it has added since.</summary>
        public string VerifyVersion(
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Text(
                (out IntPtr it, out ErrorHandle error) => Native.sendsafely_client_verify_version(Handle, out it, out error));
    }
}
