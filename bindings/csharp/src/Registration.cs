using System;
using System.Threading;

// The requests: docs/protocol.md 6.12.
namespace LibSendSafely
{
    public partial class Client
    {
        /// <summary>Starts the registration of a user: the service mails a link or a PIN to the address.</summary>
        /// <remarks><see cref="Status.InvalidEmail"/>: correct the address. <see cref="Status.AuthForbidden"/>: users
        /// cannot register themselves on this portal. <see cref="Status.SecondFactorEnforced"/>: register by link.
        /// <see cref="Status.OutcomeUnknown"/>: the response was lost; look into the mailbox.</remarks>
        public void StartRegistration(string email, bool sendPin = false,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Run(
                (out ErrorHandle error) => Native.sendsafely_client_start_registration(
                    Handle, Texts.Required(email, nameof(email)), sendPin ? 1 : 0, out error));

        /// <summary>Completes a registration with the link or PIN of the mail, and returns the e-mail address. Then log
        /// in with <see cref="GenerateApiKey"/>.</summary>
        /// <remarks>The address is null if the service does not send it. <see cref="Status.PasswordTooWeak"/>:
        /// <see cref="SendsafelyException.ServerMessage"/> has the rules. <see cref="Status.TokenExpired"/>,
        /// <see cref="Status.InvalidToken"/>: start again. <see cref="Status.PinResent"/>: ask the user for the new
        /// PIN. <see cref="Status.OutcomeUnknown"/>: the response was lost; try to log in.</remarks>
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
