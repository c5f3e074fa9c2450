using System;
using System.Threading;

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
    }

    public partial class Client
    {
        /// <summary>Creates a package on the service, with a keycode made on this machine.</summary>
        /// <remarks>The first step; then add recipients, upload files and set a message, in any order, and finalize at
        /// last. <see cref="Resource.Dispose"/> leaves it on the service. <see cref="Status.AuthenticationFailed"/>:
        /// check key, secret, host and clock. <see cref="Status.LimitExceeded"/>, <see cref="Status.Denied"/>: the
        /// account may not send. SendSafely Client API: create package (protocol 4.1).</remarks>
        public Package CreatePackage(
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            Open(progress, cancellationToken,
                (out PackageHandle it, out ErrorHandle error) => Native.sendsafely_package_create(Handle, out it, out error));

        /// <summary>Creates a package in the name of another user of the organization, for its
        /// administrators.</summary>
        /// <remarks>The package belongs to that user, and the administrator goes on working with it, as the vendor's .NET
        /// client does. The user opens it with its id and keycode. Everything else as for <see cref="CreatePackage"/>. <see
        /// cref="Status.MalformedEmail"/>, <see cref="Status.UserNotFound"/>: correct the address. <see
        /// cref="Status.Denied"/>: the account is no administrator. SendSafely Client API: create package (protocol
        /// 4.1).</remarks>
        public Package CreatePackageForUser(string email,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            Open(progress, cancellationToken,
                (out PackageHandle it, out ErrorHandle error) => Native.sendsafely_package_create_for_user(
                    Handle, Texts.Required(email, nameof(email)), out it, out error));

        /// <summary>Creates a Workspace: a package with directories and collaborators that stays. It is usable at once
        /// and never finalized; its recipients are its collaborators.</summary>
        /// <remarks>Its keycode is encrypted at once for the trusted devices of its owner. Everything else as for <see
        /// cref="CreatePackage"/>. SendSafely Client API: create package (protocol 4.1), Workspaces (protocol
        /// 7.3).</remarks>
        public Workspace CreateWorkspace(string name = null,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            (Workspace)Open(progress, cancellationToken,
                (out PackageHandle it, out ErrorHandle error) => Native.sendsafely_package_create_workspace(
                    Handle, Texts.Optional(name, nameof(name)), out it, out error));

        /// <summary>Opens a package by its id and keycode, to receive it or to go on with it.</summary>
        /// <remarks>Keep both from <see cref="Package.Id"/> and <see cref="Package.Keycode"/>; the service does not
        /// know the keycode. <see cref="Status.UnknownPackage"/>: it expired, was deleted, or is not for this account.
        /// A keycode that is another package's or that was cut shows when it is used, before anything is written: as
        /// <see cref="Status.WrongKeycode"/> or <see cref="Status.KeycodeTooShort"/>, when reading as <see
        /// cref="Status.DecryptFailed"/> or <see cref="Status.Denied"/>. SendSafely Client API: package information
        /// (protocol 6.2.2).</remarks>
        public Package OpenPackage(string packageId, string keycode,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            Open(progress, cancellationToken,
                (out PackageHandle it, out ErrorHandle error) => Native.sendsafely_package_open(
                    Handle, Texts.Required(packageId, nameof(packageId)), Texts.Required(keycode, nameof(keycode)),
                    out it, out error));

        /// <summary>Opens a package without its keycode, with the private key of a trusted device, to receive it or to
        /// go on with it.</summary>
        /// <remarks><paramref name="publicKeyId"/> is the id that the service gave to the device's public key;
        /// <paramref name="privateKey"/> is the armored OpenPGP key. <see cref="Status.InvalidKey"/>: not such a key.
        /// <see cref="Status.Refused"/>: the service holds no keycode for this device, which was registered after the
        /// package was finalized. <see cref="Status.DecryptFailed"/>: the private key is another device's. SendSafely
        /// Client API: without a keycode, trusted device (protocol 5.6).</remarks>
        public Package OpenWithPrivateKey(string packageId, string publicKeyId, string privateKey,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            Open(progress, cancellationToken,
                (out PackageHandle it, out ErrorHandle error) => Native.sendsafely_package_open_with_private_key(
                    Handle, Texts.Required(packageId, nameof(packageId)), Texts.Required(publicKeyId,
                    nameof(publicKeyId)), Texts.Required(privateKey, nameof(privateKey)), out it, out error));

        /// <summary>Opens a Workspace by its id and keycode.</summary>
        /// <remarks><see cref="Status.OnlyInWorkspace"/>: it is another package. Everything else as for
        /// <see cref="OpenPackage"/>.</remarks>
        public Workspace OpenWorkspace(string packageId, string keycode,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default)
        {
            Package package = OpenPackage(packageId, keycode, progress, cancellationToken);
            if (package is Workspace workspace) return workspace;
            package.Dispose();
            throw new SendsafelyException(Status.OnlyInWorkspace, packageId + " is no Workspace");
        }

        private delegate Status OpenFunction(out PackageHandle package, out ErrorHandle error);

        private Package Open(IProgress<TransferProgress> progress, CancellationToken token, OpenFunction function)
        {
            PackageHandle package = null;
            int isWorkspace = 0;
            try
            {
                On(progress, token).Run((out ErrorHandle error) => function(out package, out error));
                new Call().Run((out ErrorHandle error) => Native.sendsafely_package_is_workspace(package, out isWorkspace, out error));
            }
            catch
            {
                // The call may have gone well, and a callback have thrown at its very end.
                package?.Dispose();
                throw;
            }
            return isWorkspace != 0 ? new Workspace(package, Listeners) : new Package(package, Listeners);
        }
    }
}
