package dev.microtome.sae.evaluation;

import java.io.Serializable;

/**
 * What identifies an evaluated SAE in tables.
 *
 * @param name of the SAE
 * @param model name of the model it was evaluated in
 * @param hook address of what it rebuilds
 * @param architecture what was trained, such as {@code topk}
 */
public record EvaluatedSae(String name, String model, String hook, String architecture)
    implements Serializable {}
