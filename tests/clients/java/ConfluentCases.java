// SPDX-License-Identifier: Apache-2.0
import java.util.List;
import java.util.Map;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.ParsedSchema;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.avro.AvroSchema;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.client.CachedSchemaRegistryClient;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.client.SchemaMetadata;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.client.rest.RestService;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.client.rest.entities.Config;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.client.rest.entities.Metadata;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.client.rest.entities.Schema;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.client.rest.entities.SchemaReference;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.client.rest.entities.SchemaString;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;

/**
 * Confluent's own client for Java, as Flink's connector carries it: its Avro part in full, the other
 * formats through its RestService (Confluent's parsers and serializers for those are in no registry
 * that we reach).
 *
 * Special: Accept: text/html, image/gif, image/jpeg, *&#47;*; q=0.2 (Java's own); a Content-Type with GETs
 * too; normalize=, deleted=, verbose=, permanent=, force=, fetchMaxId= and deletedOnly= always, also when
 * false; subject= empty when an id is asked for without one.
 */
final class ConfluentCases {
	private static final String USER = "{\"type\":\"record\",\"name\":\"User\",\"namespace\":\"java\","
			+ "\"fields\":[{\"name\":\"name\",\"type\":\"string\"}]}";
	private static final String USER_2 = USER.replace("]}",
			",{\"name\":\"age\",\"type\":\"int\",\"default\":3}]}");
	private static final String BROKEN = USER.replace("]}", ",{\"name\":\"age\",\"type\":\"int\"}]}");
	private static final String MONEY = "{\"type\":\"record\",\"name\":\"Money\",\"namespace\":\"java\","
			+ "\"fields\":[{\"name\":\"cents\",\"type\":\"long\"}]}";
	private static final String BILL = "{\"type\":\"record\",\"name\":\"Bill\",\"namespace\":\"java\","
			+ "\"fields\":[{\"name\":\"sum\",\"type\":\"java.Money\"}]}";

	private final String url;
	private final boolean confluent;
	private final CachedSchemaRegistryClient client;
	private final RestService rest;

	ConfluentCases(String url, boolean confluent) {
		this.url = url;
		this.confluent = confluent;
		client = fresh();
		rest = new RestService(url);
	}

	void run() {
		Check.run("confluent.registerLookUpGet", this::registerLookUpGet);
		Check.run("confluent.byId", this::byId);
		Check.run("confluent.deletes", this::deletes);
		Check.run("confluent.compatibility", this::compatibility);
		Check.run("confluent.config", this::config);
		Check.run("confluent.mode", this::mode);
		Check.run("confluent.importMode", this::importMode);
		Check.run("confluent.references", this::references);
		Check.run("confluent.metadata", this::metadata);
		Check.run("confluent.errors", this::errors);
		Check.run("confluent.types", this::types);
		Check.run("confluent.json", this::json);
		Check.run("confluent.protobuf", this::protobuf);
	}

	private CachedSchemaRegistryClient fresh() {
		return new CachedSchemaRegistryClient(url, 100, Map.of("max.retries", 0));
	}

	private static void refused(int status, int code, Check.Body body) throws Exception {
		RestClientException refusal = Check.refusal(RestClientException.class, body);
		Check.equal(List.of(refusal.getStatus(), refusal.getErrorCode()), List.of(status, code));
	}

	private void registerLookUpGet() throws Exception {
		ParsedSchema user = new AvroSchema(USER);
		int id = client.register("jc-s", user);
		Check.equal(fresh().register("jc-s", user), id);
		int next = client.register("jc-s", new AvroSchema(USER_2));
		Check.equal(fresh().getId("jc-s", user), id);
		Check.equal(fresh().getVersion("jc-s", new AvroSchema(USER_2)), 2);
		Check.equal(fresh().getSchemaBySubjectAndId("jc-s", id), user);
		SchemaMetadata latest = client.getLatestSchemaMetadata("jc-s");
		Check.equal(List.of(latest.getVersion(), latest.getId()), List.of(2, next));
		Check.equal(client.getSchemaMetadata("jc-s", 1).getId(), id);
		Check.equal(client.getAllVersions("jc-s"), List.of(1, 2));
		Check.that(client.getAllSubjects().contains("jc-s"), "jc-s is not among the subjects");
		Check.equal(List.copyOf(client.getAllSubjectsByPrefix("jc-s")), List.of("jc-s"));
	}

	private void byId() throws Exception {
		AvroSchema schema = new AvroSchema("{\"type\":\"fixed\",\"name\":\"JcId\",\"size\":4}");
		int id = client.registerWithResponse("jc-id", schema, false).getId();
		Check.equal(fresh().getSchemaById(id), schema);
		Check.equal(List.copyOf(client.getAllSubjectsById(id)), List.of("jc-id"));
		Check.equal(client.getAllVersionsById(id).iterator().next().getVersion(), 1);
		Check.equal(fresh().getSchemas("jc-id", false, true), List.of(schema));
		Check.equal(rest.getId(id, "jc-id", true).getMaxId() >= id, true);
	}

	private void deletes() throws Exception {
		client.register("jc-del", new AvroSchema(USER));
		client.register("jc-del", new AvroSchema(USER_2));
		Check.equal(client.deleteSchemaVersion("jc-del", "1", false), 1);
		refused(404, 40402, () -> fresh().getSchemaMetadata("jc-del", 1));
		Check.equal(fresh().getSchemaMetadata("jc-del", 1, true).getVersion(), 1);
		Check.equal(client.getAllVersions("jc-del", true), List.of(1, 2));
		refused(404, 40407, () -> client.deleteSchemaVersion("jc-del", "2", true));
		Check.equal(client.deleteSchemaVersion("jc-del", "1", true), 1);
		Check.equal(client.deleteSubject("jc-del", false), List.of(2));
		Check.that(client.getAllSubjects(true).contains("jc-del"), "not among the deleted");
		Check.equal(client.deleteSubject("jc-del", true), List.of(2));
		refused(404, 40401, () -> fresh().getAllVersions("jc-del"));
	}

	private void compatibility() throws Exception {
		client.register("jc-compat", new AvroSchema(USER));
		Check.that(client.testCompatibility("jc-compat", new AvroSchema(USER_2)), "it fits");
		AvroSchema broken = new AvroSchema(BROKEN);
		Check.that(!client.testCompatibility("jc-compat", broken), "it does not fit");
		Check.that(!client.testCompatibilityVerbose("jc-compat", broken).isEmpty(), "no reasons");
		refused(409, confluent ? 40901 : 409, () -> client.register("jc-compat", broken));
		client.updateConfig("jc-compat", new Config("NONE"));
		Check.that(client.register("jc-compat", broken) > 0, "NONE refuses");
	}

	private void config() throws Exception {
		Check.equal(client.getConfig(null).getCompatibilityLevel(), "BACKWARD");
		client.updateConfig(null, new Config("FULL"));
		Check.equal(client.getConfig(null).getCompatibilityLevel(), "FULL");
		client.updateConfig(null, new Config("BACKWARD"));
		Config own = new Config("FORWARD");
		own.setNormalize(true);
		client.register("jc-config", new AvroSchema(USER));
		client.updateConfig("jc-config", own);
		Check.equal(client.getConfig("jc-config").getCompatibilityLevel(), "FORWARD");
		Check.equal(client.getConfig("jc-config").isNormalize(), true);
		client.deleteConfig("jc-config");
		refused(404, 40408, () -> rest.getConfig(Map.of(), "jc-config", false));
		Check.equal(rest.getConfig(Map.of(), "jc-config", true).getCompatibilityLevel(), "BACKWARD");
	}

	private void mode() throws Exception {
		Check.equal(client.getMode(), "READWRITE");
		Check.equal(client.setMode("READONLY", "jc-mode"), "READONLY");
		Check.equal(client.getMode("jc-mode"), "READONLY");
		refused(422, 42205, () -> client.register("jc-mode", new AvroSchema(USER)));
		client.deleteMode("jc-mode");
		Check.that(client.register("jc-mode", new AvroSchema(USER)) > 0, "still read only");
	}

	private void importMode() throws Exception {
		client.setMode("IMPORT", "jc-import");
		AvroSchema schema = new AvroSchema("{\"type\":\"fixed\",\"name\":\"JcImport\",\"size\":5}");
		Check.equal(client.register("jc-import", schema, 3, 900001), 900001);
		client.setMode("READWRITE", "jc-import");
		Check.equal(fresh().getSchemaMetadata("jc-import", 3).getId(), 900001);
	}

	private void references() throws Exception {
		client.register("jc-money", new AvroSchema(MONEY));
		List<SchemaReference> to = List.of(new SchemaReference("java.Money", "jc-money", 1));
		AvroSchema bill = new AvroSchema(BILL, to, Map.of("java.Money", MONEY), null);
		int id = client.register("jc-bill", bill);
		Check.equal(fresh().getSchemaById(id).references(), to);
		Check.equal(fresh().getId("jc-bill", bill), id);
		Check.equal(rest.getReferencedBy("jc-money", 1), List.of(id));
		refused(422, 42206, () -> client.deleteSchemaVersion("jc-money", "1", false));
	}

	private void metadata() throws Exception {
		Metadata owner = new Metadata(null, Map.of("owner", "ann"), null);
		client.register("jc-meta", new AvroSchema(USER).copy(owner, null));
		client.register("jc-meta", new AvroSchema(USER_2).copy(
				new Metadata(null, Map.of("owner", "bob"), null), null));
		SchemaMetadata found = client.getLatestWithMetadata("jc-meta", Map.of("owner", "ann"), false);
		Check.equal(found.getVersion(), 1);
		// Karapace's answers have no such member.
		if (confluent) {
			Check.equal(found.getMetadata().getProperties(), Map.of("owner", "ann"));
		}
	}

	private void errors() throws Exception {
		refused(404, 40401, () -> client.getLatestSchemaMetadata("jc-nosuch"));
		refused(404, 40403, () -> client.getSchemaById(999999));
		refused(422, 42201, () -> rest.registerSchema("{\"type\":\"recor\"}", "jc-bad"));
		refused(422, 42203, () -> client.updateConfig("jc-bad", new Config("SOMETIMES")));
		refused(422, 42202, () -> rest.getVersion("jc-bad", -7));
	}

	private void types() throws Exception {
		List<String> types = rest.getSchemaTypes();
		Check.that(types.containsAll(List.of("AVRO", "JSON", "PROTOBUF")), types.toString());
	}

	private int register(String subject, String type, String text, SchemaReference... to) throws Exception {
		return rest.registerSchema(text, type, List.of(to), subject).getId();
	}

	private void json() throws Exception {
		register("jc-leg", "JSON", "{\"type\":\"integer\"}");
		String text = "{\"type\":\"object\",\"properties\":{\"legs\":{\"$ref\":\"leg.json\"}}}";
		int id = register("jc-table", "JSON", text, new SchemaReference("leg.json", "jc-leg", 1));
		SchemaString read = rest.getId(id);
		Check.equal(read.getSchemaType(), "JSON");
		Check.equal(read.getReferences().size(), 1);
		refused(422, 42201, () -> register("jc-bad", "JSON", "{\"type\":\"integr\"}"));
	}

	private void protobuf() throws Exception {
		register("jc-cup", "PROTOBUF", "syntax = \"proto3\"; package jc; message Cup { int32 ml = 1; }");
		String text = "syntax = \"proto3\"; package jc; import \"cup.proto\"; message Tray { Cup cup = 1; }";
		int id = register("jc-tray", "PROTOBUF", text, new SchemaReference("cup.proto", "jc-cup", 1));
		Schema latest = rest.getLatestVersion("jc-tray");
		Check.equal(List.of(latest.getId(), latest.getSchemaType()), List.of(id, "PROTOBUF"));
		Check.equal(latest.getReferences().get(0).getSubject(), "jc-cup");
		refused(422, 42201, () -> register("jc-bad", "PROTOBUF", "syntax = \"proto3\"; message M { N n = 1; }"));
	}
}
