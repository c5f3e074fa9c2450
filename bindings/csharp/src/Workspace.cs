using System;
using System.Threading;

// The requests: docs/protocol.md 6.4.9 and 7.3.
namespace Sendsafely
{
    /// <summary>A Workspace: a package with directories and collaborators, which stays. It can be used at once and is
    /// never finalized.</summary>
    public sealed partial class Workspace : Package
    {
        internal Workspace(PackageHandle handle, Listeners listeners) : base(handle, listeners) { }

        /// <summary>Returns the collaborators of a Workspace as the service sends them: the text of a JSON
        /// array.</summary>
        /// <remarks>The service does not describe its elements. <see cref="Package.GetInformation"/> returns what is
        /// known of recipients.</remarks>
        public string GetCollaborators(
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Text(
                (out IntPtr it, out ErrorHandle error) => Native.sendsafely_package_get_collaborators(Handle, out it, out error));
    }
}
