package dev.weir.models.domain;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Bookings in one table, ships in another: from a passenger to anything about the ship takes two steps. */
final class LinkedScene implements Scene {
    private record Booking(String key, String ship) {}

    /** What the second table says of each ship. */
    private enum Target {
        GATE("Gates", "gate "),
        DEPARTURE("Departures", ""),
        CAPTAIN("Captains", "captain ");

        private final String heading;
        private final String title;

        Target(String heading, String title) {
            this.heading = heading;
            this.title = title;
        }

        private String draw(Draw draw) {
            return switch (this) {
                case GATE -> Integer.toString(draw.between(1, 19));
                case DEPARTURE -> draw.clock(5, 22).toString();
                case CAPTAIN -> draw.surname();
            };
        }
    }

    private static final Phrasing GATE = Phrasing.of(
            "(at which|which|at what|what) gate (does|must|should|can|will) <who> (board|go to|wait at|use)?",
            "(tell me|give me|show me|find|look up) the (gate|gate number|boarding gate) (of|for) <who>",
            "where (does|must|should|can|will) <who> board( the ship| today|)?");
    private static final Phrasing DEPARTURE = Phrasing.of(
            "(when|at what time|at which hour) does <who> (leave|depart|sail|start)( today|)?",
            "(tell me|give me|show me|find|look up) the (departure|departure time|time) (of|for) <who>",
            "(when|at what time) (does the ship|does the ferry) of <who> (leave|depart|sail)?");
    private static final Phrasing CAPTAIN = Phrasing.of(
            "(who is|tell me|name|find|look up) the captain (of|for) <who>?",
            "(with which captain|with what captain|which captain|what captain) does <who> (sail|travel|have)( today|)?",
            "(what is the name of|give me|show me) the captain (of|for) <who>( please|)");

    private final boolean byCode;
    private final Target target;
    private final List<Booking> bookings;
    private final Map<String, String> valuesByShip = new LinkedHashMap<>();
    private final String record;

    LinkedScene(Draw draw) {
        byCode = draw.chance(0.5);
        target = draw.pick(List.of(Target.values()));
        int count = draw.between(2, 4);
        List<String> ships = draw.distinct(count, draw::ship);
        List<String> values = draw.distinct(count, () -> target.draw(draw));
        for (int i = 0; i < count; i++) {
            valuesByShip.put(ships.get(i), values.get(i));
        }
        List<String> sailed = draw.shuffled(ships);
        List<String> keys = draw.distinct(count, byCode ? draw::bookingCode : draw::person);
        bookings = IntStream.range(0, count)
                .mapToObj(i -> new Booking(keys.get(i), sailed.get(i)))
                .toList();
        record = "Bookings:\n" + rows(bookings.stream().map(booking -> booking.key() + " " + booking.ship())) + "\n"
                + target.heading + ":\n"
                + rows(valuesByShip.entrySet().stream().map(ship -> ship.getKey() + " " + ship.getValue()));
    }

    private static String rows(Stream<String> rows) {
        return rows.map(row -> Layout.ROW + row).collect(Collectors.joining("\n"));
    }

    @Override
    public String record() {
        return record;
    }

    @Override
    public Set<TaskType> types() {
        return Set.of(TaskType.MULTI_HOP);
    }

    @Override
    public Turn ask(TaskType type, Draw draw) {
        if (type != TaskType.MULTI_HOP) {
            throw new IllegalArgumentException("linked tables do not answer " + type);
        }
        Booking booking = draw.pick(bookings);
        Phrasing phrasing = switch (target) {
            case GATE -> GATE;
            case DEPARTURE -> DEPARTURE;
            case CAPTAIN -> CAPTAIN;
        };
        String value = valuesByShip.getOrDefault(booking.ship(), "");
        return Turn.of(
                type,
                draw.phrase(phrasing).with("who", byCode ? "booking " + booking.key() : booking.key()),
                "Row %s %s; %s %s. Answer: %s%s."
                        .formatted(booking.key(), booking.ship(), booking.ship(), value, target.title, value));
    }
}
