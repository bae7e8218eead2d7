import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Kafka's own Java client, told by the bench what to open. Settings of the client come from there too: those that begin
 * with "client." are handed on without it.
 */
public final class KafkaDriver implements Pipe.Commands {
  /** What was opened under a number. */
  interface Opened {
    default void send(int sequence, List<byte[]> values, boolean alone) {
      throw new UnsupportedOperationException("it does not send");
    }

    void close() throws Exception;
  }

  private final Pipe pipe = new Pipe();
  private final Map<Integer, Opened> opened = new ConcurrentHashMap<>();

  public static void main(String[] args) throws Exception {
    KafkaDriver driver = new KafkaDriver();
    driver.pipe.serve(driver);
    // The bench has gone: threads of a client must not keep the process.
    Runtime.getRuntime().halt(0);
  }

  @Override
  public int open(int id, Properties settings) throws Exception {
    Properties client = new Properties();
    for (String name : settings.stringPropertyNames()) {
      if (name.startsWith("client.")) client.setProperty(name.substring("client.".length()), settings.getProperty(name));
    }
    String topic = settings.getProperty("topic");
    switch (settings.getProperty("what")) {
      case "topic" -> KafkaTopics.create(client, topic, Integer.parseInt(settings.getProperty("partitions")));
      case "count" -> {
        return KafkaTopics.count(client, topic);
      }
      case "drop" -> KafkaTopics.drop(client, topic);
      case "sender" -> opened.put(id, new KafkaSender(pipe, id, topic, client));
      case "reader" -> opened.put(id, new KafkaReader(pipe, id, topic, client, settings.getProperty("from")));
      case "worker" -> {
        KafkaTopics.readGroupFromStart(client);
        opened.put(id, new KafkaWorker(pipe, id, topic, client, Integer.parseInt(settings.getProperty("consumers"))));
      }
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
