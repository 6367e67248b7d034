package dev.microtome.jobs.features;

import dev.microtome.jobs.PartContext;
import dev.microtome.jobs.inputs.SaeInput;
import dev.microtome.model.HookPoint;
import dev.microtome.sae.evaluation.FeatureDictionary;
import java.io.IOException;
import java.io.Serializable;

/** A dictionary of features as it was planned: plain data that ships to executors. */
sealed interface FeatureSource extends Serializable {
  /** What tables call it. */
  String name();

  int features();

  /** Address of what it writes. */
  String hook();

  FeatureDictionary load(PartContext context) throws IOException;

  /** An SAE. */
  record OfSae(SaeInput sae) implements FeatureSource {
    @Override
    public String name() {
      return sae.name();
    }

    @Override
    public int features() {
      return sae.features();
    }

    @Override
    public String hook() {
      return sae.hooks().output().address();
    }

    @Override
    public FeatureDictionary load(PartContext context) throws IOException {
      return sae.load(context);
    }
  }

  /** The neurons at a hook. */
  record OfNeurons(HookPoint at, int features) implements FeatureSource {
    @Override
    public String name() {
      return "neurons:" + at.address();
    }

    @Override
    public String hook() {
      return at.address();
    }

    @Override
    public FeatureDictionary load(PartContext context) {
      return FeatureDictionary.neurons(name(), at, features);
    }
  }
}
