package dev.microtome.corpus;

/** Draws entities of one type. */
@FunctionalInterface
interface EntityType {
  Entity draw(Draws draws);
}
