using System;
using System.Collections.Generic;
using System.Threading;

namespace Sendsafely
{
    public partial class Client
    {
        /// <summary>Gives the packages that a recipient has got from the organization, with what it has fetched of
        /// each.</summary>
        /// <remarks><see cref="Status.MalformedEmail"/>, <see cref="Status.InvalidEmail"/>: correct the address. <see
        /// cref="Status.Denied"/>: not for this account. SendSafely Client API: history of a recipient (protocol
        /// 6.4.8).</remarks>
        public IReadOnlyList<PackageSummary> GetRecipientHistory(string email,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Record(
                (out IntPtr it, out ErrorHandle error) => Native.sendsafely_client_get_recipient_history(
                    Handle, Texts.Required(email, nameof(email)), out it, out error),
                list => Read.List(list, item => new PackageSummary(item)), Native.sendsafely_package_summary_list_free);
    }
}
