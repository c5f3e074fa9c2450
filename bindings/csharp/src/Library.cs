using System;
using System.Runtime.InteropServices;

namespace LibSendSafely
{
    /// <summary>The C library that this assembly calls.</summary>
    public static class Library
    {
        private static bool _loaded;

        /// <summary>Version of the loaded C library, such as "0.1.0".</summary>
        public static string Version
        {
            get
            {
                Load();
                return Read.Text(Native.sendsafely_version_string());
            }
        }

        /// <summary>How many objects the C library holds for this program: 0 when all are disposed of and no call
        /// runs.</summary>
        public static long LiveObjects
        {
            get
            {
                Load();
                return (long)Native.sendsafely_live_objects();
            }
        }

        /// <summary>The name of a status in C, such as "SENDSAFELY_NO_RECIPIENT".</summary>
        public static string Name(Status status)
        {
            Load();
            return Read.Text(Native.sendsafely_status_name((int)status));
        }

        /// <summary>The meaning of a status in a few words.</summary>
        public static string Description(Status status)
        {
            Load();
            return Read.Message(Native.sendsafely_status_description((int)status));
        }

        /// <summary>Loads the library. If it is missing, the exception lists the places that were searched.</summary>
        internal static void Load()
        {
            if (_loaded) return;
            uint version;
            try
            {
                version = Native.sendsafely_version();
            }
            // BadImageFormatException: Windows has found a library for another processor.
            catch (Exception failure) when (failure is DllNotFoundException || failure is BadImageFormatException)
            {
                throw new DllNotFoundException(
                    "The C library of SendSafely (libsendsafely.so, libsendsafely.dylib or sendsafely.dll for " +
                    (IntPtr.Size * 8) + " bits) was not found: neither beside the assembly, in " + AppDomain.CurrentDomain.BaseDirectory +
                    ", nor where the system looks for libraries. " + failure.Message, failure);
            }
            // Structs grow at their end: an older library would not know the last fields.
            if (version < Native.SENDSAFELY_VERSION_NUMBER)
                throw new NotSupportedException("The C library of SendSafely is older (" + Read.Text(Native.sendsafely_version_string()) + ") than this assembly needs.");
            _loaded = true;
        }
    }
}
