package dev.weir.engine.sampling.constraint;

import dev.weir.engine.sampling.constraint.ConstraintSource.Form;
import dev.weir.engine.sampling.constraint.ConstraintSource.Marked;
import dev.weir.engine.sampling.constraint.ConstraintSource.MarkedText;
import dev.weir.engine.sampling.constraint.ConstraintSource.Thoughts;
import dev.weir.engine.sampling.constraint.grammar.ByteSet;
import dev.weir.engine.sampling.constraint.grammar.CodePoints;
import dev.weir.engine.sampling.constraint.grammar.CodePoints.Range;
import dev.weir.engine.sampling.constraint.grammar.Expression;
import dev.weir.engine.sampling.constraint.grammar.Expression.Bytes;
import dev.weir.engine.sampling.constraint.grammar.Expression.Characters;
import dev.weir.engine.sampling.constraint.grammar.Expression.Edge;
import dev.weir.engine.sampling.constraint.grammar.Expression.Graph;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/**
 * Lays a text with marks out as the automaton that a reader of it is, with a node for each beginning of a mark: whatever a reader takes for a
 * form has been one from its first byte on. Used once, by one thread.
 */
final class MarkedTextGraph {

    /** What documents begin with. */
    private static final String BRACKETS = "{[";

    /** What a reader takes for white space. */
    private static final CodePoints BLANKS = new CodePoints(IntStream.rangeClosed(0, Character.MAX_VALUE)
            .filter(Character::isWhitespace)
            .mapToObj(blank -> new Range(blank, blank))
            .toList());

    private static final int NOWHERE = -1;
    private static final int BYTE_COUNT = 256;
    private static final int ASCII_COUNT = 128;
    private static final CodePoints BEYOND_ASCII = CodePoints.range(ASCII_COUNT, Character.MAX_CODE_POINT);

    private final FormText forms;
    private final List<Edge> edges = new ArrayList<>();
    private final List<Integer> ends = new ArrayList<>();
    private int nodeCount;

    MarkedTextGraph(FormText forms) {
        this.forms = forms;
    }

    Expression of(MarkedText text) {
        int start = node();
        Scan free = new Scan(text.marked().stream().map(Marked::mark).distinct().toList());
        int afterForm = text.unmarked().isEmpty() ? free.after("") : onlyForms(text.unmarked());
        Place place = new Place(text.unmarked(), afterForm, free);
        for (Marked marked : text.marked()) {
            int behind = free.after(marked.mark());
            if (marked.isWord()) {
                int blanks = node();
                Place word = new Place(List.of(marked.form()), afterForm, free);
                word.lay(behind, blanks, "");
                word.lay(blanks, blanks, "");
            } else {
                edge(behind, forms.of(marked.form()), afterForm);
            }
        }
        int begin = text.unmarked().isEmpty() ? free.after("") : node();
        if (!text.unmarked().isEmpty()) {
            place.lay(begin, begin, "");
        }
        edge(start, Expression.EMPTY, thoughts(text.thoughts(), place, begin));
        int end = node();
        ends.forEach(node -> edge(node, Expression.EMPTY, end));
        return new Graph(nodeCount, edges);
    }

    /** Behind a form of a text that has no marks: others, or the end. */
    private int onlyForms(List<Form> alternatives) {
        int after = node();
        int again = node();
        int last = node();
        edge(after, Expression.sequence(forms.space(), Expression.literal(";"), forms.space()), again);
        edge(after, forms.space(), last);
        ends.add(last);
        alternatives.forEach(form -> edge(again, forms.of(form), after));
        return after;
    }

    /** Where a text begins whose model may think first. */
    private int thoughts(Thoughts thoughts, Place place, int begin) {
        String opening = thoughts.opening();
        if (opening.isEmpty()) {
            return begin;
        }
        Scan within = new Scan(List.of(thoughts.closing()));
        edge(within.after(thoughts.closing()), Expression.EMPTY, begin);
        if (thoughts.begun()) {
            return within.after("");
        }
        int start = node();
        place.lay(start, start, opening.substring(0, 1));
        boolean looksLikeForm = place.isForm(opening.charAt(0));
        int at = start;
        for (int i = 0; i < opening.length(); i++) {
            int next = i == opening.length() - 1 ? within.after("") : node();
            edge(at, new Bytes(ByteSet.of(opening.charAt(i))), next);
            String begun = opening.substring(0, i);
            char wanted = opening.charAt(i);
            if (i > 0 && !looksLikeForm) { // or nothing but the mark can follow
                ends.add(at);
                bytes(
                        at,
                        BYTE_COUNT,
                        value -> value == wanted ? NOWHERE : place.text().after(begun + (char) value));
            }
            at = next;
        }
        return start;
    }

    /** Where white space means nothing, and the next character decides: a bracket begins a form, if there is one, and all else is text. */
    private final class Place {

        private final List<Form> begun;
        private final int afterForm;
        private final Scan text;

        Place(List<Form> begun, int afterForm, Scan text) {
            this.begun = begun;
            this.afterForm = afterForm;
            this.text = text;
        }

        Scan text() {
            return text;
        }

        boolean isForm(int value) {
            return !begun.isEmpty() && BRACKETS.indexOf(value) >= 0;
        }

        /**
         * Lays the ways that lead out of it.
         *
         * @param blanks where white space leads
         * @param elsewhere characters whose ways are laid by somebody else
         */
        void lay(int from, int blanks, String elsewhere) {
            ends.add(from);
            begun.forEach(form -> edge(from, forms.of(form), afterForm));
            bytes(from, ASCII_COUNT, value -> {
                if (isForm(value) || elsewhere.indexOf(value) >= 0) {
                    return NOWHERE;
                }
                return BLANKS.contains(value) ? blanks : text.after(String.valueOf((char) value));
            });
            // Characters as a whole: there is white space among them, and none is written here.
            edge(from, new Characters(BEYOND_ASCII.minus(BLANKS)), text.after(""));
        }
    }

    /** Any text up to the end of a mark. */
    private final class Scan {

        /** What may be the beginning of a mark, or is one. */
        private final Map<String, Integer> nodes = new LinkedHashMap<>();

        Scan(List<String> marks) {
            nodes.put("", node());
            for (String mark : marks) {
                for (int length = 1; length <= mark.length(); length++) {
                    nodes.computeIfAbsent(mark.substring(0, length), _ -> node());
                }
            }
            nodes.forEach((begun, node) -> {
                if (!marks.contains(begun)) {
                    ends.add(node);
                    bytes(node, BYTE_COUNT, value -> after(begun + (char) value));
                }
            });
        }

        /** Where a text leads that has no mark before its end. */
        int after(String text) {
            String begun = text;
            while (!nodes.containsKey(begun)) {
                begun = begun.substring(1);
            }
            return nodes.get(begun);
        }
    }

    private int node() {
        return nodeCount++;
    }

    private void edge(int from, Expression label, int to) {
        edges.add(new Edge(from, label, to));
    }

    /** Edges for the bytes below a limit, one for those that lead to the same node. */
    private void bytes(int from, int limit, IntUnaryOperator target) {
        Map<Integer, ByteSet> sets = new LinkedHashMap<>();
        for (int value = 0; value < limit; value++) {
            int to = target.applyAsInt(value);
            if (to != NOWHERE) {
                sets.merge(to, ByteSet.of(value), ByteSet::or);
            }
        }
        sets.forEach((to, set) -> edge(from, new Bytes(set), to));
    }
}
