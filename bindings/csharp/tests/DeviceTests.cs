using System.Linq;
using System.Text;
using Xunit;

namespace Sendsafely.Tests
{
    public class DeviceTests : Flow
    {
        // Making keys takes its time: one for all tests.
        private static readonly KeyPair Pair = KeyPair.Generate();

        [Fact]
        public void DevicesOpenPackagesWithoutALink()
        {
            string id = Client.RegisterPublicKey(Pair.PublicKey, "laptop");
            Assert.Contains("BEGIN PGP PUBLIC KEY", Client.GetPublicKey(id));
            Package package = Use(Client.CreatePackage());
            Assert.Equal(id, Assert.Single(package.GetPublicKeys()).PublicKeyId);
            package.UploadMemory("a", new byte[1]);
            package.Finalize(new FinalizeOptions { UndisclosedRecipients = true });
            package.UploadKeycodes();
            Assert.Equal(package.Keycode, Use(Client.OpenWithPrivateKey(package.Id, id, Pair.PrivateKey)).Keycode);
            var keycodes = Client.GetKeycodes(id, Pair.PrivateKey, new[] { package.Id, "ZZZZ-ZZZZ" });
            Assert.Equal(package.Keycode, keycodes[0].Keycode);
            Assert.NotEqual(Status.Ok, keycodes[1].Status);
            Assert.Null(keycodes[1].Keycode);
            SyncResult result = Client.SyncKeycodes(id, Pair.PrivateKey);
            Assert.Equal(0, result.Synchronized);
            Assert.Empty(result.Failures);
            Client.RevokePublicKey(id);
            Assert.Equal(Status.Refused, Assert.Throws<SendsafelyException>(() => Client.GetPublicKey(id)).Status);
        }

        [Fact]
        public void KeyPairsAreKept()
        {
            KeyPair made = Client.GenerateKeyPair("desk");
            Assert.NotNull(made.PublicKeyId);
            made.Save(At("key.json"));
            KeyPair loaded = KeyPair.Load(At("key.json"));
            Assert.Equal(made.PublicKeyId, loaded.PublicKeyId);
            Assert.Equal("desk", loaded.Description);
            Assert.Equal(made.PrivateKey, loaded.PrivateKey);
            Assert.Equal(Status.FileExists, Assert.Throws<SendsafelyException>(() => made.Save(At("key.json"))).Status);
            Assert.DoesNotContain("PRIVATE", made.ToString());
        }

        [Fact]
        public void TheCryptographyStandsAlone()
        {
            string keycode = Crypto.GenerateKeycode();
            Assert.Equal(43, keycode.Length);
            Assert.Equal(64, Crypto.Checksum(keycode, "code").Length);
            byte[] part = Crypto.EncryptPart("server secret", keycode, Encoding.UTF8.GetBytes("plain"));
            Assert.Equal("plain", Encoding.UTF8.GetString(Crypto.DecryptPart("server secret", keycode, part)));
            Assert.Empty(Crypto.DecryptPart("server secret", keycode, Crypto.EncryptPart("server secret", keycode, new byte[0])));
            Assert.Equal("Grüße", Crypto.DecryptMessage("server secret", keycode, Crypto.EncryptMessage("server secret", keycode, "Grüße")));
            Assert.Equal(keycode, Crypto.DecryptKeycode(Crypto.EncryptKeycode(keycode, Pair.PublicKey), Pair.PrivateKey));
            part[part.Length / 2] ^= 1;
            Assert.Equal(Status.DecryptFailed, Assert.Throws<SendsafelyException>(() => Crypto.DecryptPart("server secret", keycode, part)).Status);
        }

        /// <summary>The values of protocol.md, appendix A.</summary>
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
