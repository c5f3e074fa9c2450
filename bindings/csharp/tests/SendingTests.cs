using System;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using System.Threading.Tasks;
using Xunit;

namespace LibSendSafely.Tests
{
    public class SendingTests : Flow
    {
        [Fact]
        public async Task FilesAndMessageArrive()
        {
            byte[] data = Bytes(3000000);
            File.WriteAllBytes(At("bericht 你好.bin"), data);
            Package package = Use(await Client.CreatePackageAsync());
            await package.AddRecipientAsync("ann@example.com");
            PackageFile file = await package.UploadFileAsync(At("bericht 你好.bin"));
            Assert.Equal("bericht 你好.bin", file.FileName);
            Assert.Equal(3000000L, file.Size);
            Assert.Equal(2, file.Parts);
            await package.SetMessageAsync("Grüße, 你好 🎁");
            Finalized finalized = await package.FinalizeAsync();
            Assert.Equal(package.Link, finalized.Link);
            Assert.Equal("ann@example.com", Assert.Single(finalized.Recipients));
            Assert.False(finalized.NeedsApproval);

            Package received = Use(await Client.OpenLinkAsync(finalized.Link));
            Assert.Equal("Grüße, 你好 🎁", await received.GetMessageAsync());
            Directory.CreateDirectory(At("in"));
            ReportItem item = Assert.Single(await received.DownloadAllAsync(At("in")));
            Assert.Equal(TreeAction.Downloaded, item.Action);
            Assert.Equal(Status.Ok, item.Status);
            Assert.Equal(data, File.ReadAllBytes(At("in/bericht 你好.bin")));
        }

        [Fact]
        public void SetsLifeLabelAndMembers()
        {
            Package package = Use(Client.CreatePackage());
            package.SetLife(9);
            package.SetLabel("Quarterly");
            package.Update("{\"allowReplyAll\":true}");
            Assert.Equal("9", Emulator.Member(Emulator.State(package), "life"));
            PackageInformation information = package.GetInformation();
            Assert.Equal(package.Id, information.PackageId);
            Assert.Equal(package.Code, information.PackageCode);
            Assert.Equal("Quarterly", information.Label);
            Assert.Equal(9, information.Life);
            Assert.Equal(PackageStatus.Active, information.Status);
            Assert.False(information.IsWorkspace);
            Assert.Empty(information.Files);
            Assert.Null(information.RootDirectoryId);
            Assert.Equal(TimeSpan.Zero, information.Created.Value.Offset);
            Assert.InRange(information.Created.Value, DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1));
            Assert.Equal(package.Id, Client.GetPackageInformation(package.Code).PackageId);
            Assert.Contains("[", package.GetPermissions());
        }

        [Fact]
        public void FinalizeTakesItsOptions()
        {
            Package package = Use(Client.CreatePackage());
            package.UploadMemory("a.pdf", new byte[] { 1 });
            package.Finalize(new FinalizeOptions { UndisclosedRecipients = true, Password = "open sesame", AllowReplyAll = true, ReadOnlyPdf = true });
            string body = Emulator.Admin("GET", "/requests");
            foreach (string word in new[] { "undisclosedRecipients", "open sesame", "allowReplyAll", "readOnlyPdf" }) Assert.Contains(word, body);
            Package received = Use(Client.OpenLink(package.Link));
            string id = received.GetInformation().Files[0].FileId;
            Assert.Equal(Status.PasswordRequired, Assert.Throws<SendsafelyException>(() => received.DownloadMemory(id)).Status);
            Assert.Equal(new byte[] { 1 }, received.DownloadMemory(id, new DownloadOptions { Password = "open sesame" }));
        }

        [Fact]
        public void OpensAPackageAgainByIdAndKeycode()
        {
            Package package = Use(Client.CreatePackage());
            package.UploadMemory("a.txt", new byte[10]);
            Package later = Use(Client.OpenPackage(" " + package.Id + "\u200b", "\ufeff" + package.Keycode + "\r\n"));
            Assert.IsType<Package>(later);
            later.UploadMemory("b.txt", new byte[10]);
            later.AddRecipient("ann@example.com");
            later.Finalize();
            Assert.Equal(new[] { "a.txt", "b.txt" }, later.GetInformation().Files.Select(file => file.FileName).OrderBy(name => name));
            later.Notify();
            Assert.Equal(1, Emulator.Requests("notify"));
        }

        [Fact]
        public void DeletesAPackage()
        {
            Package package = Use(Client.CreatePackage());
            string id = package.Id;
            package.Delete();
            Assert.Equal(id, package.Id);
            Assert.Equal(Status.PackageDeleted, Assert.Throws<SendsafelyException>(() => package.SetMessage("x")).Status);
            Assert.Equal(Status.UnknownPackage, Assert.Throws<SendsafelyException>(() => Client.OpenPackage(id, "A".PadRight(43, 'A'))).Status);
        }

        [Fact]
        public void DeleteUnfinishedKeepsWhatRecipientsMayHave()
        {
            Package unfinished = Use(Client.CreatePackage());
            unfinished.DeleteUnfinished();
            Assert.Equal(Status.PackageDeleted, Assert.Throws<SendsafelyException>(() => unfinished.DeleteUnfinished()).Status);
            Package sent = Sent(new byte[10]);
            Assert.Equal(Status.AlreadyFinalized, Assert.Throws<SendsafelyException>(() => sent.DeleteUnfinished()).Status);
            using (Client hasty = NewClient(new ClientOptions { RetryWindow = TimeSpan.Zero }))
            using (Package lost = hasty.CreatePackage())
            {
                lost.UploadMemory("a.txt", new byte[10]);
                var options = new FinalizeOptions { UndisclosedRecipients = true };
                Emulator.Fault("finalize", "\"status\":503", 1, ",\"when\":\"after\"");
                Emulator.Fault("package_information", "\"status\":503", 1);
                Assert.Equal(Status.OutcomeUnknown, Assert.Throws<SendsafelyException>(() => lost.Finalize(options)).Status);
                Assert.Equal(Status.OutcomeUnknown, Assert.Throws<SendsafelyException>(() => lost.DeleteUnfinished()).Status);
                string link = lost.Finalize(options).Link;
                Assert.Equal(lost.Link, link);
            }
        }

        [Fact]
        public void AnAdministratorCreatesForSomebodyElse()
        {
            Package package = Use(Client.CreatePackageForUser("second@acme.test"));
            Assert.Contains("second@acme.test", Emulator.State(package));
        }

        [Fact]
        public void SendsToADropzoneWithoutAnAccount()
        {
            using (Client sender = Client.ForDropzone(Emulator.Url, Emulator.Value("dropzone_id")))
            using (Package package = sender.CreatePackage())
            {
                package.UploadMemory("a.txt", new byte[10]);
                package.Finalize(new FinalizeOptions { UnconfirmedSender = "somebody@example.com" });
                package.SubmitHostedDropzone("Somebody", "somebody@example.com");
                Assert.Equal(1, Emulator.Requests("submit_hosted_dropzone"));
            }
        }

        [Fact]
        public void SignedRequestsReachWhatNoMethodCovers()
        {
            Assert.Contains("SUCCESS", Client.Request("GET", "/user/"));
            Assert.Contains("packageId", Client.Request("PUT", "/package/", "{\"vdr\":false}"));
            RequestHeaders headers = Client.Sign("/api/v2.0/package/", "{}", "2024-01-02T03:04:05+0000");
            Assert.Equal(Emulator.ApiKey, headers.ApiKey);
            Assert.Equal("2024-01-02T03:04:05+0000", headers.Timestamp);
            Assert.Equal(64, headers.Signature.Length);
        }

        [Fact]
        public void FindsAndParsesLinks()
        {
            string link = "https://acme.sendsafely.com/receive/?thread=ABCD-EFGH&packageCode=" + new string('c', 43) + "#keyCode=" + new string('k', 43);
            Assert.Equal(link, Assert.Single(SecureLink.Find("Look at <" + link + ">, please.")));
            Assert.Empty(SecureLink.Find("nothing"));
            SecureLink parts = SecureLink.Parse(link);
            Assert.Equal("https://acme.sendsafely.com", parts.Host);
            Assert.Equal("ABCD-EFGH", parts.PackageId);
            Assert.Equal(new string('c', 43), parts.PackageCode);
            Assert.Equal(new string('k', 43), parts.Keycode);
            Assert.DoesNotContain("kkkk", parts.ToString());
            Assert.Equal(Status.MalformedLink, Assert.Throws<SendsafelyException>(() => SecureLink.Parse("https://example.com/")).Status);
        }

        /// <summary>Texts of other programs, with what they contain: tests/vectors/links.json.</summary>
        [Fact]
        public void LinksInTextsOfOtherProgramsAreReadRightOrRefused()
        {
            string[] rows = File.ReadLines(Path.Combine(Emulator.Repository, "tests/vectors/links.json")).Where(line => line.StartsWith("{")).ToArray();
            Assert.True(rows.Length >= 60);
            foreach (string row in rows)
            {
                string text = Regex.Unescape(Emulator.Member(row, "text"));
                string[] links = Regex.Matches(row.Substring(row.IndexOf("\"links\"", StringComparison.Ordinal)), "https?://[^\"]+").Cast<Match>().Select(match => match.Value).ToArray();
                Assert.Equal(string.Join("\n", links), string.Join("\n", SecureLink.Find(text)));
                if (links.Length == 1) Assert.Equal(links[0].Split('#').ElementAtOrDefault(1)?.Substring("keyCode=".Length), SecureLink.Parse(text).Keycode);
                else Assert.Equal(Status.MalformedLink, Assert.Throws<SendsafelyException>(() => SecureLink.Parse(text)).Status);
            }
        }
    }
}
