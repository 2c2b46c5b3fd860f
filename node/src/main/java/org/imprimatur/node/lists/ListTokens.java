package org.imprimatur.node.lists;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.imprimatur.register.MalformedInput;
import org.imprimatur.register.Owner;
import org.imprimatur.register.Sha256;

/**
 * The tokens that open secluded lists, in a file that only the node's user may read: a line each,
 * with the SHA-256 of the token and never the token. A token is 256 random bits, so that a plain
 * digest of it tells nothing. The file is read at each question: what a command writes counts at
 * once, also for a node that runs.
 */
public final class ListTokens {

    /** The password that subscribers send with a token as the name. */
    static final String PASSWORD = "x-oauth-basic";

    private static final int LENGTH = 32;
    private static final long LARGEST = 1 << 20;
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._@-]{0,63}");

    /**
     * One token.
     *
     * @param name for people, to revoke it by
     * @param owners whose lists it opens
     */
    public record Token(String name, Sha256 digest, Set<Owner> owners, Instant created) {

        public Token {
            if (!NAME.matcher(name).matches()) {
                throw new MalformedInput(
                        "name",
                        "letters, digits, '.', '_', '@' and '-', at most 64",
                        MalformedInput.quoted(name));
            }
            if (owners.isEmpty()) {
                throw new MalformedInput("owners", "at least one owner", "none");
            }
            owners = Set.copyOf(owners);
            created = created.truncatedTo(ChronoUnit.SECONDS);
        }

        private String line() {
            return "%s\t%s\t%s\t%s"
                    .formatted(
                            name,
                            digest.hex(),
                            new TreeSet<>(owners.stream().map(Owner::toString).toList())
                                    .stream().collect(Collectors.joining(",")),
                            created);
        }

        private static Token parse(String line) {
            var parts = line.split("\t", -1);
            if (parts.length != 4) {
                throw new MalformedInput("", "four columns", parts.length + " columns");
            }
            try {
                return new Token(
                        parts[0],
                        new Sha256(parts[1]),
                        List.of(parts[2].split(",")).stream()
                                .map(Owner::parse)
                                .collect(Collectors.toSet()),
                        Instant.parse(parts[3]));
            } catch (DateTimeParseException e) {
                throw new MalformedInput("", "an instant", MalformedInput.quoted(parts[3]));
            }
        }
    }

    private final Path file;

    /** The tokens in this file, which need not be there yet. */
    public ListTokens(Path file) {
        this.file = file;
    }

    /**
     * Makes a token.
     *
     * @return the token itself, which is nowhere kept
     * @throws MalformedInput when the name is used or of another form
     * @throws IOException when the file cannot be written
     */
    public String create(String name, Set<Owner> owners, RandomGenerator random, Instant at)
            throws IOException {
        byte[] bits = new byte[LENGTH];
        random.nextBytes(bits);
        var secret = Base64.getUrlEncoder().withoutPadding().encodeToString(bits);
        var token = new Token(name, Sha256.of(secret.getBytes(UTF_8)), owners, at);
        change(
                tokens -> {
                    if (tokens.stream().anyMatch(one -> one.name().equals(name))) {
                        throw new MalformedInput(
                                "name", "a name that no token has", MalformedInput.quoted(name));
                    }
                    tokens.add(token);
                });
        return secret;
    }

    /** Takes a token away; whether there was one of that name. */
    public boolean revoke(String name) throws IOException {
        return change(tokens -> tokens.removeIf(one -> one.name().equals(name)));
    }

    /** All tokens, in the order in which they were made. */
    public List<Token> all() throws IOException {
        String text;
        try {
            if (Files.size(file) > LARGEST) {
                throw new MalformedInput(
                        file.toString(), "at most " + LARGEST + " bytes", "a larger file");
            }
            text = Files.readString(file);
        } catch (NoSuchFileException _) {
            return List.of();
        }
        var tokens = new ArrayList<Token>();
        int number = 0;
        for (var line : text.lines().toList()) {
            number++;
            if (!line.isBlank() && !line.startsWith("#")) {
                try {
                    tokens.add(Token.parse(line));
                } catch (MalformedInput e) {
                    throw e.in("%s: line %d".formatted(file, number));
                }
            }
        }
        return tokens;
    }

    /** The token that somebody shows; each is compared, in a time that does not depend on it. */
    Optional<Token> find(String secret) throws IOException {
        byte[] digest = Sha256.of(secret.getBytes(UTF_8)).bytes();
        Token found = null;
        for (var token : all()) {
            if (MessageDigest.isEqual(token.digest().bytes(), digest)) {
                found = token;
            }
        }
        return Optional.ofNullable(found);
    }

    /** The token in an {@code Authorization} field, where that is one as subscribers send it. */
    static Optional<String> secret(String authorization) {
        var parts = authorization.strip().split(" +", 2);
        if (parts.length != 2 || !parts[0].equalsIgnoreCase("basic")) {
            return Optional.empty();
        }
        String text;
        try {
            text = new String(Base64.getDecoder().decode(parts[1].strip()), UTF_8);
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
        int colon = text.indexOf(':');
        return colon > 0 && text.substring(colon + 1).equals(PASSWORD)
                ? Optional.of(text.substring(0, colon))
                : Optional.empty();
    }

    private interface Change {
        void apply(List<Token> tokens);
    }

    /** Reads, changes and replaces the file under a lock; whether anything changed. */
    private boolean change(Change change) throws IOException {
        var lockFile = file.resolveSibling(file.getFileName() + ".lock");
        try (var channel =
                        FileChannel.open(
                                lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                var _ = channel.lock()) {
            var before = all();
            var tokens = new ArrayList<>(before);
            change.apply(tokens);
            if (tokens.equals(before)) {
                return false;
            }
            var fresh = file.resolveSibling(file.getFileName() + ".new");
            Files.deleteIfExists(fresh);
            Files.createFile(
                    fresh,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rw-------")));
            Files.write(fresh, tokens.stream().map(Token::line).toList());
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
            return true;
        }
    }
}
