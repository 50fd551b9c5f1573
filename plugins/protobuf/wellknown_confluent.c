/* SPDX-License-Identifier: Apache-2.0 */
/* confluent/: metadata as options, and the types that its connectors use. */
#include "wellknown_table.h"

static const struct pb_builtin files[] = {
	{
		.path = "confluent/meta.proto",
		.package = "confluent",
		.proto3 = true,
		.imports = "google/protobuf/descriptor.proto",
		.go_package = "../confluent",
		.body =
			" Meta { string doc; map<string,string> params; *string tags; *Rule rules }"
			" Rule { string name; string doc; string expr; string sql }"
			" extend google.protobuf.FileOptions { Meta file_meta=1088 }"
			" extend google.protobuf.MessageOptions { Meta message_meta=1088 }"
			" extend google.protobuf.FieldOptions { Meta field_meta=1088 }"
			" extend google.protobuf.EnumOptions { Meta enum_meta=1088 }"
			" extend google.protobuf.EnumValueOptions { Meta enum_value_meta=1088 }",
	},
	{
		.path = "confluent/type/decimal.proto",
		.package = "confluent.type",
		.proto3 = true,
		.body = " Decimal { bytes value; uint32 precision; int32 scale }",
	},
	{
		.path = "confluent/type/variant.proto",
		.package = "confluent.type",
		.proto3 = true,
		.body = " Variant { bytes metadata; bytes value }",
	},
	{
		.path = "confluent/types/decimal.proto",
		.proto3 = true,
		.imports = "public confluent/type/decimal.proto",
		.body = "",
	},
};

const struct pb_builtin_table pb_builtin_confluent = { files, sizeof(files) / sizeof(files[0]) };
