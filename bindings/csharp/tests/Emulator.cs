using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using System.Threading;

namespace LibSendSafely.Tests
{
    /// <summary>The server of all tests, which ends with this process. Each test resets it first.</summary>
    internal static class Emulator
    {
        private static Process _process;
        private static readonly Lazy<string> Ready = new Lazy<string>(Start);

        internal static string Url => Value("url");
        internal static string ApiKey => Value("api_key");
        internal static string ApiSecret => Value("api_secret");

        /// <summary>The first value of this name in the ready file; the first user is the administrator.</summary>
        internal static string Value(string name) => Member(Ready.Value, name);

        /// <summary>The first member of this name in JSON text, a text or a number. .NET Standard 2.0 has no JSON parser.</summary>
        internal static string Member(string json, string name)
        {
            Match match = Regex.Match(json, "\"" + name + "\"\\s*:\\s*(?:\"((?:[^\"\\\\]|\\\\.)*)\"|([^,}\\]\\s]+))");
            if (!match.Success) throw new InvalidOperationException(name + " is not in " + json);
            return match.Groups[1].Success ? match.Groups[1].Value : match.Groups[2].Value;
        }

        /// <summary>Sends a request to the admin interface, and returns the body of the response.</summary>
        internal static string Admin(string method, string path, string json = null)
        {
            var request = WebRequest.CreateHttp(Value("admin_url") + path);
            request.Method = method;
            request.Proxy = null;
            request.Timeout = 20000;
            request.ServicePoint.Expect100Continue = false;
            if (json != null)
            {
                byte[] body = Encoding.UTF8.GetBytes(json);
                using (Stream stream = request.GetRequestStream()) stream.Write(body, 0, body.Length);
            }
            using (WebResponse response = request.GetResponse())
            using (var reader = new StreamReader(response.GetResponseStream(), Encoding.UTF8)) return reader.ReadToEnd();
        }

        internal static void Reset()
        {
            Admin("POST", "/handshake-hang", "{\"on\":false}");
            Admin("POST", "/reset", "{}");
        }

        internal static void Settings(string json) => Admin("POST", "/settings", json);

        internal static void Fault(string endpoint, string action, int times = 0, string more = "") =>
            Admin("POST", "/faults", "{\"endpoint\":\"" + endpoint + "\",\"times\":" + times + more + ",\"action\":{" + action + "}}");

        /// <summary>What the server has stored of a package, as JSON text.</summary>
        internal static string State(Package package) => Admin("GET", "/packages/" + package.Id);

        /// <summary>How many packages are on the server that were not deleted.</summary>
        internal static int Packages =>
            Regex.Matches(Admin("GET", "/packages"), "\"([^\"]+)\"").Cast<Match>().Count(match => !Admin("GET", "/packages/" + match.Groups[1].Value).Contains("DELETED"));

        /// <summary>How many requests the server has received for an endpoint.</summary>
        internal static int Requests(string endpoint) => Regex.Matches(Admin("GET", "/requests"), "\"endpoint\":\\s*\"" + endpoint + "\"").Count;

        /// <summary>The directory of the repository, above the one of this program.</summary>
        internal static string Repository
        {
            get
            {
                string here = AppDomain.CurrentDomain.BaseDirectory, place = here;
                while (!Directory.Exists(Path.Combine(place, "tests/abi")))
                    place = Path.GetDirectoryName(place) ?? throw new DirectoryNotFoundException("the repository is not above " + here);
                return place;
            }
        }

        private static string Built()
        {
            string program = Path.Combine(Repository, "target/release/sendsafely-emulator" + (Path.DirectorySeparatorChar == '/' ? "" : ".exe"));
            if (File.Exists(program)) return program;
            throw new FileNotFoundException(program + " does not exist: run `make build`, or set SENDSAFELY_EMULATOR to the path of the emulator");
        }

        private static string Start()
        {
            string program = Environment.GetEnvironmentVariable("SENDSAFELY_EMULATOR") ?? Built();
            string ready = Path.Combine(Path.GetTempPath(), "sendsafely-" + Guid.NewGuid().ToString("N") + ".json");
            _process = Process.Start(new ProcessStartInfo(program, "--exit-with-stdin --ready-file \"" + ready + "\"")
            {
                UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true,
            });
            for (var clock = Stopwatch.StartNew(); !File.Exists(ready); Thread.Sleep(20))
                if (_process.HasExited || clock.Elapsed > TimeSpan.FromSeconds(20)) throw new InvalidOperationException("the emulator did not start");
            string text = File.ReadAllText(ready);
            File.Delete(ready);
            return text;
        }
    }
}
