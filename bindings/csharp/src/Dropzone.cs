using System;
using System.Collections.Generic;
using System.Threading;

namespace Sendsafely
{
    public partial class Client
    {
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

    public partial class Package
    {
        /// <summary>Hands a finalized package of a hosted Dropzone over to the connectors of its owner. EACH CONNECTOR
        /// GETS THE SECURE LINK WITH THE KEYCODE: it reads the files.</summary>
        /// <remarks>Package must be made by a client of <see cref="Client.ForDropzone"/>, else <see
        /// cref="Status.InvalidArgument"/>, and be finalized, else <see cref="Status.NotFinalized"/>. name is a label
        /// for the owner, email the sender's address. <see cref="Status.Refused"/>: the Dropzone, or one of its
        /// connectors after three attempts, did not take it. <see cref="Status.OutcomeUnknown"/>: it may have been
        /// taken; ask the owner before you call again. SendSafely Client API: hosted Dropzone (protocol
        /// 6.13).</remarks>
        public void SubmitHostedDropzone(string name, string email,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Run(
                (out ErrorHandle error) => Native.sendsafely_package_submit_hosted_dropzone(
                    Handle, Texts.Required(name, nameof(name)), Texts.Required(email, nameof(email)), out error));
    }
}
