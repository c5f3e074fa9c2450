using System;
using System.Threading;

// The requests: docs/protocol.md 4.1, 5.6, 6.2 and 6.4.9.
namespace LibSendSafely
{
    /// <summary>A package: files and a message for recipients.</summary>
    public partial class Package : Resource
    {
        internal readonly PackageHandle Handle;

        internal Package(PackageHandle handle, Listeners listeners) : base(handle, listeners)
        {
            Handle = handle;
        }

        /// <summary>The handle of a package that must not be null.</summary>
        private static PackageHandle Required(Package package, string name)
        {
            if (package == null) throw new ArgumentNullException(name);
            package.ThrowIfDisposed();
            return package.Handle;
        }

        /// <summary>The package id, such as "GVG2-MNZT".</summary>
        public string Id => On().Text((out IntPtr it, out ErrorHandle error) => Native.sendsafely_package_id(Handle, out it, out error));

        /// <summary>The package code, by which the secure link names the package.</summary>
        public string Code => On().Text((out IntPtr it, out ErrorHandle error) => Native.sendsafely_package_code(Handle, out it, out error));

        /// <summary>Sets for how many days the package can be opened: 1 to 365, or 0 for ever if the organization
        /// allows it. Works before and after finalize.</summary>
        /// <remarks><see cref="Status.LifeOutOfRange"/>: the number is outside of this range.
        /// <see cref="Status.Denied"/>, <see cref="Status.Refused"/>: it is outside of the organization's
        /// range.</remarks>
        public void SetLife(int days,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Run(
                (out ErrorHandle error) => Native.sendsafely_package_set_life(Handle, days, out error));

        /// <summary>Sets the label of a package, or the name of a Workspace. Works before and after finalize.</summary>
        /// <remarks><see cref="Status.Denied"/>: the package belongs to another account.</remarks>
        public void SetLabel(string label,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Run(
                (out ErrorHandle error) => Native.sendsafely_package_set_label(Handle, Texts.Required(label, nameof(label)), out error));

        /// <summary>Changes what no other method changes: <paramref name="jsonObject"/> is a JSON object with members
        /// of the package, and goes to the service unchanged. Works before and after finalize.</summary>
        /// <remarks><see cref="Status.InvalidArgument"/>: the text is no JSON object.
        /// <see cref="Status.LifeOutOfRange"/>: "life" is outside of 0 to 365. <see cref="Status.Denied"/>,
        /// <see cref="Status.InvalidInput"/>: the service does not accept it.</remarks>
        public void Update(string jsonObject,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Run(
                (out ErrorHandle error) => Native.sendsafely_package_update(
                    Handle, Texts.Required(jsonObject, nameof(jsonObject)), out error));

        /// <summary>Asks the service to mail the complete secure link to the recipients. THE KEYCODE GOES TO THE
        /// SERVICE IN CLEAR for that, so the files are no longer secret from the service. No other method does
        /// this.</summary>
        /// <remarks><see cref="Status.NotFinalized"/>: finalize first, unless it is a Workspace.
        /// <see cref="Status.KeycodeUnknown"/>, <see cref="Status.WrongKeycode"/>: open the package with its keycode.
        /// <see cref="Status.KeycodeNotProved"/>: as for <see cref="UploadKeycodes"/>.
        /// <see cref="Status.OutcomeUnknown"/>: the response was lost, and the mails may be on their way; ask a
        /// recipient before you call again.</remarks>
        public void Notify(IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Run(
                (out ErrorHandle error) => Native.sendsafely_package_notify(Handle, out error));

        /// <summary>Deletes the package and its files on the service, at any step. This cannot be undone. Later calls
        /// on the package fail with <see cref="Status.PackageDeleted"/>, except for its id, package code and
        /// keycode.</summary>
        /// <remarks><see cref="Status.UnknownPackage"/>: the package was deleted already, or is not yours.
        /// <see cref="Status.OutcomeUnknown"/>: the same after a lost response, so that this call may have deleted it.
        /// <see cref="Status.Denied"/>: the package is not yours.</remarks>
        public void Delete(IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Run(
                (out ErrorHandle error) => Native.sendsafely_package_delete(Handle, out error));

        /// <summary>Deletes a package that could not be completed. Call it after a failure or a cancellation, so that
        /// nothing stays on the service. A package that recipients have, or may have, is not deleted. A package that
        /// the service does not delete as unfinished is deleted only if the service has refused to finalize it. No
        /// other program may finalize the package at the same moment.</summary>
        /// <remarks><see cref="Status.AlreadyFinalized"/>: the package is finalized, or finalize is running.
        /// <see cref="Status.OutcomeUnknown"/>: a call of <see cref="Finalize"/> was cancelled, or its response was
        /// lost; call <see cref="Finalize"/> again, which finds out and returns the link.
        /// <see cref="Status.WorkspaceNotFinalizable"/>: a Workspace is never unfinished. Everything else as for
        /// <see cref="Delete"/>.</remarks>
        public void DeleteUnfinished(
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Run(
                (out ErrorHandle error) => Native.sendsafely_package_delete_unfinished(Handle, out error));

        /// <summary>Returns the permissions of a package as the service sends them: the text of a JSON array, whose
        /// elements the service does not describe.</summary>
        public string GetPermissions(
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Text(
                (out IntPtr it, out ErrorHandle error) => Native.sendsafely_package_get_permissions(Handle, out it, out error));
    }

    public partial class Workspace
    {
        /// <summary>Returns the collaborators of a Workspace as the service sends them: the text of a JSON
        /// array.</summary>
        /// <remarks>The service does not describe its elements. <see cref="Package.GetInformation"/> returns what is
        /// known of recipients.</remarks>
        public string GetCollaborators(
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Text(
                (out IntPtr it, out ErrorHandle error) => Native.sendsafely_package_get_collaborators(Handle, out it, out error));
    }

    public partial class Client
    {
        /// <summary>Creates a package on the service, with a keycode that is generated on this machine.</summary>
        /// <remarks>This is the first step. Then add recipients, upload files and set a message, in any order, and
        /// finalize at last. <see cref="Resource.Dispose"/> leaves the package on the service. If the call throws, the
        /// package is deleted again, within 5 seconds; if that fails, <see cref="Exception.Data"/> of the exception has
        /// its id as "PackageId".
        /// <see cref="Status.AuthenticationFailed"/>: check key, secret, host and clock.
        /// <see cref="Status.LimitExceeded"/>, <see cref="Status.Denied"/>: the account may not send.</remarks>
        public Package CreatePackage(
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            Create(progress, cancellationToken,
                (out PackageHandle it, out ErrorHandle error) => Native.sendsafely_package_create(Handle, out it, out error));

        /// <summary>Creates a package for another user of the organization. Only administrators may do this.</summary>
        /// <remarks>The package belongs to that user, but the administrator goes on working with it, as with the
        /// official .NET client. The user opens it with its id and keycode. <see cref="Status.MalformedEmail"/>,
        /// <see cref="Status.UserNotFound"/>: correct the address. <see cref="Status.Denied"/>: the account is no
        /// administrator. Everything else as for <see cref="CreatePackage"/>.</remarks>
        public Package CreatePackageForUser(string email,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            Create(progress, cancellationToken,
                (out PackageHandle it, out ErrorHandle error) => Native.sendsafely_package_create_for_user(
                    Handle, Texts.Required(email, nameof(email)), out it, out error));

        /// <summary>Creates a Workspace: a package with directories, which stays, can be used at once and is never
        /// finalized. Its recipients are its collaborators.</summary>
        /// <remarks>The call also encrypts its keycode for the trusted devices of its owner. Everything else as for
        /// <see cref="CreatePackage"/>.</remarks>
        public Workspace CreateWorkspace(string name = null,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            (Workspace)Create(progress, cancellationToken,
                (out PackageHandle it, out ErrorHandle error) => Native.sendsafely_package_create_workspace(
                    Handle, Texts.Optional(name, nameof(name)), out it, out error));

        /// <summary>Opens a package by its id and keycode, to receive it or to go on sending.</summary>
        /// <remarks>Keep both from <see cref="Package.Id"/> and <see cref="Package.Keycode"/>: the service does not
        /// know the keycode. <see cref="Status.UnknownPackage"/>: the package has expired or was deleted, or the
        /// account has no access. The library proves the keycode before the first write: once for each client and
        /// package it downloads the message, or as a rule 4 KiB of a file. If the keycode belongs to another package, writing
        /// fails with <see cref="Status.WrongKeycode"/> before anything is written, and reading with
        /// <see cref="Status.DecryptFailed"/> or <see cref="Status.Denied"/>. <see cref="Status.KeycodeTooShort"/>,
        /// <see cref="Status.InvalidArgument"/>: the keycode has fewer than 32 characters, or some that no keycode has.
        /// <see cref="Status.KeycodeNotProved"/>:
        /// the storage returned the beginning of a part and later not that part; nothing was written.</remarks>
        public Package OpenPackage(string packageId, string keycode,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            Open(progress, cancellationToken,
                (out PackageHandle it, out ErrorHandle error) => Native.sendsafely_package_open(
                    Handle, Texts.Required(packageId, nameof(packageId)), Texts.Required(keycode, nameof(keycode)),
                    out it, out error));

        /// <summary>Opens a package without its keycode, with the private key of a trusted device, to receive it or to
        /// go on sending.</summary>
        /// <remarks><paramref name="publicKeyId"/> is the service's id of the device's public key;
        /// <paramref name="privateKey"/> is the armored OpenPGP key. <see cref="Status.InvalidKey"/>:
        /// <paramref name="privateKey"/> is no such key. <see cref="Status.Refused"/>: the service has no keycode for
        /// this device, because the package was finalized before the device was registered.
        /// <see cref="Status.DecryptFailed"/>: the private key belongs to another device.</remarks>
        public Package OpenWithPrivateKey(string packageId, string publicKeyId, string privateKey,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            Open(progress, cancellationToken,
                (out PackageHandle it, out ErrorHandle error) => Native.sendsafely_package_open_with_private_key(
                    Handle, Texts.Required(packageId, nameof(packageId)), Texts.Required(publicKeyId,
                    nameof(publicKeyId)), Texts.Required(privateKey, nameof(privateKey)), out it, out error));

        /// <summary>Opens a Workspace by its id and keycode.</summary>
        /// <remarks><see cref="Status.OnlyInWorkspace"/>: the package is no Workspace. Everything else as for
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

        private Package Create(IProgress<TransferProgress> progress, CancellationToken token, OpenFunction function) =>
            Open(progress, token, function, Undo);

        /// <summary>Deletes what the service has made, since the caller gets no object to do it with. A token that is
        /// cancelled is no reason to leave it there; a network that hangs is.</summary>
        private static void Undo(PackageHandle created, Exception failure)
        {
            var package = new Package(created, null);
            string id = package.Id;
            try
            {
                using (var limit = new CancellationTokenSource(UndoLimit)) package.Delete(cancellationToken: limit.Token);
            }
            catch (Exception left) when (left is SendsafelyException || left is OperationCanceledException)
            {
                // The runtime shares some of its exceptions.
                if (!failure.Data.IsReadOnly) failure.Data["PackageId"] = id;
            }
        }

        private static readonly TimeSpan UndoLimit = TimeSpan.FromSeconds(5);

        private Package Open(IProgress<TransferProgress> progress, CancellationToken token, OpenFunction function,
            Action<PackageHandle, Exception> undo = null)
        {
            PackageHandle package = null;
            int isWorkspace = 0;
            try
            {
                On(progress, token).Run((out ErrorHandle error) => function(out package, out error));
                new Call().Run((out ErrorHandle error) => Native.sendsafely_package_is_workspace(package, out isWorkspace, out error));
            }
            catch (Exception failure)
            {
                // The call may have created the object before a callback threw.
                using (package)
                    if (package != null && !package.IsInvalid) undo?.Invoke(package, failure);
                throw;
            }
            return isWorkspace != 0 ? new Workspace(package, Listeners) : new Package(package, Listeners);
        }
    }
}
