package dev.weir.control.classification;

import java.lang.Character.UnicodeScript;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The language of a text, by its script and by its commonest small words: enough to tell which users a change hurts. Where no language has more
 * words than the others, it is {@code other}.
 */
public final class Language {
    static final String OTHER = "other";
    private static final int WORDS_MAX = 200;

    private static final Map<UnicodeScript, String> SCRIPTS = Map.of(
            UnicodeScript.HAN, "zh",
            UnicodeScript.HIRAGANA, "ja",
            UnicodeScript.KATAKANA, "ja",
            UnicodeScript.HANGUL, "ko",
            UnicodeScript.CYRILLIC, "ru",
            UnicodeScript.ARABIC, "ar",
            UnicodeScript.GREEK, "el",
            UnicodeScript.HEBREW, "he",
            UnicodeScript.DEVANAGARI, "hi");

    /** Words that are common in one of these languages and rare in the others. */
    private static final Map<String, Set<String>> WORDS = Map.of(
            "en", Set.of("the", "is", "what", "how", "are", "and", "to", "of", "does", "my", "with", "please", "which"),
            "de",
                    Set.of(
                            "der", "die", "das", "ist", "und", "wie", "ich", "nicht", "ein", "eine", "bitte", "mit",
                            "wann"),
            "fr", Set.of("le", "les", "est", "et", "une", "je", "pas", "pour", "dans", "comment", "vous", "avec", "du"),
            "es", Set.of("el", "los", "es", "y", "una", "por", "para", "con", "del", "cuál", "cómo", "las", "qué"),
            "it", Set.of("il", "che", "di", "è", "per", "della", "sono", "gli", "quale", "come", "non", "mi", "un"),
            "pt", Set.of("o", "os", "não", "uma", "com", "para", "do", "da", "em", "você", "qual", "são", "por"));

    private Language() {}

    /** Of a text in small letters. */
    public static String of(String text) {
        int[] letters =
                text.codePoints().filter(Character::isLetter).limit(WORDS_MAX).toArray();
        for (int letter : letters) {
            String byScript = SCRIPTS.get(UnicodeScript.of(letter));
            // Japanese has Chinese characters, too, and its own beside them.
            if (byScript != null && !(byScript.equals("zh") && hasKana(letters))) {
                return byScript;
            }
        }
        return hasKana(letters) ? "ja" : byWords(text);
    }

    private static boolean hasKana(int[] letters) {
        for (int letter : letters) {
            UnicodeScript script = UnicodeScript.of(letter);
            if (script == UnicodeScript.HIRAGANA || script == UnicodeScript.KATAKANA) {
                return true;
            }
        }
        return false;
    }

    private static String byWords(String text) {
        List<String> words = List.of(text.split("[^\\p{L}]+", WORDS_MAX));
        String best = OTHER;
        long most = 0;
        boolean tied = false;
        for (String language : List.of("en", "de", "fr", "es", "it", "pt")) {
            Set<String> own = WORDS.getOrDefault(language, Set.of());
            long count = words.stream().filter(own::contains).count();
            tied = count == most || (count < most && tied);
            best = count > most ? language : best;
            most = Math.max(most, count);
        }
        return most == 0 || tied ? OTHER : best;
    }
}
