using System;
using System.Collections.Generic;
using System.Collections.ObjectModel;
using System.Runtime.InteropServices;
using System.Text;

namespace LibSendSafely
{
    /// <summary>The texts of one call in the form that C takes. They must stay unchanged and allocated until the call
    /// has returned.</summary>
    internal sealed class Texts : IDisposable
    {
        private readonly List<KeyValuePair<IntPtr, int>> _copies = new List<KeyValuePair<IntPtr, int>>();

        internal IntPtr Add(string text, string name)
        {
            if (text == null) return IntPtr.Zero;
            byte[] bytes = Utf8(text, name);
            IntPtr copy = Marshal.AllocHGlobal(bytes.Length);
            _copies.Add(new KeyValuePair<IntPtr, int>(copy, bytes.Length));
            Marshal.Copy(bytes, 0, copy, bytes.Length);
            Array.Clear(bytes, 0, bytes.Length);
            return copy;
        }

        internal IntPtr[] AddAll(IEnumerable<string> texts, string name)
        {
            if (texts == null) throw new ArgumentNullException(name);
            var copies = new List<IntPtr>();
            foreach (string text in texts) copies.Add(Add(text ?? throw new ArgumentNullException(name), name));
            return copies.ToArray();
        }

        /// <summary>Several patterns as one text, each on a line of its own, of which none is empty or a comment.</summary>
        internal IntPtr AddPatterns(IEnumerable<string> texts, string name)
        {
            if (texts == null) return IntPtr.Zero;
            var lines = new List<string>();
            foreach (string text in texts)
            {
                if (text == null) throw new ArgumentNullException(name);
                if (text.IndexOfAny(new[] { '\n', '\r' }) >= 0) throw new ArgumentException("A pattern contains a line break.", name);
                if (text.Trim(' ').Length == 0) throw new ArgumentException("A pattern is empty.", name);
                lines.Add(text[0] == '#' ? "\\" + text : text);
            }
            return Add(string.Join("\n", lines), name);
        }

        /// <summary>Zeroes the copies, some of which are secrets, and frees them.</summary>
        public void Dispose()
        {
            foreach (KeyValuePair<IntPtr, int> copy in _copies)
            {
                Marshal.Copy(new byte[copy.Value], 0, copy.Key, copy.Value);
                Marshal.FreeHGlobal(copy.Key);
            }
            _copies.Clear();
        }

        /// <summary>The bytes of a text that must not be null.</summary>
        internal static byte[] Required(string text, string name)
        {
            if (text == null) throw new ArgumentNullException(name);
            return Utf8(text, name);
        }

        /// <summary>The bytes of a text that may be null.</summary>
        internal static byte[] Optional(string text, string name) => text == null ? null : Utf8(text, name);

        private static byte[] Utf8(string text, string name)
        {
            // C would cut the text there.
            if (text.IndexOf('\0') >= 0) throw new ArgumentException("The text contains a NUL character.", name);
            try
            {
                var bytes = new byte[Strict.GetByteCount(text) + 1];
                Strict.GetBytes(text, 0, text.Length, bytes, 0);
                return bytes;
            }
            catch (EncoderFallbackException)
            {
                throw new ArgumentException("The text contains half a surrogate pair.", name);
            }
        }

        // Throws for half a surrogate pair, which would else become a question mark in a file name.
        private static readonly UTF8Encoding Strict = new UTF8Encoding(false, true);

        /// <summary>Rounds up: a fraction of a millisecond must not become zero, which has a meaning of its
        /// own.</summary>
        internal static ulong Milliseconds(TimeSpan duration, long least, string name) =>
            (ulong)Math.Ceiling((double)Count(duration.Ticks, least, name) / TimeSpan.TicksPerMillisecond);

        /// <summary>Checks a number that C takes without a sign. least is 1 where C takes zero for the
        /// default.</summary>
        internal static ulong Count(long count, long least, string name) => count >= least ? (ulong)count : throw new ArgumentOutOfRangeException(name);
    }

    /// <summary>Copies values out of the memory of the C library.</summary>
    internal static class Read
    {
        internal static string Text(IntPtr text)
        {
            if (text == IntPtr.Zero) return null;
            int length = 0;
            while (Marshal.ReadByte(text, length) != 0) length++;
            return Encoding.UTF8.GetString(Bytes(text, length));
        }

        /// <summary>A text of the library for people, in the words of .NET.</summary>
        internal static string Message(IntPtr text) => Words.OfDotNet(Text(text));

        // The limit of .NET for an array. A test lowers it.
        private static long _mostBytes = 0x7FFFFFC7;

        internal static void ThrowIfTooLarge(long size)
        {
            if (size > _mostBytes) throw new NotSupportedException("The file has more than 2 GB: download it to a path or a stream.");
        }

        internal static byte[] Buffer(IntPtr buffer)
        {
            var native = Marshal.PtrToStructure<Native.sendsafely_buffer>(buffer);
            ThrowIfTooLarge((long)native.size);
            return Bytes(native.data, (int)native.size);
        }

        private static byte[] Bytes(IntPtr data, int size)
        {
            var bytes = new byte[size];
            Marshal.Copy(data, bytes, 0, size);
            return bytes;
        }

        /// <summary>Copies a list. All lists of the library have the same form.</summary>
        internal static IReadOnlyList<T> List<T>(IntPtr list, Func<IntPtr, T> element)
        {
            var native = Marshal.PtrToStructure<Native.sendsafely_string_list>(list);
            var elements = new T[checked((int)native.count)];
            for (int i = 0; i < elements.Length; i++) elements[i] = element(Marshal.ReadIntPtr(native.items, i * IntPtr.Size));
            return new ReadOnlyCollection<T>(elements);
        }

        internal static IReadOnlyList<string> Texts(IntPtr list) => List(list, Text);

        internal static IReadOnlyList<ReportItem> Report(IntPtr list) => List(list, item => new ReportItem(item));

        internal static DateTimeOffset? Time(long seconds)
        {
            // The service may send any number; the times of .NET end with the year 9999.
            if (seconds < -62135596800 || seconds > 253402300799) return null;
            return DateTimeOffset.FromUnixTimeSeconds(seconds);
        }
    }
}
