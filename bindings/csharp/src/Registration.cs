using System;
using System.Threading;

namespace Sendsafely
{
    public partial class Client
    {
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
    }
}
