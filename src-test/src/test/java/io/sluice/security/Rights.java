package io.sluice.security;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/** The ACLs of a run, as docs/security.md tells people to make them. */
public final class Rights {

  private static final Path DOCS = Path.of("..", "docs", "security.md");

  /** Such as: acl User:agent --operation Write --topic "$RUN.loss-events". */
  private static final Pattern COMMAND =
      Pattern.compile(
          "acl User:(\\w+) +--operation (\\w+) +--(topic|group) +\"\\$RUN(\\.[^\"]+)\"");

  private Rights() {}

  public static List<AclBinding> of(String run) {
    try (var lines = Files.lines(DOCS)) {
      return lines
          .map(String::strip)
          .filter(line -> line.startsWith("acl "))
          .map(line -> parse(line, run))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns when the broker goes by them. */
  public static void grant(SecureKafka kafka, Collection<AclBinding> rights) throws Exception {
    try (Admin admin = kafka.admin()) {
      admin.createAcls(rights).all().get();
      await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> admin.describeAcls(AclBindingFilter.ANY).values().get().containsAll(rights));
    }
  }

  /** Name of the user whose right it is. */
  public static String user(AclBinding right) {
    return right.entry().principal().substring("User:".length());
  }

  /** That its user may describe what the right is of. */
  static AclBinding toDescribe(AclBinding right) {
    return new AclBinding(
        right.pattern(),
        new AccessControlEntry(
            right.entry().principal(),
            right.entry().host(),
            AclOperation.DESCRIBE,
            AclPermissionType.ALLOW));
  }

  private static AclBinding parse(String line, String run) {
    Matcher command = COMMAND.matcher(line);
    if (!command.matches()) {
      throw new IllegalStateException("not understood: " + line);
    }
    return new AclBinding(
        new ResourcePattern(
            ResourceType.valueOf(command.group(3).toUpperCase(Locale.ROOT)),
            run + command.group(4),
            PatternType.LITERAL),
        new AccessControlEntry(
            "User:" + command.group(1),
            "*",
            AclOperation.valueOf(command.group(2).toUpperCase(Locale.ROOT)),
            AclPermissionType.ALLOW));
  }
}
