using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Xunit;

namespace LibSendSafely.Tests
{
    /// <summary>Progress, and how it and the token stop a call.</summary>
    public class StopTests : Flow
    {
        private sealed class Mine : Exception
        {
            public Mine() : base("from the handler") { }
        }

        [Fact]
        public async Task ProgressIncreasesToTheTotal()
        {
            Package package = Use(Client.CreatePackage());
            int thread = 0, here = Thread.CurrentThread.ManagedThreadId;
            var progress = new Direct(_ => thread = Thread.CurrentThread.ManagedThreadId);
            await package.UploadMemoryAsync("a.bin", Bytes(6000000), progress: progress);
            Assert.NotEqual(here, thread);
            TransferProgress last = progress.All.Last();
            Assert.Equal(6000000L, last.BytesDone);
            Assert.Equal(6000000L, last.BytesTotal.Value);
            Assert.Equal(3, last.PartsDone);
            Assert.Equal(3, last.PartsTotal);
            long[] done = progress.All.Select(one => one.BytesDone).ToArray();
            Assert.Equal(done.OrderBy(count => count), done);
            Assert.True(progress.All.Any(one => one.Phase == Phase.Transferring));
            package.UploadMemory("b.bin", new byte[10], progress: new Direct(_ => thread = Thread.CurrentThread.ManagedThreadId));
            Assert.Equal(Thread.CurrentThread.ManagedThreadId, thread);
        }

        [Fact]
        public async Task TheClientReportsEveryCallAndLogs()
        {
            var progress = new Direct();
            string log = "";
            using (Client client = NewClient(new ClientOptions { Progress = progress, Log = line => log += line + "\n" }))
            {
                Emulator.Fault("user_information", "\"status\":503", 1);
                await client.GetUserAsync();
                Assert.True(progress.All.Count > 0, "the client's progress was not called");
                Assert.NotEqual("", log);
                Assert.DoesNotContain(Emulator.ApiSecret, log);
                int before = progress.All.Count;
                client.GetUser(new Direct());
                Assert.Equal(before, progress.All.Count);
            }
        }

        [Fact]
        public async Task ALogThatThrowsChangesNothing()
        {
            int lines = 0;
            using (Client client = NewClient(new ClientOptions { Log = _ => { lines++; throw new Mine(); } }))
            {
                Emulator.Fault("create_package", "\"status\":503", 1, ",\"when\":\"after\"");
                using (Package package = client.CreatePackage()) package.UploadMemory("a", new byte[1]);
                Emulator.Fault("user_information", "\"status\":503", 1);
                Assert.Equal("admin@acme.test", (await client.GetUserAsync()).Email);
            }
            Assert.InRange(lines, 2, 100);
        }

        /// <summary>If the progress throws too late to stop it, the package is deleted again, since nobody gets its object.</summary>
        [Theory]
        [InlineData(false)]
        [InlineData(true)]
        public void ACreationThatThrowsLeavesNoPackage(bool isWorkspace)
        {
            bool thrown = true;
            for (int at = 1; thrown; at++)
            {
                Emulator.Reset();
                int reports = 0;
                var progress = new Direct(_ => { if (++reports == at) throw new Mine(); });
                try
                {
                    using (Package package = isWorkspace ? Client.CreateWorkspace("w", progress) : Client.CreatePackage(progress)) thrown = false;
                }
                catch (Mine) { }
                Assert.Equal(thrown ? 0 : 1, Emulator.Packages);
            }
        }

        [Fact]
        public void UndoingACreationHasALimit()
        {
            Emulator.Fault("delete_temporary_package", "\"hang_ms\":20000");
            var clock = Stopwatch.StartNew();
            Mine mine = null;
            // As above: one of the reports comes when the package exists.
            for (int at = 1; mine?.Data["PackageId"] == null; at++)
            {
                int reports = 0;
                clock.Restart();
                mine = Assert.Throws<Mine>(() => Client.CreatePackage(new Direct(_ => { if (++reports == at) throw new Mine(); })));
            }
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(10), clock.Elapsed.ToString());
            Assert.Contains((string)mine.Data["PackageId"], Emulator.Admin("GET", "/packages"));
        }

        [Fact]
        public async Task TheCallThrowsWhatTheProgressThrows()
        {
            Package package = Use(Client.CreatePackage());
            var bad = new Direct(_ => throw new Mine());
            Mine mine = await Assert.ThrowsAsync<Mine>(() => package.UploadMemoryAsync("a.bin", Bytes(100000), progress: bad));
            Assert.Contains("TheCallThrowsWhatTheProgressThrows", mine.StackTrace);
            Assert.Equal(1, bad.All.Count);
            Assert.Throws<Mine>(() => package.UploadMemory("a.bin", Bytes(100000), progress: bad));
            Assert.Throws<Mine>(() => Client.GetUser(bad));
            Assert.Empty(package.GetInformation().Files);
            package.UploadMemory("a.bin", new byte[1]);
        }

        [Fact]
        public void HandlersMayCallTheLibrary()
        {
            Package package = Use(Client.CreatePackage());
            string email = null;
            Status inside = Status.Ok;
            package.UploadMemory("a.bin", Bytes(10), progress: new Direct(_ =>
            {
                email = email ?? Client.VerifyCredentials();
                try { package.SetLife(3); } catch (SendsafelyException e) { inside = e.Status; }
            }));
            Assert.Equal("admin@acme.test", email);
            Assert.Equal(Status.Busy, inside);
        }

        /// <summary>A fault of the emulator holds the call in this phase; there the token must stop it.</summary>
        [Theory]
        [InlineData("connecting")]
        [InlineData("preparing")]
        [InlineData("transferring")]
        [InlineData("waiting")]
        [InlineData("completing")]
        [InlineData("finalizing")]
        [InlineData("downloading")]
        [InlineData("reading")]
        public async Task TheTokenStopsEveryPhase(string phase)
        {
            Package package = Use(Client.CreatePackage());
            Package sent = Sent(Bytes(3000000));
            string file = sent.GetInformation().Files[0].FileId;
            package.UploadMemory("small", new byte[1]);
            Client fresh = Use(NewClient(new ClientOptions()));
            switch (phase)
            {
                case "connecting": Emulator.Admin("POST", "/handshake-hang", "{\"on\":true}"); break;
                case "preparing": Emulator.Fault("create_file", "\"hang_ms\":60000"); break;
                case "transferring": Emulator.Fault("part_put", "\"bytes_per_second\":20000"); break;
                case "waiting": Emulator.Fault("create_file", "\"status\":503"); break;
                case "completing": Emulator.Fault("upload_complete", "\"hang_ms\":60000"); break;
                case "finalizing": Emulator.Fault("finalize", "\"hang_ms\":60000"); break;
                case "downloading": Emulator.Fault("part_get", "\"bytes_per_second\":20000"); break;
                case "reading": Emulator.Fault("package_information", "\"hang_ms\":60000"); break;
            }
            var source = new CancellationTokenSource();
            var seen = new Direct();
            Task task;
            switch (phase)
            {
                case "connecting": task = fresh.GetUserAsync(seen, source.Token); break;
                case "finalizing": task = package.FinalizeAsync(new FinalizeOptions { UndisclosedRecipients = true }, seen, source.Token); break;
                case "downloading": task = sent.DownloadFileAsync(file, At("x"), null, seen, source.Token); break;
                case "reading": task = package.GetInformationAsync(seen, source.Token); break;
                default: task = package.UploadMemoryAsync("big", Bytes(3000000), null, seen, source.Token); break;
            }
            SpinWait.SpinUntil(() => { lock (seen.All) return seen.All.Count > 3; }, 20000);
            Assert.False(task.IsCompleted, "it was not held");
            source.Cancel();
            var clock = Stopwatch.StartNew();
            StoppedException stop = await Assert.ThrowsAsync<StoppedException>(() => task);
            Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(10));
            Assert.Equal(source.Token, stop.CancellationToken);
            Assert.True(task.IsCanceled, "it ended as " + task.Status);
            int reports = seen.All.Count;
            Thread.Sleep(300);
            Assert.Equal(reports, seen.All.Count);
            Assert.False(File.Exists(At("x")));
            Assert.Equal(0, package.RunningUploads);
        }

        [Fact]
        public async Task SynchronousCallsStopByTokenToo()
        {
            Emulator.Fault("user_information", "\"hang_ms\":60000");
            var source = new CancellationTokenSource(300);
            Assert.Equal(source.Token, Assert.Throws<StoppedException>(() => Client.GetUser(null, source.Token)).CancellationToken);
            // A call whose token is cancelled already sends nothing.
            Emulator.Admin("DELETE", "/requests");
            Assert.Throws<OperationCanceledException>(() => Client.GetUser(null, source.Token));
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Client.GetUserAsync(null, source.Token));
            Assert.Equal(0, Emulator.Requests("user_information"));
        }

        /// <summary>
        /// Stopped by the token, or by ThrowIfCancellationRequested in the handler: the package is either returned or deleted again.
        /// </summary>
        [Theory]
        [InlineData(false)]
        [InlineData(true)]
        public void AStopThatComesTooLateLosesNothing(bool throws)
        {
            int made = 0;
            for (int at = 1; made == 0 && at < 20; at++)
            {
                Emulator.Reset();
                var source = new CancellationTokenSource();
                int reports = 0;
                var progress = new Direct(_ =>
                {
                    if (++reports < at) return;
                    source.Cancel();
                    if (throws) source.Token.ThrowIfCancellationRequested();
                });
                try
                {
                    using (Package package = Client.CreatePackage(progress, source.Token)) Assert.NotNull(package.Keycode);
                    made++;
                }
                catch (OperationCanceledException) { }
                Assert.Equal(made, Emulator.Packages);
            }
            Assert.Equal(1, made);
        }

        /// <summary>As with any async method: an OperationCanceledException cancels the task, whatever its token.</summary>
        [Theory]
        [InlineData("own")]
        [InlineData("another")]
        [InlineData("none")]
        public async Task ACancellationOfTheProgressKeepsTheReportAndCancels(string kind)
        {
            Directory.CreateDirectory(At("out"));
            foreach (string name in new[] { "a", "b" }) File.WriteAllText(At("out/" + name), name);
            Package package = Use(Client.CreatePackage());
            var own = new CancellationTokenSource();
            CancellationToken token = kind == "own" ? own.Token : kind == "another" ? new CancellationToken(true) : default;
            var progress = new Direct(one =>
            {
                if (one.Phase != Phase.Transferring) return;
                own.Cancel();
                throw new OperationCanceledException("from the handler", token);
            });
            Task task = package.UploadAllAsync(At("out"), null, progress, kind == "own" ? own.Token : default);
            StoppedException stop = await Assert.ThrowsAsync<StoppedException>(() => task);
            Assert.True(task.IsCanceled, "it ended as " + task.Status);
            Assert.Equal(2, stop.Report.Count);
            Assert.Equal(token, stop.CancellationToken);
            Assert.Equal("from the handler", stop.InnerException.Message);
            Assert.Equal(2, Assert.Throws<StoppedException>(() => package.UploadAll(At("out"), null, progress)).Report.Count);

            var source = new Cancelling();
            task = package.UploadStreamAsync("stream", source, 10);
            Assert.Same(source.Failure, (await Assert.ThrowsAsync<StoppedException>(() => task)).InnerException);
            Assert.True(task.IsCanceled, "it ended as " + task.Status);
        }

        /// <summary>A stream whose own time is over, as HttpClient reports it.</summary>
        private sealed class Cancelling : MemoryStream
        {
            public readonly OperationCanceledException Failure = new OperationCanceledException();
            public override int Read(byte[] buffer, int offset, int count) => throw Failure;
            public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken token) => throw Failure;
        }

        [Fact]
        public async Task AStoppedTreeReportsEachFile()
        {
            Package package = Use(Client.CreatePackage());
            package.UploadMemory("a", Bytes(10));
            package.UploadMemory("b", Bytes(2000000));
            Emulator.Fault("part_get", "\"bytes_per_second\":20000");
            var source = new CancellationTokenSource();
            var seen = new Direct();
            Task task = package.DownloadAllAsync(Place, null, seen, source.Token);
            SpinWait.SpinUntil(() => { lock (seen.All) return seen.All.Count > 3; }, 20000);
            source.Cancel();
            StoppedException stop = await Assert.ThrowsAsync<StoppedException>(() => task);
            Assert.Equal(2, stop.Report.Count);
            Assert.Contains("Stopped", string.Join(" ", stop.Report.Select(item => item.Status)));
        }
    }
}
