using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;

namespace Sendsafely
{
    // The account, and how to get one.
    public sealed partial class Client
    {
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

        /// <summary>Asks the service for what it knows of the user.</summary>
        /// <remarks>SendSafely Client API: user information (protocol 6.1.3).</remarks>
        public User GetUser(IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Record(
                (out IntPtr it, out ErrorHandle error) => Native.sendsafely_client_get_user(Handle, out it, out error),
                it => new User(it), Native.sendsafely_user_free);

        /// <summary>Asks the service for what it knows of the organization.</summary>
        /// <remarks>SendSafely Client API: enterprise information (protocol 6.1.4).</remarks>
        public Enterprise GetEnterprise(
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Record(
                (out IntPtr it, out ErrorHandle error) => Native.sendsafely_client_get_enterprise(Handle, out it, out error),
                it => new Enterprise(it), Native.sendsafely_enterprise_free);

        /// <summary>Gives a page of the organization's audit log, for its administrators, as JSON text in the service's
        /// own form; <see cref="ListAuditLog"/> reads it.</summary>
        /// <remarks><see cref="Status.Denied"/>: not for this account. SendSafely Client API: audit log (protocol
        /// 6.11).</remarks>
        public string GetAuditLog(AuditLogOptions options = null,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default)
        {
            using (var texts = new Texts())
            {
                Native.sendsafely_audit_log_options native = AuditLogOptions.ToNative(options, texts);
                return On(progress, cancellationToken).Text(
                    (out IntPtr it, out ErrorHandle error) => Native.sendsafely_client_get_audit_log(
                        Handle, ref native, out it, out error));
            }
        }

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

        /// <summary>Begins to register a user: the service mails a link to the address, or a PIN.</summary>
        /// <remarks><see cref="Status.InvalidEmail"/>: correct the address. <see cref="Status.AuthForbidden"/>: users
        /// cannot register themselves there. <see cref="Status.SecondFactorEnforced"/>: register by link. <see
        /// cref="Status.OutcomeUnknown"/>: look into the mailbox. SendSafely Client API: registration (protocol
        /// 6.12).</remarks>
        public void StartRegistration(string email, bool sendPin = false,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Run(
                (out ErrorHandle error) => Native.sendsafely_client_start_registration(
                    Handle, Texts.Required(email, nameof(email)), sendPin ? 1 : 0, out error));

        /// <summary>Ends a registration with what the mail held; then log in with <see
        /// cref="GenerateApiKey"/>.</summary>
        /// <remarks>Gives the e-mail address, null if the service does not tell it. <see
        /// cref="Status.PasswordTooWeak"/>: the service's words tell its rules. <see cref="Status.TokenExpired"/>, <see
        /// cref="Status.InvalidToken"/>: begin again. <see cref="Status.PinResent"/>: ask for the new PIN. <see
        /// cref="Status.OutcomeUnknown"/>: try to log in. SendSafely Client API: registration (protocol
        /// 6.12).</remarks>
        public string FinishRegistration(RegistrationOptions options,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default)
        {
            if (options == null) throw new ArgumentNullException(nameof(options));
            using (var texts = new Texts())
            {
                Native.sendsafely_registration_options native = RegistrationOptions.ToNative(options, texts);
                return On(progress, cancellationToken).Text(
                    (out IntPtr it, out ErrorHandle error) => Native.sendsafely_client_finish_registration(
                        Handle, ref native, out it, out error));
            }
        }

        /// <summary>Gives the e-mail addresses of those who get what arrives at the user's Dropzone.</summary>
        /// <remarks>SendSafely Client API: Dropzone recipients (protocol 6.6).</remarks>
        public IReadOnlyList<string> GetDropzoneRecipients(
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Record(
                (out IntPtr it, out ErrorHandle error) => Native.sendsafely_client_get_dropzone_recipients(Handle, out it, out error),
                Read.Texts, Native.sendsafely_string_list_free);

        /// <summary>Adds an e-mail address to those who get what arrives at the user's Dropzone.</summary>
        /// <remarks><see cref="Status.MalformedEmail"/>, <see cref="Status.InvalidEmail"/>: correct the address. <see
        /// cref="Status.DuplicateEmail"/>: it is there already. <see cref="Status.GuestsProhibited"/>: it is not a
        /// registered user's.</remarks>
        public void AddDropzoneRecipient(string email,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Run(
                (out ErrorHandle error) => Native.sendsafely_client_add_dropzone_recipient(
                    Handle, Texts.Required(email, nameof(email)), out error));

        /// <summary>Removes an e-mail address from those who get what arrives at the user's Dropzone. <see
        /// cref="Status.Refused"/>: it is not one of them.</summary>
        public void RemoveDropzoneRecipient(string email,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Run(
                (out ErrorHandle error) => Native.sendsafely_client_remove_dropzone_recipient(
                    Handle, Texts.Required(email, nameof(email)), out error));
    }
}
