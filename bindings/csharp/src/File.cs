using System;
using System.Threading;

// The requests: docs/protocol.md 3.8 and 6.7.
namespace LibSendSafely
{
    public partial class Package
    {
        /// <summary>Returns what the service knows of a file, with its earlier versions.</summary>
        /// <remarks><paramref name="directoryId"/> is the directory of a Workspace that contains the file; null for the
        /// root directory and for other packages. <see cref="Status.FileNotOnPackage"/>: the file is not there.
        /// <see cref="Status.OnlyInWorkspace"/>: leave <paramref name="directoryId"/> null.</remarks>
        public PackageFileInformation GetFileInformation(string fileId, string directoryId = null,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Record(
                (out IntPtr it, out ErrorHandle error) => Native.sendsafely_package_get_file_information(
                    Handle, Texts.Required(fileId, nameof(fileId)), Texts.Optional(directoryId,
                    nameof(directoryId)), out it, out error),
                it => new PackageFileInformation(it), Native.sendsafely_file_information_free);

        /// <summary>Deletes a file of a package with its earlier versions, or one earlier version by its own
        /// id.</summary>
        /// <remarks>After finalize only if the service allows it. <paramref name="directoryId"/> is the directory of a
        /// Workspace that contains the file; null for the root directory and for other packages.
        /// <see cref="Status.FileNotOnPackage"/>: the file is not there. <see cref="Status.OnlyInWorkspace"/>: leave
        /// <paramref name="directoryId"/> null.</remarks>
        public void DeleteFile(string fileId, string directoryId = null,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Run(
                (out ErrorHandle error) => Native.sendsafely_package_delete_file(
                    Handle, Texts.Required(fileId, nameof(fileId)), Texts.Optional(directoryId,
                    nameof(directoryId)), out error));

        /// <summary>Renames a file of a package or Workspace.</summary>
        /// <remarks><see cref="Status.MalformedFileName"/>, <see cref="Status.InvalidFileName"/>: choose another name.
        /// <see cref="Status.FileNotOnPackage"/>, in a Workspace <see cref="Status.Refused"/>: the file does not exist.
        /// <see cref="Status.Denied"/>: the account may only read.</remarks>
        public void RenameFile(string fileId, string newName,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Run(
                (out ErrorHandle error) => Native.sendsafely_package_rename_file(
                    Handle, Texts.Required(fileId, nameof(fileId)), Texts.Required(newName, nameof(newName)), out
                    error));

        /// <summary>Copies a file into a Workspace of the same portal without sending its bytes again, and returns the
        /// id of the copy. Who can open the Workspace can read the copy, and nothing else of the source.</summary>
        /// <remarks>Both packages must have been opened with their keycodes; they may be the same.
        /// <paramref name="targetDirectoryId"/> is null for the root directory. The id is null if the service does not
        /// send it. <see cref="Status.FileNotOnPackage"/>: the file does not exist. <see cref="Status.WrongKeycode"/>:
        /// the keycode of one of the two is that of another package; nothing was written.
        /// <see cref="Status.InvalidArgument"/>: the packages belong to different portals.
        /// <see cref="Status.OutcomeUnknown"/>: the response was lost; list the directory before you copy
        /// again.</remarks>
        public string CopyFile(string fileId, Workspace targetPackage, string targetDirectoryId = null,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default)
        {
            Call call = On(progress, cancellationToken);
            PackageHandle target = Required(targetPackage, nameof(targetPackage));
            return call.Text(
                (out IntPtr it, out ErrorHandle error) => Native.sendsafely_package_copy_file(
                    Handle, Texts.Required(fileId, nameof(fileId)), target,
                    Texts.Optional(targetDirectoryId, nameof(targetDirectoryId)), out it, out error));
        }
    }

    public partial class Workspace
    {
        /// <summary>Moves a file of a Workspace into another of its directories, or with null into the root
        /// directory.</summary>
        /// <remarks><see cref="Status.Refused"/>: the file or the directory does not exist.
        /// <see cref="Status.Denied"/>: the account may only read.</remarks>
        public void MoveFile(string fileId, string targetDirectoryId = null,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Run(
                (out ErrorHandle error) => Native.sendsafely_package_move_file(
                    Handle, Texts.Required(fileId, nameof(fileId)), Texts.Optional(targetDirectoryId,
                    nameof(targetDirectoryId)), out error));
    }
}
