import com.rabbitmq.stream.ConfirmationHandler;
import com.rabbitmq.stream.Environment;
import com.rabbitmq.stream.Producer;
import com.rabbitmq.stream.ProducerBuilder;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicInteger;

/** Publishes what the bench sends, and tells when all of a send was confirmed. */
final class StreamSender implements Driver.Opened {
  private final Pipe pipe;
  private final int id;
  private final Producer producer;
  /** Publishes each message in a frame of its own. */
  private final Producer alone;

  StreamSender(Pipe pipe, int id, Environment environment, Properties settings) {
    this.pipe = pipe;
    this.id = id;
    producer =
        builder(environment, settings)
            .batchSize(Integer.parseInt(settings.getProperty("batchSize")))
            .subEntrySize(Integer.parseInt(settings.getProperty("subEntrySize")))
            .maxUnconfirmedMessages(Integer.parseInt(settings.getProperty("maxUnconfirmedMessages")))
            .build();
    alone = builder(environment, settings).batchSize(1).build();
  }

  private static ProducerBuilder builder(Environment environment, Properties settings) {
    return environment.producerBuilder().stream(settings.getProperty("stream")).confirmTimeout(Duration.ofSeconds(20));
  }

  @Override
  public void send(int sequence, List<byte[]> values, boolean single) {
    AtomicInteger left = new AtomicInteger(values.size());
    ConfirmationHandler outcome = status -> {
      // Of several failures of a send the bench hears the first alone; it rejects the send.
      if (!status.isConfirmed()) {
        if (left.getAndSet(-1) > 0) pipe.failed(id, sequence, new IllegalStateException("not confirmed: code " + status.getCode()));
      } else if (left.decrementAndGet() == 0) pipe.acknowledged(id, sequence);
    };
    Producer to = single ? alone : producer;
    for (byte[] value : values) to.send(to.messageBuilder().addData(value).build(), outcome);
  }

  @Override
  public void close() {
    producer.close();
    alone.close();
  }
}
