// SPDX-License-Identifier: Apache-2.0
import org.springframework.cloud.stream.schema.registry.SchemaNotFoundException;
import org.springframework.cloud.stream.schema.registry.SchemaReference;
import org.springframework.cloud.stream.schema.registry.SchemaRegistrationResponse;
import org.springframework.cloud.stream.schema.registry.client.ConfluentSchemaRegistryClient;

/**
 * Spring Cloud Stream's client of Confluent's registry.
 *
 * Special: Content-Type and Accept are application/json. It reads no body of a refusal, only its status.
 */
final class SpringCases {
	private static final String USER = "{\"type\":\"record\",\"name\":\"User\",\"namespace\":\"spring\","
			+ "\"fields\":[{\"name\":\"name\",\"type\":\"string\"}]}";

	private final ConfluentSchemaRegistryClient client = new ConfluentSchemaRegistryClient();

	SpringCases(String url) {
		client.setEndpoint(url);
	}

	void run() {
		Check.run("spring.registerAndFetch", this::registerAndFetch);
		Check.run("spring.errors", this::errors);
	}

	private void registerAndFetch() {
		SchemaRegistrationResponse made = client.register("js-user", "avro", USER);
		Check.that(made.getId() > 0, "no id");
		Check.equal(made.getSchemaReference().getVersion(), 1);
		Check.equal(client.register("js-user", "avro", USER).getId(), made.getId());
		Check.that(client.fetch(made.getId()).contains("spring"), "fetched by id");
		Check.that(client.fetch(new SchemaReference("js-user", 1, "avro")).contains("spring"), "fetched by version");
	}

	private void errors() throws Exception {
		Check.refusal(SchemaNotFoundException.class, () -> client.fetch(999999));
		Check.refusal(SchemaNotFoundException.class,
				() -> client.fetch(new SchemaReference("js-nosuch", 1, "avro")));
		client.register("js-compat", "avro", USER);
		RuntimeException refused = Check.refusal(RuntimeException.class,
				() -> client.register("js-compat", "avro",
						USER.replace("]}", ",{\"name\":\"age\",\"type\":\"int\"}]}")));
		Check.that(refused.getMessage().endsWith("status 409"), refused.getMessage());
	}
}
