#!/usr/bin/env python3
"""Writes the listing of a directory tree that the disk readers are compared with (see README.md).

Usage: oracle.py [--times|--full] ROOT > NAME.files.tsv

One line per entry, sorted by the bytes of the path, seven columns separated by tabs:
path, type, mode, uid, gid, size, content; with --times an eighth, the second in which the content last changed. Run it under the same fakeroot as the tree was made in.
With --full three more instead: when the content and when anything last changed, as seconds.nanoseconds, and the
extended attributes as name=hex, sorted, with commas between; "-" where there are none.
"""

import hashlib
import os
import stat
import sys

TYPES = {
    stat.S_IFREG: "file",
    stat.S_IFDIR: "directory",
    stat.S_IFLNK: "symlink",
    stat.S_IFIFO: "fifo",
    stat.S_IFCHR: "char",
    stat.S_IFBLK: "block",
    stat.S_IFSOCK: "socket",
}


def escaped(name: bytes) -> str:
    """Printable ASCII and well-formed UTF-8 as they are; backslash, control and stray bytes as \\xNN."""
    out = []
    for char in name.decode("utf-8", "surrogateescape"):
        code = ord(char)
        if 0xDC80 <= code <= 0xDCFF:
            out.append(f"\\x{code - 0xDC00:02x}")
        elif code < 0x20 or code == 0x7F or char == "\\":
            out.append(f"\\x{code:02x}")
        else:
            out.append(char)
    return "".join(out)


def digest(path: bytes) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() if hasattr(hashlib, "file_digest") else _digest(file)


def _digest(file) -> str:
    sha256 = hashlib.sha256()
    while block := file.read(1 << 20):
        sha256.update(block)
    return sha256.hexdigest()


def more(path: bytes, info):
    times = [f"{ns // 10**9}.{ns % 10**9:09d}" for ns in (info.st_mtime_ns, info.st_ctime_ns)]
    names = sorted(os.listxattr(path, follow_symlinks=False))
    found = ",".join(f"{name}={os.getxattr(path, name, follow_symlinks=False).hex()}" for name in names)
    return (*times, found or "-")


def entries(root: bytes, relative: bytes, option: str):
    path = root + relative if relative else root
    info = os.lstat(path)
    kind = stat.S_IFMT(info.st_mode)
    size, content = "-", "-"
    if kind == stat.S_IFREG:
        size, content = str(info.st_size), digest(path)
    elif kind == stat.S_IFLNK:
        size, content = str(info.st_size), escaped(os.readlink(path))
    elif kind in (stat.S_IFCHR, stat.S_IFBLK):
        content = f"{os.major(info.st_rdev)}:{os.minor(info.st_rdev)}"
    mode = f"{stat.S_IMODE(info.st_mode):04o}"
    columns = (TYPES[kind], mode, str(info.st_uid), str(info.st_gid), size, content)
    yield relative or b"/", columns + OPTIONS[option](path, info)
    if kind == stat.S_IFDIR:
        for name in os.listdir(path):
            yield from entries(root, relative + b"/" + name, option)


OPTIONS = {"": lambda path, info: (), "--times": lambda path, info: (str(info.st_mtime_ns // 10**9),), "--full": more}


def main() -> int:
    option = sys.argv[1] if sys.argv[1:2] and sys.argv[1] in OPTIONS else ""
    if len(sys.argv) != 2 + bool(option):
        print(__doc__, file=sys.stderr)
        return 2
    sys.setrecursionlimit(10_000)
    root = os.fsencode(sys.argv[-1]).rstrip(b"/")
    out = sys.stdout.buffer
    for path, columns in sorted(entries(root, b"", option)):
        out.write("\t".join((escaped(path), *columns)).encode() + b"\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
