using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Threading;

// The requests: docs/protocol.md 3.7 and 6.10.
namespace LibSendSafely
{
    public partial class Client
    {
        /// <summary>Returns the keycodes of several packages with one request, decrypted with the private key of a
        /// trusted device. For one package, see <see cref="OpenWithPrivateKey"/>.</summary>
        /// <remarks>The list has one item for each id, in the same order; an item has the failure of its package.
        /// <see cref="Status.InvalidKey"/>: <paramref name="privateKey"/> is not an armored OpenPGP private key.
        /// <see cref="Status.Refused"/>: the user has no such device.</remarks>
        public IReadOnlyList<PackageKeycode> GetKeycodes(string publicKeyId, string privateKey, IEnumerable<string> packageIds,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default)
        {
            using (var texts = new Texts())
            {
                IntPtr[] all = texts.AddAll(packageIds, nameof(packageIds));
                return On(progress, cancellationToken).Record(
                    (out IntPtr it, out ErrorHandle error) => Native.sendsafely_client_get_keycodes(
                        Handle, Texts.Required(publicKeyId, nameof(publicKeyId)), Texts.Required(privateKey,
                        nameof(privateKey)), all, (UIntPtr)all.Length, out it, out error),
                    list => Read.List(list, item => new PackageKeycode(item)), Native.sendsafely_keycode_list_free);
            }
        }

        /// <summary>Gives the user's other trusted devices access to packages that only this device can open: decrypts
        /// each keycode that the service names with <paramref name="privateKey"/>, encrypts it to the key of the other
        /// device, and stores it.</summary>
        /// <remarks><paramref name="publicKeyId"/> and <paramref name="privateKey"/> are those of this device. The
        /// result has the failures of single keycodes. After a failure of the network, call again.
        /// <see cref="Status.InvalidKey"/>: <paramref name="privateKey"/> is not an armored OpenPGP private key.
        /// <see cref="Status.Refused"/>: the user has no such device.</remarks>
        public SyncResult SyncKeycodes(string publicKeyId, string privateKey,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Record(
                (out IntPtr it, out ErrorHandle error) => Native.sendsafely_client_sync_keycodes(
                    Handle, Texts.Required(publicKeyId, nameof(publicKeyId)), Texts.Required(privateKey,
                    nameof(privateKey)), out it, out error),
                it => new SyncResult(it), Native.sendsafely_sync_result_free);
    }

    public partial class Package
    {
        /// <summary>The keycode, the secret that opens the package. Keep it with <see cref="Id"/> to open the package
        /// again with <see cref="Client.OpenPackage"/>. <see cref="Status.KeycodeUnknown"/>: the package was opened
        /// with a link without a keycode.</summary>
        [DebuggerBrowsable(DebuggerBrowsableState.Never)]
        public string Keycode => On().Text((out IntPtr it, out ErrorHandle error) => Native.sendsafely_package_keycode(Handle, out it, out error));
    }
}
