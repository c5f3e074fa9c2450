using System;
using System.Linq;
using System.Reflection;
using System.Threading;
using System.Threading.Tasks;
using Xunit;

namespace LibSendSafely.Tests
{
    public class AsyncTests
    {
        /// <summary>The generator of Async.cs reads the sources as text; this test looks at the compiled methods.</summary>
        [Fact]
        public void EveryCallThatATokenStopsHasATask()
        {
            int checks = 0;
            foreach (MethodInfo method in typeof(Client).Assembly.GetExportedTypes().SelectMany(type => type.GetMethods())
                .Where(method => method.GetParameters().Any(parameter => parameter.ParameterType == typeof(CancellationToken)))
                .Where(method => !method.Name.EndsWith("Async")))
            {
                MethodInfo twin = method.DeclaringType.GetMethod(method.Name + "Async");
                Assert.True(twin != null, method.DeclaringType.Name + "." + method.Name + "Async is missing");
                Assert.Equal(method.ReturnType == typeof(void) ? typeof(Task) : typeof(Task<>).MakeGenericType(method.ReturnType), twin.ReturnType);
                Assert.Equal(method.GetParameters().Select(Describe), twin.GetParameters().Select(Describe));
                checks++;
            }
            Assert.True(checks > 70, "only " + checks);
        }

        private static string Describe(ParameterInfo parameter) =>
            parameter.ParameterType + " " + parameter.Name + (parameter.IsOptional ? " = " + parameter.DefaultValue : "");
    }
}
