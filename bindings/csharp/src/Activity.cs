using System;

// The requests: docs/protocol.md 6.11.
namespace LibSendSafely
{
    public partial class Workspace
    {
        /// <summary>Lists the activity log of the Workspace.</summary>
        /// <remarks>The list sends its first request when it is read. Reading fails with <see cref="Status.Denied"/>
        /// unless the account is the Workspace's owner, a manager, or an administrator.</remarks>
        public Listing<ActivityEntry> ListActivity() => new Listing<ActivityEntry>(() =>
        {
            ActivityIteratorHandle iterator = null;
            On().Run((out ErrorHandle error) => Native.sendsafely_package_list_activity(Handle, out iterator, out error));
            return new ListingReader<ActivityEntry>(iterator, Listeners, call => call.Record(
                (out IntPtr it, out ErrorHandle error) => Native.sendsafely_activity_iterator_next(iterator, out it, out error),
                it => new ActivityEntry(it), Native.sendsafely_activity_entry_free));
        });
    }
}
