package dev.microtome.jobs.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ChartTest {
  private static final int SERIES = 14;

  /** What a line looks like, behind where it goes. */
  private static final Pattern LINE = Pattern.compile("<path d=\"[^\"]*\" fill=\"none\" ([^>]*)>");

  /** There are six colours: the seventh series must not look like the first. */
  @Test
  void noTwoOfManyLinesLookAlike() throws IOException {
    List<Chart.Mark> marks =
        IntStream.range(0, SERIES)
            .boxed()
            .flatMap(
                series ->
                    IntStream.range(0, 3)
                        .mapToObj(x -> new Chart.Mark("series " + series, x, series + x)))
            .toList();

    Matcher lines = LINE.matcher(drawn(new Chart("x", "y").lines(marks)));

    Set<String> looks = new HashSet<>();
    while (lines.find()) {
      looks.add(lines.group(1));
    }
    assertThat(looks).hasSize(SERIES);
  }

  private static String drawn(Chart chart) throws IOException {
    Page page = new Page("A title");
    Svg.draw(page.main(), chart, "picture", "A caption.", "In words.");
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    page.write(out);
    return out.toString(StandardCharsets.UTF_8);
  }
}
