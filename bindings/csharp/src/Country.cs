using System;
using System.Collections.Generic;

namespace LibSendSafely
{
    public sealed partial class Country
    {
        /// <summary>The countries whose phone numbers need no dialling code. Numbers of all other countries begin with
        /// + and the code. Sends nothing.</summary>
        public static IReadOnlyList<Country> All =>
            new Call().Record(
                (out IntPtr it, out ErrorHandle error) => Native.sendsafely_country_codes(out it, out error),
                list => Read.List(list, item => new Country(item)), Native.sendsafely_country_code_list_free);
    }
}
