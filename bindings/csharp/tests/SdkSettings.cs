// All tests share one server, so they must not run in parallel. MiniXunit.cs never does that; the real xunit does by default.
#if !MCS
[assembly: Xunit.CollectionBehavior(DisableTestParallelization = true)]
#endif
