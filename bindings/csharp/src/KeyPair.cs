using System;
using System.Threading;

namespace Sendsafely
{
    public sealed partial class KeyPair
    {
        /// <summary>
        /// Makes an RSA key pair of 2048, 3072 or 4096 bits. No network; takes up to some seconds, for 4096 bits longer.
        /// </summary>
        /// <remarks><see cref="Status.InvalidArgument"/>: another size. SendSafely Client API: trusted-device key pairs
        /// (protocol 3.6).</remarks>
        public static KeyPair Generate(int bits = 2048) =>
            new Call().Record(
                (out IntPtr it, out ErrorHandle error) => Native.sendsafely_key_pair_generate((uint)Texts.Count(bits, 1, nameof(bits)), out it, out error),
                it => new KeyPair(it), Native.sendsafely_key_pair_free);

        /// <summary>
        /// Saves the key pair in a new file that only its owner can read, in the form of the official Python client's
        /// save_key_pair. No network.
        /// </summary>
        /// <remarks><see cref="Status.FileExists"/>: an older key pair is never overwritten.
        /// <see cref="Status.DirectoryNotFound"/>, <see cref="Status.AccessDenied"/>, <see cref="Status.DiskFull"/>,
        /// <see cref="Status.WriteFailed"/>: see the path.</remarks>
        public void Save(string path) =>
            new Call().Run((out ErrorHandle error) => Native.sendsafely_key_pair_save(
                Texts.Required(path, nameof(path)), Texts.Optional(PublicKeyId, nameof(PublicKeyId)),
                Texts.Required(PrivateKey, nameof(PrivateKey)), Texts.Optional(Description, nameof(Description)), out error));

        /// <summary>Loads a key pair that <see cref="Save"/> or the official Python client has saved. No network.</summary>
        /// <remarks><see cref="Status.InvalidKey"/>: the file holds no key pair. <see cref="Status.FileNotFound"/>,
        /// <see cref="Status.AccessDenied"/>, <see cref="Status.NotAFile"/>, <see cref="Status.ReadFailed"/>: see the
        /// path.</remarks>
        public static KeyPair Load(string path) =>
            new Call().Record(
                (out IntPtr it, out ErrorHandle error) => Native.sendsafely_key_pair_load(Texts.Required(path, nameof(path)), out it, out error),
                it => new KeyPair(it), Native.sendsafely_key_pair_free);
    }

    public partial class Client
    {
        /// <summary>Makes a key pair of 2048 bits and registers its public key: <see cref="KeyPair.Generate"/> and <see
        /// cref="RegisterPublicKey"/> in one call. Keep it with <see cref="KeyPair.Save"/>.</summary>
        /// <remarks>SendSafely Client API: public keys (protocol 3.6, 6.10).</remarks>
        public KeyPair GenerateKeyPair(string description,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Record(
                (out IntPtr it, out ErrorHandle error) => Native.sendsafely_client_generate_key_pair(
                    Handle, Texts.Required(description, nameof(description)), out it, out error),
                it => new KeyPair(it), Native.sendsafely_key_pair_free);
    }
}
