package dev.weir.control.drift;

import dev.weir.control.classification.Classifier;
import dev.weir.control.classification.Language;
import dev.weir.control.classification.Traits;
import dev.weir.control.completion.JsonBody;
import dev.weir.control.embedding.SentenceEncoder;
import dev.weir.control.evaluation.grading.RefusalWords;
import dev.weir.control.evaluation.live.LiveAnswer;
import dev.weir.control.guard.Injection;
import java.io.UncheckedIOException;
import java.time.ZoneOffset;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** From a conversation to its signs. Pure. */
final class AnswerSigns {
    /** From which on guards take a prompt for an attempt, unless they are told otherwise. */
    private static final double INJECTION_SCORE_MIN = 0.7;

    private static final int TOPIC_BITS = 4;
    private static final int ENCODED_CHARS_MAX = 2000;

    private final Classifier classifier;
    private final @Nullable SentenceEncoder encoder;

    AnswerSigns(Classifier classifier, @Nullable SentenceEncoder encoder) {
        this.classifier = classifier;
        this.encoder = encoder;
    }

    /** Where a conversation is counted, and its kind. */
    record Place(Cell cell, Traits traits) {}

    Place place(LiveAnswer answer) {
        byte[] body = JsonMapper.shared()
                .writeValueAsBytes(JsonMapper.shared().createObjectNode().set("messages", answer.messages()));
        Traits traits = classifier.traits(new JsonBody(body));
        Cell cell = new Cell(
                answer.subject().at().atZone(ZoneOffset.UTC).toLocalDate(),
                answer.subject().model(),
                answer.subject().tenant(),
                traits.difficulty().name().toLowerCase(Locale.ROOT),
                topic(answer.lastAsked()));
        return new Place(cell, traits);
    }

    static Map<Signal, String> of(LiveAnswer answer, Place place) {
        Map<Signal, String> signs = new EnumMap<>(Signal.class);
        String text = answer.text();
        signs.put(Signal.LENGTH, Signal.ofChars(text.length()));
        signs.put(Signal.FINISH_REASON, answer.finishReason());
        signs.put(Signal.REFUSAL, Signal.of(RefusalWords.declines(text)));
        signs.put(Signal.LANGUAGE, Language.of(text.toLowerCase(Locale.ROOT)));
        signs.put(Signal.JSON, json(text));
        signs.put(Signal.PROMPT_LENGTH, Signal.ofChars(place.traits().promptChars()));
        signs.put(Signal.PROMPT_LANGUAGE, place.traits().language());
        signs.put(Signal.INJECTION, Signal.of(Injection.of(answer.lastAsked()).score() >= INJECTION_SCORE_MIN));
        signs.put(Signal.TOPIC, String.format(Locale.ROOT, "%02d", place.cell().topic()));
        return signs;
    }

    private static String json(String text) {
        String stripped = text.strip();
        if (!stripped.startsWith("{") && !stripped.startsWith("[")) {
            return "none";
        }
        try {
            JsonMapper.shared().readTree(stripped);
            return "valid";
        } catch (JacksonException _) {
            return "invalid";
        }
    }

    /**
     * On which sides of a few planes the text's vector lies: texts that are alike lie on the same sides, and no two replicas need to agree on
     * anything.
     *
     * <p>Charikar, "Similarity estimation techniques from rounding algorithms", STOC 2002.
     */
    private int topic(String text) {
        if (encoder == null || text.isBlank()) {
            return 0;
        }
        float[] vector;
        try {
            vector = encoder.encode(text.substring(0, Math.min(ENCODED_CHARS_MAX, text.length())));
        } catch (UncheckedIOException _) {
            return 0; // an encoder elsewhere is away
        }
        int topic = 0;
        for (int bit = 0; bit < TOPIC_BITS; bit++) {
            double side = 0;
            for (int i = 0; i < vector.length; i++) {
                side += ((i * 0x9E3779B97F4A7C15L + bit * 0xBF58476D1CE4E5B9L) * 0x94D049BB133111EBL < 0 ? -1 : 1)
                        * vector[i];
            }
            topic |= side < 0 ? 1 << bit : 0;
        }
        return topic + 1;
    }
}
