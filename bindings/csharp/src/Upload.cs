using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;

// The requests: docs/protocol.md 4.2 to 4.6.
namespace LibSendSafely
{
    public partial class Package
    {
        /// <summary>How many uploads into the package are running now, on any thread. <see cref="Finalize"/> fails with
        /// <see cref="Status.UploadRunning"/> unless this is 0.</summary>
        public int RunningUploads
        {
            get
            {
                UIntPtr count = UIntPtr.Zero;
                On().Run((out ErrorHandle error) => Native.sendsafely_package_running_uploads(Handle, out count, out error));
                return checked((int)count);
            }
        }

        /// <summary>Encrypts the keycode of a package to the public keys of its readers, or to those of one recipient,
        /// and stores the results. Works before and after finalize.</summary>
        /// <remarks>Call it only for devices that were registered later: finalize does the same, and so does adding
        /// recipients to a Workspace or a finalized package. A key that cannot be used, or that the service refuses, is
        /// skipped with a line in the log. The call fails if the service refuses all keys, or refuses the caller or the
        /// package, for example with <see cref="Status.SessionTimeout"/>. <see cref="Status.RecipientNotOnPackage"/>:
        /// the package has no recipient with this id. <see cref="Status.KeycodeUnknown"/>,
        /// <see cref="Status.WrongKeycode"/>: open the package with its keycode. <see cref="Status.KeycodeNotProved"/>:
        /// the library could not read enough to prove the keycode; download a file or read the message through the same
        /// object, then call again.</remarks>
        public void UploadKeycodes(string recipientId = null,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Run(
                (out ErrorHandle error) => Native.sendsafely_package_upload_keycodes(
                    Handle, Texts.Optional(recipientId, nameof(recipientId)), out error));

        /// <summary>Uploads a file, encrypted on this machine in parts.</summary>
        /// <remarks>Works before finalize, and in a Workspace always. Several threads may upload into one package. An
        /// upload that fails or is stopped deletes what it has sent. <see cref="Status.FileNotFound"/>,
        /// <see cref="Status.NotAFile"/>, <see cref="Status.AccessDenied"/>: the file cannot be read.
        /// <see cref="Status.FileChanged"/>: another program has written to the file meanwhile; upload again.
        /// <see cref="Status.FileTooLarge"/>: the file has more than 107,374,182,400 bytes.
        /// <see cref="Status.TooManyFiles"/>: with one more, the service could not list the package or
        /// directory.</remarks>
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

        /// <summary>Uploads the bytes of a stream, from its position on, under a name.</summary>
        /// <remarks><paramref name="size"/> is the number of bytes to read from the stream. null means the rest of a
        /// stream that can seek, else, or if its Length says that nothing is left, an unknown number; then all bytes are
        /// first encrypted, into a temporary file if they are more than 50 kB, because the service needs the size before
        /// the first byte. The thread that runs the call reads the stream, in
        /// <c>UploadStreamAsync</c> by ReadAsync, and does not dispose of it. The call throws what the stream throws.
        /// <see cref="Status.SizeMismatch"/>: the stream ended before <paramref name="size"/> bytes. Everything else as
        /// for <see cref="UploadFile"/>.</remarks>
        public PackageFile UploadStream(string fileName, Stream source, long? size = null, UploadOptions options = null,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default)
        {
            if (source == null) throw new ArgumentNullException(nameof(source));
            if (size < 0) throw new ArgumentOutOfRangeException(nameof(size));
            using (var texts = new Texts())
            {
                Native.sendsafely_upload_options native = UploadOptions.ToNative(options, texts);
                // A file of /proc has length 0 whatever can be read of it.
                if (size == null && source.CanSeek && source.Length > source.Position) size = source.Length - source.Position;
                ulong known = size == null ? Native.SENDSAFELY_SIZE_UNKNOWN : (ulong)size.Value;
                return On(progress, cancellationToken, source).Record(
                    (out IntPtr it, out ErrorHandle error) => Native.sendsafely_package_upload_callback(
                        Handle, Texts.Required(fileName, nameof(fileName)), Call.ReadCallback, IntPtr.Zero, known, ref native, out it, out error),
                    it => new PackageFile(it), Native.sendsafely_file_free);
            }
        }

        /// <summary>Uploads all files of a local directory and, into a Workspace, its directories with all that they
        /// contain.</summary>
        /// <remarks>A file that is there under a name which a download made safe, or which differs in Unicode's form
        /// (NFC, NFD), is the same; so is one whose name differs in case if the local file system takes both for one.
        /// Missing directories are created. Symbolic links and other entries that are no regular files are not
        /// followed; the report lists them. Several files are sent at the same time. After the failure of one file the
        /// call goes on with the others, and at the end throws the first failure with the number of failures. A stop, a
        /// network that is down, or a refusal of the account ends the call. Call again to go on: files that are
        /// complete are skipped. An incomplete file that a killed upload of this user and machine has left is removed
        /// and sent again; beside other incomplete files, which another program may be uploading, a new version is
        /// sent. <see cref="SendsafelyException.Report"/> and <see cref="StoppedException.Report"/> list every file,
        /// also those that were not begun. <see cref="Status.OnlyInWorkspace"/>: the directory contains directories,
        /// and the package is no Workspace; nothing was sent. <see cref="Status.DirectoryNotFound"/>: the local
        /// directory does not exist. <see cref="Status.Refused"/>: the service does not know
        /// <see cref="UploadAllOptions.DirectoryId"/>. Everything else as for <see cref="UploadFile"/>.</remarks>
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
    }
}
