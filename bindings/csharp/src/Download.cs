using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;

namespace Sendsafely
{
    public partial class Package
    {
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
    }
}
