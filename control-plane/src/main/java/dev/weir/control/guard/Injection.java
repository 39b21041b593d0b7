package dev.weir.control.guard;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * How much a text looks like an attempt to make a model forget its instructions. Each signal that is found would alone make it an attempt
 * with some probability; that they all are innocent together is the product of what is left of each.
 *
 * @param score from 0 to 1
 * @param signals names of those that were found
 */
public record Injection(double score, List<String> signals) {
    private static final String PRIOR =
            "(?:previous|prior|above|earlier|preceding|former|existing|original|initial|system|foregoing|your|all|any)";
    private static final String ORDERS =
            "(?:instructions?|prompts?|rules?|directions?|directives?|guidelines?|guidance|commands?|orders?|constraints?|restrictions?|polic(?:y|ies)|programming|safeguards?|training)";

    /** In every text. */
    private static final List<String> ANY_TEXT = List.of("");

    private static final Pattern UNSEEN = Pattern.compile("[\\p{Cf}\\u00ad]");
    private static final Pattern BLANKS = Pattern.compile("[^\\S\\n]+");

    /**
     * Something to look for, and the probability that a text with it is an attempt.
     *
     * @param hints one of which is in every text that has the form: most texts have none, and need no more looking
     */
    private record Signal(String name, double weight, List<String> hints, Pattern form) {
        static Signal of(String name, double weight, List<String> hints, String form) {
            return new Signal(
                    name, weight, hints, Pattern.compile(form, Pattern.DOTALL)); // an attack may be broken into lines
        }

        boolean isIn(String text) {
            return hinted(text) && form.matcher(text).find();
        }

        private boolean hinted(String text) {
            for (String hint : hints) {
                if (text.contains(hint)) {
                    return true;
                }
            }
            return false;
        }
    }

    private static final List<Signal> SIGNALS = List.of(
            Signal.of(
                    "overrides instructions",
                    0.8,
                    List.of(
                            "ignore",
                            "disregard",
                            "forget",
                            "overrid",
                            "overrule",
                            "bypass",
                            "discard",
                            "neglect",
                            "follow",
                            "obey"),
                    "\\b(?:ignore|disregard|forget|override|overrule|bypass|discard|neglect|do not (?:follow|obey)|don't (?:follow|obey)|stop following)\\b.{0,24}?\\b"
                            + PRIOR + "\\b.{0,24}?\\b" + ORDERS + "\\b"),
            Signal.of(
                    "overrides instructions in another language",
                    0.8,
                    List.of("ignor", "vergiss", "missachte", "oublie", "olvida", "esquece", "dimentica"),
                    "\\b(?:ignorier\\w*|vergiss|missachte)\\b.{0,30}\\b(?:anweisung\\w*|regeln|vorgaben|instruktionen)\\b"
                            + "|\\b(?:ignore[zr]?|oublie[zr]?)\\b.{0,30}\\b(?:instructions|consignes|règles)\\b.{0,20}\\b(?:précédentes?|ci-dessus|antérieures?)"
                            + "|\\b(?:ignora|olvida|ignore|esquece)\\b.{0,30}\\b(?:instrucciones|reglas|instruções|regras)\\b"
                            + "|\\b(?:ignora|dimentica)\\b.{0,30}\\b(?:istruzioni|regole)\\b"),
            Signal.of(
                    "asks for hidden instructions",
                    0.75,
                    List.of("prompt", "instruction", "message", "rules", "configuration", "above", "before"),
                    "\\b(?:reveal|print|repeat|show|output|display|leak|disclose|dump|recite|tell me|give me|write out|what (?:is|are|was|were))\\b.{0,40}?"
                            + "(?:\\b(?:system|initial|hidden|secret|original|developer|internal) (?:prompt|instructions?|message|rules|configuration)\\b|\\beverything (?:above|before)\\b|\\b(?:text|words) above (?:this|here|my)\\b|\\byour (?:exact )?(?:instructions|prompt)\\b)"),
            Signal.of(
                    "claims another role",
                    0.7,
                    List.of(
                            "you are now",
                            "from now on",
                            "you will now",
                            "act as if you",
                            "pretend",
                            "roleplay as",
                            "switch to"),
                    "\\b(?:you are now|from now on,? you(?: are| will| must|'re)|you will now (?:act|be|play)|act as if you (?:have|had) no|pretend (?:that )?you (?:are|have)|roleplay as|switch to)\\b.{0,60}"
                            + "\\b(?:dan|unrestricted|unfiltered|uncensored|jailbroken|evil|no (?:rules|restrictions|limits|filters)|without (?:rules|restrictions|limits|filters)|admin(?:istrator)?|root|developer|debug|god) ?(?:mode|ai|assistant|model|user|shell)?\\b"),
            Signal.of(
                    "names a jailbreak",
                    0.75,
                    List.of("do anything now", " mode", "jailbroken", "ethical", "moral", "safety", "content"),
                    "\\bdo anything now\\b|\\b(?:dan|developer|god|debug|maintenance|sudo|jailbreak) mode\\b.{0,20}\\b(?:enabled|on|activated|engaged)\\b|\\b(?:enable|enter|activate|engage)\\b.{0,16}\\b(?:dan|developer|god|debug|sudo|jailbreak) mode\\b|\\bjailbroken\\b"
                            + "|\\b(?:without|no) (?:any )?(?:ethical|moral|safety|content) (?:restrictions?|guidelines?|filters?|constraints?|limits?)\\b"),
            Signal.of(
                    "forges markup of a chat",
                    0.7,
                    List.of("<", "[", "system", "developer"),
                    "<\\|(?:im_start|im_end|system|assistant|user|endoftext|eot_id|start_header_id)[^>]{0,20}\\|>|\\[/?inst\\]|<</?sys>>"
                            + "|(?:^|\\n) ?#{0,4} ?(?:system|developer)(?: (?:prompt|message|override|notice))? ?:|\\[(?:system|admin)(?: \\w+){0,2}\\]|</?(?:system|instructions?)>"),
            Signal.of(
                    "speaks to the model in a text",
                    0.5,
                    List.of("note", "message", "instruction", "attention", "notice", "if you are a", "ing this"),
                    "\\b(?:note|message|instructions?|attention|notice) (?:to|for) (?:the |any |all )?(?:ai|llm|language model|assistant|model|chatbot|agent)s?\\b|\\bif you are an? (?:ai|llm|language model|assistant|agent)\\b|\\bai(?: assistant)?s? (?:reading|processing|summari[sz]ing) this\\b"),
            Signal.of(
                    "wants it kept from the user",
                    0.55,
                    List.of("user", "human", "operator", "anyone", "owner"),
                    "\\b(?:do not|don't|never|without) (?:tell(?:ing)?|mention(?:ing)?|inform(?:ing)?|alert(?:ing)?|notify(?:ing)?|reveal(?:ing)?|let(?:ting)?)\\b.{0,24}\\b(?:the |any )?(?:user|human|operator|anyone|owner)\\b"),
            Signal.of(
                    "sends data away",
                    0.5,
                    List.of(
                            "conversation",
                            "chat history",
                            "api key",
                            "password",
                            "credential",
                            "secret",
                            "token",
                            "content",
                            "customer data",
                            "user data",
                            "inbox",
                            "!["),
                    "\\b(?:send|post|forward|upload|exfiltrate|email|transmit|leak)\\b.{0,60}\\b(?:conversation|chat history|api keys?|passwords?|credentials|secrets?|tokens?|contents? of|customer data|user data|inbox)\\b.{0,60}(?:https?://|@|\\bto\\b)"
                            + "|!\\[[^\\]]{0,80}\\]\\(https?://[^)]{0,200}[?&=]"),
            Signal.of(
                    "orders the new task",
                    0.4,
                    List.of(
                            "instruction",
                            "task",
                            "objective",
                            "rule",
                            "system prompt",
                            "goal",
                            "purpose",
                            "job",
                            "instead"),
                    "\\b(?:new|real|updated|actual|true) (?:instructions?|task|objective|rules?|system prompt)\\b ?(?:is|are|:|follow)|\\byour (?:new|real|only|true) (?:task|goal|purpose|instructions?|job)\\b|\\binstead,? (?:you must|say|output|respond|reply|write|print|execute)\\b"),
            Signal.of(
                    "has a payload in code",
                    0.4,
                    ANY_TEXT,
                    "\\b(?:decode|base64|rot13|hex)\\b.{0,80}\\b(?:follow|execute|obey|run|do what|instructions?)\\b|[a-z0-9+/]{160,}={0,2}"));

    /** Who asks about attacks attacks seldom. */
    private static final Pattern ABOUT_ATTACKS = Pattern.compile(
            "\\b(?:what (?:is|are|does)|explain|define|detect(?:ing|or|ion)?|prevent(?:ing)?|defend(?:ing)?|protect(?:ing)?|mitigat\\w+|classif(?:y|ier)|examples? of|article|paper|research)\\b.{0,60}\\b(?:prompt injections?|jailbreak(?:s|ing)?|injection attacks?|attacks?|phrase)\\b",
            Pattern.DOTALL);

    private static final double ABOUT_ATTACKS_LEAVES = 0.4;

    public Injection {
        signals = List.copyOf(signals);
    }

    /** Of one text. */
    public static Injection of(String text) {
        String plain = plain(text);
        double innocent = 1;
        List<String> found = new ArrayList<>();
        for (Signal signal : SIGNALS) {
            if (signal.isIn(plain)) {
                innocent *= 1 - signal.weight();
                found.add(signal.name());
            }
        }
        double score = 1 - innocent;
        return new Injection(
                found.isEmpty() || !ABOUT_ATTACKS.matcher(plain).find() ? score : ABOUT_ATTACKS_LEAVES * score, found);
    }

    /** Small letters, widths and forms made equal, without characters that nobody sees, runs of blanks as one. */
    private static String plain(String text) {
        String lower = Normalizer.normalize(text, Normalizer.Form.NFKC).toLowerCase(Locale.ROOT);
        String seen = UNSEEN.matcher(lower).replaceAll("").replace('\u2019', '\'');
        return BLANKS.matcher(seen).replaceAll(" ");
    }
}
