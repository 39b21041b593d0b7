package dev.weir.bench.report;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

class ReportTest {
    private static final Path GOLDEN = Path.of("src/test/resources/serve-report.json");

    /** -Dweir.golden.update=true rewrites the file; read the difference before you commit it. */
    @Test
    void jsonHasTheKeysAndUnitsOfTheGoldenFile() throws Exception {
        String json = new JsonReport().write(TestReports.of(3));
        if (Boolean.getBoolean("weir.golden.update")) {
            Files.writeString(GOLDEN, json, UTF_8);
        }
        assertThat(json).isEqualTo(Files.readString(GOLDEN, UTF_8));
    }

    @Test
    void htmlIsWellFormedAndNeedsNothingBesideItself() throws Exception {
        String html = HtmlReport.write(TestReports.of(3));
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setFeature("http://apache.org/xml/features/nonvalidating/load-external-dtd", false);
        Document document = factory.newDocumentBuilder()
                .parse(new InputSource(new StringReader(html.replace("<!DOCTYPE html>", ""))));

        // Four latencies and the throughput over the load, and four histograms for each of two runs.
        assertThat(document.getElementsByTagName("svg").getLength()).isEqualTo(13);
        assertThat(html)
                .doesNotContainIgnoringCase(
                        "<script", "<link", "<img", "url(", "@import", " src=", " href=", "NaN", "Infinity");
        assertThat(html)
                .contains(
                        "prefers-color-scheme: dark",
                        "A processor &lt;with &amp; in its name&gt;",
                        "429: &lt;full&gt;");
    }

    @Test
    void textNamesEveryFigureAndItsDefinition() {
        String text = TextReport.write(TestReports.of(3));

        assertThat(text)
                .contains("a-model at http://127.0.0.1:8100, workload synthetic, prompt tokens 20, output tokens 3")
                .contains("loop open, rate 2.0, arrivals poisson")
                .contains("4 requests complete, 1 failed, in 0.50 s: 8.00 requests/s")
                .contains("output 24.0 tokens/s, total 184.0 tokens/s")
                .contains("80 prompt tokens (64 of them cached), 12 output tokens")
                .contains("1 x overloaded (429), for example: 429: <full>")
                .contains("ttft  time to first token: ")
                .contains("tpot  time per output token: ");
    }
}
