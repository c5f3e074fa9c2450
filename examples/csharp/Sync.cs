// Sync - makes a directory and a Workspace equal.
//
//   Sync [--up | --down] [--delete] [--force] [--dry-run] LINK DIRECTORY
//
// What was created or changed on one side since the last sync goes to the other. With --up the directory stays as it
// is, with --down the Workspace. What was deleted on one side comes back, or with --delete it is deleted on the other.
// More than half of the files are only deleted with --force. With --dry-run nothing is changed. Prints a line for each
// file that was not equal:
//
//   >   uploaded                    <   downloaded
//   x>  deleted in the Workspace    <x  deleted here
//   !   conflict: kept twice        -   left alone
//   E   failed                      ?   to be compared (only with --dry-run)
//
// Host and account come from the environment: SENDSAFELY_HOST, SENDSAFELY_API_KEY, SENDSAFELY_API_SECRET, and for a
// private certificate authority SENDSAFELY_CA_BUNDLE. The exit status is 0 if both sides are equal, 8 if they are and
// there was a conflict, 2 for arguments that cannot be right, and 130 after Ctrl-C. Whatever ends a sync, the next one
// goes on.
using System;
using System.Collections.Generic;
using System.IO;
using System.Threading.Tasks;
using LibSendSafely;

internal static class Sync
{
    private const string Usage = "usage: Sync [--up | --down] [--delete] [--force] [--dry-run] LINK DIRECTORY";
    private const int Conflict = 8;
    private static readonly SyncOptions options = new SyncOptions();
    private static string link, directory;

    private static int Main(string[] arguments)
    {
        var terminal = new Terminal("Sync");
        if (Terminal.WantsHelp(arguments)) return terminal.Print(Usage) ? 0 : 1;
        if (!Understand(arguments))
        {
            Console.Error.WriteLine(Usage);
            return 2;
        }
        return terminal.CanPrint() ? Run(terminal).GetAwaiter().GetResult() : 1;
    }

    private static bool Understand(string[] arguments)
    {
        int i = 0;
        for (; i < arguments.Length && arguments[i].StartsWith("--", StringComparison.Ordinal); i++)
        {
            switch (arguments[i])
            {
                case "--up": options.Direction = Direction.Up; break;
                case "--down": options.Direction = Direction.Down; break;
                case "--delete": options.DeleteFiles = true; break;
                case "--force": options.Force = true; break;
                case "--dry-run": options.DryRun = true; break;
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
            using (Client client = terminal.Connect(null))
            {
                if (client == null) return 2;
                using (Package package = await client.OpenLinkAsync(link, cancellationToken: terminal.Token))
                {
                    if (!(package is Workspace workspace))
                    {
                        terminal.Say("the link is that of a package, not of a Workspace");
                        return 2;
                    }
                    terminal.Label = directory;
                    var report = await workspace.SyncAsync(directory, options, terminal, terminal.Token);
                    terminal.EndBar();
                    return Print(report, terminal);
                }
            }
        }
        catch (Exception failure) when (failure is SendsafelyException || failure is OperationCanceledException || failure is IOException)
        {
            terminal.PrintFailure(failure);
            Print((failure as SendsafelyException)?.Report ?? (failure as StoppedException)?.Report ?? new ReportItem[0], terminal);
            return terminal.StatusAfter(failure);
        }
    }

    /// <summary>Prints what was done with each file. Returns the exit status.</summary>
    private static int Print(IEnumerable<ReportItem> report, Terminal terminal)
    {
        int status = 0;
        foreach (ReportItem item in report)
        {
            string line = Mark(item.Action).PadRight(3) + " " + item.Path;
            if (item.Action == TreeAction.KeptBoth && options.DryRun)
            {
                line += ": both contents would be kept";
            }
            else if (item.Action == TreeAction.KeptBoth)
            {
                status = Conflict;
                line += ": the other content is now " + Path.GetFileName(item.LocalPath);
            }
            if (item.Action == TreeAction.Compared) line += ": the contents would be compared, and both kept if they differ";
            if (item.Message != null) line += ": " + item.Message;
            if (!terminal.Print(Terminal.Printable(line))) return 1;
        }
        return status;
    }

    private static string Mark(TreeAction action)
    {
        switch (action)
        {
            case TreeAction.Uploaded: return ">";
            case TreeAction.Downloaded: return "<";
            case TreeAction.DeletedThere: return "x>";
            case TreeAction.DeletedHere: return "<x";
            case TreeAction.KeptBoth: return "!";
            case TreeAction.Compared: return "?";
            case TreeAction.Ignored: return "-";
            default: return "E";
        }
    }
}
