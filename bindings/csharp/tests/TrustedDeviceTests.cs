using Xunit;

namespace LibSendSafely.Tests
{
    public class TrustedDeviceTests : Flow
    {
        // Generating a key pair is slow, so all tests share one.
        internal static readonly KeyPair Pair = KeyPair.Generate();

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
        public void SavesAndLoadsKeyPairs()
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
    }
}
