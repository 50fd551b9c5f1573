/* SPDX-License-Identifier: Apache-2.0 */
/* google/protobuf/ but for descriptor.proto: well-known types, languages' features, plugins. */
#include "wellknown_table.h"

/* What the files of the well-known types have in common. */
#define KNOWN_TYPES \
	.package = "google.protobuf", .proto3 = true, .java_package = "com.google.protobuf", \
	.java_multiple_files = true, .objc_class_prefix = "GPB", \
	.csharp_namespace = "Google.Protobuf.WellKnownTypes"

static const struct pb_builtin files[] = {
	{
		KNOWN_TYPES,
		.path = "google/protobuf/any.proto",
		.java_outer_classname = "AnyProto",
		.go_package = "google.golang.org/protobuf/types/known/anypb",
		.body =
			" Any { string type_url; bytes value }",
	},
	{
		KNOWN_TYPES,
		.path = "google/protobuf/source_context.proto",
		.java_outer_classname = "SourceContextProto",
		.go_package = "google.golang.org/protobuf/types/known/sourcecontextpb",
		.body =
			" SourceContext { string file_name }",
	},
	{
		KNOWN_TYPES,
		.path = "google/protobuf/type.proto",
		.imports = "google/protobuf/any.proto\n"
			"google/protobuf/source_context.proto",
		.java_outer_classname = "TypeProto",
		.go_package = "google.golang.org/protobuf/types/known/typepb",
		.cc_enable_arenas = true,
		.body =
			" Type {"
			"  string name; *Field fields; *string oneofs; *Option options;"
			"  SourceContext source_context; Syntax syntax; string edition;"
			" }"
			" Field {"
			"  enum Kind { TYPE_UNKNOWN; TYPE_DOUBLE; TYPE_FLOAT; TYPE_INT64;"
			"    TYPE_UINT64; TYPE_INT32; TYPE_FIXED64; TYPE_FIXED32; TYPE_BOOL;"
			"    TYPE_STRING; TYPE_GROUP; TYPE_MESSAGE; TYPE_BYTES; TYPE_UINT32;"
			"    TYPE_ENUM; TYPE_SFIXED32; TYPE_SFIXED64; TYPE_SINT32; TYPE_SINT64 }"
			"  enum Cardinality { CARDINALITY_UNKNOWN; CARDINALITY_OPTIONAL;"
			"    CARDINALITY_REQUIRED; CARDINALITY_REPEATED }"
			"  Kind kind; Cardinality cardinality; int32 number; string name;"
			"  string type_url=6; int32 oneof_index; bool packed;"
			"  *Option options; string json_name; string default_value;"
			" }"
			" Enum {"
			"  string name; *EnumValue enumvalue; *Option options;"
			"  SourceContext source_context; Syntax syntax; string edition;"
			" }"
			" EnumValue { string name; int32 number; *Option options }"
			" Option { string name; Any value }"
			" enum Syntax { SYNTAX_PROTO2; SYNTAX_PROTO3; SYNTAX_EDITIONS }",
	},
	{
		KNOWN_TYPES,
		.path = "google/protobuf/api.proto",
		.imports = "google/protobuf/source_context.proto\n"
			"google/protobuf/type.proto",
		.java_outer_classname = "ApiProto",
		.go_package = "google.golang.org/protobuf/types/known/apipb",
		.body =
			" Api {"
			"  string name; *Method methods; *Option options; string version;"
			"  SourceContext source_context; *Mixin mixins; Syntax syntax;"
			"  string edition;"
			" }"
			" Method {"
			"  string name; string request_type_url; bool request_streaming;"
			"  string response_type_url; bool response_streaming;"
			"  *Option options; Syntax syntax [deprecated = true];"
			"  string edition [deprecated = true];"
			" }"
			" Mixin { string name; string root }",
	},
	{
		KNOWN_TYPES,
		.path = "google/protobuf/duration.proto",
		.java_outer_classname = "DurationProto",
		.go_package = "google.golang.org/protobuf/types/known/durationpb",
		.cc_enable_arenas = true,
		.body =
			" Duration { int64 seconds; int32 nanos }",
	},
	{
		KNOWN_TYPES,
		.path = "google/protobuf/empty.proto",
		.java_outer_classname = "EmptyProto",
		.go_package = "google.golang.org/protobuf/types/known/emptypb",
		.cc_enable_arenas = true,
		.body =
			" Empty { }",
	},
	{
		KNOWN_TYPES,
		.path = "google/protobuf/field_mask.proto",
		.java_outer_classname = "FieldMaskProto",
		.go_package = "google.golang.org/protobuf/types/known/fieldmaskpb",
		.cc_enable_arenas = true,
		.body =
			" FieldMask { *string paths }",
	},
	{
		KNOWN_TYPES,
		.path = "google/protobuf/struct.proto",
		.java_outer_classname = "StructProto",
		.go_package = "google.golang.org/protobuf/types/known/structpb",
		.cc_enable_arenas = true,
		.body =
			" Struct { map<string,Value> fields }"
			" Value {"
			"  oneof kind { NullValue null_value; double number_value; string"
			"    string_value; bool bool_value; Struct struct_value; ListValue"
			"    list_value };"
			" }"
			" ListValue { *Value values }"
			" enum NullValue { NULL_VALUE }",
	},
	{
		KNOWN_TYPES,
		.path = "google/protobuf/timestamp.proto",
		.java_outer_classname = "TimestampProto",
		.go_package = "google.golang.org/protobuf/types/known/timestamppb",
		.cc_enable_arenas = true,
		.body =
			" Timestamp { int64 seconds; int32 nanos }",
	},
	{
		KNOWN_TYPES,
		.path = "google/protobuf/wrappers.proto",
		.java_outer_classname = "WrappersProto",
		.go_package = "google.golang.org/protobuf/types/known/wrapperspb",
		.cc_enable_arenas = true,
		.body =
			" DoubleValue { double value }"
			" FloatValue { float value }"
			" Int64Value { int64 value }"
			" UInt64Value { uint64 value }"
			" Int32Value { int32 value }"
			" UInt32Value { uint32 value }"
			" BoolValue { bool value }"
			" StringValue { string value }"
			" BytesValue { bytes value }",
	},
	{
		.path = "google/protobuf/cpp_features.proto",
		.package = "pb",
		.imports = "google/protobuf/descriptor.proto",
		.body =
			" extend google.protobuf.FeatureSet { CppFeatures cpp=1000 }"
			" CppFeatures {"
			"  enum StringType { STRING_TYPE_UNKNOWN; VIEW; CORD; STRING }"
			"  enum RepeatedType { REPEATED_TYPE_UNKNOWN; LEGACY; PROXY }"
			"  bool legacy_closed_enum [runtime, on FIELD, on FILE, LEGACY:true,"
			"    PROTO3:false, feature_support = { edition_introduced: EDITION_2023"
			"    edition_deprecated: EDITION_2023 deprecation_warning: \"The legacy \""
			"    \"closed enum behavior in C++ is deprecated and is scheduled to be \""
			"    \"removed in edition 2025.  See \""
			"    \"http://protobuf.dev/programming-guides/enum/#cpp for more \""
			"    \"information\" }];"
			"  StringType string_type [runtime, on FIELD, on FILE, LEGACY:STRING,"
			"    2024:VIEW, since 2023];"
			"  bool enum_name_uses_string_view [runtime, on ENUM, on FILE,"
			"    LEGACY:false, 2024:true, since 2024];"
			"  RepeatedType repeated_type [runtime, on FIELD, on FILE,"
			"    LEGACY:LEGACY, since UNSTABLE];"
			" }",
	},
	{
		.path = "google/protobuf/go_features.proto",
		.package = "pb",
		.imports = "google/protobuf/descriptor.proto",
		.go_package = "google.golang.org/protobuf/types/gofeaturespb",
		.body =
			" extend google.protobuf.FeatureSet { GoFeatures go=1002 }"
			" GoFeatures {"
			"  OptimizeModeFeature {"
			"   enum OptimizeMode { OPTIMIZE_MODE_UNSPECIFIED; SPEED; CODE_SIZE }"
			"  }"
			"  enum APILevel { API_LEVEL_UNSPECIFIED; API_OPEN; API_HYBRID;"
			"    API_OPAQUE }"
			"  enum StripEnumPrefix { STRIP_ENUM_PREFIX_UNSPECIFIED;"
			"    STRIP_ENUM_PREFIX_KEEP; STRIP_ENUM_PREFIX_GENERATE_BOTH;"
			"    STRIP_ENUM_PREFIX_STRIP }"
			"  bool legacy_unmarshal_json_enum [runtime, on ENUM, on FILE,"
			"    LEGACY:true, PROTO3:false, feature_support = { edition_introduced:"
			"    EDITION_2023 edition_deprecated: EDITION_2023 deprecation_warning:"
			"    \"The legacy UnmarshalJSON API is deprecated and will be removed in \""
			"    \"a future edition.\" }];"
			"  APILevel api_level [runtime, on MESSAGE, on FILE,"
			"    LEGACY:API_LEVEL_UNSPECIFIED, 2024:API_OPAQUE, since 2023];"
			"  StripEnumPrefix strip_enum_prefix [runtime, on ENUM, on ENUM_ENTRY,"
			"    on FILE, LEGACY:STRIP_ENUM_PREFIX_KEEP, since 2024];"
			"  OptimizeModeFeature.OptimizeMode optimize_mode [runtime, on MESSAGE,"
			"    on FILE, LEGACY:OPTIMIZE_MODE_UNSPECIFIED, since 2024];"
			" }",
	},
	{
		.path = "google/protobuf/java_features.proto",
		.package = "pb",
		.imports = "google/protobuf/descriptor.proto",
		.java_outer_classname = "JavaFeaturesProto",
		.java_package = "com.google.protobuf",
		.body =
			" extend google.protobuf.FeatureSet { JavaFeatures java=1001 }"
			" JavaFeatures {"
			"  NestInFileClassFeature {"
			"   enum NestInFileClass { NEST_IN_FILE_CLASS_UNKNOWN; NO; YES; LEGACY"
			"     [feature_support = { edition_introduced: EDITION_2024"
			"     edition_removed: EDITION_2024 }] }"
			"   reserved 1 to max;"
			"  }"
			"  enum Utf8Validation { UTF8_VALIDATION_UNKNOWN; DEFAULT; VERIFY }"
			"  bool legacy_closed_enum [runtime, on FIELD, on FILE, LEGACY:true,"
			"    PROTO3:false, feature_support = { edition_introduced: EDITION_2023"
			"    edition_deprecated: EDITION_2023 deprecation_warning: \"The legacy \""
			"    \"closed enum behavior in Java is deprecated and is scheduled to be \""
			"    \"removed in edition 2025.  See \""
			"    \"http://protobuf.dev/programming-guides/enum/#java for more \""
			"    \"information.\" }];"
			"  Utf8Validation utf8_validation [runtime, on FIELD, on FILE,"
			"    LEGACY:DEFAULT, feature_support = { edition_introduced: EDITION_2023"
			"    edition_deprecated: EDITION_2024 deprecation_warning: \"The \""
			"    \"Java-specific utf8 validation feature is deprecated and is \""
			"    \"scheduled to be removed in edition 2025.  Utf8 validation \""
			"    \"behavior should use the global cross-language utf8_validation \""
			"    \"feature.\" }];"
			"  bool large_enum [runtime, on ENUM, on FILE, LEGACY:false, since"
			"    2024];"
			"  bool use_old_outer_classname_default [runtime, on FILE, LEGACY:true,"
			"    2024:false, feature_support = { edition_introduced: EDITION_2024"
			"    edition_removed: EDITION_2024 }];"
			"  NestInFileClassFeature.NestInFileClass nest_in_file_class [runtime,"
			"    on MESSAGE, on ENUM, on SERVICE, LEGACY:LEGACY, 2024:NO, since 2024];"
			"  reserved 6;"
			" }",
	},
	{
		.path = "google/protobuf/compiler/plugin.proto",
		.package = "google.protobuf.compiler",
		.imports = "google/protobuf/descriptor.proto",
		.java_outer_classname = "PluginProtos",
		.go_package = "google.golang.org/protobuf/types/pluginpb",
		.java_package = "com.google.protobuf.compiler",
		.csharp_namespace = "Google.Protobuf.Compiler",
		.body =
			" Version { int32 major; int32 minor; int32 patch; string suffix }"
			" CodeGeneratorRequest {"
			"  *string file_to_generate; string parameter;"
			"  *FileDescriptorProto proto_file=15;"
			"  *FileDescriptorProto source_file_descriptors=17;"
			"  Version compiler_version=3;"
			" }"
			" CodeGeneratorResponse {"
			"  File {"
			"   string name; string insertion_point; string content=15;"
			"   GeneratedCodeInfo generated_code_info;"
			"  }"
			"  enum Feature { FEATURE_NONE; FEATURE_PROTO3_OPTIONAL;"
			"    FEATURE_SUPPORTS_EDITIONS }"
			"  string error; uint64 supported_features; int32 minimum_edition;"
			"  int32 maximum_edition; *File file=15;"
			" }",
	},
};

const struct pb_builtin_table pb_builtin_google = { files, sizeof(files) / sizeof(files[0]) };
