import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;

/** What an operator does with topics and groups. */
final class KafkaTopics {
  private KafkaTopics() {}

  static void create(Properties client, String topic, int partitions) throws Exception {
    try (Admin admin = admin(client)) {
      admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1))).all().get();
    }
  }

  /** Records between the first and the last offset of all partitions. */
  static int count(Properties client, String topic) throws Exception {
    try (Admin admin = admin(client)) {
      TopicDescription description = admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic);
      List<TopicPartition> partitions =
          description.partitions().stream().map(p -> new TopicPartition(topic, p.partition())).toList();
      return Math.toIntExact(sum(admin, partitions, OffsetSpec.latest()) - sum(admin, partitions, OffsetSpec.earliest()));
    }
  }

  private static long sum(Admin admin, List<TopicPartition> partitions, OffsetSpec which) throws Exception {
    Map<TopicPartition, OffsetSpec> question = partitions.stream().collect(Collectors.toMap(p -> p, p -> which));
    return admin.listOffsets(question).all().get().values().stream().mapToLong(ListOffsetsResultInfo::offset).sum();
  }

  static void drop(Properties client, String topic) throws Exception {
    try (Admin admin = admin(client)) {
      admin.deleteTopics(List.of(topic)).all().get();
    }
  }

  /** A share group begins with what comes after it, unless its configuration says otherwise. */
  static void readGroupFromStart(Properties client) throws Exception {
    ConfigResource group = new ConfigResource(ConfigResource.Type.GROUP, client.getProperty("group.id"));
    ConfigEntry fromStart = new ConfigEntry("share.auto.offset.reset", "earliest");
    try (Admin admin = admin(client)) {
      admin.incrementalAlterConfigs(Map.of(group, List.of(new AlterConfigOp(fromStart, AlterConfigOp.OpType.SET)))).all().get();
    }
  }

  private static Admin admin(Properties client) {
    Properties connection = new Properties();
    connection.setProperty("bootstrap.servers", client.getProperty("bootstrap.servers"));
    return Admin.create(connection);
  }
}
