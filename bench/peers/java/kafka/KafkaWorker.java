import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Consumers of one share group: each takes records, acknowledges every one by itself and waits for the commit. */
final class KafkaWorker implements Driver.Opened {
  private final Pipe pipe;
  private final int id;
  private final List<KafkaShareConsumer<byte[], byte[]>> consumers = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean closing = false;

  KafkaWorker(Pipe pipe, int id, String topic, Properties client, int count) {
    this.pipe = pipe;
    this.id = id;
    for (int i = 0; i < count; i++) {
      KafkaShareConsumer<byte[], byte[]> consumer =
          new KafkaShareConsumer<>(client, new ByteArrayDeserializer(), new ByteArrayDeserializer());
      consumer.subscribe(List.of(topic));
      Thread thread = new Thread(() -> run(consumer), "worker-" + i);
      consumers.add(consumer);
      threads.add(thread);
    }
    threads.forEach(Thread::start);
  }

  private void run(KafkaShareConsumer<byte[], byte[]> consumer) {
    try {
      while (!closing) {
        ConsumerRecords<byte[], byte[]> records = consumer.poll(Duration.ofSeconds(1));
        if (records.isEmpty()) continue;
        List<byte[]> values = new ArrayList<>(records.count());
        for (ConsumerRecord<byte[], byte[]> record : records) {
          consumer.acknowledge(record, AcknowledgeType.ACCEPT);
          values.add(record.value());
        }
        commit(consumer);
        pipe.values(id, values);
      }
    } catch (WakeupException ended) {
      if (!closing) pipe.failed(id, -1, ended);
    } catch (RuntimeException error) {
      pipe.failed(id, -1, error);
    } finally {
      consumer.close();
    }
  }

  private static void commit(KafkaShareConsumer<byte[], byte[]> consumer) {
    Map<TopicIdPartition, Optional<KafkaException>> outcomes = consumer.commitSync();
    for (Optional<KafkaException> error : outcomes.values()) {
      if (error.isPresent()) throw error.get();
    }
  }

  @Override
  public void close() throws InterruptedException {
    closing = true;
    consumers.forEach(KafkaShareConsumer::wakeup);
    for (Thread thread : threads) thread.join(10_000);
  }
}
