/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The GUID of a schema's content by Confluent's recipe: MD5 over the text, then name,
 * subject and big-endian version of each reference, written as a UUID.
 */
#include <openssl/evp.h>

#include "api/answer.h"

#define DIGEST_BYTES 16

static bool add(EVP_MD_CTX *context, struct scute_str bytes)
{
	return bytes.len == 0 || EVP_DigestUpdate(context, bytes.data, bytes.len) == 1;
}

static bool add_reference(EVP_MD_CTX *context, const struct schema_reference *reference)
{
	uint32_t version = (uint32_t)reference->version;
	char big_endian[4] = { (char)(version >> 24), (char)(version >> 16), (char)(version >> 8),
		(char)version };

	return add(context, reference->name) && add(context, reference->subject) &&
		add(context, (struct scute_str){ big_endian, sizeof(big_endian) });
}

static bool digest(EVP_MD_CTX *context, const struct schema *schema, unsigned char *ret_digest)
{
	const struct schema_more *more = schema->more;

	if (EVP_DigestInit_ex(context, EVP_md5(), NULL) != 1 || !add(context, schema_text(schema))) {
		return false;
	}
	for (size_t i = 0; more && i < more->n_references; i++) {
		if (!add_reference(context, &more->references[i])) {
			return false;
		}
	}
	return EVP_DigestFinal_ex(context, ret_digest, NULL) == 1;
}

void answer_guid(struct json_out *out, const struct schema *schema)
{
	static const char hex[] = "0123456789abcdef";
	unsigned char bytes[DIGEST_BYTES];
	char text[36];
	size_t at = 0;
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool ok = context && digest(context, schema, bytes);

	EVP_MD_CTX_free(context);
	if (!ok) {
		out->buf->failed = true;
		return;
	}
	for (size_t i = 0; i < DIGEST_BYTES; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10) {
			text[at++] = '-';
		}
		text[at++] = hex[bytes[i] >> 4];
		text[at++] = hex[bytes[i] & 15];
	}
	json_out_key(out, "guid");
	json_out_str(out, (struct scute_str){ text, sizeof(text) });
}
