using System;
using System.Diagnostics;
using System.Threading;

// The format: docs/protocol.md 5.1.
namespace LibSendSafely
{
    public partial class Client
    {
        /// <summary>Opens a package by its secure link, to receive it.</summary>
        /// <remarks>The link may stand in quotes or angle brackets. Requests go to the host of the client, even if the
        /// link has another host; <see cref="SecureLink.Parse"/> returns that. <see cref="Status.MalformedLink"/>: the
        /// text is no secure link. <see cref="Status.UnknownPackage"/>: the package has expired or was deleted, or the
        /// account has no access.</remarks>
        public Package OpenLink(string link,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            Open(progress, cancellationToken,
                (out PackageHandle it, out ErrorHandle error) => Native.sendsafely_package_open_link(
                    Handle, Texts.Required(link, nameof(link)), out it, out error));
    }

    public partial class Package
    {
        /// <summary>The secure link with the keycode: anybody who has it can open the package.
        /// <see cref="Status.NotFinalized"/>: call <see cref="Finalize"/> first, unless it is a Workspace.
        /// <see cref="Status.KeycodeUnknown"/>: as for <see cref="Keycode"/>.</summary>
        [DebuggerBrowsable(DebuggerBrowsableState.Never)]
        public string Link => On().Text((out IntPtr it, out ErrorHandle error) => Native.sendsafely_package_link(Handle, out it, out error));
    }
}
