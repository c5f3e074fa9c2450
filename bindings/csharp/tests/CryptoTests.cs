using System.Text;
using Xunit;

namespace LibSendSafely.Tests
{
    public class CryptoTests
    {
        [Fact]
        public void EncryptsAndDecryptsWithoutAClient()
        {
            string keycode = Crypto.GenerateKeycode();
            KeyPair pair = TrustedDeviceTests.Pair;
            Assert.Equal(43, keycode.Length);
            Assert.Equal(64, Crypto.Checksum(keycode, "code").Length);
            byte[] part = Crypto.EncryptPart("server secret", keycode, Encoding.UTF8.GetBytes("plain"));
            Assert.Equal("plain", Encoding.UTF8.GetString(Crypto.DecryptPart("server secret", keycode, part)));
            Assert.Empty(Crypto.DecryptPart("server secret", keycode, Crypto.EncryptPart("server secret", keycode, new byte[0])));
            Assert.Equal("Grüße", Crypto.DecryptMessage("server secret", keycode, Crypto.EncryptMessage("server secret", keycode, "Grüße")));
            Assert.Equal(keycode, Crypto.DecryptKeycode(Crypto.EncryptKeycode(keycode, pair.PublicKey), pair.PrivateKey));
            part[part.Length / 2] ^= 1;
            Assert.Equal(Status.DecryptFailed, Assert.Throws<SendsafelyException>(() => Crypto.DecryptPart("server secret", keycode, part)).Status);
        }

        /// <summary>Expected values: docs/protocol.md, appendix A.</summary>
        [Fact]
        public void ChecksumsAndSignaturesAreThoseOfOtherClients()
        {
            Assert.Equal("ca9f7f832bb75a3d0b4d62c5475bcc4a9deba13a3a8e197dc98fd357a991e8ee", Crypto.Checksum("keyCode_Example", "packageCode-Example"));
            using (var client = new Client("https://acme.sendsafely.com", "TESTKEY0123456789abcdefg", "TESTSECRET-zyxwvutsrqponmlk"))
                Assert.Equal("efcd990b88bc50ab6e58f27f0ba0a5eb9f60e90789fa71061b04815a84c5ed6d",
                    client.Sign("/package/", "{\"vdr\":false}", "2024-01-02T03:04:05+0000").Signature);
        }
    }
}
