using System;
using System.Collections.Generic;

namespace Sendsafely
{
    public sealed partial class SecureLink
    {
        /// <summary>Takes a secure link apart. No network, no client.</summary>
        /// <remarks><see cref="Status.MalformedLink"/>: not such a link. SendSafely Client API: secure links (protocol
        /// 5.1).</remarks>
        public static SecureLink Parse(string text) =>
            new Call().Record(
                (out IntPtr it, out ErrorHandle error) => Native.sendsafely_link_parse(Texts.Required(text, nameof(text)), out it, out error),
                it => new SecureLink(it), Native.sendsafely_link_free);

        /// <summary>
        /// Finds the secure links in a text, such as an e-mail: each once, in their order; an empty list if there are none.
        /// No network, no client.
        /// </summary>
        public static IReadOnlyList<string> Find(string text) =>
            new Call().Record(
                (out IntPtr it, out ErrorHandle error) => Native.sendsafely_link_find(Texts.Required(text, nameof(text)), out it, out error),
                Read.Texts, Native.sendsafely_string_list_free);
    }
}
