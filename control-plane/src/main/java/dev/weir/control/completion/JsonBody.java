package dev.weir.control.completion;

import java.nio.ByteBuffer;

/** A request's JSON as it came, byte for byte. Whoever asks gets a read-only view, so the body cannot change on its way. */
public final class JsonBody {
    private final ByteBuffer bytes;

    /** Takes the array over: the caller keeps no reference to it. */
    public JsonBody(byte[] bytes) {
        this.bytes = ByteBuffer.wrap(bytes).asReadOnlyBuffer();
    }

    /** A view of its own for each caller. */
    public ByteBuffer bytes() {
        return bytes.duplicate();
    }

    public int byteCount() {
        return bytes.remaining();
    }

    /** Says how long it is and never what is in it: prompts do not belong in logs. */
    @Override
    public String toString() {
        return "JsonBody[" + byteCount() + " bytes]";
    }
}
