package dev.microtome.sae.evaluation;

import dev.microtome.model.HookPoint;
import java.io.Serializable;

/**
 * What identifies an evaluated SAE in tables.
 *
 * @param name of the SAE
 * @param model name of the model it was evaluated in
 * @param hook what it rebuilds
 * @param architecture what was trained, such as {@code topk}
 */
public record EvaluatedSae(String name, String model, HookPoint hook, String architecture)
    implements Serializable {}
