package dev.weir.models.domain;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Bookings in one table, ships in another: from a passenger to anything about the ship takes two steps. */
final class LinkedScene implements Scene {
    private record Ship(String name, int gate, Draw.Clock departs, String captain) {
        /** The row as far as a target; an answer reads on from the name. */
        String upTo(Target target) {
            StringBuilder row = new StringBuilder(name).append(": ").append(Target.GATE.of(this));
            for (Target next : List.of(Target.DEPARTURE, Target.CAPTAIN)) {
                if (next.compareTo(target) <= 0) {
                    row.append(", ").append(next.of(this));
                }
            }
            return row.toString();
        }
    }

    private record Booking(String code, String passenger, Ship ship) {
        String row() {
            return code + ": " + fromPassenger();
        }

        String fromPassenger() {
            return passenger + ", ship " + ship.name();
        }
    }

    /** What is asked of a ship, in the order of its row. */
    private enum Target {
        GATE,
        DEPARTURE,
        CAPTAIN;

        String of(Ship ship) {
            return switch (this) {
                case GATE -> "gate " + ship.gate();
                case DEPARTURE -> ship.departs().toString();
                case CAPTAIN -> "captain " + ship.captain();
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

    private final List<Booking> bookings;
    private final String record;

    LinkedScene(Draw draw) {
        int count = draw.between(2, 3);
        List<Integer> gates = draw.distinct(count, () -> draw.between(1, 19));
        List<String> captains = draw.distinct(count, draw::surname);
        List<Draw.Clock> times = draw.distinct(count, () -> draw.clock(5, 22));
        List<String> names = draw.distinct(count, draw::ship);
        List<Ship> fleet = IntStream.range(0, count)
                .mapToObj(i -> new Ship(names.get(i), gates.get(i), times.get(i), captains.get(i)))
                .toList();
        List<Ship> order = draw.shuffled(fleet);
        List<String> codes = draw.distinct(count, draw::bookingCode);
        List<String> passengers = draw.distinct(count, draw::person);
        bookings = IntStream.range(0, count)
                .mapToObj(i -> new Booking(codes.get(i), passengers.get(i), order.get(i)))
                .toList();
        record = "Bookings:\n" + rows(bookings.stream().map(Booking::row)) + "\nShips:\n"
                + rows(fleet.stream().map(ship -> ship.upTo(Target.CAPTAIN)));
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
        boolean byName = draw.chance(0.5);
        String who = byName ? booking.passenger() : "booking " + booking.code();
        Target target = draw.pick(List.of(Target.values()));
        Phrasing phrasing = switch (target) {
            case GATE -> GATE;
            case DEPARTURE -> DEPARTURE;
            case CAPTAIN -> CAPTAIN;
        };
        return Turn.of(
                type,
                draw.phrase(phrasing).with("who", who),
                "Row %s; %s. Answer: %s."
                        .formatted(
                                byName ? booking.fromPassenger() : booking.row(),
                                booking.ship().upTo(target),
                                target.of(booking.ship())));
    }
}
