using System;

namespace LibSendSafely
{
    public sealed partial class ClientOptions
    {
        /// <summary>Gets the progress of each call that has no progress of its own, on the thread that runs the call.
        /// null, the default: none.</summary>
        public IProgress<TransferProgress> Progress { get; set; }

        /// <summary>Gets the lines of a log: retries and changes of route, never a secret. It runs on the thread that
        /// runs the call. What it throws is ignored. null, the default: none.</summary>
        public Action<string> Log { get; set; }
    }
}
