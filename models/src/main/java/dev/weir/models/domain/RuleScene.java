package dev.weir.models.domain;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * One record to which a chain of the company's rules applies. The working names each fact the rule looks at before the rule's outcome, so
 * that a small model never has to take two steps at once.
 */
final class RuleScene implements Scene {
    private enum Ticket {
        FLEX,
        STANDARD,
        SAVER;

        private String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private static final int FULL_REFUND_DAYS = 7;
    private static final int HALF_REFUND_DAYS = 2;
    private static final int MINUTES_WITH_CAR = 60;
    private static final int MINUTES_OTHERWISE = 30;

    private static final Phrasing REFUND = Phrasing.of(
            "(how much|what|which amount) (do|will|can) (i|we|they) (get back|get refunded|receive back|have refunded)( for this| for this ticket| in euros|)?",
            "(what is|tell me|calculate|work out|find) (the|my|our) refund( for this ticket| in euros| here| please|)?",
            "(how many euros|how much money|what amount) (is|are|will be) (refunded|paid back|returned|given back)( here| to me| in this case|)?");
    private static final Phrasing BOARDING = Phrasing.of(
            "(can|may|will) (the passenger|this passenger|i|she|he) (board|still board|go on board|travel)( today| now|)?",
            "is (the passenger|this passenger|he|she) (allowed|free|able|ready) to (board|travel|go on board)( today| now|)?",
            "(check|tell me|find out|decide) (if|whether) (the passenger|this passenger|he|she) (can|may) (board|travel|go on board)( please|)");
    private static final Phrasing GROUP_FARE = Phrasing.of(
            "(what is|how much is|tell me|calculate|work out) the (total|price|sum|fare) (with|after|including|less) the discount( please| for everyone|)?",
            "how much (do|must|will|does) (we|i|everyone|the group|they) pay (with|after|including) (the|any) discount?",
            "(apply|use|take off) the discount (and|to) (tell me|give me|show me|find) the (total|price|sum)( please|)",
            "what (do|does|will) (the tickets|all tickets|the trip|this trip) cost (with|after|including) the discount?");

    private final TaskType type;
    private final String record;
    private final Phrasing phrasing;
    private final String answer;

    private RuleScene(TaskType type, Map<String, String> lines, Phrasing phrasing, String answer, Draw draw) {
        this.type = type;
        this.record = Layout.lines(lines, draw);
        this.phrasing = phrasing;
        this.answer = answer;
    }

    static RuleScene of(TaskType type, Draw draw) {
        return switch (type) {
            case REFUND -> refund(draw);
            case BOARDING -> boarding(draw);
            case GROUP_FARE -> groupFare(draw);
            default -> throw new IllegalArgumentException("no rule decides " + type);
        };
    }

    @Override
    public String record() {
        return record;
    }

    @Override
    public Set<TaskType> types() {
        return Set.of(type);
    }

    @Override
    public Turn ask(TaskType asked, Draw draw) {
        if (asked != type) {
            throw new IllegalArgumentException("this record answers " + type + ", not " + asked);
        }
        return Turn.of(type, draw.phrase(phrasing), answer);
    }

    private static RuleScene refund(Draw draw) {
        Ticket ticket = draw.chance(0.5) ? Ticket.STANDARD : draw.pick(List.of(Ticket.values()));
        boolean byCompany = draw.chance(0.25);
        int daysBefore = draw.between(0, 14);
        int paidEuros = draw.multiple(2, 10, 98);
        int percent = byCompany ? 100 : percent(ticket, daysBefore);
        int refundEuros = paidEuros * percent / 100;
        Map<String, String> lines = named(draw);
        lines.put("Ticket", ticket.label());
        lines.put("Paid", paidEuros + " euros");
        lines.put("Cancelled by", byCompany ? "company" : "passenger");
        lines.put("Days before", Integer.toString(daysBefore));
        String reason = "by %s; ".formatted(lines.get("Cancelled by"));
        if (!byCompany) {
            reason += ticket == Ticket.STANDARD ? "standard, %d days; ".formatted(daysBefore) : ticket.label() + "; ";
        }
        String answer = "Cancelled %s%d percent of %d = %d. Answer: %d euros."
                .formatted(reason, percent, paidEuros, refundEuros, refundEuros);
        return new RuleScene(TaskType.REFUND, lines, REFUND, answer, draw);
    }

    private static int percent(Ticket ticket, int daysBefore) {
        return switch (ticket) {
            case FLEX -> 100;
            case SAVER -> 0;
            case STANDARD -> {
                if (daysBefore >= FULL_REFUND_DAYS) {
                    yield 100;
                }
                yield daysBefore >= HALF_REFUND_DAYS ? 50 : 0;
            }
        };
    }

    private static RuleScene boarding(Draw draw) {
        boolean documented = draw.chance(0.8);
        String vehicle = draw.pick(List.of("car", "bicycle", "none"));
        int minutesLeft = draw.multiple(5, 10, 90);
        int minutesNeeded = vehicle.equals("car") ? MINUTES_WITH_CAR : MINUTES_OTHERWISE;
        Map<String, String> lines = named(draw);
        lines.put("Passport", documented ? "yes" : "no");
        lines.put("Vehicle", vehicle);
        lines.put("Minutes left", Integer.toString(minutesLeft));
        boolean inTime = minutesLeft >= minutesNeeded;
        String working = documented
                ? "Passport yes; vehicle %s needs %d; %d left is %s"
                        .formatted(vehicle, minutesNeeded, minutesLeft, inTime ? "enough" : "too late")
                : "Passport no";
        String answer = working + ". Answer: " + (documented && inTime ? "yes." : "no.");
        return new RuleScene(TaskType.BOARDING, lines, BOARDING, answer, draw);
    }

    private static RuleScene groupFare(Draw draw) {
        Fares fares = Fares.draw(draw);
        int fromEuros = draw.multiple(20, 60, 140);
        int offEuros = draw.multiple(10, 10, 30);
        Map<String, String> lines = named(draw);
        lines.putAll(fares.lines());
        lines.put("Discount", offEuros + " euros from " + fromEuros + " euros");
        int total = fares.total();
        boolean discounted = total >= fromEuros;
        int paid = discounted ? total - offEuros : total;
        String working = discounted
                ? "%d from %d yes; %d - %d = %d".formatted(total, fromEuros, total, offEuros, paid)
                : "%d from %d no".formatted(total, fromEuros);
        String answer = fares.sum() + "; " + working + ". Answer: " + paid + " euros.";
        return new RuleScene(TaskType.GROUP_FARE, lines, GROUP_FARE, answer, draw);
    }

    private static Map<String, String> named(Draw draw) {
        Map<String, String> lines = new LinkedHashMap<>();
        if (draw.chance(0.5)) {
            lines.put("Booking", draw.bookingCode());
        }
        lines.put("Passenger", draw.person());
        return lines;
    }
}
