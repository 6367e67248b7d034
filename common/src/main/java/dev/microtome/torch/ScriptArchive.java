package dev.microtome.torch;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * A TorchScript module of one class without state, as the archive that libtorch loads: a zip of
 * stored entries with the class's text and the pickle of its one instance. Built in memory from the
 * text, so that what runs is what can be read.
 */
final class ScriptArchive {
  private static final byte PROTO = (byte) 0x80;
  private static final byte NEW_OBJECT = (byte) 0x81;
  private static final byte NEW_FALSE = (byte) 0x89;
  private static final byte[] EMPTY_TUPLE = {PROTO, 2, ')', '.'};

  private ScriptArchive() {}

  /**
   * Packs a class.
   *
   * @param className name of the one class in {@code source}, of module type
   */
  static byte[] of(String className, byte[] source) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      store(zip, "script/data.pkl", instanceOf(className));
      store(zip, "script/code/__torch__.py", source);
      store(zip, "script/constants.pkl", EMPTY_TUPLE);
      store(zip, "script/version", "10\n".getBytes(StandardCharsets.US_ASCII));
    } catch (IOException e) {
      throw new IllegalStateException("Writing to memory failed", e);
    }
    return bytes.toByteArray();
  }

  /** {@code object.__new__(__torch__.className)} with the two attributes every module has. */
  private static byte[] instanceOf(String className) throws IOException {
    ByteArrayOutputStream pickle = new ByteArrayOutputStream();
    pickle.write(new byte[] {PROTO, 2});
    pickle.write(("c__torch__\n" + className + "\n").getBytes(StandardCharsets.US_ASCII));
    pickle.write(new byte[] {')', NEW_OBJECT, '}', '('});
    pickle.write(text("training"));
    pickle.write(NEW_FALSE);
    pickle.write(text("_is_full_backward_hook"));
    pickle.write(new byte[] {'N', 'u', 'b', '.'});
    return pickle.toByteArray();
  }

  private static byte[] text(String ascii) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(new byte[] {'X', (byte) ascii.length(), 0, 0, 0});
    out.write(ascii.getBytes(StandardCharsets.US_ASCII));
    return out.toByteArray();
  }

  private static void store(ZipOutputStream zip, String name, byte[] content) throws IOException {
    CRC32 crc = new CRC32();
    crc.update(content);
    ZipEntry entry = new ZipEntry(name);
    entry.setMethod(ZipEntry.STORED);
    entry.setSize(content.length);
    entry.setCrc(crc.getValue());
    zip.putNextEntry(entry);
    zip.write(content);
    zip.closeEntry();
  }
}
