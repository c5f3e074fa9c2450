// The requests: docs/protocol.md 7.3.
namespace LibSendSafely
{
    /// <summary>A Workspace: a package with directories and collaborators, which stays. It can be used at once and is
    /// never finalized.</summary>
    public sealed partial class Workspace : Package
    {
        internal Workspace(PackageHandle handle, Listeners listeners) : base(handle, listeners) { }
    }
}
