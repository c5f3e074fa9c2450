using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;

namespace Sendsafely
{
    // Trusted devices and keycodes.
    public sealed partial class Client
    {
        /// <summary>Registers a public key as a trusted device of the user: keycodes of packages are encrypted to it
        /// from now on. Gives the service's id of it.</summary>
        /// <remarks><see cref="Status.InvalidKey"/>: not an armored OpenPGP public key. <see
        /// cref="Status.LimitExceeded"/>: revoke one first. <see cref="Status.OutcomeUnknown"/>: the answer was lost;
        /// the key may be there under an id that nobody knows, so register another. SendSafely Client API: public keys
        /// (protocol 6.10).</remarks>
        public string RegisterPublicKey(string publicKey, string description,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Text(
                (out IntPtr it, out ErrorHandle error) => Native.sendsafely_client_register_public_key(
                    Handle, Texts.Required(publicKey, nameof(publicKey)), Texts.Required(description,
                    nameof(description)), out it, out error));

        /// <summary>Makes a key pair of 2048 bits and registers its public key: <see cref="KeyPair.Generate"/> and <see
        /// cref="RegisterPublicKey"/> in one call. Keep it with <see cref="KeyPair.Save"/>.</summary>
        /// <remarks>SendSafely Client API: public keys (protocol 3.6, 6.10).</remarks>
        public KeyPair GenerateKeyPair(string description,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Record(
                (out IntPtr it, out ErrorHandle error) => Native.sendsafely_client_generate_key_pair(
                    Handle, Texts.Required(description, nameof(description)), out it, out error),
                it => new KeyPair(it), Native.sendsafely_key_pair_free);

        /// <summary>Gives the armored public key of one of the user's trusted devices.</summary>
        /// <remarks><see cref="Status.Refused"/>: the user has no such device. SendSafely Client API: public keys
        /// (protocol 6.10).</remarks>
        public string GetPublicKey(string publicKeyId,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Text(
                (out IntPtr it, out ErrorHandle error) => Native.sendsafely_client_get_public_key(
                    Handle, Texts.Required(publicKeyId, nameof(publicKeyId)), out it, out error));

        /// <summary>Revokes a public key: the service forgets it, and the device opens nothing any more without a
        /// link.</summary>
        /// <remarks><see cref="Status.Refused"/>: the user has no such device. SendSafely Client API: public keys
        /// (protocol 6.10).</remarks>
        public void RevokePublicKey(string publicKeyId,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Run(
                (out ErrorHandle error) => Native.sendsafely_client_revoke_public_key(
                    Handle, Texts.Required(publicKeyId, nameof(publicKeyId)), out error));

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
}
