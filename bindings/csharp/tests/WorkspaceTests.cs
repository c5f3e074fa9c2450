using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Xunit;

namespace LibSendSafely.Tests
{
    public class WorkspaceTests : Flow
    {
        [Fact]
        public void AWorkspaceOpensAsAWorkspace()
        {
            Workspace workspace = Use(Client.CreateWorkspace("Team"));
            Assert.Equal("Team", workspace.GetInformation().Label);
            Assert.IsType<Workspace>(Use(Client.OpenLink(workspace.Link)));
            Assert.IsType<Workspace>(Use(Client.OpenPackage(workspace.Id, workspace.Keycode)));
            Assert.Equal(workspace.Id, Use(Client.OpenWorkspace(workspace.Id, workspace.Keycode)).Id);
            Package package = Use(Client.CreatePackage());
            Assert.Equal(Status.OnlyInWorkspace, Assert.Throws<SendsafelyException>(() => Client.OpenWorkspace(package.Id, package.Keycode)).Status);
            Assert.Equal(Status.WorkspaceNotFinalizable, Assert.Throws<SendsafelyException>(() => workspace.Finalize()).Status);
        }

        [Fact]
        public void DirectoriesAreMadeMovedAndDeleted()
        {
            Workspace workspace = Use(Client.CreateWorkspace());
            string plans = workspace.CreateDirectory("plans");
            string old = workspace.CreateDirectory("old", plans);
            PackageFile file = workspace.UploadMemory("a.txt", new byte[5], new UploadOptions { DirectoryId = plans });
            WorkspaceDirectory directory = workspace.GetDirectory(plans);
            Assert.Equal("plans", directory.Name);
            Assert.Equal("a.txt", Assert.Single(directory.Files).FileName);
            Assert.Equal(old, Assert.Single(directory.Directories).DirectoryId);
            workspace.RenameDirectory(old, "older");
            workspace.MoveDirectory(old);
            workspace.MoveFile(file.FileId, old);
            Assert.Equal("a.txt", Assert.Single(workspace.GetDirectory(old).Files).FileName);
            Assert.Equal(new[] { "older", "plans" }, workspace.GetDirectory(
                options: new DirectoryOptions { SortField = "name", OnePage = true }).Directories.Select(one => one.Name).OrderBy(name => name));
            string copy = workspace.CopyFile(file.FileId, workspace, plans);
            Assert.Equal(new byte[5], workspace.DownloadMemory(copy, new DownloadOptions { DirectoryId = plans }));
            workspace.DeleteDirectory(plans);
            Assert.Equal("older", Assert.Single(workspace.GetDirectory().Directories).Name);
        }

        [Fact]
        public async Task UploadsAndDownloadsATree()
        {
            Directory.CreateDirectory(At("out/sub/deep"));
            File.WriteAllText(At("out/a.txt"), "a");
            File.WriteAllText(At("out/sub/deep/b.txt"), "b");
            Workspace workspace = Use(await Client.CreateWorkspaceAsync());
            Assert.Equal(2, (await workspace.UploadAllAsync(At("out"))).Count);
            Directory.CreateDirectory(At("in"));
            var progress = new Direct();
            var report = await workspace.DownloadAllAsync(At("in"), progress: progress);
            Assert.Equal(new[] { "a.txt", "sub/deep/b.txt" }, report.Select(item => item.Path).OrderBy(path => path));
            Assert.Equal("b", File.ReadAllText(At("in/sub/deep/b.txt")));
            Assert.Equal(2L, progress.All.Last().BytesDone);
        }

        [Fact]
        public async Task CollaboratorsHaveRolesAndActivityIsListed()
        {
            Workspace workspace = Use(Client.CreateWorkspace("Team"));
            Recipient ann = workspace.AddRecipient("ann@example.com");
            workspace.SetRecipientRole(ann.RecipientId, "CONTRIBUTOR");
            Assert.Equal("CONTRIBUTOR", workspace.GetRecipient(ann.RecipientId).Role);
            Assert.Contains("ann@example.com", workspace.GetCollaborators());
            var all = workspace.ListActivity().ToList();
            Assert.True(all.Count > 0, "the log is empty");
            Assert.Equal(workspace.Id, all[0].PackageId);
            using (ListingReader<ActivityEntry> reader = workspace.ListActivity().GetEnumerator())
            {
                int count = 0;
                while (await reader.MoveNextAsync()) Assert.Equal(all[count++].ActivityLogId, reader.Current.ActivityLogId);
                Assert.Equal(all.Count, count);
                Assert.Null(reader.Current);
            }
        }
    }
}
