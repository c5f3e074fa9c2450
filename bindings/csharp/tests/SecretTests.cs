using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Xunit;

namespace LibSendSafely.Tests
{
    /// <summary>Secrets stand in no exception, no text of an object and no line of the log.</summary>
    public class SecretTests : Flow
    {
        private const string Password = "canary password 1";
        private const string OfProxy = "canary-proxy-password";
        private const string Message = "the canary's message";

        private static void Hides(string text, IEnumerable<string> secrets)
        {
            string found = secrets.FirstOrDefault(secret => text.Contains(secret));
            if (found != null) throw new Exception(found + " is in " + text);
        }

        /// <summary>All that a program prints of an exception.</summary>
        private static string TextOf(SendsafelyException failure) =>
            string.Join("\n", failure.ToString(), failure.Message, failure.Remedy, failure.ServerCode, failure.ServerMessage,
                string.Join("\n", failure.Data.Keys.Cast<object>().Concat(failure.Data.Values.Cast<object>())),
                string.Join("\n", (failure.Report ?? new ReportItem[0]).Select(item => item + " " + item.Message)));

        [Fact]
        public void NoTextHasASecret()
        {
            var lines = new List<string>();
            var options = new ClientOptions { RetryWindow = TimeSpan.FromMilliseconds(100), Log = lines.Add };
            File.WriteAllText(At("a.txt"), "a");
            using (Client client = NewClient(options))
            {
                Package package = Use(client.CreatePackage());
                Workspace workspace = Use(client.CreateWorkspace("W"));
                PackageFile file = package.UploadMemory("b.txt", Bytes(5));
                Finalized finalized = package.Finalize(new FinalizeOptions { UndisclosedRecipients = true });
                string keycode = package.Keycode;
                string[] secrets = { Emulator.ApiSecret, keycode, workspace.Keycode, Password, OfProxy, Message, "Signature=" };
                var download = new DownloadOptions { Password = Password };
                Action[] calls =
                {
                    () => client.CreatePackage(),
                    () => client.OpenLink(finalized.Link),
                    () => client.OpenPackage(package.Id, keycode),
                    () => client.OpenLink("https://elsewhere.test/#keyCode=" + keycode),
                    () => client.GetUser(),
                    () => package.SetMessage(Message),
                    () => package.DownloadMemory(file.FileId, download),
                    () => package.DownloadAll(At("."), download),
                    () => workspace.UploadAll(At(".")),
                    () => package.Notify()
                };
                foreach (string action in new[] { "\"close\":true", "\"garbage\":true", "\"status\":500", "\"envelope\":{\"response\":\"DENIED\",\"message\":\"no\"}" })
                {
                    Emulator.Fault("*", action);
                    foreach (Action call in calls) Hides(TextOf(Assert.Throws<SendsafelyException>(call)), secrets);
                    Emulator.Admin("DELETE", "/faults");
                }
                Assert.True(lines.Any(line => line.Contains("trying again")));
                foreach (string line in lines) Hides(line, secrets);
                object[] all = { client, options, package, workspace, file, finalized, download, SecureLink.Parse(finalized.Link), package.GetInformation() };
                foreach (object one in all) Hides(one.ToString(), secrets);
            }
        }

        [Fact]
        public void NoTextHasThePasswordOfAProxy()
        {
            foreach (string proxy in new[] { "http://user:" + OfProxy + "@127.0.0.1:9", "ftp://user:" + OfProxy + "@proxy" })
            {
                SendsafelyException failure = Assert.Throws<SendsafelyException>(() =>
                {
                    using (var client = new Client("https://portal.test", "key", Emulator.ApiSecret, new ClientOptions { Proxy = proxy, RetryWindow = TimeSpan.Zero }))
                        client.GetUser();
                });
                Hides(TextOf(failure), new[] { OfProxy, Emulator.ApiSecret });
            }
        }
    }
}
