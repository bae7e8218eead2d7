import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Properties;

/**
 * Frames between the bench and a client that exists in Java alone, over standard input and output. A frame is its length
 * (4 bytes, without these), its kind (1), the number of what it is for (4) and a body. It knows no peer.
 */
final class Pipe {
  static final int OPEN = 1;
  static final int SEND = 2;
  static final int CLOSE = 3;

  private static final int READY = 1;
  private static final int ACKNOWLEDGED = 2;
  private static final int FAILED = 3;
  private static final int VALUES = 4;
  private static final int CLOSED = 5;

  private static final int HEAD_BYTES = 9;
  private static final int BUFFER_BYTES = 1 << 18;

  /** What a frame from the bench leads to. A thrown exception is told as the failure of that number. */
  interface Commands {
    /** Answered with the returned number. */
    int open(int id, Properties settings) throws Exception;

    void send(int id, int sequence, List<byte[]> values, boolean alone) throws Exception;

    void close(int id) throws Exception;
  }

  private final DataInputStream input =
      new DataInputStream(new BufferedInputStream(new FileInputStream(FileDescriptor.in), BUFFER_BYTES));
  private final FileChannel output = new FileOutputStream(FileDescriptor.out).getChannel();
  private ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);

  Pipe() {
    // Standard output belongs to the frames: what a library prints goes to standard error.
    System.setOut(System.err);
  }

  /** Returns when the bench has gone. */
  void serve(Commands commands) throws IOException {
    while (true) {
      int length;
      try {
        length = input.readInt();
      } catch (EOFException gone) {
        return;
      }
      int kind = input.readUnsignedByte();
      int id = input.readInt();
      byte[] body = new byte[length - 5];
      input.readFully(body);
      carryOut(commands, kind, id, body);
    }
  }

  private void carryOut(Commands commands, int kind, int id, byte[] body) {
    // Of a SEND, which value's outcome it is; of the others, the number itself.
    int sequence = -1;
    try {
      if (kind == SEND) {
        ByteBuffer reader = ByteBuffer.wrap(body);
        sequence = reader.getInt();
        boolean alone = reader.get() == 1;
        commands.send(id, sequence, valuesOf(reader), alone);
      } else if (kind == OPEN) {
        Properties settings = new Properties();
        settings.load(new StringReader(new String(body, StandardCharsets.UTF_8)));
        frame(READY, id, commands.open(id, settings));
      } else if (kind == CLOSE) {
        commands.close(id);
        frame(CLOSED, id, 0);
      } else {
        throw new IllegalArgumentException("no such kind of frame: " + kind);
      }
    } catch (Exception error) {
      failed(id, sequence, error);
    }
  }

  private static List<byte[]> valuesOf(ByteBuffer reader) {
    byte[][] values = new byte[reader.getInt()][];
    for (int i = 0; i < values.length; i++) {
      values[i] = new byte[reader.getInt()];
      reader.get(values[i]);
    }
    return List.of(values);
  }

  void acknowledged(int id, int sequence) {
    frame(ACKNOWLEDGED, id, sequence);
  }

  /** With the sequence -1 it is the failure of the reader, worker or sender as a whole. */
  synchronized void failed(int id, int sequence, Throwable error) {
    byte[] text = String.valueOf(error).getBytes(StandardCharsets.UTF_8);
    head(FAILED, id, 4 + text.length);
    buffer.putInt(sequence).put(text);
    flush();
  }

  synchronized void values(int id, List<byte[]> values) {
    int bytes = 4;
    for (byte[] value : values) bytes += 4 + value.length;
    head(VALUES, id, bytes);
    buffer.putInt(values.size());
    for (byte[] value : values) buffer.putInt(value.length).put(value);
    flush();
  }

  private synchronized void frame(int kind, int id, int number) {
    head(kind, id, 4);
    buffer.putInt(number);
    flush();
  }

  private void head(int kind, int id, int bodyBytes) {
    if (buffer.capacity() < HEAD_BYTES + bodyBytes) buffer = ByteBuffer.allocateDirect(HEAD_BYTES + bodyBytes);
    buffer.clear();
    buffer.putInt(5 + bodyBytes).put((byte) kind).putInt(id);
  }

  private void flush() {
    buffer.flip();
    try {
      while (buffer.hasRemaining()) output.write(buffer);
    } catch (IOException error) {
      throw new UncheckedIOException(error);
    }
  }
}
