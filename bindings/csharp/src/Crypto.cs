using System;

// The format: docs/protocol.md 3.
namespace LibSendSafely
{
    /// <summary>The cryptography without the transport, for programs that send their own requests. Nothing here uses
    /// the network.</summary>
    public static class Crypto
    {
        /// <summary>Generates a keycode of 43 characters.</summary>
        public static string GenerateKeycode() =>
            new Call().Text(
                (out IntPtr it, out ErrorHandle error) => Native.sendsafely_keycode_generate(out it, out error));

        /// <summary>Returns the checksum with which a client proves to the service that it has the keycode: 64
        /// hexadecimal digits.</summary>
        /// <remarks><see cref="Status.InvalidArgument"/>: <paramref name="keycode"/> or <paramref name="packageCode"/>
        /// is empty.</remarks>
        public static string Checksum(string keycode, string packageCode) =>
            new Call().Text(
                (out IntPtr it, out ErrorHandle error) => Native.sendsafely_checksum(
                    Texts.Required(keycode, nameof(keycode)), Texts.Required(packageCode, nameof(packageCode)), out
                    it, out error));

        /// <summary>Encrypts a part of a file. The part may be empty.</summary>
        /// <remarks><paramref name="serverSecret"/> is the secret that the service sends with the package. The part
        /// does not contain its place in the file, as parts of uploads do. <see cref="Status.InvalidArgument"/>: a
        /// secret is empty. <see cref="Status.PartTooLarge"/>: the part has more than 1 GiB.
        /// <see cref="Status.OutOfMemory"/>: the memory is not sufficient.</remarks>
        public static byte[] EncryptPart(string serverSecret, string keycode, byte[] data)
        {
            if (data == null) throw new ArgumentNullException(nameof(data));
            return new Call().Record(
                (out IntPtr it, out ErrorHandle error) => Native.sendsafely_part_encrypt(
                    Texts.Required(serverSecret, nameof(serverSecret)), Texts.Required(keycode, nameof(keycode)),
                    data, (UIntPtr)data.Length, out it, out error),
                Read.Buffer, Native.sendsafely_buffer_free);
        }

        /// <summary>Decrypts a part of a file. The whole part is verified before any of it is returned.</summary>
        /// <remarks><see cref="Status.DecryptFailed"/>: a secret is wrong, or the part is damaged.
        /// <see cref="Status.UnsupportedFormat"/>: no client writes such parts. <see cref="Status.PartTooLarge"/>: a
        /// compressed part unpacks to more than 64 MiB and more than its own length. Everything else as for
        /// <see cref="EncryptPart"/>.</remarks>
        public static byte[] DecryptPart(string serverSecret, string keycode, byte[] message)
        {
            if (message == null) throw new ArgumentNullException(nameof(message));
            return new Call().Record(
                (out IntPtr it, out ErrorHandle error) => Native.sendsafely_part_decrypt(
                    Texts.Required(serverSecret, nameof(serverSecret)), Texts.Required(keycode, nameof(keycode)),
                    message, (UIntPtr)message.Length, out it, out error),
                Read.Buffer, Native.sendsafely_buffer_free);
        }

        /// <summary>Encrypts the message of a package, and returns base64 text.</summary>
        /// <remarks>Everything else as for <see cref="EncryptPart"/>.</remarks>
        public static string EncryptMessage(string serverSecret, string keycode, string text) =>
            new Call().Text(
                (out IntPtr it, out ErrorHandle error) => Native.sendsafely_message_encrypt(
                    Texts.Required(serverSecret, nameof(serverSecret)), Texts.Required(keycode, nameof(keycode)),
                    Texts.Required(text, nameof(text)), out it, out error));

        /// <summary>Decrypts the message of a package from base64 text.</summary>
        /// <remarks>Line ends are those of the sender's client: the official Node client writes CR LF. Everything else
        /// as for <see cref="DecryptPart"/>.</remarks>
        public static string DecryptMessage(string serverSecret, string keycode, string base64) =>
            new Call().Text(
                (out IntPtr it, out ErrorHandle error) => Native.sendsafely_message_decrypt(
                    Texts.Required(serverSecret, nameof(serverSecret)), Texts.Required(keycode, nameof(keycode)),
                    Texts.Required(base64, nameof(base64)), out it, out error));

        /// <summary>Encrypts a keycode to the public key of a trusted device, and returns an armored message.</summary>
        /// <remarks><see cref="Status.InvalidKey"/>: <paramref name="publicKey"/> is not an armored OpenPGP public key
        /// that can encrypt. <see cref="Status.InvalidArgument"/>: the keycode is empty.</remarks>
        public static string EncryptKeycode(string keycode, string publicKey) =>
            new Call().Text(
                (out IntPtr it, out ErrorHandle error) => Native.sendsafely_keycode_encrypt(
                    Texts.Required(keycode, nameof(keycode)), Texts.Required(publicKey, nameof(publicKey)), out it,
                    out error));

        /// <summary>Decrypts a keycode with the private key of a trusted device.</summary>
        /// <remarks><see cref="Status.InvalidKey"/>: <paramref name="privateKey"/> is not an armored OpenPGP private
        /// key without a password. <see cref="Status.DecryptFailed"/>: the keycode was encrypted to another key, or is
        /// damaged. <see cref="Status.UnsupportedFormat"/>: no client writes such messages.</remarks>
        public static string DecryptKeycode(string armored, string privateKey) =>
            new Call().Text(
                (out IntPtr it, out ErrorHandle error) => Native.sendsafely_keycode_decrypt(
                    Texts.Required(armored, nameof(armored)), Texts.Required(privateKey, nameof(privateKey)), out
                    it, out error));
    }
}
