package org.imprimatur.disk;

/** The kinds of file that Unix knows. */
public enum FileType {
    REGULAR(0100000, 'f'),
    DIRECTORY(0040000, 'd'),
    SYMLINK(0120000, 'l'),
    CHARACTER_DEVICE(0020000, 'c'),
    BLOCK_DEVICE(0060000, 'b'),
    FIFO(0010000, 'p'),
    SOCKET(0140000, 's');

    private final int bits;
    private final char letter;

    FileType(int bits, char letter) {
        this.bits = bits;
        this.letter = letter;
    }

    /** The letter that {@code find -printf %y} shows. */
    public char letter() {
        return letter;
    }

    /**
     * The type in the upper four bits of a Unix mode.
     *
     * @throws CorruptImageException when no type has these bits
     */
    static FileType ofMode(int mode) throws CorruptImageException {
        return switch (mode & 0170000) {
            case 0100000 -> REGULAR;
            case 0040000 -> DIRECTORY;
            case 0120000 -> SYMLINK;
            case 0020000 -> CHARACTER_DEVICE;
            case 0060000 -> BLOCK_DEVICE;
            case 0010000 -> FIFO;
            case 0140000 -> SOCKET;
            default ->
                    throw new CorruptImageException(
                            "the mode 0%o names no type of file".formatted(mode));
        };
    }

    int bits() {
        return bits;
    }
}
