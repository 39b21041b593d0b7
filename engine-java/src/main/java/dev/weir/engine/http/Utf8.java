package dev.weir.engine.http;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;

/**
 * Whether a body is UTF-8 at all. The JSON parser reads what comes close (overlong forms, surrogates on their own) as if it were, and two
 * servers that differ in that see two requests in one.
 */
final class Utf8 {

    private static final int DECODED_AT_ONCE = 4096;

    private Utf8() {}

    static void requireValid(byte[] body) {
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        ByteBuffer in = ByteBuffer.wrap(body);
        CharBuffer out = CharBuffer.allocate(DECODED_AT_ONCE);
        CoderResult result = CoderResult.OVERFLOW;
        while (result.isOverflow()) {
            result = decoder.decode(in, out.clear(), true);
        }
        if (result.isError()) {
            throw new ApiException(
                    ApiError.invalidJson("the body is not valid JSON: it is not UTF-8 at byte " + (in.position() + 1)));
        }
    }
}
