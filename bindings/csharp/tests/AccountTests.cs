using System;
using System.Linq;
using System.Threading.Tasks;
using Xunit;

namespace LibSendSafely.Tests
{
    public class AccountTests : Flow
    {
        [Fact]
        public void ReturnsUserAndEnterprise()
        {
            Assert.Equal("admin@acme.test", Client.VerifyCredentials());
            User user = Client.GetUser();
            Assert.Equal("admin@acme.test", user.Email);
            Assert.True(user.IsAdministrator);
            Assert.NotNull(Client.GetEnterprise().Host);
            Emulator.Settings("{\"client_version\":\"UPGRADE_AVAILABLE\"}");
            Assert.Equal("UPGRADE_AVAILABLE", Client.VerifyVersion());
            Assert.Contains("{", Client.GetAuditLog(new AuditLogOptions { FirstRow = 0, PageSize = 5 }));
        }

        [Fact]
        public async Task TheAuditLogIsListed()
        {
            for (int i = 0; i < 3; i++) Use(Client.CreatePackage());
            var options = new AuditLogOptions { EventType = "PACKAGE_EVENT", PageSize = 2 };
            Listing<AuditLogEntry> log = Client.ListAuditLog(options);
            options.EventType = "LOGIN"; // The list has copied the options.
            var all = log.ToList();
            Assert.True(all.Count >= 3, "the log is too short");
            Assert.Equal("PACKAGE_CREATED", all[0].Action);
            Assert.Equal("admin@acme.test", all[0].AuthenticatedUser);
            Assert.Null(all[0].ImpersonatedUser);
            Assert.NotNull(all[0].Time);
            Assert.Contains("packageId", all[0].Details);
            using (ListingReader<AuditLogEntry> reader = log.GetEnumerator())
            {
                int count = 0;
                while (await reader.MoveNextAsync()) Assert.Equal(all[count++].EventId, reader.Current.EventId);
                Assert.Equal(all.Count, count);
            }
            Assert.Equal(0, Client.ListAuditLog(options).Count());
        }

        [Fact]
        public void LoginReturnsAnApiKey()
        {
            using (Client stranger = Client.WithoutCredentials(Emulator.Url))
            {
                Assert.Equal(Status.NoCredentials, Assert.Throws<SendsafelyException>(() => stranger.CreatePackage()).Status);
                Login login = stranger.GenerateApiKey("admin@acme.test", Emulator.Value("password"), "a test");
                Assert.False(login.SecondFactorRequired);
                using (var client = new Client(Emulator.Url, login.ApiKey, login.ApiSecret)) Assert.Equal("admin@acme.test", client.VerifyCredentials());
                Assert.NotNull(stranger.GenerateApiKeyOAuth(Emulator.Value("oauth_token"), "a test").ApiKey);

                string email = "two-" + Guid.NewGuid().ToString("N") + "@acme.test";
                Emulator.Admin("POST", "/users", "{\"email\":\"" + email + "\",\"password\":\"Secret123!\",\"two_factor\":true}");
                login = stranger.GenerateApiKey(email, "Secret123!", "a test");
                Assert.True(login.SecondFactorRequired);
                Assert.Null(login.ApiKey);
                Assert.Equal(Status.AuthenticationFailed, Assert.Throws<SendsafelyException>(
                    () => stranger.GenerateApiKeySecondFactor(login.ValidationToken, "000000", "a test")).Status);
                Assert.NotNull(stranger.GenerateApiKeySecondFactor(login.ValidationToken, "123456", "a test").ApiSecret);
            }
        }

        [Fact]
        public void UsersRegisterByPin()
        {
            string email = "new-" + Guid.NewGuid().ToString("N") + "@acme.test";
            using (Client stranger = Client.WithoutCredentials(Emulator.Url))
            {
                stranger.StartRegistration(email, true);
                string registered = stranger.FinishRegistration(new RegistrationOptions
                {
                    Email = email, Pin = "123456", Password = "Secret123!", Question = "?", Answer = "!", FirstName = "Ann", LastName = "Other",
                });
                Assert.True(registered == null || registered == email);
                Assert.NotNull(stranger.GenerateApiKey(email, "Secret123!", "a test").ApiKey);
            }
        }

        [Fact]
        public void AddsAndRemovesDropzoneRecipients()
        {
            Client.AddDropzoneRecipient("second@acme.test");
            Assert.Contains("second@acme.test", string.Join(" ", Client.GetDropzoneRecipients()));
            Client.RemoveDropzoneRecipient("second@acme.test");
            Assert.DoesNotContain("second@acme.test", string.Join(" ", Client.GetDropzoneRecipients()));
        }

        [Fact]
        public async Task ListsAreFetchedWhileTheyAreRead()
        {
            for (int i = 0; i < 5; i++) Sent(new byte[] { 1 }, "file" + i);
            Emulator.Admin("DELETE", "/requests");
            Listing<PackageSummary> sent = Client.ListPackages(PackageList.Sent, new ListOptions { PageSize = 2 });
            Assert.Equal(0, Emulator.Requests("list_sent_packages"));
            Assert.Equal("file4", Assert.Single(sent.First().FileNames));
            Assert.Equal(1, Emulator.Requests("list_sent_packages"));
            Assert.Equal(5, sent.Count());
            Assert.Equal(5, sent.Count());
            using (ListingReader<PackageSummary> reader = sent.GetEnumerator())
            {
                int count = 0;
                while (await reader.MoveNextAsync()) count++;
                Assert.Equal(5, count);
                Assert.False(reader.MoveNext());
                Assert.Throws<NotSupportedException>(() => reader.Reset());
            }
            Assert.Empty(Client.ListPackages(PackageList.Workspaces));
            PackageSummary found = Assert.Single(Client.SearchPackages(new SearchOptions
            {
                FileName = "file3", From = DateTimeOffset.UtcNow.AddDays(-1), To = DateTimeOffset.UtcNow.AddDays(1), Status = PackageStatus.Active,
            }));
            Assert.Equal("admin@acme.test", found.Sender);
            Assert.Equal(Status.MalformedEmail, Assert.Throws<SendsafelyException>(
                () => Client.SearchPackages(new SearchOptions { Sender = "nobody" })).Status);
        }

        [Fact]
        public void ReturnsTheHistoryOfARecipient()
        {
            Package package = Use(Client.CreatePackage());
            package.AddRecipient("second@acme.test");
            package.UploadMemory("a", new byte[1]);
            package.Finalize();
            PackageSummary summary = Assert.Single(Client.GetRecipientHistory("second@acme.test"));
            Assert.Equal(package.Id, summary.PackageId);
            Assert.Equal("second@acme.test", summary.Recipient.Email);
        }
    }
}
