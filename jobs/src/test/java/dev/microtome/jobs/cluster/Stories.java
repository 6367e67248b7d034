package dev.microtome.jobs.cluster;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/** Text that the stories model knows how to read, the same every time. */
final class Stories {
  private static final int FILES = 4;
  private static final String[] WHO = {
    "Lily", "Tom", "the fox", "a little bird", "his mother", "the old man"
  };
  private static final String[] DOES = {
    "saw", "found", "wanted", "lost", "played with", "gave away"
  };
  private static final String[] WHAT = {
    "a red ball", "the shiny key", "an apple", "the big box", "a small boat"
  };

  private Stories() {}

  /** Four files of so many paragraphs, each of one to six sentences; returns their folder. */
  static Path write(Path folder, int paragraphs) throws IOException {
    Files.createDirectories(folder);
    Random random = new Random(1);
    for (int file = 0; file < FILES; file++) {
      StringBuilder story = new StringBuilder();
      for (int paragraph = 0; paragraph < paragraphs; paragraph++) {
        int sentences = 1 + random.nextInt(6);
        for (int sentence = 0; sentence < sentences; sentence++) {
          story.append("One day, ").append(WHO[random.nextInt(WHO.length)]).append(' ');
          story.append(DOES[random.nextInt(DOES.length)]).append(' ');
          story.append(WHAT[random.nextInt(WHAT.length)]).append(". ");
        }
        story.append("\n\n");
      }
      Files.writeString(folder.resolve("story-" + file + ".txt"), story, StandardCharsets.UTF_8);
    }
    return folder;
  }
}
