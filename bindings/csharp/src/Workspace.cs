using System;
using System.Threading;
using System.Threading.Tasks;

namespace Sendsafely
{
    /// <summary>
    /// A Workspace: a package with directories and collaborators that stays. It is usable at once and never finalized.
    /// </summary>
    public sealed partial class Workspace : Package
    {
        internal Workspace(PackageHandle handle, Listeners listeners) : base(handle, listeners) { }

        /// <summary>Lists a directory of a Workspace: its files and the directories in it.</summary>
        /// <remarks><paramref name="directoryId"/> null is the root directory. options may be null: everything is
        /// fetched, page by page. <see cref="Status.OnlyInWorkspace"/>: other packages have no directories. <see
        /// cref="Status.Refused"/>: no such directory. SendSafely Client API: get directory (protocol 6.8.1).</remarks>
        public WorkspaceDirectory GetDirectory(string directoryId = null, DirectoryOptions options = null,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default)
        {
            using (var texts = new Texts())
            {
                Native.sendsafely_directory_options native = DirectoryOptions.ToNative(options, texts);
                return On(progress, cancellationToken).Record(
                    (out IntPtr it, out ErrorHandle error) => Native.sendsafely_package_get_directory(
                        Handle, Texts.Optional(directoryId, nameof(directoryId)), ref native, out it, out
                        error),
                    it => new WorkspaceDirectory(it), Native.sendsafely_directory_free);
            }
        }

        /// <summary>Makes a directory in a Workspace.</summary>
        /// <remarks><paramref name="parentId"/> is the directory to make it in, null for the root directory. <see
        /// cref="Status.MalformedFileName"/>, <see cref="Status.InvalidFileName"/>: choose another name. <see
        /// cref="Status.OnlyInWorkspace"/>: other packages have no directories. <see cref="Status.Denied"/>: the
        /// account may only read. <see cref="Status.Refused"/>: no such parent. SendSafely Client API: create directory
        /// (protocol 6.8.2).</remarks>
        public string CreateDirectory(string name, string parentId = null,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Text(
                (out IntPtr it, out ErrorHandle error) => Native.sendsafely_package_create_directory(
                    Handle, Texts.Optional(parentId, nameof(parentId)), Texts.Required(name, nameof(name)), out it,
                    out error));

        /// <summary>Gives a directory of a Workspace another name. The root directory has none: <see
        /// cref="Status.Denied"/>.</summary>
        /// <remarks>Everything else as for <see cref="CreateDirectory"/>. SendSafely Client API: rename directory
        /// (protocol 6.8.3).</remarks>
        public void RenameDirectory(string directoryId, string newName,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Run(
                (out ErrorHandle error) => Native.sendsafely_package_rename_directory(
                    Handle, Texts.Required(directoryId, nameof(directoryId)), Texts.Required(newName,
                    nameof(newName)), out error));

        /// <summary>Moves a directory of a Workspace, with everything in it, into another one of the same
        /// Workspace.</summary>
        /// <remarks><paramref name="targetDirectoryId"/> null is the root directory. <see cref="Status.Refused"/>:
        /// there is no such directory, or the target is inside it. Everything else as for <see
        /// cref="CreateDirectory"/>. SendSafely Client API: move directory (protocol 6.8.4).</remarks>
        public void MoveDirectory(string directoryId, string targetDirectoryId = null,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Run(
                (out ErrorHandle error) => Native.sendsafely_package_move_directory(
                    Handle, Texts.Required(directoryId, nameof(directoryId)), Texts.Optional(targetDirectoryId,
                    nameof(targetDirectoryId)), out error));

        /// <summary>Deletes a directory of a Workspace with everything in it, for good. Not the root directory: <see
        /// cref="Status.Denied"/>.</summary>
        /// <remarks>Everything else as for <see cref="CreateDirectory"/>. SendSafely Client API: delete directory
        /// (protocol 6.8.5).</remarks>
        public void DeleteDirectory(string directoryId,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Run(
                (out ErrorHandle error) => Native.sendsafely_package_delete_directory(
                    Handle, Texts.Required(directoryId, nameof(directoryId)), out error));

        /// <summary>Moves a file of a Workspace into another of its directories; null is the root directory.</summary>
        /// <remarks><see cref="Status.OnlyInWorkspace"/>: other packages have no directories. <see
        /// cref="Status.Refused"/>: no such file or directory. <see cref="Status.Denied"/>: the account may only read.
        /// SendSafely Client API: move file (protocol 6.7.3).</remarks>
        public void MoveFile(string fileId, string targetDirectoryId = null,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Run(
                (out ErrorHandle error) => Native.sendsafely_package_move_file(
                    Handle, Texts.Required(fileId, nameof(fileId)), Texts.Optional(targetDirectoryId,
                    nameof(targetDirectoryId)), out error));

        /// <summary>Sets the role of a collaborator in a Workspace: "VIEWER", "CONTRIBUTOR", "MANAGER", "OWNER", or one
        /// that the service has got since.</summary>
        /// <remarks><see cref="Status.OnlyInWorkspace"/>: recipients of a package have no roles. <see
        /// cref="Status.InvalidArgument"/>: the role is empty. <see cref="Status.RecipientNotOnPackage"/>: add the
        /// collaborator first. <see cref="Status.InvalidInput"/>: the service does not know the role. <see
        /// cref="Status.Denied"/>: only owners and managers may. SendSafely Client API: update recipient (protocol
        /// 6.4.4), Workspaces (protocol 7.3).</remarks>
        public void SetRecipientRole(string recipientId, string role,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Run(
                (out ErrorHandle error) => Native.sendsafely_package_set_recipient_role(
                    Handle, Texts.Required(recipientId, nameof(recipientId)), Texts.Required(role, nameof(role)),
                    out error));

        /// <summary>Gives the collaborators of a Workspace as the service tells them: the text of a JSON
        /// array.</summary>
        /// <remarks>The service does not describe its elements; <see cref="Package.GetInformation"/> has what is known
        /// of recipients. SendSafely Client API: collaborators (protocol 6.4.9).</remarks>
        public string GetCollaborators(
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Text(
                (out IntPtr it, out ErrorHandle error) => Native.sendsafely_package_get_collaborators(Handle, out it, out error));

        /// <summary>Lists what was done in the Workspace.</summary>
        /// <remarks>No network until the list is read, which fails with <see cref="Status.Denied"/> unless the account is the
        /// Workspace's owner, a manager, or an administrator. SendSafely Client API: activity log (protocol 6.11).</remarks>
        public Listing<ActivityEntry> ListActivity() => new Listing<ActivityEntry>(() =>
        {
            ActivityIteratorHandle iterator = null;
            On().Run((out ErrorHandle error) => Native.sendsafely_package_list_activity(Handle, out iterator, out error));
            return new ListingReader<ActivityEntry>(iterator, Listeners, call => call.Record(
                (out IntPtr it, out ErrorHandle error) => Native.sendsafely_activity_iterator_next(iterator, out it, out error),
                it => new ActivityEntry(it), Native.sendsafely_activity_entry_free));
        });
    }
}
