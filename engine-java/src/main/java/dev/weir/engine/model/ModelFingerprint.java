package dev.weir.engine.model;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * What tells a model from another of the same name: its directory's or file's name, and a digest. The digest is of all that is small, and of the
 * length and some pieces of each file of weights, for to read all of them would take as long as to load the model; whoever trains, merges or
 * quantizes a model again changes nearly every weight.
 */
public final class ModelFingerprint {
    private static final List<String> SMALL_FILES = List.of(
            "config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json", "chat_template.jinja");

    private static final int PIECES = 64;
    private static final int PIECE_BYTES = 4096;
    private static final int DIGEST_BYTES = 6;

    private ModelFingerprint() {}

    /**
     * As {@code NAME@DIGEST}.
     *
     * @throws ModelFormatException where a file cannot be read
     */
    public static String of(ModelDirectory model) {
        MessageDigest digest = sha256();
        if (Files.isDirectory(model.path())) {
            SMALL_FILES.stream()
                    .map(model.path()::resolve)
                    .filter(Files::exists)
                    .forEach(file -> addAll(digest, file));
        }
        model.weights().files().forEach(file -> addPieces(digest, file));
        byte[] start = new byte[DIGEST_BYTES];
        ByteBuffer.wrap(digest.digest()).get(start);
        return model.path().toAbsolutePath().normalize().getFileName() + "@"
                + HexFormat.of().formatHex(start);
    }

    private static void addAll(MessageDigest digest, Path file) {
        try {
            begin(digest, file, Files.size(file));
            digest.update(Files.readAllBytes(file));
        } catch (IOException failure) {
            throw new ModelFormatException(file, "cannot be read: " + failure.getMessage(), failure);
        }
    }

    private static void addPieces(MessageDigest digest, Path file) {
        try (FileChannel channel = FileChannel.open(file)) {
            long bytes = channel.size();
            begin(digest, file, bytes);
            ByteBuffer piece = ByteBuffer.allocate(PIECE_BYTES);
            for (int index = 0; index < PIECES; index++) {
                channel.read(piece.clear(), bytes / PIECES * index);
                digest.update(piece.flip());
            }
        } catch (IOException failure) {
            throw new ModelFormatException(file, "cannot be read: " + failure.getMessage(), failure);
        }
    }

    private static void begin(MessageDigest digest, Path file, long bytes) {
        digest.update((file.getFileName() + "\n" + bytes + "\n").getBytes(StandardCharsets.UTF_8));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException absent) {
            throw new IllegalStateException("every Java has SHA-256", absent);
        }
    }
}
