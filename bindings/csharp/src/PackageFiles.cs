using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;
using System.Threading.Tasks;

namespace Sendsafely
{
    // Files of a package.
    public partial class Package
    {
        /// <summary>Uploads a file, encrypted on this machine in parts.</summary>
        /// <remarks>Package must be created and not finalized, or a Workspace; stays as it is. Several uploads into one
        /// package may run on several threads. A failed or stopped upload deletes what it sent. <see
        /// cref="Status.FileNotFound"/>, <see cref="Status.NotAFile"/>, <see cref="Status.AccessDenied"/>: see the
        /// path. <see cref="Status.FileChanged"/>: something wrote to it meanwhile; upload again. <see
        /// cref="Status.FileTooLarge"/>: above 107,374,182,400 bytes. SendSafely Client API: create file id, upload
        /// parts (protocol 4.2 to 4.4).</remarks>
        public PackageFile UploadFile(string path, UploadOptions options = null,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default)
        {
            using (var texts = new Texts())
            {
                Native.sendsafely_upload_options native = UploadOptions.ToNative(options, texts);
                return On(progress, cancellationToken).Record(
                    (out IntPtr it, out ErrorHandle error) => Native.sendsafely_package_upload_file(
                        Handle, Texts.Required(path, nameof(path)), ref native, out it, out error),
                    it => new PackageFile(it), Native.sendsafely_file_free);
            }
        }

        /// <summary>Uploads bytes under a name. They must not change until the call has ended.</summary>
        /// <remarks>Everything else as for <see cref="UploadFile"/>.</remarks>
        public PackageFile UploadMemory(string fileName, byte[] data, UploadOptions options = null,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default)
        {
            if (data == null) throw new ArgumentNullException(nameof(data));
            using (var texts = new Texts())
            {
                Native.sendsafely_upload_options native = UploadOptions.ToNative(options, texts);
                return On(progress, cancellationToken).Record(
                    (out IntPtr it, out ErrorHandle error) => Native.sendsafely_package_upload_memory(
                        Handle, Texts.Required(fileName, nameof(fileName)), data, (UIntPtr)data.Length, ref
                        native, out it, out error),
                    it => new PackageFile(it), Native.sendsafely_file_free);
            }
        }

        /// <summary>Uploads under a name what a stream holds from its position on.</summary>
        /// <remarks><paramref name="size"/> is the number of bytes that it will deliver, and it is never asked for more; null:
        /// what is left of a stream that can seek, else unknown. Of unknown size everything is encrypted into a temporary file
        /// first, because the service wants to know the size before. The stream is read on the thread on which the call runs
        /// and is not disposed of; what it throws is thrown. <see cref="Status.SizeMismatch"/>: it ended before size bytes.
        /// Everything else as for <see cref="UploadFile"/>.</remarks>
        public PackageFile UploadStream(string fileName, Stream source, long? size = null, UploadOptions options = null,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default)
        {
            if (source == null) throw new ArgumentNullException(nameof(source));
            if (size < 0) throw new ArgumentOutOfRangeException(nameof(size));
            using (var texts = new Texts())
            {
                Native.sendsafely_upload_options native = UploadOptions.ToNative(options, texts);
                if (size == null && source.CanSeek) size = Math.Max(0, source.Length - source.Position);
                ulong known = size == null ? Native.SENDSAFELY_SIZE_UNKNOWN : (ulong)size.Value;
                return On(progress, cancellationToken, source).Record(
                    (out IntPtr it, out ErrorHandle error) => Native.sendsafely_package_upload_callback(
                        Handle, Texts.Required(fileName, nameof(fileName)), Call.ReadCallback, IntPtr.Zero, known, ref native, out it, out error),
                    it => new PackageFile(it), Native.sendsafely_file_free);
            }
        }

        /// <summary>Uploads all files that are in a local directory and, into a Workspace, its directories with what is
        /// in them.</summary>
        /// <remarks>Directories that are missing are made. Symbolic links and whatever else is no regular file are not
        /// followed; they are in the report. Several files are under way at once. One file that fails does not end the
        /// others: at the end the first failure is thrown and says how many there were. A stop, a network that is down,
        /// or a refusal of the account ends the call. Call again to go on: what is there is skipped. The exception,
        /// <see cref="SendsafelyException.Report"/> or <see cref="StoppedException.Report"/>, has the report too, in
        /// which a status stands at every file that had not its turn. <see cref="Status.OnlyInWorkspace"/>: there are
        /// directories in it, and the package is no Workspace; nothing was sent. <see
        /// cref="Status.DirectoryNotFound"/>: no such local directory. <see cref="Status.Refused"/>: the service does
        /// not know <see cref="UploadAllOptions.DirectoryId"/>. Everything else as for <see cref="UploadFile"/>.
        /// SendSafely Client API: directories (protocol 6.8), create file id, upload parts (protocol 4.2 to
        /// 4.4).</remarks>
        public IReadOnlyList<ReportItem> UploadAll(string directory, UploadAllOptions options = null,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default)
        {
            using (var texts = new Texts())
            {
                Native.sendsafely_upload_all_options native = UploadAllOptions.ToNative(options, texts);
                return On(progress, cancellationToken).Report(
                    (out IntPtr it, out ErrorHandle error) => Native.sendsafely_package_upload_all(
                        Handle, Texts.Required(directory, nameof(directory)), ref native, out it, out error));
            }
        }

        /// <summary>Downloads a file to a path, decrypted and verified part by part.</summary>
        /// <remarks>The package must be known with its keycode. <paramref name="path"/> is the file to write, or an
        /// existing directory, in which the file gets the sender's name made safe. The target appears at once and only
        /// when everything is there and verified; until then a temporary file stands beside it, which only its owner can
        /// read. A new file gets the mode of any new file, a replaced one keeps its mode; a symbolic link at the target is
        /// replaced, never followed. <see cref="Status.FileNotOnPackage"/>: no such file. <see
        /// cref="Status.PasswordRequired"/>: set <see cref="DownloadOptions.Password"/>. <see
        /// cref="Status.DecryptFailed"/>: the keycode is wrong or the data was damaged. <see
        /// cref="Status.FileExists"/>: see <see cref="DownloadOptions.Existing"/>. <see cref="Status.NotAFile"/>: a
        /// directory, device, pipe or socket is at the target, which is never replaced. <see
        /// cref="Status.FileIncomplete"/>: the sender is not done. The size that a sender declared is often wrong: a file
        /// that has another one is kept, and the result has both; with <see cref="DownloadOptions.StrictSize"/> it fails
        /// with <see cref="Status.SizeMismatch"/>, and nothing is kept. SendSafely Client API: download URLs, fetching and
        /// decrypting (protocol 5.3, 5.4).</remarks>
        public DownloadedFile DownloadFile(string fileId, string path, DownloadOptions options = null,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default)
        {
            using (var texts = new Texts())
            {
                Native.sendsafely_download_options native = DownloadOptions.ToNative(options, texts);
                return On(progress, cancellationToken).Record(
                    (out IntPtr it, out ErrorHandle error) => Native.sendsafely_package_download_file(
                        Handle, Texts.Required(fileId, nameof(fileId)), Texts.Required(path, nameof(path)), ref
                        native, out it, out error),
                    it => new DownloadedFile(it), Native.sendsafely_download_free);
            }
        }

        /// <summary>Downloads a file into memory; one of more than 2 GB goes to a path or a stream.</summary>
        /// <remarks><see cref="Status.SizeMismatch"/>: also for a file that has more than <see
        /// cref="ClientOptions.MaxPartBytes"/> above its declared size. Everything else as for <see
        /// cref="DownloadFile"/>; <see cref="DownloadOptions.Existing"/> and <see cref="DownloadOptions.Sync"/> have no
        /// meaning here.</remarks>
        public byte[] DownloadMemory(string fileId, DownloadOptions options = null,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default)
        {
            using (var texts = new Texts())
            {
                Native.sendsafely_download_options native = DownloadOptions.ToNative(options, texts);
                return On(progress, cancellationToken).Record(
                    (out IntPtr it, out ErrorHandle error) => Native.sendsafely_package_download_memory(
                        Handle, Texts.Required(fileId, nameof(fileId)), ref native, out it, out error),
                    Read.Buffer, Native.sendsafely_buffer_free);
            }
        }

        /// <summary>Downloads a file into a stream, which gets its bytes decrypted, verified and in order.</summary>
        /// <remarks>Bytes that the stream got are verified, but more may be missing: what was done with them counts only when
        /// the call has ended well. The stream is written on the thread on which the call runs, neither flushed nor disposed
        /// of; what it throws is thrown. Everything else as for <see cref="DownloadFile"/>;
        /// <see cref="DownloadOptions.Existing"/> and <see cref="DownloadOptions.Sync"/> have no meaning here.</remarks>
        public DownloadedFile DownloadStream(string fileId, Stream target, DownloadOptions options = null,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default)
        {
            if (target == null) throw new ArgumentNullException(nameof(target));
            using (var texts = new Texts())
            {
                Native.sendsafely_download_options native = DownloadOptions.ToNative(options, texts);
                return On(progress, cancellationToken, target).Record(
                    (out IntPtr it, out ErrorHandle error) => Native.sendsafely_package_download_callback(
                        Handle, Texts.Required(fileId, nameof(fileId)), Call.WriteCallback, IntPtr.Zero, ref native, out it, out error),
                    it => new DownloadedFile(it), Native.sendsafely_download_free);
            }
        }

        /// <summary>Downloads everything into an existing local directory: all files of a package, or a Workspace with
        /// its directories, or one of these with what is in it.</summary>
        /// <remarks>The sender's names are made safe and, where two would be the same, told apart; the report has both.
        /// A symbolic link in place of a directory is not followed. <see cref="Existing.Refuse"/>, the default, fails
        /// with <see cref="Status.FileExists"/> before the first byte if one target exists; <see cref="Existing.Skip"/>
        /// leaves files of the declared size alone and fails for others. Failures and the report as for <see
        /// cref="UploadAll"/>; call again with <see cref="Existing.Skip"/> to go on. <see
        /// cref="Status.DirectoryNotFound"/>: create the local directory first. Everything else as for <see
        /// cref="DownloadFile"/>. SendSafely Client API: directories (protocol 6.8), download URLs, fetching and
        /// decrypting (protocol 5.3, 5.4).</remarks>
        public IReadOnlyList<ReportItem> DownloadAll(string directory, DownloadOptions options = null,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default)
        {
            using (var texts = new Texts())
            {
                Native.sendsafely_download_options native = DownloadOptions.ToNative(options, texts);
                return On(progress, cancellationToken).Report(
                    (out IntPtr it, out ErrorHandle error) => Native.sendsafely_package_download_all(
                        Handle, Texts.Required(directory, nameof(directory)), ref native, out it, out error));
            }
        }

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
}
