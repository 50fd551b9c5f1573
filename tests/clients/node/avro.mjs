// SPDX-License-Identifier: Apache-2.0
// avro-schema-registry, a small client with Avro alone.
//
// Special: no Accept, no User-Agent, no schemaType. Its errors are made of error_code and message.
import assert from "node:assert/strict";
import connect from "avro-schema-registry";
import { refusal, runCases } from "./check.mjs";

const user = {
	type: "record", name: "User", namespace: "plain", fields: [{ name: "name", type: "string" }],
};

const cases = {
	async keyAndMessage() {
		const registry = connect(process.argv[2]);
		const bytes = await registry.encodeMessage("na-topic", user, { name: "Ann" });
		assert.equal(bytes[0], 0);
		assert.deepEqual({ ...await connect(process.argv[2]).decode(bytes) }, { name: "Ann" });
		const key = await registry.encodeKey("na-topic", { type: "string" }, "k");
		assert.equal(await connect(process.argv[2]).decode(key), "k");
	},
	async byId() {
		const registry = connect(process.argv[2]);
		const bytes = await registry.encodeMessage("na-id", user, { name: "Ann" });
		const again = await connect(process.argv[2]).encodeById(bytes.readUInt32BE(1), { name: "Ann" });
		assert.deepEqual(again, bytes);
	},
	async errors() {
		const missing = await refusal(connect(process.argv[2]).encodeById(999999, { name: "Ann" }));
		assert.match(String(missing), /40403/);
		await connect(process.argv[2]).encodeMessage("na-compat", user, { name: "Ann" });
		const broken = { ...user, fields: [...user.fields, { name: "age", type: "int" }] };
		const refused = await refusal(connect(process.argv[2]).encodeMessage("na-compat", broken,
			{ name: "Ann", age: 4 }));
		assert.match(String(refused), /409/);
	},
};

await runCases("avro", cases);
process.exit(0);
