package dev.weir.bench.workload;

/** A message of a conversation. */
public record Message(String role, String content) {
    public Message {
        if (role.isBlank()) {
            throw new IllegalArgumentException("a message needs a role");
        }
    }
}
