package dev.weir.control.compression;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.control.completion.PromptText;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class CompressionTest {
    private static final CompressionRules.Rule RULE = new CompressionRules.Rule(List.of(), List.of(), 200, 0.3);
    private static final String SHIPS = "Ships\n" + "The canteen is open from noon on.\n".repeat(30)
            + "The Aurelia leaves Talvik at 14:05.\n" + "Dogs travel free of charge.\n".repeat(10);

    @Test
    void whatTheQuestionIsAboutStaysInItsPlace() {
        Compression done = compress(new PromptText("tool", SHIPS), "When does the Aurelia leave?");
        String context = done.texts().getLast().text();
        assertThat(context).startsWith("Ships\n").contains("The Aurelia leaves Talvik at 14:05.", "[...]");
        assertThat(done.hasSaved()).isTrue();
        assertThat(done.charsBefore()).isEqualTo(SHIPS.length());
        assertThat(done.charsAfter()).isEqualTo(context.length()).isLessThan((long) (0.4 * SHIPS.length()));
    }

    @Test
    void onlyMarkedContextOfAUserIsTouched() {
        String asked = "When does the Aurelia leave?";
        PromptText user = new PromptText("user", "<context>" + SHIPS + "</context>\n" + asked);
        Compression done = Compression.of(List.of(user), RULE);
        assertThat(done.texts().getFirst().text())
                .startsWith("<context>Ships")
                .contains("14:05")
                .endsWith("</context>\n" + asked)
                .hasSizeLessThan(SHIPS.length() / 2);
        assertThat(compress(new PromptText("user", SHIPS), asked).hasSaved()).isFalse();
        assertThat(compress(new PromptText("system", SHIPS), asked).hasSaved()).isFalse();
        assertThat(compress(new PromptText("assistant", SHIPS), asked).hasSaved())
                .isFalse();
    }

    /** To look for the end of each would be as many steps as there are marks, times the length of the prompt. */
    @Test
    @Timeout(20)
    void marksWithoutAnEndAreNotLookedForAgainAndAgain() {
        String asked = "When does the Aurelia leave?";
        String endless = "<source>".repeat(300_000);
        Compression done = Compression.of(
                List.of(new PromptText("user", endless + "<context>" + SHIPS + "</context>\n" + asked)), RULE);
        assertThat(done.texts().getFirst().text())
                .startsWith(endless + "<context>Ships")
                .contains("14:05")
                .endsWith("</context>\n" + asked);
        assertThat(done.hasSaved()).isTrue();
    }

    @Test
    void whereNothingIsFoundOrSavedNothingIsLeftOut() {
        assertThat(compress(new PromptText("tool", SHIPS), "Quo vadis?").hasSaved())
                .isFalse();
        assertThat(compress(new PromptText("tool", SHIPS), "").hasSaved()).isFalse();
        assertThat(compress(new PromptText("tool", "short"), "short?").hasSaved())
                .isFalse();
    }

    @Test
    void jsonStaysJson() {
        List<String> rows = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            rows.add("{\"ship\":\"ship " + (char) ('A' + i % 26) + "\",\"gate\":" + i + "}");
        }
        rows.add("{\"ship\":\"Aurelia\",\"gate\":14}");
        String rowsAsJson = "{\"count\":41,\"rows\":[" + String.join(",", rows) + "]}";
        Compression done = compress(new PromptText("tool", rowsAsJson), "Which gate has the Aurelia?");
        assertThat(done.texts().getLast().text())
                .startsWith("{\"count\":41,\"rows\":[{\"ship\":\"ship A\",\"gate\":0}")
                .endsWith("{\"ship\":\"Aurelia\",\"gate\":14}]}");
        String torn = rowsAsJson.substring(1);
        assertThat(compress(new PromptText("tool", torn), "Which gate has the Aurelia?")
                        .texts()
                        .getLast()
                        .text())
                .as("text that looks like no JSON is text")
                .contains("Aurelia");
        String half = rowsAsJson.substring(0, rowsAsJson.length() - 20);
        assertThat(compress(new PromptText("tool", half), "Which gate has the Aurelia?")
                        .hasSaved())
                .isFalse();
    }

    /** Documents of 60 sentences about 12 people, and a question in other words about one of them: is the answer still there? */
    @Test
    void answersOutliveCompression() {
        int cases = 400;
        System.out.printf(Locale.ROOT, "%-22s %10s %10s%n", "answer still there", "words kept", "answers");
        for (double keep : new double[] {0.6, 0.4, 0.2, 0.1}) {
            double extract = report("extract " + keep, cases, doc -> {
                CompressionRules.Rule rule = new CompressionRules.Rule(List.of(), List.of(), 200, keep);
                return Compression.of(
                                List.of(new PromptText("user", doc.question()), new PromptText("tool", doc.text())),
                                rule)
                        .texts()
                        .getLast()
                        .text();
            });
            report(
                    "beginning " + keep,
                    cases,
                    doc -> doc.text().substring(0, (int) (keep * doc.text().length())));
            assertThat(extract).isGreaterThan(keep >= 0.4 ? 0.95 : keep >= 0.2 ? 0.9 : 0.6);
        }
    }

    private static double report(String name, int cases, Function<Document, String> shorten) {
        int kept = 0;
        long words = 0;
        long all = 0;
        for (int seed = 0; seed < cases; seed++) {
            Document document = Document.of(seed);
            String shorter = shorten.apply(document);
            kept += shorter.contains(document.answer()) ? 1 : 0;
            words += shorter.split("\\s+").length;
            all += document.text().split("\\s+").length;
        }
        System.out.printf(Locale.ROOT, "%-22s %8.1f %% %8.1f %%%n", name, 100.0 * words / all, 100.0 * kept / cases);
        return kept / (double) cases;
    }

    private record Document(String text, String question, String answer) {
        private static final List<String> NAMES = List.of(
                "Orla Venn",
                "Tomas Reik",
                "Ida Marlow",
                "Jonas Petrak",
                "Selma Duarte",
                "Emil Norgaard",
                "Vera Lindqvist",
                "Amos Kettler",
                "Nadia Ferro",
                "Olaf Brandt",
                "Rosa Iker",
                "Pavel Hruby");
        private static final List<String[]> FACTS = List.of(
                new String[] {
                    "%s has worked in the harbour office since %d.", "Since which year does %s work in the office?"
                },
                new String[] {"The locker of %s carries the number %d.", "Which number has the locker of %s?"},
                new String[] {"Last year %s sold %d tickets at the counter.", "How many tickets were sold by %s?"},
                new String[] {"When %s travels, the fare is %d euros.", "What fare is paid when %s travels?"},
                new String[] {"The extension of %s is %d, but it is seldom answered.", "What is the extension of %s?"});
        private static final List<String> FILLERS = List.of(
                "The harbour was quiet that morning.",
                "Nobody had expected the fog to lift so early.",
                "The counter opens at eight and closes after the last ferry.",
                "Tickets that were bought online are checked at the gate.",
                "There were many travellers in the office, most of them with children.");

        static Document of(int seed) {
            Random random = new Random(seed);
            List<String> sentences = new ArrayList<>();
            List<String[]> asked = new ArrayList<>();
            for (String name : NAMES) {
                for (String[] fact : FACTS.subList(0, 3 + random.nextInt(3))) {
                    int number = 1000 + random.nextInt(9000);
                    String sentence = String.format(Locale.ROOT, fact[0], name, number);
                    sentences.add(sentence);
                    asked.add(new String[] {String.format(Locale.ROOT, fact[1], name), sentence});
                }
            }
            for (int i = 0; i < 15; i++) {
                sentences.add(FILLERS.get(random.nextInt(FILLERS.size())));
            }
            Collections.shuffle(sentences, random);
            String[] one = asked.get(random.nextInt(asked.size()));
            return new Document(String.join(" ", sentences), one[0], one[1]);
        }
    }

    private static Compression compress(PromptText context, String question) {
        return Compression.of(List.of(new PromptText("user", question), context), RULE);
    }
}
