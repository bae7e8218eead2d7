import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads all partitions of a topic, without a group and without committing. */
final class KafkaReader implements Driver.Opened {
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final Thread thread;
  private volatile boolean closing = false;

  KafkaReader(Pipe pipe, int id, String topic, Properties client, String from) {
    consumer = new KafkaConsumer<>(client, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    List<TopicPartition> partitions =
        consumer.partitionsFor(topic).stream().map(p -> new TopicPartition(topic, p.partition())).toList();
    consumer.assign(partitions);
    if (from.equals("start")) consumer.seekToBeginning(partitions);
    else consumer.seekToEnd(partitions);
    // The seek is carried out at the first question for a position: what is sent from now on must be read.
    for (TopicPartition partition : partitions) consumer.position(partition);
    thread = new Thread(() -> run(pipe, id), "reader");
    thread.start();
  }

  private void run(Pipe pipe, int id) {
    try {
      while (!closing) {
        ConsumerRecords<byte[], byte[]> records = consumer.poll(Duration.ofSeconds(1));
        if (records.isEmpty()) continue;
        List<byte[]> values = new ArrayList<>(records.count());
        for (ConsumerRecord<byte[], byte[]> record : records) values.add(record.value());
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

  @Override
  public void close() throws InterruptedException {
    closing = true;
    consumer.wakeup();
    thread.join(10_000);
  }
}
