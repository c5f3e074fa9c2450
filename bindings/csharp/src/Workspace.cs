using System;
using System.Threading;

namespace Sendsafely
{
    /// <summary>
    /// A Workspace: a package with directories and collaborators that stays. It is usable at once and never finalized.
    /// </summary>
    public sealed partial class Workspace : Package
    {
        internal Workspace(PackageHandle handle, Listeners listeners) : base(handle, listeners) { }

        /// <summary>Gives the collaborators of a Workspace as the service tells them: the text of a JSON
        /// array.</summary>
        /// <remarks>The service does not describe its elements; <see cref="Package.GetInformation"/> has what is known
        /// of recipients. SendSafely Client API: collaborators (protocol 6.4.9).</remarks>
        public string GetCollaborators(
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Text(
                (out IntPtr it, out ErrorHandle error) => Native.sendsafely_package_get_collaborators(Handle, out it, out error));
    }
}
