import java.util.Properties;

/**
 * Kafka's own Java client, told by the bench what to open. Settings of the client come from there too: those that begin
 * with "client." are handed on without it.
 */
public final class KafkaDriver extends Driver {
  public static void main(String[] args) throws Exception {
    new KafkaDriver().serve();
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
}
