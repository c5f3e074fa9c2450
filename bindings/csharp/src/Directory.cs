using System;
using System.Threading;

namespace Sendsafely
{
    public partial class Workspace
    {
        /// <summary>Lists a directory of a Workspace: its files and the directories in it.</summary>
        /// <remarks><paramref name="directoryId"/> null is the root directory. options may be null: everything is
        /// fetched, page by page. <see cref="Status.OnlyInWorkspace"/>: other packages have no directories. <see
        /// cref="Status.Refused"/>: no such directory. SendSafely Client API: get directory (protocol 6.8.1).</remarks>
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

        /// <summary>Makes a directory in a Workspace.</summary>
        /// <remarks><paramref name="parentId"/> is the directory to make it in, null for the root directory. <see
        /// cref="Status.MalformedFileName"/>, <see cref="Status.InvalidFileName"/>: choose another name. <see
        /// cref="Status.OnlyInWorkspace"/>: other packages have no directories. <see cref="Status.Denied"/>: the
        /// account may only read. <see cref="Status.Refused"/>: no such parent. SendSafely Client API: create directory
        /// (protocol 6.8.2).</remarks>
        public string CreateDirectory(string name, string parentId = null,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Text(
                (out IntPtr it, out ErrorHandle error) => Native.sendsafely_package_create_directory(
                    Handle, Texts.Optional(parentId, nameof(parentId)), Texts.Required(name, nameof(name)), out it,
                    out error));

        /// <summary>Gives a directory of a Workspace another name. The root directory has none: <see
        /// cref="Status.Denied"/>.</summary>
        /// <remarks>Everything else as for <see cref="CreateDirectory"/>. SendSafely Client API: rename directory
        /// (protocol 6.8.3).</remarks>
        public void RenameDirectory(string directoryId, string newName,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Run(
                (out ErrorHandle error) => Native.sendsafely_package_rename_directory(
                    Handle, Texts.Required(directoryId, nameof(directoryId)), Texts.Required(newName,
                    nameof(newName)), out error));

        /// <summary>Moves a directory of a Workspace, with everything in it, into another one of the same
        /// Workspace.</summary>
        /// <remarks><paramref name="targetDirectoryId"/> null is the root directory. <see cref="Status.Refused"/>:
        /// there is no such directory, or the target is inside it. Everything else as for <see
        /// cref="CreateDirectory"/>. SendSafely Client API: move directory (protocol 6.8.4).</remarks>
        public void MoveDirectory(string directoryId, string targetDirectoryId = null,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Run(
                (out ErrorHandle error) => Native.sendsafely_package_move_directory(
                    Handle, Texts.Required(directoryId, nameof(directoryId)), Texts.Optional(targetDirectoryId,
                    nameof(targetDirectoryId)), out error));

        /// <summary>Deletes a directory of a Workspace with everything in it, for good. Not the root directory: <see
        /// cref="Status.Denied"/>.</summary>
        /// <remarks>Everything else as for <see cref="CreateDirectory"/>. SendSafely Client API: delete directory
        /// (protocol 6.8.5).</remarks>
        public void DeleteDirectory(string directoryId,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Run(
                (out ErrorHandle error) => Native.sendsafely_package_delete_directory(
                    Handle, Texts.Required(directoryId, nameof(directoryId)), out error));
    }
}
