#!/usr/bin/env python3
"""Holds our headers beside those of BITS and of Windows' SDK.

    run_headers.py --dll DOSVC.DLL --work FOLDER --compiler CC --idl IDL --headers FOLDER...
                   --identifiers LIBRARY -- [EMULATOR ARGUMENT...]

Beside BITS: both_headers.c is compiled in either order, as C and as C++, with the headers of
MinGW-w64; and with those of the SDK, by MinGW-w64 and, where there is clang, in Microsoft's mode.
Beside the SDK's deliveryoptimization.h: every number that both have is the same, and a client that
was compiled with it runs against the DLL, in its own process and through the local server.

The SDK comes from NuGet, by a .NET SDK, as the package microsoft.windows.sdk.cpp. Where either
cannot be had its tests count as skipped.
"""

import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent.parent
sys.path.insert(0, str(ROOT / "tools" / "lib"))

import client_tests  # noqa: E402
from test_odo import CONTENT  # noqa: E402

SDK_VERSION = "10.0.26100.9169"
SDK_PROJECT = f"""<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <TargetFramework>net8.0</TargetFramework>
    <DisableTransitiveFrameworkReferenceDownloads>true</DisableTransitiveFrameworkReferenceDownloads>
  </PropertyGroup>
  <ItemGroup>
    <PackageDownload Include="microsoft.windows.sdk.cpp" Version="[{SDK_VERSION}]" />
  </ItemGroup>
</Project>
"""
SDK_TESTS = 5
WARNINGS = ["-Wall", "-Wextra", "-Werror"]
WINDOWS_10 = ["-D_WIN32_WINNT=0x0A00", "-DNTDDI_VERSION=0x0A00000C"]
OURS = ("deliveryoptimization.h", "deliveryoptimizationerrors.h")

# What Microsoft's compiler brings along and the SDK does not: as much of it as the SDK's headers
# need to be parsed. The annotations are MinGW-w64's sal.h and these.
RUNTIME_STRING = """#pragma once
#include <stddef.h>
#ifdef __cplusplus
extern "C" {
#endif
int __cdecl memcmp(void const *, void const *, size_t);
void *__cdecl memcpy(void *, void const *, size_t);
void *__cdecl memset(void *, int, size_t);
int __cdecl _wcsicmp(wchar_t const *, wchar_t const *);
#ifdef __cplusplus
}
#endif
"""
RUNTIME_EXCEPTIONS = """#pragma once
typedef enum _EXCEPTION_DISPOSITION {
    ExceptionContinueExecution
} EXCEPTION_DISPOSITION;
"""
ANNOTATIONS = [
    "__ANNOTATION(fun)", "__PRIMOP(type, fun)", "__QUALIFIER(fun)", "_SA_annotes0(n)",
    "_SA_annotes1(n, a)", "_SA_annotes2(n, a, b)", "_SA_annotes3(n, a, b, c)", "_GrouP_(annotes)",
    "_SAL_nop_impl_", "_SAL2_Source_(Name, args, annotes)", "_SAL1_1_Source_(Name, args, annotes)",
    "_SAL1_Source_(Name, args, annotes)", "_Analysis_noreturn_", "_Null_", "_Post_ptr_invalid_",
    "_Pre_", "_Pre_maybenull_", "_Pre_valid_", "_Ret_opt_", "_Post_invalid_", "_Post_valid_",
]


def run(command, **options):
    print("$", " ".join(str(word) for word in command), flush=True)
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          check=False, stdin=subprocess.DEVNULL, **options)
    print(done.stdout, flush=True)
    return done


class Compiler:
    """MinGW-w64's. The C++ one may be missing."""

    def __init__(self, options):
        self.options = options
        self.c = options.compiler
        self.cpp = shutil.which(re.sub(r"\bgcc\b", "g++", options.compiler))

    def languages(self):
        found = [("c", "c17", self.c)]
        return found + [("c++", "c++17", self.cpp)] if self.cpp else found

    def check(self, source, *flags):
        for language, standard, compiler in self.languages():
            done = run([compiler, "-x", language, "-std=" + standard, *WARNINGS, *WINDOWS_10, *flags,
                        *("-I" + folder for folder in self.options.headers), "-fsyntax-only", source])
            assert done.returncode == 0, f"{source.name} does not compile as {language}"

    def build(self, source, program, headers):
        done = run([self.c, "-std=c17", *WARNINGS, *WINDOWS_10, "-DCOBJMACROS", "-municode",
                    "-static-libgcc", *(word for folder in headers for word in ("-isystem", str(folder))),
                    "-o", program, source, self.options.identifiers, "-lole32", "-loleaut32", "-luuid"])
        assert done.returncode == 0, f"{source.name} does not compile"

    def header(self, name):
        """The path of one of the compiler's own headers."""
        done = subprocess.run([self.c, "-E", "-x", "c", "-", "-M"], input=f"#include <{name}>\n",
                              stdout=subprocess.PIPE, text=True, check=True)
        return pathlib.Path(next(word for word in done.stdout.split() if word.endswith("/" + name)))


class Sdk:
    """The headers of Windows' SDK."""

    def __init__(self, work):
        dotnet = shutil.which("dotnet")
        if not dotnet:
            raise client_tests.Skip("there is no .NET SDK (dotnet) on PATH")
        self.work = work / "sdk"
        self.work.mkdir(parents=True, exist_ok=True)
        include = self.work / "packages" / "microsoft.windows.sdk.cpp" / SDK_VERSION / "c" / "Include"
        if not include.is_dir():
            self.restore(dotnet)
        versions = sorted(include.iterdir()) if include.is_dir() else []
        if not versions:
            raise client_tests.Skip("NuGet does not serve microsoft.windows.sdk.cpp")
        self.include = versions[-1]
        # Its files' names are in capitals here and there, which only Windows does not mind.
        self.files = {file.name.lower(): file for folder in ("shared", "um")
                      for file in (self.include / folder).iterdir() if file.is_file()}

    def restore(self, dotnet):
        project = self.work / "sdk.csproj"
        project.write_text(SDK_PROJECT)
        environment = dict(os.environ, DOTNET_NOLOGO="1", DOTNET_CLI_TELEMETRY_OPTOUT="1",
                           DOTNET_SKIP_FIRST_TIME_EXPERIENCE="1", MSBUILDDISABLENODEREUSE="1",
                           DOTNET_GENERATE_ASPNET_CERTIFICATE="false")
        if not os.path.isdir(environment.get("HOME", "")):
            environment["HOME"] = str(self.work)
        try:
            run([dotnet, "restore", project, "--packages", self.work / "packages"], env=environment,
                timeout=client_tests.PUBLISH_DEADLINE_S)
        except subprocess.TimeoutExpired:
            print("no end of it", flush=True)

    def text(self, name):
        return self.files[name].read_text(encoding="utf-8", errors="replace")

    def some(self, *names):
        """A folder with those files alone, by plain names."""
        folder = self.work / names[0].replace(".", "_")
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        for name in names:
            os.symlink(self.files[name], folder / name)
        return folder

    def bits(self):
        return self.some(*(name for name in self.files
                           if re.fullmatch(r"bits(\d+_\d+|msg)?\.h", name)))

    def all(self):
        """A folder with every file, by every name that one of them includes it by."""
        folder = self.work / "all"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        names = set(self.files)
        for file in self.files.values():
            names.update(name.decode("ascii", "replace") for name in re.findall(
                rb'^\s*#\s*include\s*[<"]([^">/\\]+)[">]', file.read_bytes(), re.MULTILINE))
        for name in names:
            if name.lower() in self.files:
                os.symlink(self.files[name.lower()], folder / name)
        return folder

    def runtime(self, sal):
        folder = self.work / "runtime"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        defines = (f"#undef {re.match('[A-Za-z0-9_]+', text)[0]}\n#define {text}\n"
                   for text in ANNOTATIONS)
        (folder / "sal.h").write_text(sal.read_text() + "".join(defines))
        (folder / "string.h").write_text(RUNTIME_STRING)
        (folder / "excpt.h").write_text(RUNTIME_EXCEPTIONS)
        for name in ("ctype.h", "stdlib.h", "stdio.h", "wchar.h", "malloc.h"):
            (folder / name).write_text("#include <string.h>\n")
        return folder


def in_microsofts_mode(sdk, compiler):
    clang = shutil.which("clang")
    folders = [sdk.runtime(compiler.header("sal.h")), sdk.all()]
    for language in ("c", "c++"):
        for order in ([], ["-DBITS_FIRST"]):
            done = run([clang, "-x", language, "--target=x86_64-pc-windows-msvc", "-fms-extensions",
                        "-fms-compatibility-version=19.30", *WARNINGS, *WINDOWS_10, *order,
                        "-DBITS_OF_SDK", *(word for folder in folders for word in ("-isystem", folder)),
                        *("-I" + folder for folder in compiler.options.headers), "-fsyntax-only",
                        HERE / "both_headers.c"])
            assert done.returncode == 0, f"the headers do not compile as {language}"


def numbers(idl, headers):
    """C expressions for every number of the IDL whose name those headers have: slots, sizes, offsets
    and values."""
    known = set(re.findall(r"\w+", headers))
    rows = []
    bare = re.sub(r"/\*.*?\*/", "", idl, flags=re.DOTALL)
    for name, base, body in re.findall(r"interface (\w+) : (\w+)\s*\{(.*?)\n\}", bare, re.DOTALL):
        if name in known:
            rows += [f"offsetof({name}Vtbl, {method}) / sizeof(void *)"
                     for method in re.findall(r"HRESULT (\w+)\(", body)]
            rows.append(f"sizeof({name}Vtbl) / sizeof(void *)")
    for kind, body, name in re.findall(
            r"typedef (?:\[[^\]]*\] )?(struct|union|enum) _\w+ \{(.*?)\n\} (\w+);", bare, re.DOTALL):
        if name not in known:
            continue
        rows.append(f"sizeof({name})")
        if kind == "enum":
            rows += re.findall(r"(\w+) = ", body)
        else:
            rows += [f"offsetof({name}, {member})" for member in
                     re.findall(r"(\w+)(?:\[\])?;", body)]
    rows += [define for define in re.findall(r'cpp_quote\("#define (\w+) +[^L"\\]*"\)', bare)
             if define in known]
    return rows


def codes(errors, headers):
    known = set(re.findall(r"\w+", headers))
    return [name for name in re.findall(r"^#define ((?:DO_E|BG_[ES])_\w+)", errors, re.MULTILINE)
            if name in known]


def print_numbers(rows, compiler, wine, work, name, headers):
    source = work / f"{name}.c"
    source.write_text("#include <windows.h>\n#include <ole2.h>\n#include <bits.h>\n"
                      "#include <bits5_0.h>\n#include <deliveryoptimization.h>\n"
                      "#include <deliveryoptimizationerrors.h>\n#include <stddef.h>\n"
                      "#include <stdio.h>\n#define ROW(value) "
                      'printf("%s: 0x%llx\\n", #value, (unsigned long long)(LONG)(value))\n'
                      "int wmain(void)\n{\n" + "".join(f"    ROW({row});\n" for row in rows) +
                      "    return 0;\n}\n")
    program = source.with_suffix(".exe")
    compiler.build(source, program, headers)
    code, output = wine.run(str(program))
    assert code == 0, f"{name} exits with {code}: {output}"
    return [line for line in output.splitlines() if ": 0x" in line]


def compare_numbers(sdk, compiler, wine, work, options):
    idl = pathlib.Path(options.idl).read_text()
    errors = (ROOT / "include" / OURS[1]).read_text()
    bits = sorted(name for name in sdk.files if re.fullmatch(r"bits(\d+_\d+|msg)?\.h", name))
    texts = "".join(sdk.text(name) for name in (*bits, *OURS))
    rows = numbers(idl, texts) + codes(errors, texts)
    assert len(rows) > 400, f"only {len(rows)} numbers are found in both"
    theirs = print_numbers(rows, compiler, wine, work, "numbers_of_the_sdk", [sdk.some(*OURS, *bits)])
    ours = print_numbers(rows, compiler, wine, work, "numbers_of_ours", options.headers)
    assert len(ours) == len(rows)
    wrong = [f"{mine} here, {other} there" for mine, other in zip(ours, theirs) if mine != other]
    assert not wrong, "\n".join(wrong)
    print(f"{len(rows)} numbers are the same")


def run_client(sdk, compiler, wine, work, where, server, downloads):
    program = work / "client.exe"
    path = downloads / (where + ".bin")
    compiler.build(HERE / "client.c", program, [sdk.some(*OURS)])
    code, output = wine.run(str(program), where, server.url("file"), wine.path(path))
    assert code == 0, f"it exits with {code}: {output}"
    assert path.read_bytes() == CONTENT, "its file has other bytes"
    code, output = wine.run(str(program), where, server.url("missing"), wine.path(path))
    assert code == 1 and "0x80190194" in output, f"404 makes it exit with {code}: {output}"


def test_with_sdk(sdk, cases, compiler, wine, work, options):
    """Returns how many tests were left out."""
    bits = sdk.bits()
    cases.test("our header goes with the SDK's of BITS, in either order",
               lambda: [compiler.check(HERE / "both_headers.c", "-DBITS_OF_SDK", "-isystem", bits, *order)
                        for order in ([], ["-DBITS_FIRST"])])
    if shutil.which("clang"):
        cases.test("and in Microsoft's mode", lambda: in_microsofts_mode(sdk, compiler))
    cases.test("every number that the SDK's headers have is ours",
               lambda: compare_numbers(sdk, compiler, wine, work, options))
    with client_tests.content_server() as server, wine.registered(options.dll), \
            tempfile.TemporaryDirectory() as downloads:
        for where in ("in-process", "local"):
            cases.test(f"a client of the SDK's header fetches a file, {where}",
                       lambda: run_client(sdk, compiler, wine, work, where, server,
                                          pathlib.Path(downloads)))
    return 0 if shutil.which("clang") else 1


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dll", required=True)
    parser.add_argument("--work", required=True)
    parser.add_argument("--compiler", required=True)
    parser.add_argument("--idl", required=True)
    parser.add_argument("--headers", required=True, nargs="+")
    parser.add_argument("--identifiers", required=True)
    parser.add_argument("emulator", nargs="*")
    options = parser.parse_args()

    work = pathlib.Path(options.work).resolve()
    work.mkdir(parents=True, exist_ok=True)
    compiler = Compiler(options)
    wine = client_tests.Wine(options.emulator)
    cases = client_tests.Cases()
    skipped = 0
    for order, flags in (("ours first", []), ("theirs first", ["-DBITS_FIRST"])):
        cases.test(f"our header goes with MinGW-w64's of BITS, {order}",
                   lambda: compiler.check(HERE / "both_headers.c", *flags))
    with tempfile.TemporaryDirectory() as store:
        os.environ["OPENDO_STORE"] = wine.path(store)
        os.environ["OPENDO_HOST_IDLE_SECONDS"] = "1"
        try:
            skipped = test_with_sdk(Sdk(work), cases, compiler, wine, work, options)
        except client_tests.Skip as why:
            print(f"SKIPPED: {why}")
            skipped = SDK_TESTS
    good = cases.summarize()
    if skipped:
        print(f"[  SKIPPED ] {skipped} test(s).")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
