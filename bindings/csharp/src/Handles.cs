using System;
using System.Runtime.InteropServices;

namespace LibSendSafely
{
    /// <summary>A handle of the C library. A finalizer may free it: that sends nothing and waits for nothing.</summary>
    internal abstract class NativeHandle : SafeHandle
    {
        protected NativeHandle() : base(IntPtr.Zero, true) { }

        public override bool IsInvalid => handle == IntPtr.Zero;

        protected sealed override bool ReleaseHandle()
        {
            Free(handle);
            return true;
        }

        protected abstract void Free(IntPtr address);
    }

    internal sealed class ErrorHandle : NativeHandle
    {
        protected override void Free(IntPtr address) => Native.sendsafely_error_free(address);
    }

    internal sealed class ClientHandle : NativeHandle
    {
        protected override void Free(IntPtr address) => Native.sendsafely_client_free(address);
    }

    internal sealed class PackageHandle : NativeHandle
    {
        protected override void Free(IntPtr address) => Native.sendsafely_package_free(address);
    }

    internal sealed class PackageIteratorHandle : NativeHandle
    {
        protected override void Free(IntPtr address) => Native.sendsafely_package_iterator_free(address);
    }

    internal sealed class ActivityIteratorHandle : NativeHandle
    {
        protected override void Free(IntPtr address) => Native.sendsafely_activity_iterator_free(address);
    }

    internal sealed class AuditLogIteratorHandle : NativeHandle
    {
        protected override void Free(IntPtr address) => Native.sendsafely_audit_log_iterator_free(address);
    }
}
