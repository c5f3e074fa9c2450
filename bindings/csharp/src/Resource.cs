using System;
using System.IO;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;

namespace Sendsafely
{
    /// <summary>
    /// An object of the C library. Any number of threads may use it at once.
    /// </summary>
    /// <remarks>
    /// Every call that touches the network comes twice: <c>Call(…)</c> on this thread, and <c>CallAsync(…)</c>, the same on
    /// a thread of its own. Both take at last an <see cref="IProgress{T}"/>, told at each change of phase and otherwise 4 to
    /// 10 times a second on the thread on which the call runs, and a <see cref="CancellationToken"/>, which stops the call:
    /// it ends soon after with an <see cref="OperationCanceledException"/>, having undone what it can. What the progress
    /// throws stops the call too and is thrown by it. Options, streams and arrays belong to the call until it has ended. Null where a value has to be is an <see cref="ArgumentNullException"/>,
    /// every other failure a <see cref="SendsafelyException"/>.
    /// </remarks>
    public abstract class Resource : IDisposable
    {
        private readonly SafeHandle _handle;
        internal readonly Listeners Listeners;

        internal Resource(SafeHandle handle, Listeners listeners)
        {
            _handle = handle;
            Listeners = listeners;
        }

        /// <summary>
        /// Frees the object. Only frees: no network, no waiting, nothing lost on the service, in any order; a call that
        /// still runs is not disturbed. Later calls throw <see cref="ObjectDisposedException"/>.
        /// </summary>
        public void Dispose()
        {
            _handle.Dispose();
        }

        internal void ThrowIfDisposed()
        {
            if (_handle.IsClosed) throw new ObjectDisposedException(GetType().Name);
        }

        internal Call On(IProgress<TransferProgress> progress = null, CancellationToken token = default, Stream stream = null)
        {
            ThrowIfDisposed();
            return new Call(Listeners, progress, token, stream);
        }

        internal Task<T> Async<T>(Func<T> call, CancellationToken token)
        {
            ThrowIfDisposed();
            return Call.Async(call, token);
        }

        internal Task Async(Action call, CancellationToken token)
        {
            ThrowIfDisposed();
            return Call.Async(call, token);
        }
    }
}
