using System;
using System.Threading;

// The requests: docs/protocol.md 6.1.3.
namespace LibSendSafely
{
    public partial class Client
    {
        /// <summary>Returns what the service knows of the user.</summary>
        public User GetUser(IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Record(
                (out IntPtr it, out ErrorHandle error) => Native.sendsafely_client_get_user(Handle, out it, out error),
                it => new User(it), Native.sendsafely_user_free);
    }
}
