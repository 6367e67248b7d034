package dev.microtome.jobs;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

/**
 * Why a file system refused, in words: the exceptions of {@code java.nio.file} often carry a path
 * and nothing else.
 */
final class Reasons {
  private Reasons() {}

  static String of(IOException e) {
    if (e instanceof AccessDeniedException denied) {
      return denied.getFile() + ": permission denied";
    } else if (e instanceof FileAlreadyExistsException exists) {
      return exists.getFile() + " is a file, a folder is needed";
    } else if (e instanceof NotDirectoryException file) {
      return file.getFile() + " is a file, a folder is needed";
    } else if (e instanceof NoSuchFileException missing) {
      return missing.getFile() + ": no such file or folder";
    } else if (e instanceof FileSystemException system && system.getReason() != null) {
      return system.getFile() + ": " + system.getReason();
    }
    return e.getMessage() == null ? e.toString() : e.getMessage();
  }
}
