// What Send.cs and Receive.cs need around the library: Ctrl-C, a progress bar, errors in one line.
using System;
using System.Threading;
using Sendsafely;

internal sealed class Terminal : IProgress<TransferProgress>
{
    private readonly string _program;
    private readonly CancellationTokenSource _interrupt = new CancellationTokenSource();
    private bool _drawn;

    /// <summary>What the bar is about; null: none is drawn.</summary>
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

    internal CancellationToken Token => _interrupt.Token;

    public void Report(TransferProgress progress)
    {
        if (Label == null || progress.BytesTotal == null || Console.IsErrorRedirected) return;
        double fraction = progress.BytesTotal > 0 ? (double)progress.BytesDone / progress.BytesTotal.Value : 1;
        string tail = progress.Phase == Phase.Waiting ? "reconnecting" : "";
        Console.Error.Write("\r[{0,-30}] {1,3} %  {2,7:0.0} MB/s  {3,-12}  {4}",
            new string('=', (int)(fraction * 30)), (int)(fraction * 100), progress.BytesPerSecond / 1e6, tail, Label);
        _drawn = true;
    }

    internal void EndBar()
    {
        if (_drawn) Console.Error.WriteLine();
        Label = null;
        _drawn = false;
    }

    /// <summary>One line: what happened to what, the service's own words, what to do.</summary>
    internal void Tell(Exception failure)
    {
        EndBar();
        string words = (failure as SendsafelyException)?.ServerMessage;
        Console.Error.WriteLine(_program + ": " + failure.Message + (words == null || failure.Message.Contains(words) ? "" : " (" + words + ")"));
    }

    /// <summary>Host and account from the environment; null if they are not there.</summary>
    internal Client Connect(TimeSpan? retryWindow)
    {
        string host = Environment.GetEnvironmentVariable("SENDSAFELY_HOST");
        string apiKey = Environment.GetEnvironmentVariable("SENDSAFELY_API_KEY");
        string apiSecret = Environment.GetEnvironmentVariable("SENDSAFELY_API_SECRET");
        if (host == null || apiKey == null || apiSecret == null)
        {
            Console.Error.WriteLine(_program + ": no account; set SENDSAFELY_HOST, SENDSAFELY_API_KEY and SENDSAFELY_API_SECRET");
            return null;
        }
        return new Client(host, apiKey, apiSecret, new ClientOptions
        {
            CaBundle = Environment.GetEnvironmentVariable("SENDSAFELY_CA_BUNDLE"), RetryWindow = retryWindow, Progress = this,
        });
    }
}
