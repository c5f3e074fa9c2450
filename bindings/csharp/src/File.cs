using System;
using System.Threading;

namespace Sendsafely
{
    public partial class Package
    {
        /// <summary>Asks the service for what it knows of a file, its earlier versions among it.</summary>
        /// <remarks>Package must be created. <paramref name="directoryId"/> is the directory of a Workspace that the
        /// file is in; null for the root directory, and for any other package. <see cref="Status.FileNotOnPackage"/>:
        /// no such file there. <see cref="Status.OnlyInWorkspace"/>: leave <paramref name="directoryId"/> null.
        /// SendSafely Client API: file information (protocol 6.7.1).</remarks>
        public PackageFileInformation GetFileInformation(string fileId, string directoryId = null,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Record(
                (out IntPtr it, out ErrorHandle error) => Native.sendsafely_package_get_file_information(
                    Handle, Texts.Required(fileId, nameof(fileId)), Texts.Optional(directoryId,
                    nameof(directoryId)), out it, out error),
                it => new PackageFileInformation(it), Native.sendsafely_file_information_free);

        /// <summary>Deletes a file from a package, with its earlier versions, or one of these by its own id.</summary>
        /// <remarks>Package must be created; after finalize too, if the service lets it. <paramref name="directoryId"/>
        /// is the directory of a Workspace that the file is in; null for the root directory, and for any other package.
        /// <see cref="Status.FileNotOnPackage"/>: no such file there. <see cref="Status.OnlyInWorkspace"/>: leave
        /// <paramref name="directoryId"/> null. SendSafely Client API: delete file (protocol 6.7.2).</remarks>
        public void DeleteFile(string fileId, string directoryId = null,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Run(
                (out ErrorHandle error) => Native.sendsafely_package_delete_file(
                    Handle, Texts.Required(fileId, nameof(fileId)), Texts.Optional(directoryId,
                    nameof(directoryId)), out error));

        /// <summary>Gives a file of a package or Workspace another name.</summary>
        /// <remarks><see cref="Status.MalformedFileName"/>, <see cref="Status.InvalidFileName"/>: choose another one.
        /// <see cref="Status.FileNotOnPackage"/>: no such file; in a Workspace <see cref="Status.Refused"/>. <see
        /// cref="Status.Denied"/>: the account may only read. SendSafely Client API: rename file (protocol
        /// 6.7.4).</remarks>
        public void RenameFile(string fileId, string newName,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Run(
                (out ErrorHandle error) => Native.sendsafely_package_rename_file(
                    Handle, Texts.Required(fileId, nameof(fileId)), Texts.Required(newName, nameof(newName)), out
                    error));

        /// <summary>Copies a file into a Workspace of the same portal, without sending its bytes again. Whoever opens
        /// the Workspace can read the copy, and nothing else of the source.</summary>
        /// <remarks>Both packages must be known with their keycodes; they may be the same. <paramref
        /// name="targetDirectoryId"/> null is the root directory. Gives the copy's id, null if the service does not
        /// tell it. <see cref="Status.FileNotOnPackage"/>: no such file. <see cref="Status.WrongKeycode"/>: one of the
        /// two was opened with another package's keycode; nothing was written. <see cref="Status.InvalidArgument"/>:
        /// another portal. <see cref="Status.OutcomeUnknown"/>: the answer was lost; list the directory before you copy
        /// again. SendSafely Client API: copy into a Workspace (protocol 6.7.5), file key for copied files (protocol
        /// 3.8).</remarks>
        public string CopyFile(string fileId, Workspace targetPackage, string targetDirectoryId = null,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Text(
                (out IntPtr it, out ErrorHandle error) => Native.sendsafely_package_copy_file(
                    Handle, Texts.Required(fileId, nameof(fileId)), (targetPackage ?? throw new ArgumentNullException(nameof(targetPackage))).Handle,
                    Texts.Optional(targetDirectoryId, nameof(targetDirectoryId)), out it, out error));
    }

    public partial class Workspace
    {
        /// <summary>Moves a file of a Workspace into another of its directories; null is the root directory.</summary>
        /// <remarks><see cref="Status.OnlyInWorkspace"/>: other packages have no directories. <see
        /// cref="Status.Refused"/>: no such file or directory. <see cref="Status.Denied"/>: the account may only read.
        /// SendSafely Client API: move file (protocol 6.7.3).</remarks>
        public void MoveFile(string fileId, string targetDirectoryId = null,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Run(
                (out ErrorHandle error) => Native.sendsafely_package_move_file(
                    Handle, Texts.Required(fileId, nameof(fileId)), Texts.Optional(targetDirectoryId,
                    nameof(targetDirectoryId)), out error));
    }
}
