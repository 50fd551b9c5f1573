// SPDX-License-Identifier: Apache-2.0
// @kafkajs/confluent-schema-registry, KafkaJS' client.
//
// Special: GET /config/SUBJECT before it registers, and PUT /config/SUBJECT with a level of its own when
// that is a 404; a Content-Type with GETs too; /subjects/SUBJECT/versions/VERSION?name=NAME when it
// follows a reference. Its errors carry status and message, no error_code.
import assert from "node:assert/strict";
import registryModule from "@kafkajs/confluent-schema-registry";
import { refusal, runCases } from "./check.mjs";

const { COMPATIBILITY, SchemaRegistry, SchemaType } = registryModule;

const connect = (options) => new SchemaRegistry({
	host: process.argv[2], retry: { retries: 0 },
}, options);
const registry = connect();

const user = JSON.stringify({
	type: "record", name: "User", namespace: "kafkajs", fields: [{ name: "name", type: "string" }],
});
const userBroken = JSON.stringify({
	type: "record", name: "User", namespace: "kafkajs",
	fields: [{ name: "name", type: "string" }, { name: "age", type: "int" }],
});
const avro = (schema) => ({ type: SchemaType.AVRO, schema });

const cases = {
	async avro() {
		const { id } = await registry.register(avro(user), { subject: "nk-avro" });
		const bytes = await registry.encode(id, { name: "Ann" });
		assert.deepEqual([bytes[0], bytes.readInt32BE(1)], [0, id]);
		assert.deepEqual({ ...await connect().decode(bytes) }, { name: "Ann" });
	},
	async lookUpAndLatest() {
		const { id } = await registry.register(avro(user), { subject: "nk-look" });
		assert.equal((await connect().register(avro(user), { subject: "nk-look" })).id, id);
		assert.equal(await registry.getRegistryId("nk-look", 1), id);
		assert.equal(await registry.getLatestSchemaId("nk-look"), id);
		assert.equal(await registry.getRegistryIdBySchema("nk-look", avro(user)), id);
	},
	async incompatible() {
		await registry.register(avro(user), { subject: "nk-compat", compatibility: COMPATIBILITY.BACKWARD });
		const refused = await refusal(registry.register(avro(userBroken), { subject: "nk-compat" }));
		assert.equal(refused.status, 409);
	},
	async levelOfItsOwn() {
		await registry.register(avro(user), { subject: "nk-none", compatibility: COMPATIBILITY.NONE });
		await registry.register(avro(userBroken), { subject: "nk-none", compatibility: COMPATIBILITY.NONE });
		const other = await refusal(registry.register(avro(user), { subject: "nk-none" }));
		assert.match(other.message, /NONE/);
	},
	async json() {
		const schema = JSON.stringify({
			type: "object", properties: { no: { type: "integer" } }, required: ["no"],
		});
		const { id } = await registry.register({ type: SchemaType.JSON, schema }, { subject: "nk-json" });
		const bytes = await registry.encode(id, { no: 4 });
		assert.deepEqual(await connect().decode(bytes), { no: 4 });
		await refusal(registry.encode(id, { no: "four" }));
	},
	async protobuf() {
		const schema = 'syntax = "proto3"; package nk; message Tea { string name = 1; int32 cups = 2; }';
		const { id } = await registry.register({ type: SchemaType.PROTOBUF, schema },
			{ subject: "nk-proto" });
		const bytes = await registry.encode(id, { name: "oolong", cups: 3 });
		// This client writes no message indexes: field 1's tag comes at once.
		assert.deepEqual([bytes[0], bytes.readInt32BE(1), bytes[5]], [0, id, 10]);
		assert.deepEqual({ ...await connect().decode(bytes) }, { name: "oolong", cups: 3 });
	},
	async avroReferences() {
		await registry.register(avro(user), { subject: "nk-ref-user" });
		const team = {
			type: SchemaType.AVRO,
			schema: JSON.stringify({
				type: "record", name: "Team", namespace: "kafkajs",
				fields: [{ name: "lead", type: "kafkajs.User" }],
			}),
			references: [{ name: "kafkajs.User", subject: "nk-ref-user", version: 1 }],
		};
		const { id } = await registry.register(team, { subject: "nk-ref-team" });
		const bytes = await registry.encode(id, { lead: { name: "Ann" } });
		const read = await connect().decode(bytes);
		assert.equal(read.lead.name, "Ann");
	},
	async protobufReferences() {
		await registry.register({
			type: SchemaType.PROTOBUF,
			schema: 'syntax = "proto3"; package nk; message Cup { int32 ml = 1; }',
		}, { subject: "nk-cup" });
		const tray = {
			type: SchemaType.PROTOBUF,
			schema: 'syntax = "proto3"; package nk; import "cup.proto"; message Tray { repeated Cup cups = 1; }',
			references: [{ name: "cup.proto", subject: "nk-cup", version: 1 }],
		};
		const { id } = await registry.register(tray, { subject: "nk-tray" });
		const bytes = await registry.encode(id, { cups: [{ ml: 200 }] });
		const read = await connect().decode(bytes);
		assert.equal(read.cups[0].ml, 200);
	},
	async jsonReferences() {
		await registry.register({
			type: SchemaType.JSON,
			schema: JSON.stringify({ $id: "https://nk.example/leg.json", type: "integer" }),
		}, { subject: "nk-leg" });
		const table = {
			type: SchemaType.JSON,
			schema: JSON.stringify({
				$id: "https://nk.example/table.json", type: "object",
				properties: { legs: { $ref: "https://nk.example/leg.json" } },
			}),
			references: [{ name: "https://nk.example/leg.json", subject: "nk-leg", version: 1 }],
		};
		const { id } = await registry.register(table, { subject: "nk-table" });
		const bytes = await registry.encode(id, { legs: 4 });
		assert.deepEqual(await connect().decode(bytes), { legs: 4 });
		await refusal(registry.encode(id, { legs: "four" }));
	},
	async errors() {
		const missing = await refusal(registry.getLatestSchemaId("nk-nosuch"));
		assert.equal(missing.status, 404);
		assert.match(missing.message, /nk-nosuch/);
		const id = await refusal(registry.getSchema(999999));
		assert.equal(id.status, 404);
		const invalid = await refusal(registry.register(
			{ type: SchemaType.PROTOBUF, schema: 'syntax = "proto3"; message M { Nosuch n = 1; }' },
			{ subject: "nk-bad" }));
		assert.equal(invalid.status, 422);
	},
};

await runCases("kafkajs", cases);
process.exit(0);
