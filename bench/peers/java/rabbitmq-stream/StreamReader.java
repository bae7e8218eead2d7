import com.rabbitmq.stream.Consumer;
import com.rabbitmq.stream.Environment;
import com.rabbitmq.stream.OffsetSpecification;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/** Reads a stream without storing offsets. The client hands over single messages; here they are collected. */
final class StreamReader implements Driver.Opened {
  /** More wait in the client, as the broker gets no credit for further chunks. */
  private static final int COLLECTED_MAX = 20_000;

  private final Pipe pipe;
  private final int id;
  private final Consumer consumer;
  private final Thread thread;
  private List<byte[]> collected = new ArrayList<>();
  private boolean closing = false;

  StreamReader(Pipe pipe, int id, Environment environment, Properties settings) {
    this.pipe = pipe;
    this.id = id;
    boolean fromStart = settings.getProperty("from").equals("start");
    thread = new Thread(this::run, "reader");
    thread.start();
    consumer =
        environment.consumerBuilder().stream(settings.getProperty("stream"))
            .offset(fromStart ? OffsetSpecification.first() : OffsetSpecification.next())
            .flow()
            .initialCredits(Integer.parseInt(settings.getProperty("credits")))
            .builder()
            .messageHandler((context, message) -> collect(message.getBodyAsBinary()))
            .build();
  }

  private synchronized void collect(byte[] value) {
    try {
      while (collected.size() >= COLLECTED_MAX && !closing) wait();
    } catch (InterruptedException ended) {
      Thread.currentThread().interrupt();
    }
    collected.add(value);
    if (collected.size() == 1) notifyAll();
  }

  /** Null at the end. */
  private synchronized List<byte[]> take() throws InterruptedException {
    while (collected.isEmpty() && !closing) wait();
    if (closing) return null;
    List<byte[]> taken = collected;
    collected = new ArrayList<>(taken.size());
    notifyAll();
    return taken;
  }

  private void run() {
    try {
      for (List<byte[]> values = take(); values != null; values = take()) pipe.values(id, values);
    } catch (InterruptedException | RuntimeException error) {
      pipe.failed(id, -1, error);
    }
  }

  @Override
  public void close() throws InterruptedException {
    synchronized (this) {
      closing = true;
      notifyAll();
    }
    consumer.close();
    thread.join(10_000);
  }
}
