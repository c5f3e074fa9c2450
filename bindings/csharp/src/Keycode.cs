using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Threading;

namespace Sendsafely
{
    public partial class Client
    {
        /// <summary>Gives the keycodes of several packages with one request, decrypted with the private key of a
        /// trusted device; see <see cref="OpenWithPrivateKey"/> for one package.</summary>
        /// <remarks>The list has one item for each id, in their order. <see cref="Status.InvalidKey"/>: <paramref
        /// name="privateKey"/> is not an armored OpenPGP private key. <see cref="Status.Refused"/>: the user has no
        /// such device. What fails for one package stands in its item. SendSafely Client API: public keys and keycodes
        /// (protocol 6.10).</remarks>
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

        /// <summary>Hands on to the user's other trusted devices what this one can open and they cannot: decrypts each
        /// keycode that the service names with <paramref name="privateKey"/>, encrypts it to the other device's key and stores
        /// it.</summary>
        /// <remarks><paramref name="publicKeyId"/> and <paramref name="privateKey"/> are this device's. <see
        /// cref="Status.InvalidKey"/>: not an armored OpenPGP private key. <see cref="Status.Refused"/>: the user has
        /// no such device. What fails for one keycode stands in the result; after a failure of the network the call can
        /// be made again. SendSafely Client API: public keys and keycodes (protocol 6.10).</remarks>
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
        /// <summary>
        /// The keycode, the secret that opens the package. Keep it with the id to open the package again with
        /// <see cref="Client.OpenPackage"/>. Throws <see cref="Status.KeycodeUnknown"/> if the package was opened with a link
        /// that has none.
        /// </summary>
        [DebuggerBrowsable(DebuggerBrowsableState.Never)]
        public string Keycode => On().Text((out IntPtr it, out ErrorHandle error) => Native.sendsafely_package_keycode(Handle, out it, out error));
    }
}
