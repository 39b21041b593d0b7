package dev.weir.control;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** The OpenAPI document says what the endpoints are, all of them and as they are; {@code -Dweir.openapi.update=true} rewrites it. */
class AdminDocumentTest {
    private static final Path FILE = Path.of("src/main/resources/openapi/admin.json");
    private static final Path TYPES = Path.of("src/main/ui/src/api/types.ts");

    private static List<Class<?>> controllers() {
        return new ClassFileImporter()
                .importPackages("dev.weir.control.admin").stream()
                        .filter(type -> type.isAnnotatedWith(RestController.class))
                        .<Class<?>>map(JavaClass::reflect)
                        .sorted((one, other) -> one.getName().compareTo(other.getName()))
                        .toList();
    }

    @Test
    void itHasEveryEndpointOfTheAdministrationAsItIs() throws IOException {
        String document = JsonMapper.builder()
                        .enable(SerializationFeature.INDENT_OUTPUT)
                        .build()
                        .writeValueAsString(AdminDocument.of(controllers()))
                + "\n";
        assertUpToDate(FILE, document);
        assertThat(document).contains("\"/admin/keys/{id}/rotate\"", "\"/admin/costs\"", "\"/admin/limits\"");
    }

    @Test
    void theUserInterfaceIsWrittenAgainstIt() throws IOException {
        assertUpToDate(TYPES, AdminTypes.of(AdminDocument.of(controllers())));
    }

    private static void assertUpToDate(Path file, String text) throws IOException {
        if (Boolean.getBoolean("weir.openapi.update")) {
            Files.writeString(file, text);
        }
        assertThat(Files.readString(file))
                .as(file + " is not what the endpoints are: rewrite it with -Dweir.openapi.update=true")
                .isEqualTo(text);
    }

    @Test
    void itIsServedToWhoeverMaySeeAnything() throws Exception {
        try (ScriptedEngine engine = ScriptedEngine.with("m");
                RunningControlPlane weir = new RunningControlPlane(List.of(engine))) {
            assertThat(weir.get("/admin/openapi.json").body()).isEqualTo(Files.readString(FILE));
        }
    }
}
