import com.rabbitmq.stream.Address;
import com.rabbitmq.stream.Environment;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;

/** RabbitMQ's own Java client of the stream protocol, told by the bench what to open. Settings come from there too. */
public final class StreamDriver implements Pipe.Commands {
  /** What was opened under a number. */
  interface Opened {
    default void send(int sequence, List<byte[]> values, boolean alone) {
      throw new UnsupportedOperationException("it does not send");
    }

    void close() throws Exception;
  }

  private final Pipe pipe = new Pipe();
  private final Map<Integer, Opened> opened = new ConcurrentHashMap<>();
  private final Environment environment;

  private StreamDriver(int port) {
    Address address = new Address("127.0.0.1", port);
    environment =
        Environment.builder()
            .host(address.host())
            .port(port)
            // The broker names itself by a host name that need not resolve.
            .addressResolver(advertised -> address)
            .rpcTimeout(Duration.ofSeconds(20))
            .build();
  }

  public static void main(String[] args) throws Exception {
    StreamDriver driver = new StreamDriver(Integer.parseInt(args[0]));
    driver.pipe.serve(driver);
    // The bench has gone: threads of the client must not keep the process.
    Runtime.getRuntime().halt(0);
  }

  @Override
  public int open(int id, Properties settings) {
    String stream = settings.getProperty("stream");
    switch (settings.getProperty("what")) {
      case "stream" ->
          environment.streamCreator().stream(stream).create();
      case "drop" -> environment.deleteStream(stream);
      case "sender" -> opened.put(id, new StreamSender(pipe, id, environment, settings));
      case "reader" -> opened.put(id, new StreamReader(pipe, id, environment, settings));
      default -> throw new IllegalArgumentException("no such thing: " + settings.getProperty("what"));
    }
    return 0;
  }

  @Override
  public void send(int id, int sequence, List<byte[]> values, boolean alone) {
    opened.get(id).send(sequence, values, alone);
  }

  @Override
  public void close(int id) throws Exception {
    Opened it = opened.remove(id);
    if (it != null) it.close();
  }
}
