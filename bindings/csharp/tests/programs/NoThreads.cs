// Makes a call when the system starts no more threads: the task must fail, and the handles must be freed.
using System;
using System.Runtime.InteropServices;
using System.Threading.Tasks;
using LibSendSafely;

internal static class NoThreads
{
    [StructLayout(LayoutKind.Sequential)]
    private struct Limit
    {
        internal UIntPtr Soft;
        internal UIntPtr Hard;
    }

    private const int Processes = 6; // RLIMIT_NPROC of Linux

    [DllImport("libc")] private static extern uint getuid();
    [DllImport("libc")] private static extern int setuid(uint user);
    [DllImport("libc")] private static extern int setrlimit(int resource, ref Limit limit);

    private static void Main()
    {
        var client = new Client(Environment.GetEnvironmentVariable("SENDSAFELY_HOST"), Environment.GetEnvironmentVariable("SENDSAFELY_API_KEY"),
            Environment.GetEnvironmentVariable("SENDSAFELY_API_SECRET"));
        Package package = client.CreatePackageAsync().Result;
        package.SetLifeAsync(3).Wait();
        Console.WriteLine(package.Id); // The first line may start a thread of .NET.
        // The limit does not hold for root.
        if (getuid() == 0 && setuid(65534) != 0) throw new InvalidOperationException("setuid");
        var none = new Limit();
        if (setrlimit(Processes, ref none) != 0) throw new InvalidOperationException("setrlimit");
        Task task = package.SetLifeAsync(4);
        try
        {
            task.Wait();
        }
        catch (AggregateException failure)
        {
            Console.WriteLine((failure.InnerException as SendsafelyException)?.Status + ": " + failure.InnerException.Message);
        }
        package.Dispose();
        client.Dispose();
        Console.WriteLine(Library.LiveObjects);
    }
}
