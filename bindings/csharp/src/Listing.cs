using System;
using System.Collections;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;

namespace LibSendSafely
{
    /// <summary>A list that is fetched from the service page by page while it is read, from the beginning each time.
    /// Read it with <c>foreach</c>, or with <see cref="ListingReader{T}.MoveNextAsync"/>.</summary>
    public sealed class Listing<T> : IEnumerable<T>
    {
        private readonly Func<ListingReader<T>> _begin;

        internal Listing(Func<ListingReader<T>> begin)
        {
            _begin = begin;
            // Wrong options fail here, not at the first element.
            begin().Dispose();
        }

        /// <summary>Begins to read the list. Sends nothing.</summary>
        public ListingReader<T> GetEnumerator() => _begin();

        IEnumerator<T> IEnumerable<T>.GetEnumerator() => GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }

    /// <summary>A position in a <see cref="Listing{T}"/>. After a failure the next call fetches the same page again.
    /// One thread at a time may use it.</summary>
    public sealed class ListingReader<T> : Resource, IEnumerator<T>
    {
        private readonly Func<Call, T> _next;

        internal ListingReader(SafeHandle handle, Listeners listeners, Func<Call, T> next) : base(handle, listeners)
        {
            _next = next;
        }

        /// <summary>The element at this position; null before the first and after the last.</summary>
        public T Current { get; private set; }

        object IEnumerator.Current => Current;

        /// <summary>Moves to the next element, and fetches a page if necessary. Returns false at the end.</summary>
        public bool MoveNext() => MoveNext(null, default);

        /// <summary>The same as <see cref="MoveNext()"/>, on a thread of its own.</summary>
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
