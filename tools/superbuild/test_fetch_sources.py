#!/usr/bin/env python3
"""Tests fetch_sources against mirrors in every state between whole and empty, without a network.

apt-get, apt-cache and dpkg-source are small stand-ins: a mirror is a folder with the versions that it
lists, and the files of each that it has.
"""

import hashlib
import os
import pathlib
import shutil
import subprocess
import sys
import tarfile
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
STAND_INS = {
    "apt-get": r"""
while [ "$1" = -o ] || [ "$1" = -q ]; do
    [ "$1" = -q ] && shift || shift 2
done
case $1 in
indextargets) . /etc/os-release; echo "http://mirror.invalid/ $VERSION_CODENAME main" ;;
update) [ ! -e "$MIRROR/no-index" ] ;;
source)
    tar_only=
    for word in "$@"; do
        [ "$word" = --tar-only ] && tar_only=yes
    done
    version=$MIRROR/versions/${word#*=}
    [ -e "$version" ] || exit 100
    cp "$MIRROR"/original/* . 2>/dev/null || exit 100
    [ -n "$tar_only" ] || cp "$version"/* . 2>/dev/null || exit 100
    ;;
*) exit 99 ;;
esac
""",
    "apt-cache": r"""
for version in "$MIRROR"/versions/*; do
    [ ! -e "$version" ] || echo "Version: ${version##*/}"
done
""",
    "dpkg-source": r"""
mkdir -p "$4" && tar -xf "$(dirname "$3")"/*.orig.tar.gz --strip-components=1 -C "$4"
touch "$4/with-debians-patches"
""",
}

WHOLE, LISTED = True, False  # whether a version that is listed can be had

# (name, versions, has the original, listed with the right hash, has an index,
#  exit code, version taken, warning, note)
CASES = [
    ("the newest is taken without a word", {"1.0-2": WHOLE, "1.0-1": WHOLE}, True, True, True,
     0, "1.0-2", None, False),
    ("one that cannot be had is passed over with a warning", {"1.0-2": LISTED, "1.0-1": WHOLE},
     True, True, True, 0, "1.0-1", "1.0-2 is listed but cannot be had", False),
    ("without any the original is taken with a warning", {"1.0-2": LISTED, "1.0-1": LISTED}, True,
     True, True, 0, "1.0, the original", "without Debian's security fixes", False),
    ("one that the list of hashes lacks is named", {"1.0-2": WHOLE}, True, None, True,
     0, "1.0-2", None, True),
    ("one with another hash is not taken", {"1.0-2": WHOLE}, True, False, True, 1, None, None, False),
    ("nothing at all is a failure", {"1.0-2": LISTED}, False, True, True, 1, None, None, False),
    ("a mirror that lists nothing is a failure", {}, True, True, True, 1, None, None, False),
    ("an index that is missing does not matter where another has it", {"1.0-2": WHOLE}, True, True,
     False, 0, "1.0-2", None, False),
]


def write_original(path):
    source = path.parent / "curl-1.0"
    source.mkdir()
    (source / "CMakeLists.txt").write_text("project(curl)\n")
    with tarfile.open(path, "w:gz") as tar:
        tar.add(source, "curl-1.0")
    shutil.rmtree(source)


def make_mirror(mirror, versions, has_original, has_index):
    (mirror / "original").mkdir(parents=True)
    (mirror / "versions").mkdir()
    if has_original:
        write_original(mirror / "original/curl_1.0.orig.tar.gz")
    for version, is_whole in versions.items():
        (mirror / "versions" / version).mkdir()
        if is_whole:
            (mirror / "versions" / version / f"curl_{version}.dsc").write_text(version)
    if not has_index:
        (mirror / "no-index").touch()


def write_list(path, mirror, is_right):
    """True lists every file by its hash, False by another, None lists none."""
    lines = []
    for file in sorted(mirror.rglob("curl_*")):
        digest = hashlib.sha256(file.read_bytes() if is_right else b"another").hexdigest()
        lines.append(f"{digest}  {file.name}\n")
    path.write_text("" if is_right is None else "".join(lines))


def run_case(work, versions, has_original, is_right, has_index):
    mirror = work / "mirror"
    make_mirror(mirror, versions, has_original, has_index)
    shutil.copy(HERE / "fetch_sources", work)
    write_list(work / "sources.sha256", mirror, is_right)
    (work / "bin").mkdir()
    for name, text in STAND_INS.items():
        (work / "bin" / name).write_text("#!/bin/bash" + text)
        (work / "bin" / name).chmod(0o755)
    (work / "bin/sleep").symlink_to(shutil.which("true"))
    environment = dict(os.environ, PATH=f"{work}/bin:{os.environ['PATH']}", MIRROR=str(mirror))
    environment.pop("CURL_SRC", None)
    return subprocess.run([work / "fetch_sources", work / "sources", "curl"], env=environment,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)


def check(work, case):
    _, versions, has_original, is_right, has_index, code, taken, warning, has_note = case
    result = run_case(work, versions, has_original, is_right, has_index)
    sources = work / "sources"
    print(result.stdout)
    assert result.returncode == code, f"exit code {result.returncode}, wanted {code}"
    assert (sources / "curl/CMakeLists.txt").exists() == (code == 0), "is the source there?"
    if code != 0:
        assert "could not be fetched" in result.stdout, "the failure says nothing"
        return
    assert (sources / "curl.version").read_text() == f"curl {taken}\n", "another version is noted"
    said = sources / "curl.outdated"
    assert said.exists() == (warning is not None), "is there a warning?"
    if warning:
        lines = said.read_text().splitlines()
        assert len(lines) == 2 and warning in lines[0], f"the warning is {lines}"
        assert "tools/setup" in lines[1], "the warning does not say what to do"
    assert (sources / "curl.unlisted").exists() == has_note, "is it named?"
    # What is there is not asked for again.
    shutil.rmtree(work / "mirror")
    again = subprocess.run([work / "fetch_sources", sources, "curl"], check=False,
                           env=dict(os.environ, PATH=f"{work}/bin:{os.environ['PATH']}"))
    assert again.returncode == 0, "a second time fails"


def main():
    failed = 0
    for case in CASES:
        with tempfile.TemporaryDirectory() as folder:
            try:
                check(pathlib.Path(folder), case)
                print(f"passed: {case[0]}")
            except AssertionError as error:
                failed += 1
                print(f"FAILED: {case[0]}: {error}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
