using System;
using System.IO;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;

namespace LibSendSafely
{
    /// <summary>Progress and log from the options of a client: for its calls, and for those of the objects that it
    /// creates.</summary>
    internal sealed class Listeners
    {
        internal readonly IProgress<TransferProgress> Progress;
        internal readonly Action<string> Log;

        internal Listeners(ClientOptions options)
        {
            Progress = options?.Progress;
            Log = options?.Log;
        }
    }

    internal delegate Status Function(out ErrorHandle error);

    internal delegate Status ResultFunction(out IntPtr result, out ErrorHandle error);

    /// <summary>One call of the C library. The library runs its callbacks on the thread that made the call, so they
    /// find this object in a field of that thread; no delegate and no GCHandle has to be kept alive for them. Calls
    /// nest where a callback makes another call.</summary>
    internal sealed class Call
    {
        [ThreadStatic] private static Call _current;
        [ThreadStatic] private static bool _isOwnThread;

        private readonly IProgress<TransferProgress> _progress;
        private readonly Action<string> _log;
        private readonly CancellationToken _token;
        private readonly Stream _stream;
        private readonly bool _awaitsStream;
        private bool _inMemory;
        private byte[] _block;
        private Call _outer;
        private ExceptionDispatchInfo _failure;

        internal Call(Listeners listeners = null, IProgress<TransferProgress> progress = null, CancellationToken token = default,
            Stream stream = null)
        {
            _progress = progress ?? listeners?.Progress;
            _log = listeners?.Log;
            _token = token;
            _stream = stream;
            // ReadAsync of a file that was not opened for asynchronous access would call Read on yet another thread.
            _awaitsStream = HasBegun && !(stream is FileStream file && !file.IsAsync);
        }

        /// <summary>Whether this thread makes the call of an Async method, which goes on after Dispose. What callbacks
        /// call does not belong to it.</summary>
        internal static bool HasBegun => _isOwnThread && _current == null;

        /// <summary>The result has to fit into an array.</summary>
        internal Call InMemory()
        {
            _inMemory = true;
            return this;
        }

        /// <summary>Calls the function. Throws what a callback has thrown; else the stop that the token requested; else
        /// the failure.</summary>
        internal void Run(Function function)
        {
            Library.Load();
            _token.ThrowIfCancellationRequested();
            Status status;
            ErrorHandle error;
            _outer = _current;
            _current = this;
            try
            {
                status = function(out error);
            }
            finally
            {
                _current = _outer;
            }
            using (error)
            {
                var stop = _failure?.SourceException as OperationCanceledException;
                // The call has succeeded: a stop that came too late must not hide its result. Any other exception of a callback is thrown.
                if (status == Status.Ok && (_failure == null || stop != null)) return;
                // A stream may have linked the token to one of its own.
                if (stop != null) throw new StoppedException(_token.IsCancellationRequested ? _token : stop.CancellationToken, stop);
                _failure?.Throw();
                if (status == Status.Stopped && _token.IsCancellationRequested) throw new StoppedException(_token);
                throw new SendsafelyException(status, error);
            }
        }

        internal string Text(ResultFunction function) => Record(function, Read.Text, Native.sendsafely_string_free);

        /// <summary>Calls a function that returns memory, copies that memory and frees it. Null where the function
        /// returns none.</summary>
        internal T Record<T>(ResultFunction function, Func<IntPtr, T> read, Action<IntPtr> free) where T : class
        {
            IntPtr record = IntPtr.Zero;
            try
            {
                Run((out ErrorHandle error) => function(out record, out error));
                return record == IntPtr.Zero ? null : read(record);
            }
            finally
            {
                // If the library is missing there is nothing to free: a call to it would throw too, and hide the first exception.
                if (record != IntPtr.Zero) free(record);
            }
        }

        /// <summary>Calls a function that reports on each file. It reports after a failure too; then the exception has
        /// the report.</summary>
        internal System.Collections.Generic.IReadOnlyList<ReportItem> Report(ResultFunction function)
        {
            IntPtr report = IntPtr.Zero;
            try
            {
                Run((out ErrorHandle error) => function(out report, out error));
                return Read.Report(report);
            }
            catch (SendsafelyException failure) when (report != IntPtr.Zero)
            {
                failure.Report = Read.Report(report);
                throw;
            }
            catch (StoppedException stop) when (report != IntPtr.Zero)
            {
                stop.Report = Read.Report(report);
                throw;
            }
            finally
            {
                if (report != IntPtr.Zero) Native.sendsafely_report_free(report);
            }
        }

        /// <summary>Runs a call on a thread of its own. A call may wait for minutes, which would starve the thread
        /// pool. As with any async method, the task is cancelled by each OperationCanceledException.</summary>
        internal static async Task<T> Async<T>(Func<T> call, CancellationToken token)
        {
            token.ThrowIfCancellationRequested();
            Task<T> running;
            try
            {
                running = Task.Factory.StartNew(() =>
                {
                    _isOwnThread = true;
                    try
                    {
                        return call();
                    }
                    finally
                    {
                        _isOwnThread = false; // What awaits the task may go on here.
                    }
                }, CancellationToken.None, TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach, TaskScheduler.Default);
            }
            catch (TaskSchedulerException failure)
            {
                throw new SendsafelyException(Status.SystemLimit,
                    "no thread can be started for the call (end threads of the program, or raise its limits: ulimit -u)", failure.InnerException);
            }
            return await running.ConfigureAwait(false);
        }

        /// <summary>For functions that return a status without an error object.</summary>
        internal static void Check(Status status)
        {
            if (status != Status.Ok) throw new SendsafelyException(status, Library.Description(status));
        }

        // --- Callbacks. They are static, so that they are never collected. No exception may pass through the C library. ---

        private static readonly Native.sendsafely_progress_callback ProgressCallback = OnProgress;
        private static readonly Native.sendsafely_log_callback LogCallback = OnLog;
        internal static readonly Native.sendsafely_read_callback ReadCallback = OnRead;
        internal static readonly Native.sendsafely_write_callback WriteCallback = OnWrite;
        internal static readonly IntPtr ProgressAddress = Marshal.GetFunctionPointerForDelegate(ProgressCallback);
        internal static readonly IntPtr LogAddress = Marshal.GetFunctionPointerForDelegate(LogCallback);

        private const int BlockSize = 1 << 16;

        private static int OnProgress(IntPtr user, IntPtr progress)
        {
            Call call = _current;
            if (call == null) return Native.SENDSAFELY_CONTINUE;
            if (call._failure != null || call._token.IsCancellationRequested) return Native.SENDSAFELY_STOP;
            return call.Guard(() => call.Observe(new TransferProgress(progress))) && !call._token.IsCancellationRequested
                ? Native.SENDSAFELY_CONTINUE : Native.SENDSAFELY_STOP;
        }

        private static void OnLog(IntPtr user, IntPtr line)
        {
            try
            {
                _current?._log?.Invoke(Read.Message(line));
            }
            catch
            {
                // A log changes nothing of what a call does, least of all after the service has done it.
            }
        }

        private static long OnRead(IntPtr user, IntPtr buffer, UIntPtr capacity)
        {
            Call call = _current;
            long count = -1;
            call.Guard(() =>
            {
                byte[] block = call._block ?? (call._block = new byte[BlockSize]);
                int wanted = (int)Math.Min((ulong)capacity, BlockSize);
                int read = call._awaitsStream
                    ? call._stream.ReadAsync(block, 0, wanted, call._token).GetAwaiter().GetResult() : call._stream.Read(block, 0, wanted);
                // A wrong count must not write beyond the buffer of C.
                if (read < 0 || read > wanted) throw new IOException("The stream's Read returned " + read + " for " + wanted + " bytes.");
                Marshal.Copy(block, 0, buffer, read);
                count = read;
            });
            return count;
        }

        private static int OnWrite(IntPtr user, IntPtr data, UIntPtr size)
        {
            Call call = _current;
            return call.Guard(() =>
            {
                byte[] block = call._block ?? (call._block = new byte[BlockSize]);
                ulong left = (ulong)size;
                for (int count; left > 0; left -= (ulong)count, data = IntPtr.Add(data, count))
                {
                    count = (int)Math.Min(left, BlockSize);
                    Marshal.Copy(data, block, 0, count);
                    if (call._awaitsStream) call._stream.WriteAsync(block, 0, count, call._token).GetAwaiter().GetResult();
                    else call._stream.Write(block, 0, count);
                }
            }) ? Native.SENDSAFELY_CONTINUE : Native.SENDSAFELY_STOP;
        }

        private void Observe(TransferProgress progress)
        {
            if (_inMemory) Read.ThrowIfTooLarge(Math.Max(progress.BytesDone, progress.BytesTotal ?? 0));
            _progress?.Report(progress);
        }

        /// <summary>Runs code of the caller. Keeps the exception that it throws, and returns false then.</summary>
        private bool Guard(Action action)
        {
            try
            {
                action();
                return true;
            }
            catch (Exception failure)
            {
                if (_failure == null) _failure = ExceptionDispatchInfo.Capture(failure);
                return false;
            }
        }
    }
}
