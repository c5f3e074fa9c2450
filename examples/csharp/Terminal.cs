// Helpers of Send.cs, Receive.cs and Sync.cs: standard output, Ctrl-C, a progress bar, errors in one line.
using System;
using System.Globalization;
using System.IO;
using System.Text;
using System.Threading;
using Microsoft.Win32.SafeHandles;
using LibSendSafely;

internal sealed class Terminal : IProgress<TransferProgress>
{
    private readonly string _program;
    private readonly CancellationTokenSource _interrupt = new CancellationTokenSource();
    private bool _drawn;

    /// <summary>Name of the file at the bar; null: no bar is drawn.</summary>
    internal string Label;

    internal Terminal(string program)
    {
        _program = program;
        Console.CancelKeyPress += (_, press) =>
        {
            press.Cancel = true; // the call ends by itself, having undone what it can
            _interrupt.Cancel();
        };
    }

    /// <summary>Whether standard output is open for writing; prints an error if not. If the program was started without it, its
    /// descriptor belongs to the runtime: a pipe of CoreCLR, or the null device, which mono opens.</summary>
    internal bool CanPrint()
    {
        const string descriptors = "/proc/self/fdinfo/";
        if (!Directory.Exists(descriptors)) return true; // not Linux
        bool open = File.Exists(descriptors + "1");
        if (open)
        {
            string output = File.ReadAllText(descriptors + "1");
            string digits = output.Substring(output.IndexOf("flags:", StringComparison.Ordinal) + 6).Split('\n')[0].Trim();
            int flags = Convert.ToInt32(digits, 8);
            using (var nowhere = new FileStream("/dev/null", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite))
            {
                const int accessMode = 3, closeOnExec = 0x80000; // a descriptor that is closed on exec was not inherited
                open = (flags & accessMode) != 0 && (flags & closeOnExec) == 0 &&
                    output != File.ReadAllText(descriptors + nowhere.SafeFileHandle.DangerousGetHandle());
            }
        }
        if (!open) Say("standard output is closed; nothing could be printed");
        return open;
    }

    /// <summary>Prints a line for people. If it cannot be written, the program goes on.</summary>
    internal void Say(string line)
    {
        try
        {
            Console.Error.WriteLine(_program + ": " + line);
        }
        catch (IOException)
        {
        }
    }

    /// <summary>Prints a line; false and an error if it cannot. Console does not report a closed pipe.</summary>
    internal bool Print(string line)
    {
        try
        {
            if (Path.DirectorySeparatorChar == '\\')
            {
                Console.WriteLine(line);
                return true;
            }
            using (var output = new FileStream(new SafeFileHandle((IntPtr)1, ownsHandle: false), FileAccess.Write, bufferSize: 1))
            {
                byte[] bytes = new UTF8Encoding(false).GetBytes(line + "\n");
                output.Write(bytes, 0, bytes.Length);
            }
            return true;
        }
        catch (IOException failure)
        {
            Say("cannot be printed: " + failure.Message);
            return false;
        }
    }

    /// <summary>A text of other people, for a terminal: characters that control it, or hide or reorder other text, are
    /// replaced, except the control characters in <paramref name="kept"/>.</summary>
    internal static string Printable(string text, string kept = "")
    {
        var printable = new StringBuilder(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            bool isPair = char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]);
            UnicodeCategory category = CharUnicodeInfo.GetUnicodeCategory(text, i);
            bool isJoiner = text[i] == '\u200c' || text[i] == '\u200d'; // words of several scripts need them
            bool isSafe = kept.IndexOf(text[i]) >= 0 || isJoiner || (category != UnicodeCategory.Control &&
                category != UnicodeCategory.Format && category != UnicodeCategory.LineSeparator &&
                category != UnicodeCategory.ParagraphSeparator);
            printable.Append(isSafe ? text.Substring(i, isPair ? 2 : 1) : "?");
            if (isPair) i++;
        }
        return printable.ToString();
    }

    internal static bool WantsHelp(string[] arguments) => arguments.Length > 0 && (arguments[0] == "--help" || arguments[0] == "-h");

    /// <summary>The exit status after a failure: 130 after Ctrl-C, as shells say it.</summary>
    internal int StatusAfter(Exception failure) => failure is OperationCanceledException && _interrupt.IsCancellationRequested ? 130 : 1;

    internal CancellationToken Token => _interrupt.Token;

    public void Report(TransferProgress progress)
    {
        if (Label == null || progress.BytesTotal == null || Console.IsErrorRedirected) return;
        double fraction = progress.BytesTotal > 0 ? (double)progress.BytesDone / progress.BytesTotal.Value : 1;
        string tail = progress.Phase == Phase.Waiting ? "reconnecting" : "";
        Console.Error.Write("\r[{0,-30}] {1,3} %  {2,7:0.0} MB/s  {3,-12}  {4}",
            new string('=', (int)(fraction * 30)), (int)(fraction * 100), progress.BytesPerSecond / 1e6, tail, Printable(Label));
        _drawn = true;
    }

    internal void EndBar()
    {
        if (_drawn) Console.Error.WriteLine();
        Label = null;
        _drawn = false;
    }

    /// <summary>Prints one line: the message, the service's text, the remedy.</summary>
    internal void PrintFailure(Exception failure)
    {
        EndBar();
        string words = (failure as SendsafelyException)?.ServerMessage;
        Say(failure.Message + (words == null || failure.Message.Contains(words) ? "" : " (" + words + ")"));
    }

    /// <summary>Host and account from the environment; null if they are not set.</summary>
    internal Client Connect(TimeSpan? retryWindow)
    {
        string host = Environment.GetEnvironmentVariable("SENDSAFELY_HOST");
        string apiKey = Environment.GetEnvironmentVariable("SENDSAFELY_API_KEY");
        string apiSecret = Environment.GetEnvironmentVariable("SENDSAFELY_API_SECRET");
        if (host == null || apiKey == null || apiSecret == null)
        {
            Say("no account; set SENDSAFELY_HOST, SENDSAFELY_API_KEY and SENDSAFELY_API_SECRET");
            return null;
        }
        return new Client(host, apiKey, apiSecret, new ClientOptions
        {
            CaBundle = Environment.GetEnvironmentVariable("SENDSAFELY_CA_BUNDLE"), RetryWindow = retryWindow, Progress = this,
        });
    }
}
