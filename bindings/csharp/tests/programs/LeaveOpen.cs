// Ends with open handles, while a call is running on another thread. The process must still end.
using System;
using System.Threading;
using LibSendSafely;

internal static class LeaveOpen
{
    private static Client client;
    private static Package package;

    private static void Main()
    {
        client = new Client(Environment.GetEnvironmentVariable("SENDSAFELY_HOST"), Environment.GetEnvironmentVariable("SENDSAFELY_API_KEY"),
            Environment.GetEnvironmentVariable("SENDSAFELY_API_SECRET"));
        package = client.CreatePackage();
        new Thread(() => package.UploadMemory("a.bin", new byte[50000000])) { IsBackground = true }.Start();
        SpinWait.SpinUntil(() => package.RunningUploads > 0, 10000);
        Console.WriteLine(package.Id);
    }
}
