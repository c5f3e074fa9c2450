// The server is shared: one test at a time, also with the real xunit.
#if !MCS
[assembly: Xunit.CollectionBehavior(DisableTestParallelization = true)]
#endif
