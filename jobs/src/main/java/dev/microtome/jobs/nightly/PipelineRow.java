package dev.microtome.jobs.nightly;

import dev.microtome.table.Column;

/** How a step of a night went. */
record PipelineRow(
    @Column(doc = "name of the step") String step,
    @Column(doc = "job that it runs") String job,
    @Column(
            doc =
                "done, up-to-date, failed, blocked (a step that it needs is not well) or"
                    + " not-selected")
        String status,
    @Column(doc = "when it began, ISO-8601, UTC; empty if it did not") String started,
    @Column(doc = "time that it took this night", unit = "seconds") double seconds,
    @Column(doc = "rows of all its tables; 0 if it is not well") long rows,
    @Column(doc = "size of all its tables and artifacts; 0 if it is not well", unit = "bytes")
        long bytes,
    @Column(doc = "parts computed this night") int partsComputed,
    @Column(doc = "parts taken over from the run before, since what they read has not changed")
        int partsTakenOver,
    @Column(doc = "folder of its runs") String output,
    @Column(doc = "id of the run that stands now; empty if it is not well") String run,
    @Column(doc = "why it failed or is blocked, or what a step that is well warns of; else empty")
        String message) {}
