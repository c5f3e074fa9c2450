// Only for the build with mcs: stand-ins for the classes of xunit that the tests use, and a runner.
using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using System.Threading.Tasks;

namespace Xunit
{
    [AttributeUsage(AttributeTargets.Method)]
    public class FactAttribute : Attribute { }

    [AttributeUsage(AttributeTargets.Method)]
    public sealed class TheoryAttribute : FactAttribute { }

    [AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
    public sealed class InlineDataAttribute : Attribute
    {
        public object[] Data { get; }
        public InlineDataAttribute(params object[] data) { Data = data; }
    }

    public static class Assert
    {
        public static void Equal<T>(T expected, T actual)
        {
            // As xunit does: sequences of any types are equal if their elements are.
            if (expected is IEnumerable these && actual is IEnumerable others && these.Cast<object>().SequenceEqual(others.Cast<object>())) return;
            if (!EqualityComparer<T>.Default.Equals(expected, actual)) throw new Exception("expected <" + expected + ">, got <" + actual + ">");
        }
        public static void Equal<T>(IEnumerable<T> expected, IEnumerable<T> actual)
        {
            if (!expected.SequenceEqual(actual))
                throw new Exception("expected <" + string.Join("|", expected.Take(50)) + ">, got <" + string.Join("|", actual.Take(50)) + ">");
        }
        /// <summary>Without an object for each byte of a large file.</summary>
        public static void Equal(byte[] expected, byte[] actual)
        {
            bool areEqual = expected.Length == actual.Length;
            for (int at = 0; areEqual && at < expected.Length; at++) areEqual = expected[at] == actual[at];
            if (!areEqual) throw new Exception("expected " + expected.Length + " bytes, got " + actual.Length + " or other ones");
        }
        public static void NotEqual<T>(T unexpected, T actual)
        {
            if (EqualityComparer<T>.Default.Equals(unexpected, actual)) throw new Exception("did not expect <" + actual + ">");
        }
        public static void True(bool value, string message = "expected true") { if (!value) throw new Exception(message); }
        public static void False(bool value, string message = "expected false") { if (value) throw new Exception(message); }
        public static void Null(object value) { if (value != null) throw new Exception("expected null, got <" + value + ">"); }
        public static void NotNull(object value) { if (value == null) throw new Exception("expected a value"); }
        public static void Same(object expected, object actual) { if (!ReferenceEquals(expected, actual)) throw new Exception("another object"); }
        public static void Empty<T>(IEnumerable<T> values) { if (values.Any()) throw new Exception("expected nothing, got <" + string.Join("|", values) + ">"); }
        public static T Single<T>(IEnumerable<T> values)
        {
            var all = values.ToList();
            if (all.Count != 1) throw new Exception("expected one, got " + all.Count + ": " + string.Join("|", all));
            return all[0];
        }
        public static void Contains(string part, string text) { if (text == null || !text.Contains(part)) throw new Exception("<" + part + "> is not in <" + text + ">"); }
        public static void EndsWith(string end, string text) { if (text == null || !text.EndsWith(end, StringComparison.Ordinal)) throw new Exception("<" + text + "> does not end with <" + end + ">"); }
        public static void DoesNotContain(string part, string text) { if (text != null && text.Contains(part)) throw new Exception("<" + part + "> is in <" + text + ">"); }
        public static void InRange<T>(T value, T low, T high) where T : IComparable<T>
        {
            if (value.CompareTo(low) < 0 || value.CompareTo(high) > 0) throw new Exception("<" + value + "> is not within <" + low + "> and <" + high + ">");
        }
        public static T IsType<T>(object value)
        {
            if (value == null || value.GetType() != typeof(T)) throw new Exception("expected " + typeof(T).Name + ", got <" + value + ">");
            return (T)value;
        }
        public static T Throws<T>(Func<object> action) where T : Exception => Throws<T>(new Action(() => action()));
        public static T Throws<T>(Action action) where T : Exception
        {
            try { action(); } catch (Exception e) { if (e.GetType() == typeof(T)) return (T)e; throw; }
            throw new Exception("expected " + typeof(T).Name);
        }
        public static async Task<T> ThrowsAsync<T>(Func<Task> action) where T : Exception
        {
            try { await action().ConfigureAwait(false); } catch (Exception e) { if (e.GetType() == typeof(T)) return (T)e; throw; }
            throw new Exception("expected " + typeof(T).Name);
        }
        public static async Task<T> ThrowsAnyAsync<T>(Func<Task> action) where T : Exception
        {
            try { await action().ConfigureAwait(false); } catch (T e) { return e; }
            throw new Exception("expected " + typeof(T).Name);
        }
    }

    internal static class Runner
    {
        /// <summary>Without arguments it lists the names of the tests; else it runs the named ones, in their order.</summary>
        private static int Main(string[] names)
        {
            List<KeyValuePair<string, Action>> tests = All().ToList();
            if (names.Length == 0) foreach (KeyValuePair<string, Action> test in tests) Console.WriteLine(test.Key);
            return names.Count(name => !Passes(name, tests.Single(test => test.Key == name).Value)) == 0 ? 0 : 1;
        }

        private static IEnumerable<KeyValuePair<string, Action>> All()
        {
            foreach (Type type in typeof(Runner).Assembly.GetExportedTypes().Where(type => !type.IsAbstract).OrderBy(type => type.Name))
                foreach (MethodInfo method in type.GetMethods().Where(method => method.GetCustomAttribute<FactAttribute>() != null))
                {
                    List<object[]> rows = method.GetCustomAttributes<InlineDataAttribute>().Select(row => row.Data).ToList();
                    if (rows.Count == 0) rows.Add(null);
                    foreach (object[] row in rows)
                    {
                        string name = type.Name + "." + method.Name + (row == null ? "" : "(" + string.Join(", ", row) + ")");
                        yield return new KeyValuePair<string, Action>(name, () => Run(type, method, row));
                    }
                }
        }

        private static void Run(Type type, MethodInfo method, object[] row)
        {
            object test = Activator.CreateInstance(type);
            Exception failure = null;
            try
            {
                var task = method.Invoke(test, row) as Task;
                if (task != null && !task.Wait(60000)) throw new TimeoutException("not done after 60 seconds");
            }
            catch (Exception e)
            {
                failure = e;
            }
            // After a failure of the test, one of Dispose must not replace it.
            try { (test as IDisposable)?.Dispose(); } catch when (failure != null) { }
            if (failure != null) throw failure;
        }

        /// <summary>Prints the reason of a failure, and as the last line the name with the result.</summary>
        private static bool Passes(string name, Action test)
        {
            Exception failure = null;
            try { test(); } catch (Exception e) { failure = e; }
            while ((failure is TargetInvocationException || failure is AggregateException) && failure.InnerException != null)
                failure = failure.InnerException;
            if (failure != null)
                Console.WriteLine(failure.GetType().Name + ": " + failure.Message + Environment.NewLine + failure.StackTrace);
            Console.WriteLine(name + (failure == null ? ": ok" : ": FAILED"));
            return failure == null;
        }
    }
}
