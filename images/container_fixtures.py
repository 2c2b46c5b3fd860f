#!/usr/bin/env python3
"""Makes one small disk in every container format. fixtures/containers/README.md says what each file is.

Usage: container_fixtures.py GOOD.raw.gz OUT     called by build-fixtures.sh
"""

import gzip
import hashlib
import io
import random
import struct
import subprocess
import sys
import tarfile
import tempfile
import uuid
from pathlib import Path

KIB = 1024
MIB = 1024 * KIB
SIZE = 5 * MIB + 4096
SECTOR = 512


def disk(good: bytes) -> bytes:
    """A file system, random bytes across the borders of blocks, text, zeros that are stored, and holes."""
    chance = random.Random(42)
    content = bytearray(SIZE)

    def put(at: int, what: bytes) -> None:
        content[at : at + len(what)] = what

    put(0, good)
    put(2 * MIB - 64 * KIB - 700, chance.randbytes(9000))
    put(2 * MIB, b"compressible text, line after line\n" * 4000)
    put(3 * MIB - 3000, chance.randbytes(12000))
    put(4 * MIB + 4096, bytes(range(256)) * 16)
    put(4 * MIB + 512 * KIB, bytes(512) + b"x" * 512 + bytes(3000))
    put(SIZE - 512, chance.randbytes(512))
    return bytes(content)


def vmdk_stream_with_footer(qemu: bytes) -> bytes:
    """The stream of QEMU as other programs write it: markers, tables behind the grains, a footer at the end."""
    capacity, grain, descriptor, descriptor_size = struct.unpack_from("<QQQQ", qemu, 12)
    directory = struct.unpack_from("<Q", qemu, 56)[0]
    per_table = struct.unpack_from("<I", qemu, 44)[0]
    grains = -(-capacity // grain)
    tables = -(-grains // per_table)
    out = bytearray(128 * SECTOR)
    out[descriptor * SECTOR : (descriptor + descriptor_size) * SECTOR] = qemu[
        descriptor * SECTOR : (descriptor + descriptor_size) * SECTOR
    ]

    def pad() -> None:
        out.extend(bytes(-len(out) % SECTOR))

    def marker(sectors: int, kind: int) -> None:
        out.extend(struct.pack("<QII", sectors, 0, kind))
        pad()

    table_places = []
    for table in range(tables):
        source = struct.unpack_from("<I", qemu, directory * SECTOR + 4 * table)[0]
        entries = []
        for at in range(per_table):
            place = struct.unpack_from("<I", qemu, source * SECTOR + 4 * at)[0] if source else 0
            if place:
                length = struct.unpack_from("<I", qemu, place * SECTOR + 8)[0]
                entries.append(len(out) // SECTOR)
                out.extend(qemu[place * SECTOR : place * SECTOR + 12 + length])
                pad()
            else:
                entries.append(0)
        if any(entries):
            marker(per_table * 4 // SECTOR, 1)
            table_places.append(len(out) // SECTOR)
            out.extend(struct.pack(f"<{per_table}I", *entries))
        else:
            table_places.append(0)
    marker(1, 2)
    directory = len(out) // SECTOR
    out.extend(struct.pack(f"<{tables}I", *table_places))
    pad()
    header = struct.pack("<4sIIQQQQIQQQB4sH", b"KDMV", 3, 0x30001, capacity, grain, descriptor, descriptor_size, per_table,
                         0, 2**64 - 1, 128, 0, b"\n \r\n", 1)
    out[0 : len(header)] = header
    marker(1, 3)
    out.extend(header[:56] + struct.pack("<Q", directory) + header[64:])
    pad()
    out.extend(bytes(SECTOR))
    return bytes(out)


def vmdk_with_zero_grains(image: bytes) -> bytes:
    """Every second grain that is not there becomes one that is said to be zeros, in both copies of the tables."""
    out = bytearray(image)
    capacity, grain = struct.unpack_from("<QQ", out, 12)
    per_table, *directories = struct.unpack_from("<IQQ", out, 44)
    for directory in directories:
        for at in range(0, -(-capacity // grain), 2):
            table = struct.unpack_from("<I", out, directory * SECTOR + at // per_table * 4)[0]
            place = table * SECTOR + at % per_table * 4
            if struct.unpack_from("<I", out, place)[0] == 0:
                struct.pack_into("<I", out, place, 1)
    return bytes(out)


def vhd_with_sector_bitmaps(image: bytes, raw: bytes) -> bytes:
    """Sectors of zeros marked as never written, as programs do that write sector by sector."""
    out = bytearray(image)
    header = struct.unpack_from(">Q", out, 16)[0]
    table, _, count, block = struct.unpack_from(">QIII", out, header + 16)
    for i in range(count):
        place = struct.unpack_from(">I", out, table + 4 * i)[0]
        if place == 0xFFFFFFFF:
            continue
        for sector in range(block // SECTOR):
            start = i * block + sector * SECTOR
            if not any(raw[start : start + SECTOR]):
                out[place * SECTOR + sector // 8] &= ~(0x80 >> sector % 8) & 0xFF
    return bytes(out)


def vhdx_with_sectors_of_4k(image: bytes) -> bytes:
    out = bytearray(image)
    wanted = uuid.UUID("8141bf1d-a96f-4709-ba47-f233a8faab5f").bytes_le
    at = out.index(wanted)
    region = out.rindex(b"metadata", 0, at)
    struct.pack_into("<I", out, region + struct.unpack_from("<I", out, at + 16)[0], 4096)
    return bytes(out)


OVF = """<?xml version="1.0" encoding="UTF-8"?>
<Envelope xmlns="http://schemas.dmtf.org/ovf/envelope/1" xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/1">
  <References>
    <File ovf:id="file1" ovf:href="disk.vmdk" ovf:size="{size}"/>
  </References>
  <DiskSection>
    <Info>The disk</Info>
    <Disk ovf:diskId="disk1" ovf:fileRef="file1" ovf:capacity="{capacity}"
      ovf:format="http://www.vmware.com/interfaces/specifications/vmdk.html#streamOptimized"/>
  </DiskSection>
  <VirtualSystem ovf:id="machine"><Info>A machine</Info></VirtualSystem>
</Envelope>
"""


def ova(vmdk: bytes) -> bytes:
    descriptor = OVF.format(size=len(vmdk), capacity=SIZE).encode()
    files = [("disk.ovf", descriptor), ("disk.vmdk", vmdk)]
    manifest = "".join(f"SHA256({name})= {hashlib.sha256(data).hexdigest()}\n" for name, data in files)
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, data in (files[0], ("disk.mf", manifest.encode()), files[1]):
            info = tarfile.TarInfo(name)
            info.size, info.mtime, info.mode = len(data), 1750000000, 0o644
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def main() -> int:
    if len(sys.argv) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    target = Path(sys.argv[2])
    target.mkdir(parents=True, exist_ok=True)
    raw = disk(gzip.decompress(Path(sys.argv[1]).read_bytes()))

    def write(name: str, data: bytes) -> None:
        (target / (name + ".gz")).write_bytes(gzip.compress(data, 9, mtime=0))

    with tempfile.TemporaryDirectory() as work:
        source = Path(work) / "disk.raw"
        source.write_bytes(raw)

        def save(name: str, form: str, data: bytes) -> None:
            """QEMU must see the disk in it."""
            made = Path(work) / "made"
            made.write_bytes(data)
            subprocess.run(["qemu-img", "compare", "-q", "-f", "raw", "-F", form, str(source), str(made)], check=True)
            write(name, data)

        def convert(name: str, form: str, options: str, *more: str) -> bytes:
            made = Path(work) / name
            subprocess.run(["qemu-img", "convert", "-f", "raw", "-O", form, "-o", options, *more, str(source), str(made)], check=True)
            data = made.read_bytes()
            save(name, form, data)
            return data

        write("disk.raw", raw)
        convert("zstd-64k.qcow2", "qcow2", "compression_type=zstd", "-c")
        convert("zstd-4k.qcow2", "qcow2", "compression_type=zstd,cluster_size=4096", "-c")
        convert("zlib-512.qcow2", "qcow2", "cluster_size=512", "-c")
        convert("plain-2m.qcow2", "qcow2", "cluster_size=2M")
        convert("extended-16k.qcow2", "qcow2", "cluster_size=16k,extended_l2=on")
        convert("extended-zstd-128k.qcow2", "qcow2", "compression_type=zstd,cluster_size=128k,extended_l2=on", "-c")
        convert("sparse.vmdk", "vmdk", "subformat=monolithicSparse")
        zeroed = convert("sparse-zeroed-grain.vmdk", "vmdk", "subformat=monolithicSparse,zeroed_grain=on")
        save("sparse-zeroed-grain.vmdk", "vmdk", vmdk_with_zero_grains(zeroed))
        stream = convert("stream.vmdk", "vmdk", "subformat=streamOptimized")
        save("stream-footer.vmdk", "vmdk", vmdk_stream_with_footer(stream))
        convert("fixed.vhd", "vpc", "subformat=fixed,force_size=on")
        dynamic = convert("dynamic.vhd", "vpc", "subformat=dynamic,force_size=on")
        save("dynamic-bitmaps.vhd", "vpc", vhd_with_sector_bitmaps(dynamic, raw))
        vhdx = convert("dynamic.vhdx", "vhdx", "subformat=dynamic,block_size=1M")
        write("dynamic-4k-sectors.vhdx", vhdx_with_sectors_of_4k(vhdx))
        convert("fixed.vhdx", "vhdx", "subformat=fixed,block_size=2M")
        convert("dynamic.vdi", "vdi", "static=off")
        convert("fixed.vdi", "vdi", "static=on")
        write("disk.ova", ova(stream))
    return 0


if __name__ == "__main__":
    sys.exit(main())
