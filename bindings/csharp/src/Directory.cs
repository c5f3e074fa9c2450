using System;
using System.Threading;

// The requests: docs/protocol.md 6.8.
namespace LibSendSafely
{
    public partial class Workspace
    {
        /// <summary>Returns a directory of a Workspace: its files and its directories.</summary>
        /// <remarks><paramref name="directoryId"/> is null for the root directory. Without <paramref name="options"/>
        /// all pages are fetched. <see cref="Status.Refused"/>: the directory does not exist.</remarks>
        public WorkspaceDirectory GetDirectory(string directoryId = null, DirectoryOptions options = null,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default)
        {
            using (var texts = new Texts())
            {
                Native.sendsafely_directory_options native = DirectoryOptions.ToNative(options, texts);
                return On(progress, cancellationToken).Record(
                    (out IntPtr it, out ErrorHandle error) => Native.sendsafely_package_get_directory(
                        Handle, Texts.Optional(directoryId, nameof(directoryId)), ref native, out it, out
                        error),
                    it => new WorkspaceDirectory(it), Native.sendsafely_directory_free);
            }
        }

        /// <summary>Creates a directory in a Workspace, and returns its id.</summary>
        /// <remarks><paramref name="parentId"/> is the directory that will contain it, null for the root directory.
        /// <see cref="Status.MalformedFileName"/>, <see cref="Status.InvalidFileName"/>: choose another name.
        /// <see cref="Status.Denied"/>: the account may only read. <see cref="Status.Refused"/>: the parent does not
        /// exist.</remarks>
        public string CreateDirectory(string name, string parentId = null,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Text(
                (out IntPtr it, out ErrorHandle error) => Native.sendsafely_package_create_directory(
                    Handle, Texts.Optional(parentId, nameof(parentId)), Texts.Required(name, nameof(name)), out it,
                    out error));

        /// <summary>Renames a directory of a Workspace.</summary>
        /// <remarks><see cref="Status.Denied"/>: also for the root directory, which has no name. Everything else as for
        /// <see cref="CreateDirectory"/>.</remarks>
        public void RenameDirectory(string directoryId, string newName,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Run(
                (out ErrorHandle error) => Native.sendsafely_package_rename_directory(
                    Handle, Texts.Required(directoryId, nameof(directoryId)), Texts.Required(newName,
                    nameof(newName)), out error));

        /// <summary>Moves a directory of a Workspace, with all that it contains, into another directory of the same
        /// Workspace.</summary>
        /// <remarks><paramref name="targetDirectoryId"/> is null for the root directory. <see cref="Status.Refused"/>:
        /// a directory does not exist, or the target is inside the moved one. Everything else as for
        /// <see cref="CreateDirectory"/>.</remarks>
        public void MoveDirectory(string directoryId, string targetDirectoryId = null,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Run(
                (out ErrorHandle error) => Native.sendsafely_package_move_directory(
                    Handle, Texts.Required(directoryId, nameof(directoryId)), Texts.Optional(targetDirectoryId,
                    nameof(targetDirectoryId)), out error));

        /// <summary>Deletes a directory of a Workspace with all that it contains. This cannot be undone.</summary>
        /// <remarks><see cref="Status.Denied"/>: also for the root directory, which cannot be deleted. Everything else
        /// as for <see cref="CreateDirectory"/>.</remarks>
        public void DeleteDirectory(string directoryId,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Run(
                (out ErrorHandle error) => Native.sendsafely_package_delete_directory(
                    Handle, Texts.Required(directoryId, nameof(directoryId)), out error));
    }
}
