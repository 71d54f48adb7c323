package io.sluice.agent.client;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import io.sluice.protocol.wire.SelectionChunk;
import java.io.IOException;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * The two fields that decide whether a selection chunk is worth parsing. They stand first in what
 * the job writes, so the bitmaps are not touched.
 */
record ChunkHeader(int version, int epoch) {

  static ChunkHeader of(ConsumerRecord<?, byte[]> record) {
    if (record.value() == null) {
      throw SelectionAssembler.refused(record, "is empty");
    }
    try {
      CodedInputStream in = CodedInputStream.newInstance(record.value());
      int version = 0;
      int tag;
      while ((tag = in.readTag()) != 0) {
        switch (WireFormat.getTagFieldNumber(tag)) {
          case SelectionChunk.VERSION_FIELD_NUMBER -> version = in.readUInt32();
          case SelectionChunk.EPOCH_FIELD_NUMBER -> {
            return new ChunkHeader(version, in.readSInt32());
          }
          default -> in.skipField(tag);
        }
      }
      return new ChunkHeader(version, 0);
    } catch (IOException e) {
      throw SelectionAssembler.refused(record, "is not one: " + e.getMessage());
    }
  }
}
