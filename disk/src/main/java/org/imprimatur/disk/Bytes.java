package org.imprimatur.disk;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.UUID;

/** Numbers in byte arrays. Callers make sure that they are inside; unsigned unless said. */
final class Bytes {

    private static final VarHandle SHORT_LE = view(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT_LE = view(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG_LE = view(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle SHORT_BE = view(short[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle INT_BE = view(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LONG_BE = view(long[].class, ByteOrder.BIG_ENDIAN);

    private Bytes() {}

    private static VarHandle view(Class<?> array, ByteOrder order) {
        return MethodHandles.byteArrayViewVarHandle(array, order);
    }

    static int u8(byte[] bytes, int at) {
        return bytes[at] & 0xff;
    }

    static int u16le(byte[] bytes, int at) {
        return (short) SHORT_LE.get(bytes, at) & 0xffff;
    }

    static int i32le(byte[] bytes, int at) {
        return (int) INT_LE.get(bytes, at);
    }

    static long u32le(byte[] bytes, int at) {
        return i32le(bytes, at) & 0xffff_ffffL;
    }

    /** Negative when the highest bit is set. */
    static long i64le(byte[] bytes, int at) {
        return (long) LONG_LE.get(bytes, at);
    }

    static int u16be(byte[] bytes, int at) {
        return (short) SHORT_BE.get(bytes, at) & 0xffff;
    }

    static int i32be(byte[] bytes, int at) {
        return (int) INT_BE.get(bytes, at);
    }

    static long u32be(byte[] bytes, int at) {
        return i32be(bytes, at) & 0xffff_ffffL;
    }

    /** Negative when the highest bit is set. */
    static long i64be(byte[] bytes, int at) {
        return (long) LONG_BE.get(bytes, at);
    }

    /** Whether the ASCII text stands at this place; false where it would reach beyond the end. */
    static boolean has(byte[] bytes, int at, String text) {
        byte[] wanted = text.getBytes(StandardCharsets.ISO_8859_1);
        return at + wanted.length <= bytes.length
                && Arrays.equals(wanted, 0, wanted.length, bytes, at, at + wanted.length);
    }

    /** A UUID as RFC 9562 writes it, most significant byte first. */
    static UUID uuid(byte[] bytes, int at) {
        return new UUID(i64be(bytes, at), i64be(bytes, at + 8));
    }

    /** A GUID as Microsoft and UEFI write it, the first three fields little-endian. */
    static UUID guid(byte[] bytes, int at) {
        long high =
                u32le(bytes, at) << 32 | (long) u16le(bytes, at + 4) << 16 | u16le(bytes, at + 6);
        return new UUID(high, i64be(bytes, at + 8));
    }
}
