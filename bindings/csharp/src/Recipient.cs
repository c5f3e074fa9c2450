using System;
using System.Collections.Generic;
using System.Threading;

namespace Sendsafely
{
    public partial class Package
    {
        /// <summary>Adds a recipient by e-mail address, who has to give a code sent by SMS if the options say so. At
        /// most 99 on a package.</summary>
        /// <remarks><see cref="Status.MalformedEmail"/>, <see cref="Status.InvalidEmail"/>: correct the address. <see
        /// cref="Status.DuplicateEmail"/>: it is on the package already. <see cref="Status.TooManyRecipients"/>: use
        /// another package. SendSafely Client API: add recipient (protocol 6.4.1).</remarks>
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

        /// <summary>Adds several recipients with one request. At most 99 on a package.</summary>
        /// <remarks>Of the options only <see cref="RecipientOptions.AutoEnableSms"/> has a meaning here. Gives what has
        /// become of each address, in their order; that nothing is thrown says only that the service took the list. An
        /// address is on the package if its result has a recipient, also beside a failure, which then tells that its
        /// trusted devices lack the keycode. One that stands in the list twice has <see cref="Status.DuplicateEmail"/>
        /// the second time. An empty list asks nothing. <see cref="Status.MalformedEmail"/>, <see
        /// cref="Status.TooManyRecipients"/>: correct the list, of which nothing was sent. <see
        /// cref="Status.InvalidArgument"/>: a phone number is for one recipient, see <see cref="SetRecipientPhone"/>.
        /// SendSafely Client API: add recipients (protocol 6.4.2).</remarks>
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

        /// <summary>Asks the service for what it knows of a recipient now: phone numbers, role, what was
        /// fetched.</summary>
        /// <remarks><see cref="Status.RecipientNotOnPackage"/>: no such id. SendSafely Client API: get recipient
        /// (protocol 6.4.3).</remarks>
        public Recipient GetRecipient(string recipientId,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Record(
                (out IntPtr it, out ErrorHandle error) => Native.sendsafely_package_get_recipient(
                    Handle, Texts.Required(recipientId, nameof(recipientId)), out it, out error),
                it => new Recipient(it), Native.sendsafely_recipient_free);

        /// <summary>Sets the phone number of a recipient, to which the service sends a code by SMS before the recipient
        /// can open the package.</summary>
        /// <remarks>The recipient must be on the package, as far as this object knows: one that another program has
        /// added shows after <see cref="GetInformation"/>. <paramref name="countryCode"/> as in <see
        /// cref="RecipientOptions.CountryCode"/>; null means "US". <see cref="Status.RecipientNotOnPackage"/>: add the
        /// recipient first. <see cref="Status.MalformedPhoneNumber"/>, <see cref="Status.InvalidInput"/>: correct the
        /// number or its country. SendSafely Client API: update recipient (protocol 6.4.4).</remarks>
        public void SetRecipientPhone(string recipientId, string phoneNumber, string countryCode = null,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Run(
                (out ErrorHandle error) => Native.sendsafely_package_set_recipient_phone(
                    Handle, Texts.Required(recipientId, nameof(recipientId)), Texts.Required(phoneNumber,
                    nameof(phoneNumber)), Texts.Optional(countryCode, nameof(countryCode)), out error));

        /// <summary>Removes a recipient. Before or after finalize.</summary>
        /// <remarks><see cref="Status.RecipientNotOnPackage"/>: no such id. <see cref="Status.InvalidRecipient"/>:
        /// somebody else has removed it just now. SendSafely Client API: remove recipient (protocol 6.4.5).</remarks>
        public void RemoveRecipient(string recipientId,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Run(
                (out ErrorHandle error) => Native.sendsafely_package_remove_recipient(
                    Handle, Texts.Required(recipientId, nameof(recipientId)), out error));

        /// <summary>Removes all recipients but the owner, before or after finalize. Contact groups stay.</summary>
        /// <remarks>SendSafely Client API: remove all recipients (protocol 6.4.6).</remarks>
        public void RemoveAllRecipients(
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Run(
                (out ErrorHandle error) => Native.sendsafely_package_remove_all_recipients(Handle, out error));
    }

    public partial class Workspace
    {
        /// <summary>Sets the role of a collaborator in a Workspace: "VIEWER", "CONTRIBUTOR", "MANAGER", "OWNER", or one
        /// that the service has got since.</summary>
        /// <remarks><see cref="Status.OnlyInWorkspace"/>: recipients of a package have no roles. <see
        /// cref="Status.InvalidArgument"/>: the role is empty. <see cref="Status.RecipientNotOnPackage"/>: add the
        /// collaborator first. <see cref="Status.InvalidInput"/>: the service does not know the role. <see
        /// cref="Status.Denied"/>: only owners and managers may. SendSafely Client API: update recipient (protocol
        /// 6.4.4), Workspaces (protocol 7.3).</remarks>
        public void SetRecipientRole(string recipientId, string role,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Run(
                (out ErrorHandle error) => Native.sendsafely_package_set_recipient_role(
                    Handle, Texts.Required(recipientId, nameof(recipientId)), Texts.Required(role, nameof(role)),
                    out error));
    }
}
