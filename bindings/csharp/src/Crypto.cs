using System;

namespace Sendsafely
{
    /// <summary>
    /// The cryptography alone, for programs that do their own transport. Nothing here touches the network.
    /// </summary>
    public static class Crypto
    {
        /// <summary>Makes a keycode of 43 characters, for programs that do their own transport; nothing in this section
        /// touches the network.</summary>
        /// <remarks>SendSafely Client API: the secrets (protocol 3.1).</remarks>
        public static string GenerateKeycode() =>
            new Call().Text(
                (out IntPtr it, out ErrorHandle error) => Native.sendsafely_keycode_generate(out it, out error));

        /// <summary>Gives the checksum by which the service knows that one has the keycode: 64 hexadecimal
        /// digits.</summary>
        /// <remarks><see cref="Status.InvalidArgument"/>: keycode or <paramref name="packageCode"/> is empty.
        /// SendSafely Client API: checksum (protocol 3.3).</remarks>
        public static string Checksum(string keycode, string packageCode) =>
            new Call().Text(
                (out IntPtr it, out ErrorHandle error) => Native.sendsafely_checksum(
                    Texts.Required(keycode, nameof(keycode)), Texts.Required(packageCode, nameof(packageCode)), out
                    it, out error));

        /// <summary>Encrypts a part of a file, which may be empty.</summary>
        /// <remarks><paramref name="serverSecret"/> is the package's, as the service gives it. <see
        /// cref="Status.InvalidArgument"/>: a secret is empty. <see cref="Status.PartTooLarge"/>: more than 1 GiB.
        /// SendSafely Client API: OpenPGP messages for file parts (protocol 3.4).</remarks>
        public static byte[] EncryptPart(string serverSecret, string keycode, byte[] data)
        {
            if (data == null) throw new ArgumentNullException(nameof(data));
            return new Call().Record(
                (out IntPtr it, out ErrorHandle error) => Native.sendsafely_part_encrypt(
                    Texts.Required(serverSecret, nameof(serverSecret)), Texts.Required(keycode, nameof(keycode)),
                    data, (UIntPtr)data.Length, out it, out error),
                Read.Buffer, Native.sendsafely_buffer_free);
        }

        /// <summary>Decrypts a part of a file, verified as a whole before anything of it is given out.</summary>
        /// <remarks><see cref="Status.DecryptFailed"/>: a secret is wrong, or the message is damaged. <see
        /// cref="Status.UnsupportedFormat"/>: no client writes such messages. <see cref="Status.PartTooLarge"/>: a
        /// compressed one unpacks to more than 64 MiB and more than its own length. Everything else as for <see
        /// cref="EncryptPart"/>.</remarks>
        public static byte[] DecryptPart(string serverSecret, string keycode, byte[] message)
        {
            if (message == null) throw new ArgumentNullException(nameof(message));
            return new Call().Record(
                (out IntPtr it, out ErrorHandle error) => Native.sendsafely_part_decrypt(
                    Texts.Required(serverSecret, nameof(serverSecret)), Texts.Required(keycode, nameof(keycode)),
                    message, (UIntPtr)message.Length, out it, out error),
                Read.Buffer, Native.sendsafely_buffer_free);
        }

        /// <summary>Encrypts the message of a package: gives base64 text. Everything else as for <see
        /// cref="EncryptPart"/>.</summary>
        /// <remarks>SendSafely Client API: the message (protocol 3.5).</remarks>
        public static string EncryptMessage(string serverSecret, string keycode, string text) =>
            new Call().Text(
                (out IntPtr it, out ErrorHandle error) => Native.sendsafely_message_encrypt(
                    Texts.Required(serverSecret, nameof(serverSecret)), Texts.Required(keycode, nameof(keycode)),
                    Texts.Required(text, nameof(text)), out it, out error));

        /// <summary>Decrypts the message of a package from its base64 text. Line ends are as the sender's client writes
        /// them, CR LF by the official Node client. Everything else as for <see cref="DecryptPart"/>.</summary>
        /// <remarks>SendSafely Client API: the message (protocol 3.5).</remarks>
        public static string DecryptMessage(string serverSecret, string keycode, string base64) =>
            new Call().Text(
                (out IntPtr it, out ErrorHandle error) => Native.sendsafely_message_decrypt(
                    Texts.Required(serverSecret, nameof(serverSecret)), Texts.Required(keycode, nameof(keycode)),
                    Texts.Required(base64, nameof(base64)), out it, out error));

        /// <summary>Encrypts a keycode to the public key of a trusted device: gives an armored message.</summary>
        /// <remarks><see cref="Status.InvalidKey"/>: not an armored OpenPGP public key that can encrypt. <see
        /// cref="Status.InvalidArgument"/>: the keycode is empty. SendSafely Client API: keycodes for public keys
        /// (protocol 3.7).</remarks>
        public static string EncryptKeycode(string keycode, string publicKey) =>
            new Call().Text(
                (out IntPtr it, out ErrorHandle error) => Native.sendsafely_keycode_encrypt(
                    Texts.Required(keycode, nameof(keycode)), Texts.Required(publicKey, nameof(publicKey)), out it,
                    out error));

        /// <summary>Decrypts a keycode with the private key of a trusted device.</summary>
        /// <remarks><see cref="Status.InvalidKey"/>: not an armored OpenPGP private key without a password. <see
        /// cref="Status.DecryptFailed"/>: it was encrypted to another key, or is damaged. SendSafely Client API:
        /// keycodes for public keys (protocol 3.7).</remarks>
        public static string DecryptKeycode(string armored, string privateKey) =>
            new Call().Text(
                (out IntPtr it, out ErrorHandle error) => Native.sendsafely_keycode_decrypt(
                    Texts.Required(armored, nameof(armored)), Texts.Required(privateKey, nameof(privateKey)), out
                    it, out error));
    }
}
