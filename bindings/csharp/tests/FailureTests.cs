using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Text.RegularExpressions;
using System.Threading;
using System.Threading.Tasks;
using Xunit;

namespace LibSendSafely.Tests
{
    public class FailureTests : Flow
    {
        [Fact]
        public void ARefusalHasStatusAndServerCode()
        {
            Package package = Use(Client.CreatePackage());
            package.AddRecipient("ann@example.com");
            SendsafelyException failure = Assert.Throws<SendsafelyException>(() => package.AddRecipient("ann@example.com"));
            Assert.Equal(Status.DuplicateEmail, failure.Status);
            Assert.Equal(200, failure.HttpStatus.Value);
            Assert.Equal("DUPLICATE_EMAIL", failure.ServerCode);
            Assert.NotNull(failure.ServerMessage);
            Assert.Contains("DUPLICATE_EMAIL", failure.Message);
            Assert.Contains("id of the recipient", failure.Remedy);
            Assert.False(failure.IsRetryable);
            Assert.Null(failure.Report);
        }

        [Fact]
        public void ARefusalWithoutARequestHasNoHttpStatus()
        {
            Package package = Use(Client.CreatePackage());
            Emulator.Admin("DELETE", "/requests");
            SendsafelyException failure = Assert.Throws<SendsafelyException>(() => package.AddRecipient("ann"));
            Assert.Equal(Status.MalformedEmail, failure.Status);
            Assert.Null(failure.HttpStatus);
            Assert.Null(failure.ServerCode);
            Assert.Null(failure.ServerMessage);
            Assert.Equal("[]", Emulator.Admin("GET", "/requests").Trim().Replace("{\"requests\":[]}", "[]"));
        }

        [Fact]
        public void AFailureOfTheNetworkIsRetryable()
        {
            using (Client client = NewClient(new ClientOptions { RetryWindow = TimeSpan.Zero }))
            {
                Emulator.Fault("create_package", "\"status\":503", 1);
                Assert.True(Assert.Throws<SendsafelyException>(() => client.CreatePackage()).IsRetryable);
                using (Package package = client.CreatePackage()) Assert.NotNull(package.Id);
            }
        }

        [Fact]
        public void NoCallTakesLongerThanItsDeadline()
        {
            var options = new ClientOptions { Deadline = TimeSpan.FromSeconds(1), RetryWindow = TimeSpan.FromMinutes(1) };
            using (Client client = NewClient(options))
            {
                Emulator.Fault("create_package", "\"hang_ms\":60000", 1);
                Assert.Equal(Status.DeadlineExceeded, Assert.Throws<SendsafelyException>(() => client.CreatePackage()).Status);
                using (Package package = client.CreatePackage()) Assert.NotNull(package.Id);
            }
        }

        [Fact]
        public void ARefusalIsNotRetryable()
        {
            using (Client client = NewClient())
            {
                Emulator.Fault("user_information", "\"status\":403", 1);
                SendsafelyException failure = Assert.Throws<SendsafelyException>(() => client.GetUser());
                Assert.Equal(403, failure.HttpStatus);
                Assert.False(failure.IsRetryable);
            }
        }

        [Fact]
        public void NoMessageContainsASecret()
        {
            using (var client = new Client(Emulator.Url, Emulator.ApiKey, "a-wrong-secret"))
            {
                SendsafelyException failure = Assert.Throws<SendsafelyException>(() => client.VerifyCredentials());
                Assert.Equal(Status.AuthenticationFailed, failure.Status);
                Assert.DoesNotContain("a-wrong-secret", failure.ToString());
                Assert.Contains("check the API key", failure.Remedy);
                Assert.Contains(failure.Remedy, failure.Message);
            }
        }

        [Fact]
        public void MessagesHaveTheNamesOfDotNet()
        {
            Package package = Use(Client.CreatePackage());
            SendsafelyException failure = Assert.Throws<SendsafelyException>(() => package.Finalize());
            Assert.Equal("add a recipient, or finalize with UndisclosedRecipients", failure.Remedy);
            Assert.Contains("with UndisclosedRecipients", failure.Message);
            Assert.Contains("set AllowPlainHttp", Assert.Throws<SendsafelyException>(() => new Client("http://example.com", "k", "s")).Message);
            Assert.Contains("PartsInFlight", Assert.Throws<SendsafelyException>(() => NewClient(new ClientOptions { PartsInFlight = 17 })).Message);
            Assert.Contains("no Existing", Assert.Throws<SendsafelyException>(
                () => package.DownloadFile("x", At("x"), new DownloadOptions { Existing = (Existing)7 })).Message);
            Assert.Contains("upload from a stream", Assert.Throws<SendsafelyException>(() => package.UploadFile("/dev/null")).Message);
            SendsafelyException busy = null;
            package.UploadMemory("a", Bytes(10), progress: new Direct(_ => busy = busy ?? Assert.Throws<SendsafelyException>(() => package.SetLife(3))));
            Assert.DoesNotContain("callback", busy.Message);
            foreach (Status status in Enum.GetValues(typeof(Status)))
                Assert.False(Regex.IsMatch(Library.Description(status), "[a-z]_[a-z]|callback|SENDSAFELY"), Library.Description(status));
            Assert.Contains("PartsInFlight is 17", Assert.Throws<SendsafelyException>(() => NewClient(new ClientOptions { PartsInFlight = 17 })).Message);
        }

        [Fact]
        public void NamesOfFilesInMessagesStayAsTheyAre()
        {
            Package package = Use(Client.CreatePackage());
            foreach (string name in new[] { "user_id", "part_size.pdf", "no callback or file_name", "set replace_characters" })
            {
                Assert.Contains(name + ": ", Assert.Throws<SendsafelyException>(() => package.UploadFile(name)).Message);
                File.WriteAllText(At(name), "x");
            }
            var log = new List<string>();
            using (Client client = NewClient(new ClientOptions { Log = log.Add }))
            using (Package refused = client.CreatePackage())
            {
                Emulator.Fault("create_file", "\"status\":403");
                SendsafelyException failure = Assert.Throws<SendsafelyException>(() => refused.UploadAll(Place));
                string said = failure.Message + string.Concat(failure.Report.Select(item => item.Path + item.Message)) + string.Concat(log);
                Assert.Contains("user_id", said);
                Assert.DoesNotContain("userId", said);
            }
        }

        [Fact]
        public void ToStringShowsNoContent()
        {
            // Records and options contain secrets: ToString must return the name of the type only.
            foreach (Type type in typeof(Client).Assembly.GetExportedTypes().Where(type => type.IsClass && !typeof(Exception).IsAssignableFrom(type)))
                Assert.Equal(typeof(object), type.GetMethod("ToString", Type.EmptyTypes)?.DeclaringType ?? typeof(object));
        }

        [Fact]
        public void NullThrowsWithTheNameOfTheParameter()
        {
            Package package = Use(Client.CreatePackage());
            Assert.Equal("host", Assert.Throws<ArgumentNullException>(() => new Client(null, "k", "s")).ParamName);
            Assert.Equal("email", Assert.Throws<ArgumentNullException>(() => package.AddRecipient(null)).ParamName);
            Assert.Equal("emails", Assert.Throws<ArgumentNullException>(() => package.AddRecipients(null)).ParamName);
            Assert.Equal("emails", Assert.Throws<ArgumentNullException>(() => package.AddRecipients(new string[] { null })).ParamName);
            Assert.Equal("source", Assert.Throws<ArgumentNullException>(() => package.UploadStream("a", null)).ParamName);
            Assert.Equal("data", Assert.Throws<ArgumentNullException>(() => package.UploadMemory("a", null)).ParamName);
            Assert.Equal("target", Assert.Throws<ArgumentNullException>(() => package.DownloadStream("a", null)).ParamName);
            Assert.Equal("targetPackage", Assert.Throws<ArgumentNullException>(() => package.CopyFile("a", null)).ParamName);
            Assert.Equal("options", Assert.Throws<ArgumentNullException>(() => Client.FinishRegistration(null)).ParamName);
            // A required parameter has no default.
            Assert.False(typeof(Client).GetMethod("FinishRegistration").GetParameters()[0].IsOptional);
        }

        [Fact]
        public void TextsThatCCannotTakeAreRefused()
        {
            Package package = Use(Client.CreatePackage());
            Assert.Equal("text", Assert.Throws<ArgumentException>(() => package.SetMessage("cut\0here")).ParamName);
            Assert.Equal("text", Assert.Throws<ArgumentException>(() => package.SetMessage("half a pair: \ud83c")).ParamName);
            Assert.Throws<ArgumentOutOfRangeException>(() => package.UploadStream("a", new MemoryStream(), -1));
            Assert.Equal("RetryWindow", Assert.Throws<ArgumentOutOfRangeException>(
                () => NewClient(new ClientOptions { RetryWindow = TimeSpan.FromSeconds(-1) })).ParamName);
            Assert.Equal("PageSize", Assert.Throws<ArgumentOutOfRangeException>(
                () => Client.ListPackages(PackageList.Sent, new ListOptions { PageSize = -1 })).ParamName);
        }

        /// <summary>In C zero means the default for these; here null does, and zero is out of range.</summary>
        [Fact]
        public void ZeroIsNotTheDefault()
        {
            Assert.Equal("bits", Assert.Throws<ArgumentOutOfRangeException>(() => KeyPair.Generate(0)).ParamName);
            Assert.Equal("bits", Assert.Throws<ArgumentOutOfRangeException>(() => KeyPair.Generate(-5)).ParamName);
            Assert.Equal("PartSize", Assert.Throws<ArgumentOutOfRangeException>(() => NewClient(new ClientOptions { PartSize = 0 })).ParamName);
            Assert.Equal("PartsInFlight", Assert.Throws<ArgumentOutOfRangeException>(() => NewClient(new ClientOptions { PartsInFlight = 0 })).ParamName);
            Assert.Equal("PageSize", Assert.Throws<ArgumentOutOfRangeException>(
                () => Client.ListPackages(PackageList.Sent, new ListOptions { PageSize = 0 })).ParamName);
            Assert.Equal("StallTimeout", Assert.Throws<ArgumentOutOfRangeException>(
                () => NewClient(new ClientOptions { StallTimeout = TimeSpan.Zero })).ParamName);
            // A fraction of a millisecond is not rounded to zero, above or below it.
            Assert.Equal("RetryWindow", Assert.Throws<ArgumentOutOfRangeException>(
                () => NewClient(new ClientOptions { RetryWindow = TimeSpan.FromTicks(-1) })).ParamName);
            NewClient(new ClientOptions { StallTimeout = TimeSpan.FromTicks(1), ConnectTimeout = TimeSpan.MaxValue, RetryWindow = TimeSpan.Zero }).Dispose();
        }

        [Theory]
        [InlineData("http://example.com", Status.InsecureHost)]
        [InlineData("nonsense with blanks", Status.MalformedHost)]
        [InlineData("https://example.com/path", Status.MalformedHost)]
        public void BadHostsAreRefusedAtOnce(string host, Status status)
        {
            Assert.Equal(status, Assert.Throws<SendsafelyException>(() => new Client(host, "k", "s")).Status);
        }

        [Fact]
        public void OptionsOutOfRangeAreRefused()
        {
            Assert.Equal(Status.InvalidArgument, Assert.Throws<SendsafelyException>(() => NewClient(new ClientOptions { PartsInFlight = 17 })).Status);
            Assert.Equal(Status.InvalidArgument, Assert.Throws<SendsafelyException>(() => KeyPair.Generate(1000)).Status);
            Assert.Equal(Status.InvalidArgument, Assert.Throws<SendsafelyException>(() => Client.ListPackages((PackageList)77)).Status);
        }

        [Fact]
        public void WrongStepsHaveAStatusOfTheirOwn()
        {
            Package package = Use(Client.CreatePackage());
            Assert.Equal(Status.NotFinalized, Assert.Throws<SendsafelyException>(() => package.Link).Status);
            Assert.Equal(Status.NoRecipient, Assert.Throws<SendsafelyException>(() => package.Finalize()).Status);
            package.AddRecipient("ann@example.com");
            Assert.Equal(Status.NoFile, Assert.Throws<SendsafelyException>(() => package.Finalize()).Status);
            package.SetMessage("x");
            package.Finalize();
            Assert.Equal(Status.AlreadyFinalized, Assert.Throws<SendsafelyException>(() => package.Finalize()).Status);
            Assert.Equal(Status.AlreadyFinalized, Assert.Throws<SendsafelyException>(() => package.UploadMemory("a", new byte[1])).Status);
            Package without = Use(Client.OpenLink(package.Link.Split('#')[0]));
            Assert.Equal(Status.KeycodeUnknown, Assert.Throws<SendsafelyException>(() => without.Keycode).Status);
        }

        /// <summary>Every public member of a disposed object except Dispose, with and without a task.</summary>
        [Fact]
        public void DisposedObjectsThrow()
        {
            Client client = NewClient();
            Workspace workspace = client.CreateWorkspace();
            ListingReader<PackageSummary> reader = client.ListPackages(PackageList.Sent).GetEnumerator();
            foreach (IDisposable one in new IDisposable[] { reader, workspace, client })
            {
                one.Dispose();
                one.Dispose();
            }
            int checks = 0;
            foreach (object one in new object[] { client, workspace, reader })
                foreach (MethodInfo method in one.GetType().GetMethods(BindingFlags.Public | BindingFlags.Instance)
                    .Where(method => method.DeclaringType != typeof(object) && method.DeclaringType != typeof(Resource))
                    .Where(method => !(one == (object)reader && (method.Name == "get_Current" || method.Name == "Reset"))))
                {
                    object[] arguments = method.GetParameters().Select(parameter => Sample(parameter)).ToArray();
                    Exception failure = null;
                    try
                    {
                        // An Async method throws at once, not when its task is awaited.
                        method.Invoke(one, arguments);
                    }
                    catch (TargetInvocationException e)
                    {
                        failure = e.InnerException;
                    }
                    Assert.True(failure is ObjectDisposedException, one.GetType().Name + "." + method.Name + ": " + failure);
                    Assert.Equal(one.GetType().Name, ((ObjectDisposedException)failure).ObjectName);
                    checks++;
                }
            Assert.True(checks > 150, "only " + checks);
        }

        private static object Sample(ParameterInfo parameter)
        {
            Type type = parameter.ParameterType;
            if (type == typeof(CancellationToken)) return CancellationToken.None;
            if (type == typeof(IProgress<TransferProgress>)) return null;
            if (type == typeof(string)) return "text";
            if (type == typeof(byte[])) return new byte[1];
            if (type == typeof(Stream)) return new MemoryStream();
            if (type == typeof(IEnumerable<string>)) return new[] { "text" };
            if (type == typeof(RegistrationOptions)) return new RegistrationOptions();
            return type.IsValueType ? Activator.CreateInstance(type) : null;
        }

        [Fact]
        public void TheLibraryReturnsVersionAndStatusTexts()
        {
            Assert.Equal(typeof(Client).Assembly.GetName().Version.ToString(3), Library.Version);
            Assert.Equal("SENDSAFELY_NO_RECIPIENT", Library.Name(Status.NoRecipient));
            Assert.Contains("recipient", Library.Description(Status.NoRecipient));
        }
    }
}
