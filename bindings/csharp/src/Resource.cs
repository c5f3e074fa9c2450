using System;
using System.IO;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;

namespace LibSendSafely
{
    /// <summary>An object of the C library. Any number of threads may use it at the same time.</summary>
    /// <remarks>Each method that sends requests exists twice: <c>Call(…)</c> runs on this thread, <c>CallAsync(…)</c>
    /// on a thread of its own. Their last parameters are an <see cref="IProgress{T}"/> and a
    /// <see cref="CancellationToken"/>. The thread that runs the call reports to the progress at each change of phase,
    /// and otherwise 4 to 10 times a second. The token stops the call, which ends soon after with an
    /// <see cref="OperationCanceledException"/> and has undone what it can. If a <see cref="Stream"/> is just being
    /// read or written, the stop waits for that, unless the stream takes the token. An exception that the progress
    /// throws also stops the call, which then throws it; an <see cref="OperationCanceledException"/> becomes a
    /// <see cref="StoppedException"/>, which cancels the task. One that comes too late to stop the call is ignored.
    /// Options and lists of texts are copied when the call is made. Leave streams and arrays of bytes to the call until
    /// it has ended. A missing value, and a text or number that C cannot take, is an <see cref="ArgumentException"/>
    /// with the name of the parameter. What the service or this machine refuses is a <see cref="SendsafelyException"/>.
    /// The remarks of a method list the statuses to expect, each with its cause or with what to do.</remarks>
    public abstract class Resource : IDisposable
    {
        private readonly SafeHandle _handle;
        private volatile bool _isDisposed;
        internal readonly Listeners Listeners;

        internal Resource(SafeHandle handle, Listeners listeners)
        {
            _handle = handle;
            Listeners = listeners;
        }

        /// <summary>Frees the object. This sends nothing, waits for nothing and changes nothing on the service, and
        /// objects may be freed in any order. Calls that have begun go on; further calls throw
        /// <see cref="ObjectDisposedException"/>.</summary>
        public void Dispose()
        {
            _isDisposed = true;
            _handle.Dispose();
        }

        internal void ThrowIfDisposed()
        {
            if (_isDisposed && !Call.HasBegun) throw new ObjectDisposedException(GetType().Name);
        }

        internal Call On(IProgress<TransferProgress> progress = null, CancellationToken token = default, Stream stream = null)
        {
            ThrowIfDisposed();
            return new Call(Listeners, progress, token, stream);
        }

        /// <summary>Begins a call of this object, and of another one if it takes one. Both must stay valid if Dispose
        /// runs before the call has a thread, which then holds the handles itself.</summary>
        internal Task<T> Async<T>(Func<T> call, CancellationToken token, Resource other = null)
        {
            Hold();
            try
            {
                other?.Hold();
            }
            catch
            {
                _handle.DangerousRelease();
                throw;
            }
            return Held(call, token, other);
        }

        private async Task<T> Held<T>(Func<T> call, CancellationToken token, Resource other)
        {
            try
            {
                return await Call.Async(call, token).ConfigureAwait(false);
            }
            finally
            {
                other?._handle.DangerousRelease();
                _handle.DangerousRelease();
            }
        }

        private void Hold()
        {
            ThrowIfDisposed();
            bool held = false;
            _handle.DangerousAddRef(ref held);
        }

        internal Task Async(Action call, CancellationToken token, Resource other = null) => Async<object>(() =>
        {
            call();
            return null;
        }, token, other);
    }
}
