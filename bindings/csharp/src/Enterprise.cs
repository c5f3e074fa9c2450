using System;
using System.Threading;

// The requests: docs/protocol.md 6.1.4.
namespace LibSendSafely
{
    public partial class Client
    {
        /// <summary>Returns what the service knows of the organization.</summary>
        public Enterprise GetEnterprise(
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Record(
                (out IntPtr it, out ErrorHandle error) => Native.sendsafely_client_get_enterprise(Handle, out it, out error),
                it => new Enterprise(it), Native.sendsafely_enterprise_free);
    }
}
