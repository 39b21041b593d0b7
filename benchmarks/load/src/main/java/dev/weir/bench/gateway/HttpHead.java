package dev.weir.bench.gateway;

import java.util.Iterator;
import java.util.Locale;

/** The head of a request or an answer, as far as one has to know it to read on. */
record HttpHead(String firstLine, int contentLength, boolean chunked) {
    /** Takes it apart; without the empty line behind it. */
    static HttpHead of(String lines) {
        Iterator<String> each = lines.lines().iterator();
        String first = each.hasNext() ? each.next() : "";
        int contentLength = 0;
        boolean chunked = false;
        while (each.hasNext()) {
            String small = each.next().toLowerCase(Locale.ROOT);
            if (small.startsWith("content-length:")) {
                contentLength = Integer.parseInt(
                        small.substring("content-length:".length()).strip());
            }
            chunked |= small.startsWith("transfer-encoding:") && small.contains("chunked");
        }
        return new HttpHead(first, contentLength, chunked);
    }

    /** Of an answer. */
    int status() {
        String[] words = firstLine.split(" ", 3);
        return words.length < 2 ? 0 : Integer.parseInt(words[1]);
    }
}
