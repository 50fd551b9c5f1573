// SPDX-License-Identifier: Apache-2.0
// Runs cases one after the other and prints a line for each.

const line = (error) => String(error?.stack ?? error).replaceAll("\n", "\\n");

export async function runCases(client, cases) {
	for (const [name, body] of Object.entries(cases)) {
		try {
			await body();
			console.log(`ok ${client}.${name}`);
		} catch (error) {
			console.log(`failed ${client}.${name}: ${line(error)}`);
		}
	}
}

// What a promise was rejected with.
export async function refusal(promise) {
	try {
		await promise;
	} catch (error) {
		return error;
	}
	throw new Error("it was not refused");
}
