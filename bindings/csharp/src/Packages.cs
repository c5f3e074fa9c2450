using System;
using System.Collections.Generic;

namespace Sendsafely
{
    public partial class Client
    {
        /// <summary>Lists packages of the user, newest first as the service orders them.</summary>
        /// <remarks>No network until the list is read. SendSafely Client API: package lists (protocol 6.3.1).</remarks>
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

        /// <summary>Searches for packages: the user's own, or those of the organization.</summary>
        /// <remarks>The options say what to search for; with null all packages of the user are found. No network until the
        /// list is read, which fails with <see cref="Status.Denied"/> for who is no administrator. An older portal that has no
        /// search in pages finds at most 100 packages of the organization. <see cref="Status.MalformedEmail"/>: correct sender
        /// or recipient. SendSafely Client API: organization search (protocol 6.3.2).</remarks>
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

        // The options are a copy: the list is begun anew each time that it is read.
        private Listing<PackageSummary> List<TOptions>(TOptions own, Func<TOptions, PackageIteratorHandle> begin) => new Listing<PackageSummary>(() =>
        {
            PackageIteratorHandle iterator = begin(own);
            return new ListingReader<PackageSummary>(iterator, Listeners, call => call.Record(
                (out IntPtr it, out ErrorHandle error) => Native.sendsafely_package_iterator_next(iterator, out it, out error),
                it => new PackageSummary(it), Native.sendsafely_package_summary_free));
        });
    }
}
