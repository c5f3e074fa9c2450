"""The project files that only the .NET SDK reads, as XML: versions, frameworks, what goes into the package."""

import fnmatch
import os
import re
import xml.etree.ElementTree as ET
import zipfile

import csharp_package

HERE = os.path.abspath(os.path.dirname(__file__))
ROOT = os.path.join(HERE, "../../..")


def text(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def project(path):
    return ET.fromstring(text(os.path.join(HERE, path)))


PACKAGE, TARGETS, TESTS = project("../src/LibSendSafely.csproj"), project("../src/LibSendSafely.targets"), project("LibSendSafely.Tests.csproj")


def value(tree, name):
    return tree.findtext(f".//{name}")


def test_the_version_is_that_of_cargo():
    version = re.search(r'^version = "(.*)"', text(os.path.join(ROOT, "Cargo.toml")), re.MULTILINE)[1]
    assert value(PACKAGE, "Version") == version
    native = text(os.path.join(HERE, "../src/Native.cs"))
    assert [re.search(rf"SENDSAFELY_VERSION_{part} = (\d+)", native)[1] for part in ("MAJOR", "MINOR", "PATCH")] == version.split(".")


def test_frameworks_and_language():
    assert value(PACKAGE, "TargetFrameworks") == "netstandard2.0;net8.0"
    for tree in (PACKAGE, TESTS):
        assert value(tree, "LangVersion") == "7.2"
    assert "-langversion:7.2" in text(os.path.join(HERE, "../build.sh"))


def test_no_file_is_listed_or_left_out():
    # Both builds take whole folders, so they cannot differ.
    for tree in (PACKAGE, TESTS):
        assert tree.find(".//Compile") is None
    assert all(name.endswith((".cs", ".csproj", ".targets")) for name in os.listdir(os.path.join(HERE, "../src")))


def files_of(pattern):
    """The files that one pattern of an item includes, with what the ** in it stands for: the item's RecursiveDir."""
    fixed, wild, name = pattern.partition("**/")
    if not wild:
        return [(os.path.normpath(pattern), "")]
    return [(os.path.join(folder, file), os.path.relpath(folder, fixed).replace(".", "", 1) if folder == fixed else os.path.relpath(folder, fixed) + "/")
            for folder, _, files in os.walk(fixed.rstrip("/")) for file in files if fnmatch.fnmatch(file, name)]


def packed(project, native_root):
    """Path in the package and file, of each item that NuGet packs, by its rules: a path with the extension of the file is its whole
    path, any other one a directory, to which NuGet appends RecursiveDir."""
    for item in project.iter("None"):
        if item.get("Pack") != "true":
            continue
        for pattern in item.get("Include").split(";"):
            source = os.path.join(HERE, "../src", pattern.replace("$(NativeRoot)", str(native_root)))
            for file, recursive in files_of(source):
                path = item.get("PackagePath").replace("%(RecursiveDir)", recursive).rstrip("/")
                if not path or os.path.splitext(path)[1] != os.path.splitext(file)[1]:
                    path = os.path.join(path, recursive, os.path.basename(file))
                yield path, file


def pack(project, target, native_root):
    """Makes a package as `dotnet pack` would, with empty assemblies."""
    for library in ("linux-x64/native/libsendsafely.so", "osx-arm64/native/libsendsafely.dylib", "win-x64/native/sendsafely.dll"):
        (native_root / library).parent.mkdir(parents=True)
        (native_root / library).write_text("")

    def of(name):
        return re.sub(r"\$\((\w+)\)", lambda match: of(match[1]), value(project, name) or "")

    nuspec = ET.Element("package")
    metadata = ET.SubElement(nuspec, "metadata")
    for name, source in {"id": "PackageId", "version": "Version", "authors": "Authors", "license": "PackageLicenseExpression",
                         "projectUrl": "PackageProjectUrl", "description": "Description", "copyright": "Copyright", "tags": "PackageTags",
                         "releaseNotes": "PackageReleaseNotes", "readme": "PackageReadmeFile"}.items():
        ET.SubElement(metadata, name).text = of(source)
    ET.SubElement(metadata, "repository", url=of("RepositoryUrl"), type=of("RepositoryType"))
    with zipfile.ZipFile(target, "w") as package:
        package.writestr(f"{of('PackageId')}.nuspec", ET.tostring(nuspec))
        for framework in of("TargetFrameworks").split(";"):
            for kind in ("dll", "xml"):
                package.writestr(f"lib/{framework}/{of('AssemblyName')}.{kind}", "")
        for path, file in packed(project, native_root):
            package.write(file, path)
    return target


def test_what_is_in_the_package(tmp_path):
    assert csharp_package.faults(pack(PACKAGE, tmp_path / "a.nupkg", tmp_path / "native")) == []
    # NuGet only imports a targets file that has the name of the package.
    assert value(PACKAGE, "PackageId") == value(PACKAGE, "AssemblyName") == value(PACKAGE, "RootNamespace") == "LibSendSafely"
    for name in ("Deterministic", "IncludeSymbols", "GenerateDocumentationFile", "TreatWarningsAsErrors", "IsPackable"):
        assert value(PACKAGE, name) == "true", name


def test_a_wrong_package_is_seen(tmp_path):
    wrong = project("../src/LibSendSafely.csproj")
    for item in wrong.iter("None"):
        if item.get("PackagePath") == "runtimes":
            item.set("PackagePath", "runtimes/%(RecursiveDir)")
    for name in ("Authors", "PackageProjectUrl"):
        wrong.find(f".//{name}").text = ""
    found = csharp_package.faults(pack(wrong, tmp_path / "a.nupkg", tmp_path / "native"))
    assert "runtimes/linux-x64/native/linux-x64/native/libsendsafely.so is not expected there" in found
    assert "there is no C library at runtimes/RID/native" in found and "authors is ''" in found
    assert csharp_package.relative_links("[a](../b) [c](https://d.test/e)") == ["../b"]


def test_packing_fails_without_a_library():
    (error,) = PACKAGE.iter("Error")
    assert error.get("Condition") == "'@(PackedLibrary)' == ''" and PACKAGE.find(".//Target/ItemGroup/PackedLibrary") is not None


def test_no_assembly_is_the_c_library_of_windows():
    # sendsafely.dll: file names there differ by more than case.
    for tree in (PACKAGE, TESTS):
        assert value(tree, "AssemblyName").lower() != "sendsafely"


def test_the_tests_run_on_a_newer_runtime():
    assert value(TESTS, "RollForward") == "Major"


def test_the_workflow_tests_packs_and_looks_into_the_package():
    workflow = text(os.path.join(ROOT, ".github/workflows/ci.yml"))
    for command in ("dotnet test bindings/csharp/tests", "dotnet pack bindings/csharp/src", "tools/csharp_package.py target/nuget/*.nupkg"):
        assert command in workflow, command


def test_framework_programs_get_the_library():
    (item,) = TARGETS.iter("None")
    assert "runtimes/$(_LibSendSafelyRid)/native/*.dll" in item.get("Include") and item.get("CopyToOutputDirectory") == "PreserveNewest"


def test_the_sdk_leaves_out_mini_xunit():
    assert "mini/**" in value(TESTS, "DefaultItemExcludes") and "programs/**" in value(TESTS, "DefaultItemExcludes")

