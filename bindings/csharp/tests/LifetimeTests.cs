using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;
using Xunit;

namespace Sendsafely.Tests
{
    public class LifetimeTests : Flow
    {
        [Fact]
        public void PackagesOutliveTheirClient()
        {
            Package package;
            using (Client client = NewClient()) package = Use(client.CreatePackage());
            package.UploadMemory("a", new byte[1]);
            Assert.Equal("a", Assert.Single(package.GetInformation().Files).FileName);
        }

        [Fact]
        public async Task DisposingDoesNotDisturbWhatRuns()
        {
            Emulator.Fault("part_put", "\"hang_ms\":500", 1);
            Package package = Client.CreatePackage();
            var running = new ManualResetEventSlim();
            Task<PackageFile> upload = package.UploadMemoryAsync("a", Bytes(1000), progress: new Direct(_ => running.Set()));
            running.Wait();
            package.Dispose();
            Assert.Equal(1000L, (await upload).Size);
            Assert.Throws<ObjectDisposedException>(() => package.Id);
        }

        [Fact]
        public async Task TransfersSurviveHardCollecting()
        {
            Package package = Use(Client.CreatePackage());
            bool done = false;
            Task collecting = Task.Run(() =>
            {
                while (!Volatile.Read(ref done))
                {
                    GC.Collect();
                    GC.WaitForPendingFinalizers();
                    Thread.Sleep(1);
                }
            });
            try
            {
                byte[] data = Bytes(8000000);
                for (int i = 0; i < 3; i++)
                {
                    long told = 0;
                    await package.UploadStreamAsync("s" + i, new MemoryStream(data), progress: new Direct(one => told = one.BytesDone));
                    await package.UploadMemoryAsync("m" + i, data);
                    Assert.Equal(8000000L, told);
                }
                await package.FinalizeAsync(new FinalizeOptions { UndisclosedRecipients = true });
                foreach (PackageFile file in package.GetInformation().Files)
                {
                    var target = new MemoryStream();
                    await package.DownloadStreamAsync(file.FileId, target);
                    Assert.True(data.SequenceEqual(target.ToArray()), "other bytes came back");
                }
            }
            finally
            {
                Volatile.Write(ref done, true);
                await collecting;
            }
        }

        [Fact]
        public async Task ManyThreadsShareClientsAndPackages()
        {
            Package package = Use(Client.CreatePackage());
            byte[] data = Bytes(50000);
            await Task.WhenAll(Enumerable.Range(0, 24).Select(async i =>
            {
                PackageFile file = await package.UploadStreamAsync("f" + i, new MemoryStream(data, 0, 1000 + i));
                Assert.Equal(1000L + i, file.Size);
                Assert.Equal("admin@acme.test", await Client.VerifyCredentialsAsync());
            }));
            await package.FinalizeAsync(new FinalizeOptions { UndisclosedRecipients = true });
            await Task.WhenAll(package.GetInformation().Files.Select(async file =>
            {
                byte[] back = await package.DownloadMemoryAsync(file.FileId);
                Assert.True(back.SequenceEqual(data.Take(back.Length)) && back.Length == file.Size, file.FileName);
            }));
            Assert.Equal(24, package.GetInformation().Files.Count);
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        private static void Forget(int count)
        {
            for (int i = 0; i < count; i++) new Client("https://example.com", "k", "s");
        }

        [Fact]
        public void FinalizersFreeWhatWasForgotten()
        {
            long before = Library.LiveObjects;
            var thread = new Thread(() => Forget(200));
            thread.Start();
            thread.Join();
            for (int i = 0; i < 50 && Library.LiveObjects > before; i++)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }
            // mono looks at stacks conservatively: a few may be kept.
            Assert.InRange(Library.LiveObjects, before, before + 10);
            for (int i = 0; i < 500 && Library.LiveObjects > before; i++)
            {
                Forget(1);
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }
        }
    }
}
