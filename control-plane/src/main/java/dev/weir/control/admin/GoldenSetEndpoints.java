package dev.weir.control.admin;

import dev.weir.control.evaluation.archive.GoldenArchive;
import dev.weir.control.evaluation.archive.GoldenVersion;
import dev.weir.control.evaluation.exchange.Attachments;
import dev.weir.control.evaluation.exchange.Format;
import dev.weir.control.evaluation.exchange.Imported;
import dev.weir.control.evaluation.golden.CaseJson;
import dev.weir.control.evaluation.golden.GoldenCase;
import dev.weir.control.evaluation.golden.GoldenSet;
import dev.weir.control.identity.Caller;
import dev.weir.control.storage.Database;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Golden sets and their versions. */
@RestController
public final class GoldenSetEndpoints {
    private static final int CASES_PER_PAGE_MAX = 1000;

    private final Database database;
    private final GoldenArchive sets;

    public GoldenSetEndpoints(Database database, GoldenArchive sets) {
        this.database = database;
        this.sets = sets;
    }

    /**
     * What came of an import.
     *
     * @param unsupported what the format says and Weir cannot do, with where it stands
     */
    public record ImportedVersion(GoldenVersion version, List<String> unsupported) {}

    /**
     * Part of a version.
     *
     * @param cases as JSON, in the form of exported lines
     * @param slices how many cases each has
     */
    public record CasePage(GoldenVersion version, int offset, List<JsonNode> cases, Map<String, Integer> slices) {}

    /** What a later version has changed of an earlier one, by the ids of cases. */
    public record VersionDifference(
            GoldenVersion from, GoldenVersion to, List<String> added, List<String> removed, List<String> changed) {}

    /** The latest version of each set. */
    @GetMapping("/admin/golden-sets")
    Mono<List<GoldenVersion>> goldenSets() {
        return Refusals.ask(database, sets::latest);
    }

    /** All versions of a set, the latest first. */
    @GetMapping("/admin/golden-sets/{name}")
    Mono<List<GoldenVersion>> goldenVersions(@PathVariable String name) {
        return Refusals.ask(database, () -> sets.versions(name));
    }

    /** Adds a version made of the text, which is in one of the formats; nothing where there is one like it already. */
    @PostMapping("/admin/golden-sets/{name}")
    @ResponseStatus(HttpStatus.CREATED)
    Mono<ImportedVersion> importGoldenSet(
            @RequestAttribute(AdminAccess.CALLER) Caller caller,
            @PathVariable String name,
            @RequestParam(defaultValue = "jsonl") String format,
            @RequestParam(defaultValue = "") String note,
            @RequestBody String text) {
        return Refusals.ask(database, () -> {
            Imported imported = Format.of(format).read(text, Attachments.NONE);
            GoldenVersion added = sets.add(name, GoldenSet.of(imported.cases()), caller.actor(), note);
            return new ImportedVersion(added, imported.unsupported());
        });
    }

    /** Cases of a version: its number, the beginning of its hash, or {@code latest}. */
    @GetMapping("/admin/golden-sets/{name}/versions/{version}")
    Mono<CasePage> goldenCases(
            @PathVariable String name,
            @PathVariable String version,
            @RequestParam(defaultValue = "0") int offset,
            @RequestParam(defaultValue = "100") int limit,
            @RequestParam Optional<String> slice) {
        return Refusals.ask(database, () -> {
            GoldenVersion found = sets.version(name, version);
            GoldenSet set = sets.cases(found.hash());
            List<JsonNode> cases = set.cases().stream()
                    .filter(golden -> slice.isEmpty() || golden.slices().contains(slice.get()))
                    .skip(Math.max(0, offset))
                    .limit(Math.clamp(limit, 0, CASES_PER_PAGE_MAX))
                    .map(GoldenSetEndpoints::json)
                    .toList();
            return new CasePage(found, offset, cases, set.slices());
        });
    }

    private static JsonNode json(GoldenCase golden) {
        return JsonMapper.shared().readTree(CaseJson.write(golden));
    }

    /** A version as a file: {@code jsonl} or {@code promptfoo}. */
    @GetMapping(path = "/admin/golden-sets/{name}/versions/{version}/export", produces = "text/plain")
    Mono<ResponseEntity<String>> exportGoldenSet(
            @PathVariable String name,
            @PathVariable String version,
            @RequestParam(defaultValue = "jsonl") String format) {
        return Refusals.ask(
                database,
                () -> ResponseEntity.ok()
                        .contentType(MediaType.parseMediaType("text/plain;charset=UTF-8"))
                        .body(Format.of(format)
                                .write(sets.cases(sets.version(name, version).hash()))));
    }

    @GetMapping("/admin/golden-sets/{name}/difference")
    Mono<VersionDifference> goldenDifference(
            @PathVariable String name, @RequestParam String from, @RequestParam(defaultValue = "latest") String to) {
        return Refusals.ask(database, () -> {
            GoldenVersion old = sets.version(name, from);
            GoldenVersion now = sets.version(name, to);
            GoldenSet.Difference difference = sets.cases(old.hash()).to(sets.cases(now.hash()));
            return new VersionDifference(old, now, difference.added(), difference.removed(), difference.changed());
        });
    }
}
