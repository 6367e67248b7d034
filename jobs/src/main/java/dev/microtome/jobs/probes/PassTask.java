package dev.microtome.jobs.probes;

import dev.microtome.jobs.PartContext;
import dev.microtome.jobs.PartTask;
import dev.microtome.model.Torch;
import dev.microtome.probing.HookPass;
import dev.microtome.probing.PassSums;
import java.io.IOException;
import java.io.InputStream;

/** Sums up what a pass asks of the rows of a part. */
record PassTask(String hook, int pass, HookPass asks) implements PartTask<PassPart> {

  @Override
  public long run(PassPart part, PartContext context) throws IOException {
    Torch.threads(context.cores());
    PassSums sums;
    try (InputStream rows = context.relay().open(PassFiles.rows(hook, part.part()))) {
      sums = asks.over(rows, part.shared());
    }
    context.relay().write(PassFiles.ofPart(hook, pass, part.part()), sums::write);
    return 1;
  }
}
