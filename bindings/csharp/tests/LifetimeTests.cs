using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;
using Xunit;

namespace LibSendSafely.Tests
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
        public async Task DisposeDoesNotDisturbARunningCall()
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
        public async Task DisposeDoesNotDisturbAWaitingTask()
        {
            Package[] packages = Enumerable.Range(0, 100).Select(_ => Client.CreatePackage()).ToArray();
            // So many that some are disposed of before their call has a thread.
            await Task.WhenAll(packages.Select(package => Task.Run(async () =>
            {
                Task<PackageFile> upload = package.UploadMemoryAsync("a", Bytes(10));
                Task stopped = package.FinalizeAsync(null, null, new CancellationToken(true));
                package.Dispose();
                Assert.Equal(10L, (await upload).Size);
                await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stopped);
            })));
        }

        /// <summary>A copy goes on after Dispose of both packages, also if that comes before the call has a thread.</summary>
        [Fact]
        public async Task DisposeDoesNotDisturbACopy()
        {
            Workspace source = Use(Client.CreateWorkspace());
            PackageFile file = source.UploadMemory("a", new byte[1]);
            Workspace[] targets = Enumerable.Range(0, 20).Select(_ => Client.CreateWorkspace()).ToArray();
            Task<string>[] copies = targets.Select(target =>
            {
                Package own = Client.OpenPackage(source.Id, source.Keycode);
                Task<string> copy = own.CopyFileAsync(file.FileId, target);
                target.Dispose();
                own.Dispose();
                return copy;
            }).ToArray();
            foreach (Task<string> copy in copies) Assert.NotNull(await copy);
            Assert.Throws<ObjectDisposedException>(() => source.CopyFile(file.FileId, targets[0]));
            Assert.Throws<ObjectDisposedException>(() => { source.CopyFileAsync(file.FileId, targets[0]); });
            await Assert.ThrowsAsync<ArgumentNullException>(() => source.CopyFileAsync(file.FileId, null));
        }

        [Fact]
        public void TheHandleIsFreeWhenTheTaskHasEnded()
        {
            long before = Library.LiveObjects;
            for (int i = 0; i < 200; i++)
            {
                Package package = Client.CreatePackage();
                Wait(package.SetLifeAsync(3));
                package.Dispose();
                Assert.InRange(Library.LiveObjects, 0, before); // Fewer if a finalizer of another test runs meanwhile.
            }
        }

        private static void Wait(Task task) => task.Wait();

        [Fact]
        public async Task ADisposedObjectThrowsWhileItsCallsRun()
        {
            Package package = Client.CreatePackage();
            var running = new ManualResetEventSlim();
            var disposed = new ManualResetEventSlim();
            Exception inside = null;
            Task<PackageFile> upload = package.UploadMemoryAsync("a", Bytes(1000), progress: new Direct(_ =>
            {
                running.Set();
                disposed.Wait(20000);
                try { package.GetInformation(); } catch (Exception failure) { inside = failure; }
            }));
            running.Wait();
            package.Dispose();
            Assert.Throws<ObjectDisposedException>(() => package.Id);
            Assert.Throws<ObjectDisposedException>(() => package.SetLife(3));
            Assert.Throws<ObjectDisposedException>(() => { package.SetLifeAsync(3); });
            disposed.Set();
            Assert.Equal(1000L, (await upload).Size);
            Assert.IsType<ObjectDisposedException>(inside);
            // What follows the await may run on the thread of the call, which has ended.
            Assert.Throws<ObjectDisposedException>(() => package.Id);
        }

        [Fact]
        public async Task TransfersSurviveGarbageCollection()
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
                    long sent = 0;
                    await package.UploadStreamAsync("s" + i, new MemoryStream(data), progress: new Direct(one => sent = one.BytesDone));
                    await package.UploadMemoryAsync("m" + i, data);
                    Assert.Equal(8000000L, sent);
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

        /// <summary>The caller may change options and lists as soon as the call has returned its task.</summary>
        [Fact]
        public async Task OptionsAndListsAreCopied()
        {
            Package package = Use(Client.CreatePackage());
            var options = new UploadOptions();
            var uploads = new List<Task<PackageFile>>();
            for (int i = 0; i < 8; i++)
            {
                options.DirectoryId = null;
                uploads.Add(package.UploadMemoryAsync("f" + i, new byte[1], options));
                options.DirectoryId = "only in a Workspace";
            }
            await Task.WhenAll(uploads);

            var emails = new List<string>();
            for (int i = 0; i < 50; i++) emails.Add("a" + i + "@example.com");
            int thread = 0;
            Task<IReadOnlyList<RecipientResult>> adding = package.AddRecipientsAsync(emails.Select(email =>
            {
                thread = Thread.CurrentThread.ManagedThreadId;
                return email;
            }));
            Assert.Equal(Thread.CurrentThread.ManagedThreadId, thread);
            emails.Clear();
            Assert.Equal(50, (await adding).Count);

            Workspace workspace = Use(Client.CreateWorkspace());
            var pages = new ListOptions { PageSize = 10 };
            Listing<PackageSummary> workspaces = Client.ListPackages(PackageList.Workspaces, pages);
            pages.FirstRow = 1;
            var search = new SearchOptions { PageSize = 10 };
            Listing<PackageSummary> found = Client.SearchPackages(search);
            search.FirstRow = 1;
            Assert.Equal(workspace.Id, Assert.Single(workspaces).PackageId);
            Assert.Equal(2, found.Count());
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        private static void Forget(int count)
        {
            for (int i = 0; i < count; i++) new Client("https://example.com", "k", "s");
        }

        [Fact]
        public void FinalizersFreeForgottenObjects()
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
            // mono scans stacks conservatively, so it may keep a few.
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
