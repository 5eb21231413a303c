"""What is served and what should come: files, ranges, and whether the bytes are right."""

import pathlib
import random
import re

MEBIBYTE = 1024 * 1024


def make_file(path, size):
    """Bytes that differ from place to place, so that a misplaced one is seen."""
    path = pathlib.Path(path)
    if path.exists() and path.stat().st_size == size:
        return path
    base = random.Random(1).randbytes(MEBIBYTE)
    with open(path, "wb") as file:
        for index in range(0, size, MEBIBYTE):
            turn = index // MEBIBYTE * 7919 % MEBIBYTE
            file.write((base[turn:] + base[:turn])[:size - index])
    return path


def make_small_files(folder, count, size):
    """`count` files with names of their own and contents of their own."""
    folder.mkdir(parents=True, exist_ok=True)
    base = random.Random(2).randbytes(size)
    names = [f"{index:05}" for index in range(count)]
    for index, name in enumerate(names):
        path = folder / name
        if not path.exists():
            path.write_bytes(index.to_bytes(8, "little") + base[8:])
    return names


def scattered_ranges(count, length, file_size):
    """One range somewhere in each of `count` equal parts of the file, as (first, length)."""
    chance = random.Random(3)
    part = file_size // count
    return [(index * part + chance.randrange(part - length), length) for index in range(count)]


def spaced_ranges(count, length, gap):
    return [(index * (length + gap), length) for index in range(count)]


def touching_ranges(count, length):
    """Every byte of the file, in pieces whose order says nothing."""
    ranges = [(index * length, length) for index in range(count)]
    random.Random(4).shuffle(ranges)
    return ranges


def write_ranges(path, ranges):
    path.write_text("".join(f"{first}-{first + length - 1}\n" for first, length in ranges))
    return path


def write_wanted(path, source, ranges):
    """The bytes that the ranges name, back to back in the order given."""
    with open(source, "rb") as file, open(path, "wb") as wanted:
        for first, length in ranges:
            file.seek(first)
            wanted.write(file.read(length))
    return path


def same_bytes(left, right):
    """None, or what is wrong with `left`."""
    left, right = pathlib.Path(left), pathlib.Path(right)
    if not left.exists():
        return f"{left.name} did not come"
    if left.stat().st_size != right.stat().st_size:
        return f"{left.name} has {left.stat().st_size} bytes, not {right.stat().st_size}"
    with open(left, "rb") as one, open(right, "rb") as other:
        while piece := one.read(MEBIBYTE):
            if piece != other.read(MEBIBYTE):
                return f"{left.name} has wrong bytes before {one.tell()}"
    return None


def same_pieces(paths, right):
    """As same_bytes, for a file that lies in pieces."""
    with open(right, "rb") as whole:
        for path in paths:
            if not path.exists():
                return f"{path.name} did not come"
            piece = path.read_bytes()
            if piece != whole.read(len(piece)):
                return f"{path.name} has wrong bytes"
        if whole.read(1):
            return "bytes are missing at the end"
    return None


PART = re.compile(rb"\r\nContent-Range: bytes (\d+)-(\d+)/\d+\r\n\r\n", re.IGNORECASE)


def same_multipart(paths, source):
    """As same_bytes, for replies of several ranges each, in the form that nginx gives them."""
    with open(source, "rb") as whole:
        for path in paths:
            if not path.exists():
                return f"{path.name} did not come"
            reply = path.read_bytes()
            position = 0
            while found := PART.search(reply, position):
                first, last = int(found.group(1)), int(found.group(2))
                position = found.end() + last - first + 1
                whole.seek(first)
                if reply[found.end():position] != whole.read(last - first + 1):
                    return f"{path.name} has wrong bytes"
            if position == 0:
                return f"{path.name} has no parts"
    return None
