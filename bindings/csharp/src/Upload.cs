using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;

namespace Sendsafely
{
    public partial class Package
    {
        /// <summary>
        /// How many uploads into the package run at the moment, on any thread. <see cref="Finalize"/> fails with
        /// <see cref="Status.UploadRunning"/> unless there is none.
        /// </summary>
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
        /// and stores the results.</summary>
        /// <remarks>Finalize does it by itself, and so does adding recipients to a Workspace or a finalized package:
        /// this is for devices that were registered later. A key that cannot be used, or for which the service refuses
        /// the keycode, is passed over with a line in the log; if the service refuses it for every key, the first
        /// refusal is the error. Before or after finalize. <see cref="Status.RecipientNotOnPackage"/>: no such id. <see
        /// cref="Status.KeycodeUnknown"/>, <see cref="Status.WrongKeycode"/>: open the package with its keycode. <see
        /// cref="Status.KeycodeNotProved"/>: download a file or read the message through the same package, then call
        /// again. SendSafely Client API: public keys and keycodes (protocol 4.6).</remarks>
        public void UploadKeycodes(string recipientId = null,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Run(
                (out ErrorHandle error) => Native.sendsafely_package_upload_keycodes(
                    Handle, Texts.Optional(recipientId, nameof(recipientId)), out error));

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
    }
}
