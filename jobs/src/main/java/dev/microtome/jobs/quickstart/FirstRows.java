package dev.microtome.jobs.quickstart;

import dev.microtome.activations.ActivationCodec;
