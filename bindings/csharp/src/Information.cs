using System;
using System.Threading;

// The requests: docs/protocol.md 5.2 and 6.2.2.
namespace LibSendSafely
{
    public partial class Client
    {
        /// <summary>Returns what the service knows of a package, by its id, package code or secure link. The package is
        /// not opened, and the keycode not needed.</summary>
        /// <remarks><see cref="Status.UnknownPackage"/>: the package has expired or was deleted, or the account has no
        /// access. <see cref="Status.InvalidArgument"/>, <see cref="Status.MalformedLink"/>: the text is no id, code or
        /// link.</remarks>
        public PackageInformation GetPackageInformation(string packageId,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Record(
                (out IntPtr it, out ErrorHandle error) => Native.sendsafely_client_get_package_information(
                    Handle, Texts.Required(packageId, nameof(packageId)), out it, out error),
                it => new PackageInformation(it), Native.sendsafely_package_information_free);
    }

    public partial class Package
    {
        /// <summary>Returns what the service knows of the package now: recipients, files, state. Works at any
        /// step.</summary>
        public PackageInformation GetInformation(
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Record(
                (out IntPtr it, out ErrorHandle error) => Native.sendsafely_package_get_information(Handle, out it, out error),
                it => new PackageInformation(it), Native.sendsafely_package_information_free);
    }
}
