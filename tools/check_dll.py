#!/usr/bin/env python3
"""Reads a built dosvc.dll: what it imports and exports, how large it is, how it is hardened.

usage: check_dll.py OBJDUMP DLL
"""

import os
import re
import subprocess
import sys

EXPORTS = {"DllCanUnloadNow", "DllGetClassObject", "DllInstall", "DllRegisterServer",
           "DllUnregisterServer"}
# What every Windows 10 has. A compiler's own DLL in this list would be a DLL to ship.
SYSTEM = {"advapi32", "bcrypt", "crypt32", "iphlpapi", "kernel32", "msvcrt", "normaliz", "ole32",
          "oleaut32", "rpcrt4", "secur32", "shell32", "shlwapi", "user32", "version", "winhttp",
          "ws2_32"}
LARGEST = 1024 * 1024


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    objdump, dll = sys.argv[1:]
    text = subprocess.run([objdump, "-p", dll], check=True, stdout=subprocess.PIPE,
                          text=True).stdout
    problems = []

    imports = {name.lower() for name in re.findall(r"DLL Name: (\S+)\.dll", text, re.IGNORECASE)}
    if not imports:
        problems.append("no import table was found")
    for name in sorted(imports - SYSTEM):
        problems.append(f"imports {name}.dll, which is not Windows' own")

    table = text.split("[Ordinal/Name Pointer] Table", 1)
    names = re.findall(r"^\s*\[\s*\d+\](?: \+base\[\s*\d+\])?\s+(?:[0-9a-f]{4,} )?(\S+)$",
                       table[1].split("\n\n", 1)[0], re.MULTILINE) if len(table) == 2 else []
    if set(names) != EXPORTS:
        problems.append(f"exports {', '.join(sorted(names))}; wanted {', '.join(sorted(EXPORTS))}")

    wanted = {"DYNAMIC_BASE", "NX_COMPAT"}
    if "pei-x86-64" in text:
        wanted.add("HIGH_ENTROPY_VA")
    for flag in sorted(wanted - set(re.findall(r"^\s+([A-Z_]+)$", text, re.MULTILINE))):
        problems.append(f"is not marked {flag}")

    size = os.path.getsize(dll)
    if size >= LARGEST:
        problems.append(f"has {size} bytes; the limit is {LARGEST}")

    for problem in problems:
        print(f"{dll} {problem}")
    print(f"{size // 1024} KiB, imports {' '.join(sorted(imports))}, exports {len(names)} names")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
