using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Threading;
using System.Threading.Tasks;
using Xunit;

namespace LibSendSafely.Tests
{
    public class FileTests : Flow
    {
        /// <summary>A stream of unknown length that returns few bytes at a time, as a pipe does.</summary>
        private sealed class Pipe : MemoryStream
        {
            public Pipe(byte[] data) : base(data) { }
            public override bool CanSeek => false;
            public override long Length => throw new NotSupportedException();
            public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(count, 777));
        }

        private sealed class Broken : Stream
        {
            public override bool CanRead => true;
            public override bool CanSeek => false;
            public override bool CanWrite => true;
            public override long Length => throw new NotSupportedException();
            public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }
            public override void Flush() { }
            public override int Read(byte[] buffer, int offset, int count) => throw new IOException("the cable is out");
            public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
            public override void SetLength(long value) => throw new NotSupportedException();
            public override void Write(byte[] buffer, int offset, int count) => throw new IOException("the disk is on fire");
        }

        /// <summary>The body of a request or response of ASP.NET Core: it refuses synchronous calls. A read waits until it is released.</summary>
        private sealed class Body : Stream
        {
            private readonly MemoryStream _bytes;
            private readonly Task _ready;
            public Body(byte[] data = null, Task ready = null) { _bytes = data == null ? new MemoryStream() : new MemoryStream(data); _ready = ready ?? Task.Delay(1); }
            public byte[] Bytes => _bytes.ToArray();
            public override bool CanRead => true;
            public override bool CanSeek => false;
            public override bool CanWrite => true;
            public override long Length => throw new NotSupportedException();
            public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }
            public override void Flush() => throw new InvalidOperationException("Synchronous operations are disallowed.");
            public override int Read(byte[] buffer, int offset, int count) => throw new InvalidOperationException("Synchronous operations are disallowed.");
            public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
            public override void SetLength(long value) => throw new NotSupportedException();
            public override void Write(byte[] buffer, int offset, int count) => throw new InvalidOperationException("Synchronous operations are disallowed.");

            public override async Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken token)
            {
                await Task.WhenAny(_ready, Task.Delay(-1, token));
                token.ThrowIfCancellationRequested();
                return await _bytes.ReadAsync(buffer, offset, count, token);
            }

            public override async Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken token)
            {
                await _ready;
                await _bytes.WriteAsync(buffer, offset, count, token);
            }
        }

        [Fact]
        public async Task AsyncCallsReadAndWriteStreamsThatRefuseSynchronousCalls()
        {
            byte[] data = Bytes(300000);
            Package package = Use(Client.CreatePackage());
            await package.UploadStreamAsync("known", new Body(data), data.Length);
            await package.UploadStreamAsync("unknown", new Body(data));
            foreach (PackageFile file in package.GetInformation().Files)
            {
                var target = new Body();
                await package.DownloadStreamAsync(file.FileId, target);
                Assert.Equal(data, target.Bytes);
            }
            Assert.Throws<InvalidOperationException>(() => package.UploadStream("a", new Body(data), data.Length));
        }

        /// <summary>The token stops a read that takes it, and the call does not wait for the stream then.</summary>
        [Fact]
        public async Task TheTokenStopsAReadThatWaits()
        {
            Package package = Use(Client.CreatePackage());
            var source = new CancellationTokenSource(500);
            var clock = Stopwatch.StartNew();
            Task upload = package.UploadStreamAsync("a", new Body(new byte[10], Task.Delay(-1)), 10, cancellationToken: source.Token);
            Assert.Equal(source.Token, (await Assert.ThrowsAsync<StoppedException>(() => upload)).CancellationToken);
            Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(10));
            Assert.Empty(package.GetInformation().Files);
        }

        [Fact]
        public async Task FilesAboveTheLimitOfAnArrayAreNotFetched()
        {
            Package sent = Sent(Bytes(6000000));
            string id = sent.GetInformation().Files[0].FileId;
            Emulator.Fault("part_get", "\"hang_ms\":60000");
            Emulator.Settings("{\"declared_size_offset\":3000000000}");
            Package received = Use(Client.OpenLink(sent.Link));
            NotSupportedException refused = await Assert.ThrowsAsync<NotSupportedException>(() => received.DownloadMemoryAsync(id));
            Assert.Contains("to a path or a stream", refused.Message);
            Assert.Throws<NotSupportedException>(() => received.DownloadMemory(id));
        }

        /// <summary>Where the size is not known, the call ends when so much has come. A smaller limit stands for that of .NET.</summary>
        [Fact]
        public void FilesOfUnknownSizeEndAtTheLimitOfAnArray()
        {
            Package sent = Sent(Bytes(12000000));
            string id = sent.GetInformation().Files[0].FileId;
            Emulator.Settings("{\"declared_size_offset\":-12000000}");
            Emulator.Fault("part_get", "\"hang_ms\":60000", 0, ",\"part\":5");
            FieldInfo limit = typeof(Client).Assembly.GetType("LibSendSafely.Read", true).GetField("_mostBytes", BindingFlags.NonPublic | BindingFlags.Static);
            object usual = limit.GetValue(null);
            limit.SetValue(null, 1000000L);
            try
            {
                Assert.Throws<NotSupportedException>(() => Use(Client.OpenLink(sent.Link)).DownloadMemory(id));
            }
            finally
            {
                limit.SetValue(null, usual);
            }
        }

        /// <summary>A stream that returns a wrong count: more than was requested, or a negative one.</summary>
        private sealed class Miscounting : MemoryStream
        {
            private readonly int _more;
            public Miscounting(int more) : base(new byte[1000]) { _more = more; }
            public override int Read(byte[] buffer, int offset, int count) => _more < 0 ? -1 : Math.Min(count + _more, buffer.Length - offset);
        }

        [Theory]
        [InlineData(1)]
        [InlineData(100000)]
        [InlineData(-1)]
        public void AStreamThatMiscountsIsCaught(int more)
        {
            Package package = Use(Client.CreatePackage());
            Assert.Contains("for 1000 bytes", Assert.Throws<IOException>(() => package.UploadStream("a", new Miscounting(more))).Message);
            Assert.Empty(package.GetInformation().Files);
        }

        [Theory]
        [InlineData(0)]
        [InlineData(1)]
        [InlineData(2621440)]
        [InlineData(2700001)]
        public async Task EachUploadAndDownloadKeepsTheBytes(int size)
        {
            byte[] data = Bytes(size);
            File.WriteAllBytes(At("path.bin"), data);
            Package package = Use(Client.CreatePackage());
            package.UploadFile(At("path.bin"), new UploadOptions { FileName = "other.bin" });
            package.UploadMemory("memory.bin", data);
            package.UploadStream("stream.bin", new MemoryStream(data));
            package.UploadStream("known.bin", new Pipe(data), size);
            await package.UploadStreamAsync("pipe.bin", new Pipe(data));
            package.Finalize(new FinalizeOptions { UndisclosedRecipients = true });

            Package received = Use(Client.OpenLink(package.Link));
            var files = received.GetInformation().Files;
            Assert.Equal("known.bin memory.bin other.bin pipe.bin stream.bin", string.Join(" ", files.Select(file => file.FileName).OrderBy(name => name)));
            foreach (PackageFile file in files)
            {
                Assert.Equal((long)size, file.Size);
                Assert.Equal(data, await received.DownloadMemoryAsync(file.FileId));
                var target = new MemoryStream();
                DownloadedFile streamed = await received.DownloadStreamAsync(file.FileId, target);
                Assert.Null(streamed.Path);
                Assert.Equal(data, target.ToArray());
                DownloadedFile written = await received.DownloadFileAsync(file.FileId, At("out-" + file.FileName), new DownloadOptions { Sync = true });
                Assert.Equal(data, File.ReadAllBytes(written.Path));
                Assert.Equal((long)size, written.Size);
            }
        }

        [Fact]
        public void FilesThatDoNotSayTheirSizeAreSentWhole()
        {
            if (!File.Exists("/proc/version")) return;
            Package package = Use(Client.CreatePackage());
            byte[] content = File.ReadAllBytes("/proc/version");
            using (FileStream stream = File.OpenRead("/proc/version"))
                Assert.Equal(content, package.DownloadMemory(package.UploadStream("stream", stream).FileId));
            Assert.Equal(content, package.DownloadMemory(package.UploadFile("/proc/version").FileId));
            Assert.Equal(0L, package.UploadStream("empty", new MemoryStream()).Size);
        }

        [Fact]
        public void NamesAreMadeSafeOnDemand()
        {
            Package package = Use(Client.CreatePackage());
            var options = new UploadOptions { ReplaceCharacters = true, AllowGrowth = true };
            SendsafelyException refused = Assert.Throws<SendsafelyException>(() => package.UploadMemory("12:30.pdf", new byte[1]));
            Assert.Equal(Status.MalformedFileName, refused.Status);
            Assert.Contains("12:30.pdf: the name has", refused.Message);
            Assert.Equal("12_30.pdf", package.UploadMemory("12:30.pdf", new byte[1], options).FileName);
        }

        [Fact]
        public void AResumeFileIsRemovedAtTheEnd()
        {
            Package package = Use(Client.CreatePackage());
            string path = Path.GetTempFileName(), resume = path + ".resume";
            var options = new UploadOptions { ResumeFile = path };
            File.WriteAllText(path, "a letter\n");
            Assert.Equal(Status.InvalidArgument, Assert.Throws<SendsafelyException>(() => package.UploadFile(path, options)).Status);
            Assert.Equal("a letter\n", File.ReadAllText(path));
            options.ResumeFile = resume;
            Assert.Equal(9L, package.UploadFile(path, options).Size);
            Assert.False(File.Exists(resume));
            Assert.Equal(Status.InvalidArgument, Assert.Throws<SendsafelyException>(() => package.UploadMemory("a", new byte[1], options)).Status);
            File.Delete(path);
        }

        [Fact]
        public void AStreamIsReadFromItsPosition()
        {
            Package package = Use(Client.CreatePackage());
            var source = new MemoryStream(new byte[] { 1, 2, 3, 4 }) { Position = 2 };
            package.UploadStream("a.bin", source);
            package.Finalize(new FinalizeOptions { UndisclosedRecipients = true });
            Assert.Equal(new byte[] { 3, 4 }, package.DownloadMemory(package.GetInformation().Files[0].FileId));
            Assert.True(source.CanRead, "it is not disposed of");
        }

        [Fact]
        public async Task TheCallThrowsWhatTheStreamThrows()
        {
            Package package = Use(Client.CreatePackage());
            Assert.Equal("the cable is out", Assert.Throws<IOException>(() => package.UploadStream("a", new Broken())).Message);
            Assert.Equal("the cable is out", (await Assert.ThrowsAsync<IOException>(() => package.UploadStreamAsync("a", new Broken(), 100))).Message);
            Assert.Empty(package.GetInformation().Files);
            Package sent = Sent(Bytes(200000));
            string id = sent.GetInformation().Files[0].FileId;
            Assert.Equal("the disk is on fire", Assert.Throws<IOException>(() => sent.DownloadStream(id, new Broken())).Message);
            Assert.Equal("the disk is on fire", (await Assert.ThrowsAsync<IOException>(() => sent.DownloadStreamAsync(id, new Broken()))).Message);
        }

        [Fact]
        public void AShortStreamFailsWithSizeMismatch()
        {
            Package package = Use(Client.CreatePackage());
            Assert.Equal(Status.SizeMismatch, Assert.Throws<SendsafelyException>(() => package.UploadStream("a", new MemoryStream(new byte[5]), 6)).Status);
            Assert.Equal(5L, package.UploadStream("a", new MemoryStream(new byte[9]), 5).Size);
        }

        [Fact]
        public void WhatTheServiceDoesNotSayOfAFileIsNull()
        {
            Package sent = Sent(new byte[] { 1, 2, 3 });
            string file = "{\"fileId\":\"" + sent.GetInformation().Files[0].FileId + "\",\"fileName\":\"a\",\"fileSize\":0}";
            Emulator.Fault("package_information", "\"replace_json\":{\"files\":[" + file + "]}");
            Emulator.Fault("file_information", "\"replace_json\":{\"file\":" + file + "}");
            Package received = Use(Client.OpenLink(sent.Link)); // The other object knows what it has sent.
            PackageFile listed = received.GetInformation().Files[0];
            Assert.Null(listed.Size);
            Assert.Null(listed.Parts);
            DownloadedFile got = received.DownloadFile(listed.FileId, At("b.bin"), new DownloadOptions { StrictSize = true });
            Assert.Equal(3L, got.Size);
            Assert.Null(got.DeclaredSize);
        }

        [Theory]
        [InlineData(-1)]
        [InlineData(1)]
        public async Task AWrongDeclaredSizeIsReported(int offset)
        {
            Package sent = Sent(new byte[] { 1, 2, 3 });
            string id = sent.GetInformation().Files[0].FileId;
            Emulator.Settings("{\"declared_size_offset\":" + offset + "}");
            Package received = Use(Client.OpenLink(sent.Link));
            DownloadedFile got = received.DownloadFile(id, At("b.bin"));
            Assert.Equal(3L, got.Size);
            Assert.Equal(3L + offset, got.DeclaredSize);
            Assert.Equal(new byte[] { 1, 2, 3 }, File.ReadAllBytes(At("b.bin")));
            var stream = new MemoryStream();
            Assert.Equal(3L + offset, (await received.DownloadStreamAsync(id, stream)).DeclaredSize);
            Assert.Equal(new byte[] { 1, 2, 3 }, stream.ToArray());
            Assert.Equal(new byte[] { 1, 2, 3 }, await received.DownloadMemoryAsync(id));
            ReportItem item = Assert.Single(received.DownloadAll(Place));
            Assert.Equal(3L, item.Size);
            Assert.Equal(3L + offset, item.DeclaredSize);

            var strict = new DownloadOptions { StrictSize = true, Existing = Existing.Overwrite };
            Directory.CreateDirectory(At("strict"));
            SendsafelyException refused = Assert.Throws<SendsafelyException>(() => received.DownloadFile(id, At("strict"), strict));
            Assert.Equal(Status.SizeMismatch, refused.Status);
            refused = await Assert.ThrowsAsync<SendsafelyException>(() => received.DownloadMemoryAsync(id, strict));
            Assert.Equal(Status.SizeMismatch, refused.Status);
            refused = await Assert.ThrowsAsync<SendsafelyException>(() => received.DownloadStreamAsync(id, new MemoryStream(), strict));
            Assert.Equal(Status.SizeMismatch, refused.Status);
            refused = await Assert.ThrowsAsync<SendsafelyException>(() => received.DownloadAllAsync(At("strict"), strict));
            Assert.Equal(Status.SizeMismatch, Assert.Single(refused.Report).Status);
            Assert.Empty(Directory.GetFiles(At("strict")));
        }

        [Fact]
        public void AnEditThatKeepsTheSizeIsFoundByContent()
        {
            string tree = At("tree");
            Directory.CreateDirectory(tree);
            string edited = Path.Combine(tree, "edited.txt");
            File.WriteAllText(edited, "old");
            Package workspace = Use(Client.CreateWorkspace("Team"));
            Assert.Equal(Reason.New, Assert.Single(workspace.UploadAll(tree)).Reason);
            File.WriteAllText(edited, "new");
            Assert.Equal(TreeAction.Skipped, Assert.Single(workspace.UploadAll(tree)).Action);
            ReportItem sent = Assert.Single(workspace.UploadAll(tree, new UploadAllOptions { Compare = Compare.Content }));
            Assert.Equal(TreeAction.Uploaded, sent.Action);
            Assert.Equal(Reason.Content, sent.Reason);
            File.WriteAllText(edited, "own");
            var options = new DownloadOptions { Existing = Existing.Skip, Compare = Compare.Content };
            SendsafelyException kept = Assert.Throws<SendsafelyException>(() => workspace.DownloadAll(tree, options));
            Assert.Equal(Status.FileExists, kept.Status);
            Assert.Equal(Reason.Content, Assert.Single(kept.Report).Reason);
            options.Existing = Existing.Overwrite;
            Assert.Equal(TreeAction.Downloaded, Assert.Single(workspace.DownloadAll(tree, options)).Action);
            Assert.Equal("new", File.ReadAllText(edited));
            Assert.Equal(TreeAction.Skipped, Assert.Single(workspace.DownloadAll(tree, options)).Action);
        }

        [Fact]
        public void ExistingTargetsAreRefusedSkippedOrReplaced()
        {
            Package sent = Sent(new byte[] { 1, 2, 3 });
            File.WriteAllBytes(At("a.bin"), new byte[] { 9, 9, 9 });
            SendsafelyException refused = Assert.Throws<SendsafelyException>(() => sent.DownloadAll(Place));
            Assert.Equal(Status.FileExists, refused.Status);
            Assert.Equal("a.bin", Assert.Single(refused.Report).Path);
            Assert.Equal(TreeAction.Skipped, Assert.Single(sent.DownloadAll(Place, new DownloadOptions { Existing = Existing.Skip })).Action);
            Assert.Equal(new byte[] { 9, 9, 9 }, File.ReadAllBytes(At("a.bin")));
            sent.DownloadAll(Place, new DownloadOptions { Existing = Existing.Overwrite });
            Assert.Equal(new byte[] { 1, 2, 3 }, File.ReadAllBytes(At("a.bin")));
            string id = sent.GetInformation().Files[0].FileId;
            Assert.True(sent.DownloadFile(id, At("a.bin"), new DownloadOptions { Existing = Existing.Skip }).Skipped);
        }

        private string Shell(string line)
        {
            var start = new ProcessStartInfo("/bin/sh", "-c \"cd " + Place + "; " + line + "\"") { RedirectStandardOutput = true, UseShellExecute = false };
            using (Process shell = Process.Start(start)) return shell.StandardOutput.ReadToEnd().Trim();
        }

        [Fact]
        public void ReplacedFilesKeepTheirModeAndPipesAreNotReplaced()
        {
            Package sent = Sent(new byte[] { 1, 2, 3 });
            string id = sent.GetInformation().Files[0].FileId;
            var replace = new DownloadOptions { Existing = Existing.Overwrite };
            Shell("echo old > old; chmod 604 old; ln -s old link; mkfifo pipe; echo > ordinary");
            foreach (string name in new[] { "link", "old", "new" }) sent.DownloadFile(id, At(name), replace);
            Assert.Equal("604", Shell("stat -c %a old"));
            Assert.Equal(Shell("stat -c %F:%a ordinary"), Shell("stat -c %F:%a link"));
            Assert.Equal(Shell("stat -c %a ordinary"), Shell("stat -c %a new"));
            Assert.Equal(Status.NotAFile, Assert.Throws<SendsafelyException>(() => sent.DownloadFile(id, At("pipe"), replace)).Status);
            Assert.Equal("fifo", Shell("stat -c %F pipe"));
        }

        [Fact]
        public void UploadsADirectory()
        {
            Directory.CreateDirectory(At("out"));
            File.WriteAllText(At("out/a.txt"), "a");
            File.WriteAllText(At("out/b.txt"), "bb");
            Package package = Use(Client.CreatePackage());
            Assert.Equal(new[] { "a.txt", "b.txt" }, package.UploadAll(At("out")).Select(item => item.Path).OrderBy(path => path));
            Assert.Equal(new[] { TreeAction.Skipped, TreeAction.Skipped }, package.UploadAll(At("out")).Select(item => item.Action));
            SendsafelyException failure = Assert.Throws<SendsafelyException>(() => package.UploadAll(At("out"), new UploadAllOptions { Existing = Existing.Refuse }));
            Assert.Equal(Status.FileExists, failure.Status);
            Assert.Equal(2, failure.Report.Count);
        }

        [Fact]
        public void FilesAreRenamedDescribedAndDeleted()
        {
            Package package = Use(Client.CreatePackage());
            PackageFile file = package.UploadMemory("a.txt", new byte[3]);
            package.RenameFile(file.FileId, "b.txt");
            PackageFileInformation information = package.GetFileInformation(file.FileId);
            Assert.Equal("b.txt", information.File.FileName);
            Assert.Equal(3L, information.File.Size);
            Assert.NotNull(information.File.Uploaded);
            Assert.Empty(information.OldVersions);
            package.DeleteFile(file.FileId);
            Assert.Empty(package.GetInformation().Files);
            Assert.Equal(Status.FileNotOnPackage, Assert.Throws<SendsafelyException>(() => package.DeleteFile(file.FileId)).Status);
        }

        [Fact]
        public async Task RunningUploadsAreCounted()
        {
            Package package = Use(Client.CreatePackage());
            Assert.Equal(0, package.RunningUploads);
            var inside = new ManualResetEventSlim();
            var goOn = new ManualResetEventSlim();
            Task<PackageFile> upload = package.UploadMemoryAsync("a.bin", new byte[100], progress: new Direct(_ =>
            {
                inside.Set();
                goOn.Wait(20000);
            }));
            Assert.True(inside.Wait(20000), "it did not begin");
            Assert.Equal(1, package.RunningUploads);
            Assert.Equal(Status.UploadRunning, Assert.Throws<SendsafelyException>(
                () => package.Finalize(new FinalizeOptions { UndisclosedRecipients = true })).Status);
            goOn.Set();
            await upload;
            Assert.Equal(0, package.RunningUploads);
        }
    }
}
