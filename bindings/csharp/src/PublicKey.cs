using System;
using System.Collections.Generic;
using System.Threading;

// The requests: docs/protocol.md 4.6 and 6.10.
namespace LibSendSafely
{
    public partial class Client
    {
        /// <summary>Registers a public key as a trusted device of the user, and returns the id that the service gives
        /// it. From now on keycodes of packages are encrypted to it.</summary>
        /// <remarks><see cref="Status.InvalidKey"/>: the text is not an armored OpenPGP public key.
        /// <see cref="Status.LimitExceeded"/>: revoke another key first. <see cref="Status.OutcomeUnknown"/>: the
        /// response with the id was lost, and the key may be registered; register another key.</remarks>
        public string RegisterPublicKey(string publicKey, string description,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Text(
                (out IntPtr it, out ErrorHandle error) => Native.sendsafely_client_register_public_key(
                    Handle, Texts.Required(publicKey, nameof(publicKey)), Texts.Required(description,
                    nameof(description)), out it, out error));

        /// <summary>Returns the armored public key of one of the user's trusted devices.</summary>
        /// <remarks><see cref="Status.Refused"/>: the user has no such device.</remarks>
        public string GetPublicKey(string publicKeyId,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Text(
                (out IntPtr it, out ErrorHandle error) => Native.sendsafely_client_get_public_key(
                    Handle, Texts.Required(publicKeyId, nameof(publicKeyId)), out it, out error));

        /// <summary>Revokes a public key: the service deletes it, and the device can open packages only with a link or
        /// keycode.</summary>
        /// <remarks><see cref="Status.Refused"/>: the user has no such device.</remarks>
        public void RevokePublicKey(string publicKeyId,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Run(
                (out ErrorHandle error) => Native.sendsafely_client_revoke_public_key(
                    Handle, Texts.Required(publicKeyId, nameof(publicKeyId)), out error));
    }

    public partial class Package
    {
        /// <summary>Returns the public keys to which the keycode of a package is to be encrypted: those of its readers
        /// and of the organization, or those of one recipient. Works at any step.</summary>
        /// <remarks><see cref="Status.RecipientNotOnPackage"/>: the package has no recipient with this id.</remarks>
        public IReadOnlyList<DevicePublicKey> GetPublicKeys(string recipientId = null,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Record(
                (out IntPtr it, out ErrorHandle error) => Native.sendsafely_package_get_public_keys(
                    Handle, Texts.Optional(recipientId, nameof(recipientId)), out it, out error),
                list => Read.List(list, item => new DevicePublicKey(item)), Native.sendsafely_public_key_list_free);
    }
}
