using System;
using System.Threading;

namespace Sendsafely
{
    public partial class Package
    {
        /// <summary>Sets the message of a package, encrypted like the files; a later one replaces it.</summary>
        /// <remarks>Package must be created and not finalized; stays as it is. SendSafely Client API: the message
        /// (protocol 3.5, 6.9).</remarks>
        public void SetMessage(string text,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Run(
                (out ErrorHandle error) => Native.sendsafely_package_set_message(Handle, Texts.Required(text, nameof(text)), out error));

        /// <summary>Gives the message of a package, decrypted; null if there is none.</summary>
        /// <remarks><see cref="Status.KeycodeUnknown"/>: open the package with its keycode. <see
        /// cref="Status.DecryptFailed"/>: the keycode is wrong, or the message was damaged. SendSafely Client API:
        /// message (protocol 5.5).</remarks>
        public string GetMessage(IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Text(
                (out IntPtr it, out ErrorHandle error) => Native.sendsafely_package_get_message(Handle, out it, out error));
    }
}
