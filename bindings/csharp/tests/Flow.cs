using System;
using System.Collections.Generic;
using System.IO;
using System.Security.Cryptography;
using System.Threading;

namespace LibSendSafely.Tests
{
    /// <summary>The setup of a test: an empty server, a client and a directory. At the end no object of the library may be left.</summary>
    public abstract class Flow : IDisposable
    {
        private readonly long _before = Library.LiveObjects;
        private readonly List<IDisposable> _made = new List<IDisposable>();
        protected readonly Client Client;
        protected readonly string Place = Path.Combine(Path.GetTempPath(), "sendsafely-" + Guid.NewGuid().ToString("N"));

        protected Flow()
        {
            Emulator.Reset();
            Directory.CreateDirectory(Place);
            Client = Use(NewClient());
        }

        public void Dispose()
        {
            foreach (IDisposable made in _made) made.Dispose();
            Directory.Delete(Place, true);
            // A task may end a moment before its thread has released its handles.
            for (int i = 0; i < 100 && Library.LiveObjects > _before; i++) Thread.Sleep(20);
            if (Library.LiveObjects > _before) throw new Exception(Library.LiveObjects - _before + " objects are left");
        }

        /// <summary>Registers an object that is disposed of at the end of the test.</summary>
        protected T Use<T>(T made) where T : IDisposable
        {
            _made.Add(made);
            return made;
        }

        protected static Client NewClient(ClientOptions options = null) =>
            new Client(Emulator.Url, Emulator.ApiKey, Emulator.ApiSecret, options ?? new ClientOptions { RetryWindow = TimeSpan.FromSeconds(5) });

        protected string At(string name) => Path.Combine(Place, name);

        protected static byte[] Bytes(int count)
        {
            var bytes = new byte[count];
            using (RandomNumberGenerator random = RandomNumberGenerator.Create()) random.GetBytes(bytes);
            return bytes;
        }

        /// <summary>A finalized package with one file.</summary>
        protected Package Sent(byte[] data, string name = "a.bin")
        {
            Package package = Use(Client.CreatePackage());
            package.UploadMemory(name, data);
            package.Finalize(new FinalizeOptions { UndisclosedRecipients = true });
            return package;
        }
    }

    /// <summary>Runs its handler on the thread of the call, unlike Progress of .NET, which posts to another one.</summary>
    public sealed class Direct : IProgress<TransferProgress>
    {
        private readonly Action<TransferProgress> _handler;
        public readonly List<TransferProgress> All = new List<TransferProgress>();

        public Direct(Action<TransferProgress> handler = null) { _handler = handler; }

        public void Report(TransferProgress progress)
        {
            lock (All) All.Add(progress);
            _handler?.Invoke(progress);
        }
    }
}
