package dev.microtome.jobs.quickstart;
