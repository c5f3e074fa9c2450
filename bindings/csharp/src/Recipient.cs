using System;
using System.Collections.Generic;
using System.Threading;

// The requests: docs/protocol.md 6.4.
namespace LibSendSafely
{
    public partial class Package
    {
        /// <summary>Adds a recipient by e-mail address, at most 99 to a package. If the options say so, the recipient
        /// has to enter a code that the service sends by SMS.</summary>
        /// <remarks><see cref="Status.MalformedEmail"/>, <see cref="Status.InvalidEmail"/>: correct the address.
        /// <see cref="Status.DuplicateEmail"/>: the package has it already. <see cref="Status.TooManyRecipients"/>: use
        /// another package. In a Workspace or a finalized package also <see cref="Status.WrongKeycode"/> and
        /// <see cref="Status.KeycodeNotProved"/>, as for <see cref="UploadKeycodes"/>; then the recipient was not
        /// added.</remarks>
        public Recipient AddRecipient(string email, RecipientOptions options = null,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default)
        {
            using (var texts = new Texts())
            {
                Native.sendsafely_recipient_options native = RecipientOptions.ToNative(options, texts);
                return On(progress, cancellationToken).Record(
                    (out IntPtr it, out ErrorHandle error) => Native.sendsafely_package_add_recipient(
                        Handle, Texts.Required(email, nameof(email)), ref native, out it, out error),
                    it => new Recipient(it), Native.sendsafely_recipient_free);
            }
        }

        /// <summary>Adds several recipients with one request, at most 99 to a package. Returns one result for each
        /// address, in the same order.</summary>
        /// <remarks>Success only means that the service has accepted the list: look at each result. An address was
        /// added if its result has a recipient. If that result has a failure too, its trusted devices lack the keycode.
        /// An address that is in the list twice has <see cref="Status.DuplicateEmail"/> the second time. An empty list
        /// sends nothing. Of <paramref name="options"/> only <see cref="RecipientOptions.AutoEnableSms"/> has a meaning
        /// here. <see cref="Status.MalformedEmail"/>, <see cref="Status.TooManyRecipients"/>: correct the list; nothing
        /// was sent. <see cref="Status.InvalidArgument"/>: the options have a phone number, which only one recipient
        /// can have; see <see cref="SetRecipientPhone"/>. In a Workspace or a finalized package also
        /// <see cref="Status.WrongKeycode"/> and <see cref="Status.KeycodeNotProved"/>, as for
        /// <see cref="UploadKeycodes"/>; then nobody was added.</remarks>
        public IReadOnlyList<RecipientResult> AddRecipients(IEnumerable<string> emails, RecipientOptions options = null,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default)
        {
            using (var texts = new Texts())
            {
                Native.sendsafely_recipient_options native = RecipientOptions.ToNative(options, texts);
                IntPtr[] all = texts.AddAll(emails, nameof(emails));
                return On(progress, cancellationToken).Record(
                    (out IntPtr it, out ErrorHandle error) => Native.sendsafely_package_add_recipients(
                        Handle, all, (UIntPtr)all.Length, ref native, out it, out error),
                    list => Read.List(list, item => new RecipientResult(item)), Native.sendsafely_recipient_result_list_free);
            }
        }

        /// <summary>Returns what the service knows of a recipient now: phone numbers, role, downloads.</summary>
        /// <remarks><see cref="Status.RecipientNotOnPackage"/>: the package has no recipient with this id.</remarks>
        public Recipient GetRecipient(string recipientId,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Record(
                (out IntPtr it, out ErrorHandle error) => Native.sendsafely_package_get_recipient(
                    Handle, Texts.Required(recipientId, nameof(recipientId)), out it, out error),
                it => new Recipient(it), Native.sendsafely_recipient_free);

        /// <summary>Sets the phone number of a recipient. Before the recipient can open the package, the service sends
        /// a code to it by SMS.</summary>
        /// <remarks>This object must know the recipient: after another program has added one, call
        /// <see cref="GetInformation"/>. <paramref name="countryCode"/> as in
        /// <see cref="RecipientOptions.CountryCode"/>; null means "US". <see cref="Status.RecipientNotOnPackage"/>: add
        /// the recipient first. <see cref="Status.MalformedPhoneNumber"/>, <see cref="Status.InvalidInput"/>: correct
        /// the number or its country.</remarks>
        public void SetRecipientPhone(string recipientId, string phoneNumber, string countryCode = null,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Run(
                (out ErrorHandle error) => Native.sendsafely_package_set_recipient_phone(
                    Handle, Texts.Required(recipientId, nameof(recipientId)), Texts.Required(phoneNumber,
                    nameof(phoneNumber)), Texts.Optional(countryCode, nameof(countryCode)), out error));

        /// <summary>Removes a recipient, before or after finalize.</summary>
        /// <remarks><see cref="Status.RecipientNotOnPackage"/>: the package has no recipient with this id.
        /// <see cref="Status.InvalidRecipient"/>: another program has removed it a moment ago.</remarks>
        public void RemoveRecipient(string recipientId,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Run(
                (out ErrorHandle error) => Native.sendsafely_package_remove_recipient(
                    Handle, Texts.Required(recipientId, nameof(recipientId)), out error));

        /// <summary>Removes all recipients except the owner, before or after finalize. Contact groups stay.</summary>
        public void RemoveAllRecipients(
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Run(
                (out ErrorHandle error) => Native.sendsafely_package_remove_all_recipients(Handle, out error));
    }

    public partial class Workspace
    {
        /// <summary>Sets the role of a collaborator in a Workspace: "VIEWER", "CONTRIBUTOR", "MANAGER", "OWNER", or one
        /// that the service has added since.</summary>
        /// <remarks><see cref="Status.InvalidArgument"/>: the role is empty.
        /// <see cref="Status.RecipientNotOnPackage"/>: add the collaborator first. <see cref="Status.InvalidInput"/>:
        /// the service does not know the role. <see cref="Status.Denied"/>: the account is neither owner nor
        /// manager.</remarks>
        public void SetRecipientRole(string recipientId, string role,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Run(
                (out ErrorHandle error) => Native.sendsafely_package_set_recipient_role(
                    Handle, Texts.Required(recipientId, nameof(recipientId)), Texts.Required(role, nameof(role)),
                    out error));
    }
}
