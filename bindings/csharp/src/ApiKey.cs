using System;
using System.Threading;

// The requests: docs/protocol.md 6.12.
namespace LibSendSafely
{
    public partial class Client
    {
        /// <summary>Logs in with e-mail address and password, and creates an API key. Call it on a client of
        /// <see cref="WithoutCredentials"/>.</summary>
        /// <remarks><paramref name="description"/> is the name of the new key in the user's list of API keys. If
        /// <see cref="Login.SecondFactorRequired"/> is true, go on with <see cref="GenerateApiKeySecondFactor"/>.
        /// <see cref="Status.AuthenticationFailed"/>: address or password is wrong.
        /// <see cref="Status.OutcomeUnknown"/>: the response was lost, and the service may have created a key; look at
        /// the user's list before you call again.</remarks>
        public Login GenerateApiKey(string email, string password, string description,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Record(
                (out IntPtr it, out ErrorHandle error) => Native.sendsafely_client_generate_api_key(
                    Handle, Texts.Required(email, nameof(email)), Texts.Required(password, nameof(password)),
                    Texts.Required(description, nameof(description)), out it, out error),
                it => new Login(it), Native.sendsafely_login_free);

        /// <summary>Completes a login that needs a second factor, with <see cref="Login.ValidationToken"/> and the code
        /// that the user has received.</summary>
        /// <remarks><see cref="Status.PinResent"/>: the code was wrong, and the service has sent a new one. Everything
        /// else as for <see cref="GenerateApiKey"/>.</remarks>
        public Login GenerateApiKeySecondFactor(string validationToken, string code, string description,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Record(
                (out IntPtr it, out ErrorHandle error) => Native.sendsafely_client_generate_api_key_second_factor(
                    Handle, Texts.Required(validationToken, nameof(validationToken)), Texts.Required(code,
                    nameof(code)), Texts.Required(description, nameof(description)), out it, out error),
                it => new Login(it), Native.sendsafely_login_free);

        /// <summary>Exchanges an OAuth token of the organization's identity provider for an API key.</summary>
        /// <remarks><see cref="Status.AuthForbidden"/>: the organization does not allow it.
        /// <see cref="Status.UserAlreadyExists"/>: log in with the password. Everything else as for
        /// <see cref="GenerateApiKey"/>.</remarks>
        public Login GenerateApiKeyOAuth(string oauthToken, string description,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Record(
                (out IntPtr it, out ErrorHandle error) => Native.sendsafely_client_generate_api_key_oauth(
                    Handle, Texts.Required(oauthToken, nameof(oauthToken)), Texts.Required(description,
                    nameof(description)), out it, out error),
                it => new Login(it), Native.sendsafely_login_free);
    }
}
