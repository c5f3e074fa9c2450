using System;
using System.Threading;

namespace Sendsafely
{
    public partial class Client
    {
        /// <summary>Logs in with e-mail address and password, for an API key. A client of <see
        /// cref="WithoutCredentials"/> does.</summary>
        /// <remarks><paramref name="description"/> is how the user's list of API keys will name the new one. Look at
        /// <see cref="Login.SecondFactorRequired"/>. <see cref="Status.AuthenticationFailed"/>: address or password is
        /// wrong. <see cref="Status.OutcomeUnknown"/>: a key may have been made; look at the user's list before you
        /// call again. SendSafely Client API: login (protocol 6.12).</remarks>
        public Login GenerateApiKey(string email, string password, string description,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Record(
                (out IntPtr it, out ErrorHandle error) => Native.sendsafely_client_generate_api_key(
                    Handle, Texts.Required(email, nameof(email)), Texts.Required(password, nameof(password)),
                    Texts.Required(description, nameof(description)), out it, out error),
                it => new Login(it), Native.sendsafely_login_free);

        /// <summary>Ends a login that needs a second factor, with <see cref="Login.ValidationToken"/> and the code that
        /// the user got.</summary>
        /// <remarks><see cref="Status.PinResent"/>: the code was wrong, and a new one is on its way. Everything else as
        /// for <see cref="GenerateApiKey"/>.</remarks>
        public Login GenerateApiKeySecondFactor(string validationToken, string code, string description,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Record(
                (out IntPtr it, out ErrorHandle error) => Native.sendsafely_client_generate_api_key_second_factor(
                    Handle, Texts.Required(validationToken, nameof(validationToken)), Texts.Required(code,
                    nameof(code)), Texts.Required(description, nameof(description)), out it, out error),
                it => new Login(it), Native.sendsafely_login_free);

        /// <summary>Exchanges an OAuth token of the organization's identity provider for an API key.</summary>
        /// <remarks><see cref="Status.AuthForbidden"/>: the organization does not allow it. <see
        /// cref="Status.UserAlreadyExists"/>: log in by password. Everything else as for <see
        /// cref="GenerateApiKey"/>.</remarks>
        public Login GenerateApiKeyOAuth(string oauthToken, string description,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Record(
                (out IntPtr it, out ErrorHandle error) => Native.sendsafely_client_generate_api_key_oauth(
                    Handle, Texts.Required(oauthToken, nameof(oauthToken)), Texts.Required(description,
                    nameof(description)), out it, out error),
                it => new Login(it), Native.sendsafely_login_free);
    }
}
