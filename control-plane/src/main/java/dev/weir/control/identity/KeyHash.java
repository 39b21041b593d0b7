package dev.weir.control.identity;

import dev.weir.control.digest.Sha256;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * What is kept of a key's secret: a salt, and SHA-256 over both.
 *
 * <p>Slow hashes protect secrets that people choose. A random secret of 238 bits has no list to be guessed from, and this one is checked with
 * every request.
 */
final class KeyHash {
    private static final int SALT_BYTES = 16;

    private final byte[] salt;
    private final byte[] hash;

    private KeyHash(byte[] salt, byte[] hash) {
        this.salt = salt;
        this.hash = hash;
    }

    static KeyHash of(String secret, RandomGenerator random) {
        byte[] salt = new byte[SALT_BYTES];
        random.nextBytes(salt);
        return new KeyHash(salt, digest(salt, secret));
    }

    static KeyHash stored(byte[] salt, byte[] hash) {
        return new KeyHash(salt.clone(), hash.clone());
    }

    /** Takes as long for a secret that is nearly right as for one that is all wrong. */
    boolean matches(String secret) {
        return MessageDigest.isEqual(hash, digest(salt, secret));
    }

    byte[] salt() {
        return salt.clone();
    }

    byte[] hash() {
        return hash.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof KeyHash that && Arrays.equals(salt, that.salt) && Arrays.equals(hash, that.hash);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(hash);
    }

    @Override
    public String toString() {
        return "KeyHash";
    }

    private static byte[] digest(byte[] salt, String secret) {
        return new Sha256().add(salt).add(secret).bytes();
    }
}
