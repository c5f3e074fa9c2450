using System;
using System.Diagnostics;
using System.Threading;

namespace Sendsafely
{
    public partial class Client
    {
        /// <summary>Opens a package by its secure link, to receive it.</summary>
        /// <remarks>The link may stand in quotes or angle brackets. The host is the client's, even if the link names
        /// another; <see cref="SecureLink.Parse"/> shows it. <see cref="Status.MalformedLink"/>: not such a link. <see
        /// cref="Status.UnknownPackage"/>: it expired, was deleted, or is not for this account. SendSafely Client API:
        /// secure links (protocol 5.1).</remarks>
        public Package OpenLink(string link,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            Open(progress, cancellationToken,
                (out PackageHandle it, out ErrorHandle error) => Native.sendsafely_package_open_link(
                    Handle, Texts.Required(link, nameof(link)), out it, out error));
    }

    public partial class Package
    {
        /// <summary>
        /// The secure link with the keycode in it: whoever has it opens the package. Throws <see cref="Status.NotFinalized"/>
        /// before <see cref="Finalize"/>, unless it is a Workspace, and <see cref="Status.KeycodeUnknown"/> as
        /// <see cref="Keycode"/> does. SendSafely Client API: secure links (protocol 5.1).
        /// </summary>
        [DebuggerBrowsable(DebuggerBrowsableState.Never)]
        public string Link => On().Text((out IntPtr it, out ErrorHandle error) => Native.sendsafely_package_link(Handle, out it, out error));
    }
}
