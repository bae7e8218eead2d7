import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What drivers of all peers have in common: the pipe, and what was opened under a number. What is opened they know. */
abstract class Driver implements Pipe.Commands {
  interface Opened {
    default void send(int sequence, List<byte[]> values, boolean alone) {
      throw new UnsupportedOperationException("it does not send");
    }

    void close() throws Exception;
  }

  protected final Pipe pipe = new Pipe();
  protected final Map<Integer, Opened> opened = new ConcurrentHashMap<>();

  /** Does not return. */
  protected final void serve() throws IOException {
    pipe.serve(this);
    // The bench has gone: threads of a client must not keep the process.
    Runtime.getRuntime().halt(0);
  }

  @Override
  public final void send(int id, int sequence, List<byte[]> values, boolean alone) {
    opened.get(id).send(sequence, values, alone);
  }

  @Override
  public final void close(int id) throws Exception {
    Opened it = opened.remove(id);
    if (it != null) it.close();
  }
}
