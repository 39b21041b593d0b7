package dev.weir.models.domain;

import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/**
 * One line of a booking record.
 *
 * @param label what the record calls it; in lower case also the key in a JSON answer
 * @param noun what sentences call it
 * @param questions how people ask for it
 * @param source draws a value
 */
record BookingField(String label, String noun, Phrasing questions, Function<Draw, String> source) {
    private static final String TRIP = "(my|the|this) (booking|trip|reservation|ticket|sailing)";
    private static final String GIVE = "(tell me|give me|show me|i need|find|look up)";

    static final BookingField CODE = new BookingField(
            "Booking",
            "booking code",
            Phrasing.of(
                    "what is the (booking|reservation) (code|number) of " + TRIP + "?",
                    GIVE + " the (booking|reservation) (code|number)( of this record| here| please|)",
                    "(which|what) (booking|reservation) (code|number) (is this|does it have|is given|is shown)?"),
            Draw::bookingCode);
    static final BookingField PASSENGER = new BookingField(
            "Passenger",
            "passenger",
            Phrasing.of(
                    "who (is the passenger|travels|is travelling|booked|is named)( on| with| in) " + TRIP + "?",
                    GIVE + " the (name|passenger|passenger name)( of| on| for) " + TRIP,
                    "(whose|what) name is (on|in) " + TRIP + "?"),
            Draw::person);
    static final BookingField FROM = new BookingField(
            "From",
            "start port",
            Phrasing.of(
                    "where does " + TRIP + " (start|begin|leave from|depart from)?",
                    "(which|what) port does " + TRIP + " (start in|leave from|depart from|begin in)?",
                    GIVE + " the (start|first port|departure port|port of departure)( of| for| on) " + TRIP),
            Draw::port);
    static final BookingField TO = new BookingField(
            "To",
            "destination",
            Phrasing.of(
                    "where does " + TRIP + " (go|end|go to|take me|lead)?",
                    "(which|what) (port|place) does " + TRIP + " (go to|end in|take me to)?",
                    GIVE + " the (destination|last port|arrival port|port of arrival)( of| for| on) " + TRIP),
            Draw::port);
    static final BookingField SHIP = new BookingField(
            "Ship",
            "ship",
            Phrasing.of(
                    "(which|what) (ship|ferry|vessel) is (used |)(for|on) " + TRIP + "?",
                    "(which|what) (ship|ferry|vessel) (will|do|does) (i|we|the passenger) (sail on|travel on|take|board)?",
                    GIVE + " the (ship|ferry|name of the ship|name of the ferry)( of| for| on) " + TRIP),
            Draw::ship);
    static final BookingField DEPARTS = new BookingField(
            "Departs",
            "departure time",
            Phrasing.of(
                    "(when|at what time|at which hour) does " + TRIP + " (depart|leave|start|sail)?",
                    "(when|at what time) (do|will|must) (i|we) (depart|leave|sail)( on| with| for) " + TRIP + "?",
                    GIVE + " the (departure time|departure|time of departure)( of| for| on) " + TRIP),
            draw -> draw.clock(5, 16).toString());
    static final BookingField ARRIVES = new BookingField(
            "Arrives",
            "arrival time",
            Phrasing.of(
                    "(when|at what time|at which hour) does " + TRIP + " (arrive|end|get there|reach the port)?",
                    "(when|at what time) (do|will) (i|we) (arrive|get there|be there)( on| with) " + TRIP + "?",
                    GIVE + " the (arrival time|arrival|time of arrival)( of| for| on) " + TRIP),
            draw -> draw.clock(17, 22).toString());
    static final BookingField GATE = new BookingField(
            "Gate",
            "gate",
            Phrasing.of(
                    "(which|what) gate (is it|do i go to|must i go to|is used|do we board at|do i need) for " + TRIP
                            + "?",
                    "(where|at which gate|at what gate) (do|must|can|should) (i|we) board( for| with) " + TRIP + "?",
                    GIVE + " the (gate|gate number|boarding gate)( of| for| on) " + TRIP),
            draw -> Integer.toString(draw.between(1, 19)));
    static final BookingField DECK = new BookingField(
            "Deck",
            "deck",
            Phrasing.of(
                    "(on which|which|on what|what) deck (am i|are we|is it|is my place|is my seat) (for|with|on) "
                            + TRIP + "?",
                    GIVE + " the (deck|deck number)( of| for| on) " + TRIP,
                    "(which|what) deck (does|is in|is on|is given in) " + TRIP + "( have| show|)?"),
            draw -> Integer.toString(draw.between(1, 9)));
    static final BookingField SEAT = new BookingField(
            "Seat",
            "seat",
            Phrasing.of(
                    "(which|what) seat (do i have|is mine|do we have|is booked|is reserved) (for|with|on|in) " + TRIP
                            + "?",
                    "(where|in which seat|in what seat) (do|will|can) i sit( for| with| on) " + TRIP + "?",
                    GIVE + " the (seat|seat number)( of| for| on) " + TRIP),
            draw -> draw.between(1, 48) + draw.pick(List.of("A", "B", "C", "D", "E", "F")));
    static final BookingField STATUS = new BookingField(
            "Status",
            "status",
            Phrasing.of(
                    "what is the (status|state) of " + TRIP + "?",
                    "is " + TRIP + " (confirmed|ok|valid|cancelled|paid)( now| already| yet|)?",
                    GIVE + " the (status|state|current status)( of| for) " + TRIP),
            draw -> draw.pick(List.of("confirmed", "waiting", "cancelled", "paid")));

    static final List<BookingField> ALL =
            List.of(CODE, PASSENGER, FROM, TO, SHIP, DEPARTS, ARRIVES, GATE, DECK, SEAT, STATUS);

    /**
     * The answer, with one {@code %s} for the value. Present or absent, it begins alike, so that what comes first depends on the question
     * and only what comes last on the record.
     */
    String sentence() {
        return "The " + noun + " is %s.";
    }

    Phrase question(Draw draw) {
        return draw.phrase(questions);
    }

    String key() {
        return label.toLowerCase(Locale.ROOT);
    }
}
