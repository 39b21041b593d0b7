package dev.weir.engine.sampling;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class StopStringsTest {

    @Test
    void holdsBackWhatMayBecomeAStopStringAndShowsItWhenItDoesNot() {
        StopStrings stop = new StopStrings(List.of("</end>"));
        assertThat(stop.append("text </e")).isEqualTo("text ");
        assertThat(stop.append("n")).isEmpty();
        assertThat(stop.append("try>")).isEqualTo("</entry>");
        assertThat(stop.met()).isNull();
    }

    @Test
    void endsBeforeAStopStringThatStraddlesPieces() {
        StopStrings stop = new StopStrings(List.of("</end>"));
        assertThat(stop.append("text<") + stop.append("/end") + stop.append("> and more"))
                .isEqualTo("text");
        assertThat(stop.met()).isEqualTo("</end>");
        assertThat(stop.flush()).isEmpty();
    }

    @Test
    void restartsInsideAFailedMatch() {
        StopStrings stop = new StopStrings(List.of("aab"));
        assertThat(stop.append("a") + stop.append("a") + stop.append("a")).isEqualTo("a");
        assertThat(stop.append("b")).isEmpty();
        assertThat(stop.met()).isEqualTo("aab");
    }

    @Test
    void theFirstToBeCompleteCountsAndOfSeveralTheLongest() {
        StopStrings stop = new StopStrings(List.of("bcd", "abcde", "c", "bc"));
        assertThat(stop.append("xabcde")).isEqualTo("xa");
        assertThat(stop.met()).isEqualTo("bc");
    }

    @Test
    void flushShowsWhatWasHeldBack() {
        StopStrings stop = new StopStrings(List.of("stop"));
        assertThat(stop.append("sto")).isEmpty();
        assertThat(stop.flush()).isEqualTo("sto");
    }

    @Test
    void agreesWithASearchOfTheWholeTextHoweverItIsCut() {
        SplittableRandom random = new SplittableRandom(11);
        for (int round = 0; round < 20_000; round++) {
            List<String> stopStrings = new ArrayList<>();
            for (int count = random.nextInt(1, 4); count > 0; count--) {
                stopStrings.add(text(random, random.nextInt(1, 6)));
            }
            String text = text(random, random.nextInt(40));
            StopStrings stop = new StopStrings(stopStrings);
            StringBuilder shown = new StringBuilder();
            for (int at = 0; at < text.length() && stop.met() == null; ) {
                int end = Math.min(text.length(), at + random.nextInt(1, 8));
                shown.append(stop.append(text.substring(at, end)));
                assertThat(naive(text.substring(0, end), stopStrings)).startsWith(shown.toString());
                at = end;
            }
            shown.append(stop.flush());
            assertThat(shown.toString()).as("%s in %s", stopStrings, text).isEqualTo(naive(text, stopStrings));
        }
    }

    private static String naive(String text, List<String> stopStrings) {
        for (int end = 1; end <= text.length(); end++) {
            String prefix = text.substring(0, end);
            int longest = stopStrings.stream()
                    .filter(prefix::endsWith)
                    .mapToInt(String::length)
                    .max()
                    .orElse(0);
            if (longest > 0) {
                return prefix.substring(0, end - longest);
            }
        }
        return text;
    }

    private static String text(SplittableRandom random, int length) {
        StringBuilder text = new StringBuilder();
        for (int index = 0; index < length; index++) {
            text.append(random.nextInt(3) == 0 ? 'b' : 'a');
        }
        return text.toString();
    }
}
