using System;
using System.IO;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;

namespace Sendsafely
{
    /// <summary>Who hears of every call of a client, and of what the client made.</summary>
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

    internal delegate Status GivingFunction(out IntPtr result, out ErrorHandle error);

    /// <summary>
    /// One call of the C library. All its callbacks run on the thread that made the call, so that they find it in a field
    /// of that thread: no delegate and no handle has to be kept alive for them. Calls nest, where a callback makes another.
    /// </summary>
    internal sealed class Call
    {
        [ThreadStatic] private static Call _current;

        private readonly IProgress<TransferProgress> _progress;
        private readonly Action<string> _log;
        private readonly CancellationToken _token;
        private readonly Stream _stream;
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
        }

        /// <summary>
        /// Calls, and throws what a callback has thrown, a stop that the token asked for, or the failure.
        /// </summary>
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
                _failure?.Throw();
                if (status == Status.Ok) return;
                if (status == Status.Stopped && _token.IsCancellationRequested) throw new StoppedException(_token);
                throw new SendsafelyException(status, error);
            }
        }

        internal string Text(GivingFunction function) => Record(function, Read.Text, Native.sendsafely_string_free);

        /// <summary>What a function gives, copied and freed; null where it gives nothing.</summary>
        internal T Record<T>(GivingFunction function, Func<IntPtr, T> read, Action<IntPtr> free) where T : class
        {
            IntPtr record = IntPtr.Zero;
            try
            {
                Run((out ErrorHandle error) => function(out record, out error));
                return record == IntPtr.Zero ? null : read(record);
            }
            finally
            {
                free(record);
            }
        }

        /// <summary>The report of a tree, which comes with a failure as well and then stands in the exception.</summary>
        internal System.Collections.Generic.IReadOnlyList<ReportItem> Report(GivingFunction function)
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
                Native.sendsafely_report_free(report);
            }
        }

        /// <summary>
        /// The same call on a thread of its own: it may wait for minutes, which would starve the pool.
        /// </summary>
        internal static Task<T> Async<T>(Func<T> call, CancellationToken token) =>
            Task.Factory.StartNew(call, token, TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach, TaskScheduler.Default);

        internal static Task Async(Action call, CancellationToken token) =>
            Task.Factory.StartNew(call, token, TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach, TaskScheduler.Default);

        /// <summary>For functions that give no error beside their status.</summary>
        internal static void Check(Status status)
        {
            if (status != Status.Ok) throw new SendsafelyException(status, Library.Description(status));
        }

        // --- Callbacks: static, so that they are never collected. An exception must not travel through the C library. ---

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
            return call.Guard(() => call._progress?.Report(new TransferProgress(progress))) && !call._token.IsCancellationRequested
                ? Native.SENDSAFELY_CONTINUE : Native.SENDSAFELY_STOP;
        }

        private static void OnLog(IntPtr user, IntPtr line)
        {
            Call call = _current;
            call?.Guard(() => call._log?.Invoke(Read.Text(line)));
        }

        private static long OnRead(IntPtr user, IntPtr buffer, UIntPtr capacity)
        {
            Call call = _current;
            long count = -1;
            call.Guard(() =>
            {
                byte[] block = call._block ?? (call._block = new byte[BlockSize]);
                int read = call._stream.Read(block, 0, (int)Math.Min((ulong)capacity, BlockSize));
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
                for (long done = 0, count; done < (long)size; done += count)
                {
                    count = Math.Min((long)size - done, BlockSize);
                    Marshal.Copy(new IntPtr(data.ToInt64() + done), block, 0, (int)count);
                    call._stream.Write(block, 0, (int)count);
                }
            }) ? Native.SENDSAFELY_CONTINUE : Native.SENDSAFELY_STOP;
        }

        /// <summary>Does something of the caller's; keeps what it throws and tells that it failed.</summary>
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
