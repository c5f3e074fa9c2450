using System;
using System.Threading;

// The requests: docs/protocol.md 4.7.
namespace LibSendSafely
{
    public partial class Package
    {
        /// <summary>Finalizes a package, the last step: from now on recipients can open it with its link.</summary>
        /// <remarks>The package must have a recipient (or <see cref="FinalizeOptions.UndisclosedRecipients"/>) and a
        /// file or message, and no upload may be running: else <see cref="Status.NoRecipient"/>,
        /// <see cref="Status.NoFile"/>, <see cref="Status.UploadRunning"/> or <see cref="Status.UploadIncomplete"/>.
        /// The call removes what failed uploads of this object have left, or reports it if it may belong to another
        /// upload. <see cref="Status.PackageNotFinalizable"/>: create a new package.
        /// <see cref="Status.ApproverRequired"/>: add an approver as a recipient.
        /// <see cref="Status.WorkspaceNotFinalizable"/>: a Workspace has its link from the beginning.
        /// <see cref="Status.WrongKeycode"/>, <see cref="Status.KeycodeNotProved"/>: as for
        /// <see cref="UploadKeycodes"/>. A package that waits for approval is finalized too; see
        /// <see cref="Finalized.NeedsApproval"/>. After any other failure, and after a stop, the package may be
        /// finalized nevertheless: call again, which finds out; <see cref="DeleteUnfinished"/> keeps the
        /// package.</remarks>
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
