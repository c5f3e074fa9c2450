using System;
using System.Collections.Generic;

// The requests: docs/protocol.md 6.3.
namespace LibSendSafely
{
    public partial class Client
    {
        /// <summary>Lists packages of the user, in the order of the service: newest first.</summary>
        /// <remarks>The list sends its first request when it is read.</remarks>
        public Listing<PackageSummary> ListPackages(PackageList list, ListOptions options = null) => List(options?.Copy(), own =>
        {
            using (var texts = new Texts())
            {
                Native.sendsafely_list_options native = ListOptions.ToNative(own, texts);
                PackageIteratorHandle iterator = null;
                On().Run((out ErrorHandle error) => Native.sendsafely_client_list_packages(Handle, (int)list, ref native, out iterator, out error));
                return iterator;
            }
        });

        /// <summary>Searches the user's own packages, or those of the organization.</summary>
        /// <remarks><paramref name="options"/> say what to search for; null finds all packages of the user. The list
        /// sends its first request when it is read. Reading fails with <see cref="Status.Denied"/> if the account is no
        /// administrator. An older portal, which cannot search page by page, finds at most 100 packages of the
        /// organization. <see cref="Status.MalformedEmail"/>: correct sender or recipient.</remarks>
        public Listing<PackageSummary> SearchPackages(SearchOptions options = null) => List(options?.Copy(), own =>
        {
            using (var texts = new Texts())
            {
                Native.sendsafely_search_options native = SearchOptions.ToNative(own, texts);
                PackageIteratorHandle iterator = null;
                On().Run((out ErrorHandle error) => Native.sendsafely_client_search_packages(Handle, ref native, out iterator, out error));
                return iterator;
            }
        });

        // own is a copy of the options: begin reads it again each time that the list is read.
        private Listing<PackageSummary> List<TOptions>(TOptions own, Func<TOptions, PackageIteratorHandle> begin) => new Listing<PackageSummary>(() =>
        {
            PackageIteratorHandle iterator = begin(own);
            return new ListingReader<PackageSummary>(iterator, Listeners, call => call.Record(
                (out IntPtr it, out ErrorHandle error) => Native.sendsafely_package_iterator_next(iterator, out it, out error),
                it => new PackageSummary(it), Native.sendsafely_package_summary_free));
        });
    }
}
