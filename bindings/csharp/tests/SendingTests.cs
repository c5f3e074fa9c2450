using System;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Xunit;

namespace Sendsafely.Tests
{
    public class SendingTests : Flow
    {
        [Fact]
        public async Task FilesAndMessageArrive()
        {
            byte[] data = Bytes(6_000_000);
            File.WriteAllBytes(At("bericht 你好.bin"), data);
            string link;
            using (Package package = await Client.CreatePackageAsync())
            {
                await package.AddRecipientAsync("ann@example.com");
                await package.UploadFileAsync(At("bericht 你好.bin"));
                await package.SetMessageAsync("Grüße, 你好");
                Finalized finalized = await package.FinalizeAsync();
                Assert.Equal(package.Link, finalized.Link);
                Assert.Equal("ann@example.com", Assert.Single(finalized.Recipients));
                link = finalized.Link;
            }
            using (Package received = await Client.OpenLinkAsync(link))
            {
                Assert.Equal("Grüße, 你好", await received.GetMessageAsync());
                Directory.CreateDirectory(At("in"));
                ReportItem item = Assert.Single(await received.DownloadAllAsync(At("in")));
                Assert.Equal(TreeAction.Downloaded, item.Action);
                Assert.Equal(data, File.ReadAllBytes(At("in/bericht 你好.bin")));
            }
        }
    }
}
