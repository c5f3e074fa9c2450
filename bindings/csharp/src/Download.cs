using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;

// The requests: docs/protocol.md 5.3 and 5.4.
namespace LibSendSafely
{
    public partial class Package
    {
        /// <summary>Downloads a file to a path, decrypted and verified part by part.</summary>
        /// <remarks>The package must have been opened with its keycode. <paramref name="path"/> is the file to write,
        /// or an existing directory; in a directory the file gets the sender's name, made safe. The target appears only
        /// when the whole file is there and verified. Until then the data is in a temporary file beside it, which only
        /// its owner can read. A new file gets the mode that new files get, a replaced one keeps its mode. A symbolic
        /// link at the target is replaced, never followed. <see cref="Status.FileNotOnPackage"/>: the file does not
        /// exist. <see cref="Status.PasswordRequired"/>: set <see cref="DownloadOptions.Password"/>.
        /// <see cref="Status.DecryptFailed"/>: the keycode is wrong, or the data was damaged.
        /// <see cref="Status.FileExists"/>: see <see cref="DownloadOptions.Existing"/>. <see cref="Status.NotAFile"/>:
        /// the target is a directory, device, pipe or socket, or a link to one of the last three, which are never
        /// replaced. <see cref="Status.FileIncomplete"/>: the sender has not finished. The size that senders declare is
        /// often wrong: by default a file of another size is kept, and the result has both sizes. With
        /// <see cref="DownloadOptions.StrictSize"/> the call fails with <see cref="Status.SizeMismatch"/>, and nothing
        /// is kept. Parts of this library contain their number and the size of the file; if these differ, the call
        /// always fails, with <see cref="Status.WrongPart"/> or <see cref="Status.SizeMismatch"/>. A file may unpack to
        /// at most <see cref="ClientOptions.MaxPartBytes"/> more than was declared, or than was sent if that is
        /// more. With <see cref="DownloadOptions.ResumeFile"/> a download that was stopped or killed goes on.</remarks>
        public DownloadedFile DownloadFile(string fileId, string path, DownloadOptions options = null,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default)
        {
            using (var texts = new Texts())
            {
                Native.sendsafely_download_options native = DownloadOptions.ToNative(options, texts);
                return On(progress, cancellationToken).Record(
                    (out IntPtr it, out ErrorHandle error) => Native.sendsafely_package_download_file(
                        Handle, Texts.Required(fileId, nameof(fileId)), Texts.Required(path, nameof(path)), ref native, out it, out error),
                    it => new DownloadedFile(it), Native.sendsafely_download_free);
            }
        }

        /// <summary>Downloads a file into memory, up to 2 GB. Download larger ones to a path or a stream.</summary>
        /// <remarks><see cref="NotSupportedException"/>: the file is larger, or was declared to be; it is not fetched.
        /// <see cref="Status.SizeMismatch"/>: also if the file has more than <see cref="ClientOptions.MaxPartBytes"/>
        /// above its declared size. <see cref="DownloadOptions.Existing"/> and <see cref="DownloadOptions.Sync"/> have
        /// no meaning here, and <see cref="DownloadOptions.ResumeFile"/> is refused. Everything else as for <see cref="DownloadFile"/>.</remarks>
        public byte[] DownloadMemory(string fileId, DownloadOptions options = null,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default)
        {
            using (var texts = new Texts())
            {
                Native.sendsafely_download_options native = DownloadOptions.ToNative(options, texts);
                return On(progress, cancellationToken).InMemory().Record(
                    (out IntPtr it, out ErrorHandle error) => Native.sendsafely_package_download_memory(
                        Handle, Texts.Required(fileId, nameof(fileId)), ref native, out it, out error),
                    Read.Buffer, Native.sendsafely_buffer_free);
            }
        }

        /// <summary>Downloads a file into a stream, which gets the bytes decrypted, verified and in order.</summary>
        /// <remarks>If the call fails, the bytes that the stream has got are verified, but the rest is missing: use
        /// them only after the call has succeeded. The thread that runs the call writes the stream, in
        /// <c>DownloadStreamAsync</c> by WriteAsync, and neither flushes nor disposes of it. The call throws what the
        /// stream throws. <see cref="DownloadOptions.Existing"/> and <see cref="DownloadOptions.Sync"/> have no meaning
        /// here, and <see cref="DownloadOptions.ResumeFile"/> is refused. Everything else as for <see cref="DownloadFile"/>.</remarks>
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

        /// <summary>Downloads all files into an existing local directory: those of a package, of a Workspace with its
        /// directories, or of one directory with all that it contains.</summary>
        /// <remarks>The sender's names are made safe, and equal ones made different; the report has the old and the new
        /// name. Files are recognized under other names as by <see cref="UploadAll"/>. A symbolic link in place of a directory is not followed. <see cref="Existing.Refuse"/>, the default:
        /// the call fails with <see cref="Status.FileExists"/> before the first byte if any target exists.
        /// <see cref="Existing.Skip"/>: files that have the declared size already are skipped, and others that exist
        /// fail; without <see cref="DownloadOptions.StrictSize"/> the content decides if the size differs, since the sender
        /// may have declared a wrong one. Call again with it to go on after a failure.
        /// With <see cref="DownloadOptions.Compare"/> it keeps files that are the same by more than the size, and
        /// <see cref="Existing.Overwrite"/> replaces only the others.
        /// <see cref="Status.DirectoryNotFound"/>: create the local directory first. Failures and the report as for
        /// <see cref="UploadAll"/>, everything else as for <see cref="DownloadFile"/>.</remarks>
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
