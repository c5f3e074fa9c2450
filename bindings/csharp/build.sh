#!/bin/bash
# Compiles the assembly, its tests and the examples with mcs: bindings/csharp/build.sh [DIRECTORY], by default
# target/csharp. The programs run on mono and on CoreCLR 8. The .NET SDK makes the package: see README.md.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
here=$root/bindings/csharp
out=${1:-$root/target/csharp}
mkdir -p "$out"

compile() { "$root/tools/csharp" mcs -langversion:7.2 -warn:4 -warnaserror -debug -define:MCS -out:"$out/$1" "${@:2}"; }

program() { # NAME SOURCES...
  compile "$1.exe" -target:exe -r:"$out/LibSendSafely.dll" "${@:2}"
  # Runs without libicu, which may be missing.
  cat >"$out/$1.runtimeconfig.json" <<END
{"runtimeOptions":{"framework":{"name":"Microsoft.NETCore.App","version":"8.0.0"},"configProperties":{"System.Globalization.Invariant":true}}}
END
}

# The SDK would generate this file.
version=$(sed -n 's/^version = "\(.*\)"/\1/p' "$root/Cargo.toml" | head -n 1)
echo "[assembly: System.Reflection.AssemblyVersion(\"$version.0\")]" >"$out/AssemblyVersion.cs"
compile LibSendSafely.dll -target:library -doc:"$out/LibSendSafely.xml" "$here"/src/*.cs "$out/AssemblyVersion.cs"
program LibSendSafely.Tests "$here"/tests/*.cs "$here"/tests/mini/*.cs
for example in Send Receive Sync; do
  program $example "$root/examples/csharp/$example.cs" "$root/examples/csharp/Terminal.cs"
done
for program in LeaveOpen NoThreads; do
  program $program "$here/tests/programs/$program.cs"
done
# Both runtimes search beside the assembly.
ln -sf "$root/target/release/libsendsafely.so" "$out/libsendsafely.so"
