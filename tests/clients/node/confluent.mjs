// SPDX-License-Identifier: Apache-2.0
// @confluentinc/schemaregistry, Confluent's own client for JavaScript.
//
// Special: Confluent-Accept-Unknown-Properties: true and Confluent-Client-Version: javascript/VERSION;
// normalize= and deleted= with every registration and look-up; subject= with ids, with
// format=serialized for Protobuf; an empty pair in /metadata?deleted=false&&key=K&value=V; all its
// serializers ask /associations/resources/-/TOPIC?resourceType=topic&associationType=value first and
// go on only when that is a 404.
import assert from "node:assert/strict";
import { create, createFileRegistry } from "@bufbuild/protobuf";
import {
	FieldDescriptorProto_Label as Label, FieldDescriptorProto_Type as Type, FileDescriptorSetSchema,
} from "@bufbuild/protobuf/wkt";
import registryModule from "@confluentinc/schemaregistry";
import { refusal, runCases } from "./check.mjs";

const {
	AvroDeserializer, AvroSerializer, JsonDeserializer, JsonSerializer, ProtobufDeserializer,
	ProtobufSerializer, SchemaRegistryClient, SerdeType, AssociatedNameStrategy,
} = registryModule;

// Where the profiles differ in a code.
const incompatible = process.argv[3] === "confluent" ? 40901 : 409;
const client = new SchemaRegistryClient({ baseURLs: [process.argv[2]], maxRetries: 0 });
const fresh = () => new SchemaRegistryClient({ baseURLs: [process.argv[2]], maxRetries: 0 });

const record = (name, ...fields) => ({
	schema: JSON.stringify({ type: "record", name, namespace: "node", fields }),
	schemaType: "AVRO",
});
const user = record("User", { name: "name", type: "string" });
const userWithAge = record("User", { name: "name", type: "string" },
	{ name: "age", type: "int", default: 3 });
const userBroken = record("User", { name: "name", type: "string" }, { name: "age", type: "int" });

const field = (name, number, type, typeName) => ({
	name, number, type, typeName, label: Label.OPTIONAL, jsonName: name,
});
const money = {
	name: "node/money.proto", package: "node", syntax: "proto3",
	messageType: [{ name: "Money", field: [field("cents", 1, Type.INT64)] }],
};
const order = {
	name: "node/order.proto", package: "node", syntax: "proto3", dependency: ["node/money.proto"],
	messageType: [
		{ name: "Empty" },
		{
			name: "Order",
			field: [field("line", 1, Type.MESSAGE, ".node.Order.Line")],
			nestedType: [
				{ name: "Note", field: [field("text", 1, Type.STRING)] },
				{
					name: "Line",
					field: [field("title", 1, Type.STRING),
						field("price", 2, Type.MESSAGE, ".node.Money")],
				},
			],
		},
	],
};
const messages = () => createFileRegistry(create(FileDescriptorSetSchema, { file: [money, order] }));

const cases = {
	async registerLookUpGet() {
		const id = await client.register("nc-s", user);
		assert.equal(await fresh().register("nc-s", user), id);
		assert.equal(await client.getId("nc-s", user), id);
		assert.equal(await client.getVersion("nc-s", user), 1);
		assert.deepEqual(JSON.parse((await client.getBySubjectAndId("nc-s", id)).schema),
			JSON.parse(user.schema));
		const next = await client.register("nc-s", userWithAge);
		assert.ok(next > id);
		const latest = await client.getLatestSchemaMetadata("nc-s");
		assert.deepEqual([latest.subject, latest.version, latest.id], ["nc-s", 2, next]);
		assert.equal((await client.getSchemaMetadata("nc-s", 1)).id, id);
		assert.deepEqual(await client.getAllVersions("nc-s"), [1, 2]);
		assert.ok((await client.getAllSubjects()).includes("nc-s"));
	},
	async fullResponse() {
		const full = await client.registerFullResponse("nc-full", {
			...user, metadata: { properties: { owner: "ann" } },
		});
		assert.ok(full.id > 0);
		const found = await client.getLatestWithMetadata("nc-full", { owner: "ann" });
		assert.equal(found.id, full.id);
		assert.equal(found.metadata.properties.owner, "ann");
	},
	async deletes() {
		await client.register("nc-del", user);
		await client.register("nc-del", userWithAge);
		assert.equal(await client.deleteSubjectVersion("nc-del", 1), 1);
		assert.deepEqual(await client.getAllVersions("nc-del"), [2]);
		const gone = await refusal(fresh().getSchemaMetadata("nc-del", 1, false));
		assert.deepEqual([gone.status, gone.errorCode], [404, 40402]);
		assert.equal((await fresh().getSchemaMetadata("nc-del", 1, true)).version, 1);
		assert.equal(await client.deleteSubjectVersion("nc-del", 1, true), 1);
		const live = await refusal(client.deleteSubject("nc-del", true));
		assert.ok([40405, 40406].includes(live.errorCode), `${live}`);
	},
	async deleteSubject() {
		await client.register("nc-delete", user);
		await client.register("nc-delete", userWithAge);
		assert.deepEqual(await client.deleteSubject("nc-delete"), [1, 2]);
		assert.deepEqual(await client.deleteSubject("nc-delete", true), [1, 2]);
		assert.ok(!(await client.getAllSubjects()).includes("nc-delete"));
	},
	async compatibility() {
		await client.register("nc-compat", user);
		assert.equal(await client.testSubjectCompatibility("nc-compat", userWithAge), true);
		assert.equal(await client.testCompatibility("nc-compat", 1, userBroken), false);
		const refused = await refusal(client.register("nc-compat", userBroken));
		assert.deepEqual([refused.status, refused.errorCode], [409, incompatible]);
		assert.equal(await client.updateCompatibility("nc-compat", "NONE"), "NONE");
		assert.equal(await client.getCompatibility("nc-compat"), "NONE");
		assert.ok(await client.register("nc-compat", userBroken) > 0);
	},
	async config() {
		assert.equal(await client.getDefaultCompatibility(), "BACKWARD");
		assert.equal(await client.updateDefaultCompatibility("FULL"), "FULL");
		assert.equal((await client.getDefaultConfig()).compatibilityLevel, "FULL");
		await client.updateDefaultConfig({ compatibility: "BACKWARD" });
		await client.updateConfig("nc-config", { compatibility: "FORWARD", normalize: true });
		const config = await client.getConfig("nc-config");
		assert.deepEqual([config.compatibilityLevel, config.normalize], ["FORWARD", true]);
		await client.register("nc-unset", user);
		const unset = await refusal(client.getCompatibility("nc-unset"));
		assert.deepEqual([unset.status, unset.errorCode], [404, 40408]);
	},
	async references() {
		await client.register("nc-money", record("Money", { name: "cents", type: "long" }));
		const bill = {
			...record("Bill", { name: "sum", type: "node.Money" }),
			references: [{ name: "node.Money", subject: "nc-money", version: 1 }],
		};
		const id = await client.register("nc-bill", bill);
		assert.deepEqual((await fresh().getBySubjectAndId("nc-bill", id)).references, bill.references);
		assert.equal(await fresh().getId("nc-bill", bill), id);
		const blocked = await refusal(client.deleteSubjectVersion("nc-money", 1));
		assert.deepEqual([blocked.status, blocked.errorCode], [422, 42206]);
	},
	async errors() {
		const missing = await refusal(client.getLatestSchemaMetadata("nc-nosuch"));
		assert.deepEqual([missing.status, missing.errorCode], [404, 40401]);
		const id = await refusal(client.getBySubjectAndId("nc-s", 999999));
		assert.deepEqual([id.status, id.errorCode], [404, 40403]);
		const invalid = await refusal(client.register("nc-bad", { schema: '{"type":"recor"}' }));
		assert.deepEqual([invalid.status, invalid.errorCode], [422, 42201]);
	},
	async associations() {
		const probe = await refusal(client.getAssociationsByResourceName("nc-topic", "-", "topic",
			["value"], null, 0, -1));
		assert.equal(probe.status, 404);
		assert.ok(Number.isInteger(probe.errorCode) && probe.message.length > 0);
	},
	async avroSerializer() {
		await client.register("nc-avro-value", userWithAge);
		const config = { useLatestVersion: true, subjectNameStrategy: AssociatedNameStrategy(client, {}) };
		const serializer = new AvroSerializer(client, SerdeType.VALUE, config);
		const bytes = await serializer.serialize("nc-avro", { name: "Ann", age: 4 });
		assert.equal(bytes[0], 0);
		assert.equal(bytes.readUInt32BE(1), await client.getId("nc-avro-value", userWithAge));
		const read = await new AvroDeserializer(fresh(), SerdeType.VALUE, {}).deserialize("nc-avro", bytes);
		assert.deepEqual({ ...read }, { name: "Ann", age: 4 });
	},
	async jsonSerializer() {
		await client.register("nc-street", {
			schemaType: "JSON", schema: JSON.stringify({
				$schema: "http://json-schema.org/draft-07/schema#", type: "object",
				properties: { no: { type: "integer" } }, required: ["no"],
			}),
		});
		const house = {
			schemaType: "JSON", schema: JSON.stringify({
				$schema: "http://json-schema.org/draft-07/schema#", type: "object",
				properties: { street: { $ref: "street.json" } },
			}),
			references: [{ name: "street.json", subject: "nc-street", version: 1 }],
		};
		const id = await client.register("nc-json-value", house);
		const config = { useLatestVersion: true, validate: true };
		const serializer = new JsonSerializer(client, SerdeType.VALUE, config);
		const bytes = await serializer.serialize("nc-json", { street: { no: 4 } });
		assert.equal(bytes.readUInt32BE(1), id);
		const reader = new JsonDeserializer(fresh(), SerdeType.VALUE, { validate: true });
		assert.deepEqual(await reader.deserialize("nc-json", bytes), { street: { no: 4 } });
		await refusal(serializer.serialize("nc-json", { street: { no: "four" } }));
	},
	async protobufSerializer() {
		const registry = messages();
		const serializer = new ProtobufSerializer(client, SerdeType.VALUE,
			{ autoRegisterSchemas: true, registry });
		const line = create(registry.getMessage("node.Order.Line"), {
			title: "tea", price: create(registry.getMessage("node.Money"), { cents: 250n }),
		});
		const bytes = await serializer.serialize("nc-proto", line);
		// Order is message 1 of its file and Line message 1 within: two indexes, zigzag.
		assert.deepEqual([...bytes.subarray(5, 8)], [4, 2, 2]);
		const latest = await client.getLatestSchemaMetadata("nc-proto-value");
		assert.equal(latest.schemaType, "PROTOBUF");
		assert.deepEqual(latest.references.map((r) => r.name), ["node/money.proto"]);
		const reader = new ProtobufDeserializer(fresh(), SerdeType.VALUE, {});
		const read = await reader.deserialize("nc-proto", bytes);
		assert.deepEqual([read.$typeName, read.title, read.price.cents], ["node.Order.Line", "tea", 250n]);
	},
	async protobufFirstMessage() {
		const registry = messages();
		const serializer = new ProtobufSerializer(client, SerdeType.VALUE,
			{ autoRegisterSchemas: true, registry });
		const bytes = await serializer.serialize("nc-proto-first",
			create(registry.getMessage("node.Money"), { cents: 7n }));
		assert.equal(bytes[5], 0);
		const reader = new ProtobufDeserializer(fresh(), SerdeType.VALUE, {});
		assert.equal((await reader.deserialize("nc-proto-first", bytes)).cents, 7n);
	},
};

await runCases("confluent", cases);
client.close();
process.exit(0);
