import com.rabbitmq.stream.Address;
import com.rabbitmq.stream.Environment;
import java.time.Duration;
import java.util.Properties;

/** RabbitMQ's own Java client of the stream protocol, told by the bench what to open. Settings come from there too. */
public final class StreamDriver extends Driver {
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
    new StreamDriver(Integer.parseInt(args[0])).serve();
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
}
