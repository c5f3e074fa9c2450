// Receive - opens a secure link, and receives its files and message.
//
//   Receive [--password TEXT] [--retry-window SECONDS] LINK DIRECTORY
//
// Writes the files into the directory, which must exist, and the message to standard output. A file appears there only
// when it has arrived completely and is verified. If a file has another size than its sender declared, it is kept, and
// a line on standard error has both sizes. Host and account come from the environment: SENDSAFELY_HOST,
// SENDSAFELY_API_KEY, SENDSAFELY_API_SECRET, and for a private certificate authority SENDSAFELY_CA_BUNDLE. The exit
// status is 0 if everything has arrived and the message is printed, 2 for arguments that cannot be right, which are
// found before anything is received, and 130 after Ctrl-C. Ctrl-C stops, and leaves no partial file.
using System;
using System.IO;
using System.Threading.Tasks;
using LibSendSafely;

internal static class Receive
{
    private const string Usage = "usage: Receive [--password TEXT] [--retry-window SECONDS] LINK DIRECTORY";
    private static string password, link, directory;
    private static TimeSpan? retryWindow;

    private static int Main(string[] arguments)
    {
        var terminal = new Terminal("Receive");
        if (Terminal.WantsHelp(arguments)) return terminal.Print(Usage) ? 0 : 1;
        if (!Understand(arguments))
        {
            Console.Error.WriteLine(Usage);
            return 2;
        }
        if (!Directory.Exists(directory))
        {
            terminal.Say(directory + ": no such directory; create the directory first");
            return 2;
        }
        return terminal.CanPrint() ? Run(terminal).GetAwaiter().GetResult() : 1;
    }

    private static bool Understand(string[] arguments)
    {
        int i = 0;
        for (; i + 1 < arguments.Length && arguments[i].StartsWith("--", StringComparison.Ordinal); i += 2)
        {
            int number;
            switch (arguments[i])
            {
                case "--password": password = arguments[i + 1]; break;
                case "--retry-window":
                    if (!int.TryParse(arguments[i + 1], out number) || number < 0) return false;
                    retryWindow = TimeSpan.FromSeconds(number);
                    break;
                default: return false;
            }
        }
        if (arguments.Length - i != 2) return false;
        link = arguments[i];
        directory = arguments[i + 1];
        return true;
    }

    private static async Task<int> Run(Terminal terminal)
    {
        try
        {
            using (Client client = terminal.Connect(retryWindow))
            {
                if (client == null) return 2;
                using (Package package = await client.OpenLinkAsync(link, cancellationToken: terminal.Token))
                {
                    string message = await package.GetMessageAsync(cancellationToken: terminal.Token);
                    bool printed = message == null || terminal.Print(Terminal.Printable(message, "\n\t"));
                    terminal.Label = directory;
                    var report = await package.DownloadAllAsync(directory, new DownloadOptions { Password = password }, terminal, terminal.Token);
                    terminal.EndBar();
                    // Senders may declare a wrong size: the user, who may know how large the file should be, sees both.
                    foreach (ReportItem item in report)
                        if (item.DeclaredSize != null && item.Size != item.DeclaredSize)
                            terminal.Say(Terminal.Printable(item.Path) + ": " + item.Size + " bytes were received, " + item.DeclaredSize + " were declared");
                    return printed ? 0 : 1;
                }
            }
        }
        catch (Exception failure) when (failure is SendsafelyException || failure is OperationCanceledException || failure is IOException)
        {
            terminal.PrintFailure(failure);
            return terminal.StatusAfter(failure);
        }
    }
}
