package dev.weir.control.guard;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class PersonalDataTest {
    private static final Set<PersonalKind> ALL = EnumSet.allOf(PersonalKind.class);
    private static final Pattern LABEL = Pattern.compile("\\{([a-z-]+)\\|([^}]+)\\}");

    @Test
    void whatIsLabelledIsFoundAndNothingElse() throws IOException {
        int labelled = 0;
        int right = 0;
        int found = 0;
        for (String line : lines()) {
            Set<String> wanted = LABEL.matcher(line)
                    .results()
                    .map(label -> label.group(1) + " " + label.group(2))
                    .collect(Collectors.toSet());
            String text = LABEL.matcher(line).replaceAll(label -> Matcher.quoteReplacement(label.group(2)));
            Set<String> got = new HashSet<>();
            PersonalData.find(text, ALL)
                    .forEach(place -> got.add(place.kind().text() + " " + text.substring(place.begin(), place.end())));
            labelled += wanted.size();
            found += got.size();
            right += (int) got.stream().filter(wanted::contains).count();
        }
        double precision = right / (double) found;
        double recall = right / (double) labelled;
        System.out.printf(
                Locale.ROOT, "personal data: %d labelled, precision %.3f, recall %.3f%n", labelled, precision, recall);
        assertThat(precision).isGreaterThanOrEqualTo(0.95);
        assertThat(recall).isGreaterThanOrEqualTo(0.95);
    }

    @Test
    void kindsTakeThePlaceOfWhatWasThere() {
        PersonalData.Redacted redacted = PersonalData.redact("Mail a@b.org and b@c.org, card 4111111111111111.", ALL);
        assertThat(redacted.text()).isEqualTo("Mail [EMAIL] and [EMAIL], card [CARD].");
        assertThat(redacted.counts()).isEqualTo(Map.of(PersonalKind.EMAIL, 2, PersonalKind.CARD, 1));
        assertThat(PersonalData.summary(redacted.counts())).isEqualTo("email 2, card 1");
        assertThat(PersonalData.redact("a@b.org", Set.of(PersonalKind.CARD)).text())
                .isEqualTo("a@b.org");
    }

    @Test
    void aTextInPiecesComesOutLikeAWholeOne() throws IOException {
        SplittableRandom random = new SplittableRandom(7);
        for (String line : lines()) {
            String text = LABEL.matcher(line).replaceAll(label -> Matcher.quoteReplacement(label.group(2)));
            String wanted = PersonalData.redact(text, ALL).text();
            for (int run = 0; run < 50; run++) {
                StreamedRedaction stream = new StreamedRedaction(ALL);
                StringBuilder told = new StringBuilder();
                for (int from = 0; from < text.length(); ) {
                    int to = Math.min(text.length(), from + 1 + random.nextInt(8));
                    told.append(stream.next(text.substring(from, to)));
                    from = to;
                }
                assertThat(told.append(stream.rest())).hasToString(wanted);
                assertThat(stream.counts())
                        .isEqualTo(PersonalData.redact(text, ALL).counts());
            }
        }
    }

    /** Compared with all that was found before this takes minutes; compared with its neighbour, a second. */
    @Test
    @Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void aTextFullOfAddressesIsReadInNoTime() {
        int count = 400_000;
        PersonalData.Redacted redacted = PersonalData.redact("a@b.co ".repeat(count), ALL);
        assertThat(redacted.counts()).isEqualTo(Map.of(PersonalKind.EMAIL, count));
        assertThat(redacted.text()).isEqualTo("[EMAIL] ".repeat(count));
    }

    @Test
    void ofWhatOverlapsTheFirstKindCounts() {
        SplittableRandom random = new SplittableRandom(3);
        String[] pieces = {
            "a@b.co",
            "4111111111111111",
            "4111 1111 1111 1111",
            "GB82 WEST 1234 5698 7654 32",
            "10.1.2.3",
            "078-05-1120",
            "+1 415 555 0132",
            "(415) 555-0132",
            "sk-abcdefghijklmnopqrstuvwx",
            " ",
            "-",
            ".",
            "+",
            "1",
            "A",
            "\n"
        };
        int found = 0;
        for (int run = 0; run < 5_000; run++) {
            StringBuilder text = new StringBuilder();
            for (int i = 1 + random.nextInt(8); i > 0; i--) {
                text.append(pieces[random.nextInt(pieces.length)]);
            }
            List<PersonalData.Place> places = PersonalData.find(text.toString(), ALL);
            found += places.size();
            assertThat(places).as(text.toString()).isEqualTo(comparedWithAll(text.toString()));
        }
        assertThat(found).isGreaterThan(1000);
    }

    /** As it is meant: of a kind that comes later only what overlaps nothing that was found. */
    private static List<PersonalData.Place> comparedWithAll(String text) {
        List<PersonalData.Place> places = new ArrayList<>();
        for (PersonalKind kind : PersonalKind.values()) {
            Matcher matcher = kind.form().matcher(text);
            while (matcher.find()) {
                int begin = matcher.start();
                int end = begin + kind.genuineChars(matcher.group());
                if (end > begin && places.stream().noneMatch(other -> begin < other.end() && other.begin() < end)) {
                    places.add(new PersonalData.Place(kind, begin, end));
                }
            }
        }
        places.sort(Comparator.comparingInt(PersonalData.Place::begin));
        return places;
    }

    @Test
    void plainWordsAreHeldBackForNoMoreThanAMoment() {
        StreamedRedaction stream = new StreamedRedaction(ALL);
        assertThat(stream.next("The ferry leaves ")).isEqualTo("The ferry");
        assertThat(stream.next("from Talvik ")).isEqualTo(" leaves from");
        assertThat(stream.next("at 14")).isEqualTo(" Talvik");
        assertThat(stream.next(":05, today\n")).isEqualTo(" at 14:05, today");
        assertThat(stream.next("1 ".repeat(1100)))
                .as("what never ends is not held forever")
                .isNotEmpty();
    }

    private static List<String> lines() throws IOException {
        try (var in = Objects.requireNonNull(PersonalDataTest.class.getResourceAsStream("/guard/personal.tsv"))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        }
    }
}
