#!/usr/bin/env python3
"""Fails when an installed tree lacks a required file, or has an unexpected one.

usage: check_install.py PREFIX
"""

import pathlib
import sys

NEEDED = {
    "bin/OpenDO.manifest",
    "bin/dosvc-host.exe",
    "bin/dosvc.dll",
    "bin/odo.exe",
    "include/deliveryoptimization.h",
    "include/deliveryoptimizationerrors.h",
    "include/opendo.h",
    "lib/cmake/dosvc/dosvc-config.cmake",
    "lib/cmake/dosvc/dosvc-config-version.cmake",
    "lib/dosvc.lib",
    "lib/libdosvc.dll.a",
    "lib/libdosvc_uuid.a",
    "lib/pkgconfig/dosvc.pc",
    "share/doc/opendo/LICENSE",
    "share/doc/opendo/LICENSES/cjson.txt",
    "share/doc/opendo/LICENSES/curl.txt",
    "share/doc/opendo/LICENSES/nghttp2.txt",
    "share/doc/opendo/LICENSES/xxhash.txt",
    "share/idl/DeliveryOptimization.idl",
    "share/idl/DeliveryOptimization.tlb",
    "share/idl/OpenDO.idl",
    "share/idl/OpenDO.tlb",
}
MAY_BE = {"share/man/man1/odo.1"}
BEGINS = ("lib/cmake/dosvc/dosvc-targets",)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    prefix = pathlib.Path(sys.argv[1])
    found = {path.relative_to(prefix).as_posix() for path in prefix.rglob("*")
             if path.is_file()}
    problems = [f"missing: {name}" for name in sorted(NEEDED - found)]
    problems += [f"unexpected: {name}" for name in sorted(found - NEEDED - MAY_BE)
                 if not name.startswith(BEGINS)]
    problems += [f"empty: {name}" for name in sorted(found & NEEDED)
                 if (prefix / name).stat().st_size == 0]
    problems += [f"names the build machine's folder: {name}" for name in sorted(found)
                 if name.endswith((".cmake", ".pc")) and
                 str(prefix.resolve()) in (prefix / name).read_text()]
    print("\n".join(problems) if problems else f"{len(found)} files, all as they should be")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
