using System;
using System.Collections.Generic;
using System.Threading;

namespace Sendsafely
{
    public partial class Client
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
    }

    public partial class Package
    {
        /// <summary>Gives the public keys to which the keycode of a package is to be encrypted: those of its readers
        /// and of the organization, or those of one recipient.</summary>
        /// <remarks>At any step. <see cref="Status.RecipientNotOnPackage"/>: no such id. SendSafely Client API: public
        /// keys and keycodes (protocol 4.6).</remarks>
        public IReadOnlyList<DevicePublicKey> GetPublicKeys(string recipientId = null,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Record(
                (out IntPtr it, out ErrorHandle error) => Native.sendsafely_package_get_public_keys(
                    Handle, Texts.Optional(recipientId, nameof(recipientId)), out it, out error),
                list => Read.List(list, item => new DevicePublicKey(item)), Native.sendsafely_public_key_list_free);
    }
}
