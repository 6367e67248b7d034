package dev.microtome.corpus;

import com.typesafe.config.Config;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** One kind of document: who plays in it, and its sentences. */
final class DocumentKind {
  private final String name;
  private final double weight;
  private final boolean onRequest;
  private final String about; // role of the person it is about, empty for none
  private final Map<String, String> types = new TreeMap<>(); // role to type
  private final List<Template> openings;
  private final List<Template> body;
  private final int fewest;
  private final int most;

  /** Reads one kind; a slot without a role or a role without a type is refused. */
  DocumentKind(String name, Config config, PartsOfSpeech partsOfSpeech, Set<String> known) {
    this.name = name;
    weight = config.getDouble("share");
    onRequest = config.hasPath("on-request") && config.getBoolean("on-request");
    about = config.hasPath("about") ? config.getString("about") : "";
    for (String role : config.getConfig("roles").root().keySet()) {
      types.put(role, config.getConfig("roles").getString(role));
    }
    openings = templates(config, "opening", partsOfSpeech);
    body = templates(config, "body", partsOfSpeech);
    fewest = config.getIntList("sentences").get(0);
    most = config.getIntList("sentences").get(1);
    if (!known.containsAll(types.values()) || fewest > most || most > body.size()) {
      throw new IllegalArgumentException(
          "documents." + name + ": roles " + types + ", " + most + " of " + body.size());
    }
  }

  private List<Template> templates(Config config, String key, PartsOfSpeech partsOfSpeech) {
    List<Template> templates =
        config.getStringList(key).stream()
            .map(text -> Template.parse(text, partsOfSpeech))
            .toList();
    for (Template template : templates) {
      if (!types.keySet().containsAll(template.roles())) {
        throw new IllegalArgumentException(
            "documents." + name + ": slots " + template.roles() + ", roles " + types.keySet());
      }
    }
    return templates;
  }

  String name() {
    return name;
  }

  /** Relative frequency among documents. */
  double weight() {
    return weight;
  }

  /** Whether it is drawn only where it is asked for by name. */
  boolean onRequest() {
    return onRequest;
  }

  GeneratedDocument draw(Draws draws, Map<String, EntityType> entityTypes) {
    Map<String, Entity> scene = new HashMap<>();
    Set<String> names = new HashSet<>();
    types.forEach(
        (role, type) -> {
          Entity entity;
          do {
            entity = entityTypes.get(type).draw(draws);
          } while (!names.add(entity.name()));
          scene.put(role, entity);
        });
    LabelledTokens tokens = new LabelledTokens();
    draws.pick(openings).write(scene, draws, tokens);
    for (int sentence : draws.sample(draws.between(fewest, most), body.size())) {
      body.get(sentence).write(scene, draws, tokens);
    }
    Entity person = scene.get(about);
    return new GeneratedDocument(
        name,
        person == null ? "" : person.gender(),
        person == null ? "" : person.profession(),
        tokens);
  }
}
