package dev.microtome.jobs.reproduce;

import dev.microtome.dynamics.LossBump;
import dev.microtome.dynamics.Series;
import dev.microtome.dynamics.Trajectory;
import dev.microtome.dynamics.Transition;
import dev.microtome.jobs.quickstart.Pipeline;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Locale;

/**
 * What {@code mvn -Preproduce verify} runs after the build: {@code conf/phase-change.conf} as a
 * {@link Pipeline}, then what its tables say of the phase change (Olsson et al. 2022, In-context
 * Learning and Induction Heads; Elhage et al. 2021, A Mathematical Framework for Transformer
 * Circuits).
 */
public final class PhaseChange {
  private final Findings findings;
  private final PrintStream out;

  PhaseChange(Findings findings, PrintStream out) {
    this.findings = findings;
    this.out = out;
  }

  /**
   * Runs the pipeline and prints what it found.
   *
   * @param arguments configuration file, output folder, folder of Spark's jars, application jar
   * @throws IllegalStateException when a job fails; what it printed says why
   */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    Path output = Path.of(arguments[1]);
    new Pipeline(Path.of(arguments[0]), output, Path.of(arguments[2]), Path.of(arguments[3])).run();
    new PhaseChange(Findings.of(output), System.out).print();
  }

  void print() {
    line("%nPhase change, as the tables tell it%n");
    line(
        "%-20s %-16s %-18s %-16s %s",
        "", "accuracy", "in-context score", "prefix matching", "loss");
    Models.SWEEP.stream().map(findings::learnt).forEach(this::learnt);
    line("%nSteps at which half of the change is reached (a tenth to nine tenths)");
    Models.SWEEP.stream().filter(model -> !model.equals(Models.ONE_LAYER)).forEach(this::jump);
    line("%nLoss curves: fastest descent, plateau, second descent, in nats by ln step");
    Models.SWEEP.forEach(this::bump);
    line(
        "%nPlane of per-token losses: %.1f %% and %.1f %% of the variance",
        100 * findings.plane().explained().get(0), 100 * findings.plane().explained().get(1));
    Models.SWEEP.forEach(this::turn);
    Models.TWO_LAYERS.forEach(model -> parting(model, Models.ONE_LAYER));
    line("%nIn-context learning that goes with the induction heads, and with as many others");
    findings.knockouts().forEach(this::knockouts);
    line("%nCircuits");
    findings.circuits().forEach(this::circuit);
    line(
        "%s: divergence from the corpus's bigrams %.4f nats at step 0, %.4f at step %d",
        Models.ZERO_LAYERS,
        findings.bigramDivergence().first(),
        findings.bigramDivergence().last(),
        findings.bigramDivergence().lastStep());
    line(
        "%s: of its %d strongest skip-trigrams %d are the corpus's, %d are the corpus's with another of its destinations",
        Models.SKIP_TRIGRAM,
        findings.skipTrigrams().triples(),
        findings.skipTrigrams().found(),
        findings.skipTrigrams().mixed());
  }

  private void learnt(LearntInduction model) {
    line(
        "%-20s %.3f → %-8.3f %6.3f → %-9.3f %.3f → %-8.3f %.3f → %.3f",
        model.model(),
        model.accuracy().first(),
        model.accuracy().last(),
        model.inContextScore().first(),
        model.inContextScore().last(),
        model.prefixMatching().first(),
        model.prefixMatching().last(),
        model.loss().first(),
        model.loss().last());
  }

  private void jump(String name) {
    LearntInduction model = findings.learnt(name);
    line(
        "%-20s accuracy %s, in-context score %s, prefix matching of %s %s",
        name,
        steps(model.accuracy()),
        steps(model.inContextScore()),
        model.inductionHead(),
        steps(model.prefixMatching()));
  }

  private static String steps(Series series) {
    Transition jump = series.transition();
    return String.format(
        Locale.ROOT, "%.0f (%.0f to %.0f)", jump.middle(), jump.start(), jump.end());
  }

  private void bump(String name) {
    LossBump bump = findings.bump(name);
    line(
        "%-20s %.3f, %.3f at step %d, %.3f at step %d",
        name,
        bump.firstSpeed(),
        bump.plateauSpeed(),
        bump.plateauStep(),
        bump.secondSpeed(),
        bump.descentStep());
  }

  private void turn(String name) {
    Trajectory.Turn turn = findings.plane().trajectory(name).sharpestTurn();
    line("%-20s turns by %.0f° and goes on by step %d", name, turn.degrees(), turn.leaves());
  }

  private void parting(String name, String other) {
    Transition parting =
        findings.plane().trajectory(name).partingFrom(findings.plane().trajectory(other));
    line(
        "%-20s parts from %s: %.1f nats apart at first, %.1f at last, half of it at step %.0f",
        name, other, parting.before(), parting.after(), parting.middle());
  }

  private void knockouts(Knockouts each) {
    line(
        "%-20s %-19s without %s %.0f %% of %.3f nats goes, without %s %.0f %%",
        each.model(),
        each.ablation(),
        each.found(),
        100 * each.removed(),
        each.unchanged(),
        each.largestControl().heads(),
        100 * each.largestControl().removed());
  }

  private void circuit(Circuit circuit) {
    line(
        "%-20s composition of all pairs, mean: K %.3f, Q %.3f, V %.3f (%.3f, %.3f, %.3f of random weights)",
        circuit.model(),
        circuit.means().get("K"),
        circuit.means().get("Q"),
        circuit.means().get("V"),
        circuit.meansAtFirst().get("K"),
        circuit.meansAtFirst().get("Q"),
        circuit.meansAtFirst().get("V"));
    line(
        "%-20s K-composition of %s (previous token %.2f) and %s: %.3f, place %d of %d; OV of %s copies %.3f",
        "",
        circuit.previousTokenHead(),
        circuit.previousTokenScore(),
        circuit.inductionHead(),
        circuit.keyComposition(),
        circuit.rank(),
        circuit.pairs(),
        circuit.inductionHead(),
        circuit.copying());
  }

  private void line(String format, Object... values) {
    out.println(String.format(Locale.ROOT, format, values));
  }
}
