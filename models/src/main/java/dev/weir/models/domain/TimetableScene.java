package dev.weir.models.domain;

import static java.util.Objects.requireNonNull;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The sailings of a day from one port. Hours and fares are all different and no sailing leaves on the hour, so no order is ambiguous. */
final class TimetableScene implements Scene {
    /** One sailing, of which a timetable shows some columns. */
    private record Sailing(Draw.Clock departs, String port, String ship, int gate, int euros) {
        /** The port and what stands behind it; an answer reads on from the port. */
        String row(List<Column> columns) {
            return port + " "
                    + columns.stream().map(column -> column.cell(this)).collect(Collectors.joining(", "));
        }
    }

    /** What can stand in a timetable and be asked for. */
    private enum Column {
        TIME("Departures", "The departure time is %s.", "time"),
        FARE("Fares", "The fare is %s euros.", "fare"),
        SHIP("Ships", "The ship is %s.", "ship"),
        GATE("Gates", "The gate is %s.", "gate");

        private final String heading;
        private final String sentence;
        private final String key;

        Column(String heading, String sentence, String key) {
            this.heading = heading;
            this.sentence = sentence;
            this.key = key;
        }

        String of(Sailing sailing) {
            return switch (this) {
                case TIME -> sailing.departs().toString();
                case FARE -> Integer.toString(sailing.euros());
                case SHIP -> sailing.ship();
                case GATE -> Integer.toString(sailing.gate());
            };
        }

        private String cell(Sailing sailing) {
            return this == FARE ? of(sailing) + " euros" : of(sailing);
        }
    }

    private static final String SAILING = "(ship|ferry|sailing|boat) (to|for) <port>";
    private static final Map<Column, Phrasing> QUESTIONS = Map.of(
            Column.TIME,
                    Phrasing.of(
                            "(when|at what time|at which hour) does the " + SAILING + " (leave|depart|sail|go)?",
                            "(tell me|give me|show me|i need|find|look up) the (time|departure|departure time) of the "
                                    + SAILING,
                            "(when|at what time) (can|do|will) (i|we) (leave|sail|depart|go) (to|for) <port>?"),
            Column.SHIP,
                    Phrasing.of(
                            "(which|what) (ship|ferry|vessel) (goes|sails|leaves|departs|travels) (to|for) <port>?",
                            "(tell me|give me|show me|i need|find|look up) the (ship|name of the ship|ferry|vessel) (to|for) <port>",
                            "(which|what) (ship|ferry|vessel) (do|must|will) (i|we) take (to|for) <port>?"),
            Column.GATE,
                    Phrasing.of(
                            "(which|what) gate (is used|is it|do i need|is there|do we need) for the " + SAILING + "?",
                            "(from which gate|from what gate|at which gate) does the " + SAILING
                                    + " (leave|depart|board|go)?",
                            "(tell me|give me|show me|i need|find|look up) the (gate|gate number) (of|for) the "
                                    + SAILING),
            Column.FARE,
                    Phrasing.of(
                            "(how much is|what is|tell me|find) the (fare|price|ticket) (to|for) <port>?",
                            "(how much|what) does (the trip|a ticket|the crossing|it) (to|for) <port> cost?",
                            "(how much|what) (do|must|will) (i|we) pay (to|for) <port>?"));
    private static final Phrasing JSON = Phrasing.of(
            "(give|return|show|write|send|print)( me|) the sailing to <port> as (json|a json object|json only)( please|)",
            "(answer|reply|respond) (in|as|with) json( only|): (which sailing goes|what goes|what sails|which ship goes) to <port>?",
            "(i need|make|build|create) (a json object|json|a json record) (of|for|from) the sailing to <port>",
            "(extract|take|pull)( out|) the sailing to <port> as (json|a json object)");
    private static final Phrasing DIFFERENCE = Phrasing.of(
            "how much (more|dearer) is <dear> than <cheap>?",
            "(what is|tell me|give me|calculate|work out) the (difference|price difference|difference in price|difference in fare) between <dear> and <cheap>?",
            "how many euros (more|extra) (does|is) (the trip to |the sailing to |)<dear> (cost |)than (the one to |)<cheap>?",
            "how much (do|can|would) (i|we) save (with|by taking|by going to) <cheap> (and not|instead of|over) <dear>?");
    private static final Phrasing BY_TIME = Phrasing.of(
            "(sort|order|list|put|arrange) (the|all|these) (ports|sailings|destinations) by (time|departure|departure time)( please|)",
            "(list|name|give|show|tell me) (the|all) (ports|sailings|destinations) (from the earliest|starting with the earliest|earliest first|from first to last|in order of departure)( please|)",
            "in (which|what) order do the (ships|ferries|sailings|boats) (leave|depart|sail)( today| from here|)?");
    private static final Phrasing BY_FARE = Phrasing.of(
            "(sort|order|list|put|arrange) (the|all|these) (ports|sailings|destinations) by (fare|price|cost)( please|)",
            "(list|name|give|show|tell me) (the|all) (ports|sailings|destinations) (from the cheapest|starting with the cheapest|cheapest first|from cheap to dear|in order of price)( please|)",
            "in (which|what) order are the (ships|ferries|sailings|boats|trips) by (price|fare|cost)( today| from here|)?");
    private static final Phrasing CHEAPEST_AFTER = Phrasing.of(
            "(which|what) (sailing|trip|ferry|ship) is the cheapest (after|later than) <time>?",
            "(where|to which port) (can|could) (i|we) go( most cheaply| cheapest| for the least money) after <time>?",
            "(find|show|tell me|give me|i need|look up) the cheapest (sailing|trip|ferry|ship|destination) (after|later than|that leaves after) <time>",
            "(i|we) (can leave|are free|have time|can sail) only after <time>. (which|what) (sailing|trip|ferry) is (the |)cheapest?");

    private final List<Sailing> sailings;
    private final List<Column> columns;
    private final String record;

    TimetableScene(TaskType wanted, Draw draw) {
        columns = switch (wanted) {
            case FILTER -> List.of(Column.TIME, Column.FARE);
            case SORTING -> List.of(draw.pick(List.of(Column.TIME, Column.FARE)));
            case PRICE_DIFFERENCE -> List.of(Column.FARE);
            default -> List.of(draw.pick(List.of(Column.values())));
        };
        int count = draw.between(3, 4);
        List<Integer> hours = draw.distinct(count, () -> draw.between(5, 22));
        List<Integer> fares = draw.distinct(count, () -> draw.multiple(2, 12, 60));
        List<String> ports = draw.distinct(count, draw::port);
        List<String> ships = draw.distinct(count, draw::ship);
        List<Integer> gates = draw.distinct(count, () -> draw.between(1, 19));
        sailings = IntStream.range(0, count)
                .mapToObj(i -> new Sailing(
                        new Draw.Clock(hours.get(i) * 60 + draw.multiple(5, 5, 55)),
                        ports.get(i),
                        ships.get(i),
                        gates.get(i),
                        fares.get(i)))
                .toList();
        String heading = columns.size() == 1 ? columns.getFirst().heading : "Sailings";
        record = heading + " from " + draw.port() + ":\n"
                + sailings.stream()
                        .map(sailing -> Layout.ROW + sailing.row(columns))
                        .collect(Collectors.joining("\n"));
    }

    @Override
    public String record() {
        return record;
    }

    @Override
    public Set<TaskType> types() {
        if (columns.size() > 1) {
            return Set.of(TaskType.FILTER);
        }
        return switch (columns.getFirst()) {
            case TIME -> Set.of(TaskType.TIMETABLE_LOOKUP, TaskType.TIMETABLE_JSON, TaskType.SORTING);
            case FARE ->
                Set.of(TaskType.TIMETABLE_LOOKUP, TaskType.TIMETABLE_JSON, TaskType.SORTING, TaskType.PRICE_DIFFERENCE);
            case SHIP, GATE -> Set.of(TaskType.TIMETABLE_LOOKUP, TaskType.TIMETABLE_JSON);
        };
    }

    @Override
    public Turn ask(TaskType type, Draw draw) {
        return switch (type) {
            case TIMETABLE_LOOKUP -> {
                Claim claim = claim(draw);
                yield Turn.of(type, claim.question(), claim.answer() + ".");
            }
            case TIMETABLE_JSON -> json(draw);
            case PRICE_DIFFERENCE -> difference(draw);
            case SORTING -> sorting(draw);
            case FILTER -> cheapestAfter(draw);
            default -> throw new IllegalArgumentException("a timetable does not answer " + type);
        };
    }

    /** A question about one cell; the wrong value stands in the same column of another sailing. */
    @Override
    public Claim claim(Draw draw) {
        List<Sailing> two = draw.shuffled(sailings).subList(0, 2);
        Column column = columns.getFirst();
        Phrase question = draw.phrase(requireNonNull(QUESTIONS.get(column)))
                .with("port", two.getFirst().port());
        return new Claim(
                question,
                "To " + two.getFirst().row(columns),
                column.sentence,
                column.of(two.getFirst()),
                column.of(two.getLast()));
    }

    private Turn json(Draw draw) {
        Sailing sailing = draw.pick(sailings);
        Map<String, String> members = new LinkedHashMap<>();
        members.put("port", sailing.port());
        for (Column column : columns) {
            members.put(column.key, column.of(sailing));
        }
        return Turn.of(TaskType.TIMETABLE_JSON, draw.phrase(JSON).with("port", sailing.port()), Layout.json(members));
    }

    private Turn difference(Draw draw) {
        List<Sailing> two = draw.shuffled(sailings).subList(0, 2).stream()
                .sorted(Comparator.comparingInt(Sailing::euros))
                .toList();
        Sailing cheap = two.getFirst();
        Sailing dear = two.getLast();
        return Turn.of(
                TaskType.PRICE_DIFFERENCE,
                draw.phrase(DIFFERENCE).with("dear", dear.port()).with("cheap", cheap.port()),
                "To %s; %s; %d - %d = %d. Answer: %d euros."
                        .formatted(
                                dear.row(columns),
                                cheap.row(columns),
                                dear.euros(),
                                cheap.euros(),
                                dear.euros() - cheap.euros(),
                                dear.euros() - cheap.euros()));
    }

    /** The working puts each port behind its key, where the answer finds it after the key it chose. */
    private Turn sorting(Draw draw) {
        Column key = columns.getFirst();
        boolean byTime = key == Column.TIME;
        Comparator<Sailing> order = byTime
                ? Comparator.comparingInt(sailing -> sailing.departs().minuteOfDay())
                : Comparator.comparingInt(Sailing::euros);
        String rows = sailings.stream()
                .map(sailing -> sailing.row(columns) + " " + sailing.port())
                .collect(Collectors.joining("; "));
        String answer = sailings.stream()
                .sorted(order)
                .map(sailing -> key.cell(sailing) + " " + sailing.port())
                .collect(Collectors.joining(", "));
        return Turn.of(
                TaskType.SORTING,
                draw.phrase(byTime ? BY_TIME : BY_FARE),
                "Rows %s. Answer: %s.".formatted(rows, answer));
    }

    private Turn cheapestAfter(Draw draw) {
        List<Integer> hours = sailings.stream()
                .map(sailing -> sailing.departs().hour())
                .sorted()
                .toList();
        int leastHour = draw.between(hours.getFirst(), hours.get(hours.size() - 2)) + 1;
        Draw.Clock after = new Draw.Clock(leastHour * 60);
        String working = sailings.stream()
                .map(sailing -> late(sailing, after)
                        ? sailing.row(columns) + " " + sailing.port()
                        : sailing.row(List.of(Column.TIME)) + " no")
                .collect(Collectors.joining("; "));
        Sailing cheapest = sailings.stream()
                .filter(sailing -> late(sailing, after))
                .min(Comparator.comparingInt(Sailing::euros))
                .orElseThrow();
        return Turn.of(
                TaskType.FILTER,
                draw.phrase(CHEAPEST_AFTER).with("time", after.toString()),
                "After %s: %s; cheapest %d euros %s. Answer: %s."
                        .formatted(after, working, cheapest.euros(), cheapest.port(), cheapest.port()));
    }

    private static boolean late(Sailing sailing, Draw.Clock after) {
        return sailing.departs().minuteOfDay() >= after.minuteOfDay();
    }
}
