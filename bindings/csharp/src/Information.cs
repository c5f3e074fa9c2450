using System;
using System.Threading;

namespace Sendsafely
{
    public partial class Client
    {
        /// <summary>Asks the service for what it knows of a package, by its id, package code or secure link, without
        /// opening it: the keycode is not needed.</summary>
        /// <remarks><see cref="Status.UnknownPackage"/>: it expired, was deleted, or is not for this account. <see
        /// cref="Status.InvalidArgument"/>: neither an id nor a code nor a link. SendSafely Client API: package
        /// information (protocol 6.2.2, 5.2).</remarks>
        public PackageInformation GetPackageInformation(string packageId,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Record(
                (out IntPtr it, out ErrorHandle error) => Native.sendsafely_client_get_package_information(
                    Handle, Texts.Required(packageId, nameof(packageId)), out it, out error),
                it => new PackageInformation(it), Native.sendsafely_package_information_free);
    }

    public partial class Package
    {
        /// <summary>Asks the service for what it knows of a package now: recipients, files, state. At any
        /// step.</summary>
        /// <remarks>SendSafely Client API: package information (protocol 6.2.2).</remarks>
        public PackageInformation GetInformation(
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Record(
                (out IntPtr it, out ErrorHandle error) => Native.sendsafely_package_get_information(Handle, out it, out error),
                it => new PackageInformation(it), Native.sendsafely_package_information_free);
    }
}
