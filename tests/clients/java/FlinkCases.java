// SPDX-License-Identifier: Apache-2.0
import org.apache.flink.avro.shaded.org.apache.avro.Schema;
import org.apache.flink.avro.shaded.org.apache.avro.generic.GenericData;
import org.apache.flink.avro.shaded.org.apache.avro.generic.GenericRecord;
import org.apache.flink.formats.avro.registry.confluent.ConfluentRegistryAvroDeserializationSchema;
import org.apache.flink.formats.avro.registry.confluent.ConfluentRegistryAvroSerializationSchema;

/** Flink's Avro serializer and deserializer, on Confluent's client. */
final class FlinkCases {
	private static final Schema TEA = new Schema.Parser().parse("{\"type\":\"record\",\"name\":\"Tea\","
			+ "\"namespace\":\"flink\",\"fields\":[{\"name\":\"cups\",\"type\":\"int\"}]}");
	private static final Schema TEA_READ = new Schema.Parser().parse("{\"type\":\"record\",\"name\":\"Tea\","
			+ "\"namespace\":\"flink\",\"fields\":[{\"name\":\"cups\",\"type\":\"long\"},"
			+ "{\"name\":\"kind\",\"type\":\"string\",\"default\":\"green\"}]}");

	private final String url;

	FlinkCases(String url) {
		this.url = url;
	}

	void run() {
		Check.run("flink.avro", () -> roundTrip(TEA, "flink-tea-value"));
		Check.run("flink.readerSchema", () -> roundTrip(TEA_READ, "flink-read-value"));
	}

	private void roundTrip(Schema reader, String subject) throws Exception {
		GenericRecord sent = new GenericData.Record(TEA);
		sent.put("cups", 3);
		byte[] bytes = ConfluentRegistryAvroSerializationSchema.forGeneric(subject, TEA, url).serialize(sent);
		Check.equal(bytes[0], (byte) 0);
		GenericRecord read = ConfluentRegistryAvroDeserializationSchema.forGeneric(reader, url).deserialize(bytes);
		Check.equal(((Number) read.get("cups")).intValue(), 3);
		Check.equal(read.hasField("kind"), reader == TEA_READ);
	}
}
