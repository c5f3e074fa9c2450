using System;
using System.Threading;

namespace Sendsafely
{
    public partial class Package
    {
        /// <summary>Finalizes a package: recipients can open it with its link from now on. The last step.</summary>
        /// <remarks>The package must have a recipient (or <see cref="FinalizeOptions.UndisclosedRecipients"/>) and a
        /// file or message, and no upload may be running. <see cref="Status.NoRecipient"/>, <see
        /// cref="Status.NoFile"/>, <see cref="Status.UploadRunning"/>, <see cref="Status.UploadIncomplete"/>: what is
        /// missing. <see cref="Status.ApproverRequired"/>: add an approver as a recipient. <see
        /// cref="Status.WorkspaceNotFinalizable"/>: hand out its link. A package that waits for approval is finalized
        /// as well: see <see cref="Finalized.NeedsApproval"/>. SendSafely Client API: public keys and keycodes
        /// (protocol 4.6), finalize (protocol 4.7).</remarks>
        public Finalized Finalize(FinalizeOptions options = null,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default)
        {
            using (var texts = new Texts())
            {
                Native.sendsafely_finalize_options native = FinalizeOptions.ToNative(options, texts);
                return On(progress, cancellationToken).Record(
                    (out IntPtr it, out ErrorHandle error) => Native.sendsafely_package_finalize(Handle, ref native, out it, out error),
                    it => new Finalized(it), Native.sendsafely_finalized_free);
            }
        }
    }
}
