using System;
using System.Threading;

// The requests: docs/protocol.md 3.6 and 6.10.
namespace LibSendSafely
{
    public sealed partial class KeyPair
    {
        /// <summary>Generates an RSA key pair of 2048, 3072 or 4096 bits. Sends nothing. It takes some seconds at most,
        /// with 4096 bits more.</summary>
        /// <remarks><see cref="Status.InvalidArgument"/>: another size.</remarks>
        public static KeyPair Generate(int bits = 2048) =>
            new Call().Record(
                (out IntPtr it, out ErrorHandle error) => Native.sendsafely_key_pair_generate((uint)Texts.Count(bits, 1, nameof(bits)), out it, out error),
                it => new KeyPair(it), Native.sendsafely_key_pair_free);

        /// <summary>Saves the key pair in a new file that only its owner can read, in the form of save_key_pair of the
        /// official Python client. Sends nothing.</summary>
        /// <remarks><see cref="Status.FileExists"/>: an older key pair is never overwritten.
        /// <see cref="Status.InvalidKey"/>: <see cref="PrivateKey"/> is not an armored OpenPGP private key.
        /// <see cref="Status.DirectoryNotFound"/>, <see cref="Status.AccessDenied"/>, <see cref="Status.DiskFull"/>,
        /// <see cref="Status.WriteFailed"/>: the file could not be written.</remarks>
        public void Save(string path) =>
            new Call().Run((out ErrorHandle error) => Native.sendsafely_key_pair_save(
                Texts.Required(path, nameof(path)), Texts.Optional(PublicKeyId, nameof(PublicKeyId)),
                Texts.Required(PrivateKey, nameof(PrivateKey)), Texts.Optional(Description, nameof(Description)), out error));

        /// <summary>Loads a key pair that <see cref="Save"/> or the official Python client has saved. Sends
        /// nothing.</summary>
        /// <remarks><see cref="Status.InvalidKey"/>: the file contains no key pair. <see cref="Status.FileNotFound"/>,
        /// <see cref="Status.AccessDenied"/>, <see cref="Status.NotAFile"/>, <see cref="Status.ReadFailed"/>: the file
        /// could not be read.</remarks>
        public static KeyPair Load(string path) =>
            new Call().Record(
                (out IntPtr it, out ErrorHandle error) => Native.sendsafely_key_pair_load(Texts.Required(path, nameof(path)), out it, out error),
                it => new KeyPair(it), Native.sendsafely_key_pair_free);
    }

    public partial class Client
    {
        /// <summary>Generates a key pair of 2048 bits and registers its public key: <see cref="KeyPair.Generate"/> and
        /// <see cref="RegisterPublicKey"/> in one call. Keep it with <see cref="KeyPair.Save"/>.</summary>
        public KeyPair GenerateKeyPair(string description,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Record(
                (out IntPtr it, out ErrorHandle error) => Native.sendsafely_client_generate_key_pair(
                    Handle, Texts.Required(description, nameof(description)), out it, out error),
                it => new KeyPair(it), Native.sendsafely_key_pair_free);
    }
}
