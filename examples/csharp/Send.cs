// Send - sends files to people, end-to-end encrypted.
//
//   Send [--to EMAIL[,PHONE]]... [--message TEXT] [--life DAYS] [--retry-window SECONDS] FILE...
//
// Prints only the secure link on standard output: anyone who has it can open the package. A recipient with
// a phone number also needs a code that is sent by SMS; without any --to, the link is enough, and a line on standard
// error says so. Host and account come from the environment: SENDSAFELY_HOST, SENDSAFELY_API_KEY,
// SENDSAFELY_API_SECRET, and for a private certificate authority SENDSAFELY_CA_BUNDLE. The exit status is 0 if
// everything is sent and the link printed, 2 for arguments that cannot be right, which are found before anything is
// sent, and 130 after Ctrl-C. If standard output is closed, nothing is sent. Ctrl-C stops, and deletes the unfinished
// package, unless recipients may have it already.
using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using System.Threading.Tasks;
using LibSendSafely;

internal static class Send
{
    private const string Usage = "usage: Send [--to EMAIL[,PHONE]]... [--message TEXT] [--life DAYS] [--retry-window SECONDS] FILE...";
    private static readonly List<string> recipients = new List<string>(); // EMAIL[,PHONE]
    private static string[] files;
    private static string message;
    private static int? life;
    private static TimeSpan? retryWindow;

    private static int Main(string[] arguments)
    {
        var terminal = new Terminal("Send");
        if (Terminal.WantsHelp(arguments)) return terminal.Print(Usage) ? 0 : 1;
        if (!Understand(arguments))
        {
            Console.Error.WriteLine(Usage);
            return 2;
        }
        string mistake = Mistake();
        if (mistake != null)
        {
            terminal.Say(mistake);
            return 2;
        }
        return terminal.CanPrint() ? Run(terminal).GetAwaiter().GetResult() : 1;
    }

    private static bool Understand(string[] arguments)
    {
        int i = 0;
        for (; i < arguments.Length && arguments[i].StartsWith("--", StringComparison.Ordinal); i += 2)
        {
            if (arguments[i] == "--")
            {
                i++;
                break;
            }
            if (i + 1 == arguments.Length) return false;
            string value = arguments[i + 1];
            int number;
            switch (arguments[i])
            {
                case "--to": recipients.Add(value); break;
                case "--message": message = value; break;
                case "--life":
                    if (!int.TryParse(value, out number)) return false;
                    life = number;
                    break;
                case "--retry-window":
                    if (!int.TryParse(value, out number) || number < 0) return false;
                    retryWindow = TimeSpan.FromSeconds(number);
                    break;
                default: return false;
            }
        }
        files = arguments.Skip(i).ToArray();
        return files.Length > 0;
    }

    /// <summary>Judges the arguments, so that a package is only created if it can be filled; null if there is no mistake.</summary>
    private static string Mistake()
    {
        if (life < 0 || life > 365) return "--life " + life + " is out of range; give days, 1 to 365, or 0 for ever";
        // The library checks the rest.
        string recipient = recipients.Find(text => !Regex.IsMatch(text, @"^[^@,]+@[^@,]+(,[0-9 +\-()/.]+)?$") ||
            (text.Contains(",") && (Digits(text) < 4 || Digits(text) > 15)));
        if (recipient != null) return "--to " + recipient + " is neither EMAIL nor EMAIL,PHONE";
        string missing = Array.Find(files, file => !File.Exists(file));
        if (missing != null) return missing + (Directory.Exists(missing) ? " is a directory" : ": no such file");
        // Recipients see nothing but the name, and the service refuses the second file of one name.
        IGrouping<string, string> same = files.GroupBy(Path.GetFileName).FirstOrDefault(group => group.Count() > 1);
        return same == null ? null : string.Join(" and ", same) + " have the same name; rename one of them";
    }

    private static int Digits(string recipient) => recipient.Split(',')[1].Count(char.IsDigit);

    private static async Task<int> Run(Terminal terminal)
    {
        Package package = null;
        try
        {
            using (Client client = terminal.Connect(retryWindow))
            {
                if (client == null) return 2;
                if (recipients.Count == 0) terminal.Say("there is no --to: everybody who has the link can open the package");
                package = await client.CreatePackageAsync(cancellationToken: terminal.Token);
                Finalized finalized = await FillAndFinalize(package, terminal);
                if (finalized.NeedsApproval) terminal.Say("the package waits for approval; recipients can open it after that");
                return terminal.Print(finalized.Link) ? 0 : 1;
            }
        }
        catch (Exception failure) when (failure is SendsafelyException || failure is OperationCanceledException || failure is IOException)
        {
            terminal.PrintFailure(failure);
            int status = terminal.StatusAfter(failure);
            if (package != null) DeleteUnfinished(package, terminal);
            return status;
        }
        finally
        {
            package?.Dispose();
        }
    }

    /// <summary>Fills the empty package and finalizes it.</summary>
    private static async Task<Finalized> FillAndFinalize(Package package, Terminal terminal)
    {
        foreach (string recipient in recipients)
        {
            string[] parts = recipient.Split(new[] { ',' }, 2);
            var options = new RecipientOptions { PhoneNumber = parts.Length > 1 ? parts[1] : null };
            await package.AddRecipientAsync(parts[0], options, cancellationToken: terminal.Token);
        }
        if (life != null) await package.SetLifeAsync(life.Value, cancellationToken: terminal.Token);
        if (message != null) await package.SetMessageAsync(message, cancellationToken: terminal.Token);
        foreach (string file in files)
        {
            terminal.Label = Path.GetFileName(file);
            await package.UploadFileAsync(file, progress: terminal, cancellationToken: terminal.Token);
            terminal.EndBar();
        }
        return await package.FinalizeAsync(new FinalizeOptions { UndisclosedRecipients = recipients.Count == 0 }, cancellationToken: terminal.Token);
    }

    /// <summary>Deletes a package that cannot be finished any more; one that recipients may have stays.</summary>
    private static void DeleteUnfinished(Package package, Terminal terminal)
    {
        try
        {
            package.DeleteUnfinished(); // without the token, which the same Ctrl-C may have cancelled
        }
        catch (SendsafelyException failure)
        {
            terminal.Say($"package {package.Id} is left on the service: {failure.Message}");
        }
    }
}
