package dev.weir.control.onnx;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A sentence encoder's directory in the making. */
final class EncoderFolder {
    private static final int FIRST_WORD = 3;

    private final Path folder;

    EncoderFolder(Path folder, List<String> words) throws IOException {
        this.folder = folder;
        StringBuilder vocabulary = new StringBuilder("\"[UNK]\": 0, \"[CLS]\": 1, \"[SEP]\": 2");
        for (int i = 0; i < words.size(); i++) {
            vocabulary.append(", \"").append(words.get(i)).append("\": ").append(FIRST_WORD + i);
        }
        file("tokenizer.json", """
                {"version": "1.0", "truncation": null, "padding": {"strategy": {"Fixed": 16}, "direction": "Right",
                  "pad_to_multiple_of": null, "pad_id": 0, "pad_type_id": 0, "pad_token": "[UNK]"},
                 "added_tokens": [],
                 "normalizer": {"type": "Lowercase"},
                 "pre_tokenizer": {"type": "Whitespace"},
                 "post_processor": {"type": "TemplateProcessing",
                   "single": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}},
                     {"SpecialToken": {"id": "[SEP]", "type_id": 0}}],
                   "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
                   "special_tokens": {"[CLS]": {"id": "[CLS]", "ids": [1], "tokens": ["[CLS]"]},
                     "[SEP]": {"id": "[SEP]", "ids": [2], "tokens": ["[SEP]"]}}},
                 "decoder": null,
                 "model": {"type": "WordLevel", "unk_token": "[UNK]", "vocab": {%s}}}
                """.formatted(vocabulary));
    }

    EncoderFolder file(String name, String text) throws IOException {
        Files.writeString(place(name), text);
        return this;
    }

    EncoderFolder network(String name, Network network) throws IOException {
        network.write(place(name));
        return this;
    }

    private Path place(String name) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(requireNonNull(file.getParent()));
        return file;
    }

    OnnxEncoder open() throws IOException {
        return OnnxEncoder.open(EncoderDirectory.read(folder));
    }
}
