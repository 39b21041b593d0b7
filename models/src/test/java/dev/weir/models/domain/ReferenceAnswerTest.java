package dev.weir.models.domain;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.BiFunction;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Solves generated questions a second time, from their text alone, and compares. */
class ReferenceAnswerTest {
    /** A row with a time, a fare, or both. */
    private static final Pattern SAILING = Pattern.compile("- (\\w+) (\\d\\d:\\d\\d)?(?:, )?(?:(\\d+) euros)?");

    @Test
    void fareTotals() {
        check(TaskType.FARE_TOTAL, (text, _) -> fares(text) + " euros");
    }

    @Test
    void groupFares() {
        check(TaskType.GROUP_FARE, (text, _) -> {
            Matcher discount = find("Discount: (\\d+) euros from (\\d+) euros", text);
            int total = fares(text);
            return (total >= number(discount, 2) ? total - number(discount, 1) : total) + " euros";
        });
    }

    @Test
    void durations() {
        check(TaskType.DURATION, (text, _) -> {
            Duration trip = Duration.between(time("Departs", text), time("Arrives", text));
            return trip.toHours() + " h " + trip.toMinutesPart() + " min";
        });
    }

    @Test
    void delays() {
        check(TaskType.DELAY, (text, _) -> {
            int minutes = number(find("(\\d+) minutes", text), 1);
            return time("Departs", text).plusMinutes(minutes).toString();
        });
    }

    @Test
    void sortedSailings() {
        check(TaskType.SORTING, (text, answer) -> {
            boolean byTime = !AnswerRule.finalAnswer(answer).contains("euros");
            Comparator<MatchResult> order = byTime
                    ? Comparator.comparing(sailing -> sailing.group(2))
                    : Comparator.comparingInt(sailing -> Integer.parseInt(sailing.group(3)));
            List<String> ports = sailings(text).stream()
                    .sorted(order)
                    .map(sailing -> (byTime ? sailing.group(2) : sailing.group(3) + " euros") + " " + sailing.group(1))
                    .toList();
            return String.join(", ", ports);
        });
    }

    @Test
    void cheapestLateSailings() {
        check(TaskType.FILTER, (text, _) -> {
            String after = find("(\\d\\d:00)", text).group(1);
            return sailings(text).stream()
                    .filter(sailing -> sailing.group(2).compareTo(after) > 0)
                    .min(Comparator.comparingInt(sailing -> Integer.parseInt(sailing.group(3))))
                    .orElseThrow()
                    .group(1);
        });
    }

    @Test
    void refunds() {
        check(TaskType.REFUND, (text, _) -> {
            int paid = number(find("Paid: (\\d+)", text), 1);
            int days = number(find("Days before: (\\d+)", text), 1);
            if (text.contains("Cancelled by: company") || text.contains("Ticket: flex")) {
                return paid + " euros";
            }
            if (text.contains("Ticket: saver") || days < 2) {
                return "0 euros";
            }
            return (days >= 7 ? paid : paid / 2) + " euros";
        });
    }

    @Test
    void boarding() {
        check(TaskType.BOARDING, (text, _) -> {
            int needed = text.contains("Vehicle: car") ? 60 : 30;
            boolean inTime = number(find("Minutes left: (\\d+)", text), 1) >= needed;
            return inTime && text.contains("Passport: yes") ? "yes" : "no";
        });
    }

    private static void check(TaskType type, BiFunction<String, String, String> solver) {
        ConversationGenerator generator = new ConversationGenerator(Split.VALIDATION, 31);
        for (int i = 0; i < 300; i++) {
            Conversation conversation = generator.single(type);
            String text = conversation
                    .messages()
                    .get(conversation.messages().size() - 2)
                    .content();
            String answer = conversation.turns().getFirst().answer();
            assertThat(AnswerRule.finalAnswer(answer)).as(text).isEqualToIgnoringCase(solver.apply(text, answer));
        }
    }

    private static int fares(String text) {
        Matcher adults = find("Adults: (\\d+) at (\\d+)", text);
        Matcher children = find("Children: (\\d+) at (\\d+)", text);
        return number(adults, 1) * number(adults, 2) + number(children, 1) * number(children, 2);
    }

    private static LocalTime time(String label, String text) {
        return LocalTime.parse(find(label + ": (\\d\\d:\\d\\d)", text).group(1));
    }

    private static List<MatchResult> sailings(String text) {
        List<MatchResult> sailings = new ArrayList<>();
        SAILING.matcher(text).results().forEach(sailings::add);
        return sailings;
    }

    private static int number(Matcher matcher, int group) {
        return Integer.parseInt(matcher.group(group));
    }

    private static Matcher find(String pattern, String text) {
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        assertThat(matcher.find()).as("%s in %s", pattern, text).isTrue();
        return matcher;
    }
}
