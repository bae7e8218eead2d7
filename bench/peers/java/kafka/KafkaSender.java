import java.util.List;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Produces what the bench sends, and tells when all of a send was acknowledged. */
final class KafkaSender implements Driver.Opened {
  private final Pipe pipe;
  private final int id;
  private final String topic;
  private final KafkaProducer<byte[], byte[]> producer;
  /** Sends each record in a request of its own: no time to wait, no room for a second record. */
  private final KafkaProducer<byte[], byte[]> alone;

  KafkaSender(Pipe pipe, int id, String topic, Properties client) {
    this.pipe = pipe;
    this.id = id;
    this.topic = topic;
    producer = new KafkaProducer<>(client, new ByteArraySerializer(), new ByteArraySerializer());
    Properties single = new Properties();
    single.putAll(client);
    single.setProperty("linger.ms", "0");
    single.setProperty("batch.size", "0");
    alone = new KafkaProducer<>(single, new ByteArraySerializer(), new ByteArraySerializer());
    producer.partitionsFor(topic);
    alone.partitionsFor(topic);
  }

  @Override
  public void send(int sequence, List<byte[]> values, boolean single) {
    AtomicInteger left = new AtomicInteger(values.size());
    Callback outcome = (metadata, error) -> {
      // Of several failures of a send the bench hears the first alone; it rejects the send.
      if (error != null && left.getAndSet(-1) > 0) pipe.failed(id, sequence, error);
      else if (error == null && left.decrementAndGet() == 0) pipe.acknowledged(id, sequence);
    };
    KafkaProducer<byte[], byte[]> to = single ? alone : producer;
    for (byte[] value : values) to.send(new ProducerRecord<>(topic, value), outcome);
  }

  @Override
  public void close() {
    producer.close();
    alone.close();
  }
}
