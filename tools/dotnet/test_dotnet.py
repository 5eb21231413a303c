#!/usr/bin/env python3
"""Tests OpenDO.Interop.cs and OpenDO.Interop.Generated.cs: against the IDL, and, where there is a
.NET SDK, by a program each.

    test_dotnet.py --dll DOSVC.DLL --work FOLDER [--only WORD] [EMULATOR ARGUMENT...]

The programs are built for win-x64 in FOLDER. Whatever stands at the end is put before each Windows
program, which is how they run under Wine. Without an SDK, or where its packages cannot be had,
the programs count as skipped.
"""

import argparse
import os
import re
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "tools", "lib"))

import client_tests  # noqa: E402

# Enumerations whose values have other prefixes than their own name.
PREFIXES = {
    "BITS_JOB_PROPERTY_ID": ("BITS_JOB_PROPERTY_ID_", "BITS_JOB_PROPERTY_"),
    "DOJobPropertyId": ("DOJobPropertyId_",),
    "DOFilePropertyId": ("DOFilePropertyId_",),
}


def read(*parts):
    with open(os.path.join(ROOT, *parts), encoding="utf-8") as file:
        return file.read()


def without_comments(text):
    return re.sub(r"/\*.*?\*/|//[^\n]*", "", text, flags=re.DOTALL)


def idl_interfaces(text):
    """Name: (IID, base, methods) of each interface that is written out."""
    found = {}
    for iid, name, base, body in re.findall(
            r"uuid\(([0-9A-F-]{36})\)[^\]]*\]\s*interface (\w+) : (\w+)\s*\{(.*?)\n\}", text,
            re.DOTALL):
        found[name] = (iid, base, re.findall(r"HRESULT (\w+)\(", body))
    return found


def source_interfaces(text):
    """The same of the C# source, with the number of slots that it leaves out."""
    found = {}
    for iid, name, body in re.findall(
            r'Guid\("([0-9A-F-]{36})"\)[^\]]*\]\s*public interface (\w+)[^{]*\{(.*?)\n    \}',
            text, re.DOTALL):
        gap = re.search(r"_VtblGap1_(\d+)\(", body)
        methods = re.findall(r"^ +(?:new )?(?:void|int) (\w+)\(", body, re.MULTILINE)
        found[name] = (iid, int(gap.group(1)) if gap else 0,
                       [method for method in methods if not method.startswith("_VtblGap")])
    return found


def all_methods(interfaces, name):
    if name == "IUnknown":
        return []
    _, base, methods = interfaces[name]
    return all_methods(interfaces, base) + methods


def parameters(text):
    """What stands between the parentheses, without attributes, as a list."""
    depth, attribute, parts = 0, 0, [""]
    for letter in text.replace("[]", "\0"):  # an array's brackets are no attribute
        attribute += letter == "["
        if not attribute:
            depth += {"(": 1, ")": -1, "<": 1, ">": -1}.get(letter, 0)
            if letter == "," and depth == 0:
                parts.append("")
            else:
                parts[-1] += letter
        attribute -= letter == "]"
    parts = [" ".join(part.replace("\0", "[]").split()) for part in parts]
    return [part for part in parts if part not in ("", "void")]


# How wide a parameter is that is passed by value or points to one; texts, objects and blocks of
# memory are pointers.
WIDTHS = {
    "UINT64": 8, "UINT32": 4, "DWORD": 4, "ULONG": 4, "HRESULT": 4, "BOOL": 4, "UINT": 4, "LONG": 4,
    "ulong": 8, "long": 8, "uint": 4, "int": 4, "bool": 4,
}


def idl_parameter(text):
    """(width, is it a pointer to that) or the kind, of a parameter in the IDL."""
    words = re.sub(r"\b(const|struct|enum|unsigned)\b", "", text.replace("*", " * ")).split()
    stars, kind = words.count("*"), words[0]
    if kind in WIDTHS:
        return (WIDTHS[kind], stars > 0)
    if kind.startswith(("I", "LP")) or kind in ("VARIANT", "BSTR", "BYTE"):
        return "pointer"
    return kind


def source_parameter(text):
    words = text.split()
    by_reference = words[0] in ("out", "ref", "in")
    kind = words[1] if by_reference else words[0]
    if kind in WIDTHS:
        return (WIDTHS[kind], by_reference)
    if kind.startswith("I") or kind in ("string", "object", "IntPtr", "byte[]") or kind.endswith("[]"):
        return "pointer"
    return kind


def check_parameters(idl, source):
    """Each method has as many parameters, and each that is a number is as wide and by reference
    where the IDL has a pointer to one."""
    compared = 0
    theirs = {}
    for name, body in re.findall(r"interface (\w+) : \w+\s*\{(.*?)\n\}", idl, re.DOTALL):
        for method, text in re.findall(r"HRESULT (\w+)\((.*?)\);", body, re.DOTALL):
            theirs[name, method] = parameters(text)
    for name, body in re.findall(r"public interface (\w+)[^{]*\{(.*?)\n    \}", source, re.DOTALL):
        for method, text in re.findall(r"^ +(?:new )?(?:void|int) (\w+)\((.*?)\);", body,
                                       re.MULTILINE | re.DOTALL):
            ours = parameters(text)
            if (name, method) not in theirs:
                continue
            wanted = theirs[name, method]
            assert len(ours) == len(wanted), \
                "%s.%s has %s, but the IDL has %s" % (name, method, ours, wanted)
            for our, their in zip(ours, wanted):
                left, right = source_parameter(our), idl_parameter(their)
                if isinstance(left, tuple) and isinstance(right, tuple):
                    assert left == right, "%s.%s: '%s' is not '%s'" % (name, method, our, their)
                    compared += 1
    assert compared > 40, "only %d numbers were compared" % compared


def forms(text):
    """Name: {method: its form} of each interface of a C# source: what it returns, and how each
    parameter goes, whichever way the source says that."""
    found = {}
    for attributes, name, body in re.findall(
            r"^    \[(?:ComImport|GeneratedComInterface)(.*?)\]\s*"
            r"public (?:partial )?interface (\w+)[^{]*\{(.*?)\n    \}", text, re.DOTALL | re.MULTILINE):
        all_text = "ComInterfaceType" in attributes or "StringMarshalling.Utf16" in attributes
        methods = found[name] = {}
        body = re.sub(r"\[PreserveSig\]\s*\[return: MarshalUsing\(typeof\(ResultMarshaller\)\)\]\s*int", "void",
                      body)
        for preserved, is_new, result, method, arguments in re.findall(
                r"(\[PreserveSig\]\s*)?(new )?(void|int) (\w+)\((.*?)\);", body, re.DOTALL):
            if is_new or method.startswith("_VtblGap"):
                continue
            form = methods[method] = ["int" if preserved else result]
            assert bool(preserved) == (result == "int"), "%s.%s: PreserveSig" % (name, method)
            for attribute, parameter in zip(attributes_of(arguments), parameters(arguments)):
                words = parameter.split()
                by_reference = words.pop(0) if words[0] in ("out", "ref", "in") else ""
                kind = words[0]
                if kind == "object":
                    kind = "VARIANT" if "Struct" in attribute or "VariantMarshaller" in attribute else "IUnknown"
                elif kind == "string":
                    assert "LPWStr" in attribute or all_text and "Generated" in text, \
                        "%s.%s: a text that is not UTF-16" % (name, method)
                elif kind == "bool":
                    assert "UnmanagedType.Bool" in attribute, "%s.%s: a bool" % (name, method)
                elif kind.endswith("[]"):
                    kind += " filled" if "Out" in attribute else ""
                    assert re.search(r"SizeParamIndex|SizeConst|CountElementName|ConstantElementCount",
                                     attribute), "%s.%s: how long is the array?" % (name, method)
                form.append((by_reference + " " + kind).strip())
    return found


def attributes_of(text):
    """The attributes of each parameter, as one text."""
    depth, parts = 0, [""]
    for letter in text.replace("[]", ""):
        depth += {"[": 1, "]": -1}.get(letter, 0)
        if letter == "," and depth == 0:
            parts.append("")
        elif depth:
            parts[-1] += letter
    return parts


def check_generated(idl, source, generated):
    """The second file has the interfaces of the first."""
    ours, theirs = forms(generated), forms(source)
    iids = {name: iid for iid, name in re.findall(
        r'Guid\("([0-9A-F-]{36})"\)\]\s*public partial interface (\w+)', generated)}
    bases = dict(re.findall(r"partial interface (\w+) : (\w+)", generated))
    missing = sorted(set(theirs) ^ (set(ours) - {"ISequentialStream", "IStream"}))
    assert len(theirs) > 25 and not missing, "not in both: %s" % missing
    for name, methods in theirs.items():
        assert list(ours[name]) == list(methods), "%s has %s" % (name, list(ours[name]))
        for method, form in methods.items():
            assert ours[name][method] == form, \
                "%s.%s is %s, but in the first file %s" % (name, method, ours[name][method], form)
        assert iids[name] == source_interfaces(source)[name][0], "%s has another IID" % name
        base = idl_interfaces(idl).get(name, ("", "IUnknown", []))[1]
        assert bases.get(name, "IUnknown") == base, "%s extends %s" % (name, bases.get(name))


def members(text, name):
    """(type, name) of each member of a structure."""
    body = re.search(r"(?:struct|class) %s\s*\{(.*?)\n {4,8}\}" % name, text, re.DOTALL).group(1)
    body = re.sub(r"\[[^\]]*\]", "", body)
    return [(kind, one.strip()) for kind, names in re.findall(r"public (\w+) ([\w, ]+);", body)
            for one in names.split(",")]


def check_native(source, generated):
    """What the second file's structures are in memory follows the first's."""
    compared = 0
    for marshaller, name in re.findall(
            r"NativeMarshalling\(typeof\((\w+)\)\)\]\s*public \w*\s*partial (?:struct|class) (\w+)",
            generated):
        wanted = []
        for kind, member in members(source, name):
            wanted += members(source, kind) if kind == "BG_BASIC_CREDENTIALS" else [(kind, member)]
        wanted = [({"string": "IntPtr", "bool": "int"}.get(kind, kind), member)
                  for kind, member in wanted]
        native = members(generated[generated.index("class " + marshaller):], "Native")
        assert native == wanted, "%s is %s, and should be %s" % (name, native, wanted)
        compared += 1
    assert compared == 5, "%d structures were compared" % compared


def enumerations(text, pattern):
    return {name.lstrip("_"): {key: int(value, 0) for key, value in
                               re.findall(r"(\w+) = (\w+)", body)}
            for name, body in re.findall(pattern, text, re.DOTALL)}


def check_interfaces(idl, source):
    ours, theirs = source_interfaces(source), idl_interfaces(idl)
    missing = set(theirs) - set(ours)
    assert len(theirs) >= 25, "the IDL was not understood"
    assert not missing, "not in the C# source: %s" % ", ".join(sorted(missing))
    for name, (iid, _, _) in theirs.items():
        slots = all_methods(theirs, name)
        our_iid, gap, methods = ours[name]
        assert our_iid == iid, "%s has another IID" % name
        assert gap + len(methods) == len(slots) and methods == slots[gap:], \
            "%s: %d slots left out and %s, but the IDL has %s" % (name, gap, methods, slots)


def check_enumerations(idl, source):
    theirs = enumerations(idl, r"typedef enum (\w+) \{(.*?)\}")
    theirs["DOFilePropertyId"] = theirs.pop("DeliveryOptimizationFileProperty")
    ours = enumerations(source, r"public enum (\w+)[^{]*\{(.*?)\}")
    ours["BG_NOTIFY"] = {}  # constants in the IDL, not an enumeration
    assert len(theirs) > 15, "the IDL was not understood"
    for name, values in theirs.items():
        short = {}
        for key, value in values.items():
            prefix = next(prefix for prefix in PREFIXES.get(name, (name + "_",))
                          if key.startswith(prefix))
            short[key[len(prefix):]] = value
        assert ours.get(name) == short, "%s: %s, but the IDL has %s" % (name, ours.get(name), short)


def check_errors(source):
    theirs = dict(re.findall(r"#define (DO_E_\w+) +\(\(HRESULT\)(0x[0-9A-F]{8})L\)",
                             read("include", "deliveryoptimizationerrors.h")))
    ours = dict(re.findall(r"const int (DO_E_\w+) = unchecked\(\(int\)(0x[0-9A-F]{8})\)", source))
    assert len(theirs) > 60, "the header was not understood"
    assert ours == theirs, "these differ: %s" % sorted(set(ours.items()) ^ set(theirs.items()))


def check_words(source):
    """What the codes mean, in the words of "odo explain"."""
    table = read("tools", "odo", "hresult_text.c")
    theirs = re.findall(r'\{(0x[0-9A-F]{8}), "\w+", ("[^"]*"), \w+\}', table)
    theirs += re.findall(r'\{(\d{3}), ("[^"]*")\}', table)
    ours = dict(re.findall(r'^            \{ (\w+), ("[^"]*") \},$', source, re.MULTILINE))
    assert len(theirs) > 150, "the table was not understood"
    differ = sorted(set(theirs) ^ set(ours.items()))
    assert not differ, "these differ: %s" % differ


CONSOLE = """<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <OutputType>Exe</OutputType>
    <TargetFramework>net10.0</TargetFramework>
    <ImplicitUsings>enable</ImplicitUsings>
    <Nullable>enable</Nullable>
  </PropertyGroup>
  <ItemGroup>
    <Compile Include="%s" Link="OpenDO.Interop.cs" />
  </ItemGroup>
</Project>
"""

CONSOLE_PROGRAM = """using OpenDO.Interop;

var manager = (IDOManager)new OpenDOClass();
manager.CreateDownload(out IDODownload download);
download.Set(DODownloadProperty.Uri, args[0]);
download.Set(DODownloadProperty.LocalPath, Path.Combine(args[1], LocalName.FromUrl(args[0])));
download.Set(DODownloadProperty.CostPolicy, DODownloadCostPolicy.Always);
download.SetCallback(null);
download.Start();
await download.WaitAsync();
download.Finalize();
"""


def check_console(work):
    """The project that "dotnet new console" makes, with the source in it, has no warning."""
    folder = os.path.join(work, "console")
    os.makedirs(folder, exist_ok=True)
    project = os.path.join(folder, "console.csproj")
    with open(project, "w", encoding="utf-8") as file:
        file.write(CONSOLE % os.path.join(HERE, "OpenDO.Interop.cs"))
    with open(os.path.join(folder, "Program.cs"), "w", encoding="utf-8") as file:
        file.write(CONSOLE_PROGRAM)
    output = client_tests.build(project, folder, "-warnaserror", "--no-incremental")
    assert "0 Warning(s)" in output, output


BUILT_IN = "(IDOManager)new OpenDOClass()"
GENERATED = "DOClass.Create<IDOManager>(DOClass.OpenDO)"


def readme_example():
    """The C# example of the README, which the programs have among their sources."""
    found = re.search(r"^<!-- run: GetRanges -->\s*\n+```csharp\n(.*?)^```", read("README.md"),
                      re.MULTILINE | re.DOTALL)
    assert found, "README.md has no C# example"
    return found.group(1)


def publish(work, example, name="test_interop", *properties):
    """Build the program of the tests in a folder, and return its path."""
    os.makedirs(work, exist_ok=True)
    path = os.path.join(work, "GetRanges.cs")
    with open(path, "w", encoding="utf-8") as file:
        file.write(example)
    folder = client_tests.publish(os.path.join(HERE, "test", "OpenDO.InteropTest.csproj"), work,
                                  "-p:ReadmeExample=" + path, *properties)
    return os.path.join(folder, name + ".exe")


def publish_generated(work, example):
    """The same tests of what C# generates, trimmed."""
    assert BUILT_IN in example, "the example of the README makes its manager in another way"
    return publish(os.path.join(work, "generated"), example.replace(BUILT_IN, GENERATED),
                   "test_generated", "-p:Generated=true")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dll", required=True)
    parser.add_argument("--work", required=True)
    parser.add_argument("--only", default="")
    parser.add_argument("emulator", nargs=argparse.REMAINDER)
    options = parser.parse_args()

    cases = client_tests.Cases()
    idl = without_comments(read("idl", "DeliveryOptimization.idl"))
    source = without_comments(read("tools", "dotnet", "OpenDO.Interop.cs"))
    cases.test("interfaces and their slots are those of the IDL",
               lambda: check_interfaces(idl, source))
    cases.test("parameters are as many as those of the IDL, and numbers as wide",
               lambda: check_parameters(idl, source))
    generated = without_comments(read("tools", "dotnet", "OpenDO.Interop.Generated.cs"))
    cases.test("the second file has the interfaces of the first, each parameter",
               lambda: check_generated(idl, source, generated))
    cases.test("the second file's structures are in memory as the first's",
               lambda: check_native(source, generated))
    cases.test("enumerations are those of the IDL", lambda: check_enumerations(idl, source))
    cases.test("errors are those of the header", lambda: check_errors(source))
    cases.test("words are those of odo explain", lambda: check_words(source))

    wine = client_tests.Wine(options.emulator)
    try:
        work = os.path.abspath(options.work)
        os.makedirs(work, exist_ok=True)
        client_tests.need_sdk()
        cases.test("a project as dotnet makes it has no warning of the source",
                   lambda: check_console(work))
        good = cases.summarize()
        programs = [publish(work, readme_example()), publish_generated(work, readme_example())]
        with client_tests.content_server() as server, wine.registered(options.dll), \
                tempfile.TemporaryDirectory() as downloads:
            for program in programs:
                good = client_tests.run_tests(
                    wine, program,
                    [server.url(""), wine.path(downloads),
                     wine.path(os.path.join(ROOT, "tests", "support", "local_names.tsv")),
                     wine.path(options.dll), options.only],
                    {"OPENDO_HOST_IDLE_SECONDS": "1"}) and good
    except client_tests.Skip as why:
        good = cases.summarize()
        print("SKIPPED: %s" % why)
        print("[  SKIPPED ] 1 test(s).")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
