using System;
using System.Collections.Generic;
using System.Threading;

// The requests: docs/protocol.md 6.4.8.
namespace LibSendSafely
{
    public partial class Client
    {
        /// <summary>Returns the packages that a recipient has received from the organization, with what it has
        /// downloaded of each.</summary>
        /// <remarks><see cref="Status.MalformedEmail"/>, <see cref="Status.InvalidEmail"/>: correct the address.
        /// <see cref="Status.Denied"/>: the account may not see the history.</remarks>
        public IReadOnlyList<PackageSummary> GetRecipientHistory(string email,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Record(
                (out IntPtr it, out ErrorHandle error) => Native.sendsafely_client_get_recipient_history(
                    Handle, Texts.Required(email, nameof(email)), out it, out error),
                list => Read.List(list, item => new PackageSummary(item)), Native.sendsafely_package_summary_list_free);
    }
}
