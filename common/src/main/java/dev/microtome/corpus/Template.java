package dev.microtome.corpus;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * A sentence with slots. {@code {p}} is the entity of role p, {@code {p.she}} a form of it; {@code
 * {p:concept=value}} adds a label, and {@code [concept=value|…]} labels all between.
 */
final class Template {
  private final List<Part> parts = new ArrayList<>();
  private final Set<String> roles = new TreeSet<>();

  private final String source;
  private final PartsOfSpeech partsOfSpeech;

  // Of parsing alone.
  private final Deque<Label> spans = new ArrayDeque<>();
  private boolean spaced;

  /** Where a part's phrase comes from. */
  @FunctionalInterface
  private interface Filler {
    Phrase phrase(Map<String, Entity> scene, Draws draws);
  }

  private record Part(boolean spaced, Filler filler, List<Label> labels) {}

  private Template(String source, PartsOfSpeech partsOfSpeech) {
    this.source = source;
    this.partsOfSpeech = partsOfSpeech;
  }

  static Template parse(String source, PartsOfSpeech partsOfSpeech) {
    Template template = new Template(source, partsOfSpeech);
    template.parse();
    return template;
  }

  /** Roles that the slots name. */
  Set<String> roles() {
    return roles;
  }

  /** Appends the sentence, after a space unless it is the first. */
  void write(Map<String, Entity> scene, Draws draws, LabelledTokens out) {
    write(scene, draws, out, out.size() > 0);
  }

  /** The sentence with every slot filled. */
  Phrase phrase(Map<String, Entity> scene, Draws draws) {
    LabelledTokens after = new LabelledTokens();
    write(scene, draws, after, true);
    LabelledTokens bare = new LabelledTokens();
    write(scene, draws, bare, false);
    return new Phrase(after, bare);
  }

  private void write(
      Map<String, Entity> scene, Draws draws, LabelledTokens out, boolean afterSpace) {
    boolean first = true;
    for (Part part : parts) {
      Phrase phrase = part.filler().phrase(scene, draws);
      boolean space = first ? afterSpace : part.spaced();
      out.addAll(space ? phrase.spaced() : phrase.bare(), part.labels());
      first = false;
    }
  }

  private void parse() {
    int at = 0;
    while (at < source.length()) {
      char here = source.charAt(at);
      int end;
      if (here == '{') {
        end = source.indexOf('}', at);
        slot(source.substring(at + 1, end));
        at = end + 1;
      } else if (here == '[') {
        end = source.indexOf('|', at);
        spans.addLast(Label.parse(source.substring(at + 1, end)));
        at = end + 1;
      } else if (here == ']') {
        spans.removeLast();
        at++;
      } else {
        end = at;
        while (end < source.length() && "{[]".indexOf(source.charAt(end)) < 0) {
          end++;
        }
        literal(source.substring(at, end));
        at = end;
      }
    }
  }

  private void literal(String text) {
    spaced |= text.startsWith(" ");
    String stripped = text.strip();
    if (!stripped.isEmpty()) {
      Phrase phrase = partsOfSpeech.phrase(stripped);
      add((scene, draws) -> phrase, List.of());
    }
    spaced |= text.endsWith(" ");
  }

  private void slot(String text) {
    String[] labels = text.split(":", -1);
    String[] path = labels[0].split("\\.", 2);
    String role = path[0];
    String form = path.length == 1 ? Entity.PLAIN : path[1];
    roles.add(role);
    List<Label> more = new ArrayList<>();
    for (int i = 1; i < labels.length; i++) {
      more.add(Label.parse(labels[i]));
    }
    add((scene, draws) -> scene.get(role).form(form, draws), more);
  }

  private void add(Filler filler, List<Label> more) {
    List<Label> labels = new ArrayList<>(spans);
    labels.addAll(more);
    parts.add(new Part(spaced, filler, List.copyOf(labels)));
    spaced = false;
  }
}
