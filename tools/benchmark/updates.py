"""Two versions of a real package, and what a block map says has changed between them."""

import hashlib
import pathlib
import shutil
import subprocess
import tarfile
from dataclasses import dataclass

BLOCK = 64 * 1024

# Packages of some size of which a Debian release often has two versions at once: its own, and a
# later one from the security archive.
PACKAGES = ("git", "samba-libs", "postgresql-15", "libpython3.11-stdlib", "libssl3")


@dataclass
class Pair:
    title: str
    old: pathlib.Path
    new: pathlib.Path
    has_zsync: bool = False
    old_zchunk: pathlib.Path | None = None
    zchunk_name: str | None = None


def run(argv, folder, seconds=120):
    return subprocess.run(argv, cwd=folder, capture_output=True, text=True, timeout=seconds,
                          check=False)


def versions_of(package):
    """Newest first, as this machine's lists have them."""
    if not shutil.which("apt-cache"):
        return []
    lines = run(["apt-cache", "madison", package], "/").stdout.splitlines()
    versions = []
    for line in lines:
        fields = [field.strip() for field in line.split("|")]
        if len(fields) == 3 and fields[1] not in versions and "Sources" not in fields[2]:
            versions.append(fields[1])
    return versions


def fetch(package, version, folder, name):
    """The unpacked contents as one tar file; None when the archive does not give it."""
    target = folder / name
    if target.exists():
        return target
    folder.mkdir(parents=True, exist_ok=True)
    for left in folder.glob("*.deb"):
        left.unlink()
    run(["apt-get", "-q", "-o", "APT::Sandbox::User=root", "download", f"{package}={version}"],
        folder)
    found = list(folder.glob("*.deb"))
    if not found:
        return None
    with open(target, "wb") as file:
        done = subprocess.run(["dpkg-deb", "--fsys-tarfile", found[0]], stdout=file, check=False,
                              timeout=120)
    found[0].unlink()
    if done.returncode != 0:
        target.unlink()
        return None
    return target


def made_pair(folder):
    """Without an archive: what lies in /usr/lib/python3 and the like, and the same with changes."""
    old, new = folder / "old.tar", folder / "new.tar"
    source = next(path for path in ("/usr/lib/python3.11", "/usr/share/doc", "/usr/bin")
                  if pathlib.Path(path).exists())
    with tarfile.open(old, "w") as archive:
        archive.add(source, "content", filter=lambda item: item if item.size < 9e6 else None)
    data = bytearray(old.read_bytes())
    for place in range(BLOCK, len(data) - 64, 37 * BLOCK):
        data[place:place + 64] = bytes(64)
    new.write_bytes(data)
    return Pair(f"made of {source}, one block in 37 changed", old, new)


def add_rivals(pair):
    """What zsync and zchunk need beside the file."""
    folder = pair.new.parent
    if shutil.which("zsyncmake"):
        done = run(["zsyncmake", "-u", pair.new.name, "-o", f"{pair.new.name}.zsync",
                    pair.new.name], folder)
        pair.has_zsync = done.returncode == 0
    if shutil.which("zck"):
        name = pair.new.with_suffix(".zck").name
        for source in (pair.old, pair.new):
            target = source.with_suffix(".zck")
            done = run(["zck", "-o", target, source], folder)
            if done.returncode != 0:
                return
        pair.old_zchunk = pair.old.with_suffix(".zck")
        pair.zchunk_name = name


def find_pairs(bench):
    """One pair when it must be quick; else all that this machine's archive has."""
    cache = bench.programs / "packages"  # kept, so that a second run asks nobody
    pairs = []
    for package in PACKAGES:
        versions = versions_of(package)
        if len(versions) < 2:
            continue
        bench.say(f"W9 fetching {package}")
        new_version, old_version = versions[0], versions[-1]
        # The older first: both have names of their own, for the server and for zchunk.
        plain = [version.replace(":", "_").replace("/", "_")
                 for version in (old_version, new_version)]
        old = fetch(package, old_version, cache, f"{package}_{plain[0]}.tar")
        new = fetch(package, new_version, cache, f"{package}_{plain[1]}.tar")
        if old and new:
            pairs.append(Pair(f"{package} {old_version} to {new_version}", old, new))
        if pairs and bench.quick:
            break
    folder = bench.work / "updates"
    folder.mkdir(exist_ok=True)
    if not pairs:
        pairs = [made_pair(folder)]
    for index, pair in enumerate(pairs):
        place = folder / str(index)
        place.mkdir()
        pair.old = pathlib.Path(shutil.copy(pair.old, place / "old.tar"))
        pair.new = pathlib.Path(shutil.copy(pair.new, place / "new.tar"))
        add_rivals(pair)
    bench.say("")
    return pairs


def blocks_of(path):
    """(offset, length, hash) of each file's blocks of 64 KiB, and the headers between files."""
    data = memoryview(path.read_bytes())
    found = []
    after = 0
    with tarfile.open(path) as archive:
        for item in archive:
            if not item.isreg() or item.size == 0:
                continue
            end = item.offset_data + item.size
            for start in range(item.offset_data, end, BLOCK):
                length = min(BLOCK, end - start)
                found.append((start, length,
                              hashlib.sha256(data[start:start + length]).digest()))
            after = end
    assert after <= len(data)
    return found


def changed_blocks(old, new):
    """Ranges of `new`, in the order of the file: the blocks that `old` has nowhere."""
    known = {digest for _, _, digest in blocks_of(old)}
    ranges = [(start, length) for start, length, digest in blocks_of(new) if digest not in known]
    return ranges or [(0, min(BLOCK, new.stat().st_size))]
