package dev.microtome.jobs.quickstart;

import dev.microtome.stats.Seeds;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * A few seeded English-like stories from a closed vocabulary: something to tokenize where nothing
 * can be downloaded. The same seed gives the same bytes.
 */
final class SmallCorpus {
  private static final List<String> PEOPLE =
      List.of("Mary", "John", "Anna", "Peter", "Lucy", "Tom");
  private static final List<String> PLACES =
      List.of("garden", "school", "market", "river", "station", "kitchen");
  private static final List<String> THINGS =
      List.of("apple", "book", "drum", "kite", "lamp", "letter");
  private static final List<String> COLOURS = List.of("red", "blue", "green", "old", "small");
  private static final List<String> FEELINGS = List.of("happy", "tired", "proud", "afraid");
  private static final int SENTENCES = 12;

  private SmallCorpus() {}

  /** File name to text; stories are paragraphs, separated by blank lines. */
  static Map<String, String> files(long seed, int files, int storiesPerFile) {
    Map<String, String> result = new LinkedHashMap<>();
    for (int file = 0; file < files; file++) {
      List<String> stories = new ArrayList<>();
      for (int story = 0; story < storiesPerFile; story++) {
        stories.add(story(new Random(Seeds.of(seed, "quick start story", file, story))));
      }
      result.put("stories-" + file + ".txt", String.join("\n\n", stories) + "\n");
    }
    return result;
  }

  private static String story(Random random) {
    List<String> sentences = new ArrayList<>();
    String giver = pick(random, PEOPLE);
    for (int i = 0; i < SENTENCES; i++) {
      String taker = pick(random, PEOPLE);
      String thing = pick(random, THINGS);
      String place = pick(random, PLACES);
      sentences.add(
          switch (random.nextInt(4)) {
            case 0 -> "%s and %s went to the %s .".formatted(giver, taker, place);
            case 1 ->
                "%s gave the %s %s to %s .".formatted(giver, pick(random, COLOURS), thing, taker);
            case 2 -> "The %s is in the %s .".formatted(thing, place);
            default -> "%s was %s .".formatted(taker, pick(random, FEELINGS));
          });
      giver = taker;
    }
    return String.join(" ", sentences);
  }

  private static String pick(Random random, List<String> words) {
    return words.get(random.nextInt(words.size()));
  }
}
