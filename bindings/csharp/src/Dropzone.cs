using System;
using System.Collections.Generic;
using System.Threading;

// The requests: docs/protocol.md 6.6 and 6.13.
namespace LibSendSafely
{
    public partial class Client
    {
        /// <summary>Returns the e-mail addresses that receive what is sent to the user's Dropzone.</summary>
        public IReadOnlyList<string> GetDropzoneRecipients(
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Record(
                (out IntPtr it, out ErrorHandle error) => Native.sendsafely_client_get_dropzone_recipients(Handle, out it, out error),
                Read.Texts, Native.sendsafely_string_list_free);

        /// <summary>Adds an e-mail address that receives what is sent to the user's Dropzone.</summary>
        /// <remarks><see cref="Status.MalformedEmail"/>, <see cref="Status.InvalidEmail"/>: correct the address.
        /// <see cref="Status.DuplicateEmail"/>: the Dropzone has it already. <see cref="Status.GuestsProhibited"/>: the
        /// address is not that of a registered user.</remarks>
        public void AddDropzoneRecipient(string email,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Run(
                (out ErrorHandle error) => Native.sendsafely_client_add_dropzone_recipient(
                    Handle, Texts.Required(email, nameof(email)), out error));

        /// <summary>Removes an e-mail address that receives what is sent to the user's Dropzone.</summary>
        /// <remarks><see cref="Status.Refused"/>: the Dropzone does not have it.</remarks>
        public void RemoveDropzoneRecipient(string email,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Run(
                (out ErrorHandle error) => Native.sendsafely_client_remove_dropzone_recipient(
                    Handle, Texts.Required(email, nameof(email)), out error));
    }

    public partial class Package
    {
        /// <summary>Passes a finalized package of a hosted Dropzone to the connectors of its owner. EACH CONNECTOR GETS
        /// THE SECURE LINK WITH THE KEYCODE, and can read the files.</summary>
        /// <remarks><paramref name="name"/> is a label for the owner, <paramref name="email"/> the address of the
        /// sender. <see cref="Status.InvalidArgument"/>: the package was not created by a client of
        /// <see cref="Client.ForDropzone"/>. <see cref="Status.NotFinalized"/>: finalize first.
        /// <see cref="Status.Refused"/>: the Dropzone did not accept it, or a connector did not after three attempts.
        /// <see cref="Status.OutcomeUnknown"/>: the response was lost, and it may have been accepted; ask the owner
        /// before you call again.</remarks>
        public void SubmitHostedDropzone(string name, string email,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Run(
                (out ErrorHandle error) => Native.sendsafely_package_submit_hosted_dropzone(
                    Handle, Texts.Required(name, nameof(name)), Texts.Required(email, nameof(email)), out error));
    }
}
