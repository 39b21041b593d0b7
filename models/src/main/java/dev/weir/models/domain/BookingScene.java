package dev.weir.models.domain;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A passenger's booking: some fields in any order, and, where the question needs them, the fares or the two times. */
final class BookingScene implements Scene {
    private static final Phrasing TWO_FACTS = Phrasing.of(
            "(what|which|what exactly) (is|are) the <first> and the <second>( here| please| in this record|)?",
            "(tell me|give me|show me|i need|find|look up) (both |)the <first> and the <second>( please| of this booking| of my trip|)",
            "(tell me|give me|show me|i need) (two things|two facts|both): (the |)<first> and (the |)<second>",
            "(i want|i would like|we want) to know the <first> and( also|) the <second>");
    private static final Phrasing JSON = Phrasing.of(
            "(give|return|show|write|send|print)( me|) the <keys> as (json|a json object|json only)( please|)",
            "(answer|reply|respond) (in|as|with) json( only|) with (the |)(keys|fields) <keys>",
            "(i need|make|build|create) (a json object|json|a json record) with (the |)(keys|fields|values) <keys>",
            "(extract|take|pull)( out|) <keys> as (json|a json object)( from the record| from this|)");
    private static final Phrasing FARE_TOTAL = Phrasing.of(
            "(what is|how much is|tell me|calculate|work out) the (total|sum|full price|total fare|total price)( for everyone| of all fares| in euros|)?",
            "how much (do|must|will|does) (we|i|everyone|the group|they) pay( in total| together| in all| for all tickets)?",
            "(add up|sum up|add) (the|all) (fares|tickets|prices)( please| for me| of this booking|)",
            "what (do|does|will) (the tickets|all tickets|the trip|this trip) cost( in total| together| in all|)?");
    private static final Phrasing DURATION = Phrasing.of(
            "how long (is|does|will) (the|my|this) (trip|crossing|sailing|journey)( take| last|)?",
            "(what is|tell me|give me|calculate|work out) the (duration|travel time|length|sailing time)( of the trip| of the crossing| of this sailing|)?",
            "how (much time|many hours) (does|will) (the|my|this) (trip|crossing|sailing|journey) (take|last|need)?");
    private static final Phrasing DELAY = Phrasing.of(
            "(the ship|the ferry|the sailing|my trip) is <minutes> minutes late. (when|at what time) does it (depart|leave|sail)( now|)?",
            "(if|when) (the ship|the ferry|the sailing) is <minutes> minutes late, (when|at what time) (do we|does it|do i) (depart|leave|sail)?",
            "(what is|tell me|give me|calculate) the (new|real|delayed) departure( time|) with a delay of <minutes> minutes?",
            "(there is|we have|they report) a delay of <minutes> minutes. (when|at what time) (do we|does it|do i) (depart|leave|sail)?");

    private final Map<String, String> lines = new LinkedHashMap<>();
    private final List<BookingField> fields;
    private final Set<TaskType> types = EnumSet.of(
            TaskType.READ_BACK,
            TaskType.BOOKING_LOOKUP,
            TaskType.ABSENT_LOOKUP,
            TaskType.TWO_FACTS,
            TaskType.BOOKING_JSON);
    private final String record;
    private final Draw.Clock departs;
    private final Draw.Clock arrives;
    private final Fares fares;

    BookingScene(TaskType wanted, Draw draw) {
        List<BookingField> chosen =
                new ArrayList<>(draw.shuffled(BookingField.ALL).subList(0, draw.between(4, 6)));
        departs = new Draw.Clock(draw.between(5, 15) * 60 + draw.multiple(5, 5, 55));
        arrives = new Draw.Clock((departs.hour() + draw.between(1, 6)) * 60 + draw.multiple(5, 5, 55));
        boolean timed = wanted == TaskType.DURATION || wanted == TaskType.DELAY;
        if (timed) {
            require(chosen, BookingField.DEPARTS);
            if (wanted == TaskType.DURATION) {
                require(chosen, BookingField.ARRIVES);
            }
        }
        for (BookingField field : chosen) {
            lines.put(field.label(), valueOf(field, draw));
        }
        if (lines.containsKey(BookingField.DEPARTS.label())) {
            types.add(TaskType.DELAY);
            if (lines.containsKey(BookingField.ARRIVES.label())) {
                types.add(TaskType.DURATION);
            }
        }
        fares = Fares.draw(draw);
        if (wanted == TaskType.FARE_TOTAL || (!timed && draw.chance(0.1))) {
            types.add(TaskType.FARE_TOTAL);
            lines.putAll(fares.lines());
        }
        fields = List.copyOf(chosen);
        record = Layout.lines(lines, draw);
    }

    @Override
    public String record() {
        return record;
    }

    @Override
    public Set<TaskType> types() {
        return types;
    }

    @Override
    public Turn ask(TaskType type, Draw draw) {
        return switch (type) {
            case READ_BACK -> Turn.of(type, draw.phrase(Layout.READ_BACK), record);
            case BOOKING_LOOKUP -> {
                BookingField field = draw.pick(fields);
                yield Turn.of(type, field.question(draw), field.sentence().formatted(value(field)));
            }
            case ABSENT_LOOKUP -> {
                BookingField absent = draw.pick(BookingField.ALL.stream()
                        .filter(field -> !fields.contains(field))
                        .toList());
                yield Turn.of(type, absent.question(draw), absent.sentence().formatted("not given"));
            }
            case TWO_FACTS -> twoFacts(draw);
            case BOOKING_JSON -> json(draw);
            case FARE_TOTAL ->
                Turn.of(type, draw.phrase(FARE_TOTAL), fares.sum() + ". Answer: " + fares.total() + " euros.");
            case DURATION -> Turn.of(type, draw.phrase(DURATION), duration());
            case DELAY -> delay(draw);
            default -> throw new IllegalArgumentException("a booking does not answer " + type);
        };
    }

    /** A question, the sentence that answers it, the value in it, and another value that would be wrong. */
    @Override
    public Claim claim(Draw draw) {
        BookingField field = draw.pick(fields);
        String value = value(field);
        String right = field.sentence().formatted(value);
        return new Claim(
                field.question(draw),
                right.substring(0, right.length() - 1),
                field.sentence(),
                value,
                draw.other(value, () -> valueOf(field, draw)));
    }

    private Turn twoFacts(Draw draw) {
        List<BookingField> two = draw.shuffled(fields).subList(0, 2);
        Phrase question = draw.phrase(TWO_FACTS)
                .with("first", two.get(0).noun())
                .with("second", two.get(1).noun());
        String answer = two.get(0).sentence().formatted(value(two.get(0))) + " "
                + two.get(1).sentence().formatted(value(two.get(1)));
        return Turn.of(TaskType.TWO_FACTS, question, answer);
    }

    private Turn json(Draw draw) {
        List<BookingField> asked = draw.shuffled(fields).subList(0, draw.between(2, 3));
        Map<String, String> members = new LinkedHashMap<>();
        asked.forEach(field -> members.put(field.key(), value(field)));
        Phrase question = draw.phrase(JSON).with("keys", Layout.enumeration(List.copyOf(members.keySet())));
        return Turn.of(TaskType.BOOKING_JSON, question, Layout.json(members));
    }

    private String duration() {
        int toFullHour = 60 - departs.minute();
        int hours = arrives.hour() - departs.hour() - 1;
        int minutes = toFullHour + arrives.minute();
        StringBuilder working = new StringBuilder("%s to %s; ".formatted(departs, arrives))
                .append("%d min to %02d:00; ".formatted(toFullHour, departs.hour() + 1))
                .append("%02d:00 to %02d:00 %d h; ".formatted(departs.hour() + 1, arrives.hour(), hours))
                .append("%d + %d = %d min".formatted(toFullHour, arrives.minute(), minutes));
        if (minutes >= 60) {
            working.append(" = 1 h %d min".formatted(minutes - 60));
        }
        return working + ". Answer: %d h %d min.".formatted(hours + minutes / 60, minutes % 60);
    }

    private Turn delay(Draw draw) {
        int late = draw.multiple(5, 10, 50);
        int minutes = departs.minute() + late;
        String working = "%s; %d + %d = %d".formatted(departs, departs.minute(), late, minutes);
        if (minutes >= 60) {
            working += "; %d - 60 = %d; next hour".formatted(minutes, minutes - 60);
        }
        Draw.Clock moved = new Draw.Clock(departs.minuteOfDay() + late);
        return Turn.of(
                TaskType.DELAY,
                draw.phrase(DELAY).with("minutes", Integer.toString(late)),
                working + ". Answer: " + moved + ".");
    }

    private String value(BookingField field) {
        return lines.getOrDefault(field.label(), "");
    }

    private String valueOf(BookingField field, Draw draw) {
        if (field.equals(BookingField.DEPARTS) && !lines.containsKey(field.label())) {
            return departs.toString();
        }
        if (field.equals(BookingField.ARRIVES) && !lines.containsKey(field.label())) {
            return arrives.toString();
        }
        return field.source().apply(draw);
    }

    private static void require(List<BookingField> chosen, BookingField field) {
        if (!chosen.contains(field)) {
            chosen.add(field);
        }
    }
}
