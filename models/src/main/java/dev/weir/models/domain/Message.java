package dev.weir.models.domain;

/** One message of a chat, as the wire has it. */
public record Message(String role, String content) {
    public static final String SYSTEM = "system";
    public static final String USER = "user";
    public static final String ASSISTANT = "assistant";
}
