#!/usr/bin/env python3
"""Builds the C and C++ examples of README.md against an installed tree.

usage: check_readme.py PREFIX TOOLCHAIN_FILE ARCHITECTURE WORK_FOLDER

An example is a ```c or ```cpp block right after a line <!-- build: NAME -->. Each is built twice: by
CMake with find_package(dosvc), and by the compiler with what pkg-config says; C++ only where there is
a compiler for it. Exits 77 when the README has no such example.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
EXAMPLE = re.compile(r"^<!-- build: ([a-z0-9_]+) -->\s*\n+```(c|cpp)\n(.*?)^```",
                     re.MULTILINE | re.DOTALL)
LISTS = """cmake_minimum_required(VERSION 3.25)
project(readme_examples LANGUAGES %s)
find_package(dosvc REQUIRED)
set(CMAKE_CXX_STANDARD 17)
add_compile_options(-Wall -Wextra -Werror)
add_link_options(-static)
"""


def run(command, **more):
    print("$", " ".join(str(word) for word in command), flush=True)
    subprocess.run(command, check=True, **more)


def main():
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    prefix, toolchain, architecture, work = sys.argv[1:]
    prefix = pathlib.Path(prefix).resolve()
    readme = ROOT / "README.md"
    examples = EXAMPLE.findall(readme.read_text()) if readme.exists() else []
    compilers = {}
    for language, program in (("c", "gcc"), ("cpp", "g++")):
        for name in (f"{architecture}-w64-mingw32-{program}-win32",
                     f"{architecture}-w64-mingw32-{program}"):
            if shutil.which(name):
                compilers.setdefault(language, name)
    examples = [example for example in examples if example[1] in compilers]
    if not examples:
        print("SKIPPED: README.md has no example marked for building")
        return 77

    work = pathlib.Path(work).resolve()
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    lists = LISTS % ("C CXX" if "cpp" in compilers else "C")
    for name, language, code in examples:
        (work / f"{name}.{language}").write_text(code)
        lists += f"add_executable({name} {name}.{language})\n"
        lists += f"target_link_libraries({name} PRIVATE dosvc::dosvc)\n"
    (work / "CMakeLists.txt").write_text(lists)
    try:
        run(["cmake", "-S", work, "-B", work / "build", "-G", "Ninja",
             f"-DCMAKE_TOOLCHAIN_FILE={pathlib.Path(toolchain).resolve()}",
             f"-DODO_ARCH={architecture}", f"-DCMAKE_PREFIX_PATH={prefix}",
             f"-DCMAKE_CXX_COMPILER={compilers.get('cpp', '')}"],
            stdout=subprocess.DEVNULL)
        run(["cmake", "--build", work / "build"])

        environment = dict(os.environ, PKG_CONFIG_LIBDIR=str(prefix / "lib/pkgconfig"))
        flags = subprocess.run(["pkg-config", "--cflags", "--libs", "dosvc"], check=True,
                               stdout=subprocess.PIPE, text=True,
                               env=environment).stdout.split()
        for name, language, _ in examples:
            run([compilers[language], "-Wall", "-Wextra", "-Werror",
                 "-o", work / f"{name}_by_pkg_config.exe", work / f"{name}.{language}", *flags])
    except subprocess.CalledProcessError as error:
        print(f"this command failed: {error}")
        return 1
    print(f"{len(examples)} example(s) built twice")
    return 0


if __name__ == "__main__":
    sys.exit(main())
