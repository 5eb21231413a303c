#!/usr/bin/env python3
"""Builds a host that calls the DLL's five exports itself, and looks where it gets them from.

usage: check_import_library.py PREFIX TOOLCHAIN_FILE ARCHITECTURE WORK_FOLDER

PREFIX is an installed tree. The host is linked by CMake with dosvc::server, and by the compiler with
dosvc.lib. Windows' own import libraries have names like DllCanUnloadNow as well, so that a library of
ours without them would be passed over without a word. Both hosts are then run, under Wine where this
is no Windows; where there is no Wine for them, that part is left out and said.
"""

import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
EXPORTS = {"DllCanUnloadNow", "DllGetClassObject", "DllInstall", "DllRegisterServer",
           "DllUnregisterServer"}
SKIPPED = 77
HOST = """\
#define COBJMACROS
#include <windows.h>

#include <deliveryoptimization.h>
#include <olectl.h>
#include <shlwapi.h>
#include <stdio.h>

int main(void)
{
    HRESULT (STDAPICALLTYPE *volatile others[])(void) = {DllRegisterServer, DllUnregisterServer};
    IClassFactory *factory = NULL;
    HRESULT hr;

    if (!others[0] || !others[1]) {
        return 1;
    }
    if (DllCanUnloadNow() != S_OK || DllInstall(TRUE, L"no such word") != E_INVALIDARG) {
        printf("an export answers wrongly\\n");
        return 1;
    }
    hr = DllGetClassObject(&CLSID_OpenDO, &IID_IClassFactory, (void **)&factory);
    if (FAILED(hr)) {
        printf("no class factory: 0x%08lX\\n", (unsigned long)hr);
        return 1;
    }
    IClassFactory_Release(factory);
    printf("the exports answer\\n");
    return 0;
}
"""
LISTS = """cmake_minimum_required(VERSION 3.25)
project(host LANGUAGES C)
find_package(dosvc REQUIRED)
add_executable(host host.c)
target_compile_options(host PRIVATE -Wall -Wextra -Wno-cast-function-type)
target_link_libraries(host PRIVATE dosvc::server dosvc::dosvc)
"""


def run(command, **more):
    print("$", " ".join(str(word) for word in command), flush=True)
    return subprocess.run([str(word) for word in command], check=True, **more)


def imports_from_the_dll(objdump, program):
    text = run([objdump, "-p", program], stdout=subprocess.PIPE, text=True).stdout
    for table in text.split("DLL Name: ")[1:]:
        if table.startswith("dosvc.dll"):
            return set(re.findall(r"\b(Dll\w+)$", table, re.MULTILINE))
    return set()


def main():
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    prefix, toolchain, architecture, work = sys.argv[1:]
    prefix = pathlib.Path(prefix).resolve()
    work = pathlib.Path(work).resolve()
    triple = f"{architecture}-w64-mingw32"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    (work / "host.c").write_text(HOST)
    (work / "CMakeLists.txt").write_text(LISTS)
    run(["cmake", "-S", work, "-B", work / "build", "-G", "Ninja",
         f"-DCMAKE_TOOLCHAIN_FILE={pathlib.Path(toolchain).resolve()}",
         f"-DODO_ARCH={architecture}", f"-DCMAKE_PREFIX_PATH={prefix}"],
        stdout=subprocess.DEVNULL)
    run(["cmake", "--build", work / "build"])
    run([f"{triple}-gcc-win32", "-I", prefix / "include", "-o", work / "by_hand.exe", work / "host.c",
         prefix / "lib/dosvc.lib", prefix / "lib/libdosvc_uuid.a", "-lole32", "-loleaut32",
         "-luuid"])

    failed = False
    shutil.copy(prefix / "bin/dosvc.dll", work)
    shutil.copy(work / "build/host.exe", work)
    for program in ("host.exe", "by_hand.exe"):
        found = imports_from_the_dll(f"{triple}-objdump", work / program)
        if found != EXPORTS:
            failed = True
            print(f"{program} takes {sorted(found)} from dosvc.dll; wanted {sorted(EXPORTS)}")
        code = subprocess.run([ROOT / "tools/cmake/run_in_wine", architecture, work / program],
                              stdin=subprocess.DEVNULL, check=False).returncode
        if code not in (0, SKIPPED):
            failed = True
            print(f"{program} ended with exit code {code}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
