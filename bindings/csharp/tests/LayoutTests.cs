using System;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;
using Xunit;

namespace LibSendSafely.Tests
{
    public class LayoutTests
    {
        /// <summary>This runtime must lay out the structs as the C compiler does: tests/abi/layouts.txt.</summary>
        [Fact]
        public void StructsHaveTheLayoutOfTheLibrary()
        {
            int checks = 0;
            foreach (string line in File.ReadAllLines(Path.Combine(Emulator.Repository, "tests/abi/layouts.txt")))
            {
                // A line is "sendsafely_buffer size 16" or "sendsafely_buffer.data at 8 size 8".
                string[] words = line.Split(' ', '.');
                Type type = typeof(Client).Assembly.GetType("LibSendSafely.Native+" + words[0], true);
                bool isField = words[2] == "at";
                string found = isField ? Marshal.OffsetOf(type, words[1]).ToString() : Marshal.SizeOf(type).ToString();
                Assert.Equal(line, isField ? words[0] + "." + words[1] + " at " + found + " size " + words.Last() : words[0] + " size " + found);
                checks++;
            }
            Assert.True(checks > 300, "only " + checks);
        }
    }
}
