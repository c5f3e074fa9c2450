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
    /// throws stops the call too and is thrown by it; an <see cref="OperationCanceledException"/>, like the token, only where
    /// it did not come too late. Options and lists of texts are copied when the call is made; streams and
    /// arrays of bytes belong to it until it has ended. A stop waits for a Read or Write of a stream that is under way. Null
    /// where a value has to be, and a text or number that C cannot take, is an <see cref="ArgumentException"/> with its name;
    /// what the service or this machine refuses is a <see cref="SendsafelyException"/>.
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
        /// was begun is not disturbed. Once none runs any more, calls throw <see cref="ObjectDisposedException"/>.
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
            // Until the call has a thread and holds the handle itself, Dispose must not disturb it either.
            bool held = false;
            _handle.DangerousAddRef(ref held);
            Task<T> task = Call.Async(call, token);
            // Not in the call: one that is cancelled before it has a thread never runs.
            task.ContinueWith(_ => _handle.DangerousRelease(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            return task;
        }

        internal Task Async(Action call, CancellationToken token) => Async<object>(() =>
        {
            call();
            return null;
        }, token);
    }
}
