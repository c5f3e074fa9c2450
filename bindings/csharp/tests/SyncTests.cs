using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Xunit;

namespace LibSendSafely.Tests
{
    /// <summary>Two machines that keep a directory each equal with one Workspace.</summary>
    public class SyncTests : Flow
    {
        private readonly Machine _one, _other;

        public SyncTests()
        {
            Workspace workspace = Use(Client.CreateWorkspace("Team"));
            _one = new Machine(workspace, At("one"));
            _other = new Machine(Use(Client.OpenWorkspace(workspace.Id, workspace.Keycode)), At("other"));
        }

        private sealed class Machine
        {
            internal readonly Workspace Workspace;
            internal readonly string Tree, State;

            internal Machine(Workspace workspace, string place)
            {
                Workspace = workspace;
                Tree = Path.Combine(place, "tree");
                State = Path.Combine(place, "state");
                Directory.CreateDirectory(Tree);
            }

            internal SyncOptions Options => new SyncOptions { StateDirectory = State };

            /// <summary>Syncs, and returns what was done: "a.txt Uploaded".</summary>
            internal IEnumerable<string> Sync(SyncOptions options = null)
            {
                options = options ?? new SyncOptions();
                options.StateDirectory = State;
                return Workspace.Sync(Tree, options).Select(item => item.Path + " " + item.Action);
            }

            internal string At(string path) => Path.Combine(Tree, path);

            internal void Write(string path, string text)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(At(path)));
                File.WriteAllText(At(path), text);
            }

            /// <summary>The paths of the files, in order, each with its content.</summary>
            internal IEnumerable<string> Content => Directory.GetFiles(Tree, "*", SearchOption.AllDirectories)
                .Select(path => path.Substring(Tree.Length + 1) + ": " + File.ReadAllText(path)).OrderBy(line => line, StringComparer.Ordinal);
        }

        [Fact]
        public async Task TwoMachinesTakeTurns()
        {
            _one.Write("a.txt", "one");
            _one.Write("below/deeper/b.txt", "two");
            var progress = new Direct();
            IReadOnlyList<ReportItem> report = await _one.Workspace.SyncAsync(_one.Tree, _one.Options, progress);
            Assert.Equal(new[] { "a.txt", "below/deeper/b.txt" }, report.Select(item => item.Path));
            Assert.Equal(new[] { TreeAction.Uploaded, TreeAction.Uploaded }, report.Select(item => item.Action));
            Assert.Equal(6L, progress.All.Last().BytesDone);
            Assert.Equal(new[] { "a.txt Downloaded", "below/deeper/b.txt Downloaded" }, _other.Sync());
            Assert.Equal(_one.Content, _other.Content);
            // An edit of the same length.
            _other.Write("a.txt", "eno");
            Assert.Equal(new[] { "a.txt Uploaded" }, _other.Sync());
            Assert.Equal(new[] { "a.txt Downloaded" }, _one.Sync());
            Assert.Equal("eno", File.ReadAllText(_one.At("a.txt")));
            Assert.Empty(_one.Sync());
            Assert.Empty(_other.Sync());
        }

        [Theory]
        [InlineData(-5)]
        [InlineData(5)]
        public void WhatChangedOnBothSidesIsKeptTwice(int hours)
        {
            _one.Write("report.txt", "base");
            _one.Sync();
            _other.Sync();
            _other.Write("report.txt", "theirs");
            _other.Sync();
            _one.Write("report.txt", "ours");
            File.SetLastWriteTimeUtc(_one.At("report.txt"), DateTime.UtcNow.AddHours(hours));
            Assert.Equal(new[] { "report.txt KeptBoth" }, _one.Sync(new SyncOptions { DryRun = true }));
            Assert.Equal(new[] { "report.txt: ours" }, _one.Content);
            ReportItem kept = Assert.Single(
                _one.Workspace.Sync(_one.Tree, _one.Options).Where(item => item.Action == TreeAction.KeptBoth));
            Assert.Equal("report.txt", kept.Path);
            Assert.Equal(Status.Ok, kept.Status);
            string marked = Path.GetFileName(kept.LocalPath);
            Assert.Contains("report (conflict 2", marked);
            Assert.EndsWith(").txt", marked);
            string newer = hours > 0 ? "ours" : "theirs", older = hours > 0 ? "theirs" : "ours";
            Assert.Equal(new[] { marked + ": " + older, "report.txt: " + newer }, _one.Content);
            _other.Sync();
            Assert.Equal(_one.Content, _other.Content);
            Assert.Empty(_one.Sync());
        }

        [Fact]
        public void DeletionsAreFollowedOnlyIfAskedFor()
        {
            foreach (string name in new[] { "a", "b", "c" }) _one.Write(name, name);
            _one.Sync();
            _other.Sync();
            File.Delete(_one.At("a"));
            Assert.Equal(new[] { "a Downloaded" }, _one.Sync());
            File.Delete(_one.At("a"));
            Assert.Equal(new[] { "a DeletedThere" }, _one.Sync(new SyncOptions { DeleteFiles = true }));
            Assert.Equal(new[] { "a DeletedHere" }, _other.Sync(new SyncOptions { DeleteFiles = true }));
            Assert.Equal(new[] { "b: b", "c: c" }, _other.Content);

            File.Delete(_one.At("b"));
            File.Delete(_one.At("c"));
            SendsafelyException many = Assert.Throws<SendsafelyException>(() => _one.Sync(new SyncOptions { DeleteFiles = true }));
            Assert.Equal(Status.ManyDeletions, many.Status);
            Assert.Empty(many.Report);
            Assert.Empty(_other.Sync());
            Assert.Equal(new[] { "b DeletedThere", "c DeletedThere" }, _one.Sync(new SyncOptions { DeleteFiles = true, Force = true }).OrderBy(line => line));
        }

        [Fact]
        public void ADryRunChangesNothing()
        {
            _one.Write("a.txt", "a");
            var dry = new SyncOptions { DryRun = true };
            Assert.Equal(new[] { "a.txt Uploaded" }, _one.Sync(dry));
            Assert.Empty(_one.Workspace.GetDirectory().Files);
            Assert.False(Directory.Exists(_one.State) && Directory.EnumerateFileSystemEntries(_one.State).Any(), "a state was written");
            _one.Sync();
            Assert.Equal(new[] { "a.txt Downloaded" }, _other.Sync(dry));
            Assert.Empty(_other.Content);
        }

        [Fact]
        public void ADryRunIsTheWholePlan()
        {
            foreach (string name in new[] { "b", "c", "d" }) _one.Write(name, name);
            _one.Sync();
            _other.Write("b", "longer");
            _other.Write("d", "d");
            IReadOnlyList<ReportItem> plan = _other.Workspace.Sync(_other.Tree, new SyncOptions { StateDirectory = _other.State, DryRun = true });
            Assert.Equal(new[] { TreeAction.KeptBoth, TreeAction.Downloaded, TreeAction.Compared }, plan.Select(item => item.Action));
            Assert.Equal(new[] { _other.At("b"), _other.At("c"), _other.At("d") }, plan.Select(item => item.LocalPath));
            Assert.Equal(_one.Workspace.GetDirectory().Files.OrderBy(file => file.FileName).Select(file => file.FileId), plan.Select(item => item.FileId));
            Assert.Equal(new[] { 6L, 1L, 1L }, plan.Select(item => item.Size));
            Assert.Equal(new[] { "b: longer", "d: d" }, _other.Content);

            // Where the sync would fail for the number of deletions, the plan comes with that failure.
            File.Delete(_one.At("b"));
            File.Delete(_one.At("c"));
            SendsafelyException many = Assert.Throws<SendsafelyException>(() => _one.Sync(new SyncOptions { DeleteFiles = true, DryRun = true }));
            Assert.Equal(Status.ManyDeletions, many.Status);
            var planned = new[] { "b DeletedThere", "c DeletedThere" };
            Assert.Equal(planned, many.Report.Select(item => item.Path + " " + item.Action));
            Assert.Equal(planned, _one.Sync(new SyncOptions { DeleteFiles = true, DryRun = true, Force = true }));
            Assert.Equal(3, _one.Workspace.GetDirectory().Files.Count);
        }

        [Fact]
        public void OneSideAloneChangesIfAskedFor()
        {
            _one.Write("here", "here");
            _other.Write("there", "there");
            _other.Sync();
            Assert.Equal(new[] { "here Uploaded" }, _one.Sync(new SyncOptions { Direction = Direction.Up }));
            Assert.Equal(new[] { "here: here" }, _one.Content);
            Assert.Equal(new[] { "there Downloaded" }, _one.Sync(new SyncOptions { Direction = Direction.Down }));
            SendsafelyException invalid = Assert.Throws<SendsafelyException>(() => _one.Sync(new SyncOptions { Direction = (Direction)9 }));
            Assert.Equal(Status.InvalidArgument, invalid.Status);
        }

        [Fact]
        public async Task PatternsChooseWhatTakesPart()
        {
            foreach (string name in new[] { "a.txt", "b.pdf", "cache/c.txt", "d.tmp" }) _one.Write(name, name);
            var include = new List<string> { "*.txt", "*.pdf" };
            var options = new SyncOptions { Include = include, Exclude = new[] { "cache/" }, StateDirectory = _one.State };
            Task<IReadOnlyList<ReportItem>> task = _one.Workspace.SyncAsync(_one.Tree, options);
            include.Clear(); // The task has a copy.
            Assert.Equal(new[] { "a.txt", "b.pdf" }, (await task).Select(item => item.Path));
            Assert.Equal(new[] { "cache/c.txt Uploaded" }, _one.Sync(new SyncOptions { Exclude = new[] { "*.tmp" }, Include = new string[0] }));
            foreach (string pattern in new[] { "a\nb", "", " " })
            {
                ArgumentException broken = Assert.Throws<ArgumentException>(() => _one.Sync(new SyncOptions { Exclude = new[] { pattern } }));
                Assert.Equal("Exclude", broken.ParamName);
            }
            foreach (string pattern in new[] { "[", "/", "!a" })
            {
                SendsafelyException refused = Assert.Throws<SendsafelyException>(() => _one.Sync(new SyncOptions { Include = new[] { pattern } }));
                Assert.Equal(Status.InvalidArgument, refused.Status);
            }
            // A list has no comments, and a letter one form.
            _one.Write("#a", "a");
            _one.Write("e\u0301", "e");
            Assert.Equal(new[] { "d.tmp Uploaded" }, _one.Sync(new SyncOptions { Exclude = new[] { "#*", "\u00e9" } }));
            Assert.Equal(new[] { "#a Uploaded" }, _one.Sync(new SyncOptions { Include = new[] { "#a" } }));
            Assert.Throws<ArgumentNullException>(() => _one.Sync(new SyncOptions { Include = new string[] { null } }));
        }

        [Fact]
        public void SyncsADirectoryOfTheWorkspace()
        {
            string plans = _one.Workspace.CreateDirectory("plans");
            _one.Write("a:b.txt", "a");
            SendsafelyException refused = Assert.Throws<SendsafelyException>(() => _one.Sync(new SyncOptions { DirectoryId = plans }));
            Assert.Equal(Status.MalformedFileName, Assert.Single(refused.Report).Status);
            _one.Sync(new SyncOptions { DirectoryId = plans, ReplaceCharacters = true });
            Assert.Equal("a_b.txt", Assert.Single(_one.Workspace.GetDirectory(plans).Files).FileName);
            Assert.Empty(_one.Sync(new SyncOptions { DirectoryId = plans, ReplaceCharacters = true, Checksum = true, FollowLinks = true }));
            Assert.Equal(Status.DirectoryNotFound, Assert.Throws<SendsafelyException>(() => _one.Workspace.Sync(At("none"), _one.Options)).Status);
        }

        [Fact]
        public async Task OneSyncRunsAtATimeAndTheNextGoesOnAfterAStop()
        {
            _one.Write("a.txt", "a");
            var inside = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
            var stop = new CancellationTokenSource();
            Emulator.Fault("create_file", "\"hang_ms\":60000", 1);
            // The lock is held when the transfer begins.
            var progress = new Direct(now => { if (now.Phase == Phase.Transferring) inside.TrySetResult(true); });
            Task first = _one.Workspace.SyncAsync(_one.Tree, _one.Options, progress, stop.Token);
            await inside.Task;
            Assert.Equal(Status.SyncRunning, Assert.Throws<SendsafelyException>(() => _one.Sync()).Status);
            stop.Cancel();
            StoppedException stopped = await Assert.ThrowsAsync<StoppedException>(() => first);
            Assert.NotNull(stopped.Report);
            Assert.Equal(new[] { "a.txt Uploaded" }, _one.Sync());
        }
    }
}
