using System;
using System.Collections.Generic;
using System.Threading;

namespace LibSendSafely
{
    /// <summary>A call that failed. <c>catch (SendsafelyException e) when (e.Status == Status.DuplicateEmail)</c>
    /// catches one kind of failure.</summary>
    public sealed class SendsafelyException : Exception
    {
        /// <summary>The kind of failure. A later version of the library may have values that the enum does not
        /// have.</summary>
        public Status Status { get; }

        /// <summary>The HTTP status of the response that reported the failure; null if there was none.</summary>
        public int? HttpStatus { get; }

        /// <summary>The service's own code, such as "DENIED"; null if it sent none.</summary>
        public string ServerCode { get; }

        /// <summary>The service's own words; null if it sent none.</summary>
        public string ServerMessage { get; }

        /// <summary>What to do about it, which is also a part of the message; null if nothing general is
        /// known.</summary>
        public string Remedy { get; }

        /// <summary>True if the same call may succeed later without any change by the program.</summary>
        public bool IsRetryable { get; }

        /// <summary>The result of each file, from <see cref="Package.UploadAll"/>, <see cref="Package.DownloadAll"/>
        /// and <see cref="Workspace.Sync"/>; else null.</summary>
        public IReadOnlyList<ReportItem> Report { get; internal set; }

        internal SendsafelyException(Status status, string message, Exception cause = null) : base(message, cause)
        {
            Status = status;
        }

        internal SendsafelyException(Status status, ErrorHandle error) : this(status, Describe(error))
        {
            int httpStatus = Native.sendsafely_error_http_status(error);
            HttpStatus = httpStatus == 0 ? (int?)null : httpStatus;
            ServerCode = Read.Text(Native.sendsafely_error_server_code(error));
            ServerMessage = Read.Text(Native.sendsafely_error_server_message(error));
            Remedy = Read.Message(Native.sendsafely_error_remedy(error));
            IsRetryable = Native.sendsafely_error_is_retryable(error) != 0;
        }

        private static string Describe(ErrorHandle error)
        {
            string message = Read.Message(Native.sendsafely_error_message(error));
            string remedy = Read.Message(Native.sendsafely_error_remedy(error));
            return remedy == null ? message : message + " (" + remedy + ")";
        }
    }

    /// <summary>A call that was stopped, by its <see cref="CancellationToken"/> or by an
    /// <see cref="OperationCanceledException"/> of its progress or stream, which is the inner exception then. It has
    /// undone what it could.</summary>
    public sealed class StoppedException : OperationCanceledException
    {
        /// <summary>The result of each file, from <see cref="Package.UploadAll"/>, <see cref="Package.DownloadAll"/>
        /// and <see cref="Workspace.Sync"/>; else null.</summary>
        public IReadOnlyList<ReportItem> Report { get; internal set; }

        internal StoppedException(CancellationToken token, OperationCanceledException cause = null) : base("The call was stopped.", cause, token) { }
    }
}
