using System;

namespace Sendsafely
{
    public sealed partial class ClientOptions
    {
        /// <summary>
        /// Progress of every call that is given none of its own, told on the thread on which the call runs. null, the
        /// default: none.
        /// </summary>
        public IProgress<TransferProgress> Progress { get; set; }

        /// <summary>
        /// Takes lines for a log: retries, changes of route. Never a secret. Runs on the thread on which a call runs. null,
        /// the default: none.
        /// </summary>
        public Action<string> Log { get; set; }
    }
}
