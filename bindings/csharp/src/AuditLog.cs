using System;
using System.Threading;

// The requests: docs/protocol.md 6.11.
namespace LibSendSafely
{
    public partial class Client
    {
        /// <summary>Lists the organization's audit log.</summary>
        /// <remarks>The list sends its first request when it is read. Reading fails with <see cref="Status.Denied"/>
        /// unless the account is an administrator.</remarks>
        public Listing<AuditLogEntry> ListAuditLog(AuditLogOptions options = null)
        {
            AuditLogOptions own = options?.Copy();
            return new Listing<AuditLogEntry>(() =>
            {
                using (var texts = new Texts())
                {
                    Native.sendsafely_audit_log_options native = AuditLogOptions.ToNative(own, texts);
                    AuditLogIteratorHandle iterator = null;
                    On().Run((out ErrorHandle error) => Native.sendsafely_client_list_audit_log(Handle, ref native, out iterator, out error));
                    return new ListingReader<AuditLogEntry>(iterator, Listeners, call => call.Record(
                        (out IntPtr it, out ErrorHandle error) => Native.sendsafely_audit_log_iterator_next(iterator, out it, out error),
                        it => new AuditLogEntry(it), Native.sendsafely_audit_log_entry_free));
                }
            });
        }

        /// <summary>Returns one page of the organization's audit log as JSON text, in the service's own form.
        /// <see cref="ListAuditLog"/> returns the entries as objects.</summary>
        /// <remarks><see cref="Status.Denied"/>: the account is no administrator.</remarks>
        public string GetAuditLog(AuditLogOptions options = null,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default)
        {
            using (var texts = new Texts())
            {
                Native.sendsafely_audit_log_options native = AuditLogOptions.ToNative(options, texts);
                return On(progress, cancellationToken).Text(
                    (out IntPtr it, out ErrorHandle error) => Native.sendsafely_client_get_audit_log(
                        Handle, ref native, out it, out error));
            }
        }
    }
}
