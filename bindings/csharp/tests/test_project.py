"""The project files that only the .NET SDK reads, as XML: versions, frameworks, what goes into the package."""

import os
import re
import xml.etree.ElementTree as ET

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


def test_what_is_in_the_package():
    paths = {item.get("Include").split(";")[0]: item.get("PackagePath") for item in PACKAGE.iter("None") if item.get("Pack") == "true"}
    assert paths["../README.md"] == "/" and value(PACKAGE, "PackageReadmeFile") == "README.md"
    assert paths["$(NativeRoot)/**/*.so"] == "runtimes/%(RecursiveDir)"
    places = [item.get("PackagePath") for item in PACKAGE.iter("None") if item.get("Include") == "LibSendSafely.targets"]
    assert places == ["build/net461/", "buildTransitive/net461/"]
    for name in ("Deterministic", "IncludeSymbols", "GenerateDocumentationFile", "TreatWarningsAsErrors", "IsPackable"):
        assert value(PACKAGE, name) == "true", name
    assert value(PACKAGE, "PackageLicenseExpression") == re.search(r'^license = "(.*)"', text(os.path.join(ROOT, "Cargo.toml")), re.MULTILINE)[1]
    # Packing fails if the directory contains no library.
    (error,) = PACKAGE.iter("Error")
    assert error.get("Condition") == "'@(NativeLibrary)' == ''" and PACKAGE.find(".//Target/ItemGroup/NativeLibrary") is not None
    # NuGet only imports a targets file that has the name of the package.
    assert value(PACKAGE, "PackageId") == "LibSendSafely"


def test_framework_programs_get_the_library():
    (item,) = TARGETS.iter("None")
    assert "runtimes/$(_LibSendSafelyRid)/native/*.dll" in item.get("Include") and item.get("CopyToOutputDirectory") == "PreserveNewest"


def test_the_sdk_leaves_out_mini_xunit():
    assert "mini/**" in value(TESTS, "DefaultItemExcludes") and "programs/**" in value(TESTS, "DefaultItemExcludes")

