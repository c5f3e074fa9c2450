using System;
using System.Collections.Generic;
using System.Threading;

namespace LibSendSafely
{
    public partial class Workspace
    {
        /// <summary>Makes a local directory and a directory of the Workspace equal, with everything in them.</summary>
        /// <remarks>A file that was created or changed on one side since the last sync goes to the other. What both
        /// sides had then is kept in <see cref="SyncOptions.StateDirectory"/>; without that, equal content is found by
        /// downloading, and nothing is deleted. A file that has changed on both sides is kept twice, both on both
        /// sides: the newer content under the name, the other one under a marked name such as
        /// "report (conflict 2026-11-30 HOST).pdf"; the report has it as <see cref="TreeAction.KeptBoth"/>, which is no
        /// failure. A change wins over a deletion. What the call replaces in the Workspace stays there as an earlier
        /// version. Whatever ends a call, the next one goes on, also within a file: as long as that is the same, parts
        /// that were transferred are not transferred again. A file that another program is writing is left for the
        /// next call. The report has each file that was transferred, deleted, kept twice or left alone, and each
        /// failure; none that both sides have already. After the failure of one file the call goes on with the others,
        /// and at the end throws the first failure; <see cref="SendsafelyException.Report"/> and
        /// <see cref="StoppedException.Report"/> have the report then. <see cref="Status.SyncRunning"/>: another
        /// program syncs this local directory; call again later. <see cref="Status.ManyDeletions"/>: the call would delete more
        /// than half of the files of a side, or all of them, and has changed nothing; see
        /// <see cref="SyncOptions.Force"/>. <see cref="Status.DirectoryNotFound"/>: no such local directory, or no
        /// default for <see cref="SyncOptions.StateDirectory"/>. Everything else as for <see cref="Package.UploadAll"/>
        /// and <see cref="Package.DownloadAll"/>.</remarks>
        public IReadOnlyList<ReportItem> Sync(string directory, SyncOptions options = null,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default)
        {
            using (var texts = new Texts())
            {
                Native.sendsafely_sync_options native = SyncOptions.ToNative(options, texts);
                return On(progress, cancellationToken).Report(
                    (out IntPtr it, out ErrorHandle error) => Native.sendsafely_package_sync(
                        Handle, Texts.Required(directory, nameof(directory)), ref native, out it, out error));
            }
        }
    }
}
