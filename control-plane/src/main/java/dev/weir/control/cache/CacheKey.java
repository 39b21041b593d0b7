package dev.weir.control.cache;

/**
 * Names an answer. The tenant stands beside the digest although it is part of it: so that all that a tenant has can be forgotten, and so
 * that an equal digest alone opens nothing.
 *
 * @param digest of everything that can change the answer, in hexadecimal
 */
public record CacheKey(String tenant, String digest) {
    public CacheKey {
        if (tenant.isBlank() || digest.isBlank()) {
            throw new IllegalArgumentException("a key has a tenant and a digest: " + tenant + ", " + digest);
        }
    }
}
