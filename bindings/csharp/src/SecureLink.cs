using System;
using System.Collections.Generic;

// The format: docs/protocol.md 5.1.
namespace LibSendSafely
{
    public sealed partial class SecureLink
    {
        /// <summary>Splits a secure link into its parts. Needs no client, and sends nothing.</summary>
        /// <remarks>The text may contain more than the link, and a mail filter or another program may have wrapped or
        /// encoded the link. <see cref="Status.MalformedLink"/>: the text has no secure link, or several, or the link
        /// was cut short or changed.</remarks>
        public static SecureLink Parse(string text) =>
            new Call().Record(
                (out IntPtr it, out ErrorHandle error) => Native.sendsafely_link_parse(Texts.Required(text, nameof(text)), out it, out error),
                it => new SecureLink(it), Native.sendsafely_link_free);

        /// <summary>Finds the secure links in a text, such as an e-mail: each once, in their order, in the
        /// service's form. The list is empty if there are none. Needs no client, and sends nothing.</summary>
        public static IReadOnlyList<string> Find(string text) =>
            new Call().Record(
                (out IntPtr it, out ErrorHandle error) => Native.sendsafely_link_find(Texts.Required(text, nameof(text)), out it, out error),
                Read.Texts, Native.sendsafely_string_list_free);
    }
}
