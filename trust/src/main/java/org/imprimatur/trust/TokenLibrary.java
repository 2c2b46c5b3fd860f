package org.imprimatur.trust;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;

/**
 * A PKCS#11 module (OASIS PKCS #11 2.40), asked only for what Java's provider does not tell: which
 * tokens there are, and the labels and identifiers of what lies on them. Everything with a PIN or a
 * key is done by Java's provider.
 *
 * <p>A module is code that runs in this process and is trusted as such. What comes from a token is
 * not: counts and sizes are bounded. The layouts are those of 64-bit systems with 8-byte {@code
 * CK_ULONG}, that is of all but Windows.
 */
@SuppressWarnings("restricted") // loading a module is what this class is for
final class TokenLibrary {

    private static final int MAX_SLOTS = 256;
    private static final int MAX_OBJECTS = 1024;
    private static final int MAX_VALUE_BYTES = 64 * 1024;

    private static final long OK = 0;
    private static final long ALREADY_INITIALIZED = 0x191;
    private static final long OS_LOCKING_OK = 2;
    private static final long SERIAL_SESSION = 4;
    private static final long UNAVAILABLE = -1;

    private static final long CLASS = 0;
    private static final long LABEL = 3;
    private static final long VALUE = 0x11;
    private static final long ID = 0x102;
    private static final long CERTIFICATE = 1;
    private static final long PRIVATE_KEY = 3;

    /** How shared libraries begin: ELF, and Mach-O for one and for several architectures. */
    private static final Set<String> LIBRARIES = Set.of("7f454c46", "cffaedfe", "cafebabe");

    private static final int ATTRIBUTE_BYTES = 24;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final AddressLayout POINTER =
            ADDRESS.withTargetLayout(MemoryLayout.sequenceLayout(8192, JAVA_BYTE));

    /** Places in the list of functions, in the order of the specification. */
    private enum Function {
        INITIALIZE(0),
        GET_SLOT_LIST(4),
        GET_TOKEN_INFO(6),
        OPEN_SESSION(12),
        CLOSE_SESSION(13),
        GET_ATTRIBUTE_VALUE(24),
        FIND_OBJECTS_INIT(26),
        FIND_OBJECTS(27),
        FIND_OBJECTS_FINAL(28);

        private final int place;

        Function(int place) {
            this.place = place;
        }
    }

    /** A slot with a token in it. */
    record Slot(
            long id, String token, String manufacturer, String model, String serial, long flags) {

        private static final long LOGIN_REQUIRED = 0x4;
        private static final long PIN_INITIALIZED = 0x8;
        private static final long OWN_PIN_PAD = 0x100;
        private static final long TOKEN_INITIALIZED = 0x400;
        private static final long FINAL_TRY = 0x2_0000;
        private static final long LOCKED = 0x4_0000;

        boolean usable() {
            return (flags & TOKEN_INITIALIZED) != 0;
        }

        /** Whether the PIN is typed here, and not on the device. */
        boolean wantsPin() {
            return (flags & LOGIN_REQUIRED) != 0 && (flags & OWN_PIN_PAD) == 0;
        }

        boolean hasPin() {
            return (flags & LOGIN_REQUIRED) == 0 || (flags & PIN_INITIALIZED) != 0;
        }

        boolean lastTry() {
            return (flags & FINAL_TRY) != 0;
        }

        boolean locked() {
            return (flags & LOCKED) != 0;
        }
    }

    /** A certificate or a key on a token; {@code value} is empty for keys. */
    record Item(String label, String id, HexBytes value) {}

    /** Bytes that can be compared. */
    record HexBytes(String hex) {

        byte[] bytes() {
            return HexFormat.of().parseHex(hex);
        }
    }

    private final MemorySegment functions;

    private TokenLibrary(MemorySegment functions) {
        this.functions = functions;
    }

    /**
     * Loads and starts a module; a second time is harmless. It stays for the life of the process,
     * as Java's provider keeps it too.
     *
     * @throws UnusableKey when the file is no such module
     */
    static TokenLibrary load(Path file) {
        // The virtual machine prints warnings of its own on what is no library at all.
        if (!isLibrary(file)) {
            throw notAModule(file);
        }
        try (var arena = Arena.ofConfined()) {
            var getList =
                    SymbolLookup.libraryLookup(file, Arena.global())
                            .find("C_GetFunctionList")
                            .orElseThrow(() -> notAModule(file));
            var place = arena.allocate(ADDRESS);
            check(
                    "C_GetFunctionList",
                    (long)
                            LINKER.downcallHandle(
                                            getList, FunctionDescriptor.of(JAVA_LONG, ADDRESS))
                                    .invokeExact(place));
            var library = new TokenLibrary(place.get(POINTER, 0));
            var arguments = arena.allocate(48, 8);
            arguments.set(JAVA_LONG, 32, OS_LOCKING_OK);
            long started =
                    (long) library.handle(Function.INITIALIZE, ADDRESS).invokeExact(arguments);
            if (started != ALREADY_INITIALIZED) {
                check("C_Initialize", started);
            }
            return library;
        } catch (IllegalArgumentException e) {
            throw notAModule(file);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    private static boolean isLibrary(Path file) {
        try (var in = Files.newInputStream(file)) {
            return LIBRARIES.contains(HexFormat.of().formatHex(in.readNBytes(4)));
        } catch (IOException e) {
            // What cannot be read cannot be loaded either.
            return false;
        }
    }

    private static UnusableKey notAModule(Path file) {
        return new UnusableKey(
                UnusableKey.Reason.NO_MODULE,
                "'%s' is no PKCS#11 module that can be loaded; expected a shared library such as"
                                .formatted(file)
                        + " opensc-pkcs11.so, of this machine's architecture");
    }

    /** The slots that hold a token. */
    List<Slot> slots() {
        try (var arena = Arena.ofConfined()) {
            var list = handle(Function.GET_SLOT_LIST, JAVA_BYTE, ADDRESS, ADDRESS);
            var count = arena.allocate(JAVA_LONG);
            byte withToken = 1;
            // The first call lets the module look again for what was plugged in.
            check("C_GetSlotList", (long) list.invokeExact(withToken, MemorySegment.NULL, count));
            var ids = arena.allocate(JAVA_LONG, MAX_SLOTS);
            count.set(JAVA_LONG, 0, MAX_SLOTS);
            check("C_GetSlotList", (long) list.invokeExact(withToken, ids, count));
            var slots = new ArrayList<Slot>();
            long found = Math.min(count.get(JAVA_LONG, 0), MAX_SLOTS);
            for (long index = 0; index < found; index++) {
                long id = ids.getAtIndex(JAVA_LONG, index);
                var info = arena.allocate(256, 8);
                long answer =
                        (long)
                                handle(Function.GET_TOKEN_INFO, JAVA_LONG, ADDRESS)
                                        .invokeExact(id, info);
                // A card that cannot be read must not hide its neighbours.
                if (answer == OK) {
                    slots.add(
                            new Slot(
                                    id,
                                    padded(info, 0, 32),
                                    padded(info, 32, 32),
                                    padded(info, 64, 16),
                                    padded(info, 80, 16),
                                    info.get(JAVA_LONG, 96)));
                }
            }
            return slots;
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** The certificates on a token that can be seen now: before a login only the public ones. */
    List<Item> certificates(Slot slot) {
        return items(slot, CERTIFICATE);
    }

    /** The private keys on a token, without their values. */
    List<Item> privateKeys(Slot slot) {
        return items(slot, PRIVATE_KEY);
    }

    private List<Item> items(Slot slot, long kind) {
        try (var arena = Arena.ofConfined()) {
            var place = arena.allocate(JAVA_LONG);
            check(
                    "C_OpenSession",
                    (long)
                            handle(
                                            Function.OPEN_SESSION,
                                            JAVA_LONG,
                                            JAVA_LONG,
                                            ADDRESS,
                                            ADDRESS,
                                            ADDRESS)
                                    .invokeExact(
                                            slot.id(),
                                            SERIAL_SESSION,
                                            MemorySegment.NULL,
                                            MemorySegment.NULL,
                                            place));
            long session = place.get(JAVA_LONG, 0);
            try {
                var items = new ArrayList<Item>();
                for (long object : objects(arena, session, kind)) {
                    items.add(
                            new Item(
                                    new String(
                                            value(arena, session, object, LABEL),
                                            StandardCharsets.UTF_8),
                                    HexFormat.of().formatHex(value(arena, session, object, ID)),
                                    new HexBytes(
                                            kind == CERTIFICATE
                                                    ? HexFormat.of()
                                                            .formatHex(
                                                                    value(
                                                                            arena, session, object,
                                                                            VALUE))
                                                    : "")));
                }
                return items;
            } finally {
                long _ = (long) handle(Function.CLOSE_SESSION, JAVA_LONG).invokeExact(session);
            }
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    private List<Long> objects(Arena arena, long session, long kind) throws Throwable {
        var wanted = arena.allocate(JAVA_LONG);
        wanted.set(JAVA_LONG, 0, kind);
        check(
                "C_FindObjectsInit",
                (long)
                        handle(Function.FIND_OBJECTS_INIT, JAVA_LONG, ADDRESS, JAVA_LONG)
                                .invokeExact(session, attribute(arena, CLASS, wanted), 1L));
        var found = arena.allocate(JAVA_LONG, MAX_OBJECTS);
        var count = arena.allocate(JAVA_LONG);
        check(
                "C_FindObjects",
                (long)
                        handle(Function.FIND_OBJECTS, JAVA_LONG, ADDRESS, JAVA_LONG, ADDRESS)
                                .invokeExact(session, found, (long) MAX_OBJECTS, count));
        check(
                "C_FindObjectsFinal",
                (long) handle(Function.FIND_OBJECTS_FINAL, JAVA_LONG).invokeExact(session));
        var objects = new ArrayList<Long>();
        for (long index = 0; index < Math.min(count.get(JAVA_LONG, 0), MAX_OBJECTS); index++) {
            objects.add(found.getAtIndex(JAVA_LONG, index));
        }
        return objects;
    }

    /** One attribute's bytes; none when the object has no such attribute. */
    private byte[] value(Arena arena, long session, long object, long type) throws Throwable {
        var get = handle(Function.GET_ATTRIBUTE_VALUE, JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_LONG);
        var bytes = arena.allocate(MAX_VALUE_BYTES);
        var attribute = attribute(arena, type, bytes);
        long answer = (long) get.invokeExact(session, object, attribute, 1L);
        long length = attribute.get(JAVA_LONG, 16);
        if (answer != OK || length == UNAVAILABLE || length > MAX_VALUE_BYTES) {
            return new byte[0];
        }
        return bytes.asSlice(0, length).toArray(JAVA_BYTE);
    }

    private static MemorySegment attribute(Arena arena, long type, MemorySegment value) {
        var attribute = arena.allocate(ATTRIBUTE_BYTES, 8);
        attribute.set(JAVA_LONG, 0, type);
        attribute.set(ADDRESS, 8, value);
        attribute.set(JAVA_LONG, 16, value.byteSize());
        return attribute;
    }

    private MethodHandle handle(Function function, ValueLayout... parameters) {
        // A version of two bytes, then pointers.
        var address = functions.get(ADDRESS, 8L + 8L * function.place);
        return LINKER.downcallHandle(address, FunctionDescriptor.of(JAVA_LONG, parameters));
    }

    private static String padded(MemorySegment info, long offset, int length) {
        return new String(info.asSlice(offset, length).toArray(JAVA_BYTE), StandardCharsets.UTF_8)
                .replace('\0', ' ')
                .stripTrailing();
    }

    private static void check(String function, long answer) {
        if (answer != OK) {
            throw new UnusableKey(
                    UnusableKey.Reason.TOKEN_FAILED,
                    "the PKCS#11 module answers 0x%x to %s; check the token and its driver"
                            .formatted(answer, function));
        }
    }

    private static RuntimeException unexpected(Throwable e) {
        return switch (e) {
            case UnusableKey known -> known;
            case Error broken -> throw broken;
            default -> new IllegalStateException("calling a PKCS#11 module failed", e);
        };
    }
}
