package dev.weir.control.digest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** Digests that were stored have to be found again: these are the standard's own (FIPS 180-2, appendix B). */
class Sha256Test {
    private static final String OF_NOTHING = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    private static final String OF_ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    @Test
    void aTextsDigestIsThatOfItsUtf8() {
        assertThat(Sha256.hexOf("abc")).isEqualTo(OF_ABC);
        assertThat(Sha256.hexOf("")).isEqualTo(OF_NOTHING);
        assertThat(Sha256.hexOf("ü"))
                .isEqualTo(new Sha256().add((byte) 0xc3, (byte) 0xbc).hex());
    }

    @Test
    void piecesAreOneContentHoweverTheyCome() throws IOException {
        Sha256 digest = new Sha256()
                .add("a")
                .add(ByteBuffer.wrap("xb".getBytes(UTF_8), 1, 1))
                .add(new ByteArrayInputStream("c".getBytes(UTF_8)));
        assertThat(digest.bytes()).isEqualTo(HexFormat.of().parseHex(OF_ABC));
        assertThat(digest.hex()).as("it has begun anew").isEqualTo(OF_NOTHING);
    }
}
