using System;
using System.Threading;

namespace Sendsafely
{
    public partial class Client
    {
        /// <summary>Asks the service for what it knows of the user.</summary>
        /// <remarks>SendSafely Client API: user information (protocol 6.1.3).</remarks>
        public User GetUser(IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Record(
                (out IntPtr it, out ErrorHandle error) => Native.sendsafely_client_get_user(Handle, out it, out error),
                it => new User(it), Native.sendsafely_user_free);
    }
}
