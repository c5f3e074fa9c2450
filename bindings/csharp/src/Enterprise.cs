using System;
using System.Threading;

namespace Sendsafely
{
    public partial class Client
    {
        /// <summary>Asks the service for what it knows of the organization.</summary>
        /// <remarks>SendSafely Client API: enterprise information (protocol 6.1.4).</remarks>
        public Enterprise GetEnterprise(
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Record(
                (out IntPtr it, out ErrorHandle error) => Native.sendsafely_client_get_enterprise(Handle, out it, out error),
                it => new Enterprise(it), Native.sendsafely_enterprise_free);
    }
}
