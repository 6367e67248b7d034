package dev.microtome.jobs.activations;

import com.google.auto.service.AutoService;
import dev.microtome.activations.CollectionSettings;
import dev.microtome.activations.PositionSelection;
import dev.microtome.activations.TokenSequence;
import dev.microtome.jobs.Inputs;
import dev.microtome.jobs.Job;
import dev.microtome.jobs.JobContext;
import dev.microtome.jobs.ModelFolder;
import dev.microtome.jobs.Plan;
import dev.microtome.jobs.TableInput;
import dev.microtome.model.HookPoint;
import dev.microtome.model.HookPoints;
import dev.microtome.model.load.ModelFiles;
import dev.microtome.run.InputException;
import dev.microtome.table.TableSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/**
 * Runs a model over a tokenised corpus and stores what passes the chosen hook points.
 *
 * <p>Reads a table {@code tokens} and a model folder. Writes {@code activations}, one row for each (hook, sequence, position), in
 * one pass over the model for all hooks.
 *
 * <pre>{@code
 * spark-submit microtome.jar collect-activations --config conf/jobs/collect-activations.conf \
 *   --set model=models/pythia-70m --set tokens=runs/tokens --output runs/activations
 * }</pre>
 */
@AutoService(Job.class)
public final class CollectActivations implements Job<CollectActivationsConfig, TokenSlices> {
}
