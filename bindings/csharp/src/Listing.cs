using System;
using System.Collections;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;

namespace Sendsafely
{
    /// <summary>
    /// A list that is fetched from the service page by page while it is read, from its beginning each time:
    /// <c>foreach</c> it, or read it with <see cref="ListingReader{T}.MoveNextAsync"/>.
    /// </summary>
    public sealed class Listing<T> : IEnumerable<T>
    {
        private readonly Func<ListingReader<T>> _begin;

        internal Listing(Func<ListingReader<T>> begin)
        {
            _begin = begin;
            // What is wrong with the options is told here, not at the first element.
            begin().Dispose();
        }

        /// <summary>Begins to read the list. No network.</summary>
        public ListingReader<T> GetEnumerator() => _begin();

        IEnumerator<T> IEnumerable<T>.GetEnumerator() => GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }

    /// <summary>
    /// A place in a <see cref="Listing{T}"/>. After a failure the next call tries the same page again. For one thread at a
    /// time.
    /// </summary>
    public sealed class ListingReader<T> : Resource, IEnumerator<T>
    {
        private readonly Func<Call, T> _next;

        internal ListingReader(SafeHandle handle, Listeners listeners, Func<Call, T> next) : base(handle, listeners)
        {
            _next = next;
        }

        /// <summary>The element at this place; null before the first and after the last.</summary>
        public T Current { get; private set; }

        object IEnumerator.Current => Current;

        /// <summary>Goes to the next element, fetching a page where that is needed. False at the end.</summary>
        public bool MoveNext() => MoveNext(null, default);

        /// <summary>The same as <see cref="MoveNext()"/>.</summary>
        public Task<bool> MoveNextAsync(IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            Async(() => MoveNext(progress, cancellationToken), cancellationToken);

        private bool MoveNext(IProgress<TransferProgress> progress, CancellationToken token)
        {
            Current = _next(On(progress, token));
            return Current != null;
        }

        /// <summary>Not supported: read the list again instead.</summary>
        public void Reset()
        {
            throw new NotSupportedException();
        }
    }
}
