using System;
using System.Threading;

// The requests: docs/protocol.md 3.5, 5.5 and 6.9.
namespace LibSendSafely
{
    public partial class Package
    {
        /// <summary>Sets the message of a package, encrypted like the files. It replaces an earlier message.</summary>
        /// <remarks>Works before finalize.</remarks>
        public void SetMessage(string text,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Run(
                (out ErrorHandle error) => Native.sendsafely_package_set_message(Handle, Texts.Required(text, nameof(text)), out error));

        /// <summary>Returns the message of a package, decrypted; null if it has none.</summary>
        /// <remarks><see cref="Status.KeycodeUnknown"/>: open the package with its keycode.
        /// <see cref="Status.DecryptFailed"/>: the keycode is wrong, or the message was damaged.</remarks>
        public string GetMessage(IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Text(
                (out IntPtr it, out ErrorHandle error) => Native.sendsafely_package_get_message(Handle, out it, out error));
    }
}
