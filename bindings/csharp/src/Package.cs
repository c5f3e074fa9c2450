using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Threading;
using System.Threading.Tasks;

namespace Sendsafely
{
    /// <summary>A package: files and a message for recipients.</summary>
    public partial class Package : Resource
    {
        internal readonly PackageHandle Handle;

        internal Package(PackageHandle handle, Listeners listeners) : base(handle, listeners)
        {
            Handle = handle;
        }

        /// <summary>The package id, such as "GVG2-MNZT".</summary>
        public string Id => On().Text((out IntPtr it, out ErrorHandle error) => Native.sendsafely_package_id(Handle, out it, out error));

        /// <summary>The package code, the part of the secure link that finds the package.</summary>
        public string Code => On().Text((out IntPtr it, out ErrorHandle error) => Native.sendsafely_package_code(Handle, out it, out error));

        /// <summary>
        /// The keycode, the secret that opens the package. Keep it with the id to open the package again with
        /// <see cref="Client.OpenPackage"/>. Throws <see cref="Status.KeycodeUnknown"/> if the package was opened with a link
        /// that has none.
        /// </summary>
        [DebuggerBrowsable(DebuggerBrowsableState.Never)]
        public string Keycode => On().Text((out IntPtr it, out ErrorHandle error) => Native.sendsafely_package_keycode(Handle, out it, out error));

        /// <summary>
        /// The secure link with the keycode in it: whoever has it opens the package. Throws <see cref="Status.NotFinalized"/>
        /// before <see cref="Finalize"/>, unless it is a Workspace, and <see cref="Status.KeycodeUnknown"/> as
        /// <see cref="Keycode"/> does. SendSafely Client API: secure links (protocol 5.1).
        /// </summary>
        [DebuggerBrowsable(DebuggerBrowsableState.Never)]
        public string Link => On().Text((out IntPtr it, out ErrorHandle error) => Native.sendsafely_package_link(Handle, out it, out error));

        /// <summary>
        /// How many uploads into the package run at the moment, on any thread. <see cref="Finalize"/> fails with
        /// <see cref="Status.UploadRunning"/> unless there is none.
        /// </summary>
        public int RunningUploads
        {
            get
            {
                UIntPtr count = UIntPtr.Zero;
                On().Run((out ErrorHandle error) => Native.sendsafely_package_running_uploads(Handle, out count, out error));
                return checked((int)count);
            }
        }

        /// <summary>Asks the service for what it knows of a package now: recipients, files, state. At any
        /// step.</summary>
        /// <remarks>SendSafely Client API: package information (protocol 6.2.2).</remarks>
        public PackageInformation GetInformation(
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Record(
                (out IntPtr it, out ErrorHandle error) => Native.sendsafely_package_get_information(Handle, out it, out error),
                it => new PackageInformation(it), Native.sendsafely_package_information_free);

        /// <summary>Sets the message of a package, encrypted like the files; a later one replaces it.</summary>
        /// <remarks>Package must be created and not finalized; stays as it is. SendSafely Client API: the message
        /// (protocol 3.5, 6.9).</remarks>
        public void SetMessage(string text,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Run(
                (out ErrorHandle error) => Native.sendsafely_package_set_message(Handle, Texts.Required(text, nameof(text)), out error));

        /// <summary>Gives the message of a package, decrypted; null if there is none.</summary>
        /// <remarks><see cref="Status.KeycodeUnknown"/>: open the package with its keycode. <see
        /// cref="Status.DecryptFailed"/>: the keycode is wrong, or the message was damaged. SendSafely Client API:
        /// message (protocol 5.5).</remarks>
        public string GetMessage(IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Text(
                (out IntPtr it, out ErrorHandle error) => Native.sendsafely_package_get_message(Handle, out it, out error));

        /// <summary>Finalizes a package: recipients can open it with its link from now on. The last step.</summary>
        /// <remarks>The package must have a recipient (or <see cref="FinalizeOptions.UndisclosedRecipients"/>) and a
        /// file or message, and no upload may be running. <see cref="Status.NoRecipient"/>, <see
        /// cref="Status.NoFile"/>, <see cref="Status.UploadRunning"/>, <see cref="Status.UploadIncomplete"/>: what is
        /// missing. <see cref="Status.ApproverRequired"/>: add an approver as a recipient. <see
        /// cref="Status.WorkspaceNotFinalizable"/>: hand out its link. A package that waits for approval is finalized
        /// as well: see <see cref="Finalized.NeedsApproval"/>. SendSafely Client API: public keys and keycodes
        /// (protocol 4.6), finalize (protocol 4.7).</remarks>
        public Finalized Finalize(FinalizeOptions options = null,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default)
        {
            using (var texts = new Texts())
            {
                Native.sendsafely_finalize_options native = FinalizeOptions.ToNative(options, texts);
                return On(progress, cancellationToken).Record(
                    (out IntPtr it, out ErrorHandle error) => Native.sendsafely_package_finalize(Handle, ref native, out it, out error),
                    it => new Finalized(it), Native.sendsafely_finalized_free);
            }
        }

        /// <summary>Sets for how many days the package can be opened: 1 to 365, or 0 for ever where the organization
        /// allows it.</summary>
        /// <remarks>Before or after finalize. <see cref="Status.LifeOutOfRange"/>: see the range. <see
        /// cref="Status.Denied"/>, <see cref="Status.Refused"/>: the organization's own range is narrower. SendSafely
        /// Client API: update package (protocol 6.2.3).</remarks>
        public void SetLife(int days,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Run(
                (out ErrorHandle error) => Native.sendsafely_package_set_life(Handle, days, out error));

        /// <summary>Gives a package a label, or a Workspace its name. Before or after finalize.</summary>
        /// <remarks><see cref="Status.Denied"/>: the package is not the account's own. SendSafely Client API: update
        /// package (protocol 6.2.3).</remarks>
        public void SetLabel(string label,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Run(
                (out ErrorHandle error) => Native.sendsafely_package_set_label(Handle, Texts.Required(label, nameof(label)), out error));

        /// <summary>Changes what no other method knows: <paramref name="jsonObject"/> is a JSON object with members of
        /// the package, which goes to the service as it is. Before or after finalize.</summary>
        /// <remarks><see cref="Status.InvalidArgument"/>: not a JSON object. <see cref="Status.LifeOutOfRange"/>:
        /// "life" is not within 0 to 365. <see cref="Status.Denied"/>, <see cref="Status.InvalidInput"/>: the service
        /// does not take it. SendSafely Client API: update package (protocol 6.2.3).</remarks>
        public void Update(string jsonObject,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Run(
                (out ErrorHandle error) => Native.sendsafely_package_update(
                    Handle, Texts.Required(jsonObject, nameof(jsonObject)), out error));

        /// <summary>Has the service mail the whole secure link to the recipients. THE KEYCODE GOES TO THE SERVICE IN
        /// CLEAR for that, so the files are no longer secret to the service; no other method does this.</summary>
        /// <remarks>Package must be finalized, or a Workspace. <see cref="Status.NotFinalized"/>: finalize first. <see
        /// cref="Status.KeycodeUnknown"/>, <see cref="Status.WrongKeycode"/>: open it with its keycode. <see
        /// cref="Status.OutcomeUnknown"/>: the mails may be under way; ask a recipient before you call again.
        /// SendSafely Client API: notify recipients (protocol 6.11).</remarks>
        public void Notify(IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Run(
                (out ErrorHandle error) => Native.sendsafely_package_notify(Handle, out error));

        /// <summary>Deletes the package on the service, with its files, for good. At any step; every later call on the
        /// package, other than for its id, package code and keycode, fails with <see
        /// cref="Status.PackageDeleted"/>.</summary>
        /// <remarks><see cref="Status.UnknownPackage"/>: it is gone already, or not yours. <see
        /// cref="Status.OutcomeUnknown"/>: the same after an answer was lost, so that this call may have deleted it. <see
        /// cref="Status.Denied"/>: it is not yours. SendSafely Client API: delete package (protocol 6.2.4), delete
        /// temporary package (protocol 6.2.5).</remarks>
        public void Delete(IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Run(
                (out ErrorHandle error) => Native.sendsafely_package_delete(Handle, out error));

        /// <summary>Deletes a package that could not be finished: what a program calls after a failure or a cancellation,
        /// so that nothing stays behind. A package that recipients have, or may have, is left alone; one that the service
        /// does not delete as unfinished is deleted only if it refused to finalize it.</summary>
        /// <remarks><see cref="Status.AlreadyFinalized"/>: it is finalized, or just being finalized. <see
        /// cref="Status.OutcomeUnknown"/>: a call of <see cref="Finalize"/> was cancelled or its answer was lost; called
        /// again, that finds out and gives the link.
        /// <see cref="Status.WorkspaceNotFinalizable"/>: a Workspace is never unfinished. SendSafely Client API: delete
        /// temporary package (protocol 6.2.5).</remarks>
        public void DeleteUnfinished(
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Run(
                (out ErrorHandle error) => Native.sendsafely_package_delete_unfinished(Handle, out error));

        /// <summary>Gives the permissions of a package as the service tells them: the text of a JSON array.</summary>
        /// <remarks>The service does not describe its elements. SendSafely Client API: permissions (protocol
        /// 6.4.9).</remarks>
        public string GetPermissions(
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Text(
                (out IntPtr it, out ErrorHandle error) => Native.sendsafely_package_get_permissions(Handle, out it, out error));

        /// <summary>Gives the public keys to which the keycode of a package is to be encrypted: those of its readers
        /// and of the organization, or those of one recipient.</summary>
        /// <remarks>At any step. <see cref="Status.RecipientNotOnPackage"/>: no such id. SendSafely Client API: public
        /// keys and keycodes (protocol 4.6).</remarks>
        public IReadOnlyList<DevicePublicKey> GetPublicKeys(string recipientId = null,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Record(
                (out IntPtr it, out ErrorHandle error) => Native.sendsafely_package_get_public_keys(
                    Handle, Texts.Optional(recipientId, nameof(recipientId)), out it, out error),
                list => Read.List(list, item => new DevicePublicKey(item)), Native.sendsafely_public_key_list_free);

        /// <summary>Encrypts the keycode of a package to the public keys of its readers, or to those of one recipient,
        /// and stores the results.</summary>
        /// <remarks>Finalize does it by itself, and so does adding recipients to a Workspace or a finalized package:
        /// this is for devices that were registered later. A key that cannot be used, or for which the service refuses
        /// the keycode, is passed over with a line in the log; if the service refuses it for every key, the first
        /// refusal is the error. Before or after finalize. <see cref="Status.RecipientNotOnPackage"/>: no such id. <see
        /// cref="Status.KeycodeUnknown"/>, <see cref="Status.WrongKeycode"/>: open the package with its keycode. <see
        /// cref="Status.KeycodeNotProved"/>: download a file or read the message through the same package, then call
        /// again. SendSafely Client API: public keys and keycodes (protocol 4.6).</remarks>
        public void UploadKeycodes(string recipientId = null,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Run(
                (out ErrorHandle error) => Native.sendsafely_package_upload_keycodes(
                    Handle, Texts.Optional(recipientId, nameof(recipientId)), out error));

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
