package io.sluice.job.difficulty;

import io.sluice.job.selection.Traits;
import io.sluice.job.serde.SerializerTypeInfo;
import io.sluice.job.serde.VersionedSerializer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * The difficulty codes of a part of a shard, as they stand when an epoch closes. A part spans at
 * most {@value #PAGES} pages, about a million samples, so that neither a network record nor the
 * chunk made from it grows with the dataset.
 *
 * @param epoch number of the selection they are for
 * @param part number of the part, from 0; parts ascend with the local indices
 * @param parts number of parts of this shard, at least 1
 * @param pages ascending; empty for a shard without samples
 */
public record CodesPart(int epoch, int shard, int part, int parts, List<PageCodes> pages) {

  /** Most pages that one part spans. */
  public static final int PAGES = 256;

  public static final TypeInformation<CodesPart> TYPE =
      new SerializerTypeInfo<>(CodesPart.class, new Serializer());

  public CodesPart {
    pages = List.copyOf(pages);
  }

  /**
   * Layout: epoch, shard, part, parts, number of pages; per page its number, codes, fresh bits, and
   * after a byte that says which follow: weights by inclusion, labels.
   *
   * <p>Version 1 had nothing after the fresh bits.
   */
  public static final class Serializer extends VersionedSerializer<CodesPart> {

    private static final int HAS_INCLUSION = 1;
    private static final int HAS_LABELS = 2;

    @Override
    protected int version() {
      return 2;
    }

    @Override
    protected void write(CodesPart codes, DataOutputView out) throws IOException {
      out.writeInt(codes.epoch());
      out.writeInt(codes.shard());
      out.writeInt(codes.part());
      out.writeInt(codes.parts());
      out.writeInt(codes.pages().size());
      for (PageCodes page : codes.pages()) {
        out.writeLong(page.page());
        out.write(page.codes());
        write(page.traits(), out);
      }
    }

    @Override
    protected CodesPart read(int version, DataInputView in) throws IOException {
      int epoch = in.readInt();
      int shard = in.readInt();
      int part = in.readInt();
      int parts = in.readInt();
      List<PageCodes> pages = new ArrayList<>();
      for (int left = in.readInt(); left > 0; left--) {
        long number = in.readLong();
        byte[] codes = new byte[PageCodes.CODE_BYTES];
        in.readFully(codes);
        long[] fresh = new long[Page.WORDS];
        for (int i = 0; i < fresh.length; i++) {
          fresh[i] = in.readLong();
        }
        pages.add(new PageCodes(number, codes, readTraits(version, fresh, in)));
      }
      return new CodesPart(epoch, shard, part, parts, pages);
    }

    private static void write(Traits traits, DataOutputView out) throws IOException {
      for (long word : traits.fresh()) {
        out.writeLong(word);
      }
      out.writeByte(
          (traits.inclusion() == null ? 0 : HAS_INCLUSION)
              | (traits.labels() == null ? 0 : HAS_LABELS));
      if (traits.inclusion() != null) {
        out.write(traits.inclusion());
      }
      if (traits.labels() != null) {
        CharBytes.write(traits.labels(), out);
      }
    }

    private static Traits readTraits(int version, long[] fresh, DataInputView in)
        throws IOException {
      int arrays = version == 1 ? 0 : in.readByte();
      byte[] inclusion = null;
      if ((arrays & HAS_INCLUSION) != 0) {
        inclusion = new byte[Page.SIZE];
        in.readFully(inclusion);
      }
      char[] labels = (arrays & HAS_LABELS) == 0 ? null : CharBytes.read(Page.SIZE, in);
      return new Traits(fresh, inclusion, labels);
    }
  }
}
